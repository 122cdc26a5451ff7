internal import Linux

/// What has come over a connection and was not taken.
final class Inbox {
  private let memory: UnsafeMutableRawBufferPointer
  /// As many bytes are worth waiting a moment for.
  private static let much = 1 << 17
  private var start = 0
  private var end = 0
  /// The most bytes to read at once.
  var pieceLimit = Int.max

  init(capacity: Int = 1 << 18) {
    memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
  }

  deinit { memory.deallocate() }

  var isEmpty: Bool { start == end }
  var count: Int { end - start }

  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: memory[start..<end])
  }

  func take(_ count: Int) { start = min(end, start + count) }

  /// The length of the first line, its end included; nil where the end has not come.
  var lineLength: Int? { bytes.offset(of: 10).map { $0 + 1 } }

  /// Takes the first `count` bytes out.
  func takeBytes(_ count: Int) -> [UInt8] {
    var taken: [UInt8] = []
    taken.append(raw: UnsafeRawBufferPointer(rebasing: bytes[..<min(count, bytes.count)]))
    take(count)
    return taken
  }

  /// Reads what is there.
  ///
  /// - Returns: nil where nothing is there or no room is left, 0 at the end.
  func fillNow(_ stream: ByteStream) throws(TransferFailure) -> Int? {
    if start == end {
      start = 0
      end = 0
    } else if end == memory.count, start > 0 {
      if let base = memory.baseAddress { copyBytes(bytes, to: base) }
      end -= start
      start = 0
    }
    var sum = 0
    // TLS gives a record of 16 KiB at a time; several make one write of ours.
    while end < memory.count, sum < min(1 << 17, pieceLimit) {
      let room = min(memory.count - end, pieceLimit)
      guard
        let count = try stream.readNow(
          into: UnsafeMutableRawBufferPointer(rebasing: memory[end..<(end + room)]))
      else { break }
      if count == 0 { return sum > 0 ? sum : 0 }
      end += count
      sum += count
      if !stream.hasPending { break }
    }
    return sum > 0 ? sum : nil
  }

  /// Waits until more has come; false at the end.
  ///
  /// - Parameter expected: bytes that will come, unless the peer breaks off.
  func fill(_ stream: ByteStream, _ pace: Pace, expected: Int = 0) throws(TransferFailure) -> Bool {
    if count == memory.count {
      throw TransferFailure(.receiveError, "Too large response headers")
    }
    // A peer that never ends slowly enough never makes us wait.
    if pace.deadline.hasPassed { throw pace.timedOut() }
    var gathers = expected >= 2 * Self.much && pieceLimit > Self.much
    while true {
      if let count = try fillNow(stream) { return count > 0 }
      if gathers, stream.wantedToRead == .read {
        gathers = false
        try pace.gather(Self.much, stream.socket)
      } else {
        try pace.wait(stream.socket, stream.wantedToRead)
      }
    }
  }
}
