internal import Box
internal import DNS
internal import Linux
internal import Report

/// Resolves a name once, tells each step, and judges.
struct DnsReport {
  let options: Dns
  let resolver: Resolver
  let name: String

  init(_ options: Dns, _ resolver: Resolver, _ name: String) {
    self.options = options
    self.resolver = resolver
    self.name = name
  }

  func run(_ context: inout Context) {
    let start = Clock().monotonic()
    let resolution = resolver.resolve(name, family: options.family)
    let seconds = Clock().monotonic().since(start)
    let queries = resolver.steps.compactMap { step in
      if case .query(let query) = step { query } else { nil }
    }
    let servers = compare(queries)
    let verdicts = Verdicts(name, resolver, resolution, queries, servers).lines
    if options.style.json {
      context.output.line(json(resolution, queries, servers, verdicts, seconds).text)
    } else {
      show(resolution, queries, servers, verdicts, seconds, context.output)
    }
    if case .found = resolution.ending { return }
    context.fail(1)
  }

  /// Each server of resolv.conf, asked for the name that was the answer, or for the name itself.
  private func compare(_ queries: [QueryStep]) -> [QueryStep] {
    let all = resolver.configuration.servers
    guard all.count > 1, let last = queries.last(where: { $0.outcome.isAnswer }) ?? queries.last
    else { return [] }
    return all.prefix(8).flatMap { resolver.ask(last.name, [last.type], $0) }
  }

  private func show(
    _ resolution: Resolution, _ queries: [QueryStep], _ servers: [QueryStep], _ verdicts: [String],
    _ seconds: Double, _ output: Output
  ) {
    for step in resolver.steps {
      switch step {
      case .service(let name): output.line(service(name))
      case .literal: output.line("the name is an address")
      case .hosts(let entries):
        for entry in entries {
          output.line(
            Sanitize.escaped(
              "  /etc/hosts: \(entry.address.description) " + entry.names.joined(separator: " ")))
        }
        if entries.isEmpty { output.line("  /etc/hosts: no entry") }
      case .candidate(let name, let isGiven):
        output.line(Sanitize.escaped("  " + name + (isGiven ? "  (as it was given)" : "")))
      case .query(let query): output.line("    " + line(query))
      }
    }
    if case .found = resolution.ending {
      output.line("\naddresses, in the order they are tried:")
      for address in AddressOrder.sorted(resolution.addresses) {
        output.line("  " + address.description)
      }
      if !resolution.canonicalName.sameBytes(as: name), !resolution.aliases.isEmpty {
        output.line("  canonical name: " + Sanitize.escaped(resolution.canonicalName))
      }
    }
    if !servers.isEmpty {
      output.line(
        "\nall servers, for \(servers[0].name.description) \(servers[0].type.description):")
      for step in servers { output.line("  " + line(step)) }
    }
    output.line(
      "\n\(resolution.ending.words); \(queries.count) quer\(queries.count == 1 ? "y" : "ies")"
        + (queries.isEmpty ? "" : ", \(fixed(seconds * 1000, 1)) ms"))
    for verdict in verdicts { output.line("- " + Sanitize.escaped(verdict)) }
  }

  private func service(_ name: String) -> String {
    guard name == "dns" || name == "resolve" else { return Sanitize.escaped(name) }
    let configuration = resolver.configuration
    var text = "dns: servers"
    for server in configuration.servers { text += " " + serverText(server) }
    text +=
      "; search "
      + (configuration.search.isEmpty ? "-" : configuration.search.joined(separator: " "))
    text += "; ndots:\(configuration.ndots) timeout:\(configuration.timeout)"
    text += " attempts:\(configuration.attempts)"
    return Sanitize.escaped(text)
  }

  private func serverText(_ server: Endpoint) -> String {
    server.port == 53 ? server.address.description : bindText(server)
  }

  private func line(_ query: QueryStep) -> String {
    var text = padded(query.type.description, 5) + " "
    let outcome =
      query.outcome.description + (query.wasTruncated ? " (cut over UDP, then TCP)" : "")
    text += padded(outcome, 9) + " " + padded(fixed(query.seconds * 1000, 2) + " ms", 11)
    text += " " + serverText(query.server) + (query.isTCP ? " TCP" : "")
    for address in query.addresses.prefix(16) { text += "  " + address.description }
    for error in query.message?.edns?.errors ?? [] {
      text += "  EDE \(error.code) \(error.name ?? "") \(error.text)"
    }
    return Sanitize.escaped(text)
  }

  private func json(
    _ resolution: Resolution, _ queries: [QueryStep], _ servers: [QueryStep], _ verdicts: [String],
    _ seconds: Double
  ) -> JSON {
    let configuration = resolver.configuration
    var found = false
    if case .found = resolution.ending { found = true }
    return .object([
      ("name", .string(name)), ("found", .flag(found)),
      ("result", .string(resolution.ending.words)),
      ("canonical", .string(resolution.canonicalName)),
      (
        "addresses",
        .array(AddressOrder.sorted(resolution.addresses).map { .string($0.description) })
      ),
      ("milliseconds", queries.isEmpty ? .null : .decimal(seconds * 1000, digits: 3)),
      ("services", .array(resolver.services.services.map { .string($0.name) })),
      ("nameservers", .array(configuration.servers.map { .string($0.description) })),
      ("search", .array(configuration.search.map { .string($0) })),
      ("ndots", .number(configuration.ndots)), ("queries", .array(queries.map { json($0) })),
      ("servers", .array(servers.map { json($0) })),
      ("verdicts", .array(verdicts.map { .string($0) })),
    ])
  }

  private func json(_ query: QueryStep) -> JSON {
    .object([
      ("name", .string(query.name.description)), ("type", .string(query.type.description)),
      ("server", .string(query.server.description)), ("tcp", .flag(query.isTCP)),
      ("truncated", .flag(query.wasTruncated)),
      ("milliseconds", .decimal(query.seconds * 1000, digits: 3)),
      ("result", .string(query.outcome.description)),
      ("addresses", .array(query.addresses.map { .string($0.description) })),
    ])
  }
}

extension QueryOutcome {
  var isAnswer: Bool { if case .answer = self { true } else { false } }
  var isNoSuchName: Bool { if case .noSuchName = self { true } else { false } }
  var isTimeout: Bool { if case .failed(.timedOut) = self { true } else { false } }
}
