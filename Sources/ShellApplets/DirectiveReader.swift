internal import Box
internal import Linux

/// Reads what stands between the `%` of a format and its conversion letter.
struct DirectiveReader {
  private(set) var rest: ArraySlice<UInt8>
  private let whole: ArraySlice<UInt8>
  /// Flags for printf(3).
  private(set) var flags = ""
  private var allowed = "aAcdeEfFgGiosuxX"

  /// - Parameter rest: what follows the `%`.
  init(_ rest: ArraySlice<UInt8>) {
    self.rest = rest
    whole = rest
  }

  mutating func readFlags() {
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "'"): forbid("aAceEosxX")
      // Digits of the locale; there is only the C locale, as for the grouping above.
      case UInt8(ascii: "I"): forbid("aAceEosxX")
      case UInt8(ascii: "#"): forbid("cdisu")
      case UInt8(ascii: "0"): forbid("cs")
      case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: " "): break
      default: return
      }
      if byte != UInt8(ascii: "'"), byte != UInt8(ascii: "I") {
        flags.unicodeScalars.append(Unicode.Scalar(byte))
      }
      rest = rest.dropFirst()
    }
  }

  /// Removes `letters` from the conversions that may follow.
  mutating func forbid(_ letters: String) {
    allowed = String(
      String.UnicodeScalarView(
        allowed.unicodeScalars.filter { letter in
          !letters.unicodeScalars.contains(letter)
        }))
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func isStar() -> Bool { take(UInt8(ascii: "*")) }

  /// A field width or precision; nil where there is none.
  mutating func number(_ what: String) throws(Failure) -> Int32? {
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    guard !digits.isEmpty else { return nil }
    rest = rest[digits.endIndex...]
    let text = String(bytes: digits)
    guard let value = Int32(text) else { throw .message("\(text): invalid \(what)") }
    return value
  }

  mutating func conversion() throws(Failure) -> Unicode.Scalar {
    while let byte = rest.first, "lLhjtz".utf8.contains(byte) { rest = rest.dropFirst() }
    guard let byte = rest.popFirst(), allowed.utf8.contains(byte) else {
      let typed = String(bytes: whole[..<rest.startIndex])
      throw .message("%\(typed): invalid conversion specification")
    }
    return Unicode.Scalar(byte)
  }
}
