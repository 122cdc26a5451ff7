internal import CLinux

/// A socket that never blocks and closes itself; waits take a deadline. socket(7), ip(7), unix(7).
///
/// What would block answers nil or false. Writing to a closed peer is EPIPE, never SIGPIPE.
public final class Socket: Sendable {
  public enum Domain: Sendable {
    case v4, v6, unix

    public init(_ family: IPAddress.Family) { self = family == .v4 ? .v4 : .v6 }

    public init(_ address: SocketAddress) {
      switch address {
      case .ip(let endpoint): self.init(endpoint.address.family)
      case .unix, .unnamed: self = .unix
      }
    }

    var rawValue: Int32 {
      switch self {
      case .v4: AF_INET
      case .v6: AF_INET6
      case .unix: AF_UNIX
      }
    }
  }

  public enum Kind: Sendable {
    case stream, datagram, raw

    var rawValue: Int32 {
      switch self {
      case .stream: Int32(SOCK_STREAM.rawValue)
      case .datagram: Int32(SOCK_DGRAM.rawValue)
      case .raw: Int32(SOCK_RAW.rawValue)
      }
    }
  }

  public let descriptor: Int32

  /// Takes ownership of `descriptor`, which must be non-blocking.
  public init(owning descriptor: Int32) { self.descriptor = descriptor }

  /// - Parameter protocolNumber: 0 is the usual one of domain and kind; `IPPROTO_ICMP` and the like.
  public convenience init(_ domain: Domain, _ kind: Kind, protocolNumber: Int32 = 0)
    throws(SystemError)
  {
    let made = try check("socket", "") {
      Int(clinux_socket(domain.rawValue, kind.rawValue, protocolNumber))
    }
    self.init(owning: Int32(made))
  }

  deinit { _ = close(descriptor) }

  public func bind(to address: SocketAddress) throws(SystemError) {
    try address.withRaw { (raw, size) throws(SystemError) in
      try check("bind", address.description) { Int(clinux_bind(descriptor, raw, size)) }
    }
  }

  /// Starts to connect.
  ///
  /// - Returns: whether it is connected already; where not, it will be once it is ready to write.
  public func startConnecting(to address: SocketAddress) throws(SystemError) -> Bool {
    do throws(SystemError) {
      try address.withRaw { (raw, size) throws(SystemError) in
        try check("connect", address.description) { Int(clinux_connect(descriptor, raw, size)) }
      }
      return true
    } catch {
      if error.errno == .inProgress { return false }
      throw error
    }
  }

  /// Connects, or fails with ETIMEDOUT after `deadline`.
  public func connect(to address: SocketAddress, until deadline: Deadline) throws(SystemError) {
    if try startConnecting(to: address) { return }
    let ready = try wait(for: .write, until: deadline)
    if ready.isEmpty { throw SystemError(.timedOut, "connect", address.description) }
    if let errno = takeError() { throw SystemError(errno, "connect", address.description) }
  }

  /// A stream connected to `address`.
  public static func connected(
    to address: SocketAddress, from source: SocketAddress? = nil, until deadline: Deadline
  ) throws(SystemError) -> Socket {
    let socket = try Socket(Domain(address), .stream)
    if let source { try socket.bind(to: source) }
    try socket.connect(to: address, until: deadline)
    return socket
  }

  public func listen(backlog: Int32 = 128) throws(SystemError) {
    try check("listen", "") { Int(CLinux.listen(descriptor, backlog)) }
  }

  /// The next connection that waits; nil where none does.
  public func accept() throws(SystemError) -> (socket: Socket, peer: SocketAddress)? {
    var raw = sockaddr_storage()
    var size: socklen_t = 0
    let taken = try unlessBlocking { () throws(SystemError) in
      try check("accept", "") { Int(clinux_accept(descriptor, &raw, &size)) }
    }
    guard let taken else { return nil }
    return (Socket(owning: Int32(taken)), SocketAddress(&raw, size))
  }

  /// What has come; empty after `deadline`.
  public func wait(for events: Readiness, until deadline: Deadline) throws(SystemError)
    -> Readiness
  {
    try Poll.wait(descriptor, for: events, until: deadline)
  }

  /// Ends one direction or both, shutdown(2).
  public func shutdown(_ direction: Direction) throws(SystemError) {
    try check("shutdown", "") { Int(CLinux.shutdown(descriptor, direction.rawValue)) }
  }

  public enum Direction: Sendable {
    case receiving, sending, both

    var rawValue: Int32 {
      switch self {
      case .receiving: Int32(SHUT_RD)
      case .sending: Int32(SHUT_WR)
      case .both: Int32(SHUT_RDWR)
      }
    }
  }

  /// Where this socket is, getsockname(2).
  public var ownAddress: SocketAddress {
    var raw = sockaddr_storage()
    var size: socklen_t = 0
    guard clinux_own_address(descriptor, &raw, &size) == 0 else { return .unnamed }
    return SocketAddress(&raw, size)
  }

  /// What this socket is connected to, getpeername(2).
  public var peerAddress: SocketAddress {
    var raw = sockaddr_storage()
    var size: socklen_t = 0
    guard clinux_peer_address(descriptor, &raw, &size) == 0 else { return .unnamed }
    return SocketAddress(&raw, size)
  }

  /// Runs `body`; what would block is nil.
  func unlessBlocking<Value>(
    _ body: () throws(SystemError) -> Value
  ) throws(SystemError) -> Value? {
    do throws(SystemError) {
      return try body()
    } catch {
      if error.errno == .wouldBlock { return nil }
      throw error
    }
  }
}

extension Errno {
  public static let inProgress = Errno(code: EINPROGRESS)
  public static let timedOut = Errno(code: ETIMEDOUT)
  public static let connectionRefused = Errno(code: ECONNREFUSED)
  public static let connectionReset = Errno(code: ECONNRESET)
  public static let networkUnreachable = Errno(code: ENETUNREACH)
  public static let hostUnreachable = Errno(code: EHOSTUNREACH)
  public static let addressInUse = Errno(code: EADDRINUSE)
  public static let addressNotAvailable = Errno(code: EADDRNOTAVAIL)
  public static let messageTooLong = Errno(code: EMSGSIZE)
  public static let familyNotSupported = Errno(code: EAFNOSUPPORT)
}
