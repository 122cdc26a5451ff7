/// The header of a member of a gzip file, RFC 1952 section 2.3.
public struct GzipHeader: Equatable, Sendable {
  /// The name of the file that was compressed, without folders; Latin-1 says the RFC, any bytes say files.
  public var name: [UInt8]?
  /// Seconds since 1970; 0 is not known.
  public var modified: UInt32 = 0
  /// 2: best compression, 4: fastest.
  public var extraFlags: UInt8 = 0

  public init(name: [UInt8]? = nil, modified: UInt32 = 0, extraFlags: UInt8 = 0) {
    self.name = name
    self.modified = modified
    self.extraFlags = extraFlags
  }

  public enum Outcome: Equatable, Sendable {
    /// The header is whole; the data starts behind so many bytes.
    case header(GzipHeader, length: Int)
    /// More bytes are needed to tell.
    case incomplete
    case notGzip
    /// Not deflate, or with flags that the RFC reserves.
    case unsupported
  }

  /// No header that makes sense is longer.
  public static let longest = 1 << 17

  /// Reads the header at the start of `bytes`.
  public static func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    let magic: [UInt8] = [0x1F, 0x8B]
    for (byte, wanted) in zip(bytes, magic) where byte != wanted { return .notGzip }
    guard bytes.count >= 10 else { return .incomplete }
    let flags = bytes[3]
    guard bytes[2] == 8, flags & 0xE0 == 0 else { return .unsupported }
    var header = GzipHeader()
    header.modified = bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self).littleEndian
    header.extraFlags = bytes[8]
    var offset = 10
    if flags & 4 != 0 {
      guard offset + 2 <= bytes.count else { return .incomplete }
      offset += 2 + Int(bytes[offset]) + Int(bytes[offset + 1]) << 8
    }
    if flags & 8 != 0 {
      guard let end = terminator(bytes, offset) else { return tooShort(bytes) }
      header.name = Array(bytes[offset..<end])
      offset = end + 1
    }
    if flags & 16 != 0 {
      guard let end = terminator(bytes, offset) else { return tooShort(bytes) }
      offset = end + 1
    }
    if flags & 2 != 0 { offset += 2 }
    return offset <= bytes.count ? .header(header, length: offset) : tooShort(bytes)
  }

  private static func tooShort(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    bytes.count < longest ? .incomplete : .unsupported
  }

  private static func terminator(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    return bytes[start...].firstIndex(of: 0)
  }

  /// The bytes of the header, as made on Unix.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, name == nil ? 0 : 8]
    for shift in [0, 8, 16, 24] {
      bytes.append(UInt8(truncatingIfNeeded: modified >> UInt32(shift)))
    }
    bytes += [extraFlags, 3]
    if let name { bytes += name + [0] }
    return bytes
  }
}
