internal import Box
internal import HTTP
internal import Linux
internal import Target

/// The transfer of one URL: redirects, and what is tried again.
final class CurlTransfer {
  private let session: CurlSession
  private let operation: CurlOperation
  private let summary: CurlSummary
  private let destination: CurlDestination
  private let values: [String]
  private let upload: CurlOperation.Upload?
  private let clock = Clock()

  init(
    _ session: CurlSession, _ operation: CurlOperation, _ summary: CurlSummary,
    _ destination: CurlDestination, _ values: [String], _ upload: CurlOperation.Upload?
  ) throws(TransferFailure) {
    self.session = session
    self.operation = operation
    self.summary = summary
    self.destination = destination
    self.values = values
    self.upload = upload
  }

  /// Tries until it is done, or there is no more hope.
  func run() throws(TransferFailure) {
    let began = clock.monotonic()
    var left = operation.retries
    var delay = 1.0
    while true {
      var failure: TransferFailure?
      do throws(TransferFailure) {
        try attempt()
      } catch {
        failure = error
      }
      guard left > 0, let reason = reasonToRetry(failure) else {
        if let failure { throw failure }
        return
      }
      var wait = operation.retryDelay ?? delay
      if operation.retryDelay == nil, let told = toldDelay() { wait = told }
      if let limit = operation.retryLimit, clock.monotonic().since(began) + wait > limit {
        if let failure { throw failure }
        return
      }
      session.warn(
        "Problem: \(reason). Will retry in \(Int(wait)) seconds. \(left) retries left.")
      session.context.output.flush()
      clock.sleep(seconds: wait)
      left -= 1
      delay = min(delay * 2, 600)
      summary.retries += 1
    }
  }

  private func reasonToRetry(_ failure: TransferFailure?) -> String? {
    if let failure {
      switch failure.code {
      case .timedOut: return "timeout"
      case .hostNotFound, .proxyNotFound: return "DNS"
      case .cannotConnect:
        if operation.retriesRefused, failure.errno == .connectionRefused {
          return "connection refused"
        }
      default: break
      }
      if operation.retriesAllErrors { return "(retrying all errors)" }
      if failure.code != .httpError { return nil }
    }
    let status = summary.record.head?.status ?? 0
    return [408, 429, 500, 502, 503, 504].contains(status) ? "HTTP error" : nil
  }

  /// `Retry-After`, RFC 9110 section 10.2.3, where it is not absurd.
  private func toldDelay() -> Double? {
    guard let text = summary.record.head?.value("retry-after") else { return nil }
    if let seconds = Int(text), seconds >= 0 { return Double(min(seconds, 21_600)) }
    guard let date = HTTPDate.parse(text) else { return nil }
    let left = date - clock.now().seconds
    return left > 0 ? Double(min(left, 21_600)) : nil
  }

  // MARK: one attempt

  private func attempt() throws(TransferFailure) {
    summary.reset()
    let started = clock.monotonic()
    var url = try parse(summary.url)
    summary.urlEffective = url.text()
    let sink = try CurlSink(
      operation, session.paths, destination, url: summary.url, values: values,
      isQuiet: session.settings.isSilent)
    let observer = CurlObserver(
      operation, session.context, session.trace, showsMeter(sink) ? session.meter : nil, sink,
      try session.headerFile(operation))
    let deadline = operation.timeout.map { Deadline(seconds: $0) } ?? .never
    defer { summary.fileName = sink.path }
    do throws(TransferFailure) {
      if url.scheme == "file" {
        try CurlLocalFile(session, operation, summary, sink, observer).run(url, upload)
      } else {
        try follow(&url, sink, observer, started, deadline)
      }
      try sink.finish()
      observer.end()
    } catch {
      summary.finish(started, clock)
      observer.end()
      if sink.written > 0, error.code != .httpError, let partial = sink.leavePartial() {
        tellPartial(partial, sink)
      }
      throw error
    }
    summary.finish(started, clock)
    if operation.keepsRemoteTime, let text = summary.record.head?.value("last-modified"),
      let time = HTTPDate.parse(text)
    {
      sink.setTime(time)
    }
  }

  private func tellPartial(_ path: String, _ sink: CurlSink) {
    if session.isQuiet { return }
    let size = sink.written + sink.resumed
    var text = "\(path): partial: \(size)"
    if let whole = summary.record.contentLength { text += " of \(whole + sink.resumed)" }
    session.context.output.flush()
    session.errors.line(Sanitize.escaped("curl: " + text + " bytes; -C - goes on"))
  }

  private func showsMeter(_ sink: CurlSink) -> Bool {
    let settings = session.settings
    if settings.isSilent || settings.hidesMeter { return false }
    return !(sink.isStandardOutput && Terminal.isTerminal(1))
  }

