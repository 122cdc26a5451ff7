public import Box
internal import Linux
internal import Netlink

/// Shows sockets: what listens, what is connected to what, and who owns it.
public struct Ss: Command {
  var kinds = SsKinds()
  var view = SsView()
  var all = false
  var listening = false
  var summary = false
  var groups = false
  var json = false

  public init() {}

  public static var manual: Manual<Ss> {
    Manual(
      "ss", "Show sockets, their owners and what TCP knows of them", family: .network,
      operands: "[state STATE] [EXPRESSION]", options: options,
      examples: [
        ("ss -tlnp", "What listens, and which process is it?"),
        ("ss -tn state close-wait", "Which connections does the app forget to close?"),
        ("ss -tni dst 10.0.3.4", "Round trips and retransmissions to one peer"),
        ("ss -tanp --group", "Who holds how many connections to whom?"),
        ("ss -tan '( dport = :443 or sport = :443 )'", "Everything about one port"),
      ],
      standard: "iproute2 6.1 ss(8)",
      deviations: [
        "--group, --json and the remark about full accept queues are our own",
        "on a terminal the columns are as narrow as in a pipe",
        "a host name in an expression is looked up once, when ss starts",
        "owners of other users are found with their ids or CAP_SYS_PTRACE, and counted where not",
        "-E, -K, -b, -D, -N, -Z, -z and the families DCCP, MPTCP, SCTP, TIPC, vsock, XDP are refused",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if summary { return SsSummary(ProcNet(context.root)).show(on: context.output, json: json) }
    var filter = try SsFilter(operands, context, isNumeric: view.isNumeric)
    let wanted = try kinds.settled(filter)
    filter.settle(all: all, listening: listening, onlyUnconnected: wanted.onlyUnconnected)
    let source = SocketSource(context)
    let list = try source.list(
      wanted, states: filter.states, details: view.details(grouping: groups))
    source.explainFallback(context)
    let matcher = SsMatcher(filter, list, context)
    let rows = list.records.indices.filter { matcher.accepts(list.records[$0]) }
    var owners = SocketOwners(context.root)
    if view.processes || groups { owners.find(list, rows) }
    let report = SsReport(list, rows, owners, view, PortNames(context.root), context)
    if json {
      report.printJSON()
    } else if groups {
      SsGroups(list, rows, owners).show(on: context.output)
    } else {
      report.printTable(
        withKind: wanted.count > 1, withState: filter.states.rawValue.nonzeroBitCount > 1)
    }
    context.output.flush()
    report.noteFullQueues()
    owners.noteHidden(context)
  }
}

extension Ss {
  private static var options: [Option<Ss>] {
    selection + display + refused
  }

  private static var selection: [Option<Ss>] {
    [
      .flag("t", "tcp", "TCP sockets") { $0.kinds.add([.tcp]) },
      .flag("u", "udp", "UDP sockets") { $0.kinds.add([.udp]) },
      .flag("w", "raw", "Raw sockets") { $0.kinds.add([.raw]) },
      .flag("x", "unix", "Unix domain sockets") { $0.kinds.add(SsKinds.unix) },
      .flag("0", "packet", "Packet sockets") { $0.kinds.add(SsKinds.packet) },
      .flag("4", "ipv4", "Only IPv4") { $0.kinds.family("inet") },
      .flag("6", "ipv6", "Only IPv6") { $0.kinds.family("inet6") },
      .parsed("f", "family", "FAMILY", "Only inet, inet6, unix, link or netlink") {
        (options: inout Ss, text) throws(Failure) in
        guard options.kinds.family(text) else { throw .usage("\(text): no such family") }
      },
      .parsed("A", "query socket", "LIST", "Kinds by name: tcp,udp,unix_stream; !KIND leaves out") {
        (options: inout Ss, text) throws(Failure) in try options.kinds.query(text)
      },
      .flag("a", "all", "Listening sockets too") { $0.all = true },
      .flag("l", "listening", "Only listening sockets") { $0.listening = true },
    ]
  }

  private static var display: [Option<Ss>] {
    [
      .flag("n", "numeric", "Ports as numbers, rates in full") { $0.view.isNumeric = true },
      .flag("r", "resolve", "Addresses as names") { $0.view.resolves = true },
      .flag("o", "options", "Show timers") { $0.view.timers = true },
      .flag("e", "extended", "Show user, inode, cookie, cgroup") { $0.view.extended = true },
      .flag("m", "memory", "Show memory of the socket") { $0.view.memory = true },
      .flag("p", "processes", "Show which processes use it") { $0.view.processes = true },
      .flag("i", "info", "Show what TCP knows of the connection") { $0.view.info = true },
      .flag(nil, "tos", "Show type of service and priority class") { $0.view.service = true },
      .flag(nil, "cgroup", "Show the cgroup") { $0.view.cgroup = true },
      .flag(nil, "inet-sockopt", "Show options of internet sockets") {
        $0.view.socketOptions = true
      },
      .flag("s", "summary", "Show how many sockets there are") { $0.summary = true },
      .flag("H", "no-header", "Print no header line") { $0.view.header = false },
      .flag("O", "oneline", "One line for each socket") { $0.view.oneLine = true },
      .flag(nil, "group", "Count by state, owner and peer") { $0.groups = true },
      .flag(nil, "json", "Print an array of objects, with raw numbers") { $0.json = true },
    ]
  }

  private static var refused: [Option<Ss>] {
    [
      .refused("T", "threads", "threads share their sockets; -p shows the process"),
      .refused("K", "kill", "this tool changes nothing"),
      .refused("E", "events", "there is no watch on sockets; use watch ss"),
      .refused("b", "bpf", "not supported: needs CAP_NET_ADMIN"),
      .refused("D", "diag", "not supported; --json gives everything"),
      .refused("F", "filter", "not supported; give the expression as operands"),
      .refused("N", "net", "not supported; use nsenter -t PID -n ss"),
      .refused("Z", "context", "no SELinux here"), .refused("z", "contexts", "no SELinux here"),
      .refused("d", "dccp", "not supported"), .refused("M", "mptcp", "not supported"),
      .refused("S", "sctp", "not supported"), .refused(nil, "tipc", "not supported"),
      .refused(nil, "tipcinfo", "not supported"), .refused(nil, "vsock", "not supported"),
      .refused(nil, "xdp", "not supported"),
    ]
  }
}

/// What to show of each socket.
struct SsView {
  var isNumeric = false
  var resolves = false
  var timers = false
  var extended = false
  var memory = false
  var processes = false
  var info = false
  var service = false
  var cgroup = false
  var socketOptions = false
  var header = true
  var oneLine = false

  /// What the kernel has to be asked for; nil where the sockets alone suffice.
  func details(grouping: Bool) -> SocketDetails? {
    var details: SocketDetails = []
    if info || grouping { details.insert(.info) }
    if memory { details.insert(.memory) }
    if service { details.insert(.service) }
    if extended { details.insert(.shutdown) }
    return details.isEmpty && !extended && !cgroup && !socketOptions ? nil : details
  }

  /// Whether a second line belongs to TCP and its kin.
  var hasSecondLine: Bool { memory || info }
}
