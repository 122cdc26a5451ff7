internal import COpenSSL
internal import Linux

// What OpenSSL's own client prints of a session.
extension TLSSession {
  /// As SSL_SESSION_print(3) has it: keys and ticket.
  public var sessionText: [UInt8] {
    guard let session = SSL_get_session(pointer) else { return [] }
    return OpenSSL.printed { SSL_SESSION_print($0, session) }
  }

  /// The algorithms that the peer asks signatures by; `shared`: those that we have too.
  public func requestedSignatures(shared: Bool) -> [String] {
    var names: [String] = []
    var signature: UInt8 = 0
    var hash: UInt8 = 0
    let count =
      shared
      ? SSL_get_shared_sigalgs(pointer, 0, nil, nil, nil, &signature, &hash)
      : SSL_get_sigalgs(pointer, 0, nil, nil, nil, &signature, &hash)
    for index in 0..<max(0, min(count, 256)) {
      _ =
        shared
        ? SSL_get_shared_sigalgs(pointer, index, nil, nil, nil, &signature, &hash)
        : SSL_get_sigalgs(pointer, index, nil, nil, nil, &signature, &hash)
      names.append(Self.signatureName(hash: hash, signature: signature))
    }
    return names
  }

  /// RFC 8446 section 4.2.3, in OpenSSL's words.
  private static func signatureName(hash: UInt8, signature: UInt8) -> String {
    if hash == 8 {
      switch signature {
      case 4: return "RSA-PSS+SHA256"
      case 5: return "RSA-PSS+SHA384"
      case 6: return "RSA-PSS+SHA512"
      case 7: return "ed25519"
      case 8: return "ed448"
      case 9: return "rsa_pss_pss_sha256"
      case 10: return "rsa_pss_pss_sha384"
      case 11: return "rsa_pss_pss_sha512"
      default: break
      }
    }
    let digests: [StaticString] = ["MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"]
    let digest =
      hash >= 1 && hash <= 6
      ? "\(digests[Int(hash) - 1])" : "0x" + hexText(hash)
    switch signature {
    case 1: return "RSA+" + digest
    case 2: return "DSA+" + digest
    case 3: return "ECDSA+" + digest
    default: return "0x" + hexText(signature) + "+" + digest
    }
  }

  private static func hexText(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16).asciiUppercased
  }

  /// The kinds of client certificates that a server of TLS 1.2 takes.
  public var certificateTypes: [String] {
    var start: UnsafePointer<UInt8>?
    let count = cssl_certificate_types(pointer, &start)
    guard let start, count > 0 else { return [] }
    return UnsafeBufferPointer(start: start, count: count).map { type in
      switch type {
      case 1: "RSA sign"
      case 2: "DSA sign"
      case 3: "RSA fixed DH"
      case 4: "DSS fixed DH"
      case 64: "ECDSA sign"
      case 65: "RSA fixed ECDH"
      case 66: "ECDSA fixed ECDH"
      default: "UNKNOWN (\(type)),"
      }
    }
  }

  /// As s_client prints it: `X25519, 253 bits`; nil where no key was exchanged.
  public var exchangedKeyText: String? {
    guard let key = exchangedKey else { return nil }
    if let group = key.group, key.type.sameBytes(as: "EC") {
      return "ECDH, \(group), \(key.bits) bits"
    }
    return "\(key.type), \(key.bits) bits"
  }

  public var supportsSecureRenegotiation: Bool { cssl_secure_renegotiation(pointer) == 1 }
  public var isTLS13: Bool { SSL_version(pointer) == TLS1_3_VERSION }

  /// The name of the certificate that the wanted one was found by.
  public var verifiedName: String? { SSL_get0_peername(pointer).map { String(foreign: $0) } }

  /// Begins a new handshake in this connection, up to TLS 1.2; false where the peer has none of it.
  public func renegotiate() -> Bool {
    defer { ERR_clear_error() }
    return !isTLS13 && SSL_renegotiate(pointer) == 1
  }

  /// Sends new keys for this direction, and asks for the other's; TLS 1.3.
  public func updateKeys(both: Bool) -> Bool {
    defer { ERR_clear_error() }
    return SSL_key_update(
      pointer, both ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) == 1
  }

  /// The stapled OCSP response in words.
  public var stapleText: [UInt8] {
    guard let bytes = staple else { return [] }
    let response = OpenSSL.decoded(bytes) { d2i_OCSP_RESPONSE(nil, &$0, $1) }
    guard let response else {
      ERR_clear_error()
      return []
    }
    defer { OCSP_RESPONSE_free(response) }
    return OpenSSL.printed { OCSP_RESPONSE_print($0, response, 0) }
  }
}
