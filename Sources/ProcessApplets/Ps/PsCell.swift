internal import Box
internal import Linux
internal import Report

/// The text of one cell under construction, with the terminal columns it takes.
///
/// One is used for all cells: no string is made per cell.
struct PsCell {
  private(set) var bytes: [UInt8] = []
  private(set) var columns = 0
  /// Columns that may be used; foreign text is cut there.
  private(set) var limit = Int.max

  init() { bytes.reserveCapacity(512) }

  mutating func clear(limit: Int) {
    bytes.removeAll(keepingCapacity: true)
    columns = 0
    self.limit = limit
  }

  mutating func append(_ byte: UInt8) {
    bytes.append(byte)
    columns += 1
  }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    columns += text.utf8CodeUnitCount
  }

  /// In decimal, with zeros in front up to `places`.
  mutating func append(_ number: Int, places: Int = 1) {
    if number < 0 { append(UInt8(ascii: "-")) }
    let magnitude = number.magnitude
    var divisor: UInt = 1
    var count = 1
    while magnitude / divisor >= 10 {
      divisor *= 10
      count += 1
    }
    while count < places {
      append(UInt8(ascii: "0"))
      count += 1
      if count > 20 { break }
    }
    while divisor > 0 {
      append(UInt8(truncatingIfNeeded: magnitude / divisor % 10) + 0x30)
      divisor /= 10
    }
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
    var index = text.startIndex
    while index < text.endIndex, columns < limit {
      let byte = text[index]
      if byte >= 0x80 { return append(unicode: Array(text[index...]), line: line) }
      append(Self.shown(byte, line: line))
      index += 1
    }
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
        bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
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
    let text = bytes[...]
    clear(limit: width - 1)
    append(foreign: ArraySlice(Array(text)))
    append(UInt8(ascii: "+"))
  }
}
