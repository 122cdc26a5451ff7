internal import Box
internal import DNS
internal import Linux

/// Runs lookups one after the other, and shows them.
final class DigSession {
  let context: Context
  let output: Output
  let resolver: Resolver
  /// How many servers the lookup under way has.
  private(set) var serverCount = 1
  /// The worst that has happened: 9 where no server answered.
  var status: Int32 = 0
  /// Printed in front of the first answer, or of the news that there is none.
  private var greeting: [String]?
  private var hasGreeted = false

  init(_ context: Context) {
    self.context = context
    output = context.output
    resolver = Resolver(context)
  }

  /// Prepares the lines that repeat the command line.
  func greet(_ arguments: [String]) { greeting = arguments }

  func run(_ lookup: DigLookup) throws(Failure) {
    if lookup.traces { return try DigTrace(self, lookup).run() }
    if lookup.asksNameServers { return try runNameServers(lookup) }
    let servers = try servers(for: lookup)
    serverCount = servers.count
    let names = candidates(lookup)
    for (index, text) in names.enumerated() {
      let name = try name(text, of: lookup)
      let isLast = index == names.count - 1
      if lookup.isTransfer {
        var transfer = DigTransfer(self, lookup, servers)
        if lookup.tls.isOn { transfer.security = try DigTLS(lookup, servers, context) }
        transfer.run(name)
        return
      }
      guard try look(lookup, name, servers, isLast: isLast) else { return }
    }
  }

  /// Asks for one name; returns whether the search goes on.
  private func look(
    _ lookup: DigLookup, _ name: DomainName, _ servers: [NamedServer], isLast: Bool
  ) throws(Failure) -> Bool {
    let query = lookup.query(name)
    var inquiry = Inquiry(query, servers: servers.map { $0.endpoint })
    inquiry.isTCP = lookup.isTCP ?? resolver.configuration.usesTCP
    if lookup.tls.isOn {
      inquiry.isTCP = true
      inquiry.security = try DigTLS(lookup, servers, context)
    }
    if let https = lookup.https {
      inquiry.isTCP = true
      inquiry.carrier = try DigHTTPS(https, lookup, servers, context)
    }
    inquiry.ignoresTruncation = lookup.ignoresTruncation
    inquiry.tries = lookup.tries
    inquiry.timeout = lookup.timeout ?? 5
    inquiry.source = lookup.source
    inquiry.skipsFailures = lookup.skipsFailures
    inquiry.retriesBadCookie = lookup.retriesBadCookie
    let start = context.clock.now()
    inquiry.negotiates = lookup.negotiates
    guard
      let reply = inquiry.run({ event in
        self.show(event, lookup, servers)
        guard let (message, reply) = event.withheld(lookup) else { return }
        let server = servers.first { $0.endpoint == reply.server } ?? servers[0]
        self.show(message, reply, lookup, server, start, query)
      })
    else {
      fail(lookup, servers)
      return false
    }
    let server = servers.first { $0.endpoint == reply.server } ?? servers[0]
    guard let message = readable(reply, lookup) else { return false }
    if message.code == .noSuchName, !isLast, !lookup.showsSearch { return true }
    show(message, reply, lookup, server, start, query)
    if message.code == .noSuchName { hint(lookup, name) }
    return message.code == .noSuchName && !isLast
  }

  /// The message of a reply; says so where there is none to show.
  private func readable(_ reply: Reply, _ lookup: DigLookup) -> Message? {
    guard let message = try? Message(reply.bytes) else { return nil }
    guard let damage = message.damage else { return message }
    if damage != .truncated || !lookup.bestEffort {
      complain(";; Got bad packet: \(damage.description)", lookup)
      if !lookup.isYAML, !lookup.isJSON { output.write(hexDump(reply.bytes)) }
      return nil
    }
    complain(";; Warning: Message parser reports malformed message packet.", lookup)
    return message
  }

  private func fail(_ lookup: DigLookup, _ servers: [NamedServer]) {
    status = max(status, 9)
    if lookup.isYAML {
      output.write("- type: DIG_ERROR\n  message: |\n    no servers could be reached\n")
      return
    }
    if lookup.isJSON { return output.line("{\"error\":\"no servers could be reached\"}") }
    flushGreeting(lookup, servers.count, isFailure: true)
    output.line(";; no servers could be reached")
  }

