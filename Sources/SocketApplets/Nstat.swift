public import Box
internal import Linux
internal import Netlink
internal import Report

/// Shows the counters of the network stack by their names.
public struct Nstat: Command {
  var zeros = false
  var json = false
  var pretty = false

  public init() {}

  public static var manual: Manual<Nstat> {
    Manual(
      "nstat", "Show the counters of the network stack", family: .network,
      operands: "[PATTERN]...",
      options: [
        .flag("a", "ignore", "Since the network namespace was made, the default") { _ in },
        .flag("s", "noupdate", "Write no history, the default") { _ in },
        .flag("z", "zeros", "Show counters that are zero too") { $0.zeros = true },
        .flag("j", "json", "Print JSON") { $0.json = true },
        .flag("p", "pretty", "Indent the JSON") { $0.pretty = true },
        .refused("d", "scan", "there is no daemon; watch -d nstat shows what changes"),
        .refused("t", "interval", "there is no daemon; watch -d nstat shows what changes"),
        .refused("n", "nooutput", "there is no history"),
        .refused("r", "reset", "there is no history"),
      ],
      examples: [
        ("nstat -az TcpExtListen*", "Were connections dropped in front of the app?"),
        ("nstat TcpRetransSegs TcpOutSegs", "How much had to be sent again?"),
      ],
      standard: "iproute2 6.1 nstat(8)",
      deviations: ["no history is kept: nothing is left behind, and values are always whole"])
  }

  /// Settings and levels among the counters: they count nothing.
  private static let levels: [StaticString] = [
    "IpForwarding", "IpDefaultTTL", "TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax", "TcpMaxConn",
    "TcpCurrEstab",
  ]

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let files = ProcNet(context.root)
    var counters: [NetCounter] = []
    for name in ["snmp", "snmp6", "netstat"] {
      guard let bytes = try? files.contents(name) else { continue }
      counters += bytes.withUnsafeBytes {
        name == "snmp6" ? NetCounter.single($0) : NetCounter.pairs($0)
      }
    }
    if counters.isEmpty { throw .message("/proc/net/snmp: no counters") }
    let patterns = operands.map { ShellPattern($0, .ignoreCase) }
    let shown = counters.filter { counter in
      guard zeros || counter.value != 0 else { return false }
      if Self.levels.contains(where: { "\($0)".sameBytes(as: counter.name) }) { return false }
      return patterns.isEmpty || patterns.contains { $0.matches(counter.name.bytes) }
    }
    if json {
      let object = JSON.object([
        (
          key: "kernel",
          value: .object(shown.map { (key: $0.name, value: .number($0.value)) })
        )
      ])
      return context.output.line(pretty ? prettyText(object) : object.text)
    }
    context.output.line("#kernel")
    for counter in shown {
      context.output.line(
        left(Sanitize.escaped(counter.name), 32) + left(String(counter.value), 16) + "   0.0")
    }
  }
}
