internal import COpenSSL
public import Linux

/// Builds and checks the chain of one certificate, without a connection. openssl-verify(1).
public struct ChainVerifier {
  public var trust = Trust()
  /// What may stand between the certificate and a root.
  public var untrusted: [[UInt8]] = []
  public var hostName: String?
  public var address: String?
  public var email: String?
  /// OpenSSL's name of a purpose: `sslserver`.
  public var purpose: String?
  public var time: Instant?
  public var checksTime = true
  public var acceptsPartialChain = false
  public var isStrict = false
  public var securityLevel: Int?
  public var depth: Int?

  public init() {}

  public struct Outcome {
    public var verdict = TLSVerdict()
    /// From the certificate to the root, as far as it goes.
    public var chain: [Certificate] = []
    /// How many of them came from `untrusted` and the certificate itself.
    public var untrustedCount = 0
    /// The certificate of each problem.
    public var subjects: [Certificate?] = []
  }

  /// Collects problems while the library goes on.
  private final class Notes {
    var outcome = Outcome()
  }

  public func verify(_ certificate: Certificate) throws(TLSFailure) -> Outcome {
    OpenSSL.start()
    guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new(),
      let stack = cssl_new_certificates()
    else { throw .setting("no memory") }
    defer {
      X509_STORE_CTX_free(context)
      X509_STORE_free(store)
      cssl_free_certificates(stack)
      ERR_clear_error()
    }
    // The stack holds what this keeps alive.
    let others = untrusted.compactMap { Certificate(der: $0) }
    for other in others { _ = cssl_push(stack, other.handle.pointer) }
    trust.supply(store, for: [certificate.der] + untrusted)
    guard X509_STORE_CTX_init(context, store, certificate.handle.pointer, stack) == 1 else {
      throw .setting("no memory")
    }
    try apply(X509_STORE_CTX_get0_param(context))
    let notes = Notes()
    X509_STORE_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(notes).toOpaque())
    X509_STORE_CTX_set_verify_cb(context) { isGood, context in
      ChainVerifier.note(isGood, context)
    }
    let result = X509_verify_cert(context)
    var outcome = notes.outcome
    outcome.verdict.result = Int(X509_STORE_CTX_get_error(context))
    if result <= 0, outcome.verdict.problems.isEmpty {
      outcome.verdict.problems = [
        TLSVerdict.Problem(code: max(1, outcome.verdict.result), depth: 0)
      ]
      outcome.subjects = [certificate]
    }
    outcome.chain = Certificate.list(X509_STORE_CTX_get0_chain(context))
    outcome.untrustedCount = Int(X509_STORE_CTX_get_num_untrusted(context))
    withExtendedLifetime(others) {}
    return outcome
  }

  private func apply(_ parameters: OpaquePointer?) throws(TLSFailure) {
    var flags: UInt = 0
    if acceptsPartialChain { flags |= UInt(X509_V_FLAG_PARTIAL_CHAIN) }
    if isStrict { flags |= UInt(X509_V_FLAG_X509_STRICT) }
    if !checksTime { flags |= UInt(X509_V_FLAG_NO_CHECK_TIME) }
    if flags != 0 { X509_VERIFY_PARAM_set_flags(parameters, flags) }
    if let time, checksTime { X509_VERIFY_PARAM_set_time(parameters, time.seconds) }
    if let hostName { X509_VERIFY_PARAM_set1_host(parameters, hostName, 0) }
    if let address, X509_VERIFY_PARAM_set1_ip_asc(parameters, address) != 1 {
      throw TLSFailure(.setting, "\(address): no address")
    }
    if let email { X509_VERIFY_PARAM_set1_email(parameters, email, 0) }
    if let securityLevel {
      X509_VERIFY_PARAM_set_auth_level(parameters, Int32(clamping: securityLevel))
    }
    if let depth { X509_VERIFY_PARAM_set_depth(parameters, Int32(clamping: depth)) }
    guard let purpose else { return }
    let index = X509_PURPOSE_get_by_sname(purpose)
    guard index >= 0, let found = X509_PURPOSE_get0(index) else {
      throw TLSFailure(.setting, "\(purpose): no such purpose")
    }
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_get_id(found))
  }

  private static func note(_ isGood: Int32, _ context: OpaquePointer?) -> Int32 {
    guard isGood == 0, let raw = X509_STORE_CTX_get_ex_data(context, 0) else { return 1 }
    let notes = Unmanaged<Notes>.fromOpaque(raw).takeUnretainedValue()
    guard notes.outcome.verdict.problems.count < 256 else { return 1 }
    notes.outcome.verdict.problems.append(
      TLSVerdict.Problem(
        code: Int(X509_STORE_CTX_get_error(context)),
        depth: Int(X509_STORE_CTX_get_error_depth(context))))
    notes.outcome.subjects.append(
      Certificate(borrowing: X509_STORE_CTX_get_current_cert(context)))
    return 1
  }
}
