internal import Box
internal import DNS
internal import HTTP
internal import Linux
internal import Report

/// Many requests: percentiles of each phase, and those that were late, by the phase that made them so.
final class HttpStatistics {
  private struct Sample {
    let number: Int
    /// Seconds of each phase, over all redirects.
    var phases: [Double]
    var total: Double
    let failure: String?
  }

  private var samples: [Sample] = []

  func add(_ number: Int, _ hops: [HttpHop]) {
    var sample = Sample(
      number: number, phases: HttpHop.Phase.allCases.map { _ in 0 }, total: 0,
      failure: hops.last.flatMap { $0.failure == nil ? nil : $0.verdict.word })
    for hop in hops {
      for phase in HttpHop.Phase.allCases {
        sample.phases[phase.rawValue] += hop.seconds(phase) ?? 0
      }
      sample.total += hop.record.total
    }
    samples.append(sample)
  }

  /// One request on one line.
  func line(_ number: Int, _ hops: [HttpHop]) -> String {
    guard let sample = samples.last, let last = hops.last else { return "" }
    var line = "#\(number)" + HttpWaterfall.milliseconds(sample.total)
    for phase in HttpHop.Phase.allCases where sample.phases[phase.rawValue] > 0 {
      line += "  \(phase.name) " + fixed(sample.phases[phase.rawValue] * 1000, 3)
    }
    let verdict = last.verdict
    return Sanitize.escaped(line + "  \(verdict.word): \(verdict.text)")
  }

  private func sorted(_ values: [Double]) -> [Double] {
    sortedIndices(values.count) { values[$0] < values[$1] }.map { values[$0] }
  }

  /// The nearest rank.
  private static func percentile(_ sorted: [Double], _ share: Int) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let rank = (share * sorted.count + 99) / 100
    return sorted[max(0, min(sorted.count, rank) - 1)]
  }

  private var columns: [(name: String, values: [Double])] {
    let good = samples.filter { $0.failure == nil }
    var columns: [(name: String, values: [Double])] = []
    for phase in HttpHop.Phase.allCases {
      let values = good.map { $0.phases[phase.rawValue] }
      if values.contains(where: { $0 > 0 }) { columns.append(("\(phase.name)", sorted(values))) }
    }
    columns.append(("total", sorted(good.map { $0.total })))
    return columns
  }

  /// Requests that took more than three times the median and 5 ms more, and what made them late.
  private var outliers: [(number: Int, total: Double, phase: HttpHop.Phase, excess: Double)] {
    let good = samples.filter { $0.failure == nil }
    let median = Self.percentile(sorted(good.map { $0.total }), 50)
    let medians = HttpHop.Phase.allCases.map { phase in
      Self.percentile(sorted(good.map { $0.phases[phase.rawValue] }), 50)
    }
    var found: [(number: Int, total: Double, phase: HttpHop.Phase, excess: Double)] = []
    for sample in good where sample.total > 3 * median && sample.total > median + 0.005 {
      var worst = HttpHop.Phase.dns
      for phase in HttpHop.Phase.allCases {
        let excess = sample.phases[phase.rawValue] - medians[phase.rawValue]
        if excess > sample.phases[worst.rawValue] - medians[worst.rawValue] { worst = phase }
      }
      found.append(
        (
          sample.number, sample.total, worst,
          sample.phases[worst.rawValue] - medians[worst.rawValue]
        )
      )
    }
    return found
  }

  private var failures: [(word: String, count: Int)] {
    var words: [(word: String, count: Int)] = []
    for sample in samples {
      guard let word = sample.failure else { continue }
      if let index = words.firstIndex(where: { $0.word.sameBytes(as: word) }) {
        words[index].count += 1
      } else {
        words.append((word, 1))
      }
    }
    return words
  }

  func show(_ output: Output) {
    if samples.isEmpty { return }
    let failed = samples.filter { $0.failure != nil }.count
    output.line("")
    output.line("\(samples.count) requests, \(failed) failed")
    for failure in failures { output.line("  \(failure.word): \(failure.count)") }
    if failed == samples.count { return }
    output.line("             min          p50          p90          p99          max")
    for column in columns {
      var line = HttpWaterfall.padded(column.name, 8)
      let values = column.values
      for value in [
        values.first ?? 0, Self.percentile(values, 50), Self.percentile(values, 90),
        Self.percentile(values, 99), values.last ?? 0,
      ] {
        line += HttpWaterfall.milliseconds(value)
      }
      output.line(line)
    }
    for late in outliers.prefix(20) {
      output.line(
        "late: #\(late.number)" + HttpWaterfall.milliseconds(late.total)
          + ": \(late.phase.name) took"
          + HttpWaterfall.milliseconds(late.excess) + " more than usual"
          + (late.phase == .dns && late.excess > 0.9 ? " (a lost query: see dns --soak)" : ""))
    }
  }

  var json: JSON {
    let micros: (Double) -> JSON = { .number(Int(($0 * 1e6).rounded())) }
    var phases: [(key: String, value: JSON)] = []
    for column in columns {
      phases.append(
        (
          key: column.name,
          value: .object([
            (key: "min_us", value: micros(column.values.first ?? 0)),
            (key: "p50_us", value: micros(Self.percentile(column.values, 50))),
            (key: "p90_us", value: micros(Self.percentile(column.values, 90))),
            (key: "p99_us", value: micros(Self.percentile(column.values, 99))),
            (key: "max_us", value: micros(column.values.last ?? 0)),
          ])
        ))
    }
    return .object([
      (key: "requests", value: .number(samples.count)),
      (key: "failed", value: .number(samples.filter { $0.failure != nil }.count)),
      (
        key: "failures",
        value: .object(failures.map { (key: $0.word, value: .number($0.count)) })
      ),
      (key: "phases", value: .object(phases)),
      (
        key: "outliers",
        value: .array(
          outliers.map {
            .object([
              (key: "number", value: .number($0.number)),
              (key: "total_us", value: micros($0.total)),
              (key: "phase", value: .string("\($0.phase.name)")),
              (key: "excess_us", value: micros($0.excess)),
            ])
          })
      ),
    ])
  }
}
