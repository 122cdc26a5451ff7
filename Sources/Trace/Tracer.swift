public import ICMP
public import Linux

/// How the packets are sent that find the hops.
public enum TraceMethod: Sendable, Equatable {
  /// UDP to a port that goes up with each packet.
  case risingUDP(firstPort: UInt16)
  case udp(port: UInt16)
  case icmp(firstSequence: UInt16)
  case tcp(port: UInt16)
}

/// What came back for a packet.
public struct TraceAnswer: Sendable {
  public enum Meaning: Sendable, Equatable {
    /// The packet ran out of hops here.
    case hop
    /// It came to its end: an echo reply, a connection, a reset, or "port unreachable".
    case reached
    /// A router would not pass it on.
    case stopped(Complaint)
  }

  public let source: IPAddress
  public let seconds: Double
  public let meaning: Meaning
  /// TTL or hop limit of the answer, which tells how long the way back is.
  public let hopLimit: Int?
  /// What a TCP port said.
  public let tcp: TCPAnswer?
}

public enum TCPAnswer: Sendable { case accepted, reset }

/// Sends packets with a limit of hops, and matches what comes back. Nothing here needs privileges but
/// ICMP outside of ping_group_range: ip(7) IP_TTL, IP_RECVERR.
public final class Tracer {
  /// A packet on its way.
  private struct Flight {
    let id: Int
    let sequence: UInt16
    let socket: Socket?
    let sentAt: Instant
    let sentOn: Instant
  }

  public let target: IPAddress
  public let method: TraceMethod
  private let echo: EchoSocket?
  private let prepare: (Socket) throws(SystemError) -> Void
  private var flights: [Flight] = []
  private var sent = 0
  private let clock = Clock()
  private var buffer = [UInt8](repeating: 0, count: 2048)

  /// - Parameter prepare: sets options of each socket, and binds it.
  public init(
    _ target: IPAddress, _ method: TraceMethod,
    prepare: @escaping (Socket) throws(SystemError) -> Void
  ) throws(SystemError) {
    self.target = target
    self.method = method
    self.prepare = prepare
    if case .icmp = method {
      echo = try EchoSocket(target.family, prepare: prepare)
    } else {
      echo = nil
    }
  }

  /// How echo requests are sent; nil for other methods.
  public var way: EchoSocket.Way? { echo?.way }

  /// Sends a packet that may pass `hops` - 1 routers.
  ///
  /// - Parameters:
  ///   - size: of the whole packet; TCP's are as large as they are.
  ///   - fill: what the payload is made of.
  /// - Returns: what `collect` knows it by.
  public func send(hops: Int, size: Int, fill: UInt8 = 0x40) throws(SystemError) -> Int {
    let headers = (target.family == .v4 ? 20 : 40) + 8
    let payload = [UInt8](repeating: fill, count: max(0, size - headers))
    let id = sent
    sent += 1
    switch method {
    case .icmp(let first):
      try sendEcho(id, first &+ UInt16(truncatingIfNeeded: id), hops, payload)
    case .risingUDP(let first):
      try sendDatagram(id, first &+ UInt16(truncatingIfNeeded: id), hops, payload)
    case .udp(let port): try sendDatagram(id, port, hops, payload)
    case .tcp(let port): try connect(id, port, hops)
    }
    return id
  }

  private func sendEcho(_ id: Int, _ sequence: UInt16, _ hops: Int, _ payload: [UInt8])
    throws(SystemError)
  {
    guard let echo else { return }
    try echo.socket.setHopLimit(hops, target.family)
    note(id, sequence, nil)
    do throws(SystemError) {
      _ = try echo.send(sequence, payload, to: target)
    } catch {
      flights.removeLast()
      throw error
    }
  }

  private func sendDatagram(_ id: Int, _ port: UInt16, _ hops: Int, _ payload: [UInt8])
    throws(SystemError)
  {
    let socket = try made(.datagram, hops)
    _ = try socket.startConnecting(to: .ip(Endpoint(target, port: port)))
    note(id, 0, socket)
    do throws(SystemError) {
      _ = try socket.send(payload)
    } catch {
      flights.removeLast()
      throw error
    }
  }

  private func connect(_ id: Int, _ port: UInt16, _ hops: Int) throws(SystemError) {
    let socket = try made(.stream, hops)
    // Once more after a second, at the same distance, is the least there is.
    try socket.set(.synRetries, 1)
    socket.setAbortive()
    note(id, 0, socket)
    do throws(SystemError) {
      _ = try socket.startConnecting(to: .ip(Endpoint(target, port: port)))
    } catch {
      // On loopback the answer is there at once.
      if error.errno == .connectionRefused { return }
      flights.removeLast()
      throw error
    }
  }

