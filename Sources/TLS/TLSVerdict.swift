internal import COpenSSL
internal import Linux

/// What verifying a chain of certificates came to: every problem found, the first one decides.
public struct TLSVerdict: Sendable {
  public struct Problem: Equatable, Sendable {
    /// X509_V_ERR_…
    public let code: Int
    /// 0 is the peer's own certificate.
    public let depth: Int

    /// OpenSSL's words for the code.
    public var text: String { TLSVerdict.text(code) }

    /// Plain words.
    public var words: String { TLSVerdict.words(code) ?? text }
  }

  public var problems: [Problem] = []
  /// What OpenSSL's tools print at the end: the last problem.
  public var result = 0

  public init() {}

  public var isGood: Bool { problems.isEmpty }
  /// The code of the first problem, 0 where all is well.
  public var code: Int { problems.first?.code ?? 0 }
  public var text: String { Self.text(code) }

  /// OpenSSL's words for a code.
  public static func text(_ code: Int) -> String {
    String(foreign: X509_verify_cert_error_string(code))
  }

  /// What a person needs to know; nil where OpenSSL's words say it.
  static func words(_ code: Int) -> String? {
    switch Int32(truncatingIfNeeded: code) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      "issued by a CA that is not trusted here"
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      "the issuer's certificate is neither sent nor trusted here"
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed, and not trusted here"
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: "its root CA is not trusted here"
    case X509_V_ERR_CERT_NOT_YET_VALID: "not valid yet"
    case X509_V_ERR_CERT_HAS_EXPIRED: "expired"
    case X509_V_ERR_HOSTNAME_MISMATCH: "issued for other names"
    case X509_V_ERR_IP_ADDRESS_MISMATCH: "issued for other addresses"
    case X509_V_ERR_CERT_REVOKED: "revoked"
    case X509_V_ERR_INVALID_PURPOSE: "not meant for servers"
    case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL: "its key is too short"
    case X509_V_ERR_CA_MD_TOO_WEAK: "signed with a digest that is broken"
    case X509_V_ERR_INVALID_CA: "issued by a certificate that is no CA's"
    default: nil
    }
  }
}
