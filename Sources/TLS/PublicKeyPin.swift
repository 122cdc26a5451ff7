internal import COpenSSL

extension PublicKey {
  /// The key as a SubjectPublicKeyInfo in DER, RFC 5280 section 4.1.
  public var der: [UInt8] {
    OpenSSL.encoded { i2d_PUBKEY(handle.pointer, &$0) }
  }

  /// What RFC 7469 calls the pin of the key, in base 64.
  public var pin: String {
    guard let digest = EVP_get_digestbyname("SHA256") else { return "" }
    let der = der
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_Digest(der, der.count, &bytes, &count, digest, nil) == 1 else { return "" }
    return String(
      decoding: Base64.encoded(Array(bytes.prefix(Int(count))), width: .max).dropLast(),
      as: UTF8.self)
  }
}
