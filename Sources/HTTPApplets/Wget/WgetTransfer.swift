internal import Box
internal import HTTP
internal import Linux
internal import Target

/// The fetch of one URL: redirects, and what is tried again.
final class WgetTransfer {
  private let session: WgetSession
  private let text: String
  private let clock = Clock()
  private var tries = 0

  init(_ session: WgetSession, _ text: String) {
    self.session = session
    self.text = text
  }

  private var settings: WgetSettings { session.settings }

  /// - Returns: the exit status that it stands for.
  func run() -> Int32 {
    var url: URL
    do throws(URL.Problem) {
      url = try URL(text)
    } catch {
      session.say("\(text): \(error.description).")
      return 1
    }
    guard url.scheme == "http" || url.scheme == "https" else {
      session.say("\(text): Unsupported scheme '\(url.scheme)'.")
      return 1
    }
    var redirects = 0
    var method = settings.method ?? (settings.isSpider ? "HEAD" : "GET")
    while true {
      let observer = WgetObserver(session, url)
      var next: URL?
      let status = fetch(url, method, observer, &next)
      guard let target = next else { return status }
      redirects += 1
      if redirects > settings.maximumRedirects {
        session.write("\(settings.maximumRedirects) redirections exceeded.\n")
        return 8
      }
      let code = observer.status
      if method == "POST", code == 301 || code == 302 || code == 303 { method = "GET" }
      if settings.verbosity == .verbose {
        session.write("Location: \(observer.location ?? "") [following]\n")
      }
      url = target
      tries = 0
    }
  }

  private func fetch(_ url: URL, _ method: String, _ observer: WgetObserver, _ next: inout URL?)
    -> Int32
  {
    while true {
      tries += 1
      if settings.keepsExisting, let name = observer.existingName {
        if settings.verbosity != .quiet {
          session.write("File '\(name)' already there; not retrieving.\n\n")
        }
        return 0
      }
      announce(url)
      var failure: TransferFailure?
      do throws(TransferFailure) {
        try exchange(url, method, observer, &next)
      } catch {
        failure = error
      }
      observer.endProgress()
      if next != nil { return 0 }
      guard let failure else { return observer.finish(method) }
      observer.tell(failure, url)
      guard isWorthAnother(failure), tries < settings.tries else {
        if isWorthAnother(failure) { session.tell("Giving up.\n\n") }
        return Self.status(failure)
      }
      session.tell("Retrying.\n\n")
      session.log.flush()
      clock.sleep(seconds: Double(min(tries, 10)))
      observer.prepareAgain()
    }
  }

  private func announce(_ url: URL) {
    if settings.isSpider, tries == 1 {
      session.tell("Spider mode enabled. Check if remote file exists.\n")
    }
    let again = tries > 1 ? "  (try:\(tries < 10 ? " " : "")\(tries))" : ""
    session.tell(
      "--\(session.time)--\(again)  \(url.text(withLogin: false, withFragment: false))\n")
  }

  private func isWorthAnother(_ failure: TransferFailure) -> Bool {
    switch failure.code {
    case .timedOut, .emptyReply, .partialFile, .receiveError, .sendError: true
    case .cannotConnect: failure.errno != .connectionRefused || settings.retriesRefused
    default: false
    }
  }

  /// wget(1), EXIT STATUS.
  static func status(_ failure: TransferFailure) -> Int32 {
    switch failure.code {
    case .hostNotFound, .proxyNotFound, .cannotConnect, .timedOut, .receiveError, .sendError,
      .partialFile, .emptyReply, .interfaceFailed, .proxyHandshake:
      4
    case .tlsHandshake, .peerNotVerified, .certificateProblem, .cipherProblem, .badCertificateFile:
      5
    case .writeError, .readError: 3
    case .strangeReply, .unsupportedProtocol, .badContentEncoding: 7
    default: 1
    }
  }

  private func exchange(
    _ url: URL, _ method: String, _ observer: WgetObserver, _ next: inout URL?
  ) throws(TransferFailure) {
    let route = try session.route(url)
    var request = Request(method, url)
    request.decodes = settings.compresses
    if settings.isSpider { request.expectsNoBody = method == "HEAD" }
    let offset = settings.resumes ? observer.existingSize() : 0
    observer.offset = offset
    try fill(&request, url, offset, isProxied: route.proxy?.isHTTP ?? false)
    var target: URL?
    observer.onHead = { [settings] head throws(TransferFailure) in
      guard (300..<400).contains(head.status), let location = head.value("location"),
        settings.maximumRedirects > 0
      else { return false }
      do throws(URL.Problem) {
        target = try url.resolving(location)
      } catch {
        throw TransferFailure(.badURL, "\(location): \(error.description)")
      }
      return true
    }
    let record = TransferRecord()
    observer.record = record
    try session.client.run(request, route, observer, record, until: .never)
    next = target
  }

  private func fill(_ request: inout Request, _ url: URL, _ offset: Int, isProxied: Bool)
    throws(TransferFailure)
  {
    var fields = CurlFields(settings.headers)
    fields.add("Host", url.authority)
    if let referer = settings.referer { fields.add("Referer", referer) }
    fields.add("User-Agent", session.agent)
    fields.add("Accept", "*/*")
    fields.add("Accept-Encoding", settings.compresses ? "gzip" : "identity")
    if let user = settings.user ?? url.user {
      let password = settings.user == nil ? url.password : settings.password
      fields.add("Authorization", Authorization.basic(user: user, password: password ?? ""))
    }
    if offset > 0 { fields.add("Range", "bytes=\(offset)-") }
    fields.add("Connection", "Keep-Alive")
    if isProxied, !url.isSecure { fields.add("Proxy-Connection", "Keep-Alive") }
    if let text = session.jar.header(url, now: clock.now().seconds) { fields.add("Cookie", text) }
    var last: [HeaderField] = []
    if let body = settings.body, request.method != "GET" || settings.method == "GET" {
      let bodies = CurlBody(session.paths)
      let source: UploadSource
      switch body {
      case .data(let text): source = BytesSource(text.bytes)
      case .file(let path): source = try bodies.source(path)
      }
      guard let length = source.length else {
        throw TransferFailure(.readError, "the length of the body is not known")
      }
      request.body = source
      last.append(HeaderField("Content-Type", "application/x-www-form-urlencoded"))
      last.append(HeaderField("Content-Length", String(length)))
    }
    request.fields = fields.all(isTrusted: true, last)
  }
}
