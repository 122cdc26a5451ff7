internal import COpenSSL
public import Linux

/// Keeps a certificate of the library.
final class CertificateHandle {
  let pointer: OpaquePointer

  /// Takes ownership.
  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { X509_free(pointer) }
}

/// An X.509 certificate, RFC 5280.
public struct Certificate {
  let handle: CertificateHandle

  /// nil where the bytes are no certificate; what follows it is ignored.
  public init?(der: [UInt8]) {
    guard der.count < Self.largest else { return nil }
    let made = OpenSSL.decoded(der) { d2i_X509(nil, &$0, $1) }
    guard let made else {
      ERR_clear_error()
      return nil
    }
    handle = CertificateHandle(made)
  }

  /// Another reference to a certificate of the library.
  init?(borrowing pointer: OpaquePointer?) {
    guard let pointer, X509_up_ref(pointer) == 1 else { return nil }
    handle = CertificateHandle(pointer)
  }

  static func list(_ stack: OpaquePointer?) -> [Certificate] {
    var list: [Certificate] = []
    for index in 0..<max(0, cssl_certificate_count(stack)) {
      if let next = Certificate(borrowing: cssl_certificate(stack, index)) { list.append(next) }
    }
    return list
  }

  /// Far more than any has.
  public static let largest = 1 << 20

  public var der: [UInt8] {
    OpenSSL.encoded { i2d_X509(handle.pointer, &$0) }
  }

  /// With `-----BEGIN CERTIFICATE-----`.
  public var pem: [UInt8] { OpenSSL.printed { PEM_write_bio_X509($0, handle.pointer) } }

  public var subject: DistinguishedName {
    DistinguishedName(of: self, X509_get_subject_name(handle.pointer))
  }

  public var issuer: DistinguishedName {
    DistinguishedName(of: self, X509_get_issuer_name(handle.pointer))
  }

  /// When it begins to be valid; nil where that is no date.
  public var notBefore: Instant? { Self.instant(X509_get0_notBefore(handle.pointer)) }
  public var notAfter: Instant? { Self.instant(X509_get0_notAfter(handle.pointer)) }

  /// `Jan  1 00:00:00 2030 GMT`.
  public var notBeforeText: String { Self.text(X509_get0_notBefore(handle.pointer)) }
  public var notAfterText: String { Self.text(X509_get0_notAfter(handle.pointer)) }

  private static func instant(_ time: UnsafePointer<ASN1_TIME>?) -> Instant? {
    var parts = tm()
    guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
    return Instant(seconds: timegm(&parts))
  }

  private static func text(_ time: UnsafePointer<ASN1_TIME>?) -> String {
    String(bytes: OpenSSL.printed { ASN1_TIME_print($0, time) })
  }

  /// Whole days from `time` until it is no longer valid; negative where it is over.
  public func daysLeft(_ time: Instant) -> Int? {
    notAfter.map { Int((Double($0.seconds - time.seconds) / 86400).rounded(.down)) }
  }

  /// In hexadecimal, as `openssl x509 -serial` prints it.
  public var serial: String {
    guard let number = ASN1_INTEGER_to_BN(X509_get_serialNumber(handle.pointer), nil) else {
      return ""
    }
    defer { BN_free(number) }
    guard let text = BN_bn2hex(number) else { return "" }
    defer { cssl_free(text) }
    return String(foreign: text)
  }

  /// OpenSSL's long name: `sha256WithRSAEncryption`.
  public var signatureAlgorithm: String {
    OBJ_nid2ln(X509_get_signature_nid(handle.pointer)).map { String(foreign: $0) } ?? "unknown"
  }

  /// OpenSSL's short name: `RSA-SHA256`.
  public var signatureName: String {
    OBJ_nid2sn(X509_get_signature_nid(handle.pointer)).map { String(foreign: $0) } ?? "UNDEF"
  }

  public var key: PublicKey? { PublicKey(borrowing: X509_get0_pubkey(handle.pointer)) }

  /// Whether it may issue others.
  public var isCA: Bool { X509_check_ca(handle.pointer) > 0 }

