internal import Box
internal import HTTP
internal import Linux
internal import Target
internal import TLS

/// Finds the way to each URL of a group: proxies, pins, certificates.
final class CurlRoutes {
  private let session: CurlSession
  private let operation: CurlOperation
  private var secure: SecureOptions?
  private var connect: ConnectOptions?

  init(_ session: CurlSession, _ operation: CurlOperation) {
    self.session = session
    self.operation = operation
  }

  func route(_ url: URL, _ observer: TransferObserver) throws(TransferFailure) -> Route {
    var route = Route()
    route.tunnels = operation.tunnels
    switch operation.version {
    case .any, .http2: route.http2 = .offered
    case .http10, .http11: route.http2 = .never
    case .http2Only: route.http2 = .required
    }
    route.connectVersion = operation.connectVersion
    route.connect = try connectOptions(observer)
    route.proxy = try proxy(url, observer)
    if let proxy = route.proxy {
      if let user = proxy.user {
        route.connectFields.append(
          HeaderField(
            "Proxy-Authorization",
            Authorization.basic(user: user, password: proxy.password ?? "")))
      }
      let agent = operation.userAgent ?? "curl/\(Curl.versionNumber) (swift-debugbox)"
      if !agent.isEmpty { route.connectFields.append(HeaderField("User-Agent", agent)) }
      route.connectFields.append(HeaderField("Proxy-Connection", "Keep-Alive"))
      route.connectFields += CurlFields(operation.proxyHeaders).all(isTrusted: true, [])
    }
    if url.isSecure || route.proxy?.kind == .https { route.secure = try secureOptions() }
    return route
  }

  // MARK: proxies

  private func proxy(_ url: URL, _ observer: TransferObserver) throws(TransferFailure) -> Proxy? {
    var text = operation.proxy
    if text == nil, let found = ProxyChoice.fromEnvironment(url, session.context),
      !ProxyChoice.isBypassed(url, operation.noProxy, session.context)
    {
      text = found.text
      if observer.wantsNotes {
        observer.note("Uses proxy env variable \(found.name) == '\(found.text)'")
      }
    }
    guard let text, !text.isEmpty,
      !ProxyChoice.isBypassed(url, operation.noProxy, session.context)
    else { return nil }
    var proxy = try ProxyChoice.proxy(text, operation.proxyKind)
    if let login = operation.proxyLogin {
      let parts = CurlLogin.split(login)
      proxy.user = parts.user
      proxy.password = parts.password
    }
    return proxy
  }

  // MARK: connections

  private func connectOptions(_ observer: TransferObserver) throws(TransferFailure)
    -> ConnectOptions
  {
    if let connect { return connect }
    var options = operation.connect
    for text in operation.resolves {
      guard let entry = CurlPlaces.resolve(text) else {
        throw TransferFailure(.badArgument, "Couldn't parse --resolve entry '\(text)'")
      }
      options.overrides.removeAll { $0.place.sameBytes(as: entry.place) }
      if entry.addresses.isEmpty { continue }
      options.overrides.append(entry)
      if observer.wantsNotes {
        let addresses = entry.addresses.map { $0.description }.joined(separator: ",")
        observer.note("Added \(entry.place):\(addresses) to DNS cache")
      }
    }
    for text in operation.reroutes {
      guard let entry = CurlPlaces.reroute(text) else {
        throw TransferFailure(.badArgument, "Couldn't parse --connect-to entry '\(text)'")
      }
      options.reroutes.append(entry)
    }
    if let text = operation.localPort { options.localPorts = try Self.ports(text) }
    if let path = operation.unixSocket {
      let paths = session.paths
      let seconds = operation.connect.timeout ?? operation.timeout ?? 300
      options.local = (
        path,
        { () throws(TransferFailure) in
          try SocketPath.connect(path, paths, seconds: seconds)
        }
      )
    }
    connect = options
    return options
  }

  private static func ports(_ text: String) throws(TransferFailure) -> ClosedRange<UInt16> {
    let ends = text.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      .map { UInt16(String(bytes: $0)) }
    guard let first = ends.first, let low = first, ends.count <= 2, let last = ends.last,
      let high = last, low <= high
    else { throw TransferFailure(.badArgument, "--local-port \(text): not a range of ports") }
    return low...high
  }

  // MARK: TLS

  private func secureOptions() throws(TransferFailure) -> SecureOptions {
    if let secure { return secure }
    var options = SecureOptions()
    options.offersALPN = operation.offersALPN
    options.tls.verifiesPeer = !operation.isInsecure
    options.tls.verifiesName = !operation.isInsecure
    options.tls.minimum = operation.minimumTLS
    options.tls.maximum = operation.maximumTLS
    let lowest = operation.minimumTLS ?? operation.maximumTLS
    if let lowest, lowest.rawValue < TLSVersion.tls12.rawValue {
      options.tls.securityLevel = 0
      options.tls.minimum = operation.minimumTLS ?? lowest
    }
    options.tls.ciphers = operation.ciphers
    options.tls.ciphersuites = operation.ciphersuites
    options.tls.curves = operation.curves
    options.tls.password = operation.passphrase
    if !operation.isInsecure { try loadTrust(&options) }
    try loadCertificate(&options)
    if let pin = operation.pin { options.accepts = try accepted(pin) }
    if let path = session.context.variable("SSLKEYLOGFILE"), !path.isEmpty {
      try logKeys(path, &options)
    }
    secure = options
    return options
  }

