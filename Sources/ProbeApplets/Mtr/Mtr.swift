public import Box
internal import Linux
internal import Trace

/// Watches loss and times of all routers on the way to a host: mtr(8).
public struct Mtr: Command {
  var settings = MtrSettings()

  public init() {}

  public static var manual: Manual<Mtr> {
    Manual(
      "mtr", "Watch loss and times of all routers on the way to a host", family: .network,
      operands: "HOST", options: way + display + refusals,
      examples: [
        ("mtr -n db", "Live; q ends, p pauses, r starts again"),
        ("mtr -nrc 20 -i 0.2 db", "A report"),
        ("mtr -nT -P 5432 -jc 10 db", "By TCP, as JSON, without privileges"),
      ],
      standard: "mtr(8) 0.95",
      deviations: [
        "where ICMP is not allowed, it says why and sends UDP",
        "-T needs no privileges: it connects, and resets the connection where one is made",
        "without a terminal it writes a report",
        "live: keys q p space r n d and Ctrl-C",
        "usage errors end with status 2, a host without an address with 1",
      ])
  }

  private static var way: [Option<Mtr>] {
    [
      .flag("4", nil, "Use IPv4 only") { $0.settings.family = .v4 },
      .flag("6", nil, "Use IPv6 only") { $0.settings.family = .v6 },
      .parsed("a", "address", "ADDRESS", "Send from this address of ours") {
        (options: inout Mtr, text: String) throws(Failure) in
        guard let address = IPAddress(text) else { throw .usage("-a: \(text): not an address") }
        options.settings.departure.source = address
      },
      .integer("B", "bitpattern", "BYTE", "What packets are filled with; 0", 0...255) {
        $0.settings.fill = UInt8($1)
      },
      .integer(
        "c", "report-cycles", "COUNT", "So many packets to each hop; 10 in reports", 1...1_000_000
      ) { $0.settings.cycles = $1 },
      .integer("f", "first-ttl", "HOP", "Start at this hop; 1", 1...255) {
        $0.settings.firstHop = $1
      },
      .time("G", "gracetime", "SECONDS", "Wait so long for the last replies; 5") {
        $0.settings.grace = $1
      },
      .value("I", "interface", "INTERFACE", "Send from this interface") {
        (options: inout Mtr, text: String) in options.settings.departure.interface = text
      },
      .time("i", "interval", "SECONDS", "Time between packets to one hop; 1") {
        $0.settings.interval = max(0.01, $1)
      },
      .integer("M", "mark", "MARK", "Mark packets for policy routing", 0...Int(UInt32.max)) {
        $0.settings.mark = $1
      },
      .integer("m", "max-ttl", "HOPS", "Look so far; 30", 1...255) { $0.settings.lastHop = $1 },
      .integer("P", "port", "PORT", "Of -T, 80, or -u", 1...65535) {
        $0.settings.port = UInt16($1)
      },
      .integer("Q", "tos", "TOS", "Type of service or traffic class", 0...255) {
        $0.settings.trafficClass = $1
      },
      .integer("s", "psize", "BYTES", "Size of packets with their headers; 64", 28...65507) {
        $0.settings.size = $1
      },
      .flag("T", "tcp", "Connect to a TCP port") { $0.settings.method = .tcp },
      .integer("U", "max-unknown", "COUNT", "Give up behind so many silent hops; 5", 1...255) {
        $0.settings.mostUnknown = $1
      },
      .flag("u", "udp", "Send UDP") { $0.settings.method = .udp },
      .time("Z", "timeout", "SECONDS", "A packet is lost after so long; 10") {
        $0.settings.patience = max(0.1, $1)
      },
    ]
  }

  private static var display: [Option<Mtr>] {
    [
      .flag("b", "show-ips", "Show names and addresses") { $0.settings.showsBoth = true },
      .flag("C", "csv", "Write comma-separated values") { $0.settings.format = .csv },
      .flag("j", "json", "Write JSON") { $0.settings.format = .json },
      .flag("l", "raw", "Write each packet and reply") { $0.settings.format = .raw },
      .flag("n", "no-dns", "No names for addresses") { $0.settings.isNumeric = true },
      .parsed("o", "order", "FIELDS", "Columns, of LDRSNBAWVGJMXI and spaces; LS NABWV") {
        (options: inout Mtr, text: String) throws(Failure) in
        for letter in text.unicodeScalars where MtrField(letter) == nil {
          throw .usage("-o: \(letter): not one of LDRSNBAWVGJMXI")
        }
        options.settings.fields = text.unicodeScalars.compactMap { MtrField($0) }
      },
      .flag("r", "report", "Write a report at the end") { $0.settings.format = .report },
      .flag("t", "curses", "Live, on a terminal") { $0.settings.format = .live },
      .flag("w", "report-wide", "As -r, with names in full") { $0.settings.format = .wide },
    ]
  }

  private static var refusals: [Option<Mtr>] {
    [
      .refused("e", "mpls", "the error queue does not pass ICMP extensions on"),
      .refused("F", "filename", "one host at a time"),
      .refused("g", "gtk", "there are no windows here"),
      .refused("L", "localport", "each packet has a port of its own, to be told apart by"),
      .refused("p", "split", "-l, -j and -C are for programs"),
      .refused("S", "sctp", "SCTP is in few kernels"),
      .refused("x", "xml", "-j and -C are for programs"),
      .refused("y", "ipinfo", "no registry is asked"),
      .refused("z", "aslookup", "no registry is asked"),
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let host = operands.first else { throw .usage("no host given") }
    guard operands.count == 1 else { throw .usage("\(operands[1]): one host is enough") }
    var settings = settings
    guard settings.firstHop <= settings.lastHop else {
      throw .usage("-f: \(settings.firstHop): behind the last hop")
    }
    let canLive = Terminal.isTerminal(0) && context.isInteractive
    if settings.format == .live, !canLive { settings.format = .report }
    let names = NameLookup(context)
    let target = try names.destination(host, settings.family)
    let engine = try MtrEngine.open(settings, target.address, context)
    if settings.format == .live {
      return try MtrScreen(settings, target, engine, names, context).run()
    }
    try MtrReport(settings, target, engine, names, context).run()
  }
}
