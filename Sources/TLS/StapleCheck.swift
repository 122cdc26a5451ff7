internal import COpenSSL
public import Linux

/// Whether an OCSP response is about a certificate, signed by whom may, and of now: RFC 6960 section 3.2.
///
/// Whom to trust is no matter of it: the response must come from the issuer of the certificate, or from one whom the
/// issuer lets speak.
public struct StapleCheck {
  public enum Status: Equatable, Sendable {
    case good, revoked, unknown
    /// The responder gives no answer, by its reason: 1 malformed, 2 internal error, 3 try later, 5, 6.
    case refused(UInt8)
  }

  /// nil where it says nothing of the certificate.
  public private(set) var status: Status?
  /// Who signed it, as far as that holds.
  public private(set) var signer: String?
  public private(set) var revoked: Instant?
  /// Why it was revoked, in OpenSSL's words; empty where nothing was said.
  public private(set) var reason = ""
  public private(set) var thisUpdate: Instant?
  public private(set) var nextUpdate: Instant?
  /// What does not hold, in plain words.
  public private(set) var problems: [String] = []

  /// How far our clock may be behind the responder's, in seconds.
  private static let tolerance = 300.0

  /// - Parameters:
  ///   - chain: what may be the certificates of issuer and responder.
  ///   - now: when the response has to hold.
  public init(_ bytes: [UInt8], of leaf: Certificate, chain: [Certificate], now: Instant) {
    OpenSSL.start()
    defer { ERR_clear_error() }
    let response = OpenSSL.decoded(bytes) { d2i_OCSP_RESPONSE(nil, &$0, $1) }
    guard let response else {
      problems.append("cannot be read")
      return
    }
    defer { OCSP_RESPONSE_free(response) }
    let code = OCSP_response_status(response)
    guard code == OCSP_RESPONSE_STATUS_SUCCESSFUL else {
      status = .refused(UInt8(clamping: code))
      return
    }
    guard let basic = OCSP_response_get1_basic(response) else {
      problems.append("cannot be read")
      return
    }
    defer { OCSP_BASICRESP_free(basic) }
    guard
      let issuer = chain.first(where: {
        X509_check_issued($0.handle.pointer, leaf.handle.pointer) == X509_V_OK
      })
    else {
      problems.append("cannot be checked: the issuer's certificate is not here")
      return
    }
    checkSignature(basic, issuer, chain, now)
    readStatus(basic, leaf, issuer)
    checkTimes(now)
  }

  private mutating func checkSignature(
    _ basic: OpaquePointer, _ issuer: Certificate, _ chain: [Certificate], _ now: Instant
  ) {
    guard let store = X509_STORE_new(), let others = cssl_new_certificates() else { return }
    defer {
      X509_STORE_free(store)
      cssl_free_certificates(others)
    }
    X509_STORE_add_cert(store, issuer.handle.pointer)
    // The issuer need not be a root.
    X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), now.seconds)
    for other in chain { _ = cssl_push(others, other.handle.pointer) }
    ERR_clear_error()
    if OCSP_basic_verify(basic, others, store, 0) == 1 {
      var found: OpaquePointer?
      if OCSP_resp_get0_signer(basic, &found, others) == 1 {
        signer = Certificate(borrowing: found)?.subject.short
      }
    } else {
      problems.append(Self.words(cssl_reason(ERR_peek_last_error())))
    }
  }

  private static func words(_ reason: Int32) -> String {
    switch reason {
    case OCSP_R_SIGNER_CERTIFICATE_NOT_FOUND: "is signed by nobody who is known here"
    case OCSP_R_SIGNATURE_FAILURE: "has a signature that is wrong"
    case OCSP_R_CERTIFICATE_VERIFY_ERROR: "is signed with a certificate that does not hold"
    case OCSP_R_MISSING_OCSPSIGNING_USAGE, OCSP_R_ROOT_CA_NOT_TRUSTED:
      "is signed by one who may not speak for the issuer"
    default: "has a signature that cannot be checked"
    }
  }

  private mutating func readStatus(
    _ basic: OpaquePointer, _ leaf: Certificate, _ issuer: Certificate
  ) {
    var code: Int32 = -1
    var (at, from, to): (Time, Time, Time) = (nil, nil, nil)
    switch cssl_staple_status(
      basic, leaf.handle.pointer, issuer.handle.pointer, &code, &at, &from, &to)
    {
    case 0: status = .good
    case 1:
      status = .revoked
      revoked = Self.instant(at)
      if code >= 0, let text = OCSP_crl_reason_str(Int(code)) { reason = String(foreign: text) }
    case 2: status = .unknown
    default: return problems.append("is about another certificate")
    }
    thisUpdate = Self.instant(from)
    nextUpdate = Self.instant(to)
  }

  private typealias Time = UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?

  private static func instant(_ time: Time) -> Instant? {
    guard let time, let start = ASN1_STRING_get0_data(time) else { return nil }
    let bytes = UnsafeBufferPointer(start: start, count: max(0, Int(ASN1_STRING_length(time))))
    return generalizedTime(Array(bytes)[...])
  }

  private mutating func checkTimes(_ now: Instant) {
    guard status != nil, let from = thisUpdate else { return }
    if from > now.advanced(by: Self.tolerance) { problems.append("is of a time to come") }
    guard let to = nextUpdate else { return }
    if to < now { problems.append("is out of date") }
    if to < from { problems.append("ends before it begins") }
  }

  /// What it says, and by whose word.
  public var words: String {
    switch status {
    case .good: "good" + source
    case .revoked: (reason.isEmpty ? "revoked" : "revoked (" + reason + ")") + source
    case .unknown: "unknown to the responder" + source
    case .refused(let code): "no answer (\(code))"
    case nil: "nothing"
    }
  }

  private var source: String { signer.map { ", signed by " + $0 } ?? ", says nobody known" }

  /// Good, and nothing speaks against it.
  public var isGood: Bool { status == .good && problems.isEmpty }
}
