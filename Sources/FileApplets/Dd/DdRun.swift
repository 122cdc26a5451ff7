internal import Box
internal import Linux
internal import Target

/// Copies, block by block, and counts.
final class DdRun {
  private let dd: Dd
  private let context: Context
  private let source: File
  private let sink: File
  private let isRegular: Bool
  private let start: Instant
  private let watch: SignalWatch?
  private var wholeIn = 0, partialIn = 0, wholeOut = 0, partialOut = 0
  private var bytesOut = 0
  private var truncatedRecords = 0
  private var lastProgress = 0.0
  private var hasProgressLine = false
  private var outputFailed = false
  private let inputName: String
  private let outputName: String
  /// Bytes on their way to a whole output block.
  private var pending: [UInt8] = []
  private var column = 0
  private var heldBlanks = 0
  private var oddByte: UInt8?
  private var interruption: Int32?
  private var wrotesHole = false

  init(_ dd: Dd, _ context: Context) throws(Failure) {
    self.dd = dd
    self.context = context
    let paths = Paths(context)
    inputName = dd.input ?? "standard input"
    outputName = dd.output ?? "standard output"
    if let path = dd.input {
      let place = try paths.location(path)
      let flags = Self.mode(dd.inputFlags)
      source =
        place.isForeign && flags.isEmpty
        ? try place.openToRead() : try place.open(flags.union(.read))
    } else {
      source = try attempt { () throws(SystemError) in try File.standardInput() }
    }
    if let path = dd.output {
      var mode = Self.mode(dd.outputFlags).union(.write)
      if !dd.conversions.contains("nocreat") { mode.insert(.create) }
      if dd.conversions.contains("excl") { mode.insert(.exclusive) }
      if !dd.conversions.contains("notrunc"), dd.seek.value == 0 { mode.insert(.truncate) }
      sink = try paths.location(path).open(mode)
    } else {
      sink = try attempt { () throws(SystemError) in try File.standardOutput() }
    }
    isRegular = (try? source.status())?.kind == .regular
    start = context.clock.monotonic()
    let names = ["USR1", "INT"].compactMap { Signal(name: $0) }
    watch = try? SignalWatch(names)
  }

  private static func mode(_ flags: Set<String>) -> OpenMode {
    var mode: OpenMode = []
    for flag in flags {
      if let more = OpenMode(flag: flag) { mode.insert(more) }
    }
    return mode
  }

  func run(_ context: inout Context) throws(Failure) {
    do throws(Failure) {
      try position(&context)
      try copy(&context)
      try drain()
      try finishOutput()
    } catch {
      report()
      watch?.release()
      throw error
    }
    report()
    watch?.release()
    if let interruption {
      try? Signal(interruption).send(to: Process.ownPID)
      throw .quiet(128 + interruption)
    }
  }

  /// `skip` and `seek`.
  private func position(_ context: inout Context) throws(Failure) {
    let skip = dd.skip.isBytes ? dd.skip.value : times(dd.skip.value, dd.inputSize)
    if skip > 0 {
      let size = (try? source.status())?.size ?? 0
      if isRegular, (try? source.seek(to: skip, .current)) != nil {
        if skip > size { context.note("\(inputName): cannot skip to specified offset") }
      } else {
        try readAway(skip, &context)
      }
    }
    let seek = dd.seek.isBytes ? dd.seek.value : times(dd.seek.value, dd.outputSize)
    guard seek > 0 else { return }
    if (try? sink.seek(to: seek, .current)) == nil {
      throw .message("\(outputName): cannot seek: Illegal seek")
    }
    // What is behind the place is cut off unless it is to stay.
    if !dd.conversions.contains("notrunc"), dd.output != nil,
      (try? sink.status())?.kind == .regular
    {
      try told(outputName) { () throws(SystemError) in try sink.setSize(seek) }
    }
  }

  private func times(_ value: Int, _ unit: Int) -> Int {
    let (product, overflow) = value.multipliedReportingOverflow(by: unit)
    return overflow ? .max : product
  }

