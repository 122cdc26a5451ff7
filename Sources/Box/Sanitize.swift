internal import Linux

/// Makes foreign text safe for a terminal: names and contents of a target are hostile.
///
/// Escaped are control characters (C0, DEL, C1), the characters that reorder or hide text (bidi
/// controls, line and paragraph separators) and bytes that are not UTF-8. The one escaping is
/// `\n`, `\t`, `\r`, `\e` and `\xHH` for each byte.
public enum Sanitize {
  /// `text` with everything dangerous escaped.
  public static func escaped(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isSafe(scalar) {
        result.append(scalar)
      } else {
        result.append(contentsOf: escape(scalar).unicodeScalars)
      }
    }
    return String(result)
  }

  /// `text` with `?` for every dangerous character, as procps and `ls -q` print it.
  public static func masked(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(isSafe(scalar) ? scalar : "?") }
    return String(result)
  }

  /// Whether a terminal shows `scalar` and does nothing else.
  public static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: false
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
    case 0xFFF9...0xFFFB, 0xE0001...0xE007F, 0x10FF80...0x10FFFF: false
    default: true
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\t": "\\t"
    case "\r": "\\r"
    case "\u{1B}": "\\e"
    default: String(scalar).bytes.map { "\\x" + hexadecimal($0) }.joined()
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
