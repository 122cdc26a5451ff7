internal import Box
internal import DNS
internal import HTTP
internal import Linux
internal import Report
internal import Target
internal import TLS

/// One run of http: a request with its redirects, or many of them.
final class HttpSession {
  let settings: HttpSettings
  let url: URL
  let context: Context
  private let paths: Paths
  private var secure = SecureOptions()
  private static let mostRedirects = 20

  init(_ settings: HttpSettings, _ url: URL, _ context: Context) throws(Failure) {
    self.settings = settings
    self.url = url
    self.context = context
    paths = Paths(context)
    secure.tls.verifiesPeer = !settings.isInsecure
    secure.tls.verifiesName = !settings.isInsecure
    if !settings.isInsecure, url.isSecure || settings.follows {
      let files = TrustFiles(paths)
      if let path = settings.authority {
        secure.tls.trust = try files.load([path])
      } else {
        secure.tls.trust = try files.standard()
      }
    }
  }

  // MARK: requests

  /// All requests that one URL takes.
  ///
  /// - Returns: nothing where Ctrl-C came meanwhile.
  private func hops(_ interruption: Interruption? = nil) throws(Failure) -> [HttpHop] {
    var hops: [HttpHop] = []
    var url = url
    var method = settings.method ?? (settings.data == nil ? "GET" : "POST")
    while true {
      let hop = HttpHop(url)
      hops.append(hop)
      let observer = HttpObserver(hop, interruption)
      let body = try body(method)
      do throws(TransferFailure) {
        try run(hop, observer, method, body)
      } catch {
        hop.failure = error
      }
      if observer.isInterrupted { return [] }
      hop.record.total = hop.record.elapsed
      guard settings.follows, hop.failure == nil, let location = observer.location else {
        return hops
      }
      if hops.count > Self.mostRedirects {
        hop.failure = TransferFailure(
          .tooManyRedirects, "Maximum (\(Self.mostRedirects)) redirects followed")
        return hops
      }
      guard let target = try? url.resolving(location),
        target.scheme == "http" || target.scheme == "https"
      else {
        hop.failure = TransferFailure(.badURL, "Location: \(location): not an address of the web")
        return hops
      }
      let status = hop.record.head?.status ?? 0
      if method == "POST", status <= 303 { method = "GET" }
      url = target
    }
  }

  private func body(_ method: String) throws(Failure) -> UploadSource? {
    guard let data = settings.data, method != "GET", method != "HEAD" else { return nil }
    guard data.hasPrefix("@") else { return BytesSource(data.bytes) }
    return BytesSource(try CurlFile.contents(String(data.dropFirst()), paths))
  }

  private func run(
    _ hop: HttpHop, _ observer: HttpObserver, _ method: String, _ body: UploadSource?
  ) throws(TransferFailure) {
    let client = Client { [context] in
      let resolver = Resolver(context)
      resolver.onStep = { hop.steps.append($0) }
      return resolver
    }
    defer { client.close() }
    var route = Route()
    route.connect = settings.connect
    route.http2 = settings.http2
    route.secure = secure
    if let found = ProxyChoice.fromEnvironment(hop.url, context),
      !ProxyChoice.isBypassed(hop.url, nil, context)
    {
      route.proxy = try ProxyChoice.proxy(found.text, .http)
    }
    var request = Request(method, hop.url)
    var fields = CurlFields(settings.headers)
    fields.add("Host", hop.url.authority)
    if let user = hop.url.user {
      fields.add(
        "Authorization", Authorization.basic(user: user, password: hop.url.password ?? ""))
    }
    fields.add("User-Agent", "swift-debugbox/\(Version.number) http")
    fields.add("Accept", "*/*")
    var last: [HeaderField] = []
    if let body, let length = body.length {
      request.body = body
      last.append(HeaderField("Content-Type", "application/x-www-form-urlencoded"))
      last.append(HeaderField("Content-Length", String(length)))
    }
    request.fields = fields.all(isTrusted: hop.url.host.isSameName(as: url.host), last)
    try client.run(
      request, route, observer, hop.record, until: Deadline(seconds: settings.timeout))
  }

  private static func status(_ hop: HttpHop) -> Int32 {
    if let failure = hop.failure { return failure.code.rawValue }
    return (hop.record.head?.status ?? 0) >= 400 ? TransferFailure.Code.httpError.rawValue : 0
  }

  // MARK: once

  func once() throws(Failure) -> Int32 {
    let hops = try hops()
    if settings.isJSON {
      context.output.line(HttpJSON.object(hops).text)
    } else {
      for hop in hops { HttpWaterfall(hop, context).show() }
    }
    return hops.last.map { Self.status($0) } ?? 0
  }

  // MARK: many times

  func repeatedly() throws(Failure) -> Int32 {
    let summary = HttpStatistics()
    let interruption = Interruption()
    var status: Int32 = 0
    for number in 1...settings.count {
      let hops = try hops(interruption)
      guard let last = hops.last else {
        status = 130
        break
      }
      let found = Self.status(last)
      if found != 0 { status = found }
      summary.add(number, hops)
      if settings.isJSON {
        context.output.line(HttpJSON.object(hops, number: number).text)
      } else {
        context.output.line(summary.line(number, hops))
      }
      context.output.flush()
      if context.output.failure != nil { break }
      if number < settings.count, interruption.pause(seconds: settings.interval) != nil {
        status = 130
        break
      }
    }
    if settings.isJSON {
      context.output.line(summary.json.text)
    } else {
      summary.show(context.output)
    }
    return status
  }
}
