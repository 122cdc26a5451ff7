internal import Linux

/// Reads numbers and texts of a block or a payload; every step is checked against the end.
public struct NettraceCursor {
  public let bytes: UnsafeRawBufferPointer
  public private(set) var position = 0

  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  @inline(__always)
  public var remaining: Int { bytes.count - position }

  @inline(__always)
  public mutating func skip(_ count: Int) throws(NettraceError) {
    guard count >= 0, count <= remaining else { throw .damaged }
    position += count
  }

  /// The next `count` bytes, in place.
  @inline(__always)
  public mutating func part(_ count: Int) throws(NettraceError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining, let base = bytes.baseAddress else {
      guard count == 0 else { throw .damaged }
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    let part = UnsafeRawBufferPointer(start: base + position, count: count)
    position += count
    return part
  }

  /// Where the next byte is, if `count` bytes follow at least.
  @inline(__always)
  func ahead(_ count: Int) -> UnsafeRawPointer? {
    guard remaining >= count, let base = bytes.baseAddress else { return nil }
    return base + position
  }

  @inline(__always)
  public mutating func byte() throws(NettraceError) -> UInt8 {
    guard remaining > 0 else { throw .damaged }
    defer { position += 1 }
    return bytes[position]
  }

  @inline(__always)
  public mutating func uint16() throws(NettraceError) -> UInt16 {
    guard remaining >= 2 else { throw .damaged }
    defer { position += 2 }
    return UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt16.self))
  }

  @inline(__always)
  public mutating func uint32() throws(NettraceError) -> UInt32 {
    guard remaining >= 4 else { throw .damaged }
    defer { position += 4 }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  @inline(__always)
  public mutating func uint64() throws(NettraceError) -> UInt64 {
    guard remaining >= 8 else { throw .damaged }
    defer { position += 8 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  @inline(__always)
  public mutating func int32() throws(NettraceError) -> Int { Int(Int32(bitPattern: try uint32())) }

  /// A number in groups of 7 bits, the lowest first; what overflows 64 bits is no number.
  @inline(__always)
  public mutating func varint() throws(NettraceError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
      if shift > 63 { throw .damaged }
    }
  }

  /// The bytes of a UTF-16 text, without the NUL that ends it.
  public mutating func wideText() throws(NettraceError) -> UnsafeRawBufferPointer {
    var end = position
    while end + 1 < bytes.count, bytes[end] != 0 || bytes[end + 1] != 0 { end += 2 }
    guard end + 1 < bytes.count else { throw .damaged }
    let text = try part(end - position)
    position += 2
    return text
  }

  public mutating func text() throws(NettraceError) -> String { String(utf16: try wideText()) }
}

extension String {
  /// Text from little-endian UTF-16; halves of a pair become U+FFFD.
  public init(utf16 bytes: UnsafeRawBufferPointer) {
    var plain: [UInt8] = []
    plain.reserveCapacity(bytes.count / 2)
    plain.append(utf16: bytes)
    self = String(decoding: plain, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends little-endian UTF-16 as UTF-8.
  public mutating func append(utf16 bytes: UnsafeRawBufferPointer) {
    var index = 0
    let end = bytes.count & ~1
    while index < end {
      let unit = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self))
      index += 2
      if unit < 0x80 {
        append(UInt8(truncatingIfNeeded: unit))
        continue
      }
      var value = UInt32(unit)
      if unit & 0xF800 == 0xD800 {
        value = 0xFFFD
        if unit & 0xFC00 == 0xD800, index < end {
          let next = UInt16(
            littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self))
          if next & 0xFC00 == 0xDC00 {
            value = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(next & 0x3FF))
            index += 2
          }
        }
      }
      append(scalar: value)
    }
  }

  private mutating func append(scalar value: UInt32) {
    let low = { (shift: UInt32) in UInt8(truncatingIfNeeded: 0x80 | (value >> shift & 0x3F)) }
    if value < 0x800 {
      append(UInt8(truncatingIfNeeded: 0xC0 | value >> 6))
    } else if value < 0x10000 {
      append(UInt8(truncatingIfNeeded: 0xE0 | value >> 12))
      append(low(6))
    } else {
      append(UInt8(truncatingIfNeeded: 0xF0 | value >> 18))
      append(low(12))
      append(low(6))
    }
    append(low(0))
  }
}
