internal import Linux
public import TLS

/// TLS over a socket.
final class SecureStream: ByteStream {
  let session: TLSSession

  init(_ session: TLSSession) {
    self.session = session
    super.init(session.socket)
  }

  override var wantedToRead: Readiness { session.wanted }
  override var wantedToWrite: Readiness { session.wanted }
  override var hasPending: Bool { session.hasPending }

  override func readNow(into buffer: UnsafeMutableRawBufferPointer) throws(TransferFailure) -> Int?
  {
    do throws(TLSFailure) {
      return try session.readNow(into: buffer)
    } catch {
      throw Self.failure(error, .receiveError, "OpenSSL SSL_read")
    }
  }

  override func writeNow(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) -> Int? {
    do throws(TLSFailure) {
      return try session.writeNow(bytes)
    } catch {
      throw Self.failure(error, .sendError, "OpenSSL SSL_write")
    }
  }

  override func close() { session.close() }

  override func watch(_ observer: TransferObserver?) {
    watch(observer.map { SecureWatch($0) })
  }

  func watch(_ watch: SecureWatch?) {
    if let watch, watch.observer.wantsNotes {
      session.onMessage = { watch.show($0) }
    } else if session.onMessage != nil {
      session.onMessage = nil
    }
  }

  private static func failure(
    _ error: TLSFailure, _ code: TransferFailure.Code, _ call: String
  ) -> TransferFailure {
    var errno: Errno?
    if case .system(let found) = error.kind { errno = found }
    return TransferFailure(
      code, call + ": " + (error.libraryText ?? error.description), errno: errno)
  }
}

/// Tells of the messages of TLS, and before the peer's first of whom we trust, as curl does.
final class SecureWatch {
  let observer: TransferObserver
  /// nil: it has been told, or does not matter.
  var trustName: String?

  init(_ observer: TransferObserver) { self.observer = observer }

  func introduce() {
    guard let name = trustName else { return }
    trustName = nil
    observer.note(" CAfile: " + name)
    observer.note(" CApath: none")
  }

  func show(_ message: TLSMessage) {
    if !message.isSent { introduce() }
    if let line = message.line { observer.note(line) }
    if message.isSent {
      observer.sent(secure: message.bytes)
    } else {
      observer.received(secure: message.bytes)
    }
  }
}

/// How to secure connections.
public struct SecureOptions {
  /// Server name and protocols are filled in for each connection.
  public var tls = TLSOptions()
  /// Where the trusted certificates come from, for those who want to see it.
  public var trustName: String?
  /// Pins of public keys, `sha256//…`, or a key in DER; nil accepts any.
  public var accepts: ((PublicKey) -> Bool)?
  public var offersALPN = true
  /// The name to send and look for, in place of the URL's.
  public var sentName: String?

  public init() {}
}

/// Begins TLS on a connection, and says what came of it.
struct Handshake {
  let options: SecureOptions
  let pace: Pace

  /// - Parameter protocols: for ALPN, in order of preference.
  func run(_ socket: Socket, host: String, port: UInt16, protocols: [String])
    throws(TransferFailure) -> SecureStream
  {
    var tls = options.tls
    let name = options.sentName ?? host
    tls.serverName = name.hasSuffix(".") ? String(name.dropLast()) : name
    tls.acceptsPartialChain = true
    // No session is resumed.
    tls.usesTickets = false
    if options.offersALPN { tls.alpn = protocols }
    let observer = pace.observer
    if observer.wantsNotes, !tls.alpn.isEmpty {
      observer.note("ALPN: offers " + tls.alpn.joined(separator: ","))
    }
    let session: TLSSession
    do throws(TLSFailure) {
      session = try TLSSession(socket: socket, tls)
    } catch {
      throw setting(error, tls)
    }
    let stream = SecureStream(session)
    let watch = SecureWatch(observer)
    if tls.verifiesPeer { watch.trustName = options.trustName ?? "none" }
    stream.watch(watch)
    do throws(TLSFailure) {
      try session.handshake(until: pace.deadline)
    } catch {
      pace.record.verifyResult = session.verdict.code
      let failure = refused(error, host, port)
      if observer.wantsNotes {
        watch.introduce()
        describeRefused(session, error, host)
        observer.note(failure.text)
      }
      throw failure
    }
    let record = pace.record
    record.secure = record.elapsed
    record.verifyResult = session.verdict.code
    record.tlsVersion = session.version
    record.tlsCipher = session.cipher
    if observer.wantsNotes { describe(session, host) }
    if let accepts = options.accepts {
      guard let key = session.peerCertificate?.key, accepts(key) else {
        throw TransferFailure(
          .pinMismatch, "SSL: public key does not match pinned public key")
      }
    }
    return stream
  }