  private func parse(_ text: String) throws(TransferFailure) -> URL {
    let url: URL
    do throws(URL.Problem) {
      url = try URL(text, defaultScheme: operation.defaultScheme, keepsDots: operation.keepsDots)
    } catch {
      throw Self.failure(error)
    }
    guard ["http", "https", "file"].contains(url.scheme), operation.schemes.contains(url.scheme)
    else {
      throw TransferFailure(
        .unsupportedProtocol, "Protocol \"\(url.scheme)\" not supported or disabled in libcurl")
    }
    return url
  }

  static func failure(_ problem: URL.Problem) -> TransferFailure {
    TransferFailure(
      .badURL,
      problem == .empty || problem == .noHost
        ? "URL using bad/illegal format or missing URL"
        : "URL using bad/illegal format or missing URL: " + problem.description)
  }

  /// The request, and those that redirects make of it.
  private func follow(
    _ url: inout URL, _ sink: CurlSink, _ observer: CurlObserver, _ started: Instant,
    _ deadline: Deadline
  ) throws(TransferFailure) {
    let builder = try CurlRequest(session, operation, upload, url, sink)
    url = builder.url
    summary.urlEffective = url.text()
    let routes = CurlRoutes(session, operation)
    observer.begin()
    while true {
      let route = try routes.route(url, observer)
      let request = try builder.request(url, route)
      if let length = request.body?.length, length > 0 { session.meter.toSend = length }
      summary.method = request.method
      summary.record = TransferRecord()
      var next: URL?
      let current = url
      observer.decide = { [self] head throws(TransferFailure) in
        try decide(head, current, builder, sink, &next)
      }
      let offset = clock.monotonic().since(started)
      do throws(TransferFailure) {
        try session.client.run(request, route, observer, summary.record, until: deadline)
      } catch {
        summary.add(startedAt: offset)
        throw error
      }
      summary.add(startedAt: offset)
      guard let target = next else { break }
      if summary.redirects >= operation.maximumRedirects {
        throw TransferFailure(
          .tooManyRedirects, "Maximum (\(operation.maximumRedirects)) redirects followed")
      }
      summary.redirects += 1
      summary.redirectTime = clock.monotonic().since(started)
      if observer.wantsNotes {
        observer.note("Issue another request to this URL: '\(target.text())'")
      }
      try builder.redirect(
        to: target, from: url, status: summary.record.head?.status ?? 0, observer)
      url = target
      summary.urlEffective = url.text()
    }
    try judge()
  }

  /// What to do with a final head.
  private func decide(
    _ head: ResponseHead, _ url: URL, _ builder: CurlRequest, _ sink: CurlSink, _ next: inout URL?
  ) throws(TransferFailure) -> TransferObserver.Verdict {
    next = nil
    session.jar?.take(head, from: url, now: clock.now().seconds)
    if operation.usesHeaderName, let text = head.value("content-disposition") {
      sink.headerName = CurlDisposition.fileName(text)
    }
    if (300..<400).contains(head.status), let location = head.value("location") {
      let target = try resolve(location, url)
      summary.redirectURL = operation.follows ? nil : target.text()
      if operation.follows {
        guard operation.redirectSchemes.contains(target.scheme) else {
          throw TransferFailure(
            .unsupportedProtocol,
            "Protocol \"\(target.scheme)\" not supported or disabled in libcurl")
        }
        next = target
        return .ignore
      }
    }
    if head.status >= 400, operation.fails { return .stop }
    if let offset = builder.resumesAt, upload == nil {
      if head.status == 416 { return .ignore }
      if head.status == 200, offset > 0 {
        throw TransferFailure(
          .rangeError, "HTTP server doesn't seem to support byte ranges. Cannot resume.")
      }
    }
    return .read
  }

  private func resolve(_ location: String, _ url: URL) throws(TransferFailure) -> URL {
    do throws(URL.Problem) {
      var target = try url.resolving(location, keepsDots: operation.keepsDots)
      if target.fragment == nil { target.fragment = url.fragment }
      return target
    } catch {
      throw Self.failure(error)
    }
  }

  private func judge() throws(TransferFailure) {
    guard let status = summary.record.head?.status, status >= 400,
      operation.fails || operation.failsWithBody
    else { return }
    throw TransferFailure(.httpError, "The requested URL returned error: \(status)")
  }
}

/// The file name in `Content-Disposition: attachment; filename="x"`, RFC 6266.
enum CurlDisposition {
  /// The last component only: a server may not choose the folder.
  static func fileName(_ text: String) -> String? {
    let bytes = text.bytes
    var rest = bytes[...]
    while let mark = rest.firstIndex(of: UInt8(ascii: ";")) {
      rest = rest[(mark + 1)...].drop { $0 == 0x20 || $0 == 9 }
      guard rest.count > 9, Bytes.equal(rest.prefix(9), "filename=") else { continue }
      let value = rest.dropFirst(9)
      let name =
        value.first == UInt8(ascii: "\"")
        ? value.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
        : value.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
      let last = name.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }.last
      guard let last, !last.elementsEqual(".".utf8), !last.elementsEqual("..".utf8),
        !last.contains(where: { $0 < 0x20 || $0 == 0x7F })
      else { return nil }
      return String(bytes: last)
    }
    return nil
  }
}
