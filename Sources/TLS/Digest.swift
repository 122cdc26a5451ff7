internal import COpenSSL
internal import Linux

/// A digest of OpenSSL's: md5, sha1, sha224, sha256, sha384, sha512.
public struct Digest {
  private let pointer: OpaquePointer
  /// As it was asked for.
  public let name: String

  public init?(_ name: String) {
    OpenSSL.start()
    let lower = name.asciiLowercased
    let known: [StaticString] = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
    guard known.contains(where: { lower.sameBytes(as: "\($0)") }),
      let pointer = EVP_get_digestbyname(lower)
    else { return nil }
    self.pointer = pointer
    self.name = lower
  }

  /// The name that its provider gives it: `SHA2-256`.
  public var title: String {
    let upper = name.asciiUppercased
    guard upper.hasPrefix("SHA"), !upper.sameBytes(as: "SHA1") else { return upper }
    return "SHA2-" + String(upper.dropFirst(3))
  }

  public func of(_ bytes: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &result, &count, pointer, nil) == 1 else { return [] }
    return Array(result.prefix(Int(count)))
  }

  /// HMAC, RFC 2104.
  public func of(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard HMAC(pointer, key, Int32(key.count), bytes, bytes.count, &result, &count) != nil else {
      return []
    }
    return Array(result.prefix(Int(count)))
  }

  /// Digests what comes in pieces.
  public func running() -> RunningDigest? { RunningDigest(pointer) }

  /// Whether `signature` is `key`'s for `bytes`.
  public func verifies(_ signature: [UInt8], of bytes: [UInt8], by key: PublicKey) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer {
      EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    guard EVP_DigestVerifyInit(context, nil, pointer, nil, key.handle.pointer) == 1 else {
      return false
    }
    return EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
  }

  /// The signature of `bytes` by `key`.
  public func signature(of bytes: [UInt8], by key: PrivateKey) throws(TLSFailure) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw .setting("no memory") }
    defer { EVP_MD_CTX_free(context) }
    var count = 0
    guard EVP_DigestSignInit(context, nil, pointer, nil, key.handle.pointer) == 1,
      EVP_DigestSign(context, nil, &count, bytes, bytes.count) == 1
    else { throw .setting("this key cannot sign that") }
    var result = [UInt8](repeating: 0, count: count)
    guard EVP_DigestSign(context, &result, &count, bytes, bytes.count) == 1 else {
      throw .setting("this key cannot sign that")
    }
    return Array(result.prefix(count))
  }
}

/// A digest of what comes in pieces.
public final class RunningDigest {
  private let context: OpaquePointer

  init?(_ digest: OpaquePointer) {
    guard let context = EVP_MD_CTX_new() else { return nil }
    self.context = context
    EVP_DigestInit_ex(context, digest, nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  public func add(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// The digest; nothing may be added afterwards.
  public func finish() -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    EVP_DigestFinal_ex(context, &result, &count)
    return Array(result.prefix(Int(count)))
  }
}

/// The library itself.
public enum LibraryVersion {
  /// 0 the version, 2 when it was built, 3 for what: OpenSSL_version(3).
  public static func text(_ part: Int32) -> String {
    OpenSSL_version(part).map { String(foreign: $0) } ?? ""
  }

  /// Random bytes of the library.
  public static func random(_ count: Int) -> [UInt8]? {
    OpenSSL.start()
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(clamping: count)) == 1 else { return nil }
    return bytes
  }
}