  private func readAway(_ count: Int, _ context: inout Context) throws(Failure) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 4096)
    defer { buffer.deallocate() }
    var rest = count
    while rest > 0 {
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(rest, buffer.count)])
      let got = try told(inputName) { () throws(SystemError) in try source.read(into: room) }
      if got == 0 {
        context.note("\(inputName): cannot skip to specified offset")
        return
      }
      rest -= got
    }
  }

  private func told<Result: ~Copyable>(
    _ name: String, _ body: () throws(SystemError) -> Result
  ) throws(Failure) -> Result {
    do throws(SystemError) {
      return try body()
    } catch {
      throw .system(error.about(name))
    }
  }

  private func copy(_ context: inout Context) throws(Failure) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: dd.inputSize, alignment: 4096)
    defer { buffer.deallocate() }
    let isPlain = dd.conversions.isDisjoint(with: ["lcase", "ucase", "swab", "block", "unblock"])
    var taken = 0
    while interruption == nil {
      var wanted = dd.inputSize
      if let count = dd.count {
        if count.isBytes {
          wanted = min(wanted, count.value - taken)
          if wanted <= 0 { return }
        } else if wholeIn + partialIn >= count.value {
          return
        }
      }
      attend()
      if interruption != nil { return }
      var got = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), &context)
      if got == 0 { return }
      if got < 0 {
        // conv=noerror: go on behind the bad block.
        guard dd.conversions.contains("sync") else { continue }
        got = 0
      }
      taken += got
      if got == dd.inputSize { wholeIn += 1 } else { partialIn += 1 }
      if got < dd.inputSize, dd.conversions.contains("sync") {
        let fill: UInt8 =
          isPlain || !dd.conversions.contains("block") && !dd.conversions.contains("unblock")
          ? 0 : 0x20
        for index in got..<dd.inputSize { buffer[index] = fill }
        got = dd.inputSize
      }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<got])
      // With bs= what was read is written at once.
      if isPlain,
        dd.blockSize != nil
          || (dd.inputSize == dd.outputSize && pending.isEmpty && got == dd.outputSize)
      {
        try write(bytes)
      } else if isPlain {
        pending.append(contentsOf: bytes)
        try flushBlocks()
      } else {
        convert(bytes)
        try flushBlocks()
      }
    }
  }

  /// - Returns: -1 for an error that is to be passed over.
  private func read(_ room: UnsafeMutableRawBufferPointer, _ context: inout Context) throws(Failure)
    -> Int
  {
    var got = 0
    let fills = dd.inputFlags.contains("fullblock")
    repeat {
      if !isRegular { waitForInput() }
      if interruption != nil { return got }
      do throws(SystemError) {
        let part = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: room[got...]))
        if part == 0 { return got }
        got += part
      } catch {
        guard dd.conversions.contains("noerror") else { throw .system(error.about(inputName)) }
        context.report(.system(error.about(inputName)))
        report()
        guard (try? source.seek(to: room.count, .current)) != nil else { return 0 }
        return -1
      }
    } while fills && got < room.count
    return got
  }

  private func waitForInput() {
    while interruption == nil {
      guard let watch else { return }
      watch.wait(reading: source.descriptor)
      let had = attend()
      if !had { return }
    }
  }

  /// Looks for signals and for the time to tell progress.
  @discardableResult
  private func attend() -> Bool {
    if dd.status == "progress" {
      let elapsed = context.clock.monotonic().since(start)
      if elapsed - lastProgress >= 1 {
        lastProgress = elapsed.rounded(.down)
        hasProgressLine = true
        context.errors.write("\r" + summary(elapsed))
        context.errors.flush()
      }
    }
    // A look costs a call: for small blocks only now and then.
    let every = max(1, (1 << 20) / dd.inputSize)
    if isRegular, (wholeIn + partialIn) % every != 0 { return false }
    var found = false
    while let number = watch?.next() {
      found = true
      if number == 2 { interruption = number } else { report() }
    }
    return found
  }

  private func convert(_ bytes: UnsafeRawBufferPointer) {
    let swaps = dd.conversions.contains("swab")
    var changed: [UInt8] = []
    changed.reserveCapacity(bytes.count + 1)
    for byte in bytes {
      var byte = byte
      if dd.conversions.contains("lcase"), byte >= 0x41, byte <= 0x5A { byte |= 0x20 }
      if dd.conversions.contains("ucase"), byte >= 0x61, byte <= 0x7A { byte &= 0xDF }
      guard swaps else {
        changed.append(byte)
        continue
      }
      if let odd = oddByte {
        changed += [byte, odd]
        oddByte = nil
      } else {
        oddByte = byte
      }
    }
    record(changed)
  }

  /// `block` and `unblock`.
  private func record(_ bytes: [UInt8]) {
    if dd.conversions.contains("block") {
      for byte in bytes {
        if byte == 0x0A {
          while column < dd.recordSize {
            pending.append(0x20)
            column += 1
          }
          column = 0
        } else if column < dd.recordSize {
          pending.append(byte)
          column += 1
        } else {
          if column == dd.recordSize { truncatedRecords += 1 }
          column += 1
        }
      }
    } else if dd.conversions.contains("unblock") {
      for byte in bytes {
        if column == dd.recordSize {
          pending.append(0x0A)
          (column, heldBlanks) = (0, 0)
        }
        column += 1
        if byte == 0x20 {
          heldBlanks += 1
        } else {
          for _ in 0..<heldBlanks { pending.append(0x20) }
          heldBlanks = 0
          pending.append(byte)
        }
      }
    } else {
      pending += bytes
    }
  }

  private func flushBlocks() throws(Failure) {
    guard pending.count >= dd.outputSize else { return }
    var start = 0
    while pending.count - start >= dd.outputSize {
      let end = start + dd.outputSize
      let block = Array(pending[start..<end])
      try write(block)
      start = end
    }
    pending.removeFirst(start)
  }

  /// What is left at the end.
  private func drain() throws(Failure) {
    if let odd = oddByte {
      oddByte = nil
      record([odd])
    }
    if dd.conversions.contains("block"), column > 0 {
      while column < dd.recordSize {
        pending.append(0x20)
        column += 1
      }
    }
    if dd.conversions.contains("unblock"), column > 0 { pending.append(0x0A) }
    try flushBlocks()
    if !pending.isEmpty {
      let rest = pending
      pending = []
      try write(rest)
    }
  }

  private func write(_ bytes: [UInt8]) throws(Failure) {
    var failure: Failure?
    bytes.withUnsafeBytes { raw in
      do throws(Failure) {
        try write(raw)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    try told("error writing '\(outputName)'") { () throws(SystemError) in
      if dd.conversions.contains("sparse"), bytes.allSatisfy({ $0 == 0 }),
        (try? sink.seek(to: bytes.count, .current)) != nil
      {
        wrotesHole = true
        return
      }
      wrotesHole = false
      try sink.write(bytes)
    }
    bytesOut += bytes.count
    if bytes.count == dd.outputSize { wholeOut += 1 } else { partialOut += 1 }
  }

  private func finishOutput() throws(Failure) {
    try told(outputName) { () throws(SystemError) in
      if wrotesHole, let end = try? sink.seek(to: 0, .current) { try sink.setSize(end) }
      if dd.conversions.contains("fdatasync") { try sink.synchronize(.contents) }
      if dd.conversions.contains("fsync") { try sink.synchronize(.file) }
    }
  }

  private func report() {
    guard dd.status != "none" else { return }
    if hasProgressLine {
      context.errors.write("\n")
      hasProgressLine = false
    }
    context.errors.line("\(wholeIn)+\(partialIn) records in")
    context.errors.line("\(wholeOut)+\(partialOut) records out")
    if truncatedRecords > 0 {
      context.errors.line("\(truncatedRecords) truncated record\(truncatedRecords == 1 ? "" : "s")")
    }
    if dd.status != "noxfer" {
      context.errors.line(summary(context.clock.monotonic().since(start)))
    }
    context.errors.flush()
  }

  private func summary(_ seconds: Double) -> String {
    var text = "\(bytesOut) byte\(bytesOut == 1 ? "" : "s")"
    if bytesOut >= 1000 {
      text += " (" + Self.human(Double(bytesOut), 1000, "B")
      if bytesOut >= 1024 { text += ", " + Self.human(Double(bytesOut), 1024, "iB") }
      text += ")"
    }
    let rate = seconds > 0 ? Double(bytesOut) / seconds : 0
    return text + " copied, " + Self.significant(seconds) + " s, " + Self.human(rate, 1000, "B")
      + "/s"
  }

  private static func significant(_ seconds: Double) -> String {
    var format = NumberFormat("g")
    format.precision = 6
    guard let text = format.text(real: fixed(seconds, 9))?.text else { return fixed(seconds, 3) }
    return String(bytes: text)
  }

  /// `1.5 MB`: one decimal below ten.
  private static func human(_ value: Double, _ base: Double, _ unit: String) -> String {
    let letters: [StaticString] = ["", "k", "M", "G", "T", "P", "E"]
    var (value, index) = (value, 0)
    while value >= base, index < letters.count - 1 { (value, index) = (value / base, index + 1) }
    var letter = "\(letters[index])"
    if base == 1024, index == 1 { letter = "K" }
    if index == 0 { return fixed(value.rounded(), 0) + " B" }
    return fixed(value, value < 9.95 ? 1 : 0) + " " + letter + unit
  }
}
