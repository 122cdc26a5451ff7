internal import Linux

/// Blocks of base64 between `-----BEGIN …-----` and `-----END …-----`, RFC 7468.
public struct PEM: Equatable, Sendable {
  public let label: String
  public let der: [UInt8]

  /// The blocks of a file, in order; what is between and around them is text.
  public static func blocks(_ file: [UInt8]) -> [PEM] {
    var blocks: [PEM] = []
    file.withUnsafeBytes { bytes in
      var position = 0
      while let block = next(bytes, &position) { blocks.append(block) }
    }
    return blocks
  }

  /// The certificates of a file: of PEM blocks, or one as DER.
  public static func certificates(_ file: [UInt8]) -> [[UInt8]] {
    if file.first == 0x30 { return [file] }
    return blocks(file).filter { $0.isCertificate }.map { $0.der }
  }

  /// Whether this is a certificate, under one of OpenSSL's three names.
  public var isCertificate: Bool {
    label.sameBytes(as: "CERTIFICATE") || label.sameBytes(as: "X509 CERTIFICATE")
      || label.sameBytes(as: "TRUSTED CERTIFICATE")
  }

  private static func next(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> PEM? {
    while let start = find(begin, bytes, from: position) {
      position = start + begin.count
      guard let dashes = find(Self.dashes, bytes, from: position), dashes - position < 80 else {
        continue
      }
      let label = bytes[position..<dashes]
      let content = dashes + Self.dashes.count
      guard let end = find(Self.end, bytes, from: content) else { return nil }
      position = end
      let body = bytes.part(content..<end)
      // Keys with a password have headers, which only OpenSSL reads.
      guard let der = Base64.decoded(body) else { continue }
      return PEM(label: String(bytes: label), der: der)
    }
    return nil
  }

  private static let begin: StaticString = "-----BEGIN "
  private static let end: StaticString = "-----END "
  private static let dashes: StaticString = "-----"

  private static func find(_ wanted: StaticString, _ bytes: UnsafeRawBufferPointer, from: Int)
    -> Int?
  {
    var position = from
    let size = wanted.count
    while position + size <= bytes.count {
      guard let first = bytes.offset(of: UInt8(ascii: "-"), from: position) else { return nil }
      if first + size <= bytes.count, compareStatic(wanted, bytes, first) { return first }
      position = first + 1
    }
    return nil
  }

  private static func compareStatic(
    _ wanted: StaticString, _ bytes: UnsafeRawBufferPointer, _ start: Int
  ) -> Bool {
    for index in 0..<wanted.count where wanted.utf8Start[index] != bytes[start + index] {
      return false
    }
    return true
  }
}

extension StaticString {
  var count: Int { utf8CodeUnitCount }
}

/// RFC 4648 section 4.
public enum Base64 {
  /// nil where there is anything but base64 and white space.
  public static func decoded(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    var isGood = true
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { target, count in
      var pending: UInt32 = 0
      var bits = 0
      for byte in text {
        let value: UInt32
        switch byte {
        case 0x41...0x5A: value = UInt32(byte) - 0x41
        case 0x61...0x7A: value = UInt32(byte) - 0x61 + 26
        case 0x30...0x39: value = UInt32(byte) - 0x30 + 52
        case 0x2B: value = 62
        case 0x2F: value = 63
        case 0x3D, 0x0A, 0x0D, 0x20, 0x09: continue
        default:
          isGood = false
          return
        }
        pending = pending << 6 | value
        bits += 6
        if bits >= 8 {
          bits -= 8
          target[count] = UInt8(truncatingIfNeeded: pending >> UInt32(bits))
          count += 1
        }
      }
    }
    return isGood ? bytes : nil
  }

  /// In lines of `width` characters.
  public static func encoded(_ bytes: [UInt8], width: Int = 64) -> [UInt8] {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".bytes
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 3 * 4 + bytes.count / 48 + 8)
    var column = 0
    var index = 0
    while index < bytes.count {
      let count = min(3, bytes.count - index)
      var group: UInt32 = 0
      for offset in 0..<3 {
        group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
      }
      for place in 0..<4 {
        let value = Int(group >> UInt32(18 - 6 * place) & 63)
        result.append(place <= count ? letters[value] : UInt8(ascii: "="))
      }
      index += 3
      column += 4
      if column == width {
        result.append(UInt8(ascii: "\n"))
        column = 0
      }
    }
    if column > 0 { result.append(UInt8(ascii: "\n")) }
    return result
  }
}
