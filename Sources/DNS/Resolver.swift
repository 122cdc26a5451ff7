public import Box
public import Linux

/// What a query for one type of records came to.
public enum QueryOutcome: Sendable, CustomStringConvertible {
  /// Records of the type that was asked for.
  case answer
  /// The name exists, records of the type do not.
  case noData
  case noSuchName
  /// The server cannot or will not say.
  case refused(ResponseCode)
  case failed(ChannelError)
  /// What came makes no sense.
  case damaged(WireError)

  /// `NOERROR`, `NODATA`, `NXDOMAIN`, `SERVFAIL`, `timed out`.
  public var description: String {
    switch self {
    case .answer: "NOERROR"
    case .noData: "NODATA"
    case .noSuchName: "NXDOMAIN"
    case .refused(let code): code.description
    case .failed(let error): error.description
    case .damaged(let error): "bad packet: " + error.description
    }
  }

  /// Whether another server may know better.
  var isWorthAnother: Bool {
    switch self {
    case .answer, .noData, .noSuchName: false
    case .refused, .failed, .damaged: true
    }
  }
}

/// A query that went to a server, and what became of it.
public struct QueryStep: Sendable {
  public let name: DomainName
  public let type: RecordType
  public let server: Endpoint
  public let isTCP: Bool
  /// The answer over UDP was cut short, and the query sent again over TCP.
  public let wasTruncated: Bool
  public let seconds: Double
  public let outcome: QueryOutcome
  /// The message, where one came.
  public let message: Message?

  /// Addresses at the end of the chain of aliases, RFC 1034 section 3.6.2.
  public var addresses: [IPAddress] { message?.chain(from: name, type).addresses ?? [] }
}

/// What the resolver did, in order.
public enum ResolverStep: Sendable {
  case service(String)
  /// The name is an address.
  case literal(IPAddress)
  case hosts([HostsEntry])
  /// The next name to ask for; whether it is the one that was given.
  case candidate(String, isGiven: Bool)
  case query(QueryStep)
}

/// How a lookup ended.
public struct Resolution: Sendable {
  public enum Ending: Sendable {
    case found
    /// No such name, or none with an address.
    case notFound, noData
    /// No server answered, or none could.
    case tryAgain
    case badName(DomainName.TextError)

    /// What applications say: the words of gai_strerror(3).
    public var words: String {
      switch self {
      case .found: "found"
      case .notFound: "no such name"
      case .noData: "the name has no address"
      case .tryAgain: "no answer from any name server"
      case .badName(let error): error.description
      }
    }
  }

  public var addresses: [IPAddress] = []
  public var canonicalName: String
  public var aliases: [String] = []
  public var ending = Ending.notFound
}

/// The stub resolver of every applet: hosts(5), nsswitch.conf(5), resolv.conf(5), then DNS.
public final class Resolver {
  // Read when they are needed: an address needs none of them.
  public lazy var configuration = readConfiguration()
  public private(set) lazy var hosts = HostsFile(read("/etc/hosts"))
  public internal(set) lazy var services = NameServices(read("/etc/nsswitch.conf"))
  /// What has been done so far.
  public private(set) var steps: [ResolverStep] = []
  /// Told of each step as it is done.
  public var onStep: ((ResolverStep) -> Void)?
  private var turns = 0
  private let root: Root
  /// `RES_OPTIONS` and `LOCALDOMAIN` of the environment.
  private let options: String?
  private let domains: String?

  /// With the files of our own root.
  public convenience init(_ context: Context) {
    self.init(
      root: context.root, options: context.variable("RES_OPTIONS"),
      domains: context.variable("LOCALDOMAIN"))
  }

  /// With the files of any root; a target's are foreign text.
  public init(root: Root, options: String? = nil, domains: String? = nil) {
    self.root = root
    self.options = options
    self.domains = domains
  }

