internal import COpenSSL
internal import Linux

// What was agreed on, and what the peer said of itself.
extension TLSSession {
  /// OpenSSL's name: `TLSv1.3`.
  public var version: String { String(foreign: SSL_get_version(pointer)) }

  public var versionNumber: TLSVersion? {
    TLSVersion(rawValue: UInt16(truncatingIfNeeded: SSL_version(pointer)))
  }

  /// `TLS_AES_256_GCM_SHA384`.
  public var cipher: String? {
    guard let cipher = SSL_get_current_cipher(pointer) else { return nil }
    return String(foreign: SSL_CIPHER_get_name(cipher))
  }

  /// What the cipher was defined for: `TLSv1.3`, and `TLSv1.0` for some of 1.2.
  public var cipherVersion: String? {
    guard let cipher = SSL_get_current_cipher(pointer) else { return nil }
    return String(foreign: SSL_CIPHER_get_version(cipher))
  }

  /// The protocol that the server chose, RFC 7301.
  public var alpn: String? {
    var start: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(pointer, &start, &count)
    guard let start, count > 0 else { return nil }
    return String(bytes: UnsafeBufferPointer(start: start, count: Int(count)))
  }

  /// What the peer sent, its own certificate first.
  public var peerChain: [Certificate] { Certificate.list(SSL_get_peer_cert_chain(pointer)) }

  public var peerCertificate: Certificate? {
    Certificate(borrowing: SSL_get0_peer_certificate(pointer))
  }

  /// The key that was exchanged for this session alone: `X25519`, `ECDH`.
  public var exchangedKey: PublicKey? {
    guard let key = cssl_peer_key(pointer) else { return nil }
    return PublicKey(KeyHandle(key))
  }

  /// The group of the key exchange: `x25519`, `secp256r1`; nil where there is none.
  public var group: String? {
    guard let key = exchangedKey else { return nil }
    return key.group ?? key.type
  }

  /// The digest that the peer signed with: `SHA256`.
  public var peerSignatureDigest: String? {
    let identifier = cssl_peer_signature_digest(pointer)
    guard identifier != NID_undef else { return nil }
    return OBJ_nid2sn(identifier).map { String(foreign: $0) }
  }

  /// The kind of the peer's signature: `RSA-PSS`, `ECDSA`.
  public var peerSignatureType: String? {
    var identifier: Int32 = 0
    guard SSL_get_peer_signature_type_nid(pointer, &identifier) == 1 else { return nil }
    switch identifier {
    case NID_rsaEncryption: return "RSA"
    case NID_rsassaPss, EVP_PKEY_RSA_PSS: return "RSA-PSS"
    case NID_dsa: return "DSA"
    case NID_X9_62_id_ecPublicKey: return "ECDSA"
    case NID_ED25519: return "ed25519"
    case NID_ED448: return "ed448"
    default: return OBJ_nid2sn(identifier).map { String(foreign: $0) }
    }
  }

  /// The CAs whose certificates the peer would take from us.
  public var acceptableIssuers: [String] {
    let list = SSL_get0_peer_CA_list(pointer)
    var names: [String] = []
    for index in 0..<max(0, min(cssl_name_count(list), 1000)) {
      let name = cssl_name(list, index)
      names.append(
        String(bytes: OpenSSL.printed { X509_NAME_print_ex($0, name, 0, cssl_name_one_line()) }))
    }
    return names
  }

  public var bytesRead: Int { Int(clamping: cssl_bytes_read(pointer)) }
  public var bytesWritten: Int { Int(clamping: cssl_bytes_written(pointer)) }

  public var isReused: Bool { SSL_session_reused(pointer) == 1 }

  /// The stapled OCSP response, DER; nil where none came.
  public var staple: [UInt8]? {
    var start: UnsafeMutablePointer<UInt8>?
    let count = cssl_staple(pointer, &start)
    guard let start, count > 0 else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// How long the session may be resumed, in seconds, and whether by a ticket.
  public var ticketLifetime: Int? {
    guard let session = SSL_get_session(pointer), SSL_SESSION_has_ticket(session) == 1 else {
      return nil
    }
    return Int(SSL_SESSION_get_ticket_lifetime_hint(session))
  }
}
