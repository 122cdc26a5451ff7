internal import COpenSSL
internal import Linux

final class KeyHandle {
  let pointer: OpaquePointer

  /// Takes ownership.
  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { EVP_PKEY_free(pointer) }

  func number(_ name: StaticString) -> [UInt8]? {
    var value: OpaquePointer?
    guard EVP_PKEY_get_bn_param(pointer, "\(name)", &value) == 1, let value else {
      ERR_clear_error()
      return nil
    }
    defer { BN_clear_free(value) }
    var bytes = [UInt8](repeating: 0, count: Int(BN_num_bits(value) + 7) / 8)
    BN_bn2bin(value, &bytes)
    return bytes
  }

  /// The point of an EC key as it is encoded.
  var point: [UInt8]? {
    var count = 0
    guard EVP_PKEY_get_octet_string_param(pointer, "pub", nil, 0, &count) == 1, count < 4096 else {
      ERR_clear_error()
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: count)
    guard EVP_PKEY_get_octet_string_param(pointer, "pub", &bytes, count, &count) == 1 else {
      ERR_clear_error()
      return nil
    }
    return bytes
  }
}

/// The public half of a key.
public struct PublicKey {
  let handle: KeyHandle

  init?(borrowing pointer: OpaquePointer?) {
    guard let pointer, EVP_PKEY_up_ref(pointer) == 1 else { return nil }
    handle = KeyHandle(pointer)
  }

  init(_ handle: KeyHandle) { self.handle = handle }

  /// Of a file: PEM or DER, or the key of a certificate.
  public init(_ file: [UInt8]) throws(TLSFailure) {
    OpenSSL.start()
    let made = OpenSSL.decoded(
      file, der: { d2i_PUBKEY(nil, &$0, $1) }, pem: { cssl_public_key($0) })
    guard let made else { throw .setting("no public key that can be read") }
    ERR_clear_error()
    handle = KeyHandle(made)
  }

  public var bits: Int { Int(EVP_PKEY_get_bits(handle.pointer)) }

  /// `RSA`, `EC`, `ED25519`.
  public var type: String {
    EVP_PKEY_get0_type_name(handle.pointer).map { String(foreign: $0) } ?? "unknown"
  }

  /// The curve: `prime256v1`; nil where there is none.
  public var group: String? {
    var buffer = [CChar](repeating: 0, count: 80)
    guard EVP_PKEY_get_group_name(handle.pointer, &buffer, buffer.count, nil) == 1 else {
      ERR_clear_error()
      return nil
    }
    return String(foreign: buffer)
  }

  /// `RSA 2048`, `EC prime256v1`, `ED25519`.
  public var text: String {
    if let group { return "\(type) \(group)" }
    return type.hasPrefix("ED") || type.hasPrefix("X") ? type : "\(type) \(bits)"
  }

  /// Whether it takes less than 2^112 steps to break it: RSA below 2048, EC below 224.
  public var isWeak: Bool { EVP_PKEY_get_security_bits(handle.pointer) < 112 }

  /// Whether both are the same key.
  public func isSame(as other: PublicKey) -> Bool {
    EVP_PKEY_eq(handle.pointer, other.handle.pointer) == 1
  }

  /// In hexadecimal; nil where it is no RSA key.
  public var modulus: [UInt8]? { handle.number("n") }

  /// As `openssl pkey -text_pub` prints it.
  public var printed: [UInt8] {
    OpenSSL.printed { EVP_PKEY_print_public($0, handle.pointer, 0, nil) }
  }

  public func check() -> Bool { checked { EVP_PKEY_public_check($0) } }

  fileprivate func checked(_ body: (OpaquePointer) -> Int32) -> Bool {
    guard let context = EVP_PKEY_CTX_new_from_pkey(nil, handle.pointer, nil) else { return false }
    defer {
      EVP_PKEY_CTX_free(context)
      ERR_clear_error()
    }
    return body(context) == 1
  }

  /// SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7; nil for kinds of keys that nobody meets.
  public var keyInfo: [UInt8]? {
    if let modulus, let exponent = handle.number("e") {
      let key = DERWriter.sequence(DERWriter.integer(modulus) + DERWriter.integer(exponent))
      // rsaEncryption, with NULL.
      let algorithm: [UInt8] = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 0x05, 0]
      return DERWriter.sequence(DERWriter.sequence(algorithm) + DERWriter.bits(key))
    }
    guard let point = handle.point else { return nil }
    if let group, let curve = Self.objectIdentifier(group) {
      // id-ecPublicKey.
      let algorithm: [UInt8] = [0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]
      return DERWriter.sequence(DERWriter.sequence(algorithm + curve) + DERWriter.bits(point))
    }
    guard let algorithm = Self.objectIdentifier(type) else { return nil }
    return DERWriter.sequence(DERWriter.sequence(algorithm) + DERWriter.bits(point))
  }

  private static func objectIdentifier(_ name: String) -> [UInt8]? {
    guard let object = OBJ_txt2obj(name, 0) else { return nil }
    defer { ASN1_OBJECT_free(object) }
    let count = OBJ_length(object)
    guard count > 0, count < 64, let data = OBJ_get0_data(object) else { return nil }
    return [0x06, UInt8(count)] + Array(UnsafeBufferPointer(start: data, count: count))
  }
}

/// Writes DER, X.690.
enum DERWriter {
  static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var rest = content.count
    if rest < 0x80 {
      length = [UInt8(rest)]
    } else {
      while rest > 0 {
        length.insert(UInt8(rest & 0xFF), at: 0)
        rest >>= 8
      }
      length.insert(0x80 | UInt8(length.count), at: 0)
    }
    return [tag] + length + content
  }

  static func sequence(_ content: [UInt8]) -> [UInt8] { value(0x30, content) }
  static func bits(_ content: [UInt8]) -> [UInt8] { value(0x03, [0] + content) }

  /// A number that is not negative.
  static func integer(_ magnitude: [UInt8]) -> [UInt8] {
    let needsZero = magnitude.first.map { $0 & 0x80 != 0 } ?? true
    return value(0x02, (needsZero ? [0] : []) + magnitude)
  }
}

/// The private key of a PEM or DER file.
public struct PrivateKey {
  let handle: KeyHandle

  public init(_ file: [UInt8], password: String? = nil) throws(TLSFailure) {
    OpenSSL.start()
    let made = OpenSSL.decoded(
      file, der: { d2i_AutoPrivateKey(nil, &$0, $1) }, pem: { cssl_private_key($0, password) })
    guard let made else { throw .setting("no private key that can be read") }
    ERR_clear_error()
    handle = KeyHandle(made)
  }

  /// Its public half.
  public var publicKey: PublicKey { PublicKey(handle) }

  /// As `openssl pkey -text` prints it.
  public var printed: [UInt8] {
    OpenSSL.printed { EVP_PKEY_print_private($0, handle.pointer, 0, nil) }
  }

  /// Whether its parts belong together.
  public func check() -> Bool { publicKey.checked { EVP_PKEY_check($0) } }
}
