internal import Box
internal import DNS
internal import HTTP
internal import Linux

/// A request as bars, each phase where it began.
struct HttpWaterfall {
  private let hop: HttpHop
  private let output: Output
  private static let width = 40

  init(_ hop: HttpHop, _ context: Context) {
    self.hop = hop
    output = context.output
  }

  func show() {
    output.line(Sanitize.escaped(hop.url.text(withLogin: false)))
    for phase in HttpHop.Phase.allCases {
      guard let span = hop.span(phase) else { continue }
      let name = "\(phase.name)"
      let isEnd = hop.failure != nil && hop.slowestIsLast(phase)
      output.line(
        "  " + Self.padded(name, 9) + Self.milliseconds(span.end - span.start) + "  |"
          + bar(span) + "|" + (isEnd ? " here it ended" : ""))
      for detail in details(phase) { output.line("      " + Sanitize.escaped(detail)) }
    }
    output.line(
      "  " + Self.padded("total", 9) + Self.milliseconds(hop.record.total))
    let verdict = hop.verdict
    output.line(Sanitize.escaped("  \(verdict.word): \(verdict.text)"))
    if let location = hop.record.head?.value("location") {
      output.line(Sanitize.escaped("  Location: " + location))
    }
  }

  private func bar(_ span: (start: Double, end: Double)) -> String {
    let total = max(hop.record.total, 1e-9)
    let start = min(Self.width - 1, Int(Double(Self.width) * span.start / total))
    let end = min(
      Self.width, max(start + 1, Int((Double(Self.width) * span.end / total).rounded())))
    return String(repeating: " ", count: start) + String(repeating: "=", count: end - start)
      + String(repeating: " ", count: Self.width - end)
  }

  private func details(_ phase: HttpHop.Phase) -> [String] {
    switch phase {
    case .dns: return lookups
    case .tcp: return connections
    case .tls:
      guard let version = hop.record.tlsVersion else { return [] }
      let result = hop.record.verifyResult
      return [
        version + (hop.record.tlsCipher.map { ", " + $0 } ?? "")
          + (result == 0 ? ", certificate fine" : ", certificate: problem \(result)")
      ]
    case .request: return ["\(hop.record.requestSize + hop.record.uploaded) bytes"]
    case .wait:
      guard let head = hop.record.head else { return [] }
      return ["HTTP/\(head.version) \(head.status) \(head.reason)"]
    case .transfer:
      return ["\(hop.record.downloaded) bytes, head \(hop.record.headerSize)"]
    }
  }

  private var lookups: [String] {
    var lines: [String] = []
    for step in hop.steps {
      switch step {
      case .hosts(let entries):
        for entry in entries { lines.append("hosts file: \(entry.address)") }
      case .query(let query):
        var line =
          "\(query.name.description) \(query.type.description) \(query.outcome.description)"
        line += " from \(query.server)" + (query.isTCP ? " over TCP" : "")
        line += Self.milliseconds(query.seconds)
        if !query.addresses.isEmpty {
          line += "  " + query.addresses.prefix(4).map { $0.description }.joined(separator: ", ")
        }
        lines.append(line)
      default: break
      }
    }
    return lines
  }

  private var connections: [String] {
    var lines: [String] = []
    for attempt in hop.attempts {
      if let failure = attempt.failure {
        lines.append("\(attempt.place): \(failure.description)")
      } else if hop.record.connect > 0 {
        var line = attempt.place.description
        if let trip = hop.record.roundTrip {
          line += ", rtt \(fixed(Double(trip.time) / 1000, 3)) ms"
          line += " +/- \(fixed(Double(trip.variance) / 1000, 3))"
          line += ", \(trip.retransmits) retransmitted"
        }
        lines.append(line)
      } else {
        lines.append("\(attempt.place): no answer")
      }
    }
    return lines
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  static func milliseconds(_ seconds: Double) -> String {
    let text = fixed(max(0, seconds) * 1000, 3)
    return String(repeating: " ", count: max(1, 10 - text.utf8.count)) + text + " ms"
  }
}

extension HttpHop {
  /// Whether `phase` is the one in which a failed request ended.
  func slowestIsLast(_ phase: Phase) -> Bool {
    var last: Phase?
    for phase in Phase.allCases where span(phase) != nil { last = phase }
    return last == phase
  }
}
