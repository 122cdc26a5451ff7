internal import COpenSSL
internal import Linux

/// What many sessions have in common: the options as the library holds them.
public final class TLSContext {
  public let options: TLSOptions
  let pointer: OpaquePointer
  let method: OpaquePointer

  /// The largest piece that is read from the socket at once: several records.
  private static let readBuffer = 65536

  public init(_ options: TLSOptions) throws(TLSFailure) {
    OpenSSL.start()
    self.options = options
    guard let pointer = SSL_CTX_new(TLS_client_method()), let method = cssl_wire_method() else {
      throw .setting("cannot start TLS")
    }
    self.pointer = pointer
    self.method = method
    cssl_set_defaults(pointer, Self.readBuffer)
    SSL_CTX_set_verify(pointer, options.verifiesPeer ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
    SSL_CTX_set_cert_verify_callback(pointer, { store, _ in TLSSession.verify(store) }, nil)
    SSL_CTX_set_cert_cb(pointer, { ssl, _ in TLSSession.noteRequest(ssl) }, nil)
    cssl_keep_tickets(pointer) { ssl, _ in
      TLSSession.noteTicket(ssl)
      return 0
    }
    if options.onKeyLog != nil {
      SSL_CTX_set_keylog_callback(pointer) { ssl, line in TLSSession.logKey(ssl, line) }
    }
    try applyVersions()
    try applyLists()
    if let limit = options.chainLimit { cssl_set_chain_limit(pointer, limit) }
    if !options.usesTickets { cssl_forbid_tickets(pointer) }
    try applyCertificate()
  }

  deinit {
    SSL_CTX_free(pointer)
    BIO_meth_free(method)
  }

  private func applyVersions() throws(TLSFailure) {
    // OpenSSL takes versions before 1.2 at level 0 only.
    if let level = options.securityLevel { SSL_CTX_set_security_level(pointer, Int32(level)) }
    let minimum = options.minimum ?? .tls12
    guard cssl_set_minimum(pointer, Int32(minimum.rawValue)) == 1 else {
      throw .setting("\(minimum.description): cannot be used")
    }
    guard let maximum = options.maximum else { return }
    guard cssl_set_maximum(pointer, Int32(maximum.rawValue)) == 1 else {
      throw .setting("\(maximum.description): cannot be used")
    }
  }

  private func applyLists() throws(TLSFailure) {
    if let list = options.ciphers, SSL_CTX_set_cipher_list(pointer, list) != 1 {
      throw .setting("\(list): no such ciphers")
    }
    if let list = options.ciphersuites, SSL_CTX_set_ciphersuites(pointer, list) != 1 {
      throw .setting("\(list): no such ciphers of TLS 1.3")
    }
    if let list = options.curves, cssl_set_groups(pointer, list) != 1 {
      throw .setting("\(list): no such groups")
    }
    if let list = options.signatureAlgorithms, cssl_set_signatures(pointer, list) != 1 {
      throw .setting("\(list): no such signature algorithms")
    }
    guard !options.alpn.isEmpty else { return }
    var wire: [UInt8] = []
    for name in options.alpn {
      let bytes = name.bytes
      guard !bytes.isEmpty, bytes.count < 256 else { throw .setting("\(name): no protocol name") }
      wire.append(UInt8(bytes.count))
      wire += bytes
    }
    _ = SSL_CTX_set_alpn_protos(pointer, wire, UInt32(wire.count))
  }

  private func applyCertificate() throws(TLSFailure) {
    guard let file = options.certificate else { return }
    let chain = PEM.certificates(file)
    guard let first = chain.first, let own = Certificate(der: first) else {
      throw TLSFailure(.setting, "no certificate in the file of the client certificate")
    }
    guard SSL_CTX_use_certificate(pointer, own.handle.pointer) == 1 else {
      throw .setting("the client certificate cannot be used")
    }
    for der in chain.dropFirst() {
      if let other = Certificate(der: der) { cssl_add_extra(pointer, other.handle.pointer) }
    }
    let key = try PrivateKey(options.privateKey ?? file, password: options.password)
    guard SSL_CTX_use_PrivateKey(pointer, key.handle.pointer) == 1 else {
      throw .setting("the key does not belong to the client certificate")
    }
  }
}
