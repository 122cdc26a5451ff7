public import Box
internal import DNS
internal import Linux
internal import Report
internal import Target

/// Shows all the work behind one name: files, each name of the search list, each query, each server.
public struct Dns: Command {
  var style = ReportStyle()
  var pid: Int?
  var family: IPAddress.Family?
  var soaks = false
  var asksPairs = false
  var count = 1000
  var window = 10
  var type = RecordType.a
  var timeout: Double?
  var port: UInt16 = 53

  public init() {}

  public static var manual: Manual<Dns> {
    Manual(
      "dns", "Show how a name is resolved, and why so", family: .network,
      operands: "NAME [@SERVER]",
      options: [
        .flag("4", nil, "Only IPv4 addresses") { $0.family = .v4 },
        .flag("6", nil, "Only IPv6 addresses") { $0.family = .v6 },
        .parsed("c", "concurrency", "NUM", "With --soak: queries under way; 10") {
          options, text throws(Failure) in options.window = try positive(text, 4096, "-c")
        },
        .flag(nil, "json", "Print one JSON object") { $0.style.json = true },
        .parsed("n", "count", "NUM", "With --soak: how many queries; 1000") {
          options, text throws(Failure) in options.count = try positive(text, 100_000_000, "-n")
        },
        .value(nil, "of", "PID", "With the files of a process: of its root") { $0.pid = $1 },
        .flag(nil, "pairs", "With --soak: A and AAAA at once, as resolvers ask, and each alone") {
          $0.asksPairs = true
        },
        .parsed("p", "port", "PORT", "Port of the servers") { options, text throws(Failure) in
          options.port = UInt16(try positive(text, 65535, "-p"))
        },
        .flag(nil, "soak", "Ask again and again: latencies and losses") { $0.soaks = true },
        .value(nil, "timeout", "SECONDS", "Wait so long for each answer") {
          $0.timeout = max(0.001, $1)
        },
        .parsed("t", "type", "TYPE", "With --soak: what to ask for; A") {
          options, text throws(Failure) in
          guard let type = RecordType(name: text) else { throw .usage("-t: \(text): not a type") }
          options.type = type
        },
      ],
      examples: [
        ("dns api.stripe.com", "Why does it take ten queries?"),
        ("dns --of 1 db", "With the target's own hosts file and resolv.conf"),
        ("dns --soak -n 10000 db.prod", "Is there a 5 second tail?"),
        ("dns --soak --pairs db.prod", "Is it the race of conntrack?"),
      ],
      standard: "resolv.conf(5), nsswitch.conf(5), hosts(5)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var names: [String] = []
    var server: String?
    for operand in operands {
      if operand.hasPrefix("@"), operand.utf8.count > 1 {
        server = String(operand.dropFirst())
      } else {
        names.append(operand)
      }
    }
    guard let name = names.first else { throw .usage("no name given") }
    guard names.count == 1 else { throw .usage("\(names[1]): one name at a time") }
    let resolver = try resolver(context, server)
    if asksPairs, !soaks { throw .usage("--pairs: goes with --soak") }
    if soaks {
      return try DnsSoak(self, resolver).run(name, &context)
    }
    DnsReport(self, resolver, name).run(&context)
  }

  private func resolver(_ context: Context, _ server: String?) throws(Failure) -> Resolver {
    let resolver: Resolver
    if let pid {
      guard let pid = Int32(exactly: pid), pid > 0 else { throw .usage("--of: not a process ID") }
      resolver = Resolver(root: try Paths(context).root(of: pid))
    } else {
      resolver = Resolver(context)
    }
    if let server {
      let found = try NamedServer.named(server, resolver, port: port, family: nil)
      resolver.configuration.servers = found.map { $0.endpoint }
      resolver.forget()
    } else {
      resolver.configuration.servers = resolver.configuration.servers.map {
        Endpoint($0.address, port: port)
      }
    }
    if let timeout { resolver.configuration.timeout = max(1, Int(timeout.rounded(.up))) }
    return resolver
  }
}

private func positive(_ text: String, _ most: Int, _ option: StaticString) throws(Failure) -> Int {
  guard let number = Int(text), number > 0, number <= most else {
    throw .usage("\(option): \(text): not a number from 1 to \(most)")
  }
  return number
}
