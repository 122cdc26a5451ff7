public import Linux

/// The bytes of pcap files, pcap-savefile(5), in the byte order of this machine.
public enum CaptureWriter {
  public static func header(_ format: CaptureFormat) -> [UInt8] {
    var bytes: [UInt8] = []
    append(format.isNanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4, to: &bytes)
    // Version 2.4.
    append(2 | 4 << 16, to: &bytes)
    append(0, to: &bytes)
    append(0, to: &bytes)
    append(UInt32(clamping: format.snapshot), to: &bytes)
    append(UInt32(bitPattern: format.linkType), to: &bytes)
    return bytes
  }

  /// Appends a packet to `buffer`.
  public static func write(
    _ packet: CapturedPacket, _ format: CaptureFormat, to buffer: TextBuffer
  ) {
    append(UInt32(truncatingIfNeeded: packet.seconds), to: buffer)
    let fraction = format.isNanoseconds ? packet.nanoseconds : packet.nanoseconds / 1000
    append(UInt32(truncatingIfNeeded: fraction), to: buffer)
    append(UInt32(clamping: packet.bytes.count), to: buffer)
    append(UInt32(clamping: packet.length), to: buffer)
    buffer.append(packet.bytes)
  }

  /// What `write` appends for a packet.
  public static func size(_ packet: CapturedPacket) -> Int { 16 + packet.bytes.count }

  private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value) { bytes += $0 }
  }

  private static func append(_ value: UInt32, to buffer: TextBuffer) {
    withUnsafeBytes(of: value) { buffer.append($0) }
  }
}