  private func loadTrust(_ options: inout SecureOptions) throws(TransferFailure) {
    let files = TrustFiles(session.paths)
    var arguments: [String] = []
    if let file = operation.authorityFile ?? session.context.variable("CURL_CA_BUNDLE"),
      !file.isEmpty
    {
      arguments.append(file)
    }
    if let folder = operation.authorityFolder { arguments.append(folder) }
    do throws(Failure) {
      options.tls.trust = try arguments.isEmpty ? files.standard() : files.load(arguments)
    } catch {
      throw TransferFailure(
        .badCertificateFile, "error setting certificate file: " + (error.text ?? ""))
    }
    options.trustName = arguments.first ?? "/etc/ssl/certs/ca-certificates.crt"
  }

  private func loadCertificate(_ options: inout SecureOptions) throws(TransferFailure) {
    guard let argument = operation.certificate else { return }
    var path = argument
    let bytes = argument.bytes
    let isThere = (try? session.paths.location(path).status(follow: true)) != nil
    if !isThere, let colon = bytes.lastIndex(of: UInt8(ascii: ":")) {
      path = String(bytes: bytes[..<colon])
      options.tls.password = String(bytes: bytes[(colon + 1)...])
    }
    options.tls.certificate = try read(path)
    if let key = operation.key { options.tls.privateKey = try read(key) }
  }

  private func read(_ path: String) throws(TransferFailure) -> [UInt8] {
    do throws(Failure) {
      return try CurlFile.contents(path, session.paths)
    } catch {
      throw TransferFailure(
        .certificateProblem, "could not load PEM client certificate: " + (error.text ?? path))
    }
  }

  /// `sha256//HASH;sha256//HASH`, or a file with a key in PEM or DER.
  private func accepted(_ text: String) throws(TransferFailure) -> (PublicKey) -> Bool {
    if text.hasPrefix("sha256//") {
      let pins = text.bytes.split(separator: UInt8(ascii: ";")).map { String(bytes: $0) }
      return { key in pins.contains { $0.sameBytes(as: "sha256//" + key.pin) } }
    }
    do throws(Failure) {
      let file = try CurlFile.contents(text, session.paths)
      let der = PEM.blocks(file).first?.der ?? file
      return { key in key.der == der }
    } catch {
      throw TransferFailure(
        .pinMismatch, "SSL: public key does not match pinned public key: " + (error.text ?? text))
    }
  }

  private func logKeys(_ path: String, _ options: inout SecureOptions) throws(TransferFailure) {
    do throws(Failure) {
      let file = try session.paths.location(path).open(
        [.write, .create, .append], permissions: 0o600)
      let log = Output(descriptor: file.release())
      options.tls.onKeyLog = { line in
        log.line(line)
        log.flush()
      }
    } catch {
      throw TransferFailure(.writeError, "SSLKEYLOGFILE: " + (error.text ?? path))
    }
  }
}

/// The arguments of `--resolve` and `--connect-to`.
enum CurlPlaces {
  /// `HOST:PORT:ADDRESS[,ADDRESS]`, also with `+` in front; `-HOST:PORT` has no addresses.
  static func resolve(_ text: String) -> (place: String, addresses: [IPAddress])? {
    var bytes = text.bytes[...]
    let removes = bytes.first == UInt8(ascii: "-")
    if removes || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
    guard let (host, rest) = part(bytes) else { return nil }
    let colon = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
    guard let port = UInt16(String(bytes: rest[..<colon])) else { return nil }
    let place = String(bytes: host).asciiLowercased + ":" + String(port)
    if removes { return (place, []) }
    var addresses: [IPAddress] = []
    for item in rest[colon...].dropFirst().split(separator: UInt8(ascii: ",")) {
      var item = item
      if item.first == UInt8(ascii: "["), item.last == UInt8(ascii: "]") {
        item = item.dropFirst().dropLast()
      }
      guard let address = IPAddress(String(bytes: item)) else { return nil }
      addresses.append(address)
    }
    return addresses.isEmpty ? nil : (place, addresses)
  }

  /// `HOST1:PORT1:HOST2:PORT2`, of which each may be empty.
  static func reroute(_ text: String)
    -> (host: String, port: UInt16, toHost: String, toPort: UInt16)?
  {
    guard let (host, rest) = part(text.bytes[...]),
      let colon = rest.firstIndex(of: UInt8(ascii: ":")), let port = port(rest[..<colon]),
      let (toHost, last) = part(rest[(colon + 1)...]), let toPort = self.port(last)
    else { return nil }
    return (String(bytes: host), port, String(bytes: toHost), toPort)
  }

  private static func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
    digits.isEmpty ? 0 : UInt16(String(bytes: digits))
  }

  /// A host up to its colon, which IPv6 needs brackets for; and what is behind the colon.
  private static func part(_ text: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    if text.first == UInt8(ascii: "[") {
      guard let close = text.firstIndex(of: UInt8(ascii: "]")), close + 1 < text.endIndex,
        text[close + 1] == UInt8(ascii: ":")
      else { return nil }
      return (text[(text.startIndex + 1)..<close], text[(close + 2)...])
    }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return (text[..<colon], text[(colon + 1)...])
  }
}
