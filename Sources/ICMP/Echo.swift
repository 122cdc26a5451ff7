public import Linux

/// An echo request or reply: RFC 792, RFC 4443 section 4.
public struct Echo: Equatable, Sendable {
  public var family: IPAddress.Family
  public var isReply: Bool
  /// Ping sockets put their own in its place.
  public var identifier: UInt16
  public var sequence: UInt16
  public var payload: [UInt8]

  public static let headerSize = 8

  public init(
    _ family: IPAddress.Family, isReply: Bool = false, identifier: UInt16, sequence: UInt16,
    payload: [UInt8]
  ) {
    self.family = family
    self.isReply = isReply
    self.identifier = identifier
    self.sequence = sequence
    self.payload = payload
  }

  /// Type bytes of request and reply.
  static func type(_ family: IPAddress.Family, isReply: Bool) -> UInt8 {
    family == .v4 ? (isReply ? 0 : 8) : (isReply ? 129 : 128)
  }

  /// The message. The checksum of ICMPv6 covers addresses that the kernel knows: it fills that in.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = [Self.type(family, isReply: isReply), 0, 0, 0]
    for number in [identifier, sequence] {
      bytes.append(UInt8(number >> 8))
      bytes.append(UInt8(number & 0xFF))
    }
    bytes += payload
    if family == .v4 {
      let sum = internetChecksum(bytes)
      bytes[2] = UInt8(sum >> 8)
      bytes[3] = UInt8(sum & 0xFF)
    }
    return bytes
  }

  /// Reads a message without its IP header; nil where it is no echo, or cut short.
  public init?(_ bytes: [UInt8], _ family: IPAddress.Family) {
    guard bytes.count >= Self.headerSize, bytes[1] == 0 else { return nil }
    if bytes[0] == Self.type(family, isReply: false) {
      isReply = false
    } else if bytes[0] == Self.type(family, isReply: true) {
      isReply = true
    } else {
      return nil
    }
    self.family = family
    identifier = bytes.number16(at: 4)
    sequence = bytes.number16(at: 6)
    payload = Array(bytes[Self.headerSize...])
  }
}
