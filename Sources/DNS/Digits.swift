/// Bytes as digits, RFC 4648.
enum Digits {
  static func hexadecimal(_ data: ArraySlice<UInt8>, uppercase: Bool) -> [UInt8] {
    let letters: UInt8 = uppercase ? 0x41 - 10 : 0x61 - 10
    var text: [UInt8] = []
    text.reserveCapacity(data.count * 2)
    for byte in data {
      for digit in [byte >> 4, byte & 15] {
        text.append(digit < 10 ? 0x30 + digit : letters + digit)
      }
    }
    return text
  }

  static func base64(_ data: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(data.count * 4 / 3 + 4)
    var rest = data
    while !rest.isEmpty {
      let group = rest.prefix(3)
      rest = rest.dropFirst(3)
      var value: UInt32 = 0
      for byte in group { value = value << 8 | UInt32(byte) }
      value <<= UInt32(8 * (3 - group.count))
      for index in 0..<4 {
        let digit = UInt8(value >> UInt32(18 - 6 * index) & 63)
        text.append(index <= group.count ? base64Digit(digit) : UInt8(ascii: "="))
      }
    }
    return text
  }

  private static func base64Digit(_ digit: UInt8) -> UInt8 {
    switch digit {
    case 0..<26: 0x41 + digit
    case 26..<52: 0x61 + digit - 26
    case 52..<62: 0x30 + digit - 52
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }

  /// The extended alphabet of section 7, without padding, as NSEC3 has it.
  static func base32(_ data: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    var value: UInt32 = 0
    var bits = 0
    for byte in data {
      value = (value << 8 | UInt32(byte)) & 0xFFFF
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(base32Digit(UInt8(value >> UInt32(bits) & 31)))
      }
    }
    if bits > 0 { text.append(base32Digit(UInt8(value << UInt32(5 - bits) & 31))) }
    return text
  }

  private static func base32Digit(_ digit: UInt8) -> UInt8 {
    digit < 10 ? 0x30 + digit : 0x41 + digit - 10
  }

  /// Bytes from hexadecimal text; nil where it is none.
  static func bytes(hexadecimal text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text {
      let digit: UInt8
      switch lower(character) {
      case 0x30...0x39: digit = character - 0x30
      case 0x61...0x66: digit = lower(character) - 0x61 + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }
}

/// Bytes from hexadecimal text; nil where it is none.
public func hexBytes(_ text: [UInt8]) -> [UInt8]? { Digits.bytes(hexadecimal: text[...]) }

/// Lower-case hexadecimal text.
public func hexText(_ bytes: [UInt8]) -> String {
  String(decoding: Digits.hexadecimal(bytes[...], uppercase: false), as: UTF8.self)
}