  /// Whether issuer and subject are the same.
  public var isSelfIssued: Bool {
    X509_NAME_cmp(X509_get_issuer_name(handle.pointer), X509_get_subject_name(handle.pointer)) == 0
  }

  /// Whether it is signed with the key it holds.
  public var isSelfSigned: Bool { X509_self_signed(handle.pointer, 1) == 1 }

  /// Whether `other` issued this: by name, key identifier and signature.
  public func isIssued(by other: Certificate) -> Bool {
    guard X509_check_issued(other.handle.pointer, handle.pointer) == X509_V_OK,
      let key = X509_get0_pubkey(other.handle.pointer)
    else { return false }
    defer { ERR_clear_error() }
    return X509_verify(handle.pointer, key) == 1
  }

  /// Whether it is for `host`: a name, by wildcards too, or an IP address.
  public func isFor(_ host: String) -> Bool {
    if let address = IPAddress(host) {
      let bytes = address.bytes
      return X509_check_ip(handle.pointer, bytes, bytes.count, 0) == 1
    }
    return isForName(host)
  }

  /// Whether it is for this name, whatever it looks like.
  public func isForName(_ host: String) -> Bool {
    X509_check_host(
      handle.pointer, host, 0, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS), nil) == 1
  }

  /// The digest of the whole certificate by an algorithm of OpenSSL's: `SHA256`; nil for another.
  public func fingerprint(_ algorithm: String = "SHA256") -> [UInt8]? {
    guard let digest = EVP_get_digestbyname(algorithm) else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard X509_digest(handle.pointer, digest, &bytes, &count) == 1 else { return nil }
    return Array(bytes.prefix(Int(count)))
  }
}

/// The name of a subject or issuer.
public struct DistinguishedName {
  /// What the name is part of, and lives as long as.
  private let owner: AnyObject
  private let pointer: OpaquePointer?

  init(of certificate: Certificate, _ pointer: OpaquePointer?) {
    self.init(owner: certificate.handle, pointer)
  }

  init(owner: AnyObject, _ pointer: OpaquePointer?) {
    self.owner = owner
    self.pointer = pointer
  }

  public var der: [UInt8] {
    OpenSSL.encoded { i2d_X509_NAME(pointer, &$0) }
  }

  public enum Style: Sendable {
    /// `C = US, O = Example, CN = a`: OpenSSL's tools.
    case oneLine
    /// `C=US; O=Example; CN=a`: curl.
    case semicolons
    /// `CN=a,O=Example,C=US`, RFC 2253.
    case rfc2253

    var flags: UInt {
      switch self {
      case .oneLine: cssl_name_one_line()
      case .semicolons: cssl_name_semicolons()
      case .rfc2253: cssl_name_rfc2253()
      }
    }
  }

  public func text(_ style: Style = .oneLine) -> String { text(flags: style.flags) }

  func text(flags: UInt, indent: Int32 = 0) -> String {
    guard let pointer else { return "" }
    return String(bytes: OpenSSL.printed { X509_NAME_print_ex($0, pointer, indent, flags) })
  }

  /// `/C=US/O=Example/CN=a`.
  var compatibleText: String {
    guard let pointer, let text = X509_NAME_oneline(pointer, nil, 0) else { return "" }
    defer { cssl_free(text) }
    return String(foreign: text)
  }

  /// The last common name, which is what a person calls it; nil where there is none.
  public var commonName: String? { part(NID_commonName) }
  public var organisation: String? { part(NID_organizationName) }

  /// What to call it in a few words.
  public var short: String { commonName ?? organisation ?? text() }

  private func part(_ identifier: Int32) -> String? {
    guard let pointer else { return nil }
    var index: Int32 = -1
    while true {
      let next = X509_NAME_get_index_by_NID(pointer, identifier, index)
      if next < 0 { break }
      index = next
    }
    guard index >= 0, let entry = X509_NAME_get_entry(pointer, index),
      let data = X509_NAME_ENTRY_get_data(entry)
    else { return nil }
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&bytes, data)
    guard count >= 0, let bytes else { return nil }
    defer { cssl_free(bytes) }
    return String(bytes: UnsafeBufferPointer(start: bytes, count: Int(count)))
  }
}
