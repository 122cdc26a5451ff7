internal import Linux

extension Tail {
  /// Writes the part of `file` that is asked for, and leaves the file at its end.
  func writeEnd(_ file: borrowing File, _ sink: inout TextSink) throws(SystemError) {
    if amount.sign == .plus {
      try skip(file, &sink)
      return try copyRest(file, &sink)
    }
    let status = try file.status()
    // Files of /proc claim size 0: they are read like a pipe.
    if status.kind == .regular, status.size > 0, let start = try? file.seek(to: 0, .current) {
      let from =
        countsBytes
        ? max(start, status.size - min(amount.count, status.size))
        : try startOfLines(file, from: start, to: status.size)
      try file.seek(to: from)
      try copyRest(file, &sink)
    } else if countsBytes {
      try keepBytes(file, &sink)
    } else {
      try keepLines(file, &sink)
    }
  }

  /// Copies all up to the end.
  func copyRest(_ file: borrowing File, _ sink: inout TextSink) throws(SystemError) {
    if !sink.escapes { return try sink.output.copy(file) }
    try forEachPiece(file) { sink.write($0) }
  }

  private func forEachPiece(
    _ file: borrowing File, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(SystemError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { return }
      body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// Passes over all before line or byte `amount`.
  private func skip(_ file: borrowing File, _ sink: inout TextSink) throws(SystemError) {
    var left = max(0, amount.count - 1)
    if left == 0 { return }
    if countsBytes, let status = try? file.status(), status.kind == .regular, status.size > 0,
      let start = try? file.seek(to: 0, .current)
    {
      let (target, overflow) = start.addingReportingOverflow(left)
      try file.seek(to: overflow ? status.size : max(start, min(target, status.size)))
      return
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    defer { buffer.deallocate() }
    while left > 0 {
      let count = try file.read(into: buffer)
      if count == 0 { return }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      if countsBytes {
        let used = min(left, count)
        left -= used
        sink.write(UnsafeRawBufferPointer(rebasing: bytes[used...]))
      } else {
        let used = bytes.end(ofLines: &left, separator)
        sink.write(UnsafeRawBufferPointer(rebasing: bytes[used...]))
      }
    }
  }

  /// Where the last lines of a regular file start, found from its end on backwards.
  private func startOfLines(_ file: borrowing File, from start: Int, to size: Int)
    throws(SystemError) -> Int
  {
    guard amount.count > 0 else { return max(start, size) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    defer { buffer.deallocate() }
    var end = size
    var left = amount.count
    var isLastByte = true
    while end > start {
      let from = max(start, end - buffer.count)
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(end - from)])
      let count = try file.read(into: room, at: from)
      // The file shrank meanwhile: what there is now is short.
      guard count == room.count else { return start }
      for index in stride(from: count - 1, through: 0, by: -1) {
        // The end of the last line ends nothing before it.
        if room[index] == separator, !isLastByte {
          left -= 1
          if left == 0 { return from + index + 1 }
        }
        isLastByte = false
      }
      end = from
    }
    return start
  }

  private func keepLines(_ file: borrowing File, _ sink: inout TextSink) throws(SystemError) {
    var ring = LineRing(keeping: amount.count, separator)
    try forEachPiece(file) { _ = ring.add(Array($0)) }
    _ = ring.finish()
    for piece in ring.rest { sink.write(piece) }
  }

  private func keepBytes(_ file: borrowing File, _ sink: inout TextSink) throws(SystemError) {
    let keep = amount.count
    var held: [UInt8] = []
    try forEachPiece(file) { bytes in
      held += bytes
      if held.count / 2 >= max(keep, 32768) { held.removeFirst(held.count - keep) }
    }
    sink.write(held.suffix(keep))
  }
}
