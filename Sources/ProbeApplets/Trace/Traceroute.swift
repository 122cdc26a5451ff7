public import Box
internal import Linux
internal import Trace

/// Finds the routers on the way to a host: traceroute(8) of Debian.
public struct Traceroute: Command {
  var settings = TraceSettings()

  public init() {}

  public static var manual: Manual<Traceroute> {
    Manual(
      "traceroute", "Find the routers on the way to a host", family: .network,
      operands: "HOST [SIZE]", options: options + refusals,
      examples: [
        ("traceroute -n api.example.com", "The way there"),
        ("traceroute -n -T -p 5432 db", "Which hop eats the SYN to the database?"),
        ("traceroute -n --mtu db", "And where do large packets stop?"),
      ],
      standard: "traceroute(8) 2.1 for Linux",
      deviations: [
        "-T needs no privileges: it connects, and resets the connection where one is made",
        "usage errors end with status 2",
      ])
  }

  private static var options: [Option<Traceroute>] {
    [
      .flag("4", nil, "Use IPv4 only") { $0.settings.family = .v4 },
      .flag("6", nil, "Use IPv6 only") { $0.settings.family = .v6 },
      .flag("F", "dont-fragment", "Set DF") { $0.settings.setsDF = true },
      .integer("f", "first", "HOP", "Start at this hop; 1", 1...255) { $0.settings.firstHop = $1 },
      .flag("I", "icmp", "Send ICMP echo requests") { $0.settings.method = .icmp },
      .value("i", "interface", "INTERFACE", "Send from this interface") {
        (options: inout Traceroute, text: String) in options.settings.departure.interface = text
      },
      .parsed("M", "module", "METHOD", "One of default, icmp, tcp, udp") {
        (options: inout Traceroute, text: String) throws(Failure) in
        switch text {
        case "default": options.settings.method = .rising
        case "icmp": options.settings.method = .icmp
        case "tcp", "tcpconn": options.settings.method = .tcp
        case "udp": options.settings.method = .udp
        default: throw .usage("-M: \(text): not default, icmp, tcp or udp")
        }
      },
      .integer("m", "max-hops", "HOPS", "Look so far; 30", 1...255) { $0.settings.lastHop = $1 },
      .integer("N", "sim-queries", "COUNT", "Packets under way at a time; 16", 1...1000) {
        $0.settings.atOnce = $1
      },
      .flag("n", nil, "No names for addresses") { $0.settings.isNumeric = true },
      .parsed("O", "options", "OPTION", "With -T: info shows what the port answered") {
        (options: inout Traceroute, text: String) throws(Failure) in
        guard text == "info" else { throw .usage("-O: \(text): only info is known") }
        options.settings.tellsTCP = true
      },
      .integer(
        "p", "port", "PORT", "First UDP port, port for -T and -U, or first ICMP number", 1...65535
      ) { $0.settings.port = $1 },
      .integer("q", "queries", "COUNT", "Packets for each hop; 3", 1...10) {
        $0.settings.probes = $1
      },
      .parsed("s", "source", "ADDRESS", "Send from this address of ours") {
        (options: inout Traceroute, text: String) throws(Failure) in
        guard let address = IPAddress(text) else { throw .usage("-s: \(text): not an address") }
        options.settings.departure.source = address
      },
      .flag("T", "tcp", "Connect to a TCP port") { $0.settings.method = .tcp },
      .integer("t", "tos", "TOS", "Type of service or traffic class", 0...255) {
        $0.settings.trafficClass = $1
      },
      .flag("U", "udp", "Send UDP to one port, 53") { $0.settings.method = .udp },
      .parsed("w", "wait", "MAX,HERE,NEAR", "Seconds to wait, and times what came back; 5,3,10") {
        (options: inout Traceroute, text: String) throws(Failure) in
        try options.settings.setWait(text)
      },
      .parsed("z", "sendwait", "SECONDS", "Pause between packets; above 10 it is milliseconds") {
        (options: inout Traceroute, text: String) throws(Failure) in
        let value = try seconds(text, "-z")
        options.settings.pause = value > 10 ? value / 1000 : value
      },
      .flag(nil, "back", "Show how long the way back is, where it differs") {
        $0.settings.tellsWayBack = true
      },
      .parsed(nil, "fwmark", "MARK", "Mark packets for policy routing") {
        (options: inout Traceroute, text: String) throws(Failure) in
        options.settings.mark = try number(text, "--fwmark", 0...Int(UInt32.max))
      },
      .flag(nil, "mtu", "Find the path MTU on the way; implies -F -N 1") {
        $0.settings.findsMTU = true
        $0.settings.atOnce = 1
      },
      .parsed(nil, "sport", "PORT", "Our own port; implies -N 1 -w 5") {
        (options: inout Traceroute, text: String) throws(Failure) in
        options.settings.ownPort = try number(text, "--sport", 1...65535)
        options.settings.atOnce = 1
        try options.settings.setWait("5")
      },
    ]
  }

  private static var refusals: [Option<Traceroute>] {
    [
      .refused("A", "as-path-lookups", "no routing registry is asked"),
      .refused("D", "dccp", "DCCP has left the kernel"),
      .refused("d", "debug", "the kernel does nothing with it"),
      .refused("e", "extensions", "the error queue does not pass ICMP extensions on"),
      .refused("g", "gateway", "routers ignore source routes"),
      .refused("l", "flowlabel", "flow labels are the kernel's"),
      .refused("P", "protocol", "raw packets need privileges, and tell no more than -I or -T"),
      .refused("r", nil, "routing cannot be bypassed; -i chooses the interface"),
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let host = operands.first else { throw .usage("no host given") }
    guard operands.count <= 2 else { throw .usage("\(operands[2]): one host and one size") }
    var settings = settings
    if context.name == "traceroute6" { settings.family = .v6 }
    guard settings.firstHop <= settings.lastHop else {
      throw .usage("-f: \(settings.firstHop): first hop out of range")
    }
    let names = NameLookup(context)
    let target = try names.destination(
      host, settings.family, prefers: settings.family == nil ? .v4 : nil, status: 2)
    let least = target.address.family == .v4 ? 28 : 48
    var size = target.address.family == .v4 ? 60 : 80
    if settings.findsMTU { size = 65000 }
    if operands.count > 1 { size = max(least, try number(operands[1], "SIZE", 0...65000)) }
    let session = TraceSession(settings, target, size, names, context)
    try session.run()
  }
}
