internal import Box
internal import DNS
internal import Linux
internal import TLS

/// Connects to a server and looks at everything.
struct TlsProbe {
  private let subject: String
  private let target: HostPort
  private let place: HostPort
  private let settings: TlsSettings

  init(_ operand: String, _ settings: TlsSettings) throws(Failure) {
    subject = operand
    self.settings = settings
    let port = settings.startTLS?.port ?? 443
    guard let target = HostPort(operand, port: port) else {
      throw .usage("\(operand): not HOST:PORT")
    }
    self.target = target
    if let text = settings.words.value("connect") {
      guard let place = HostPort(text, port: target.port) else {
        throw .usage("-connect: \(text): not HOST:PORT")
      }
      self.place = place
    } else {
      place = target
    }
  }

  func run() throws(Failure) -> TlsFacts {
    var facts = TlsFacts(subject, now: settings.context.clock.now())
    facts.name = settings.words.value("servername") ?? target.host
    facts.startTLS = settings.startTLS
    facts.trustCount = settings.trust.count
    let deadline = Deadline(seconds: settings.timeout)
    let options = try self.options(facts)
    facts.offeredALPN = options.alpn
    facts.gaveClientCertificate = options.certificate != nil
    let context = try told { () throws(TLSFailure) in try TLSContext(options) }
    guard let socket = connect(&facts, until: deadline) else { return facts }
    guard negotiate(socket, &facts, until: deadline) else {
      try lookForTLS(context, &facts, until: deadline)
      return facts
    }
    let session = try told { () throws(TLSFailure) in try TLSSession(socket: socket, context) }
    do throws(TLSFailure) {
      try session.handshake(until: deadline)
    } catch {
      facts.failure = error
    }
    note(session, &facts)
    if facts.isHandshakeDone { try askTheTime(session, &facts, until: deadline) }
    return facts
  }

  private func options(_ facts: TlsFacts) throws(Failure) -> TLSOptions {
    var options = TLSOptions()
    options.serverName = facts.name
    options.verifiesPeer = false
    options.trust = settings.trust
    options.time = facts.now
    options.minimum = .tls10
    options.securityLevel = 0
    options.certificateLevel = 2
    options.wantsStaple = true
    options.certificate = settings.certificate
    options.privateKey = settings.key
    options.password = settings.words.value("pass")
    if let list = settings.words.value("alpn") {
      options.alpn = list.split(separator: ",").map { String($0) }
    } else if settings.startTLS == nil {
      options.alpn = ["h2", "http/1.1"]
    }
    return options
  }

  private func told<Value>(_ body: () throws(TLSFailure) -> Value) throws(Failure) -> Value {
    do throws(TLSFailure) {
      return try body()
    } catch {
      throw .message(error.description)
    }
  }

  private func connect(_ facts: inout TlsFacts, until deadline: Deadline) -> Socket? {
    let clock = Clock()
    let start = clock.monotonic()
    do throws(Failure) {
      let dialler = Dialler(resolver: Resolver(settings.context), family: settings.family)
      let dialled = try dialler.connect(place, until: deadline)
      facts.endpoint = dialled.endpoint
      facts.connectSeconds = clock.monotonic().since(start)
      return dialled.socket
    } catch {
      facts.connectFailure = error
      return nil
    }
  }

  private func negotiate(_ socket: Socket, _ facts: inout TlsFacts, until deadline: Deadline)
    -> Bool
  {
    guard let startTLS = settings.startTLS else { return true }
    let isXMPP = startTLS == .xmpp || startTLS == .xmppServer
    do throws(StartTLSFailure) {
      // Time must be left to find out that it speaks TLS at once.
      let share = Deadline(seconds: deadline.left / 2)
      try startTLS.negotiate(
        socket, name: isXMPP ? target.host : "localhost.localdomain", until: share)
      return true
    } catch {
      facts.startTLSFailure = error
      if case .unexpected(let bytes) = error { facts.speech = Speech(bytes) }
      // A server that serves one at a time must be free for what follows.
      do throws(SystemError) { try socket.shutdown(.both) } catch {}
      return false
    }
  }

  /// Whether a server that knows no STARTTLS speaks TLS from the start.
  private func lookForTLS(
    _ context: TLSContext, _ facts: inout TlsFacts, until deadline: Deadline
  ) throws(Failure) {
    var other = TlsFacts(subject, now: facts.now)
    guard let socket = connect(&other, until: deadline) else { return }
    let session = try told { () throws(TLSFailure) in try TLSSession(socket: socket, context) }
    do throws(TLSFailure) {
      try session.handshake(until: deadline)
      facts.speaksAtOnce = true
    } catch {
      if case .tls = Speech(session.firstBytes) { facts.speaksAtOnce = true }
    }
  }

