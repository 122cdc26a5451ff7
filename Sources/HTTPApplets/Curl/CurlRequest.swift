internal import Box
internal import HTTP
internal import Linux
internal import Target

/// Makes the requests of a transfer: the first one, and those behind redirects.
final class CurlRequest {
  private let session: CurlSession
  private let operation: CurlOperation
  private let isUpload: Bool
  /// As given, with the data of `-G` and the name of the uploaded file.
  private(set) var url: URL
  private let first: URL
  private var method: String
  private var body: UploadSource?
  private var bodyType: String?
  private var referer: String?
  private(set) var resumesAt: Int?
  private var hasSent = false

  init(
    _ session: CurlSession, _ operation: CurlOperation, _ upload: CurlOperation.Upload?, _ url: URL,
    _ sink: CurlSink
  ) throws(TransferFailure) {
    self.session = session
    self.operation = operation
    self.url = url
    isUpload = upload != nil
    method = "GET"
    referer = operation.referer
    let bodies = CurlBody(session.paths)
    if let resume = operation.resume {
      let offset = try Self.offset(resume, sink)
      resumesAt = offset
      if upload == nil { sink.resume(at: offset) }
    }
    var query = try bodies.bytes(
      operation.queries.map { Curl.encoded($0) }, separator: UInt8(ascii: "&"))
    if let upload {
      method = "PUT"
      body = try Self.upload(upload, resumesAt, bodies)
      if case .file(let path) = upload { Self.name(&self.url, path) }
    } else if !operation.parts.isEmpty {
      method = "POST"
      let form = try bodies.form(operation.parts)
      body = form.source
      bodyType = form.type
    } else if operation.sendsDataInURL {
      let data = try bodies.bytes(operation.data, separator: UInt8(ascii: "&"))
      if !query.isEmpty, !data.isEmpty { query.append(UInt8(ascii: "&")) }
      query += data
    } else if let data = try bodies.data(operation) {
      method = "POST"
      body = data
      bodyType = operation.isJSON ? nil : "application/x-www-form-urlencoded"
    }
    if !query.isEmpty {
      let before = self.url.query.map { $0.isEmpty ? "" : $0 + "&" } ?? ""
      self.url.query = before + String(bytes: query)
    }
    if operation.asksForHeadOnly {
      method = "HEAD"
      body = nil
    }
    first = self.url
  }

  private static func offset(_ text: String, _ sink: CurlSink) throws(TransferFailure) -> Int {
    if text == "-" { return sink.existingSize() }
    guard let offset = Int(text), offset >= 0 else {
      throw TransferFailure(.badResume, "-C \(text): not an offset")
    }
    return offset
  }

  private static func upload(
    _ upload: CurlOperation.Upload, _ offset: Int?, _ bodies: CurlBody
  ) throws(TransferFailure) -> UploadSource {
    switch upload {
    case .standardInput: return try bodies.source("-")
    case .file(let path): return try bodies.source(path, from: offset ?? 0)
    }
  }

  /// A URL that ends with `/` gets the name of the file.
  private static func name(_ url: inout URL, _ path: String) {
    guard url.path.hasSuffix("/"), url.query == nil else { return }
    let bytes = path.bytes
    let slash = bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1
    url.path += Percent.encode(String(bytes: bytes[(slash + 1)...]))
  }

  // MARK: redirects

  func redirect(to target: URL, from url: URL, status: Int, _ observer: TransferObserver)
    throws(TransferFailure)
  {
    if operation.refersAutomatically {
      var origin = url
      origin.fragment = nil
      referer = origin.text(withLogin: false)
    }
    let isPost = method == "POST"
    let becomesGet: Bool
    switch status {
    case 301: becomesGet = isPost && !operation.keepsPost.on301
    case 302: becomesGet = isPost && !operation.keepsPost.on302
    case 303: becomesGet = method != "GET" && method != "HEAD" && !operation.keepsPost.on303
    default: becomesGet = false
    }
    if becomesGet {
      if observer.wantsNotes { observer.note("Switch from \(method) to GET") }
      method = "GET"
      body = nil
      bodyType = nil
    } else if let body, try !body.rewind() {
      throw TransferFailure(.rewindFailed, "necessary data rewind wasn't possible")
    }
    hasSent = false
  }

  /// Whether `url` may hear the secrets that were meant for the first one.
  private func isTrusted(_ url: URL) -> Bool {
    operation.trustsAllLocations
      || url.host.isSameName(as: first.host) && url.scheme == first.scheme
        && url.effectivePort == first.effectivePort
  }

  // MARK: requests

