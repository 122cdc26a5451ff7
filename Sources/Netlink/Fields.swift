/// Fields of a message in the machine's byte order, at places known from the kernel's headers.
///
/// What lies beyond the end is 0 or empty: kernels of different age send structures of different
/// length, and a length that lies must not lead anywhere.
public struct Fields {
  public let bytes: UnsafeRawBufferPointer

  @inline(__always)
  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  public var count: Int { bytes.count }

  @inline(__always)
  public func has(_ offset: Int, _ size: Int) -> Bool { offset >= 0 && offset <= count - size }

  @inline(__always)
  public func byte(_ offset: Int) -> UInt8 { has(offset, 1) ? bytes[offset] : 0 }

  @inline(__always)
  public func half(_ offset: Int) -> UInt16 {
    has(offset, 2) ? bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self) : 0
  }

  @inline(__always)
  public func word(_ offset: Int) -> UInt32 {
    has(offset, 4) ? bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self) : 0
  }

  @inline(__always)
  public func long(_ offset: Int) -> UInt64 {
    has(offset, 8) ? bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) : 0
  }

  /// Fields in network order.
  @inline(__always)
  public func bigHalf(_ offset: Int) -> UInt16 { UInt16(bigEndian: half(offset)) }
  @inline(__always)
  public func bigWord(_ offset: Int) -> UInt32 { UInt32(bigEndian: word(offset)) }
  @inline(__always)
  public func bigLong(_ offset: Int) -> UInt64 { UInt64(bigEndian: long(offset)) }

  /// `size` bytes from `offset` on, or as many as there are.
  public func slice(_ offset: Int, _ size: Int = .max) -> UnsafeRawBufferPointer {
    guard offset >= 0, offset < count, size > 0 else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + min(size, count - offset))])
  }

  /// All bytes up to the first NUL.
  public var textBytes: UnsafeRawBufferPointer {
    slice(0, bytes.firstIndex(of: 0) ?? count)
  }
}