  private func read(_ path: String) -> [UInt8] {
    (try? root.contents(path, limit: HostsFile.limit)) ?? []
  }

  private func readConfiguration() -> ResolverConfiguration {
    var configuration = ResolverConfiguration(read("/etc/resolv.conf"))
    if !configuration.hasSearch { configuration.search = Self.ownDomain(root) }
    if configuration.servers.isEmpty {
      configuration.servers = [Endpoint(.loopbackV4, port: 53)]
    }
    for option in words((options ?? "").bytes) { configuration.set(option) }
    if let domains {
      configuration.hasSearch = true
      configuration.search = words(domains.bytes)
    }
    return configuration
  }

  /// What is behind the first dot of the host's name.
  private static func ownDomain(_ root: Root) -> [String] {
    guard root.isOwn else { return [] }
    let name = Host().node.bytes
    guard let dot = name.firstIndex(of: UInt8(ascii: ".")), dot + 1 < name.count else { return [] }
    return [String(bytes: name[(dot + 1)...])]
  }

  /// The addresses of a name, in the order to try them.
  ///
  /// - Parameter family: nil is both.
  /// - Throws: where there are none, with the reason.
  public func addresses(of name: String, family: IPAddress.Family? = nil) throws(Failure)
    -> [IPAddress]
  {
    let resolution = resolve(name, family: family)
    guard case .found = resolution.ending else {
      throw .message("\(name): \(resolution.ending.words)")
    }
    return AddressOrder.sorted(resolution.addresses)
  }

  /// Looks up a name the way getaddrinfo(3) does it.
  public func resolve(_ name: String, family: IPAddress.Family? = nil) -> Resolution {
    if let literal = IPAddress(name) {
      note(.literal(literal))
      var resolution = Resolution(canonicalName: name)
      guard family == nil || family == literal.family else { return resolution }
      resolution.addresses = [literal]
      resolution.ending = .found
      return resolution
    }
    var last = Resolution(canonicalName: name)
    for service in services.services {
      note(.service(service.name))
      switch service.name {
      case "files": last = fromHosts(name, family)
      case "dns", "resolve": last = fromServers(name, family)
      default: continue
      }
      switch last.ending {
      case .found: return last
      case .notFound, .noData, .badName: if service.endsWhenNotFound { return last }
      case .tryAgain: if service.endsWhenUnavailable { return last }
      }
    }
    return last
  }

  private func fromHosts(_ name: String, _ family: IPAddress.Family?) -> Resolution {
    let entries = hosts.entries(named: name).filter {
      family == nil || $0.address.family == family
    }
    note(.hosts(entries))
    var resolution = Resolution(canonicalName: name)
    guard let first = entries.first else { return resolution }
    resolution.canonicalName = first.names[0]
    resolution.aliases = Array(first.names.dropFirst())
    for entry in entries where !resolution.addresses.contains(entry.address) {
      resolution.addresses.append(entry.address)
    }
    resolution.ending = .found
    return resolution
  }

  private func fromServers(_ name: String, _ family: IPAddress.Family?) -> Resolution {
    var types: [RecordType] = family == .v4 ? [.a] : family == .v6 ? [.aaaa] : [.a, .aaaa]
    if configuration.noAAAA { types = types.filter { $0 == .a } }
    var resolution = Resolution(canonicalName: name)
    for candidate in configuration.candidates(name) {
      let full: DomainName
      do throws(DomainName.TextError) {
        full = try DomainName(candidate.name)
      } catch {
        // A suffix that makes the name too long is passed over.
        if candidate.isGiven { resolution.ending = .badName(error) }
        continue
      }
      note(.candidate(candidate.name, isGiven: candidate.isGiven))
      let results = ask(full, types)
      if collect(results, full, &resolution) { return resolution }
    }
    return resolution
  }

