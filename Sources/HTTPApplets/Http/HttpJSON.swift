internal import DNS
internal import HTTP
internal import Linux
internal import Report

/// Requests for programs; all times are whole microseconds.
enum HttpJSON {
  static func object(_ hops: [HttpHop], number: Int? = nil) -> JSON {
    var members: [(key: String, value: JSON)] = []
    if let number { members.append((key: "number", value: .number(number))) }
    members.append((key: "hops", value: .array(hops.map { hop($0) })))
    members.append(
      (key: "total_us", value: micros(hops.reduce(0) { $0 + $1.record.total })))
    return .object(members)
  }

  private static func micros(_ seconds: Double) -> JSON { .number(Int((seconds * 1e6).rounded())) }

  private static func hop(_ hop: HttpHop) -> JSON {
    let record = hop.record
    let verdict = hop.verdict
    var phases: [(key: String, value: JSON)] = []
    for phase in HttpHop.Phase.allCases {
      guard let span = hop.span(phase) else { continue }
      phases.append(
        (
          key: "\(phase.name)",
          value: .object([
            (key: "start_us", value: micros(span.start)),
            (key: "time_us", value: micros(max(0, span.end - span.start))),
          ])
        ))
    }
    let text: (String?) -> JSON = { $0.map { .string($0) } ?? .null }
    return .object([
      (key: "url", value: .string(hop.url.text(withLogin: false))),
      (key: "verdict", value: .string(verdict.word)),
      (key: "reason", value: .string(verdict.text)),
      (key: "status", value: record.head.map { .number($0.status) } ?? .null),
      (key: "version", value: text(record.head?.version)),
      (key: "remote", value: text(record.connect > 0 ? record.remote?.description : nil)),
      (key: "tls", value: text(record.tlsVersion)),
      (key: "cipher", value: text(record.tlsCipher)),
      (key: "verify_result", value: .number(record.verifyResult)),
      (key: "rtt_us", value: record.roundTrip.map { .number($0.time) } ?? .null),
      (key: "retransmits", value: record.roundTrip.map { .number($0.retransmits) } ?? .null),
      (key: "size_header", value: .number(record.headerSize)),
      (key: "size_download", value: .number(record.downloaded)),
      (key: "size_upload", value: .number(record.uploaded)),
      (key: "phases", value: .object(phases)),
      (key: "queries", value: .array(queries(hop))),
      (key: "total_us", value: micros(record.total)),
    ])
  }

  private static func queries(_ hop: HttpHop) -> [JSON] {
    var list: [JSON] = []
    for step in hop.steps {
      guard case .query(let query) = step else { continue }
      list.append(
        .object([
          (key: "name", value: .string(query.name.description)),
          (key: "type", value: .string(query.type.description)),
          (key: "server", value: .string(query.server.description)),
          (key: "tcp", value: .flag(query.isTCP)),
          (key: "outcome", value: .string(query.outcome.description)),
          (key: "time_us", value: micros(query.seconds)),
          (key: "addresses", value: .array(query.addresses.map { .string($0.description) })),
        ]))
    }
    return list
  }
}
