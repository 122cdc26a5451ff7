public import Box
internal import DNS
internal import Linux
internal import Target

/// Asks name servers and shows all that they say, dig(1) of BIND 9.18.
public struct Dig: Command {
  public init() {}

  public static var manual: Manual<Dig> {
    Manual(
      "dig", "Ask name servers, and show what they answer", family: .network,
      operands: "[@SERVER] NAME [TYPE] [CLASS] [+OPTION]...", grammar: .own,
      options: [
        .flag("4", nil, "Use IPv4 only") { _ in },
        .flag("6", nil, "Use IPv6 only") { _ in },
        .value("b", nil, "ADDRESS", "Send from ADDRESS or ADDRESS#PORT") { (_, _: String) in },
        .value("c", nil, "CLASS", "Class: IN, CH, HS, ANY") { (_, _: String) in },
        .value("f", nil, "FILE", "A query per line of FILE") { (_, _: String) in },
        .flag("h", nil, "Show the options that start with +") { _ in },
        .value("p", nil, "PORT", "Port of the server") { (_, _: String) in },
        .value("q", nil, "NAME", "What to ask for, where it looks like a type") { (_, _: String) in
        },
        .flag("r", nil, "Read no ~/.digrc, as it never does") { _ in },
        .value("t", nil, "TYPE", "Type: A, AAAA, MX, TYPE1234, ixfr=SERIAL") { (_, _: String) in },
        .flag("u", nil, "Times in microseconds") { _ in },
        .flag("v", nil, "Show the version") { _ in },
        .value("x", nil, "ADDRESS", "Ask for the name of ADDRESS") { (_, _: String) in },
      ],
      examples: [
        ("dig +search api", "With the search list of resolv.conf"),
        ("dig @10.96.0.10 kubernetes.default.svc.cluster.local", "Ask one server"),
        ("dig +short -x 10.0.0.7", "What is this address called?"),
        ("dig @dns.example +tls +tls-ca example.com", "Over TLS, with the server's name verified"),
        ("dig @dns.example +https +short example.com", "Over HTTP/2"),
        ("dig +tcp +nsid example.com ANY", "All there is, and who says so"),
      ],
      standard: "BIND 9.18 dig(1), RFC 1035, RFC 6891",
      deviations: [
        "+json prints an object per message", "usage errors end with status 2",
        "TSIG keys and IDN are refused by name",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let errors = context.errors
    let arguments: DigArguments
    do throws(Failure) {
      arguments = try DigArguments(operands) { errors.line(Sanitize.escaped($0)) }
    } catch {
      if error.status == -1 { return Self.showOptions(context) }
      throw error
    }
    if arguments.showsVersion { return context.output.line("DiG \(Version.number) swift-debugbox") }
    let session = DigSession(context)
    if arguments.greets, !arguments.lookups.isEmpty { session.greet(operands) }
    for lookup in arguments.lookups { try session.run(lookup) }
    if let batch = arguments.batch { try runBatch(batch, arguments, session, context) }
    if session.status != 0 { throw .quiet(session.status) }
  }

  /// Each line of a batch file is a command line of its own.
  private func runBatch(
    _ path: String, _ global: DigArguments, _ session: DigSession, _ context: Context
  ) throws(Failure) {
    let input: Input
    do throws(Failure) {
      input =
        path == "-"
        ? try context.input() : Input(try Paths(context).location(path).openToRead())
    } catch {
      throw Failure(error.text, status: 8)
    }
    let errors = context.errors
    while let line = try attempt({ () throws(SystemError) in try input.line(limit: 65536) }) {
      let words = line.split { $0 == 0x20 || $0 == 9 || $0 == 10 || $0 == 13 }
        .map { String(bytes: $0) }
      guard let first = words.first, !first.hasPrefix(";"), !first.hasPrefix("#") else { continue }
      let arguments = try DigArguments(
        words, defaults: global.template, greets: global.templateGreets
      ) {
        errors.line(Sanitize.escaped($0))
      }
      if arguments.greets { session.greet(words) }
      for lookup in arguments.lookups { try session.run(lookup) }
    }
  }

  private static func showOptions(_ context: Context) {
    context.output.write("Options, each also with no in front:\n")
    var line = " "
    for option in DigPlus.allCases {
      let word = " +\(option.name)"
      if line.utf8.count + word.utf8.count > 78 {
        context.output.line(line)
        line = " "
      }
      line += word
    }
    context.output.line(line)
  }
}
