public import ICMP
public import Linux

/// What came back for a large datagram.
public struct MTUAnswer: Sendable {
  public let error: ExtendedError
  public let seconds: Double
  /// TTL or hop limit of the answer.
  public let hopLimit: Int?
  /// The port the datagram went to, which tells which one it was.
  public let port: UInt16?
}

/// Sends datagrams as large as the way lets through: tracepath's engine. ip(7) IP_MTU_DISCOVER.
public final class PathMTU {
  public let target: IPAddress
  public private(set) var port: UInt16
  private let socket: Socket
  private var sent: [(port: UInt16, at: Instant, on: Instant)] = []
  private let clock = Clock()
  private var buffer = [UInt8](repeating: 0, count: 2048)

  public init(_ target: IPAddress, port: UInt16) throws(SystemError) {
    self.target = target
    self.port = port
    socket = try Socket(Socket.Domain(target.family), .datagram)
    // What the kernel has learned before must not hide which hop is the narrow one.
    try socket.set(.probe, target.family)
    try socket.setReceivesErrors(target.family)
    try socket.setTellsArrival(target.family)
  }

  /// Bytes of IP and UDP headers.
  public var headers: Int { (target.family == .v4 ? 20 : 40) + 8 }

  /// Sends a packet of `size` bytes to the next port.
  ///
  /// - Returns: false where our own machine refuses: the reason is in the queue.
  public func send(hops: Int, size: Int) throws(SystemError) -> Bool {
    try socket.setHopLimit(hops, target.family)
    if sent.count > 64 { sent.removeFirst() }
    sent.append((port, clock.monotonic(), clock.now()))
    let payload = [UInt8](repeating: 0, count: max(0, min(size - headers, 65507)))
    do throws(SystemError) {
      _ = try socket.send(payload, to: .ip(Endpoint(target, port: port)))
      return true
    } catch {
      if error.errno == .messageTooLong { return false }
      // What a router said of an earlier packet is told here once, and in the queue in full.
      if error.errno == .hostUnreachable || error.errno == .connectionRefused { return false }
      throw error
    }
  }

  public func nextPort() { port = port == UInt16.max ? 1024 : port + 1 }

  /// What has come back; nil after `deadline`.
  public func receive(until deadline: Deadline, other: Int32 = -1) throws(SystemError)
    -> MTUAnswer?
  {
    while true {
      if let message = try socket.receiveMessage(into: &buffer, fromErrors: true) {
        guard let error = ExtendedError(record: message.errorRecord) else { continue }
        let port = message.address.endpoint?.port
        return MTUAnswer(
          error: error, seconds: elapsed(port, message.time), hopLimit: message.hopLimit,
          port: port)
      }
      // Whoever answers a datagram to a port picked at random is not asked what that means.
      _ = try? socket.receiveMessage(into: &buffer)
      let ready = try Poll.wait(
        [(socket.descriptor, .read), (other, .read)], until: deadline)
      if ready[0].isEmpty { return nil }
    }
  }

  private func elapsed(_ port: UInt16?, _ arrival: Instant?) -> Double {
    guard let flight = sent.last(where: { $0.port == port }) else { return 0 }
    let measured = max(0, clock.monotonic().since(flight.at))
    guard let told = arrival?.since(flight.on), told >= 0, told <= measured else { return measured }
    return told
  }

  /// The MTU of the interface that packets to `target` leave by.
  public static func local(
    _ target: IPAddress, prepare: (Socket) throws(SystemError) -> Void
  ) throws(SystemError) -> Int? {
    let socket = try Socket(Socket.Domain(target.family), .datagram)
    try prepare(socket)
    try socket.setReceivesErrors(target.family)
    _ = try socket.startConnecting(to: .ip(Endpoint(target, port: 9)))
    var bytes = [UInt8](repeating: 0, count: 65507)
    do throws(SystemError) {
      _ = try socket.send(bytes)
    } catch {
      guard error.errno == .messageTooLong else { throw error }
    }
    guard let message = try socket.receiveMessage(into: &bytes, fromErrors: true),
      let error = ExtendedError(record: message.errorRecord), error.info > 0
    else { return nil }
    return Int(error.info)
  }
}
