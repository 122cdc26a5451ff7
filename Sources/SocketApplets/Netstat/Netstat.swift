public import Box
internal import Accounts
internal import Linux
internal import Netlink
internal import Target

/// Shows connections, routes, interfaces and counters in the words of net-tools.
public struct Netstat: Command {
  var kinds: [SocketKind] = []
  var wantsUnix = false
  var v4 = false
  var v6 = false
  var view = NetstatView()
  var mode = Mode.sockets
  var extend = 0
  var continuous = false

  enum Mode { case sockets, routes, interfaces, counters, groups }

  public init() {}

  public static var manual: Manual<Netstat> {
    Manual(
      "netstat", "Show connections, routes, interfaces and counters", family: .network,
      operands: "[DELAY]",
      options: [
        .flag("t", "tcp", "TCP sockets") { $0.kinds.append(.tcp) },
        .flag("u", "udp", "UDP sockets") { $0.kinds.append(.udp) },
        .flag("w", "raw", "Raw sockets") { $0.kinds.append(.raw) },
        .flag("x", "unix", "Unix domain sockets") { $0.wantsUnix = true },
        .flag("l", "listening", "Only listening sockets") { $0.view.listening = true },
        .flag("a", "all", "Listening sockets too; interfaces that are down too") {
          $0.view.all = true
        },
        .flag("n", "numeric", "Addresses, ports and users as numbers") { $0.view.setNumeric() },
        .flag(nil, "numeric-hosts", "Addresses as numbers") { $0.view.numericHosts = true },
        .flag(nil, "numeric-ports", "Ports as numbers") { $0.view.numericPorts = true },
        .flag(nil, "numeric-users", "Users as numbers") { $0.view.numericUsers = true },
        .flag("p", "program programs", "Show PID and name of the program") {
          $0.view.programs = true
        },
        .flag("e", "extend", "Show user and inode; more of routes and interfaces") {
          $0.extend += 1
        },
        .flag("o", "timers", "Show timers") { $0.view.timers = true },
        .flag("W", "wide", "Do not cut addresses") { $0.view.wide = true },
        .flag("T", "notrim", "Do not cut addresses") { $0.view.wide = true },
        .flag("4", "inet", "Only IPv4") { $0.v4 = true },
        .flag("6", "inet6", "Only IPv6") { $0.v6 = true },
        .parsed("A", "protocol", "FAMILY", "One of inet, inet6, unix") {
          (options: inout Netstat, text) throws(Failure) in try options.choose(text)
        },
        .flag("r", "route", "Show the routing table") { $0.mode = .routes },
        .flag("i", "interfaces", "Show interfaces") { $0.mode = .interfaces },
        .flag("s", "statistics", "Show counters by protocol") { $0.mode = .counters },
        .flag("g", "groups", "Show multicast groups") { $0.mode = .groups },
        .flag("c", "continuous", "Show again every second") { $0.continuous = true },
        .flag("F", "fib", "The routing table, as ever") { _ in },
        .refused("C", "cache", "kernels have no routing cache any more"),
        .refused("M", "masquerade", "not supported; conntrack -L shows connections"),
        .refused("N", "symbolic", "not supported"), .refused("v", "verbose", "not supported"),
        .refused("S", "sctp", "not supported"), .refused("U", "udplite", "not supported"),
        .refused("Z", "context", "no SELinux here"),
      ],
      examples: [
        ("netstat -tulpn", "What listens, and which program is it?"),
        ("netstat -ant", "All TCP connections"),
        ("netstat -rn", "The routing table"),
        ("netstat -s", "What has the network stack seen and lost?"),
      ],
      standard: "net-tools 2.10 netstat(8)",
      deviations: [
        "names of unix sockets are whole, also behind a blank",
        "names of addresses are asked for until a server has kept us waiting once",
      ])
  }

  mutating func choose(_ list: String) throws(Failure) {
    for name in list.split(separator: ",") {
      switch name {
      case "inet": v4 = true
      case "inet6": v6 = true
      case "unix": wantsUnix = true
      default: throw .usage("\(name): no such family; there are inet, inet6 and unix")
      }
    }
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var delay: Double? = continuous ? 1 : nil
    if let text = operands.first {
      guard operands.count == 1, let seconds = Double(argument: text), seconds > 0 else {
        throw .usage("\(text): not a delay in seconds")
      }
      delay = seconds
    }
    while true {
      try show(context)
      guard let delay else { return }
      context.output.flush()
      if context.output.failure != nil { return }
      context.clock.sleep(seconds: delay)
    }
  }

  private func show(_ context: Context) throws(Failure) {
    let output = context.output
    switch mode {
    case .sockets: try showSockets(context)
    case .routes:
      let table = RouteTable(context, numeric: view.numericHosts)
      if v6 {
        try table.showV6(title: true)
      } else {
        try table.showV4(extend == 0 ? .statistics : extend == 1 ? .plain : .wide)
      }
    case .interfaces:
      let interfaces = try Interfaces(context)
      if extend > 0 {
        output.line("Kernel Interface table")
        interfaces.showAll(all: view.all)
      } else {
        output.line("Kernel Interface table")
        interfaces.showTable(all: view.all, isWide: true)
      }
    case .counters:
      let all = kinds.isEmpty
      let report = CounterReport(
        tcp: all || kinds.contains(.tcp), udp: all || kinds.contains(.udp),
        raw: all || kinds.contains(.raw))
      if v6 {
        report.showV6(ProcNet(context.root), output)
      } else {
        report.show(ProcNet(context.root), output)
      }
    case .groups: MulticastGroups(ProcNet(context.root), v4: v4 || !v6, v6: v6 || !v4).show(output)
    }
  }

  private func showSockets(_ context: Context) throws(Failure) {
    var view = view
    view.extended = extend > 0
    let noneChosen = kinds.isEmpty && !wantsUnix
    let internet = !kinds.isEmpty || noneChosen || ((v4 || v6) && kinds.isEmpty)
    let list = NetstatSockets(view, context)
    let chosen = kinds.isEmpty ? [SocketKind.tcp, .udp, .raw] : kinds
    let families = (v4: v4 || !v6, v6: v6 || !v4)
    try list.load(
      internet ? chosen : [], families, unix: wantsUnix || (noneChosen && !v4 && !v6))
    list.show()
  }
}

/// What to show of each socket.
struct NetstatView {
  var listening = false
  var all = false
  var numericHosts = false
  var numericPorts = false
  var numericUsers = false
  var programs = false
  var extended = false
  var timers = false
  var wide = false

  mutating func setNumeric() {
    numericHosts = true
    numericPorts = true
    numericUsers = true
  }

  /// What the headings say is shown.
  var extent: StaticString {
    all ? "servers and established" : listening ? "only servers" : "w/o servers"
  }
}
