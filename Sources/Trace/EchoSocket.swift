internal import Capabilities
public import ICMP
public import Linux

/// What an echo socket got.
public enum EchoEvent: Sendable {
  case reply(EchoReply)
  /// Somebody complained about a request of ours, or our own machine refused it.
  case complaint(EchoComplaint)
}

public struct EchoReply: Sendable {
  public let echo: Echo
  public let source: IPAddress
  public let hopLimit: Int?
  /// By the time of day.
  public let time: Instant
  /// It was longer than what we keep of it.
  public let isCut: Bool
}

public struct EchoComplaint: Sendable {
  public let error: ExtendedError
  /// nil where less came back than would tell.
  public let sequence: UInt16?
  public let time: Instant
  /// TTL or hop limit of the complaint.
  public let hopLimit: Int?
}

/// Sends echo requests, by a ping socket where that is allowed, else by a raw one: icmp(7), raw(7).
public final class EchoSocket {
  public enum Way: Sendable { case datagram, raw }

  public let family: IPAddress.Family
  public let way: Way
  public let socket: Socket
  /// What our requests are known by; the kernel chooses it for a ping socket.
  public let identifier: UInt16
  private var buffer = [UInt8](repeating: 0, count: 66000)

  /// - Throws: what the last way was refused with; EACCES and EPERM are a matter of permission.
  public init(
    _ family: IPAddress.Family, identifier: UInt16? = nil,
    prepare: (Socket) throws(SystemError) -> Void = { (_: Socket) throws(SystemError) in }
  ) throws(SystemError) {
    self.family = family
    let number = family == .v4 ? InternetProtocol.icmp : InternetProtocol.icmp6
    let domain = Socket.Domain(family)
    // A chosen identifier needs a raw socket.
    let datagram =
      identifier == nil ? try? Socket(domain, .datagram, protocolNumber: number) : nil
    if let datagram {
      socket = datagram
      way = .datagram
    } else {
      socket = try Self.raw(domain, number)
      way = .raw
    }
    try socket.setReceivesErrors(family)
    try socket.setTellsArrival(family)
    try prepare(socket)
    if way == .datagram {
      // The port that binding gives is the identifier.
      if case .unnamed = socket.ownAddress {
        try socket.bind(to: .ip(Endpoint(family == .v4 ? .anyV4 : .anyV6, port: 0)))
      }
      if socket.ownAddress.endpoint?.port == 0 {
        let own = socket.ownAddress.endpoint?.address ?? (family == .v4 ? .anyV4 : .anyV6)
        try socket.bind(to: .ip(Endpoint(own, port: 0)))
      }
      self.identifier = socket.ownAddress.endpoint?.port ?? 0
    } else {
      self.identifier = identifier ?? Random.number16()
    }
  }

  private static func raw(_ domain: Socket.Domain, _ number: Int32) throws(SystemError) -> Socket {
    func make() throws(SystemError) -> Socket {
      try Socket(domain, .raw, protocolNumber: number)
    }
    if let raised = Privilege.raising(.netRaw, { try? make() }), let raised { return raised }
    return try make()
  }

  /// Sends a request; false where the interface is busy.
  public func send(_ sequence: UInt16, _ payload: [UInt8], to target: IPAddress)
    throws(SystemError) -> Bool
  {
    let bytes = Echo(family, identifier: identifier, sequence: sequence, payload: payload).bytes
    let address = SocketAddress.ip(Endpoint(target, port: 0))
    do throws(SystemError) {
      return try socket.send(bytes, to: address)
    } catch {
      // What a router said of an earlier packet is told here once, and in the queue in full.
      guard Self.isRemark(error.errno), error.errno != .messageTooLong else { throw error }
    }
    return try socket.send(bytes, to: address)
  }

  /// What has come for us; nil where nothing is there.
  public func receive() throws(SystemError) -> EchoEvent? {
    while let message = try socket.receiveMessage(into: &buffer, fromErrors: true) {
      if let event = complaint(message) { return event }
    }
    while true {
      let message: ReceivedMessage?
      do throws(SystemError) {
        message = try socket.receiveMessage(into: &buffer)
      } catch {
        // The error that waits is told by the queue in its own words.
        if let queued = try socket.receiveMessage(into: &buffer, fromErrors: true) {
          if let event = complaint(queued) { return event }
          continue
        }
        if Self.isRemark(error.errno) { continue }
        throw error
      }
      guard let message else { return nil }
      if let event = reply(message) { return event }
    }
  }

  /// Errors that a socket is left with by an ICMP message, and that say less than the queue does.
  private static func isRemark(_ errno: Errno) -> Bool {
    switch errno {
    case .hostUnreachable, .networkUnreachable, .connectionRefused, .messageTooLong, .denied,
      .invalid, .notSupported, .noProtocolOption, .protocolError:
      true
    default: false
    }
  }

  private func complaint(_ message: ReceivedMessage) -> EchoEvent? {
    guard let error = ExtendedError(record: message.errorRecord) else { return nil }
    let quoted = Echo(Array(buffer[..<message.count]), family)
    if let quoted, way == .raw, quoted.identifier != identifier { return nil }
    return .complaint(
      EchoComplaint(
        error: error, sequence: quoted?.sequence, time: message.time ?? Clock().now(),
        hopLimit: message.hopLimit))
  }

  private func reply(_ message: ReceivedMessage) -> EchoEvent? {
    let now = message.time ?? Clock().now()
    var bytes = Array(buffer[..<message.count])
    var hopLimit = message.hopLimit
    if way == .raw, family == .v4 {
      guard let packet = QuotedPacket(bytes, .v4) else { return nil }
      hopLimit = packet.hopLimit
      bytes = packet.payload
    }
    guard let source = message.address.endpoint?.address, let echo = Echo(bytes, family),
      echo.isReply, echo.identifier == identifier
    else { return nil }
    return .reply(
      EchoReply(
        echo: echo, source: source, hopLimit: hopLimit, time: now, isCut: message.isCut))
  }
}
