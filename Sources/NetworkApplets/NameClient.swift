internal import Box
internal import DNS
internal import Linux

/// What host and nslookup share: servers, how to ask them, and what to say when they do not answer.
final class NameClient {
  let context: Context
  let resolver: Resolver
  var servers: [NamedServer] = []
  var recordClass = RecordClass.internet
  var isRecursive = true
  var isTCP: Bool?
  var tries = 3
  var timeout = 5.0
  var ndots: Int?
  var searches = true
  var domain: String?
  var skipsFailures = true
  /// Whether it is said that an answer came again over TCP.
  var tellsTruncation = false

  init(_ context: Context) {
    self.context = context
    resolver = Resolver(context)
  }

  /// What a server has said.
  struct Answer {
    let name: DomainName
    let message: Message
    let reply: Reply
    let server: NamedServer
  }

  /// Asks for `name` with each suffix of the search list in turn.
  ///
  /// - Parameter onTry: told of each name before it is asked for.
  /// - Returns: the answer for the first name that exists, or the last; nil where nobody answers,
  ///   which has been said.
  func search(_ name: String, _ type: RecordType, onTry: (DomainName) -> Void = { _ in })
    throws(Failure) -> Answer?
  {
    let names = candidates(name)
    var last: Answer?
    for (index, text) in names.enumerated() {
      let full: DomainName
      do throws(DomainName.TextError) {
        full = try DomainName(text)
      } catch {
        if names.count > 1, index < names.count - 1 { continue }
        throw .message("'\(name)' is not a legal name (\(error.description))")
      }
      onTry(full)
      guard let answer = ask(full, type) else { return nil }
      last = answer
      if answer.message.code != .noSuchName { return answer }
    }
    return last
  }

  private func candidates(_ name: String) -> [String] {
    guard searches else { return [name] }
    var configuration = resolver.configuration
    if let ndots { configuration.ndots = ndots }
    if let domain { configuration.search = [domain] }
    return configuration.candidates(name).map { $0.name }
  }

  /// Asks for exactly `name`.
  func ask(_ name: DomainName, _ type: RecordType) -> Answer? {
    var query = Query(Question(name, type, recordClass), id: Random.number16())
    query.edns = nil
    query.flags = isRecursive ? .recursionDesired : []
    var inquiry = Inquiry(query, servers: servers.map { $0.endpoint })
    inquiry.isTCP = isTCP ?? (type == .any)
    inquiry.tries = tries
    inquiry.timeout = timeout
    inquiry.skipsFailures = skipsFailures
    let output = context.output
    let reply = inquiry.run { event in
      switch event {
      case .stray(let stray, _): output.line(Sanitize.escaped(strayText(stray)))
      case .failed(let error, let server, _):
        output.line(";; communications error to \(bindText(server)): \(error.description)")
      case .skipped(let message, let reply):
        output.line(
          ";; Got \(message.code.description) reply from "
            + "\(reply.server.address.description), trying next server")
      case .truncated:
        if self.tellsTruncation { output.line(";; Truncated, retrying in TCP mode.") }
      case .sending, .badCookie, .badVersion: break
      }
      output.flush()
    }
    guard let reply else {
      output.line(";; no servers could be reached")
      return nil
    }
    guard let message = try? Message(reply.bytes) else { return nil }
    if let damage = message.damage {
      output.line(";; Got bad packet: \(damage.description)")
      output.write(hexDump(reply.bytes))
      return nil
    }
    let server = servers.first { $0.endpoint == reply.server } ?? servers[0]
    return Answer(name: name, message: message, reply: reply, server: server)
  }
}