  private func note(_ session: TLSSession, _ facts: inout TlsFacts) {
    facts.isHandshakeDone = session.isEstablished
    facts.handshakeSeconds = session.handshakeSeconds
    facts.chain = session.peerChain
    facts.verifiedChain = session.verifiedChain
    facts.wantsClientCertificate = session.wantsClientCertificate
    facts.acceptableIssuers = session.acceptableIssuers
    if !facts.chain.isEmpty { facts.verdict = session.verdict }
    if let failure = facts.failure,
      failure.kind == .notTLS || failure.kind == .truncated
        || failure.kind == .timedOut
    {
      let bytes = session.firstBytes
      if !bytes.isEmpty { facts.speech = Speech(bytes) }
    }
    guard session.isEstablished else { return }
    facts.version = session.versionNumber
    facts.versionText = session.version
    facts.cipher = session.cipher
    facts.group = session.group
    facts.alpn = session.alpn
    if let bytes = session.staple, let leaf = facts.chain.first {
      facts.staple = StapleCheck(
        bytes, of: leaf, chain: facts.chain + facts.verifiedChain, now: facts.now)
    }
  }

  /// What time the server has, where it is one of HTTP; by the way a refusal of our certificate shows.
  private func askTheTime(
    _ session: TLSSession, _ facts: inout TlsFacts, until deadline: Deadline
  ) throws(Failure) {
    defer { session.close() }
    let limit = deadline.earlier(Deadline(seconds: 3))
    let isHTTP = facts.alpn.map { $0.hasPrefix("http/1") } ?? [443, 8443].contains(target.port)
    if isHTTP, settings.startTLS == nil {
      HTTPClock(session, name: facts.name ?? target.host).ask(&facts, until: limit)
      return
    }
    if facts.wantsClientCertificate {
      // A server of TLS 1.3 refuses after the handshake only, and others may wait for us to speak.
      HTTPClock.listen(session, &facts, until: limit.earlier(Deadline(seconds: 0.5)))
    }
    if let alpn = facts.alpn, alpn.sameBytes(as: "h2") { try askInHTTP1(&facts, until: limit) }
  }

  /// A second connection without HTTP/2.
  private func askInHTTP1(_ facts: inout TlsFacts, until deadline: Deadline) throws(Failure) {
    var options = try self.options(facts)
    options.alpn = ["http/1.1"]
    options.wantsStaple = false
    var other = TlsFacts(subject, now: facts.now)
    guard let socket = connect(&other, until: deadline) else { return }
    do throws(TLSFailure) {
      let session = try TLSSession(socket: socket, options)
      try session.handshake(until: deadline)
      HTTPClock(session, name: facts.name ?? target.host).ask(&other, until: deadline)
      session.close()
      facts.clockSkew = other.clockSkew
    } catch {
      // Without HTTP/1.1 the clock stays unknown.
      facts.clockSkew = nil
    }
  }
}

/// Asks a server of HTTP/1.1 for its `Date`.
struct HTTPClock {
  private let session: TLSSession
  private let name: String

  init(_ session: TLSSession, name: String) {
    self.session = session
    self.name = name
  }

  private static let headerLimit = 16384

  func ask(_ facts: inout TlsFacts, until deadline: Deadline) {
    do throws(TLSFailure) {
      let request =
        "HEAD / HTTP/1.1\r\nHost: \(name)\r\nUser-Agent: tls\r\nConnection: close\r\n\r\n"
      try session.writeAll(request.bytes, until: deadline)
      let clock = Clock()
      var header: [UInt8] = []
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
      defer { buffer.deallocate() }
      while header.count < Self.headerLimit {
        let count = try session.read(into: buffer, until: deadline)
        if count == 0 { break }
        header += buffer[..<count]
        if let date = Self.date(header) {
          facts.clockSkew = Double(date.seconds) - Double(clock.now().seconds)
          return
        }
      }
    } catch {
      Self.note(error, &facts)
    }
  }

  /// Waits for a refusal.
  static func listen(_ session: TLSSession, _ facts: inout TlsFacts, until deadline: Deadline) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { buffer.deallocate() }
    do throws(TLSFailure) {
      _ = try session.read(into: buffer, until: deadline)
    } catch {
      note(error, &facts)
    }
  }

  private static func note(_ failure: TLSFailure, _ facts: inout TlsFacts) {
    if case .alert = failure.kind { facts.failure = failure }
  }

  /// The `Date` of a header that may still be coming.
  static func date(_ header: [UInt8]) -> Instant? {
    for line in header.split(separator: 0x0A) {
      let text = String(bytes: line.last == 0x0D ? line.dropLast() : line)
      guard text.utf8.count > 5, String(text.prefix(5)).asciiLowercased.sameBytes(as: "date:")
      else {
        continue
      }
      let value = text.utf8.dropFirst(5).drop { $0 == 0x20 || $0 == 0x09 }
      if let date = httpDate(String(Substring(value))) { return date }
    }
    return nil
  }
}
