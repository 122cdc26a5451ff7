internal import Box
internal import Linux

/// Keeps foreign text from doing more to a terminal than to be shown.
enum TerminalGuard {
  static func protect(_ output: Output) {
    if output.filter != nil { return }
    output.flush()
    output.filter = { escaped($0) }
  }

  /// Control characters escaped, but for the ends of lines and tabs.
  static func escaped(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 10 || $0 == 9 }) { return Array(bytes) }
    var result: [UInt8] = []
    var line: [UInt8] = []
    for byte in bytes {
      if byte == 10 || byte == 9 {
        if byte == 10, line.last == 13 { line.removeLast() }
        result += Sanitize.escaped(String(bytes: line)).bytes
        result.append(byte)
        line = []
      } else {
        line.append(byte)
      }
    }
    return result + Sanitize.escaped(String(bytes: line)).bytes
  }
}
