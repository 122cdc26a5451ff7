internal import Box
internal import Linux
internal import Report

/// The text of one cell under construction, with the terminal columns it takes.
///
/// One is used for all cells: no string is made per cell.
struct PsCell {
  private let text = TextBuffer()
  private(set) var columns = 0
  /// Columns that may be used; foreign text is cut there.
  private(set) var limit = Int.max

  var bytes: [UInt8] { Array(text.bytes) }

  func write(to output: Output) { output.write(text.bytes) }

  mutating func clear(limit: Int) {
    text.removeAll()
    columns = 0
    self.limit = limit
  }

  mutating func append(_ byte: UInt8) {
    text.append(byte)
    columns += 1
  }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { self.text.append(UnsafeRawBufferPointer($0)) }
    columns += text.utf8CodeUnitCount
  }

  /// In decimal, with zeros in front up to `places`.
  mutating func append(_ number: Int, places: Int = 1) {
    columns += text.append(number, places: places)
  }

  /// In hexadecimal with 16 places.
  mutating func append(hexadecimal value: UInt64) {
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15
      append(digit < 10 ? digit + 0x30 : digit + 0x57)
    }
  }

  /// Foreign text, cut at the limit: what a terminal would act on becomes `?`.
  ///
  /// - Parameter line: whether it is a command line, whose NUL and newline are shown as blanks.
  mutating func append(foreign text: ArraySlice<UInt8>, line: Bool = false) {
    let rest = text.withUnsafeBytes { bytes in
      let room = min(bytes.count, max(0, limit - columns))
      let index = self.text.appendASCII(UnsafeRawBufferPointer(rebasing: bytes[..<room])) {
        Self.shown($0, line: line)
      }
      columns += index
      return index < room ? index : nil
    }
    if let rest { append(unicode: Array(text.dropFirst(rest)), line: line) }
  }

  private mutating func append(unicode text: [UInt8], line: Bool) {
    var scanner = UTF8Scanner(text)
    while columns < limit, let unit = scanner.next() {
      switch unit {
      case .invalid: append(UInt8(ascii: "?"))
      case .scalar(let scalar) where scalar.value < 0x80:
        append(Self.shown(UInt8(truncatingIfNeeded: scalar.value), line: line))
      case .scalar(let scalar):
        guard Sanitize.isSafe(scalar) else {
          append(UInt8(ascii: "?"))
          continue
        }
        let width = displayWidth(scalar)
        if columns + width > limit { return }
        for byte in UTF8.encode(scalar) ?? .init() { self.text.append(byte) }
        columns += width
      }
    }
  }

  @inline(__always)
  private static func shown(_ byte: UInt8, line: Bool) -> UInt8 {
    if byte >= 0x20, byte != 0x7F { return byte }
    return line && (byte == 0 || byte == 0x0A) ? 0x20 : UInt8(ascii: "?")
  }

  /// Cuts a name to `width` columns, and marks that with a `+` in its last one.
  mutating func shorten(to width: Int) {
    guard columns > width, width > 0 else { return }
    let name = bytes[...]
    clear(limit: width - 1)
    append(foreign: name)
    append(UInt8(ascii: "+"))
  }
}