  private func show(_ event: Inquiry.Event, _ lookup: DigLookup, _ servers: [NamedServer]) {
    switch event {
    case .sending(let message, let bytes, let server):
      guard lookup.showsQuery else { return }
      showQuery(message, bytes, lookup, servers.first { $0.endpoint == server } ?? servers[0])
    case .stray(let stray, _): complain(strayText(stray), lookup)
    case .failed(let error, let server, let isTCP):
      let name = servers.first { $0.endpoint == server }?.label ?? bindText(server)
      if isTCP, case .untrusted(let reason) = error {
        complain(
          ";; TLS peer certificate verification for \(bindText(server)) failed: \(reason)", lookup)
      } else if isTCP, case .insecure(let reason) = error {
        complain(";; TLS connection to \(name) failed: \(reason)", lookup)
      } else if isTCP, case .system = error {
        let asked =
          DomainName.isAbsolute(lookup.name) && lookup.name != "."
          ? String(lookup.name.dropLast()) : lookup.name
        complain(";; Connection to \(name) for \(asked) failed: \(error.description).", lookup)
      } else {
        complain(";; communications error to \(bindText(server)): \(error.description)", lookup)
      }
    case .truncated:
      if lookup.hasComments { complain(";; Truncated, retrying in TCP mode.", lookup) }
    case .badVersion(let version, _, _):
      if lookup.hasComments {
        complain(";; BADVERS, retrying with EDNS version \(version).", lookup)
      }
    case .badCookie:
      if lookup.hasComments { complain(";; BADCOOKIE, retrying.", lookup) }
    case .skipped(let message, let reply):
      if lookup.hasComments {
        complain(
          ";; Got \(message.code.description) reply from \(bindText(reply.server)), trying next server",
          lookup)
      }
    }
    // What is waited for next may take a while.
    output.flush()
  }

  /// A remark between answers; structured output has no place for it.
  private func complain(_ text: String, _ lookup: DigLookup) {
    if lookup.isYAML || lookup.isJSON {
      context.errors.line(Sanitize.escaped(text))
    } else {
      output.line(Sanitize.escaped(text))
    }
  }

  /// What to do about a short name, for people only.
  private func hint(_ lookup: DigLookup, _ name: DomainName) {
    guard context.isInteractive, !lookup.searches, !DomainName.isAbsolute(lookup.name) else {
      return
    }
    let dots = lookup.name.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: ".") ? 1 : 0) }
    let configuration = resolver.configuration
    guard dots < configuration.ndots, !configuration.search.isEmpty else { return }
    output.flush()
    context.note(
      "applications would go on with the search list (ndots:\(configuration.ndots)): dig +search "
        + lookup.name)
  }

  func servers(for lookup: DigLookup) throws(Failure) -> [NamedServer] {
    guard let name = lookup.server else {
      let servers = NamedServer.configured(resolver, port: lookup.port, family: lookup.family)
      if servers.isEmpty {
        throw .message("no servers with \(lookup.family == .v4 ? "IPv4" : "IPv6")")
      }
      return servers
    }
    return try NamedServer.named(name, resolver, port: lookup.port, family: lookup.family)
  }

  /// The names to ask for in turn.
  private func candidates(_ lookup: DigLookup) -> [String] {
    guard lookup.searches else { return [lookup.name] }
    var configuration = resolver.configuration
    if let ndots = lookup.ndots { configuration.ndots = ndots }
    if let domain = lookup.domain { configuration.search = [domain] }
    return configuration.candidates(lookup.name).map { $0.name }
  }

  func name(_ text: String, of lookup: DigLookup) throws(Failure) -> DomainName {
    do throws(DomainName.TextError) {
      return try DomainName(text)
    } catch {
      throw .message("'\(lookup.name)' is not a legal name (\(error.description))", status: 10)
    }
  }

  /// Prints the greeting once, in front of whatever is first.
  func flushGreeting(_ lookup: DigLookup, _ servers: Int, isFailure: Bool = false) {
    guard let arguments = greeting else { return }
    greeting = lookup.showsSearch ? arguments : nil
    if lookup.isYAML || lookup.isJSON || (lookup.isShort && !isFailure) { return }
    var line = "; <<>> DiG \(Version.number) swift-debugbox <<>>"
    for argument in arguments { line += " " + Sanitize.escaped(argument) }
    // Further lines of a batch have only the first line of it.
    if hasGreeted, !lookup.showsSearch { return output.line(line) }
    hasGreeted = true
    output.line("\n" + line)
    if lookup.server != nil {
      output.line("; (\(servers) server\(servers == 1 ? "" : "s") found)")
    }
    output.line(";; global options: +cmd")
  }
}

/// The bytes of a message in hexadecimal and ASCII, 16 per line.
func hexDump(_ bytes: [UInt8]) -> String {
  var text = "\(bytes.count) bytes\n"
  for start in stride(from: 0, to: bytes.count, by: 16) {
    let row = bytes[start..<min(start + 16, bytes.count)]
    var shown = ""
    for byte in row {
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16) + " "
      shown.unicodeScalars.append(byte > 0x20 && byte < 0x7F ? Unicode.Scalar(byte) : ".")
    }
    text += String(repeating: " ", count: 3 * (16 - row.count) + 9) + shown + "\n"
  }
  return text
}

extension Inquiry.Event {
  /// A reply that is shown only on demand, since another follows it.
  func withheld(_ lookup: DigLookup) -> (Message, Reply)? {
    switch self {
    case .badCookie(let message, let reply) where lookup.showsBadCookie: (message, reply)
    case .badVersion(_, let message, let reply) where lookup.showsBadVersion: (message, reply)
    default: nil
    }
  }
}
