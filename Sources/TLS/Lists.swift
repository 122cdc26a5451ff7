internal import COpenSSL
internal import Linux

/// A list of revoked certificates, RFC 5280 section 5.
public final class RevocationList {
  private let pointer: OpaquePointer

  /// Of a PEM or DER file.
  public init?(_ file: [UInt8]) {
    OpenSSL.start()
    let made = OpenSSL.decoded(
      file, der: { d2i_X509_CRL(nil, &$0, $1) }, pem: { PEM_read_bio_X509_CRL($0, nil, nil, nil) })
    ERR_clear_error()
    guard let made else { return nil }
    pointer = made
  }

  deinit { X509_CRL_free(pointer) }

  public func text(_ names: NameOptions) -> [UInt8] {
    OpenSSL.printed { X509_CRL_print_ex($0, pointer, names.flags) }
  }

  public func issuer(_ names: NameOptions) -> [UInt8] {
    DistinguishedName(owner: self, X509_CRL_get_issuer(pointer)).text(names, title: "issuer=")
  }

  public var lastUpdate: String {
    String(bytes: OpenSSL.printed { ASN1_TIME_print($0, X509_CRL_get0_lastUpdate(pointer)) })
  }

  /// nil where it does not say.
  public var nextUpdate: String? {
    guard let time = X509_CRL_get0_nextUpdate(pointer) else { return nil }
    return String(bytes: OpenSSL.printed { ASN1_TIME_print($0, time) })
  }

  public var issuerHash: UInt { X509_NAME_hash_ex(X509_CRL_get_issuer(pointer), nil, nil, nil) }

  public func fingerprint(_ digest: Digest) -> [UInt8] { digest.of(der) }

  public var der: [UInt8] {
    OpenSSL.encoded { i2d_X509_CRL(pointer, &$0) }
  }

  public var pem: [UInt8] { PEM.text("X509 CRL", der) }

  /// Whether it is signed with this key.
  public func isSigned(by certificate: Certificate) -> Bool {
    guard let key = certificate.key else { return false }
    defer { ERR_clear_error() }
    return X509_CRL_verify(pointer, key.handle.pointer) == 1
  }
}

/// A request for a certificate, RFC 2986.
public final class CertificateRequest {
  private let pointer: OpaquePointer

  /// Of a PEM or DER file.
  public init?(_ file: [UInt8]) {
    OpenSSL.start()
    let made = OpenSSL.decoded(
      file, der: { d2i_X509_REQ(nil, &$0, $1) }, pem: { PEM_read_bio_X509_REQ($0, nil, nil, nil) })
    ERR_clear_error()
    guard let made else { return nil }
    pointer = made
  }

  deinit { X509_REQ_free(pointer) }

  public func text(_ names: NameOptions) -> [UInt8] {
    OpenSSL.printed { X509_REQ_print_ex($0, pointer, names.flags, 0) }
  }

  public func subject(_ names: NameOptions) -> [UInt8] {
    DistinguishedName(owner: self, X509_REQ_get_subject_name(pointer))
      .text(names, title: "subject=")
  }

  public var key: PublicKey? { PublicKey(borrowing: X509_REQ_get0_pubkey(pointer)) }

  /// Whether it is signed with its own key.
  public var isSelfSigned: Bool {
    guard let key = X509_REQ_get0_pubkey(pointer) else { return false }
    defer { ERR_clear_error() }
    return X509_REQ_verify(pointer, key) == 1
  }

  public var der: [UInt8] {
    OpenSSL.encoded { i2d_X509_REQ(pointer, &$0) }
  }

  public var pem: [UInt8] { PEM.text("CERTIFICATE REQUEST", der) }
}
