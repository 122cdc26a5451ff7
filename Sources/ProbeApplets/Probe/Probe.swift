public import Box
internal import DNS
internal import Linux
internal import Reachability
public import Report
internal import Trace

/// Tries many endpoints at once, and says of each who answers or who says no.
public struct Probe: Reporting {
  public var style = ReportStyle()
  var settings = ProbeSettings()

  public init() {}

  public static var manual: Manual<Probe> {
    Manual(
      "probe", "Try many endpoints at once, and say who answers or says no", family: .network,
      operands: "TARGET...",
      options: [
        .flag("4", nil, "Use IPv4 only") { $0.settings.family = .v4 },
        .flag("6", nil, "Use IPv6 only") { $0.settings.family = .v6 },
        .flag("a", "all", "All addresses of a name") { $0.settings.takesAll = true },
        .integer("c", "concurrency", "COUNT", "So many tries at a time; 64", 1...1000) {
          $0.settings.atOnce = $1
        },
        .time("i", "interval", "SECONDS", "Time between rounds; 1") { $0.settings.interval = $1 },
        .integer("n", "count", "COUNT", "So many rounds; 0 goes on until Ctrl-C", 0...1_000_000) {
          $0.settings.rounds = $1
        },
        .parsed("s", "source", "ADDRESS", "Send from this address or interface of ours") {
          (options: inout Probe, text: String) throws(Failure) in
          options.settings.departure.set(text)
        },
        .value(nil, "cacert", "FILE", "Trust these authorities, for tls:// https:// grpcs://") {
          (options: inout Probe, text: String) in options.settings.authorities.append(text)
        },
        .parsed(nil, "settle", "SECONDS", "Watch a connection so long for a reset; 0.05") {
          (options: inout Probe, text: String) throws(Failure) in
          options.settings.settle = try seconds(text, "--settle")
        },
        .time("t", "timeout", "SECONDS", "Give each try so long; 3") {
          $0.settings.timeout = max(0.001, $1)
        },
        .flag("v", "verbose", "A line for each try, on standard error") {
          $0.settings.isVerbose = true
        },
      ] + Option.reporting,
      examples: [
        ("probe db:5432 cache:6379 api:80,443", "What can this pod reach?"),
        ("probe http://api/ready dns://10.96.0.10/api tcp://db:5432", "Each at its own level"),
        ("probe grpc://api:9000 grpc://api:9000/shop.Cart", "Is gRPC serving?"),
        ("probe -n 60 --interval 1 api:443 db:5432", "Loss and percentiles over a minute"),
        ("probe 10.0.0.7:8000-8010 --json", "A range, for programs"),
      ],
      standard: "",
      deviations: [
        "targets: tcp:// tls:// udp:// icmp:// dns://SERVER/NAME http(s)://HOST/PATH",
        "and grpc://HOST:PORT/SERVICE grpcs://HOST:PORT/SERVICE; HOST:PORT alone is tcp",
        "status 0: all are open and well, 1: some are not",
        "http(s):// reads the status line; 200 to 399 is well, as is a certificate one can trust",
        "grpc(s):// asks grpc.health.v1.Health, by HTTP/2; SERVING is well",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("no targets given") }
    var targets: [ProbeTarget] = []
    let place = context
    for text in operands { targets += try ProbeTarget.all(text, { Services(place) }) }
    let run = ProbeRun(settings, targets, context)
    try run.run()
    let isLoop = settings.rounds != 1
    try context.report(run.entries, ProbeEntry.columns(isLoop: isLoop), style)
    if run.entries.contains(where: { $0.good < $0.sent }) { throw .quiet(1) }
  }
}

/// What the options of probe ask for.
struct ProbeSettings {
  var family: IPAddress.Family?
  var takesAll = false
  var atOnce = 64
  var interval = 1.0
  var rounds = 1
  var departure = Departure()
  /// Files of certificates; the usual ones where empty.
  var authorities: [String] = []
  var settle = 0.05
  var timeout = 3.0
  var isVerbose = false
}

/// A target at one address, and what is known of it.
final class ProbeEntry {
  let target: ProbeTarget
  /// nil: the name has none, and `last` says why.
  let address: IPAddress?
  var sent = 0
  /// Tries that were open and well.
  var good = 0
  var last: CheckResult?
  /// The last that was not well: what one looks for in a long run.
  var lastBad: CheckResult?
  var times: [Double] = []

  /// The percentiles are of the first so many.
  private static let most = 1_000_000

  init(_ target: ProbeTarget, _ address: IPAddress?) {
    self.target = target
    self.address = address
  }

  func add(_ result: CheckResult) {
    sent += 1
    last = result
    if result.isGood { good += 1 } else { lastBad = result }
    if result.verdict.isOpen, times.count < Self.most { times.append(result.seconds) }
  }

  /// Milliseconds; nil where nothing answered.
  func percentile(_ percent: Int) -> Cell {
    guard !times.isEmpty else { return .missing }
    let order = sortedIndices(times.count) { times[$0] < times[$1] }
    let rank = max(1, (times.count * percent + 99) / 100)
    return .decimal(times[order[rank - 1]] * 1000, digits: 3)
  }

  /// What to show: the failure, where there was one.
  private var shown: CheckResult? { lastBad ?? last }

  static func columns(isLoop: Bool) -> [Column<ProbeEntry>] {
    var columns: [Column<ProbeEntry>] = [
      Column("TARGET", "target", help: "What was tried") { .text($0.target.label) },
      Column("ADDRESS", "address", help: "Where it is") {
        $0.address.map { .text($0.description) } ?? .missing
      },
      Column("VERDICT", "verdict", help: "OPEN REFUSED TIMEOUT UNREACHABLE DNS …") {
        .text($0.shown?.verdict.word ?? "OTHER")
      },
    ]
    if isLoop {
      columns += [
        Column("SENT", "sent", .right, help: "Tries") { .number($0.sent) },
        Column("OK", "ok", .right, help: "Tries that were open and well") { .number($0.good) },
        Column("LOSS%", "loss", .right, help: "Tries that were not, in percent") {
          .decimal(
            $0.sent == 0 ? 0 : 100 * Double($0.sent - $0.good) / Double($0.sent), digits: 1)
        },
        Column("P50", "p50", .right, help: "Milliseconds, median") { $0.percentile(50) },
        Column("P90", "p90", .right, help: "Milliseconds, 90 %") { $0.percentile(90) },
        Column("P99", "p99", .right, help: "Milliseconds, 99 %") { $0.percentile(99) },
        Column("MAX", "max", .right, help: "Milliseconds, longest") { $0.percentile(100) },
      ]
    } else {
      columns.append(
        Column("MS", "ms", .right, help: "Milliseconds until it was known") {
          $0.last.map { .decimal($0.seconds * 1000, digits: 3) } ?? .missing
        })
    }
    columns += [
      Column("BY", "by", help: "Who sent the ICMP message") {
        $0.shown?.verdict.source.map { .text($0.description) } ?? .missing
      },
      Column("DETAIL", "detail", help: "What it said, or why not") {
        .text($0.shown?.detail ?? "")
      },
    ]
    return columns
  }
}
