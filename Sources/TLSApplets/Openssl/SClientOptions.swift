internal import Box
internal import Linux
internal import TLS

/// The command line of `s_client`, read. openssl-s_client(1).
struct SClientOptions {
  let words: WordOptions
  let target: HostPort
  let startTLS: StartTLS?
  let family: IPAddress.Family?
  let source: Endpoint?
  let proxy: HostPort?

  init(_ arguments: [String]) throws(Failure) {
    words = try WordOptions(
      arguments, "s_client",
      flags: """
        4 6 noservername showcerts brief quiet ign_eof no_ign_eof crlf nocommands status no_ticket \
        verify_return_error verify_quiet ignore_unexpected_eof partial_chain x509_strict no-CAfile \
        no-CApath tls1 tls1_1 tls1_2 tls1_3 no_ssl3 no_tls1 no_tls1_1 no_tls1_2 no_tls1_3
        """,
      values: """
        connect host port bind proxy servername verify verify_hostname verify_ip CAfile CApath cert key \
        pass cert_chain alpn starttls name xmpphost nameopt cipher ciphersuites groups curves sigalgs \
        min_protocol max_protocol keylogfile
        """)
    startTLS = try Self.startTLS(words)
    target = try Self.target(words, startTLS)
    family = words.has("4") ? .v4 : words.has("6") ? .v6 : nil
    if let text = words.value("bind") {
      guard let endpoint = Endpoint(text, port: 0) else {
        throw .usage("s_client: -bind: \(text): not an address")
      }
      source = endpoint
    } else {
      source = nil
    }
    if let text = words.value("proxy") {
      guard let place = HostPort(text, port: nil) else {
        throw .usage("s_client: -proxy: \(text): not HOST:PORT")
      }
      proxy = place
    } else {
      proxy = nil
    }
  }

  private static func startTLS(_ words: WordOptions) throws(Failure) -> StartTLS? {
    guard let name = words.value("starttls") else { return nil }
    guard let found = StartTLS(name) else {
      throw .usage("s_client: -starttls: \(name): not supported")
    }
    return found
  }

  private static func target(_ words: WordOptions, _ startTLS: StartTLS?) throws(Failure)
    -> HostPort
  {
    // openssl's own default.
    let usual: UInt16 = 4433
    if let text = words.value("connect") ?? words.operands.first {
      guard words.operands.count <= 1, let target = HostPort(text, port: usual) else {
        throw .usage("s_client: \(text): not HOST:PORT")
      }
      return target
    }
    var target = HostPort(host: words.value("host") ?? "localhost", port: usual)
    if let text = words.value("port") {
      guard let port = HostPort.port(text) else {
        throw .usage("s_client: -port: \(text): not a port")
      }
      target.port = port
    }
    return target
  }

  var isQuiet: Bool { words.has("quiet") }
  var isBrief: Bool { words.has("brief") }
  var hasCommands: Bool { !isQuiet && !words.has("nocommands") }
  var ignoresEnd: Bool { (isQuiet || words.has("ign_eof")) && !words.has("no_ign_eof") }

  /// What TLS is asked for.
  func options(_ tools: Toolbox) throws(Failure) -> TLSOptions {
    var options = TLSOptions()
    if !words.has("noservername") { options.serverName = words.value("servername") ?? target.host }
    options.verifiedName = words.value("verify_hostname") ?? words.value("verify_ip")
    options.verifiesName = options.verifiedName != nil
    options.verifiesPeer = words.has("verify_return_error")
    options.endsAtProblem = options.verifiesPeer
    options.acceptsPartialChain = words.has("partial_chain")
    options.time = tools.context.clock.now()
    options.trust = try tools.trust(words)
    options.alpn = (words.value("alpn") ?? "").split(separator: ",").map { String($0) }
    options.ciphers = words.value("cipher")
    options.ciphersuites = words.value("ciphersuites")
    options.curves = words.value("groups") ?? words.value("curves")
    options.signatureAlgorithms = words.value("sigalgs")
    options.wantsStaple = words.has("status")
    options.usesTickets = !words.has("no_ticket")
    if let file = words.value("cert") {
      options.certificate = try tools.read(file)
      if let chain = words.value("cert_chain") {
        options.certificate = (options.certificate ?? []) + [0x0A] + (try tools.read(chain))
      }
      options.privateKey = try tools.read(words.value("key") ?? file)
      options.password = try tools.password(words.value("pass"))
    } else if words.has("key") || words.has("cert_chain") {
      throw .usage("s_client: -key and -cert_chain need -cert")
    }
    try applyVersions(&options)
    return options
  }

  private func applyVersions(_ options: inout TLSOptions) throws(Failure) {
    let all: [(only: StaticString, not: StaticString, version: TLSVersion)] = [
      ("tls1", "no_tls1", .tls10), ("tls1_1", "no_tls1_1", .tls11), ("tls1_2", "no_tls1_2", .tls12),
      ("tls1_3", "no_tls1_3", .tls13),
    ]
    // What the security level forbids is offered all the same.
    options.minimum = .tls10
    for one in all where words.has(one.only) {
      options.minimum = one.version
      options.maximum = one.version
    }
    let left = all.filter { !words.has($0.not) }.map { $0.version }
    if left.isEmpty { throw .usage("s_client: no version of TLS is left") }
    if let last = left.last, last != .tls13 { options.maximum = options.maximum ?? last }
    if let first = left.first, first == .tls13 { options.minimum = first }
    if let text = words.value("min_protocol") { options.minimum = try Self.version(text) }
    if let text = words.value("max_protocol") { options.maximum = try Self.version(text) }
  }

  private static func version(_ text: String) throws(Failure) -> TLSVersion {
    for version in [TLSVersion.tls10, .tls11, .tls12, .tls13]
    where text.sameBytes(as: version.description) { return version }
    throw .usage("s_client: \(text): TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3")
  }
}
