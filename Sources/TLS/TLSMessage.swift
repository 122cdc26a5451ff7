internal import COpenSSL
internal import Linux

/// A piece of the protocol as it passes, for those who want to watch: SSL_set_msg_callback(3).
public struct TLSMessage {
  public let isSent: Bool
  public let bytes: UnsafeRawBufferPointer
  let version: Int32
  let kind: Int32

  /// What it is, in the form of curl: `TLSv1.3 (OUT), TLS handshake, Client hello (1):`; nil for the heads of records and
  /// what else is no message of its own.
  public var line: String? {
    guard version >> 8 == 3, kind != 0, kind != SSL3_RT_HEADER, kind != SSL3_RT_INNER_CONTENT_TYPE,
      let first = bytes.first
    else { return nil }
    var number = Int(first)
    let name: String
    switch kind {
    case SSL3_RT_CHANGE_CIPHER_SPEC: name = "TLS change cipher, Change cipher spec"
    case SSL3_RT_ALERT:
      number = bytes.count > 1 ? number << 8 | Int(bytes[1]) : number
      name = "TLS alert, " + String(foreign: SSL_alert_desc_string_long(Int32(number)))
    case SSL3_RT_HANDSHAKE: name = "TLS handshake, \(Self.handshakeName(number))"
    case SSL3_RT_APPLICATION_DATA: name = "TLS app data, [no content]"
    default: name = "TLS Unknown, Unknown"
    }
    return "\(protocolName) (\(isSent ? "OUT" : "IN")), \(name) (\(number)):"
  }

  private var protocolName: String {
    TLSVersion(rawValue: UInt16(truncatingIfNeeded: version))?.description
      ?? "(" + String(version, radix: 16) + ")"
  }

  /// The messages of RFC 8446 section 4 and RFC 5246 section 7.4, in curl's words.
  private static func handshakeName(_ number: Int) -> StaticString {
    switch number {
    case 0: "Hello request"
    case 1: "Client hello"
    case 2: "Server hello"
    case 4: "Newsession Ticket"
    case 5: "End of early data"
    case 8: "Encrypted Extensions"
    case 11: "Certificate"
    case 12: "Server key exchange"
    case 13: "Request CERT"
    case 14: "Server finished"
    case 15: "CERT verify"
    case 16: "Client key exchange"
    case 20: "Finished"
    case 22: "Certificate Status"
    case 24: "Key update"
    case 67: "Next protocol"
    case 254: "Message hash"
    default: "Unknown"
    }
  }
}
