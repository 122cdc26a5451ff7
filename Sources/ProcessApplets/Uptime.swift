public import Box
internal import Linux
internal import SystemStatistics

/// How long the machine has been up and how loaded it is; procps-ng 4 uptime(1).
///
/// `--pretty` counts 60 seconds as a minute and 24 hours as a day, which procps 4.0.2 misses by one.
public struct Uptime: Command {
  var pretty = false
  var since = false

  public init() {}

  public static var manual: Manual<Uptime> {
    Manual(
      "uptime", "Tell how long the machine has been up and how loaded it is", family: .system,
      options: [
        .flag("p", "pretty", "Only how long, in words") { $0.pretty = true },
        .flag("s", "since", "Only since when") { $0.since = true },
      ],
      examples: [
        ("uptime", "Is the node overloaded, or freshly booted?"),
        ("uptime -s", "When the node booted"),
      ],
      standard: "procps-ng uptime(1)",
      deviations: [
        "the figures are those of the node, not of the container",
        "users are counted in /var/run/utmp, which containers do not have",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let extra = operands.first { throw .usage("\(extra): takes no operands") }
    let statistics = SystemStatistics(context.root)
    let seconds = try attempt { () throws(SystemError) in try statistics.uptime() }
    let whole = Int(max(0, min(seconds, 1e15)))
    let now = context.clock.now()
    if since {
      let start = Double(now.seconds) + Double(now.nanoseconds) / 1e9 - seconds
      let boot = Instant(seconds: Int(max(0, start).rounded()))
      return context.output.line(format(boot.local, "%Y-%m-%d %H:%M:%S"))
    }
    if pretty { return context.output.line("up " + words(whole)) }
    let load = try attempt { () throws(SystemError) in try statistics.load() }
    let users = loggedIn(context.root)
    let averages = [load.one, load.five, load.fifteen].map { fixed($0, 2) }.joined(separator: ", ")
    context.output.line(
      format(now.local, " %H:%M:%S") + " up " + clock(whole) + ", " + String(users).right(2)
        + (users > 1 ? " users" : " user") + ",  load average: " + averages)
  }

  private func clock(_ seconds: Int) -> String {
    let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60)
    let head = days == 0 ? "" : "\(days) day\(days == 1 ? "" : "s"), "
    if hours == 0 { return head + "\(minutes) min" }
    return head + String(hours).right(2) + (minutes < 10 ? ":0" : ":") + String(minutes)
  }

  private func words(_ seconds: Int) -> String {
    let days = seconds / 86400
    let units: [(count: Int, name: StaticString)] = [
      (days / 3650, "decade"), (days / 365 % 10, "year"), (days % 365 / 7, "week"),
      (days % 365 % 7, "day"), (seconds / 3600 % 24, "hour"), (seconds / 60 % 60, "minute"),
    ]
    // Minutes always, as procps.
    let shown = units.enumerated().filter { $0.element.count > 0 || $0.offset == units.count - 1 }
    let parts = shown.map { $0.element }.map { unit in
      "\(unit.count) \(unit.name)" + (unit.count == 1 ? "" : "s")
    }
    return parts.joined(separator: ", ")
  }

  /// Sessions in utmp(5): records of 384 bytes with the type first and the user at 44.
  private func loggedIn(_ root: Root) -> Int {
    guard let bytes = try? root.contents("/var/run/utmp", limit: 1 << 22) else { return 0 }
    var users = 0
    var start = 0
    while start + 384 <= bytes.count {
      if bytes[start] == 7, bytes[start + 1] == 0, bytes[start + 44] != 0 { users += 1 }
      start += 384
    }
    return users
  }
}
