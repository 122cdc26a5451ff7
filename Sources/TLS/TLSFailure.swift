internal import COpenSSL
public import Linux

/// Why there is no connection, or no more.
public struct TLSFailure: Error, Sendable, CustomStringConvertible {
  public enum Kind: Equatable, Sendable {
    case timedOut
    case system(Errno)
    /// The peer closed the connection without saying so in TLS.
    case truncated
    /// What came was no TLS.
    case notTLS
    /// The peer refused, by the number of its alert (RFC 8446 section 6).
    case alert(UInt8)
    /// We refused, by the X509 code of the verdict.
    case certificate(Int)
    /// Version, ciphers or groups in common are missing.
    case noCommonGround
    /// An option or file of ours is of no use.
    case setting
    case other
  }

  public let kind: Kind
  /// In words.
  public let description: String
  /// As OpenSSL's tools print it: `error:0A000086:SSL routines::certificate verify failed`.
  public let libraryText: String?

  init(_ kind: Kind, _ description: String, libraryText: String? = nil) {
    self.kind = kind
    self.description = description
    self.libraryText = libraryText
  }

  /// A setting that the library does not take.
  static func setting(_ what: String) -> TLSFailure {
    let code = OpenSSL.takeError()
    let reason = code == 0 ? "" : ": " + OpenSSL.reason(code)
    return TLSFailure(.setting, what + reason, libraryText: code == 0 ? nil : OpenSSL.text(code))
  }

  static func system(_ error: SystemError) -> TLSFailure {
    error.errno == .timedOut
      ? TLSFailure(.timedOut, "timed out") : TLSFailure(.system(error.errno), error.reason)
  }

  /// What the queue of errors says.
  ///
  /// - Parameter verdict: of the peer's certificate, where there is one.
  static func library(_ verdict: TLSVerdict?) -> TLSFailure {
    let code = OpenSSL.takeError()
    let text = OpenSSL.text(code)
    let reason = Int32(cssl_reason(code))
    guard cssl_library(code) == ERR_LIB_SSL else {
      return TLSFailure(.other, OpenSSL.reason(code), libraryText: text)
    }
    if reason > SSL_AD_REASON_OFFSET, reason < SSL_AD_REASON_OFFSET + 256 {
      let number = UInt8(reason - SSL_AD_REASON_OFFSET)
      return TLSFailure(
        .alert(number), "the peer refused: \(alertName(number))", libraryText: text)
    }
    switch reason {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      let verdict = verdict ?? TLSVerdict()
      return TLSFailure(
        .certificate(verdict.code), verdict.problems.first?.words ?? "certificate verify failed",
        libraryText: text)
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return TLSFailure(.truncated, "the peer closed the connection", libraryText: text)
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG,
      SSL_R_RECORD_TOO_SMALL:
      return TLSFailure(.notTLS, "what came is not TLS", libraryText: text)
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_NO_CIPHERS_AVAILABLE,
      SSL_R_NO_SHARED_CIPHER, SSL_R_WRONG_CIPHER_RETURNED, SSL_R_UNKNOWN_PROTOCOL,
      SSL_R_VERSION_TOO_LOW:
      return TLSFailure(.noCommonGround, OpenSSL.reason(code), libraryText: text)
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
      return TLSFailure(
        .other, "the peer's message (its certificates?) is larger than any honest one",
        libraryText: text)
    default: return TLSFailure(.other, OpenSSL.reason(code), libraryText: text)
    }
  }
}

/// The name of an alert, RFC 8446 section 6.
public func alertName(_ number: UInt8) -> String {
  switch number {
  case 0: "close notify"
  case 10: "unexpected message"
  case 20: "bad record mac"
  case 21: "decryption failed"
  case 22: "record overflow"
  case 30: "decompression failure"
  case 40: "handshake failure"
  case 41: "no certificate"
  case 42: "bad certificate"
  case 43: "unsupported certificate"
  case 44: "certificate revoked"
  case 45: "certificate expired"
  case 46: "certificate unknown"
  case 47: "illegal parameter"
  case 48: "unknown CA"
  case 49: "access denied"
  case 50: "decode error"
  case 51: "decrypt error"
  case 60: "export restriction"
  case 70: "protocol version"
  case 71: "insufficient security"
  case 80: "internal error"
  case 86: "inappropriate fallback"
  case 90: "user canceled"
  case 100: "no renegotiation"
  case 109: "missing extension"
  case 110: "unsupported extension"
  case 111: "certificate unobtainable"
  case 112: "unrecognized name"
  case 113: "bad certificate status response"
  case 114: "bad certificate hash value"
  case 115: "unknown PSK identity"
  case 116: "certificate required"
  case 120: "no application protocol"
  default: "alert \(number)"
  }
}
