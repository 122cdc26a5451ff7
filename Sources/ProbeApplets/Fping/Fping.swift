public import Box
internal import Linux
internal import Target

/// Asks many hosts for echoes at once: fping(8).
public struct Fping: Command {
  var settings = FpingSettings()

  public init() {}

  public static var manual: Manual<Fping> {
    Manual(
      "fping", "Ask many hosts for echoes at once", family: .network, operands: "[HOST]...",
      options: targets + pace + display,
      examples: [
        ("fping -g 10.244.0.0/28", "Who is there?"),
        ("fping -c 10 -q api db cache", "Loss and times of several hosts"),
        ("fping -a -r 1 < hosts", "Only those that answer"),
      ],
      standard: "fping 5.1 fping(8)",
      deviations: [
        "-f may be used by everybody", "usage errors end with status 2",
      ])
  }

  private static var targets: [Option<Fping>] {
    [
      .flag("4", "ipv4", "Use IPv4 only") { $0.settings.family = .v4 },
      .flag("6", "ipv6", "Use IPv6 only") { $0.settings.family = .v6 },
      .value("f", "file", "FILE", "Read hosts from a file; - is standard input") {
        (options: inout Fping, text: String) in options.settings.file = text
      },
      .flag("g", "generate", "All addresses of a network, or from one to another") {
        $0.settings.generates = true
      },
      .integer("H", "ttl", "TTL", "How many hops packets may take", 1...255) {
        $0.settings.hopLimit = $1
      },
      .value("I", "iface", "INTERFACE", "Send from this interface") {
        (options: inout Fping, text: String) in options.settings.departure.interface = text
      },
      .flag("m", "all", "All addresses of a name") { $0.settings.takesAll = true },
      .flag("M", "dontfrag", "Set DF") { $0.settings.setsDF = true },
      .integer("O", "tos", "TOS", "Type of service or traffic class", 0...255) {
        $0.settings.trafficClass = $1
      },
      .parsed("S", "src", "ADDRESS", "Send from this address of ours") {
        (options: inout Fping, text: String) throws(Failure) in
        guard let address = IPAddress(text) else { throw .usage("-S: \(text): not an address") }
        options.settings.departure.source = address
      },
    ]
  }

  private static var pace: [Option<Fping>] {
    [
      .integer("b", "size", "BYTES", "Data in each packet; 56", 0...65507) {
        $0.settings.size = $1
      },
      .time("B", "backoff", "FACTOR", "Each wait is so many times the last; 1.5") {
        $0.settings.backoff = max(1, min(5, $1))
      },
      .integer(
        "c", "count", "COUNT", "So many packets to each, with a line for each", 1...1_000_000
      ) { $0.settings.count = $1 },
      .parsed("C", "vcount", "COUNT", "As -c, with all times in the summary") {
        (options: inout Fping, text: String) throws(Failure) in
        options.settings.count = try number(text, "-C", 1...1_000_000)
        options.settings.listsTimes = true
      },
      .time("i", "interval", "MS", "Time between any two packets; 10") {
        $0.settings.interval = $1 / 1000
      },
      .flag("l", "loop", "Go on until Ctrl-C") { $0.settings.loops = true },
      .time("p", "period", "MS", "Time between packets to one host; 1000") {
        $0.settings.period = max(0.001, $1 / 1000)
      },
      .integer("r", "retry", "COUNT", "Ask again so often; 3", 0...1000) {
        $0.settings.retries = $1
      },
      .flag("R", "random", "Fill packets with random bytes") { $0.settings.isRandom = true },
      .time("t", "timeout", "MS", "Wait so long for the first reply; 500") {
        $0.settings.timeout = $1 / 1000
      },
      .integer("x", "reachable", "COUNT", "Succeed where so many answer", 1...1_000_000) {
        $0.settings.enough = $1
      },
    ]
  }

