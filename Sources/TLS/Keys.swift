internal import COpenSSL
internal import Linux

final class KeyHandle {
  let pointer: OpaquePointer

  /// Takes ownership.
  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { EVP_PKEY_free(pointer) }
}

/// The key of a certificate.
public struct PublicKey {
  let handle: KeyHandle

  init?(borrowing pointer: OpaquePointer?) {
    guard let pointer, EVP_PKEY_up_ref(pointer) == 1 else { return nil }
    handle = KeyHandle(pointer)
  }

  init(_ handle: KeyHandle) { self.handle = handle }

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

  /// `RSA 2048`, `EC 256 (prime256v1)`, `ED25519`.
  public var text: String {
    if let group { return "\(type) \(bits) (\(group))" }
    return type.hasPrefix("ED") || type.hasPrefix("X") ? type : "\(type) \(bits)"
  }

  /// Whether the security of 112 bits is reached: RSA 2048, EC 224.
  public var isWeak: Bool { EVP_PKEY_get_security_bits(handle.pointer) < 112 }

  /// Whether both are the same key.
  public func isSame(as other: PublicKey) -> Bool {
    EVP_PKEY_eq(handle.pointer, other.handle.pointer) == 1
  }
}

/// The private key of a PEM or DER file.
public struct PrivateKey {
  let handle: KeyHandle

  public init(_ file: [UInt8], password: String? = nil) throws(TLSFailure) {
    OpenSSL.start()
    let made: OpaquePointer?
    if file.first == 0x30 {
      made = file.withUnsafeBufferPointer { bytes in
        var start = bytes.baseAddress
        return d2i_AutoPrivateKey(nil, &start, bytes.count)
      }
    } else {
      made = OpenSSL.reading(file) { cssl_private_key($0, password) }
    }
    guard let made else { throw .setting("no private key that can be read") }
    ERR_clear_error()
    handle = KeyHandle(made)
  }

  /// Its public half.
  public var publicKey: PublicKey { PublicKey(handle) }
}
