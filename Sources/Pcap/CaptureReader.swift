public import Linux

/// Reads captures of either kind: pcap with micro- or nanoseconds (pcap-savefile(5)) and pcapng
/// (draft-ietf-opsawg-pcapng), both in either byte order.
public final class CaptureReader {
  public private(set) var format = CaptureFormat(linkType: 0, snapshot: 0)
  let buffer: CaptureBuffer
  var order = ByteOrder(isSwapped: false)
  private var isBlocks = false
  /// The interfaces of a section of pcapng.
  var interfaces: [BlockInterface] = []

  /// Reads the header.
  ///
  /// - Parameter fill: puts more bytes into memory and answers how many; 0 is the end.
  public init(
    fill: @escaping (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
  ) throws(CaptureError) {
    buffer = CaptureBuffer(fill: fill)
    let magic = try buffer.peek(4)
    guard magic.count == 4 else {
      throw .damaged(
        "truncated dump file; tried to read 4 file header bytes, only got \(magic.count)")
    }
    switch ByteOrder(isSwapped: false).number32(magic, 0) {
    case 0xA1B2_C3D4: try readHeader(isSwapped: false, isNanoseconds: false)
    case 0xD4C3_B2A1: try readHeader(isSwapped: true, isNanoseconds: false)
    case 0xA1B2_3C4D: try readHeader(isSwapped: false, isNanoseconds: true)
    case 0x4D3C_B2A1: try readHeader(isSwapped: true, isNanoseconds: true)
    case 0x0A0D_0D0A:
      isBlocks = true
      format = try readFirstSection()
    default: throw .damaged("unknown file format")
    }
  }

  /// The next packet; nil at the end.
  public func next() throws(CaptureError) -> CapturedPacket? {
    isBlocks ? try nextBlockPacket() : try nextRecord()
  }

  private func readHeader(isSwapped: Bool, isNanoseconds: Bool) throws(CaptureError) {
    order = ByteOrder(isSwapped: isSwapped)
    let header = try buffer.take(24)
    guard header.count == 24 else {
      throw .damaged(
        "truncated dump file; tried to read 24 file header bytes, only got \(header.count)")
    }
    let major = order.number16(header, 4)
    let minor = order.number16(header, 6)
    guard major == 2, minor == 4 else {
      throw .damaged("unsupported pcap savefile version \(major).\(minor)")
    }
    let linkType = order.number32(header, 20)
    format = CaptureFormat(
      // The upper bits tell the length of a frame check sequence.
      linkType: Int32(linkType & 0x03FF_FFFF), snapshot: Self.snapshot(order.number32(header, 16)),
      isNanoseconds: isNanoseconds)
  }

  /// 0 and what is too much for any machine mean no limit.
  static func snapshot(_ stated: UInt32) -> Int {
    stated == 0 || stated > CaptureFormat.largestSnapshot
      ? CaptureFormat.largestSnapshot : Int(stated)
  }

  private func nextRecord() throws(CaptureError) -> CapturedPacket? {
    let header = try buffer.take(16)
    if header.isEmpty { return nil }
    guard header.count == 16 else {
      throw .damaged("truncated dump file; tried to read 16 header bytes, only got \(header.count)")
    }
    let seconds = Int(order.number32(header, 0))
    let fraction = Int(order.number32(header, 4))
    let length = Int(order.number32(header, 12))
    let bytes = try packet(Int(order.number32(header, 8)))
    return CapturedPacket(
      seconds: seconds, nanoseconds: format.isNanoseconds ? fraction : fraction * 1000,
      length: length, bytes: bytes)
  }

  /// The bytes of a packet, of which the snapshot's length is kept.
  private func packet(_ count: Int) throws(CaptureError) -> UnsafeRawBufferPointer {
    guard count <= CaptureFormat.largestSnapshot else {
      throw .damaged(
        "invalid packet capture length \(count), bigger than maximum of "
          + "\(CaptureFormat.largestSnapshot)")
    }
    let bytes = try buffer.take(count)
    guard bytes.count == count else {
      throw .damaged(
        "truncated dump file; tried to read \(count) captured bytes, only got \(bytes.count)")
    }
    return UnsafeRawBufferPointer(rebasing: bytes[..<min(count, format.snapshot)])
  }
}