  private static var display: [Option<Fping>] {
    [
      .flag("a", "alive", "Show those that answer") { $0.settings.showsAlive = true },
      .flag("A", "addr", "Show addresses for names") { $0.settings.showsAddress = true },
      .flag("d", "rdns", "Show the name of each address") { $0.settings.asksNames = true },
      .flag("D", "timestamp", "Print the time in front of lines of -c, -C and -l") {
        $0.settings.stamps = true
      },
      .flag("e", "elapsed", "Show round trip times") { $0.settings.showsElapsed = true },
      .flag("n", "name", "Show names for addresses") { $0.settings.showsNames = true },
      .flag("o", "outage", "Show how long hosts were lost") { $0.settings.showsOutage = true },
      .flag("q", "quiet", "Only the summary") { $0.settings.isQuiet = true },
      .parsed("Q", "squiet", "SECONDS", "As -q, with a summary every SECONDS") {
        (options: inout Fping, text: String) throws(Failure) in
        options.settings.isQuiet = true
        options.settings.summaryEvery = max(0.1, try seconds(text, "-Q"))
      },
      .flag("s", "stats", "Show totals at the end") { $0.settings.showsTotals = true },
      .flag("u", "unreach", "Show those that do not answer") { $0.settings.showsLost = true },
      .refused("N", "netdata", "that format is of another program"),
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if settings.showsAlive, settings.showsLost { throw .usage("-a: not with -u") }
    if settings.count != nil, settings.loops { throw .usage("-l: not with -c or -C") }
    var hosts = operands
    if settings.generates {
      hosts = try AddressRange(operands).addresses.map { $0.description }
    } else if let file = settings.file {
      hosts += try list(file, context)
    } else if operands.isEmpty {
      hosts = try list("-", context)
    }
    guard !hosts.isEmpty else { throw .usage("no hosts given") }
    let session = try FpingSession(settings, hosts, context)
    throw .quiet(try session.run())
  }

  /// The first word of each line, but of comments.
  private func list(_ file: String, _ context: Context) throws(Failure) -> [String] {
    var bytes: [UInt8] = []
    if file == "-" {
      let input = try context.input()
      try attempt { () throws(SystemError) in
        while let chunk = try input.chunk(), bytes.count < 1 << 24 { bytes += chunk }
      }
    } else {
      bytes = try Paths(context).location(file).contents(limit: 1 << 24)
    }
    return bytes.split(separator: 0x0A).compactMap { line in
      let word = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.first
      guard let word, word.first != UInt8(ascii: "#") else { return nil }
      return String(bytes: word)
    }
  }
}

/// The addresses that `-g` names: `10.0.0.0/24`, or first and last.
struct AddressRange {
  let addresses: [IPAddress]
  private static let largest = 131_072

  init(_ operands: [String]) throws(Failure) {
    guard operands.count == 1 || operands.count == 2 else {
      throw .usage("-g: a network, or the first and the last address")
    }
    var first: UInt32
    var last: UInt32
    if operands.count == 2 {
      first = try Self.number(operands[0])
      last = try Self.number(operands[1])
    } else {
      let parts = operands[0].split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let bits = Int(String(parts[1])), (1...32).contains(bits) else {
        throw .usage("-g: \(operands[0]): not ADDRESS/BITS with 1 to 32 bits")
      }
      let mask = UInt32.max << UInt32(32 - bits)
      first = try Self.number(String(parts[0])) & mask
      last = first | ~mask
      // The network's own address and the broadcast are no hosts.
      if bits < 31 {
        first += 1
        last -= 1
      }
    }
    guard first <= last else { throw .usage("-g: the last address is before the first") }
    guard last - first < UInt32(Self.largest) else {
      throw .usage("-g: more than \(Self.largest) addresses")
    }
    addresses = (first...last).map { IPAddress(v4: $0) }
  }

  private static func number(_ text: String) throws(Failure) -> UInt32 {
    guard let address = IPAddress(text), address.family == .v4 else {
      throw .usage("-g: \(text): not an IPv4 address")
    }
    return address.bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}
