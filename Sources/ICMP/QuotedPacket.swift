public import Linux

/// An IP packet, or as much of it as an ICMP error quotes: RFC 791, RFC 8200.
public struct QuotedPacket: Equatable, Sendable {
  public let source: IPAddress
  public let destination: IPAddress
  /// TTL or hop limit, as it was where the packet ended.
  public let hopLimit: Int
  /// The protocol behind the IP header; of a v6 packet, behind the extension headers that are quoted.
  public let protocolNumber: UInt8
  /// The total length the header states.
  public let length: Int
  /// What follows the headers.
  public let payload: [UInt8]

  /// - Returns: nil where the header is not whole, or of another version.
  public init?(_ bytes: [UInt8], _ family: IPAddress.Family) {
    if family == .v4 { self.init(v4: bytes) } else { self.init(v6: bytes) }
  }

  private init?(v4 bytes: [UInt8]) {
    guard bytes.count >= 20, bytes[0] >> 4 == 4 else { return nil }
    let headerSize = Int(bytes[0] & 15) * 4
    guard headerSize >= 20, headerSize <= bytes.count,
      let source = IPAddress(bytes: bytes[12..<16]),
      let destination = IPAddress(bytes: bytes[16..<20])
    else { return nil }
    self.source = source
    self.destination = destination
    hopLimit = Int(bytes[8])
    protocolNumber = bytes[9]
    length = Int(bytes.number16(at: 2))
    payload = Array(bytes[headerSize...])
  }

  private init?(v6 bytes: [UInt8]) {
    guard bytes.count >= 40, bytes[0] >> 4 == 6, let source = IPAddress(bytes: bytes[8..<24]),
      let destination = IPAddress(bytes: bytes[24..<40])
    else { return nil }
    self.source = source
    self.destination = destination
    hopLimit = Int(bytes[7])
    length = 40 + Int(bytes.number16(at: 4))
    var next = bytes[6]
    var index = 40
    // Hop-by-hop, routing, fragment and destination options; each is at least 8 bytes.
    while [0, 43, 44, 60].contains(next), index + 8 <= bytes.count {
      let size = next == 44 ? 8 : 8 + Int(bytes[index + 1]) * 8
      next = bytes[index]
      index += size
    }
    protocolNumber = next
    payload = index < bytes.count ? Array(bytes[index...]) : []
  }

  /// Source and destination port of UDP or TCP.
  public var ports: (source: UInt16, destination: UInt16)? {
    guard protocolNumber == 17 || protocolNumber == 6, payload.count >= 4 else { return nil }
    return (payload.number16(at: 0), payload.number16(at: 2))
  }

  /// The echo that is quoted, by its header alone.
  public var echo: Echo? {
    guard protocolNumber == (source.family == .v4 ? 1 : 58) else { return nil }
    return Echo(payload, source.family)
  }
}