  /// - Returns: whether the search ends here.
  private func collect(_ results: [QueryStep], _ name: DomainName, _ resolution: inout Resolution)
    -> Bool
  {
    var hasFailed = false
    for result in results {
      switch result.outcome {
      case .answer:
        let chain = result.message?.chain(from: name, result.type)
        resolution.addresses += chain?.addresses ?? []
        resolution.canonicalName = (chain?.name ?? name).relative
      case .noData: if case .notFound = resolution.ending { resolution.ending = .noData }
      case .noSuchName: break
      case .refused: hasFailed = true
      case .failed, .damaged:
        resolution.ending = .tryAgain
        hasFailed = true
      }
    }
    if !resolution.addresses.isEmpty {
      resolution.ending = .found
      if !resolution.canonicalName.sameBytes(as: name.relative) {
        resolution.aliases = [name.relative]
      }
      return true
    }
    // Where nobody answers, other suffixes will not be answered either.
    if hasFailed, case .tryAgain = resolution.ending { return true }
    if hasFailed { resolution.ending = .tryAgain }
    return false
  }

  func note(_ step: ResolverStep) {
    steps.append(step)
    onStep?(step)
  }
}

extension Resolver {
  /// Asks the servers in turn for all `types` of a name, as often as `attempts` says.
  ///
  /// Answers for several types are awaited together on one socket, as glibc and musl do.
  public func ask(_ name: DomainName, _ types: [RecordType]) -> [QueryStep] {
    var results: [QueryStep?] = types.map { _ in nil }
    let servers = serversInTurn()
    for _ in 0..<configuration.attempts {
      for server in servers {
        let open = types.indices.filter { results[$0]?.outcome.isWorthAnother ?? true }
        if open.isEmpty { break }
        let groups =
          configuration.singleRequest || configuration.singleRequestReopen
          ? open.map { [$0] } : [open]
        for group in groups {
          let answered = ask(name, group.map { types[$0] }, server)
          for (index, step) in zip(group, answered) {
            results[index] = step
            note(.query(step))
          }
        }
      }
    }
    return results.compactMap { $0 }
  }

  private func serversInTurn() -> [Endpoint] {
    let all = configuration.servers
    guard configuration.rotates, all.count > 1 else { return Array(all.prefix(3)) }
    turns += 1
    return (0..<min(3, all.count)).map { all[($0 + turns - 1) % all.count] }
  }

  private func query(_ name: DomainName, _ type: RecordType) -> Message {
    var query = Query(Question(name, type), id: Random.number16())
    if configuration.trustsAD { query.flags.insert(.authenticData) }
    if !configuration.usesEDNS { query.edns = nil }
    return query.message
  }

  /// Asks one server once for several types; one answer per type.
  public func ask(_ name: DomainName, _ types: [RecordType], _ server: Endpoint) -> [QueryStep] {
    let queries = types.map { query(name, $0) }
    if configuration.usesTCP {
      return zip(types, queries).map { overTCP(name, $0, $1, server, wasTruncated: false) }
    }
    let start = Clock().monotonic()
    let deadline = Deadline(seconds: Double(configuration.timeout))
    var results: [QueryStep?] = types.map { _ in nil }
    do throws(ChannelError) {
      let channel = try Channel(to: server, until: deadline)
      for query in queries { try channel.send(query.bytes, until: deadline) }
      var strays = 0
      while results.contains(where: { $0 == nil }), strays < 1000 {
        let bytes = try channel.receive(until: deadline)
        let match = queries.indices.first {
          results[$0] == nil && ReplyCheck(queries[$0]).stray(bytes) == nil && bytes[2] & 0x80 != 0
        }
        guard let match else {
          strays += 1
          if deadline.hasPassed { throw .timedOut }
          continue
        }
        let seconds = Clock().monotonic().since(start)
        results[match] = result(name, types[match], queries[match], server, bytes, seconds)
      }
      if strays >= 1000 { throw .timedOut }
    } catch {
      let seconds = Clock().monotonic().since(start)
      for index in types.indices where results[index] == nil {
        results[index] = QueryStep(
          name: name, type: types[index], server: server, isTCP: false, wasTruncated: false,
          seconds: seconds, outcome: .failed(error), message: nil)
      }
    }
    return results.compactMap { $0 }
  }

