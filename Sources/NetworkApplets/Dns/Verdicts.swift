internal import DNS
internal import Linux

/// What the queries mean, in words.
struct Verdicts {
  private let name: String
  private let configuration: ResolverConfiguration
  private let resolver: Resolver
  private let resolution: Resolution
  private let queries: [QueryStep]
  private let servers: [QueryStep]

  init(
    _ name: String, _ resolver: Resolver, _ resolution: Resolution, _ queries: [QueryStep],
    _ servers: [QueryStep]
  ) {
    self.name = name
    self.resolver = resolver
    configuration = resolver.configuration
    self.resolution = resolution
    self.queries = queries
    self.servers = servers
  }

  var lines: [String] {
    guard !queries.isEmpty else { return [] }
    return wasted + troubles + comparison + elsewhere + configurationFaults
  }

  private var dots: Int { name.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: ".") ? 1 : 0) } }
  private var isAbsolute: Bool { DomainName.isAbsolute(name) }
  private var isFound: Bool { if case .found = resolution.ending { true } else { false } }

  private var wasted: [String] {
    let missed = queries.filter { $0.outcome.isNoSuchName }.count
    guard missed > 0, !isAbsolute else { return [] }
    let counted = "\(missed) of \(queries.count) queries were NXDOMAIN"
    if !isFound { return ["\(counted): the name is unknown with every suffix of the search list"] }
    guard dots < configuration.ndots, let used = queries.last(where: { $0.outcome.isAnswer }) else {
      return [counted]
    }
    let why =
      "\(counted) because ndots:\(configuration.ndots) tries the search list first for a "
      + "name with \(dots) dot\(dots == 1 ? "" : "s")"
    return ["\(why); ask for `\(used.name.description)`"]
  }

  private var troubles: [String] {
    var lines: [String] = []
    var seen: [Endpoint] = []
    for query in queries where !seen.contains(query.server) {
      seen.append(query.server)
      let mine = queries.filter { $0.server == query.server }
      let server = query.server.address.description
      let lost = mine.filter { $0.outcome.isTimeout }.count
      if lost > 0 {
        lines.append(
          "\(server) did not answer \(lost) of \(mine.count) queries within "
            + "\(configuration.timeout) s: dropped (NetworkPolicy?), overloaded, or not there")
      }
      for step in mine {
        switch step.outcome {
        case .failed(let error) where error != .timedOut:
          lines.append("\(server): \(error.description): nothing listens there")
        case .refused(let code): lines.append("\(server) answered \(code.description)")
        case .damaged(let error):
          lines.append("\(server) sent a broken message: \(error.description)")
        default: continue
        }
        break
      }
    }
    if queries.contains(where: { $0.wasTruncated }) {
      lines.append("the answer is too long for UDP and came over TCP: port 53/TCP must be open too")
    }
    if queries.contains(where: { $0.message?.chain(from: $0.name, $0.type).isLoop ?? false }) {
      lines.append("the aliases lead back to themselves (CNAME loop)")
    }
    return lines
  }

  private var comparison: [String] {
    guard servers.count > 1 else { return [] }
    let outcomes = servers.map { step -> String in
      var addresses = step.addresses.map { $0.description }
      addresses.sort { $0.precedesBytewise($1) }
      return step.outcome.description + " " + addresses.joined(separator: " ")
    }
    if outcomes.allSatisfy({ $0.sameBytes(as: outcomes[0]) }) { return [] }
    return [
      "the servers do not agree: glibc believes the first that answers, musl the fastest, "
        + "so programs see different results"
    ]
  }

  /// How other resolvers would go about the same name.
  private var elsewhere: [String] {
    let suffixes = configuration.search.count
    let perName = options
    let mine = queries.count
    var lines: [String] = []
    if isAbsolute || suffixes == 0 {
      lines.append("glibc, musl and Go ask the same \(perName) queries")
    } else if dots >= configuration.ndots {
      lines.append("glibc and Go as here: the name itself first, then the search list")
      lines.append(
        "musl (Alpine) asks for the name itself only: with \(dots) dots it never searches")
    } else {
      lines.append(
        "glibc and Go as here: \(mine) queries, the search list first; musl (Alpine) the same names, "
          + "each to all servers at once, and it stops at the first SERVFAIL")
    }
    if configuration.servers.count > 1 {
      lines.append(
        "glibc and Go go on to the next server only after \(configuration.timeout) s "
          + "without an answer, or SERVFAIL")
    }
    return lines
  }

  private var options: Int { configuration.noAAAA ? 1 : 2 }

  private var configurationFaults: [String] {
    var lines: [String] = []
    if configuration.servers.count > 3 {
      lines.append("resolv.conf has \(configuration.servers.count) servers: only the first 3 count")
    }
    for bad in configuration.badServers {
      lines.append("nameserver \(bad): not an address, ignored")
    }
    if configuration.search.count > 6 {
      lines.append("\(configuration.search.count) suffixes: glibc before 2.26 takes only 6")
    }
    return lines
  }
}
