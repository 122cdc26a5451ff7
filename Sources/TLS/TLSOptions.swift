public import Linux

/// A version of the protocol, as its number on the wire.
public enum TLSVersion: UInt16, Sendable, CustomStringConvertible {
  case tls10 = 0x0301
  case tls11 = 0x0302
  case tls12 = 0x0303
  case tls13 = 0x0304

  /// OpenSSL's name: `TLSv1.3`.
  public var description: String {
    switch self {
    case .tls10: "TLSv1"
    case .tls11: "TLSv1.1"
    case .tls12: "TLSv1.2"
    case .tls13: "TLSv1.3"
    }
  }
}

/// What a client of TLS asks for and whom it believes.
public struct TLSOptions {
  /// The name sent to the server (SNI, RFC 6066) and looked for in its certificate; an IP address is
  /// looked for, but not sent.
  public var serverName: String?
  /// The name looked for in the certificate, where it is not `serverName`.
  public var verifiedName: String?
  /// Whether a certificate that cannot be believed ends the handshake; the verdict is given anyway.
  public var verifiesPeer = true
  /// Whether the first problem ends the verification; else all are found.
  public var endsAtProblem = false
  /// Whether the name must be in the certificate.
  public var verifiesName = true
  /// Whether a certificate of `trust` that is not self-signed ends a chain.
  public var acceptsPartialChain = false
  /// Protocols in order of preference, RFC 7301: `h2`, `http/1.1`.
  public var alpn: [String] = []
  public var trust = Trust()
  /// Our own certificate and what stands between it and its CA, PEM.
  public var certificate: [UInt8]?
  /// PEM; nil: in `certificate`.
  public var privateKey: [UInt8]?
  public var password: String?
  public var minimum: TLSVersion?
  public var maximum: TLSVersion?
  /// OpenSSL's list of ciphers up to TLS 1.2.
  public var ciphers: String?
  /// OpenSSL's list of ciphers of TLS 1.3.
  public var ciphersuites: String?
  /// OpenSSL's list of groups.
  public var curves: String?
  /// OpenSSL's list of signature algorithms.
  public var signatureAlgorithms: String?
  /// 0 takes what nobody should use any more; nil is the library's.
  public var securityLevel: Int?
  /// The level that certificates are judged by, where it is another one.
  public var certificateLevel: Int?
  /// Whether to ask for a stapled OCSP response.
  public var wantsStaple = false
  public var usesTickets = true
  /// The time that certificates are looked at; nil is now.
  public var time: Instant?
  /// The most bytes that the peer's chain may have; nil is 100 KiB.
  public var chainLimit: Int?
  /// Gets the lines of a key log (SSLKEYLOGFILE).
  public var onKeyLog: ((String) -> Void)?

  public init() {}
}
