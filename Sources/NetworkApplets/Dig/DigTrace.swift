internal import Box
internal import DNS
internal import Linux

/// Follows the delegations from the root down, and shows the answer of each server, `+trace`.
struct DigTrace {
  let session: DigSession
  let lookup: DigLookup

  /// Delegations that are followed; a longer way is a circle.
  static let deepest = 32

  init(_ session: DigSession, _ lookup: DigLookup) {
    self.session = session
    var lookup = lookup
    lookup.flags.remove(.recursionDesired)
    lookup.hasComments = false
    lookup.showsQuestion = false
    lookup.showsAdditional = false
    lookup.showsStatistics = false
    lookup.identifies = true
    lookup.wantsSignatures = true
    self.lookup = lookup
  }

  func run() throws(Failure) {
    let name = try session.name(lookup.name, of: lookup)
    var servers = try session.servers(for: lookup)
    session.flushGreeting(lookup, servers.count)
    var root = lookup
    root.type = .ns
    root.flags.insert(.recursionDesired)
    root.wantsSignatures = lookup.wantsSignatures
    guard let first = ask(.root, root, servers) else { return }
    servers = next(first, servers[0], .root)
    var zone = DomainName.root
    for _ in 0..<Self.deepest where !servers.isEmpty {
      guard let message = ask(name, lookup, servers) else { return }
      guard message.answers.isEmpty, message.code == .noError,
        let cut = message.authorities.first(where: { $0.type == .ns })?.name, !cut.isSame(as: zone),
        cut.isWithin(zone), name.isWithin(cut)
      else { return }
      zone = cut
      servers = next(message, servers[0], cut)
    }
  }

  private func ask(_ name: DomainName, _ lookup: DigLookup, _ servers: [NamedServer]) -> Message? {
    var inquiry = Inquiry(lookup.query(name), servers: servers.map { $0.endpoint })
    inquiry.isTCP = lookup.isTCP ?? false
    inquiry.tries = lookup.tries
    inquiry.timeout = lookup.timeout ?? 5
    inquiry.source = lookup.source
    let output = session.output
    let reply = inquiry.run { event in
      if case .failed(let error, let server, _) = event {
        output.line(";; communications error to \(bindText(server)): \(error.description)")
        output.flush()
      }
    }
    guard let reply, let message = try? Message(reply.bytes) else {
      session.status = 9
      output.line(";; no servers could be reached")
      return nil
    }
    let server = servers.first { $0.endpoint == reply.server } ?? servers[0]
    output.write(message.text(lookup.style))
    output.line(
      ";; Received \(reply.bytes.count) bytes from \(server.label) in \(Int(reply.seconds * 1000)) ms\n"
    )
    output.flush()
    return message.damage == nil ? message : nil
  }

  /// The servers that a referral names, by its glue or by their names.
  private func next(_ message: Message, _ asked: NamedServer, _ zone: DomainName) -> [NamedServer] {
    let targets = (message.answers + message.authorities)
      .filter { $0.type == .ns && $0.name.isSame(as: zone) }.compactMap { $0.target }
    var servers: [NamedServer] = []
    for target in targets.prefix(16) {
      let glue = message.additionals.filter { $0.name.isSame(as: target) }
        .compactMap { $0.address }
        .filter { lookup.family == nil || $0.family == lookup.family }
      for address in glue where address.family == .v4 || lookup.family == .v6 {
        servers.append(
          NamedServer(endpoint: Endpoint(address, port: lookup.port), name: target.relative))
      }
    }
    if !servers.isEmpty { return servers }
    for target in targets.prefix(4) {
      let found = session.resolver.resolve(target.description, family: lookup.family)
      for address in found.addresses {
        servers.append(
          NamedServer(endpoint: Endpoint(address, port: lookup.port), name: target.relative))
      }
      if !servers.isEmpty { return servers }
    }
    return servers
  }
}

extension DigSession {
  /// The SOA that each name server of a zone has, `+nssearch`.
  func runNameServers(_ lookup: DigLookup) throws(Failure) {
    let zone = try name(lookup.name, of: lookup)
    let servers = try servers(for: lookup)
    var asked = lookup
    asked.type = .ns
    var inquiry = Inquiry(asked.query(zone), servers: servers.map { $0.endpoint })
    inquiry.tries = lookup.tries
    inquiry.timeout = lookup.timeout ?? 5
    guard let reply = inquiry.run(), let message = try? Message(reply.bytes) else {
      status = 9
      return output.line(";; no servers could be reached")
    }
    let glue = message.additionals
    for target in message.answers.filter({ $0.type == .ns }).compactMap({ $0.target }) {
      var addresses = glue.filter { $0.name.isSame(as: target) }.compactMap { $0.address }
      if addresses.isEmpty { addresses = resolver.resolve(target.description).addresses }
      if addresses.isEmpty {
        context.note("couldn't get address for '\(target.relative)': not found")
        status = max(status, 1)
      }
      for address in addresses where lookup.family == nil || address.family == lookup.family {
        showSOA(zone, Endpoint(address, port: lookup.port), lookup)
      }
    }
  }

  private func showSOA(_ zone: DomainName, _ server: Endpoint, _ lookup: DigLookup) {
    var asked = lookup
    asked.type = .soa
    asked.flags.remove(.recursionDesired)
    var inquiry = Inquiry(asked.query(zone), servers: [server])
    inquiry.tries = lookup.tries
    inquiry.timeout = lookup.timeout ?? 5
    guard let reply = inquiry.run(), let message = try? Message(reply.bytes) else {
      return output.line(";; communications error to \(bindText(server)): timed out")
    }
    for record in message.answers where record.type == .soa {
      output.write("SOA ")
      output.write(record.dataText())
      output.line(
        " from server \(server.address.description) in \(Int(reply.seconds * 1000)) ms.")
    }
  }
}
