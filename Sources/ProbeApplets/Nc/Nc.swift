public import Box
internal import Linux

/// Connects, listens and scans: nc(1) of OpenBSD.
public struct Nc: Command {
  var settings = NcSettings()

  public init() {}

  public static var manual: Manual<Nc> {
    Manual(
      "nc", "Connect to ports, listen on them, copy what comes", family: .network,
      operands: "[HOST] [PORT]...", options: ways + addresses + transfer + refusals,
      examples: [
        ("nc -zv db 5432", "Does anything answer, and if not, who says no?"),
        ("nc -zv api 80 443 8000-8010", "Several ports"),
        ("nc -l 9000 > dump", "Take a file; nc -N THIS 9000 < dump sends it"),
        ("nc -U /proc/1/root/run/app.sock", "A socket of the target"),
        ("printf 'PING\\r\\n' | nc -N redis 6379", "Ask and print the answer"),
      ],
      standard: "OpenBSD nc(1) as Debian has it",
      deviations: [
        "with -v a failure ends with a verdict, and with who sent the ICMP message",
        "with -v and -zu, silence is told apart from an answer",
        "a connection that is reset before anything came ends with status 1",
        "-U -u has a socket to be answered at only with -s",
        "usage errors end with status 2",
      ])
  }

  private static var ways: [Option<Nc>] {
    [
      .flag("l", nil, "Listen for a connection") { $0.settings.listens = true },
      .flag("k", nil, "With -l: take one connection after the other") { $0.settings.stays = true },
      .flag("u", nil, "UDP, or datagrams with -U") { $0.settings.isUDP = true },
      .flag("U", nil, "A socket in the file system") { $0.settings.isUnix = true },
      .flag("z", nil, "Only look whether something answers") { $0.settings.scans = true },
      .flag("v", nil, "Say what happens") { $0.settings.isVerbose = true },
      .flag("4", nil, "Use IPv4 only") { $0.settings.family = .v4 },
      .flag("6", nil, "Use IPv6 only") { $0.settings.family = .v6 },
      .flag("n", nil, "No names: addresses and port numbers only") {
        $0.settings.isNumeric = true
      },
      .flag("r", nil, "Try ports in random order") { $0.settings.isRandom = true },
      .parsed("X", nil, "PROTOCOL", "Of the proxy: 4, 5 or connect; 5") {
        (options: inout Nc, text: String) throws(Failure) in
        guard let kind = NcSettings.Proxy(text) else {
          throw .usage("-X: \(text): not 4, 5 or connect")
        }
        options.settings.proxyKind = kind
      },
      .value("x", nil, "PROXY[:PORT]", "Connect by way of a proxy") {
        (options: inout Nc, text: String) in options.settings.proxy = text
      },
    ]
  }

  private static var addresses: [Option<Nc>] {
    [
      .flag("b", nil, "Allow broadcast") { $0.settings.broadcasts = true },
      .integer("M", nil, "TTL", "How many hops packets may take", 1...255) {
        $0.settings.hopLimit = $1
      },
      .integer("m", nil, "TTL", "Take packets only with this much left to go", 1...255) {
        $0.settings.leastHopLimit = $1
      },
      .value("p", nil, "PORT", "Our own port") { (options: inout Nc, text: String) in
        options.settings.ownPort = text
      },
      .value("s", nil, "ADDRESS", "Our own address, or path with -U") {
        (options: inout Nc, text: String) in options.settings.source = text
      },
      .parsed("T", nil, "TOS", "Type of service: ef, af11, cs1, lowdelay, or a number") {
        (options: inout Nc, text: String) throws(Failure) in
        options.settings.trafficClass = try trafficClass(text)
      },
    ]
  }

  private static var transfer: [Option<Nc>] {
    [
      .flag("C", nil, "Send CR LF for each line feed") { $0.settings.sendsCRLF = true },
      .flag("d", nil, "Do not read standard input") { $0.settings.ignoresInput = true },
      .integer("I", nil, "BYTES", "Receive buffer of the socket", 1...(1 << 30)) {
        $0.settings.receiveBuffer = $1
      },
      .time("i", nil, "SECONDS", "Pause between lines, and between ports") {
        $0.settings.interval = $1
      },
      .flag("N", nil, "Tell the other side when standard input ends") {
        $0.settings.endsSending = true
      },
      .integer("O", nil, "BYTES", "Send buffer of the socket", 1...(1 << 30)) {
        $0.settings.sendBuffer = $1
      },
      .parsed("q", nil, "SECONDS", "End so long after standard input ends; implies -N") {
        (options: inout Nc, text: String) throws(Failure) in
        let value = try number(text, "-q", -1_000_000...1_000_000)
        options.settings.lingers = value < 0 ? nil : Double(value)
        if value >= 0 { options.settings.endsSending = true }
      },
      .flag("t", nil, "Refuse what a telnet server asks for") {
        $0.settings.answersTelnet = true
      },
      .integer("W", nil, "COUNT", "End after so many packets came", 1...Int(Int32.max)) {
        $0.settings.receiveLimit = $1
      },
      .time("w", nil, "SECONDS", "Give up connecting, or being idle, after so long") {
        $0.settings.timeout = $1
      },
    ]
  }

  private static var refusals: [Option<Nc>] {
    [
      .refused("c", nil, "no command is run for whoever connects; use a pipe or the shell"),
      .refused("e", nil, "no command is run for whoever connects; use a pipe or the shell"),
      .refused("D", nil, "the kernel does nothing with it"),
      .refused("F", nil, "descriptors are not passed on"),
      .refused("P", nil, "proxies that want a password are not known here"),
      .refused("S", nil, "TCP MD5 needs a key, which it has no option for"),
      .refused("V", nil, "Linux chooses routing tables by mark"),
      .refused("Z", nil, "DCCP has left the kernel"),
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    try settings.check()
    if settings.listens {
      try NcListener(settings, context).run(operands)
    } else {
      guard try NcClient(settings, context).run(operands) else { throw .quiet(1) }
    }
  }
}
