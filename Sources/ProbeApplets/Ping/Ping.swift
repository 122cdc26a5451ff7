public import Box
internal import Linux
internal import Trace

/// Asks a host for echoes, ping(8) of iputils.
public struct Ping: Command {
  var settings = PingSettings()

  public init() {}

  public static var manual: Manual<Ping> {
    Manual(
      "ping", "Ask a host for echoes", family: .network, operands: "HOST",
      options: options + refusals,
      examples: [
        ("ping -c3 10.96.0.1", "Is it there, and how far away?"),
        ("ping -M do -s 1472 db", "Does a whole Ethernet packet come through?"),
        ("ping --tcp :5432 db", "Without ICMP: how long does the port take to answer?"),
        ("ping -c 60 -i 0.2 -q api", "A minute of loss and jitter, in one line"),
      ],
      standard: "iputils 20221126 ping(8)",
      deviations: [
        "where ICMP is not allowed, it says why and connects to TCP port 443; a reset is a reply then",
        "usage errors end with status 2",
      ])
  }

  private static var options: [Option<Ping>] {
    [
      .flag("4", nil, "Use IPv4 only") { $0.settings.family = .v4 },
      .flag("6", nil, "Use IPv6 only") { $0.settings.family = .v6 },
      .flag("a", nil, "Ring the bell for each reply") { $0.settings.rings = true },
      .flag("A", nil, "Send the next packet when the last is answered") {
        $0.settings.isAdaptive = true
      },
      .flag("b", nil, "Allow pinging a broadcast address") { $0.settings.broadcasts = true },
      .integer("c", nil, "COUNT", "Stop after so many packets", 1...Int(Int64.max)) {
        $0.settings.count = $1
      },
      .flag("D", nil, "Print the time in front of each line") { $0.settings.stamps = true },
      .integer("e", nil, "ID", "The identifier of our packets; needs CAP_NET_RAW", 0...65535) {
        $0.settings.identifier = UInt16($1)
      },
      .flag("f", nil, "Flood: dots for packets, backspaces for replies; root only") {
        $0.settings.isFlood = true
      },
      .time("i", nil, "SECONDS", "Time between packets; 1") { $0.settings.interval = $1 },
      .parsed("I", nil, "INTERFACE", "Send from an interface or an address of ours") {
        (options: inout Ping, text: String) throws(Failure) in
        options.settings.departure.set(text)
      },
      .integer(
        "l", nil, "PRELOAD", "Send so many packets without waiting; more than 3 as root", 1...65536
      ) { $0.settings.preload = $1 },
      .flag("L", nil, "Do not loop multicast back") { $0.settings.loopsBack = false },
      .integer("m", nil, "MARK", "Mark packets for policy routing", 0...Int(UInt32.max)) {
        $0.settings.mark = $1
      },
      .parsed("M", nil, "STRATEGY", "Path MTU: do, want, dont, probe") {
        (options: inout Ping, text: String) throws(Failure) in
        options.settings.discovery = try strategy(text)
      },
      .flag("n", nil, "No names for addresses") { $0.settings.isNumeric = true },
      .flag("O", nil, "Say when a packet was not answered before the next") {
        $0.settings.tellsOutstanding = true
      },
      .parsed("p", nil, "PATTERN", "Fill packets with up to 16 bytes in hexadecimal") {
        (options: inout Ping, text: String) throws(Failure) in
        options.settings.pattern = try pattern(text)
      },
      .flag("q", nil, "Only the summary") { $0.settings.isQuiet = true },
      .integer("Q", nil, "TOS", "Type of service or traffic class", 0...255) {
        $0.settings.trafficClass = $1
      },
      .integer("s", nil, "SIZE", "Bytes of data in each packet; 56", 0...65507) {
        $0.settings.size = $1
      },
      .integer("t", nil, "TTL", "How many hops packets may take", 1...255) {
        $0.settings.hopLimit = $1
      },
      .flag("v", nil, "Say which way packets are sent") { $0.settings.isVerbose = true },
      .time("w", nil, "SECONDS", "End after so much time, whatever was sent") {
        $0.settings.deadline = $1
      },
      .time("W", nil, "SECONDS", "Wait so long for the last reply; 10") { $0.settings.linger = $1 },
      .flag(nil, "icmp", "Fail where ICMP is not allowed, in place of TCP") {
        $0.settings.insistsOnICMP = true
      },
      .parsed(nil, "tcp", ":PORT", "Connect to a TCP port in place of ICMP") {
        (options: inout Ping, text: String) throws(Failure) in
        let digits = text.hasPrefix(":") ? String(text.dropFirst()) : text
        options.settings.tcpPort = UInt16(try number(digits, "--tcp", 1...65535))
      },
    ]
  }

  private static var refusals: [Option<Ping>] {
    [
      .refused("B", nil, "the source address never changes here; -I chooses it"),
      .refused("C", nil, "the socket is not connected, so that everybody's complaints are heard"),
      .refused("F", nil, "flow labels are the kernel's"),
      .refused("N", nil, "node information queries (RFC 4620) are asked by nobody"),
      .refused("r", nil, "routing cannot be bypassed; -I chooses the interface"),
      .refused("R", nil, "routers ignore the record route option; use traceroute"),
      .refused("S", nil, "one packet at a time needs no send buffer"),
      .refused("T", nil, "routers ignore the timestamp option"),
      .refused("U", nil, "times are those of the network"),
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let host = operands.last else { throw .usage("no host given") }
    guard operands.count == 1 else { throw .usage("\(operands[0]): one host is enough") }
    var settings = settings
    if context.name == "ping6", settings.family == nil { settings.family = .v6 }
    try settings.check()
    let names = NameLookup(context)
    let target = try names.destination(
      host, settings.family, prefers: settings.family == nil ? .v4 : nil, status: 2)
    if target.isLiteral { settings.isNumeric = true }
    if let port = settings.tcpPort {
      throw .quiet(try TCPPing(settings, target, port: port, names, context).run())
    }
    guard let socket = try settings.open(target.address.family, context) else {
      var fallback = settings
      fallback.countsResets = true
      throw .quiet(try TCPPing(fallback, target, port: 443, names, context).run())
    }
    throw .quiet(try PingSession(settings, target, socket, names, context).run())
  }
}
