public import Linux

/// A query put to one server after the other, as dig, host and nslookup do it.
public struct Inquiry: Sendable {
  public var query: Query
  public var servers: [Endpoint]
  public var isTCP = false
  /// Over TCP alone.
  public var security: (any ChannelSecurity)?
  /// In place of UDP and TCP.
  public var carrier: (any MessageCarrier)?
  /// Takes a truncated answer as it is.
  public var ignoresTruncation = false
  /// How often each server is asked, and seconds each time.
  public var tries = 3
  public var timeout = 5.0
  public var source: Endpoint?
  /// Goes on to the next server where one says SERVFAIL.
  public var skipsFailures = true
  /// Sends a new query where the server wants its cookie.
  public var retriesBadCookie = true
  /// Goes down to the version of EDNS that the server has.
  public var negotiates = true

  public init(_ query: Query, servers: [Endpoint]) {
    self.query = query
    self.servers = servers
  }

  public enum Event: Sendable {
    case sending(Message, bytes: Int, Endpoint)
    case stray(Stray, Endpoint)
    /// No answer, over TCP or not.
    case failed(ChannelError, Endpoint, isTCP: Bool)
    case truncated
    /// The reply that asks for the server's cookie, which a new query has.
    case badCookie(Message, Reply)
    /// The server knows only this version of EDNS, and is asked with it.
    case badVersion(UInt8, Message, Reply)
    /// The reply of a server that could not say; another is asked.
    case skipped(Message, Reply)
  }

  /// Asks until somebody answers; nil where nobody does.
  public func run(_ onEvent: (Event) -> Void = { _ in }) -> Reply? {
    var inquiry = self
    var failed: Reply?
    for _ in 0..<max(1, tries) {
      for (index, server) in servers.enumerated() {
        guard let reply = inquiry.ask(server, onEvent) else { continue }
        let code = reply.bytes[3] & 15
        let isLast = index == servers.count - 1
        if skipsFailures, !isLast, code == 2 {
          failed = reply
          if let message = try? Message(reply.bytes) { onEvent(.skipped(message, reply)) }
          continue
        }
        return reply
      }
      if let failed { return failed }
    }
    return nil
  }

  private mutating func ask(_ server: Endpoint, _ onEvent: (Event) -> Void) -> Reply? {
    guard let reply = askOnce(server, onEvent) else { return nil }
    guard let edns = query.edns, let message = try? Message(reply.bytes) else { return reply }
    if negotiates, message.code == .badVersion, let version = message.edns?.version,
      version < edns.version
    {
      onEvent(.badVersion(version, message, reply))
      query.edns?.version = version
      query.id = Random.number16()
      return askOnce(server, onEvent)
    }
    guard retriesBadCookie, message.code == .badCookie,
      let cookie = message.edns?.option(EDNSOption.cookie), cookie.count > 8
    else { return reply }
    onEvent(.badCookie(message, reply))
    query.edns?.options.removeAll { $0.code == EDNSOption.cookie }
    query.edns?.options.append(EDNSOption(EDNSOption.cookie, cookie))
    query.id = Random.number16()
    return askOnce(server, onEvent)
  }

  private func askOnce(_ server: Endpoint, _ onEvent: (Event) -> Void) -> Reply? {
    guard let reply = askOnce(server, isTCP, onEvent) else { return nil }
    let isTruncated = reply.bytes[2] & 0x02 != 0
    if isTruncated, !ignoresTruncation, !reply.isTCP {
      onEvent(.truncated)
      return askOnce(server, true, onEvent)
    }
    return reply
  }

  private func askOnce(_ server: Endpoint, _ isTCP: Bool, _ onEvent: (Event) -> Void) -> Reply? {
    let message = query.message
    let bytes = query.bytes
    onEvent(.sending(message, bytes: bytes.count, server))
    let deadline = Deadline(seconds: timeout)
    do throws(ChannelError) {
      if let carrier { return try ask(server, bytes, message, carrier, deadline, onEvent) }
      let channel = try Channel(
        to: server, isTCP: isTCP, from: source, security: security, until: deadline)
      return try channel.ask(bytes, ReplyCheck(message), until: deadline) {
        onEvent(.stray($0, server))
      }
    } catch {
      onEvent(.failed(error, server, isTCP: isTCP))
      return nil
    }
  }

  private func ask(
    _ server: Endpoint, _ bytes: [UInt8], _ message: Message, _ carrier: any MessageCarrier,
    _ deadline: Deadline, _ onEvent: (Event) -> Void
  ) throws(ChannelError) -> Reply {
    let clock = Clock()
    let start = clock.monotonic()
    let answer = try carrier.ask(bytes, of: server, until: deadline)
    let seconds = clock.monotonic().since(start)
    if let stray = ReplyCheck(message).stray(answer) {
      onEvent(.stray(stray, server))
      throw .ended
    }
    return Reply(
      bytes: answer, server: server, isTCP: true, seconds: seconds, transport: carrier.transport)
  }
}
