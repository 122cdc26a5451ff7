internal import Box
internal import Report

/// The characters of UTF-8 bytes that may be none.
public enum Characters {
  /// The scalar at `index` and its length; nil where the byte belongs to no character.
  public static func scalar(_ bytes: [UInt8], _ index: Int) -> (
    scalar: Unicode.Scalar, length: Int
  )? {
    let first = bytes[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, first < 0xF5, index + length <= bytes.count else { return nil }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      let byte = bytes[index + offset]
      guard byte & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }

  static func end(_ bytes: [UInt8], _ index: Int) -> Int {
    index + (scalar(bytes, index)?.length ?? 1)
  }

  static func start(_ bytes: [UInt8], before index: Int) -> Int {
    var start = index - 1
    while start > 0, index - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return end(bytes, start) == index ? start : index - 1
  }

  /// Columns of the character at `index`, as it is shown.
  static func width(_ bytes: [UInt8], _ index: Int) -> Int {
    guard let (scalar, _) = scalar(bytes, index) else { return 4 }
    return isShown(scalar) ? displayWidth(scalar) : 2
  }

  /// Whether a terminal may get it: no control, and nothing that reorders text.
  public static func isShown(_ scalar: Unicode.Scalar) -> Bool { Sanitize.isSafe(scalar) }

  /// What stands for a character that is not shown: `^A`, `<ff>`, `<U+202E>`.
  public static func stand(in scalar: Unicode.Scalar) -> [UInt8] {
    if scalar.value < 0x20 { return [UInt8(ascii: "^"), UInt8(scalar.value) + 0x40] }
    if scalar.value == 0x7F { return Array("^?".utf8) }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let zeros = String(repeating: "0", count: max(0, 4 - digits.utf8.count))
    return Array("<U+\(zeros + digits)>".utf8)
  }

  public static func stand(in byte: UInt8) -> [UInt8] {
    Array("<\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))>".utf8)
  }
}
