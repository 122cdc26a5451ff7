internal import CLinux

extension Terminal {
  public enum LineRead {
    case line([UInt8])
    case ended, interrupted, timeout
  }

  /// Reads a line, without its newline, byte by byte so that what follows stays for the next reader.
  ///
  /// - Parameter seconds: how long to wait for its first byte; nil for ever.
  public static func readLine(_ descriptor: Int32, seconds: Double?, limit: Int = 1 << 20)
    -> LineRead
  {
    if let seconds {
      var polls = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
      let count = poll(&polls, 1, Int32(min(max(0, seconds) * 1000, 2e9).rounded(.up)))
      if count == 0 { return .timeout }
      if count < 0 { return .interrupted }
    }
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count < limit {
      let count = read(descriptor, &byte, 1)
      if count < 0, clinux_errno() == EINTR { return .interrupted }
      if count <= 0 { return line.isEmpty ? .ended : .line(line) }
      if byte == UInt8(ascii: "\n") { return .line(line) }
      line.append(byte)
    }
    return .line(line)
  }
}
