internal import COpenSSL
public import Linux

/// A TLS connection of a client over a socket that is connected already, RFC 8446 and RFC 5246.
///
/// The socket never blocks; every wait has a deadline.
public final class TLSSession {
  public let socket: Socket
  public let context: TLSContext
  let pointer: OpaquePointer
  private let wire: UnsafeMutablePointer<cssl_wire>
  /// What to wait for where `readNow` or `writeNow` came to nothing.
  public private(set) var wanted: Readiness = .read
  public internal(set) var verdict = TLSVerdict()
  /// The chain that was built, from the peer's certificate to the root, as far as it goes.
  public internal(set) var verifiedChain: [Certificate] = []
  /// Whether the peer asked for a certificate of ours.
  public internal(set) var wantsClientCertificate = false
  /// Seconds the handshake took.
  public private(set) var handshakeSeconds = 0.0
  public private(set) var isEstablished = false
  private var isBroken = false
  /// Called at every certificate as it is verified: depth, the code of a problem or 0, and the certificate.
  public var onVerification: ((Int, Int, Certificate?) -> Void)?

  /// Called at every ticket of TLS 1.3 that comes; `sessionText` tells of it.
  public var onTicket: ((TLSSession) -> Void)?

  /// Called at every message, and at the head of every record, as it is sent or has come.
  public var onMessage: ((TLSMessage) -> Void)? {
    didSet {
      guard onMessage != nil else { return SSL_set_msg_callback(pointer, nil) }
      SSL_set_msg_callback(pointer) { isSent, version, kind, bytes, count, ssl, _ in
        TLSSession.show(
          ssl, isSent, version, kind, UnsafeRawBufferPointer(start: bytes, count: count))
      }
    }
  }

  /// Nothing is sent yet.
  ///
  /// - Parameter socket: connected, and kept open as long as this lives.
  public init(socket: Socket, _ context: TLSContext) throws(TLSFailure) {
    self.socket = socket
    self.context = context
    guard let pointer = SSL_new(context.pointer) else { throw .setting("cannot start TLS") }
    self.pointer = pointer
    wire = .allocate(capacity: 1)
    wire.initialize(to: cssl_wire())
    wire.pointee.descriptor = socket.descriptor
    guard cssl_attach(pointer, context.method, wire) == 1 else {
      throw .setting("cannot start TLS")
    }
    SSL_set_ex_data(pointer, 0, Unmanaged.passUnretained(self).toOpaque())
    SSL_set_connect_state(pointer)
    applyNames(context.options)
    if context.options.wantsStaple { cssl_want_staple(pointer) }
  }

  public convenience init(socket: Socket, _ options: TLSOptions) throws(TLSFailure) {
    try self.init(socket: socket, TLSContext(options))
  }

  deinit {
    SSL_free(pointer)
    wire.deallocate()
  }

  private func applyNames(_ options: TLSOptions) {
    let parameters = SSL_get0_param(pointer)
    if let time = options.time { X509_VERIFY_PARAM_set_time(parameters, time.seconds) }
    if options.acceptsPartialChain {
      X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }
    if let name = options.serverName, IPAddress(name) == nil {
      _ = cssl_set_server_name(pointer, name)
    }
    guard options.verifiesName, let name = options.verifiedName ?? options.serverName else {
      return
    }
    if let address = IPAddress(name) {
      let bytes = address.bytes
      X509_VERIFY_PARAM_set1_ip(parameters, bytes, bytes.count)
    } else {
      X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
      X509_VERIFY_PARAM_set1_host(parameters, name, 0)
    }
  }

  public func handshake(until deadline: Deadline) throws(TLSFailure) {
    let clock = Clock()
    let start = clock.monotonic()
    while true {
      ERR_clear_error()
      let result = SSL_do_handshake(pointer)
      if result == 1 { break }
      if try ending(result) != nil {
        throw TLSFailure(.truncated, "the peer closed the connection")
      }
      try waitWanted(until: deadline)
    }
    isEstablished = true
    handshakeSeconds = clock.monotonic().since(start)
  }

