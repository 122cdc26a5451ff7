internal import Linux

/// Quotes text so that a shell reads it back as one word, in the style of `ls` and `printf %q`.
///
/// Control characters, bytes that are not UTF-8 and characters that reorder text become `$'\ooo'`.
public enum ShellQuote {
  public static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let isPlain = scalars.allSatisfy { Sanitize.isSafe($0) }
    if isPlain, !needsQuotes(text) { return text }
    let hasQuote = scalars.contains("'")
    if isPlain, hasQuote, scalars.allSatisfy({ isQuietInDoubleQuotes($0) }) {
      return "\"" + text + "\""
    }
    var result = "'"
    var isEscaping = false
    for scalar in scalars {
      if Sanitize.isSafe(scalar) {
        if isEscaping, scalar != "'" { result += "''" }
        isEscaping = false
        if scalar == "'" { result += "'\\''" } else { result.unicodeScalars.append(scalar) }
      } else {
        if !isEscaping { result += "'$'" }
        isEscaping = true
        result += escape(scalar)
      }
    }
    return result + "'"
  }

  /// Whether a shell would read the printable `text` as anything but itself.
  private static func needsQuotes(_ text: String) -> Bool {
    guard let first = text.utf8.first else { return true }
    if first == UInt8(ascii: "#") || first == UInt8(ascii: "~") { return true }
    if text.utf8.count == 1, first == UInt8(ascii: "{") || first == UInt8(ascii: "}") {
      return true
    }
    return text.utf8.contains { byte in " !\"$&'()*;<=>?[\\^`|".utf8.contains(byte) }
  }

  private static func isQuietInDoubleQuotes(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": true
    case " ", "%", "'", "+", ",", "-", ".", "/", ":", "@", "]", "_": true
    default: false
    }
  }

  /// As a shell reads it in `$'…'`: `\n`, or the octal numbers of its bytes.
  public static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\u{7}": "\\a"
    case "\u{8}": "\\b"
    case "\t": "\\t"
    case "\n": "\\n"
    case "\u{B}": "\\v"
    case "\u{C}": "\\f"
    case "\r": "\\r"
    default: String(scalar).bytes.map { octal($0) }.joined()
    }
  }

  private static func octal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 8)
    return "\\" + String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
  }
}