  /// The certificate that is for other names.
  private func describeRefused(_ session: TLSSession, _ error: TLSFailure, _ host: String) {
    guard error.kind == .certificate(62) || error.kind == .certificate(64),
      let certificate = session.verifiedChain.first
    else { return }
    describe(certificate)
    pace.observer.note(" subjectAltName does not match \(host)")
  }

  private func describe(_ certificate: Certificate) {
    let observer = pace.observer
    observer.note("Server certificate:")
    observer.note(" subject: " + certificate.subject.text(.semicolons))
    observer.note(" start date: " + certificate.notBeforeText)
    observer.note(" expire date: " + certificate.notAfterText)
  }

  /// Which name of the certificate is the one that was asked for.
  private func describeMatch(_ certificate: Certificate, _ host: String) {
    guard let match = certificate.name(matching: host) else { return }
    if IPAddress(host) != nil {
      pace.observer.note(" subjectAltName: host \"\(host)\" matched cert's IP address!")
    } else if certificate.alternativeNames.isEmpty {
      pace.observer.note(" common name: \(match) (matched)")
    } else {
      pace.observer.note(" subjectAltName: host \"\(host)\" matched cert's \"\(match)\"")
    }
  }

  private func describe(_ session: TLSSession, _ host: String) {
    let observer = pace.observer
    observer.note("SSL connection using \(session.version) / \(session.cipher ?? "none")")
    if !session.context.options.alpn.isEmpty {
      observer.note(
        session.alpn.map { "ALPN: server accepted " + $0 }
          ?? "ALPN: server did not agree on a protocol. Uses default.")
    }
    guard let certificate = session.peerCertificate else { return }
    describe(certificate)
    let tls = session.context.options
    if tls.verifiesPeer, tls.verifiesName { describeMatch(certificate, tls.serverName ?? host) }
    observer.note(" issuer: " + certificate.issuer.text(.semicolons))
    let verdict = session.verdict
    if verdict.isGood {
      observer.note(" SSL certificate verify ok.")
    } else {
      observer.note(
        " SSL certificate verify result: \(verdict.text) (\(verdict.code)), continuing anyway.")
    }
  }

  private func setting(_ error: TLSFailure, _ tls: TLSOptions) -> TransferFailure {
    for list in [tls.ciphers, tls.ciphersuites] {
      if let list, error.description.hasPrefix(list) {
        return TransferFailure(.cipherProblem, "failed setting cipher list: " + list)
      }
    }
    return TransferFailure(
      tls.certificate == nil ? .tlsHandshake : .certificateProblem, error.description)
  }

  private func refused(_ error: TLSFailure, _ host: String, _ port: UInt16) -> TransferFailure {
    switch error.kind {
    case .timedOut: return TransferFailure(.timedOut, "SSL connection timeout")
    case .certificate(62), .certificate(64):
      return TransferFailure(
        .peerNotVerified,
        "SSL: no alternative certificate subject name matches target host name '\(host)'")
    case .certificate(let code):
      return TransferFailure(
        .peerNotVerified, "SSL certificate problem: " + TLSVerdict.text(code))
    case .system(let errno):
      return TransferFailure(
        .tlsHandshake,
        "OpenSSL SSL_connect: \(error.description) in connection to \(host):\(port)", errno: errno)
    case .truncated:
      return TransferFailure(
        .tlsHandshake,
        "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to \(host):\(port)")
    default:
      return TransferFailure(.tlsHandshake, error.libraryText ?? error.description)
    }
  }
}