  /// Reads once, waiting for it; 0 is the end that the peer announced.
  public func read(into buffer: UnsafeMutableRawBufferPointer, until deadline: Deadline)
    throws(TLSFailure) -> Int
  {
    while true {
      if let count = try readNow(into: buffer) { return count }
      try waitWanted(until: deadline)
    }
  }

  /// Writes once, waiting for it; more than 0, and perhaps not all.
  public func write(_ bytes: UnsafeRawBufferPointer, until deadline: Deadline)
    throws(TLSFailure) -> Int
  {
    while true {
      if let count = try writeNow(bytes) { return count }
      try waitWanted(until: deadline)
    }
  }

  /// Reads once into `bytes`, waiting for it.
  public func read(into bytes: inout [UInt8], until deadline: Deadline) throws(TLSFailure) -> Int {
    var count = 0
    var failure: TLSFailure?
    bytes.withUnsafeMutableBytes { raw in
      do throws(TLSFailure) { count = try read(into: raw, until: deadline) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return count
  }

  public func writeAll(_ bytes: [UInt8], until deadline: Deadline) throws(TLSFailure) {
    var sent = 0
    while sent < bytes.count {
      var count = 0
      var failure: TLSFailure?
      bytes.withUnsafeBytes { all in
        do throws(TLSFailure) {
          count = try write(UnsafeRawBufferPointer(rebasing: all[sent...]), until: deadline)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      sent += count
    }
  }

  /// Reads what is there; nil where that needs `wanted` first, 0 at the end that the peer announced.
  public func readNow(into buffer: UnsafeMutableRawBufferPointer) throws(TLSFailure) -> Int? {
    guard !buffer.isEmpty else { return nil }
    var count = 0
    ERR_clear_error()
    let result = SSL_read_ex(pointer, buffer.baseAddress, buffer.count, &count)
    return result == 1 ? count : try ending(result)
  }

  /// Writes what goes; nil where that needs `wanted` first: the same bytes are then offered again.
  public func writeNow(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) -> Int? {
    guard !bytes.isEmpty else { return 0 }
    var count = 0
    ERR_clear_error()
    let result = SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &count)
    if result == 1 { return count }
    if try ending(result) == nil { return nil }
    throw TLSFailure(.truncated, "the peer closed the connection")
  }

  /// Whether bytes lie here already, which no poll(2) of the socket would tell.
  public var hasPending: Bool { SSL_has_pending(pointer) == 1 }

  /// Says the end to the peer, where that can be said at once. The socket stays open.
  public func close() {
    guard isEstablished, !isBroken else { return }
    isBroken = true
    ERR_clear_error()
    SSL_shutdown(pointer)
    ERR_clear_error()
  }

  /// Waits for what the last call that came to nothing wanted.
  public func waitWanted(until deadline: Deadline) throws(TLSFailure) {
    if deadline.hasPassed { throw TLSFailure(.timedOut, "timed out") }
    do throws(SystemError) {
      if try socket.wait(for: wanted, until: deadline).isEmpty {
        throw SystemError(.timedOut, "poll", "")
      }
    } catch {
      throw .system(error)
    }
  }

  /// Why a call failed: nil where it has to wait, 0 at the end, else it throws.
  private func ending(_ result: Int32) throws(TLSFailure) -> Int? {
    switch SSL_get_error(pointer, result) {
    case SSL_ERROR_WANT_READ:
      wanted = .read
      return nil
    case SSL_ERROR_WANT_WRITE:
      wanted = .write
      return nil
    case SSL_ERROR_ZERO_RETURN: return 0
    case SSL_ERROR_SYSCALL:
      isBroken = true
      let code = wire.pointee.error
      if code == 0 { throw TLSFailure(.truncated, "the peer closed the connection") }
      throw .system(SystemError(Errno(code: code), "recv", ""))
    default:
      isBroken = true
      throw .library(verdict)
    }
  }

  /// The first bytes that the peer sent, at most 256.
  public var firstBytes: [UInt8] {
    Array(
      UnsafeBufferPointer(
        start: cssl_first_bytes(wire), count: Int(min(wire.pointee.first_count, 256))))
  }
}

// What the library calls back.
extension TLSSession {
  private static func of(_ ssl: OpaquePointer?) -> TLSSession? {
    guard let ssl, let raw = SSL_get_ex_data(ssl, 0) else { return nil }
    return Unmanaged<TLSSession>.fromOpaque(raw).takeUnretainedValue()
  }

  private static func of(store: OpaquePointer?) -> TLSSession? {
    guard let raw = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()) else {
      return nil
    }
    return of(OpaquePointer(raw))
  }

  static func noteRequest(_ ssl: OpaquePointer?) -> Int32 {
    of(ssl)?.wantsClientCertificate = true
    return 1
  }

  static func noteTicket(_ ssl: OpaquePointer?) {
    guard let session = of(ssl), session.isTLS13 else { return }
    session.onTicket?(session)
  }

  private static func show(
    _ ssl: OpaquePointer?, _ isSent: Int32, _ version: Int32, _ kind: Int32,
    _ bytes: UnsafeRawBufferPointer
  ) {
    of(ssl)?.onMessage?(
      TLSMessage(isSent: isSent != 0, bytes: bytes, version: version, kind: kind))
  }

  static func logKey(_ ssl: OpaquePointer?, _ line: UnsafePointer<CChar>?) {
    guard let session = of(ssl), let line else { return }
    session.context.options.onKeyLog?(String(foreign: line))
  }

  /// Verifies the peer's chain; 1 is good.
  static func verify(_ store: OpaquePointer?) -> Int32 {
    guard let store, let session = of(store: store) else { return 0 }
    session.verdict = TLSVerdict()
    session.context.options.trust.supply(
      X509_STORE_CTX_get0_store(store), for: session.peerChain(store))
    if let level = session.context.options.certificateLevel {
      X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(store), Int32(clamping: level))
    }
    X509_STORE_CTX_set_verify_cb(store) { isGood, store in TLSSession.note(isGood, store) }
    let result = X509_verify_cert(store)
    session.verifiedChain = Certificate.list(X509_STORE_CTX_get0_chain(store))
    session.verdict.result = Int(X509_STORE_CTX_get_error(store))
    if result <= 0, session.verdict.problems.isEmpty {
      session.verdict.problems.append(
        TLSVerdict.Problem(code: max(1, session.verdict.result), depth: 0))
    }
    guard session.context.options.verifiesPeer, let first = session.verdict.problems.first else {
      return 1
    }
    // The alert follows from it.
    X509_STORE_CTX_set_error(store, Int32(first.code))
    return 0
  }

  /// Notes what was found at one certificate, and goes on.
  private static func note(_ isGood: Int32, _ store: OpaquePointer?) -> Int32 {
    guard let session = of(store: store) else { return isGood }
    let depth = Int(X509_STORE_CTX_get_error_depth(store))
    var code = 0
    if isGood == 0 {
      code = Int(X509_STORE_CTX_get_error(store))
      let problem = TLSVerdict.Problem(code: code, depth: depth)
      if session.verdict.problems.count < 256, !session.verdict.problems.contains(problem) {
        session.verdict.problems.append(problem)
      }
    }
    session.onVerification?(
      depth, code, Certificate(borrowing: X509_STORE_CTX_get_current_cert(store)))
    return code != 0 && session.context.options.endsAtProblem ? 0 : 1
  }

  private func peerChain(_ store: OpaquePointer) -> [[UInt8]] {
    let sent = Certificate.list(X509_STORE_CTX_get0_untrusted(store)).map { $0.der }
    if !sent.isEmpty { return sent }
    return Certificate(borrowing: X509_STORE_CTX_get0_cert(store)).map { [$0.der] } ?? []
  }
}
