internal import CLinux

extension Socket {
  /// Options of socket(7), ip(7), ipv6(7) and tcp(7) that are a number.
  public enum Option: Sendable {
    case reuseAddress, keepAlive, broadcast, receiveBuffer, sendBuffer, receiveLowWater, mark
    case timeToLive, hopLimit, typeOfService, trafficClass, v6Only
    case receiveErrors, receiveErrorsV6, pathMTU, pathMTUV6
    case noDelay, maximumSegment, synRetries, userTimeout

    var place: (level: Int32, name: Int32) {
      let ip = Int32(IPPROTO_IP)
      let ipv6 = Int32(IPPROTO_IPV6)
      let tcp = Int32(IPPROTO_TCP)
      return switch self {
      case .reuseAddress: (SOL_SOCKET, SO_REUSEADDR)
      case .keepAlive: (SOL_SOCKET, SO_KEEPALIVE)
      case .broadcast: (SOL_SOCKET, SO_BROADCAST)
      case .receiveBuffer: (SOL_SOCKET, SO_RCVBUF)
      case .sendBuffer: (SOL_SOCKET, SO_SNDBUF)
      case .receiveLowWater: (SOL_SOCKET, SO_RCVLOWAT)
      case .mark: (SOL_SOCKET, SO_MARK)
      case .timeToLive: (ip, IP_TTL)
      case .hopLimit: (ipv6, IPV6_UNICAST_HOPS)
      case .typeOfService: (ip, IP_TOS)
      case .trafficClass: (ipv6, IPV6_TCLASS)
      case .v6Only: (ipv6, IPV6_V6ONLY)
      case .receiveErrors: (ip, IP_RECVERR)
      case .receiveErrorsV6: (ipv6, IPV6_RECVERR)
      case .pathMTU: (ip, IP_MTU_DISCOVER)
      case .pathMTUV6: (ipv6, IPV6_MTU_DISCOVER)
      case .noDelay: (tcp, TCP_NODELAY)
      case .maximumSegment: (tcp, TCP_MAXSEG)
      case .synRetries: (tcp, TCP_SYNCNT)
      case .userTimeout: (tcp, TCP_USER_TIMEOUT)
      }
    }
  }

  public func set(_ option: Option, _ value: Int32 = 1) throws(SystemError) {
    let place = option.place
    var value = value
    try check("setsockopt", "") {
      Int(
        setsockopt(descriptor, place.level, place.name, &value, socklen_t(MemoryLayout<Int32>.size))
      )
    }
  }

  public func get(_ option: Option) throws(SystemError) -> Int32 {
    let place = option.place
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    try check("getsockopt", "") {
      Int(getsockopt(descriptor, place.level, place.name, &value, &size))
    }
    return value
  }

  /// Sends and receives by one interface only, SO_BINDTODEVICE.
  public func bind(toInterface name: String) throws(SystemError) {
    let bytes = name.bytes
    try check("setsockopt", name) {
      Int(setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, bytes, socklen_t(bytes.count)))
    }
  }

  /// The error that a connection ended with or could not be made for, SO_ERROR; asking clears it.
  public func takeError() -> Errno? {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else {
      return Errno.last
    }
    return code == 0 ? nil : Errno(code: code)
  }

  /// Asks for the error queue, whatever the family.
  public func setReceivesErrors(_ family: IPAddress.Family) throws(SystemError) {
    try set(family == .v4 ? .receiveErrors : .receiveErrorsV6)
  }

  /// The oldest entry of the error queue; nil where it is empty.
  public func takeQueuedError() -> QueuedError? {
    var raw = sock_extended_err()
    var offender = sockaddr_storage()
    guard clinux_take_queued_error(descriptor, &raw, &offender) == 1 else { return nil }
    let origin: QueuedError.Origin =
      switch Int32(raw.ee_origin) {
      case SO_EE_ORIGIN_ICMP: .icmp
      case SO_EE_ORIGIN_ICMP6: .icmp6
      default: .own
      }
    let size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return QueuedError(
      errno: Errno(code: Int32(bitPattern: raw.ee_errno)), origin: origin, type: raw.ee_type,
      code: raw.ee_code, info: raw.ee_info,
      offender: SocketAddress(&offender, size).endpoint?.address)
  }
}

/// What came back for something sent: an ICMP message, or a local refusal. ip(7) IP_RECVERR.
public struct QueuedError: Sendable {
  public enum Origin: Sendable { case own, icmp, icmp6 }

  public let errno: Errno
  public let origin: Origin
  /// Type and code of the ICMP message.
  public let type: UInt8
  public let code: UInt8
  /// The MTU of the next hop, where a packet was too big.
  public let info: UInt32
  /// Who sent the ICMP message.
  public let offender: IPAddress?
}
