public import Box
internal import DNS
internal import Linux

/// Looks up names and addresses, host(1) of BIND 9.18.
public struct Host: Command {
  var isVerbose = false
  var type: RecordType?
  var omitsSignatures = false
  var comparesSOA = false
  var lists = false
  var recordClass = RecordClass.internet
  var ndots: Int?
  var port: UInt16 = 53
  var isRecursive = true
  var retries = 1
  var stopsAtFailure = false
  var isTCP: Bool?
  var timeout: Double?
  var family: IPAddress.Family?
  var showsVersion = false

  public init() {}

  public static var manual: Manual<Host> {
    Manual(
      "host", "Look up names and addresses", family: .network, operands: "NAME [SERVER]",
      options: [
        .flag("4", nil, "Use IPv4 only") { $0.family = .v4 },
        .flag("6", nil, "Use IPv6 only") { $0.family = .v6 },
        .flag("a", nil, "As -v -t ANY") {
          $0.isVerbose = true
          $0.type = .any
        },
        .flag("A", nil, "As -a, without RRSIG, NSEC and NSEC3") {
          $0.isVerbose = true
          $0.type = .any
          $0.omitsSignatures = true
        },
        .parsed("c", nil, "CLASS", "Class: IN, CH, HS, ANY") { options, text throws(Failure) in
          guard let found = RecordClass(name: text) else {
            throw .usage("-c: \(text): not a class")
          }
          options.recordClass = found
        },
        .flag("C", nil, "Compare the SOA records of all name servers of a zone") {
          $0.comparesSOA = true
        },
        .flag("dv", nil, "Show all that the servers say") { $0.isVerbose = true },
        .flag("i", nil, "Nothing: ip6.int is gone") { _ in },
        .flag("l", nil, "List the zone, by transfer") { $0.lists = true },
        .value("N", nil, "NUM", "Names with fewer dots are searched for first") {
          $0.ndots = max(0, $1)
        },
        .parsed("p", nil, "PORT", "Port of the server") { options, text throws(Failure) in
          guard let port = UInt16(text) else { throw .usage("-p: \(text): not a port") }
          options.port = port
        },
        .flag("r", nil, "Ask without recursion") { $0.isRecursive = false },
        .value("R", nil, "NUM", "Retries over UDP; 1") { $0.retries = max(0, min($1, 1000)) },
        .flag("s", nil, "Take SERVFAIL for an answer") { $0.stopsAtFailure = true },
        .parsed("t", nil, "TYPE", "Type: A, MX, SOA, AXFR, TYPE1234") {
          options, text throws(Failure) in
          guard let found = RecordType(name: text) else {
            throw .usage("-t: \(text): not a type")
          }
          options.type = found
        },
        .flag("T", nil, "Ask over TCP") { $0.isTCP = true },
        .flag("U", nil, "Ask over UDP, for ANY too") { $0.isTCP = false },
        .flag("V", nil, "Show the version") { $0.showsVersion = true },
        .flag("w", nil, "Wait for ever") { $0.timeout = 1e9 },
        .value("W", nil, "SECONDS", "Wait so long for each answer; 5") {
          $0.timeout = Double(max(1, min($1, 1_000_000)))
        },
      ],
      examples: [
        ("host kubernetes.default", "With the search list, as applications see it"),
        ("host -t srv _grpc._tcp.api", "Other types"),
        ("host 10.96.0.1", "What is this address called?"),
        ("host -v api 10.96.0.10", "Ask one server, show all it says"),
      ],
      standard: "BIND 9.18 host(1)", deviations: ["usage errors end with status 2"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if showsVersion { return context.output.line("host \(Version.number) swift-debugbox") }
    guard let name = operands.first, operands.count <= 2 else {
      throw .usage(operands.isEmpty ? "no name given" : "\(operands[2]): one server is enough")
    }
    let client = NameClient(context)
    client.recordClass = recordClass
    client.isRecursive = isRecursive
    client.isTCP = isTCP
    client.tries = max(1, retries) + 1
    client.timeout = timeout ?? 5
    client.ndots = ndots
    client.skipsFailures = !stopsAtFailure
    let server = operands.count > 1 ? operands[1] : nil
    if let server {
      client.servers = try NamedServer.named(server, client.resolver, port: port, family: family)
    } else {
      client.servers = NamedServer.configured(client.resolver, port: port, family: family)
    }
    if client.servers.isEmpty { throw .message("no servers of that family") }
    let session = HostSession(self, client, isServerGiven: server != nil)
    try session.run(name)
    if session.hasFailed { throw .quiet(1) }
  }
}

/// One run of host: several lookups, one introduction of the server.
final class HostSession {
  private let options: Host
  private let client: NameClient
  private let output: Output
  private var introduces: Bool
  private(set) var hasFailed = false

  init(_ options: Host, _ client: NameClient, isServerGiven: Bool) {
    self.options = options
    self.client = client
    output = client.context.output
    introduces = isServerGiven
  }

  func run(_ name: String) throws(Failure) {
    if options.lists || options.type == .axfr { return try list(name) }
    if options.comparesSOA { return try compare(name) }
    if let address = IPAddress(name) {
      client.searches = false
      _ = try look(Resolver.reverse(address), options.type ?? .ptr, isDefault: false)
      return
    }
    if let type = options.type {
      _ = try look(name, type, isDefault: false)
      return
    }
    guard let first = try look(name, .a, isDefault: true) else { return }
    // What follows is about the name that the aliases lead to.
    let target = first.message.chain(from: first.name, .a).name.description
    client.searches = false
    for type in [RecordType.aaaa, .mx] { _ = try look(target, type, isDefault: true) }
  }

  /// - Returns: the answer, where the name exists.
  private func look(_ name: String, _ type: RecordType, isDefault: Bool) throws(Failure)
    -> NameClient.Answer?
  {
    let answer = try client.search(name, type) { tried in
      if options.isVerbose { output.line("Trying \"\(tried.relative)\"") }
    }
    guard let answer else {
      hasFailed = true
      return nil
    }
    introduce(answer.server)
    let message = answer.message
    guard message.code == .noError else {
      hasFailed = true
      let shown = DomainName.isAbsolute(name) && name != "." ? String(name.dropLast()) : name
      output.line(
        "Host \(Sanitize.escaped(shown)) not found: \(message.code.code)(\(message.code.description))"
      )
      if options.isVerbose { showReceived(answer) }
      return nil
    }
    if options.isVerbose {
      show(answer)
    } else {
      let records = message.answers.filter { isShown($0) }
      for record in records { output.line(HostText.line(record)) }
      if records.isEmpty, !isDefault {
        output.line("\(answer.name.relative) has no \(type.description) record")
      }
    }
    return answer
  }

  private func isShown(_ record: Record) -> Bool {
    !options.omitsSignatures || ![46, 47, 50].contains(Int(record.type.code))
  }

  private func introduce(_ server: NamedServer) {
    guard introduces else { return }
    introduces = false
    output.write(
      "Using domain server:\nName: \(Sanitize.escaped(server.name))\n"
        + "Address: \(bindText(server.endpoint))\nAliases: \n\n")
  }

  private func show(_ answer: NameClient.Answer) {
    var message = answer.message
    message.answers = message.answers.filter { isShown($0) }
    output.write(message.text(MessageStyle()))
    showReceived(answer)
  }

  private func showReceived(_ answer: NameClient.Answer) {
    let reply = answer.reply
    output.line(
      "Received \(reply.bytes.count) bytes from \(bindText(reply.server)) in "
        + "\(Int(reply.seconds * 1000)) ms")
  }

  /// The addresses, servers and pointers of a zone; with -a or -v all of it.
  private func list(_ name: String) throws(Failure) {
    let zone: DomainName
    do throws(DomainName.TextError) {
      zone = try DomainName(name)
    } catch {
      throw .message("'\(name)' is not a legal name (\(error.description))")
    }
    var lookup = DigLookup()
    lookup.type = .axfr
    lookup.hasEDNS = false
    lookup.timeout = client.timeout
    lookup.showsStatistics = options.isVerbose
    let session = DigSession(client.context)
    let wanted: [RecordType] = [.a, .aaaa, .ns, .ptr]
    let output = output
    introduce(client.servers[0])
    let transfer = DigTransfer(session, lookup, client.servers) { [options] record in
      if options.isVerbose {
        output.write(record.line())
      } else if options.type == .any || wanted.contains(record.type) {
        output.line(HostText.line(record))
      }
    }
    if !transfer.run(zone) { hasFailed = true }
  }

  private func compare(_ name: String) throws(Failure) {
    guard let answer = try client.search(name, .ns) else {
      hasFailed = true
      return
    }
    let zone = answer.name
    let targets = answer.message.answers.filter { $0.type == .ns }.compactMap { $0.target }
    if targets.isEmpty {
      hasFailed = true
      return output.line("\(zone.relative) has no NS record")
    }
    for target in targets {
      var addresses = answer.message.additionals.filter { $0.name.isSame(as: target) }
        .compactMap { $0.address }
      if addresses.isEmpty { addresses = client.resolver.resolve(target.description).addresses }
      if addresses.isEmpty {
        client.context.note("couldn't get address for '\(target.relative)': not found")
        hasFailed = true
      }
      for address in addresses where options.family == nil || options.family == address.family {
        client.servers = [
          NamedServer(endpoint: Endpoint(address, port: options.port), name: target.relative)
        ]
        client.isRecursive = false
        guard let found = client.ask(zone, .soa) else {
          hasFailed = true
          continue
        }
        output.line("Nameserver \(address.description):")
        for record in found.message.answers { output.line("\t" + HostText.line(record)) }
      }
    }
  }
}

/// Records in the words of host.
enum HostText {
  static func line(_ record: Record) -> String {
    record.name.relative + " " + verb(record.type) + " " + String(bytes: record.dataText())
  }

  private static func verb(_ type: RecordType) -> String {
    switch type.code {
    case 1: "has address"
    case 2: "name server"
    case 5: "is an alias for"
    case 11: "has well known services"
    case 12: "domain name pointer"
    case 13: "host information"
    case 15: "mail is handled by"
    case 16: "descriptive text"
    case 19: "x25 address"
    case 20: "isdn address"
    case 24: "has signature"
    case 25: "has key"
    case 28: "has IPv6 address"
    default: "has \(type.description) record"
    }
  }
}