  private func result(
    _ name: DomainName, _ type: RecordType, _ query: Message, _ server: Endpoint, _ bytes: [UInt8],
    _ seconds: Double
  ) -> QueryStep {
    if bytes[2] & 0x02 != 0 { return overTCP(name, type, query, server, wasTruncated: true) }
    return QueryStep(name, type, server, bytes, seconds, isTCP: false, wasTruncated: false)
  }

  private func overTCP(
    _ name: DomainName, _ type: RecordType, _ query: Message, _ server: Endpoint,
    wasTruncated: Bool
  ) -> QueryStep {
    let start = Clock().monotonic()
    let deadline = Deadline(seconds: Double(configuration.timeout))
    do throws(ChannelError) {
      let channel = try Channel(to: server, isTCP: true, until: deadline)
      let reply = try channel.ask(query.bytes, ReplyCheck(query), until: deadline)
      let seconds = Clock().monotonic().since(start)
      return QueryStep(
        name, type, server, reply.bytes, seconds, isTCP: true, wasTruncated: wasTruncated)
    } catch {
      return QueryStep(
        name: name, type: type, server: server, isTCP: true, wasTruncated: wasTruncated,
        seconds: Clock().monotonic().since(start), outcome: .failed(error), message: nil)
    }
  }
}

extension QueryStep {
  /// Judges what has come.
  init(
    _ name: DomainName, _ type: RecordType, _ server: Endpoint, _ bytes: [UInt8], _ seconds: Double,
    isTCP: Bool, wasTruncated: Bool
  ) {
    var message: Message?
    var outcome = QueryOutcome.noData
    do throws(WireError) {
      let read = try Message(bytes)
      message = read
      if let damage = read.damage {
        outcome = .damaged(damage)
      } else if read.code == .noSuchName {
        outcome = .noSuchName
      } else if read.code != .noError {
        outcome = .refused(read.code)
      } else if read.chain(from: name, type).hasRecords {
        outcome = .answer
      }
    } catch {
      outcome = .damaged(error)
    }
    self.init(
      name: name, type: type, server: server, isTCP: isTCP, wasTruncated: wasTruncated,
      seconds: seconds, outcome: outcome, message: message)
  }
}

extension Resolver {
  /// The names of an address: of hosts(5), or of the PTR records; nil where there are none.
  public func names(of address: IPAddress) -> [String]? {
    for service in services.services {
      switch service.name {
      case "files":
        if let entry = hosts.entries(for: address).first { return entry.names }
      case "dns", "resolve":
        guard let name = try? DomainName(Self.reverse(address)) else { continue }
        let found = ask(name, [.ptr]).flatMap {
          $0.message?.chain(from: name, .ptr).records.compactMap { $0.target?.relative } ?? []
        }
        if !found.isEmpty { return found }
      default: continue
      }
    }
    return nil
  }

  /// The name that asks for an address, RFC 1035 section 3.5 and RFC 3596 section 2.5.
  public static func reverse(_ address: IPAddress) -> String {
    var text = ""
    for byte in address.bytes.reversed() {
      if address.family == .v4 {
        text += "\(byte)."
      } else {
        text += String(byte & 15, radix: 16) + "." + String(byte >> 4, radix: 16) + "."
      }
    }
    return text + (address.family == .v4 ? "in-addr.arpa." : "ip6.arpa.")
  }

  /// Looks only where `service` does: `files`, `dns`.
  public func use(service: String) {
    services.services = [NameServices.Service(name: service)]
  }
}

extension Resolver {
  /// Forgets the steps so far: what it took to find a server is no part of the lookup.
  public func forget() { steps = [] }
}
