internal import Box
internal import DNS
internal import Linux
internal import Report

/// Asks for A and AAAA as resolvers do, and each alone: what goes lost only where both leave one socket at once is the
/// race of conntrack.
struct DnsPairs {
  let options: Dns
  let server: Endpoint
  let name: DomainName
  let timeout: Double

  /// Each lookup has up to two sockets.
  static let mostUnderWay = 256

  func run(_ context: inout Context) throws(Failure) {
    var tallies: [PairTally] = []
    for way in PairWay.allCases {
      let run = PairRun(
        way, name, server, timeout: timeout, total: options.count,
        window: min(options.window, Self.mostUnderWay))
      try attempt { () throws(SystemError) in try run.go() }
      tallies.append(run.tally)
    }
    let verdicts = PairVerdicts(tallies, timeout: timeout).lines
    if options.style.json {
      context.output.line(json(tallies, verdicts).text)
    } else {
      try show(tallies, verdicts, &context)
    }
    if tallies.contains(where: { $0.lost > 0 }) { context.fail(1) }
  }

  /// One type of one way.
  private struct Row {
    let way: PairWay
    let type: RecordType
    let result: SoakResult
  }

  private func rows(_ tallies: [PairTally]) -> [Row] {
    var rows: [Row] = []
    for tally in tallies {
      for (type, result) in zip(tally.way.types, tally.results) {
        rows.append(Row(way: tally.way, type: type, result: result))
      }
    }
    return rows
  }

  private func show(_ tallies: [PairTally], _ verdicts: [String], _ context: inout Context)
    throws(Failure)
  {
    context.output.line(
      "\(name.description) at \(server.description): \(options.count) lookups each way, new sockets for each"
    )
    let columns: [Column<Row>] = [
      Column("ASKED", "asked", help: "How") { .text(Self.words($0.way)) },
      Column("TYPE", "type", help: "What for") { .text($0.type.description) },
      Column("ANSWERED", "answered", .right, help: "Answers") { .number($0.result.answered) },
      Column("AGAIN", "again", .right, help: "Sent again") { .number($0.result.resent) },
      Column("LOST", "lost", .right, help: "Never answered") { .number($0.result.lost) },
      Column("MEDIAN", "median", .right, help: "Milliseconds") { Self.milliseconds($0.result, 50) },
      Column("P99", "p99", .right, help: "Milliseconds") { Self.milliseconds($0.result, 99) },
      Column("MOST", "most", .right, help: "Milliseconds") { Self.milliseconds($0.result, 100) },
    ]
    try context.report(rows(tallies), columns, ReportStyle())
    for verdict in verdicts { context.output.line("- " + verdict) }
  }

  private static func milliseconds(_ result: SoakResult, _ percent: Int) -> Cell {
    result.answered == 0 ? .missing : .decimal(result.percentile(percent) * 1000, digits: 3)
  }

  static func words(_ way: PairWay) -> String {
    switch way {
    case .onlyA, .onlyAAAA: "alone"
    case .oneSocket: "both, one socket"
    case .twoSockets: "both, two sockets"
    }
  }

  private func json(_ tallies: [PairTally], _ verdicts: [String]) -> JSON {
    .object([
      ("name", .string(name.description)), ("server", .string(server.description)),
      ("lookups", .number(options.count)), ("timeout", .decimal(timeout, digits: 3)),
      (
        "series",
        .array(
          rows(tallies).map { row in
            let result = row.result
            return .object([
              ("asked", .string(Self.words(row.way))), ("type", .string(row.type.description)),
              ("answered", .number(result.answered)), ("resent", .number(result.resent)),
              ("lost", .number(result.lost)),
              ("median", .decimal(result.percentile(50), digits: 6)),
              ("p99", .decimal(result.percentile(99), digits: 6)),
              ("most", .decimal(result.most, digits: 6)),
            ])
          })
      ),
      ("halved", .number(tallies.reduce(0) { $0 + $1.halved })),
      ("verdicts", .array(verdicts.map { .string($0) })),
    ])
  }
}

/// What four ways of asking say of each other.
struct PairVerdicts {
  private let tallies: [PairTally]
  private let timeout: Double

  init(_ tallies: [PairTally], timeout: Double) {
    self.tallies = tallies
    self.timeout = timeout
  }

  private func tally(_ way: PairWay) -> PairTally {
    tallies.first { $0.way == way } ?? PairTally(way)
  }

  var lines: [String] {
    let (a, aaaa) = (tally(.onlyA), tally(.onlyAAAA))
    let (one, two) = (tally(.oneSocket), tally(.twoSockets))
    var lines: [String] = []
    let apart = max(a.lossPercent, aaaa.lossPercent, two.lossPercent)
    if one.halved > 0 {
      let what =
        "\(one.halved) of \(one.lookups) lookups from one socket had one of the two answers only "
        + "after \(fixed(timeout, 1)) s"
      // Chance alone makes neither twice the other.
      if one.lossPercent > 2 * apart {
        lines.append(
          what + ", and asked apart (next to) none: the insert race of conntrack on the node "
            + "(conntrack -S there: insert_failed); \"options single-request-reopen\" (glibc), "
            + "use-vc or NodeLocal DNS help")
      } else {
        lines.append(what + ", but as much is lost from sockets apart: not the race of conntrack")
      }
    }
    if aaaa.lossPercent > 2 * a.lossPercent, aaaa.resent > 1 {
      lines.append("AAAA alone is lost, A is not: the server or somebody before it drops AAAA")
    } else if a.lossPercent > 2 * aaaa.lossPercent, a.resent > 1 {
      lines.append("A alone is lost, AAAA is not: the server or somebody before it drops A")
    } else if a.resent + aaaa.resent > 0 {
      lines.append(
        "\(fixed(max(a.lossPercent, aaaa.lossPercent), 2)) % are lost even alone: the network or the server, "
          + "whatever the sockets")
    }
    if lines.isEmpty, tallies.allSatisfy({ $0.resent == 0 && $0.lost == 0 }) {
      lines.append("no loss, alone or together: no race of conntrack here and now")
    }
    return lines
  }
}
