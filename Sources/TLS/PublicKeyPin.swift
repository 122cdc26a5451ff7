internal import COpenSSL

extension PublicKey {
  /// The key as a SubjectPublicKeyInfo in DER, RFC 5280 section 4.1.
  public var der: [UInt8] {
    var pointer: UnsafeMutablePointer<UInt8>?
    let count = i2d_PUBKEY(handle.pointer, &pointer)
    guard let pointer, count > 0 else { return [] }
    defer { cssl_free(pointer) }
    return Array(UnsafeBufferPointer(start: pointer, count: Int(count)))
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
