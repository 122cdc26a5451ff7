public import Linux

/// What carries messages.
public enum Transport: Sendable {
  case udp, tcp, tls, https, httpsGet, http, httpGet

  /// As dig writes it.
  public var name: StaticString {
    switch self {
    case .udp: "UDP"
    case .tcp: "TCP"
    case .tls: "TLS"
    case .https: "HTTPS"
    case .httpsGet: "HTTPS-GET"
    case .http: "HTTP"
    case .httpGet: "HTTP-GET"
    }
  }
}

/// Carries whole messages in its own way: HTTP, RFC 8484, of which this module knows nothing.
public protocol MessageCarrier: AnyObject, Sendable {
  var transport: Transport { get }
  /// The answer of `server`.
  func ask(_ query: [UInt8], of server: Endpoint, until deadline: Deadline) throws(ChannelError)
    -> [UInt8]
}

/// What came back for a query.
public struct Reply: Sendable {
  public let bytes: [UInt8]
  public let server: Endpoint
  public let isTCP: Bool
  public let transport: Transport
  /// Seconds from sending to receiving.
  public let seconds: Double

  public init(
    bytes: [UInt8], server: Endpoint, isTCP: Bool, seconds: Double, transport: Transport? = nil
  ) {
    self.bytes = bytes
    self.server = server
    self.isTCP = isTCP
    self.transport = transport ?? (isTCP ? .tcp : .udp)
    self.seconds = seconds
  }
}

/// What came in place of the reply, and was thrown away.
public enum Stray: Sendable {
  case id(expected: UInt16, got: UInt16)
  case question(Question)
  /// Too short for a header.
  case noMessage(Int)
}

/// Whether a message is the reply to a query: its id, and its question (RFC 5452 section 3).
public struct ReplyCheck: Sendable {
  let id: UInt16
  let question: Question?

  public init(_ query: Message) {
    id = query.id
    question = query.questions.first
  }

  /// nil: it is the reply.
  public func stray(_ bytes: [UInt8]) -> Stray? {
    guard bytes.count >= Message.headerSize else { return .noMessage(bytes.count) }
    let got = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    if got != id { return .id(expected: id, got: got) }
    // Who cannot read a query cannot repeat its question.
    guard let question, bytes[4] != 0 || bytes[5] != 0 else { return nil }
    var reader = WireReader(bytes, from: Message.headerSize)
    do throws(WireError) {
      let name = try reader.name()
      let type = RecordType(try reader.number16())
      let asked = Question(name, type, RecordClass(try reader.number16()))
      return asked.isSame(as: question) ? nil : .question(asked)
    } catch {
      return nil
    }
  }
}

extension Channel {
  /// Sends a query and waits for its reply; what else comes goes to `onStray`.
  public func ask(
    _ query: [UInt8], _ check: ReplyCheck, until deadline: Deadline,
    onStray: (Stray) -> Void = { _ in }
  ) throws(ChannelError) -> Reply {
    let clock = Clock()
    let start = clock.monotonic()
    try send(query, until: deadline)
    var strays = 0
    while true {
      let bytes = try receive(until: deadline)
      let seconds = clock.monotonic().since(start)
      guard let stray = check.stray(bytes) else {
        return Reply(
          bytes: bytes, server: server, isTCP: isTCP, seconds: seconds,
          transport: isSecure ? .tls : nil)
      }
      onStray(stray)
      // Somebody who floods us must not keep us beyond the deadline.
      strays += 1
      if strays > 1000 || deadline.hasPassed { throw .timedOut }
    }
  }
}
