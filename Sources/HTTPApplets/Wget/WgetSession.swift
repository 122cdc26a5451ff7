internal import Box
internal import DNS
internal import HTTP
internal import Linux
internal import Target
internal import TLS

/// One run of wget.
final class WgetSession {
  let settings: WgetSettings
  let context: Context
  let paths: Paths
  let client: Client
  let log: Output
  let jar = CookieJar()
  let isLogTerminal: Bool
  private var secure: SecureOptions?
  /// The one file of `-O`, which all documents go to.
  private(set) var document: CurlSink.OpenFile?

  init(_ settings: WgetSettings, _ context: Context) throws(Failure) {
    self.settings = settings
    self.context = context
    paths = Paths(context)
    client = Client { Resolver(context) }
    if let place = settings.log {
      let mode: OpenMode =
        place.appends ? [.write, .create, .append] : [.write, .create, .truncate]
      let file = try paths.location(place.path).open(mode)
      log = Output(descriptor: file.release())
      isLogTerminal = false
    } else {
      log = context.errors
      isLogTerminal = Terminal.isTerminal(2)
    }
    if let path = settings.cookieFile { jar.read(try CurlFile.contents(path, paths)) }
    if let path = settings.document, path != "-", !settings.isSpider {
      let mode: OpenMode =
        settings.resumes ? [.write, .create, .append] : [.write, .create, .truncate]
      document = CurlSink.OpenFile(try paths.location(path).open(mode))
    }
  }

  func lines(_ path: String) throws(Failure) -> [String] {
    let bytes = try CurlFile.contents(path, paths)
    return bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }).map {
      String(bytes: Bytes.trimmed($0))
    }.filter { !$0.isEmpty }
  }

  private var files = 0
  private var bytes = 0
  private var seconds = 0.0

  /// Another file is here.
  func count(_ bytes: Int, _ seconds: Double) {
    files += 1
    self.bytes += bytes
    self.seconds += seconds
  }

  private func tellTotals(_ started: Instant) {
    let wall = WgetProgress.time(context.clock.monotonic().since(started))
    let speed = WgetProgress.rate(Double(bytes) / max(seconds, 0.000_001))
    tell(
      "FINISHED --\(time)--\nTotal wall clock time: \(wall)\n"
        + "Downloaded: \(files) files, \(WgetProgress.human(bytes)) in "
        + "\(WgetProgress.time(seconds)) (\(speed))\n")
  }

  func run(_ urls: [String]) -> Int32 {
    let started = context.clock.monotonic()
    var status: Int32 = 0
    for (index, url) in urls.enumerated() {
      if index > 0, settings.wait > 0 {
        context.output.flush()
        context.clock.sleep(seconds: settings.wait)
      }
      let found = WgetTransfer(self, url).run()
      // The least number tells of the worst.
      if found != 0 { status = status == 0 ? found : min(status, found) }
    }
    client.close()
    if urls.count > 1, bytes > 0 { tellTotals(started) }
    if let path = settings.jar { saveCookies(path) }
    log.flush()
    return status
  }

  private func saveCookies(_ path: String) {
    do throws(Failure) {
      let place = try paths.location(path)
      let file = try place.open([.write, .create, .truncate], permissions: 0o600)
      let output = Output(descriptor: file.release())
      output.write(jar.text)
      output.flush()
      output.close()
    } catch {
      say(error.text ?? path)
    }
  }

  // MARK: messages

  /// Whether all that happens is told.
  var isVerbose: Bool { settings.verbosity == .verbose }

  /// Foreign text is escaped on a terminal.
  func tell(_ text: String) {
    guard isVerbose else { return }
    write(text)
  }

  func write(_ text: String) {
    context.output.flush()
    if isLogTerminal {
      text.bytes.withUnsafeBytes { log.write(TerminalGuard.escaped($0)) }
    } else {
      log.write(text)
    }
    log.flush()
  }

  /// An error, which only `-q` hides.
  func say(_ text: String) {
    if settings.verbosity == .quiet { return }
    write("wget: " + text + "\n")
  }

  var time: String { format(context.clock.now().local, "%Y-%m-%d %H:%M:%S") }

  // MARK: ways

  func route(_ url: URL) throws(TransferFailure) -> Route {
    var route = Route()
    route.connect = settings.connect
    route.connect.timeout = settings.connectTimeout
    if settings.usesProxy, let found = ProxyChoice.fromEnvironment(url, context),
      !ProxyChoice.isBypassed(url, nil, context)
    {
      let proxy = try ProxyChoice.proxy(found.text, .http)
      route.proxy = proxy
      if let user = proxy.user {
        route.connectFields.append(
          HeaderField(
            "Proxy-Authorization",
            Authorization.basic(user: user, password: proxy.password ?? "")))
      }
      route.connectFields.append(HeaderField("User-Agent", agent))
    }
    if url.isSecure { route.secure = try secureOptions() }
    return route
  }

  var agent: String { settings.agent ?? "Wget/1.21.3 (swift-debugbox)" }

  private func secureOptions() throws(TransferFailure) -> SecureOptions {
    if let secure { return secure }
    var options = SecureOptions()
    options.tls.verifiesPeer = !settings.isInsecure
    options.tls.verifiesName = !settings.isInsecure
    options.tls.minimum = settings.minimumTLS
    if let version = settings.minimumTLS, version.rawValue < TLSVersion.tls12.rawValue {
      options.tls.securityLevel = 0
    }
    do throws(Failure) {
      let files = TrustFiles(paths)
      if !settings.isInsecure {
        options.tls.trust =
          try settings.authorities.isEmpty ? files.standard() : files.load(settings.authorities)
      }
      if let path = settings.certificate {
        options.tls.certificate = try CurlFile.contents(path, paths)
      }
      if let path = settings.privateKey {
        options.tls.privateKey = try CurlFile.contents(path, paths)
      }
    } catch {
      throw TransferFailure(.badCertificateFile, error.text ?? "")
    }
    secure = options
    return options
  }
}
