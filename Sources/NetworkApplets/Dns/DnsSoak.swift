internal import Box
internal import DNS
internal import Linux
internal import Report

/// Asks one server the same question again and again: latencies, losses, and what they look like.
///
/// A query that is not answered in time is sent once more, as resolvers do: what the kernel lost
/// shows as a latency of the timeout, the 5 seconds of the conntrack race.
struct DnsSoak {
  let options: Dns
  let resolver: Resolver

  init(_ options: Dns, _ resolver: Resolver) {
    self.options = options
    self.resolver = resolver
  }

  private var timeout: Double { options.timeout ?? Double(resolver.configuration.timeout) }

  func run(_ text: String, _ context: inout Context) throws(Failure) {
    let name: DomainName
    do throws(DomainName.TextError) {
      name = try DomainName(text)
    } catch {
      throw .message("\(text): \(error.description)")
    }
    guard let server = resolver.configuration.servers.first else { throw .message("no server") }
    if options.asksPairs {
      let pairs = DnsPairs(options: options, server: server, name: name, timeout: timeout)
      return try pairs.run(&context)
    }
    var query = Query(Question(name, options.type), id: 0)
    query.edns = nil
    var run = SoakRun(
      query.bytes, ReplyCheck(query.message), timeout, options.count, options.window)
    let start = Clock().monotonic()
    try attempt { () throws(SystemError) in try run.go(server) }
    let seconds = Clock().monotonic().since(start)
    show(run.result, name, server, seconds, context.output)
    if run.result.lost > 0 { context.fail(1) }
  }

  private func show(
    _ result: SoakResult, _ name: DomainName, _ server: Endpoint, _ seconds: Double,
    _ output: Output
  ) {
    let rate = seconds > 0 ? Double(result.answered) / seconds : 0
    if options.style.json { return output.line(json(result, name, server, seconds, rate).text) }
    output.line(
      "\(name.description) \(options.type.description) at \(server.description): "
        + "\(result.answered + result.lost) queries, \(options.window) under way")
    output.line(
      "\(result.answered) answered, \(result.lost) lost (\(fixed(result.lossPercent, 2)) %), "
        + "\(result.resent) sent again, \(fixed(rate, 0)) per second")
    for (code, count) in result.codes.sorted {
      output.line("  \(ResponseCode(UInt16(code)).description) \(count)")
    }
    guard result.answered > 0 else { return }
    output.line(
      "ms: least \(ms(result.least)), median \(ms(result.percentile(50))), "
        + "p90 \(ms(result.percentile(90))), p99 \(ms(result.percentile(99))), "
        + "most \(ms(result.most))")
    output.write(result.histogram)
    for verdict in verdicts(result) { output.line("- " + verdict) }
  }

  private func ms(_ seconds: Double) -> String { fixed(seconds * 1000, seconds < 0.01 ? 3 : 1) }

  private func verdicts(_ result: SoakResult) -> [String] {
    var lines: [String] = []
    if result.resent > 0 {
      lines.append(
        "\(result.resent) datagrams went lost; the answer came after the timeout of "
          + "\(fixed(timeout, 1)) s")
    }
    let tail = result.count(from: 4.9, to: 5.3)
    if tail > 0 {
      lines.append(
        "\(tail) answers took 5.0 s: the signature of the conntrack insert race or of drops on the "
          + "node (conntrack -S there: insert_failed); single-request-reopen or NodeLocal DNS helps"
      )
    }
    let near = result.count(from: 0.99, to: 1.1) + result.count(from: 2.45, to: 2.7)
    if near > 0 { lines.append("\(near) answers took 1.0 or 2.5 s: retries inside the DNS server") }
    if lines.isEmpty, result.lost == 0 { lines.append("no loss and no tail") }
    return lines
  }

  private func json(
    _ result: SoakResult, _ name: DomainName, _ server: Endpoint, _ seconds: Double, _ rate: Double
  ) -> JSON {
    .object([
      ("name", .string(name.description)), ("type", .string(options.type.description)),
      ("server", .string(server.description)), ("answered", .number(result.answered)),
      ("lost", .number(result.lost)), ("resent", .number(result.resent)),
      ("seconds", .decimal(seconds, digits: 6)), ("rate", .decimal(rate, digits: 1)),
      ("least", .decimal(result.least, digits: 6)),
      ("median", .decimal(result.percentile(50), digits: 6)),
      ("p90", .decimal(result.percentile(90), digits: 6)),
      ("p99", .decimal(result.percentile(99), digits: 6)),
      ("most", .decimal(result.most, digits: 6)),
      ("verdicts", .array(verdicts(result).map { .string($0) })),
    ])
  }
}
