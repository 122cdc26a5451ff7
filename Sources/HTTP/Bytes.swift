internal import Linux

/// What bytes of ASCII are.
public enum Bytes {
  public static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= 0x61 && lower <= 0x7A
  }

  public static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  public static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 9 }

  /// Without blanks at both ends.
  public static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop { isBlank($0) }
    while let last = bytes.last, isBlank(last) || last == 13 || last == 10 { bytes.removeLast() }
    return bytes
  }

  /// A decimal number that is all of `bytes`; nil for anything else and beyond `Int`.
  public static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 19 else { return nil }
    var value: Int = 0
    for byte in bytes {
      guard isDigit(byte) else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(Int(byte - 0x30))
      if tooLarge || overflow { return nil }
      value = sum
    }
    return value
  }

  /// A number as strtoul(3) reads it: `0x7f`, `0177`, `127`; at most 32 bits.
  static func cNumber(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    var digits = bytes
    var base: UInt64 = 10
    if digits.first == 0x30, digits.count > 1 {
      digits = digits.dropFirst()
      base = 8
      if let mark = digits.first, mark | 0x20 == 0x78 {
        digits = digits.dropFirst()
        base = 16
      }
    }
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in digits {
      guard let digit = hexValue(byte), UInt64(digit) < base else { return nil }
      value = value * base + UInt64(digit)
      if value > 0xFFFF_FFFF { return nil }
    }
    return value
  }

  /// Whether both are the same but for the case of letters.
  public static func equal(_ a: some Collection<UInt8>, _ b: StaticString) -> Bool {
    b.withUTF8Buffer { wanted in
      guard a.count == wanted.count else { return false }
      var index = 0
      for byte in a {
        if lower(byte) != lower(wanted[index]) { return false }
        index += 1
      }
      return true
    }
  }

  public static func lower(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte + 32 : byte
  }

  /// Two hexadecimal digits.
  public static func hex(_ byte: UInt8, upper: Bool = true) -> [UInt8] {
    let digits: StaticString = upper ? "0123456789ABCDEF" : "0123456789abcdef"
    return digits.withUTF8Buffer { [$0[Int(byte >> 4)], $0[Int(byte & 15)]] }
  }
}

extension String {
  /// Whether both are the same but for the case of ASCII letters.
  public func isSameName(as other: String) -> Bool {
    utf8.count == other.utf8.count
      && utf8.elementsEqual(other.utf8) { Bytes.lower($0) == Bytes.lower($1) }
  }
}

/// Percent-encoding, RFC 3986 section 2.1.
public enum Percent {
  /// - Returns: nil where it decodes to a control byte; a `%` without digits stays.
  public static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      var byte = bytes[index]
      if byte == 0x25, index + 2 < bytes.endIndex, let high = Bytes.hexValue(bytes[index + 1]),
        let low = Bytes.hexValue(bytes[index + 2])
      {
        byte = high << 4 | low
        index += 2
      }
      if byte < 0x20 || byte == 0x7F { return nil }
      result.append(byte)
      index += 1
    }
    return result
  }

  /// All but letters, digits and `-._~`.
  public static func encode(_ text: String) -> String { String(bytes: encode(text.bytes)) }

  public static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if Bytes.isLetter(byte) || Bytes.isDigit(byte) || byte == 0x2D || byte == 0x2E
        || byte == 0x5F || byte == 0x7E
      {
        result.append(byte)
      } else {
        result.append(0x25)
        result += Bytes.hex(byte)
      }
    }
    return result
  }

  /// Only what may not stand in a URL at all: blanks, control bytes, and what is not ASCII.
  static func escapeIllegal(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var isQuery = false
    for byte in bytes {
      if byte == 0x3F { isQuery = true }
      if byte == 0x20, isQuery {
        result.append(0x2B)
      } else if byte <= 0x20 || byte >= 0x7F {
        result.append(0x25)
        result += Bytes.hex(byte, upper: false)
      } else {
        result.append(byte)
      }
    }
    return result
  }
}
