public import Linux

/// An entry of a socket's error queue: `struct sock_extended_err` of ip(7), and who sent it.
public struct ExtendedError: Equatable, Sendable {
  public enum Origin: Equatable, Sendable { case local, icmp, icmp6, other }

  public let errno: Errno
  public let origin: Origin
  public let type: UInt8
  public let code: UInt8
  /// The MTU, where a packet was too big.
  public let info: UInt32
  /// Who complained: a router, or the destination.
  public let offender: IPAddress?

  static let size = 16

  /// Reads the record as it lies in memory, in the machine's byte order.
  ///
  /// - Returns: nil where it is cut short.
  public init?(record: [UInt8]) {
    guard record.count >= Self.size else { return nil }
    errno = Errno(code: Int32(truncatingIfNeeded: Self.native32(record, 0)))
    switch record[4] {
    case 1: origin = .local
    case 2: origin = .icmp
    case 3: origin = .icmp6
    default: origin = .other
    }
    type = record[5]
    code = record[6]
    info = Self.native32(record, 8)
    offender = Self.address(Array(record[Self.size...]))
  }

  /// What the ICMP message said; nil for what our own machine refused.
  public var complaint: Complaint? {
    switch origin {
    case .icmp: Complaint(.v4, type: type, code: code, info: info)
    case .icmp6: Complaint(.v6, type: type, code: code, info: info)
    case .local, .other: nil
    }
  }

  /// A `sockaddr`: family in the machine's order, then as sockaddr_in or sockaddr_in6 of ip(7), ipv6(7).
  private static func address(_ bytes: [UInt8]) -> IPAddress? {
    guard bytes.count >= 8 else { return nil }
    switch native16(bytes, 0) {
    case 2: return IPAddress(bytes: bytes[4..<8])
    case 10:
      guard bytes.count >= 24 else { return nil }
      let zone = bytes.count >= 28 ? native32(bytes, 24) : 0
      guard let address = IPAddress(bytes: bytes[8..<24]) else { return nil }
      return address.isLinkLocal ? IPAddress(bytes: bytes[8..<24], zone: zone) : address
    default: return nil
    }
  }

  private static func native16(_ bytes: [UInt8], _ index: Int) -> UInt16 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index, as: UInt16.self) }
  }

  private static func native32(_ bytes: [UInt8], _ index: Int) -> UInt32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index, as: UInt32.self) }
  }
}
