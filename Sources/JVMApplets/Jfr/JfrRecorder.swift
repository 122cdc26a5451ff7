internal import Box
internal import HotSpot
internal import JFR
internal import Linux
internal import Target

/// One recording of a JVM: started, waited for, fetched, checked, and removed from the target.
struct JfrRecorder {
  let pid: Int32
  let seconds: Int
  let settings: String
  let output: String?

  /// The recording ends by itself so much later, should we not be there to stop it.
  private static let grace = 60

  func run(_ context: inout Context) throws(Failure) {
    guard
      settings.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") })
    else { throw .usage("\(settings): not a name of settings") }
    let finder = try JavaFinder(context)
    let attachment = try Attachment(finder, pid)
    // Our own file first: a recording that cannot be kept is not worth making.
    let sink = try openOutput(context)
    var isFetching = false
    do throws(Failure) {
      try record(attachment, sink, &isFetching, context)
    } catch {
      if !isFetching { removeEmpty(sink, context) }
      throw error
    }
  }

  private func record(
    _ attachment: Attachment, _ sink: Sink, _ isFetching: inout Bool, _ context: Context
  ) throws(Failure) {
    let name = "debugbox-\(Process.ownPID)-\(context.clock.monotonic().nanoseconds)"
    let repository = try FlightRepository(attachment)
    let interruption = Interruption()
    // To the end: what comes while the file is fetched must not leave it there.
    defer { withExtendedLifetime(interruption) {} }
    let file = TargetFile(pid: pid, path: "/tmp/\(name).jfr")
    // Whatever happens: later JVMs make the file at once.
    defer { attachment.remove("\(name).jfr") }
    try start(name, file, attachment, interruption, context)
    let signal = wait(interruption, context)
    do throws(Failure) {
      _ = try command("JFR.stop name=\(name) filename=\(file.path)", attachment, interruption)
    } catch {
      if error.text == nil { context.note("the JVM may still write \(file.display)") }
      throw error
    }
    defer {
      if let path = repository.tidy(interruption) {
        let folder = TargetFile(pid: pid, path: path).display
        context.note("the JVM keeps its folder for recordings until it ends: \(folder)")
      }
    }
    isFetching = true
    let size = try fetch(file, sink, context)
    let place = sink.name == "-" ? "" : " to \(sink.name)"
    context.note("\(size) bytes written\(place)")
    if let signal { throw .quiet(128 + signal) }
  }

  private func start(
    _ name: String, _ file: TargetFile, _ attachment: Attachment, _ interruption: Interruption,
    _ context: Context
  ) throws(Failure) {
    let length = seconds + Self.grace
    var line = "JFR.start name=\(name) settings=\(settings) duration=\(length)s"
    // Where none is named, they think up a file in the working folder, and fail if that is read-only.
    if try release(attachment, interruption) > 17 { line += " filename=\(file.path)" }
    do throws(Failure) {
      _ = try command(line, attachment, interruption)
    } catch {
      if error.text == nil {
        context.note("the JVM may still record; that ends by itself after \(length) s")
      }
      throw error
    }
  }

  /// The JDK's feature release, by the line `JDK 17.0.15` of what it says of itself; 0 where it does not tell.
  private func release(_ attachment: Attachment, _ interruption: Interruption) throws(Failure)
    -> Int
  {
    let answer = try command("VM.version", attachment, interruption)
    for line in answer.split(separator: "\n") where line.hasPrefix("JDK ") {
      return Int(String(line.dropFirst(4).prefix { $0 >= "0" && $0 <= "9" })) ?? 0
    }
    return 0
  }

  /// Where the recording goes on our side.
  private final class Sink {
    let name: String
    /// nil is standard output.
    private let file: File?

    init(_ name: String, _ file: consuming File?) {
      self.name = name
      self.file = file
    }