  private func made(_ kind: Socket.Kind, _ hops: Int) throws(SystemError) -> Socket {
    let socket = try Socket(Socket.Domain(target.family), kind)
    try prepare(socket)
    try socket.setReceivesErrors(target.family)
    try socket.setTellsArrival(target.family)
    try socket.setHopLimit(hops, target.family)
    return socket
  }

  private func note(_ id: Int, _ sequence: UInt16, _ socket: Socket?) {
    flights.append(
      Flight(
        id: id, sequence: sequence, socket: socket, sentAt: clock.monotonic(), sentOn: clock.now()))
  }

  /// Waits until something comes back, or something else happens.
  ///
  /// - Parameter other: another descriptor to wake up for when it can be read.
  /// - Returns: what came back; nothing at the deadline.
  public func collect(until deadline: Deadline, other: Int32 = -1) throws(SystemError)
    -> [(id: Int, answer: TraceAnswer)]
  {
    let waiting = flights.filter { $0.socket != nil }
    var items: [(descriptor: Int32, events: Readiness)] = [(other, .read)]
    items.append((echo?.socket.descriptor ?? -1, .read))
    for flight in waiting {
      items.append((flight.socket?.descriptor ?? -1, isTCP ? .write : .read))
    }
    let ready = try Poll.wait(items, until: deadline)
    var answers: [(id: Int, answer: TraceAnswer)] = []
    if !ready[1].isEmpty { try collectEchoes(&answers) }
    for (index, flight) in waiting.enumerated() where !ready[index + 2].isEmpty {
      guard let socket = flight.socket, let answer = answer(flight, socket) else { continue }
      forget(flight.id)
      answers.append((flight.id, answer))
    }
    return answers
  }

  /// Packets that may still be answered.
  public var pending: Int { flights.count }

  /// Gives a packet up for lost.
  public func forget(_ id: Int) { flights.removeAll { $0.id == id } }

  private var isTCP: Bool { if case .tcp = method { true } else { false } }

  private func collectEchoes(_ answers: inout [(id: Int, answer: TraceAnswer)])
    throws(SystemError)
  {
    while let event = try echo?.receive() {
      switch event {
      case .reply(let reply):
        guard let flight = take(reply.echo.sequence) else { continue }
        let answer = TraceAnswer(
          source: reply.source, seconds: elapsed(flight, reply.time), meaning: .reached,
          hopLimit: reply.hopLimit, tcp: nil)
        answers.append((flight.id, answer))
      case .complaint(let complaint):
        guard let sequence = complaint.sequence, let source = complaint.error.offender,
          let said = complaint.error.complaint, let flight = take(sequence)
        else { continue }
        let answer = TraceAnswer(
          source: source, seconds: elapsed(flight, complaint.time), meaning: meaning(said, source),
          hopLimit: complaint.hopLimit, tcp: nil)
        answers.append((flight.id, answer))
      }
    }
  }

  private func take(_ sequence: UInt16) -> Flight? {
    guard let index = flights.firstIndex(where: { $0.sequence == sequence }) else { return nil }
    return flights.remove(at: index)
  }

  private func answer(_ flight: Flight, _ socket: Socket) -> TraceAnswer? {
    if let message = try? socket.receiveMessage(into: &buffer, fromErrors: true),
      let error = ExtendedError(record: message.errorRecord), let complaint = error.complaint,
      let source = error.offender
    {
      return TraceAnswer(
        source: source, seconds: elapsed(flight, message.time),
        meaning: meaning(complaint, source), hopLimit: message.hopLimit, tcp: nil)
    }
    if !isTCP {
      guard let message = try? socket.receiveMessage(into: &buffer) else { return nil }
      return TraceAnswer(
        source: message.address.endpoint?.address ?? target, seconds: elapsed(flight, message.time),
        meaning: .reached, hopLimit: message.hopLimit, tcp: nil)
    }
    let seconds = elapsed(flight, nil)
    var tcp = TCPAnswer.accepted
    if let errno = socket.takeError() {
      guard errno == .connectionRefused || errno == .connectionReset else { return nil }
      tcp = .reset
    }
    return TraceAnswer(
      source: target, seconds: seconds, meaning: .reached, hopLimit: nil, tcp: tcp)
  }

  private func meaning(_ complaint: Complaint, _ source: IPAddress) -> TraceAnswer.Meaning {
    if complaint.isHopLimit { return .hop }
    if complaint.isPortUnreachable, !isTCP { return .reached }
    return .stopped(complaint)
  }

  /// The kernel's own time of arrival, where it makes sense, is exacter than when we woke up.
  private func elapsed(_ flight: Flight, _ arrival: Instant?) -> Double {
    let measured = max(0, clock.monotonic().since(flight.sentAt))
    guard let told = arrival?.since(flight.sentOn), told >= 0, told <= measured else {
      return measured
    }
    return told
  }
}