  func request(_ url: URL, _ route: Route) throws(TransferFailure) -> Request {
    if hasSent, let body, try !body.rewind() {
      throw TransferFailure(.rewindFailed, "necessary data rewind wasn't possible")
    }
    hasSent = true
    var request = Request(operation.method ?? method, url)
    request.target = operation.target
    request.version = operation.version == .http10 ? .http10 : .http11
    request.isRaw = operation.isRaw
    request.decodes = operation.compressed && !operation.isRaw
    request.ignoresLength = operation.ignoresLength
    request.maximumSize = operation.maximumSize
    if operation.asksForHeadOnly { request.expectsNoBody = true }
    let custom = try customFields(operation.headers)
    var fields = CurlFields(custom)
    fields.add("Host", url.authority)
    if let proxy = route.proxy, proxy.isHTTP, !url.isSecure, !route.tunnels, let user = proxy.user {
      fields.add(
        "Proxy-Authorization",
        Authorization.basic(user: user, password: proxy.password ?? ""))
    }
    if let login = login(url) { fields.add("Authorization", login) }
    addRange(&fields, route)
    let agent = operation.userAgent ?? "curl/\(Curl.versionNumber) (swift-debugbox)"
    if !agent.isEmpty { fields.add("User-Agent", agent) }
    if operation.isJSON, body != nil { fields.add("Content-Type", "application/json") }
    fields.add("Accept", operation.isJSON ? "application/json" : "*/*")
    if operation.compressed { fields.add("Accept-Encoding", "deflate, gzip") }
    if let referer, !referer.isEmpty { fields.add("Referer", referer) }
    if let proxy = route.proxy, proxy.isHTTP, !url.isSecure, !route.tunnels {
      fields.add("Proxy-Connection", "Keep-Alive")
    }
    request.isChunked = try addBody(&fields, &request)
    if let cookie = cookies(url) { fields.add("Cookie", cookie) }
    try addCondition(&fields)
    request.fields = fields.all(isTrusted: isTrusted(url), bodyFields(request))
    return request
  }

  private func login(_ url: URL) -> String? {
    if let token = operation.bearer, isTrusted(url) { return "Bearer " + token }
    if let user = url.user {
      return Authorization.basic(user: user, password: url.password ?? "")
    }
    guard isTrusted(url) else { return nil }
    if let login = operation.login {
      let parts = CurlLogin.split(login)
      return Authorization.basic(user: parts.user, password: parts.password ?? "")
    }
    if session.settings.netrc != nil, let found = session.netrcLogin(url.host) {
      return Authorization.basic(user: found.user, password: found.password)
    }
    return nil
  }

  private func addRange(_ fields: inout CurlFields, _ route: Route) {
    if let offset = resumesAt, offset > 0 {
      if isUpload {
        let size = (body?.length).map { offset + $0 }
        fields.add(
          "Content-Range",
          "bytes \(offset)-\(size.map { String($0 - 1) } ?? "")/\(size.map { String($0) } ?? "*")")
      } else {
        fields.add("Range", "bytes=\(offset)-")
      }
    } else if let range = operation.range {
      // A number alone means from there on.
      let isOpen = !range.utf8.contains(UInt8(ascii: "-"))
      fields.add("Range", "bytes=" + range + (isOpen ? "-" : ""))
    }
  }

  /// - Returns: whether the body goes in chunks.
  private func addBody(_ fields: inout CurlFields, _ request: inout Request)
    throws(TransferFailure) -> Bool
  {
    request.body = body
    guard let body else { return false }
    let asksForChunks = fields.customLists("Transfer-Encoding", "chunked")
    let isChunked = body.length == nil || asksForChunks
    if isChunked, operation.version == .http10 {
      throw TransferFailure(
        .sendError, "Chunky upload is not supported by HTTP 1.0")
    }
    if isChunked { fields.add("Transfer-Encoding", "chunked") }
    let isLarge = body.length ?? .max > 1 << 20
    if operation.version != .http10, !fields.isCustom("Expect"),
      isUpload || isLarge
    {
      request.continueWait = operation.expectTimeout
    } else if fields.customLists("Expect", "100-continue") {
      request.continueWait = operation.expectTimeout
    }
    return isChunked
  }

  /// What stands behind all else.
  private func bodyFields(_ request: Request) -> [HeaderField] {
    guard let body = request.body else { return [] }
    var fields: [HeaderField] = []
    if let length = body.length, !request.isChunked {
      fields.append(HeaderField("Content-Length", String(length)))
    }
    if let bodyType { fields.append(HeaderField("Content-Type", bodyType)) }
    if request.continueWait != nil { fields.append(HeaderField("Expect", "100-continue")) }
    return fields
  }

  private func cookies(_ url: URL) -> String? {
    var parts: [String] = []
    if let jar = session.jar, let text = jar.header(url, now: session.context.clock.now().seconds) {
      parts.append(text)
    }
    if isTrusted(url) {
      parts += operation.cookies.filter { $0.utf8.contains(UInt8(ascii: "=")) }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// `-z`: a date, or a file that has one.
  private func addCondition(_ fields: inout CurlFields) throws(TransferFailure) {
    guard let condition = operation.timeCondition else { return }
    let isOlder = condition.hasPrefix("-")
    let text = isOlder ? String(condition.dropFirst()) : condition
    var time = HTTPDate.parse(text)
    if time == nil, let place = try? session.paths.location(text),
      let status = try? place.status(follow: true)
    {
      time = status.modified.seconds
    }
    guard let time else {
      return session.warn("Illegal date format for -z/--time-cond (and not a file name)")
    }
    fields.add(
      isOlder ? "If-Unmodified-Since" : "If-Modified-Since", HTTPDate.text(time))
  }

  private func customFields(_ arguments: [String]) throws(TransferFailure) -> [String] {
    var lines: [String] = []
    for argument in arguments {
      guard argument.hasPrefix("@") else {
        lines.append(argument)
        continue
      }
      let path = String(argument.dropFirst())
      do throws(Failure) {
        let bytes = try CurlFile.contents(path, session.paths)
        for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
          lines.append(String(bytes: line))
        }
      } catch {
        throw TransferFailure(.readError, "Failed to open " + (error.text ?? path))
      }
    }
    return lines
  }
}

enum CurlLogin {
  static func split(_ text: String) -> (user: String, password: String?) {
    let bytes = text.bytes
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return (text, nil) }
    return (String(bytes: bytes[..<colon]), String(bytes: bytes[(colon + 1)...]))
  }
}
