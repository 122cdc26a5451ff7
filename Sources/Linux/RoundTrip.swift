internal import CLinux

/// What the kernel measured of a TCP connection, tcp(7) TCP_INFO.
public struct RoundTrip: Sendable {
  /// Smoothed round trip time and its mean deviation, in microseconds.
  public let time: Int
  public let variance: Int
  /// Segments sent again since the connection began, SYN included.
  public let retransmits: Int
}

extension Socket {
  /// nil where this is no TCP connection.
  public var roundTrip: RoundTrip? {
    var time: UInt32 = 0
    var variance: UInt32 = 0
    var retransmits: UInt32 = 0
    guard clinux_tcp_info(descriptor, &time, &variance, &retransmits) == 0 else { return nil }
    return RoundTrip(time: Int(time), variance: Int(variance), retransmits: Int(retransmits))
  }
}
