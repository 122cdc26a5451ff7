/// The layout of a header block: POSIX.1-2017 pax(1), "ustar Interchange Format".
enum Field {
  case name, mode, uid, gid, size, modified, checksum, type, link, magic, user, group
  case major, minor, prefix
  /// GNU's own: the map of an old sparse file, whether more of it follows, and its whole size.
  case sparseMap, isExtended, realSize

  var range: Range<Int> {
    switch self {
    case .name: 0..<100
    case .mode: 100..<108
    case .uid: 108..<116
    case .gid: 116..<124
    case .size: 124..<136
    case .modified: 136..<148
    case .checksum: 148..<156
    case .type: 156..<157
    case .link: 157..<257
    case .magic: 257..<265
    case .user: 265..<297
    case .group: 297..<329
    case .major: 329..<337
    case .minor: 337..<345
    case .prefix: 345..<500
    case .sparseMap: 386..<482
    case .isExtended: 482..<483
    case .realSize: 483..<495
    }
  }
}

/// Reads the fields of a block of `blockSize` bytes.
struct HeaderBlock {
  let bytes: UnsafeRawBufferPointer

  var isZero: Bool { bytes.allSatisfy { $0 == 0 } }
  var type: UInt8 { bytes[Field.type.range.lowerBound] }

  /// Whether the sum of all bytes, with the sum itself as blanks, is what the header states. Some
  /// old programs summed signed bytes.
  var isValid: Bool {
    guard let stated = number(.checksum) else { return false }
    var (unsigned, signed) = (0, 0)
    for (index, byte) in bytes.enumerated() {
      let byte = Field.checksum.range.contains(index) ? 0x20 : byte
      unsigned += Int(byte)
      signed += Int(Int8(bitPattern: byte))
    }
    return stated == unsigned || stated == signed
  }

  /// Whether the prefix field is a prefix: in ustar, not in GNU's format.
  var isUSTAR: Bool { bytes[257..<263].elementsEqual([0x75, 0x73, 0x74, 0x61, 0x72, 0]) }

  /// Text up to a NUL.
  func text(_ field: Field) -> [UInt8] {
    let field = bytes[field.range]
    return Array(field[..<(field.firstIndex(of: 0) ?? field.endIndex)])
  }

  func number(_ field: Field) -> Int? { number(field.range) }

  /// Octal digits with blanks around, or base 256 where the highest bit is set; nil for what is neither.
  func number(_ range: Range<Int>) -> Int? {
    let field = bytes[range]
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 { return binary(field) }
    var value = 0
    var digits = field.drop { $0 == 0x20 || $0 == 0 }
    while let digit = digits.first, digit >= 0x30, digit <= 0x37 {
      guard value <= Int.max >> 3 else { return nil }
      value = value << 3 | Int(digit - 0x30)
      digits = digits.dropFirst()
    }
    return digits.first.map { $0 == 0x20 || $0 == 0 } ?? true ? value : nil
  }

  /// Two's complement; the highest bit is only the mark, the next one is the sign.
  private func binary(_ field: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard let first = field.first else { return nil }
    let isNegative = first & 0x40 != 0
    var value = isNegative ? -1 : 0
    for (index, byte) in field.enumerated() {
      let byte = index == 0 ? (isNegative ? byte : byte & 0x7F) : byte
      let high = value >> 54
      guard high == 0 || high == -1 else { return nil }
      value = value << 8 | Int(byte)
    }
    return value
  }
}
