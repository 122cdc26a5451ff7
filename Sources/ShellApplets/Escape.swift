internal import Linux

/// What a backslash starts in the arguments of echo(1) and printf(1).
enum Escape: Equatable {
  case bytes([UInt8])
  /// `\c`: all output ends here.
  case stop
  /// Not an escape: the backslash stands for itself.
  case none
  /// `\x` without a digit, or `\u` without all of them.
  case missingDigits
  /// A number that is no character, as typed.
  case notCharacter(String)

  enum Style { case echo, format, argument }

  /// Reads what follows the backslash at the front of `text`, and takes it off `text`.
  static func read(_ text: inout ArraySlice<UInt8>, _ style: Style) -> Escape {
    guard let letter = text.first else { return .none }
    let rest = text.dropFirst()
    switch letter {
    case UInt8(ascii: "c"):
      text = rest
      return .stop
    case UInt8(ascii: "x"):
      return hexadecimal(&text, style)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      // Where an escape is data, `\0` introduces up to three digits of its own.
      let isPrefix = letter == UInt8(ascii: "0") && style != .format
      text = isPrefix ? rest : text
      let value = digits(&text, most: 3, radix: 8).value
      return .bytes([UInt8(truncatingIfNeeded: value)])
    case UInt8(ascii: "u") where style != .echo:
      return unicode(&text, length: 4)
    case UInt8(ascii: "U") where style != .echo:
      return unicode(&text, length: 8)
    default:
      guard let byte = simple(letter, style) else { return .none }
      text = rest
      return .bytes([byte])
    }
  }

  private static func simple(_ letter: UInt8, _ style: Style) -> UInt8? {
    switch letter {
    case UInt8(ascii: "a"): 7
    case UInt8(ascii: "b"): 8
    case UInt8(ascii: "e"): 27
    case UInt8(ascii: "f"): 12
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "t"): 9
    case UInt8(ascii: "v"): 11
    case UInt8(ascii: "\\"): letter
    case UInt8(ascii: "\""): style == .echo ? nil : letter
    default: nil
    }
  }

  private static func hexadecimal(_ text: inout ArraySlice<UInt8>, _ style: Style) -> Escape {
    var rest = text.dropFirst()
    let (value, count) = digits(&rest, most: 2, radix: 16)
    guard count > 0 else { return style == .echo ? .none : .missingDigits }
    text = rest
    return .bytes([UInt8(truncatingIfNeeded: value)])
  }

  /// As C has it: no surrogates, and none of the basic characters but `$`, `@` and `` ` ``.
  private static func unicode(_ text: inout ArraySlice<UInt8>, length: Int) -> Escape {
    let typed = String(bytes: text.prefix(length + 1))
    text = text.dropFirst()
    let (value, count) = digits(&text, most: length, radix: 16)
    guard count == length else { return .missingDigits }
    // GNU prints what lies beyond Unicode as it is typed.
    if value > 0x10FFFF { return .bytes(("\\" + typed).bytes) }
    let isBasic = value < 0xA0 && value != 0x24 && value != 0x40 && value != 0x60
    guard !isBasic, let number = UInt32(exactly: value), let scalar = Unicode.Scalar(number) else {
      return .notCharacter("\\" + typed)
    }
    return .bytes(UTF8.encode(scalar).map { Array($0) } ?? [])
  }

  private static func digits(
    _ text: inout ArraySlice<UInt8>, most: Int, radix: Int
  ) -> (value: Int, count: Int) {
    var value = 0
    var count = 0
    while count < most, let byte = text.first, let digit = digitValue(byte), digit < radix {
      value = value * radix + digit
      count += 1
      text = text.dropFirst()
    }
    return (value, count)
  }
}

/// The value of a digit in any radix up to 16.
func digitValue(_ byte: UInt8) -> Int? {
  switch byte {
  case 0x30...0x39: Int(byte) - 0x30
  case 0x41...0x46: Int(byte) - 0x41 + 10
  case 0x61...0x66: Int(byte) - 0x61 + 10
  default: nil
  }
}
