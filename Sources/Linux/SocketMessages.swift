internal import CLinux

/// A datagram with what the kernel tells of it, or an entry of the error queue. recvmsg(2), ip(7), ipv6(7).
public struct ReceivedMessage: Sendable {
  /// How many bytes were stored: the datagram, or what is left of the one that failed.
  public let count: Int
  /// Who sent the datagram; of an error, where the datagram that failed was going.
  public let address: SocketAddress
  /// TTL or hop limit it came with.
  public let hopLimit: Int?
  /// When it came, by the time of day.
  public let time: Instant?
  /// The datagram was longer than the buffer.
  public let isCut: Bool
  /// Of an error: `sock_extended_err` and the address of its sender, as they lie in memory.
  public let errorRecord: [UInt8]
}

extension Socket {
  /// Receives once, from the error queue where wanted; nil where nothing is there.
  public func receiveMessage(into bytes: inout [UInt8], fromErrors: Bool = false)
    throws(SystemError) -> ReceivedMessage?
  {
    var raw = clinux_received()
    let count = try unlessBlocking { () throws(SystemError) in
      try check("recvmsg", "") {
        bytes.withUnsafeMutableBytes {
          clinux_receive_message(descriptor, $0.baseAddress, $0.count, fromErrors ? 1 : 0, &raw)
        }
      }
    }
    guard let count else { return nil }
    let size = raw.record_size
    let record = withUnsafeBytes(of: &raw.record) { Array($0.prefix(Int(size))) }
    return ReceivedMessage(
      count: min(count, bytes.count), address: SocketAddress(&raw.name, raw.name_size),
      hopLimit: raw.hop_limit < 0 ? nil : Int(raw.hop_limit),
      time: raw.has_time != 0 ? Instant(raw.time) : nil,
      isCut: raw.flags & Int32(MSG_TRUNC) != 0, errorRecord: record)
  }

  /// How large datagrams are treated, ip(7) IP_MTU_DISCOVER.
  public enum PathDiscovery: Sendable {
    /// Never set DF; fragment where it is needed.
    case off
    /// Find the path MTU; fragment here what is larger.
    case want
    /// Set DF; refuse what is larger than the path MTU known.
    case require
    /// Set DF; send whatever the interface takes.
    case probe

    var rawValue: Int32 {
      switch self {
      case .off: IP_PMTUDISC_DONT
      case .want: IP_PMTUDISC_WANT
      case .require: IP_PMTUDISC_DO
      case .probe: IP_PMTUDISC_PROBE
      }
    }
  }

  public func set(_ discovery: PathDiscovery, _ family: IPAddress.Family) throws(SystemError) {
    try set(family == .v4 ? .pathMTU : .pathMTUV6, discovery.rawValue)
  }

  /// How many routers what is sent from now on may pass.
  public func setHopLimit(_ limit: Int, _ family: IPAddress.Family) throws(SystemError) {
    try set(family == .v4 ? .timeToLive : .hopLimit, Int32(clamping: limit))
  }

  public func setTrafficClass(_ value: Int, _ family: IPAddress.Family) throws(SystemError) {
    try set(family == .v4 ? .typeOfService : .trafficClass, Int32(clamping: value))
  }

  /// Asks for the hop limit that datagrams come with, and for the time they came at.
  public func setTellsArrival(_ family: IPAddress.Family) throws(SystemError) {
    if family == .v4 {
      try set(level: Int32(IPPROTO_IP), IP_RECVTTL)
    } else {
      try set(level: Int32(IPPROTO_IPV6), IPV6_RECVHOPLIMIT)
    }
    try set(level: SOL_SOCKET, SO_TIMESTAMPNS)
  }

  /// Loops multicast back to this machine or not.
  public func setMulticastLoop(_ isOn: Bool, _ family: IPAddress.Family) throws(SystemError) {
    if family == .v4 {
      try set(level: Int32(IPPROTO_IP), IP_MULTICAST_LOOP, isOn ? 1 : 0)
    } else {
      try set(level: Int32(IPPROTO_IPV6), IPV6_MULTICAST_LOOP, isOn ? 1 : 0)
    }
  }

  /// Packets with a smaller TTL or hop limit are dropped by the kernel, RFC 5082.
  public func setLeastHopLimit(_ limit: Int, _ family: IPAddress.Family) throws(SystemError) {
    let value = Int32(clamping: limit)
    if family == .v4 {
      try set(level: Int32(IPPROTO_IP), IP_MINTTL, value)
    } else {
      try set(level: Int32(IPPROTO_IPV6), IPV6_MINHOPCOUNT, value)
    }
  }

  /// Closing forgets the connection with a reset, whatever is under way.
  public func setAbortive() { _ = clinux_set_abortive(descriptor) }

  private func set(level: Int32, _ name: Int32, _ value: Int32 = 1) throws(SystemError) {
    var value = value
    try check("setsockopt", "") {
      Int(setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size)))
    }
  }
}

/// Protocols of IP that sockets are made for.
public enum InternetProtocol {
  public static var icmp: Int32 { Int32(IPPROTO_ICMP) }
  public static var icmp6: Int32 { Int32(IPPROTO_ICMPV6) }
  public static var udp: Int32 { Int32(IPPROTO_UDP) }
  public static var tcp: Int32 { Int32(IPPROTO_TCP) }
}

extension Errno {
  public static let noProtocolOption = Errno(code: ENOPROTOOPT)
  public static let protocolError = Errno(code: EPROTO)
  public static let noBuffers = Errno(code: ENOBUFS)
}

/// Removes the name of a socket of ours from the file system; an abstract name goes by itself.
public func removeSocket(_ path: String) {
  guard !path.hasPrefix("@") else { return }
  _ = path.withPath { unlink($0) }
}