    var isStandardOutput: Bool { file == nil }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
      if file != nil { try file?.write(bytes) }
    }
  }

  private func openOutput(_ context: Context) throws(Failure) -> Sink {
    let name = output ?? (Terminal.isTerminal(1) ? "recording-\(pid).jfr" : "-")
    if name == "-" {
      if Terminal.isTerminal(1) { throw .usage("-o -: a recording is no text for a terminal") }
      return Sink(name, nil)
    }
    let file = try Paths(context).location(name).open([.write, .create, .truncate])
    return Sink(name, file)
  }

  /// Takes back the file that we made before there was anything to write to it.
  private func removeEmpty(_ sink: Sink, _ context: Context) {
    guard !sink.isStandardOutput, let place = try? Paths(context).location(sink.name),
      (try? place.status(follow: false))?.kind == .regular,
      let folder = try? Paths(context).location(Link.folder(of: sink.name))
        .open([.path, .directory])
    else { return }
    try? removeFile(baseName(sink.name), in: folder)
  }

  /// - Returns: the text of the answer.
  private func command(
    _ line: String, _ attachment: Attachment, _ interruption: Interruption
  ) throws(Failure) -> String {
    let (reply, text) = try attachment.text(
      AttachRequest("jcmd", [line]), interruption: interruption)
    if reply.status != 0 {
      throw Failure(
        "\(pid): \(reply.complaint)",
        advice: line.hasPrefix("JFR.start")
          ? "flight recording needs the module jdk.jfr in the JVM's image" : nil)
    }
    if let failure = Admission.find(line, text) { throw .message("\(pid): \(failure)") }
    return String(bytes: text)
  }

  /// - Returns: the signal that ended the wait early; what was recorded so far is fetched all the same.
  private func wait(_ interruption: Interruption, _ context: Context) -> Int32? {
    let isTerminal = Terminal.isTerminal(2)
    let start = context.clock.monotonic()
    while true {
      let elapsed = context.clock.monotonic().since(start)
      let left = Double(seconds) - elapsed
      if isTerminal { progress(min(elapsed, Double(seconds)), context) }
      if left <= 0 { break }
      if let number = interruption.pause(seconds: min(left, isTerminal ? 0.2 : left)) {
        if isTerminal { context.errors.line("") }
        context.note("ended early by a signal; fetching what was recorded")
        return number
      }
    }
    if isTerminal { context.errors.line("") }
    context.errors.flush()
    return nil
  }

  private func progress(_ elapsed: Double, _ context: Context) {
    let width = 40
    let done = min(width, Int(elapsed / Double(seconds) * Double(width)))
    context.errors.write(
      "\r[" + String(repeating: "#", count: done) + String(repeating: ".", count: width - done)
        + "] \(Int(elapsed))/\(seconds) s")
    context.errors.flush()
  }

  /// Copies the file and checks its chunks on the way.
  private func fetch(_ file: TargetFile, _ sink: Sink, _ context: Context)
    throws(Failure) -> Int
  {
    let source = try file.location(context).openToRead()
    var check = ChunkCheck()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var total = 0
    while true {
      let count = try attempt { () throws(SystemError) in try source.read(into: &buffer) }
      if count == 0 { break }
      total += count
      check.take(buffer[..<count])
      try write(buffer, count, sink, context)
    }
    guard check.isWhole else {
      throw .message("\(file.display): the recording is damaged; it was written all the same")
    }
    return total
  }

  private func write(_ bytes: [UInt8], _ count: Int, _ sink: Sink, _ context: Context)
    throws(Failure)
  {
    var failure: SystemError?
    bytes.withUnsafeBytes { raw in
      let part = UnsafeRawBufferPointer(rebasing: raw[..<count])
      if sink.isStandardOutput {
        context.output.write(part)
        failure = context.output.failure
      } else {
        do throws(SystemError) {
          try sink.write(part)
        } catch {
          failure = error
        }
      }
    }
    guard let failure else { return }
    throw failure.errno == .brokenPipe ? .quiet(128 + 13) : .system(failure.about(sink.name))
  }
}

/// Walks the chunks of a stream by the sizes in their heads.
struct ChunkCheck {
  private var head: [UInt8] = []
  /// Bytes of the current chunk still to come.
  private var left = 0
  private var isBroken = false
  private var chunks = 0

  /// Whether at least one chunk was seen and the last one ended where the stream did.
  var isWhole: Bool { !isBroken && chunks > 0 && left == 0 && head.isEmpty }

  mutating func take(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty, !isBroken {
      if left > 0 {
        let step = min(left, rest.count)
        left -= step
        rest = rest.dropFirst(step)
        continue
      }
      let need = JFRHeader.length - head.count
      head += rest.prefix(need)
      rest = rest.dropFirst(need)
      guard head.count == JFRHeader.length else { return }
      guard let header = try? JFRHeader(head) else {
        isBroken = true
        return
      }
      chunks += 1
      left = header.size - JFRHeader.length
      head = []
    }
  }
}
