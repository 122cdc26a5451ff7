internal import Linux

/// The words of a line of `/proc/net`, between blanks.
public struct Words {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next word; empty at the end.
  public mutating func next() -> UnsafeRawBufferPointer {
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    let start = position
    while position < bytes.count, !Self.isBlank(bytes[position]) { position += 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
  }

  public mutating func text() -> String { String(bytes: next()) }
  public mutating func decimal() -> Int { Self.decimal(next()) }
  public mutating func hexadecimal() -> UInt64 { Self.hexadecimal(next()) }
  public mutating func skip(_ count: Int) { for _ in 0..<count { _ = next() } }

  /// What follows one blank.
  public mutating func rest() -> UnsafeRawBufferPointer {
    if position < bytes.count { position += 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[position...])
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// A number with or without a sign; 0 where it is none, and what is too great is the greatest.
  public static func decimal(_ word: UnsafeRawBufferPointer) -> Int {
    var value = 0
    var isNegative = false
    for (index, byte) in word.enumerated() {
      if index == 0, byte == UInt8(ascii: "-") {
        isNegative = true
        continue
      }
      guard byte >= 0x30, byte <= 0x39 else { break }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte - 0x30))
      if overflow || carry { return isNegative ? -.max : .max }
      value = sum
    }
    return isNegative ? -value : value
  }

  /// The last sixteen digits of a number; 0 where it is none.
  public static func hexadecimal(_ word: UnsafeRawBufferPointer) -> UInt64 {
    var value: UInt64 = 0
    for byte in word {
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt64(byte - 0x30)
      case 0x41...0x46: value = value << 4 | UInt64(byte - 0x37)
      case 0x61...0x66: value = value << 4 | UInt64(byte - 0x57)
      default: return value
      }
    }
    return value
  }

  /// Calls `body` with each line of `bytes`, without its newline; `skipping` lines in front are left out.
  public static func forEachLine(
    _ bytes: UnsafeRawBufferPointer, skipping: Int = 0, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    var start = 0
    var number = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      if number >= skipping, end > start {
        body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      }
      number += 1
      start = end + 1
    }
  }
}
