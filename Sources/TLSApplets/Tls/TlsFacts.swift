internal import Box
internal import Linux
internal import TLS

/// All that was seen of a server or a file.
struct TlsFacts {
  /// As given.
  let subject: String
  /// The name that must be in the certificate; nil where none is known.
  var name: String?
  var now: Instant
  var endpoint: Endpoint?
  var startTLS: StartTLS?

  var version: TLSVersion?
  var versionText: String?
  var cipher: String?
  var group: String?
  var alpn: String?
  var offeredALPN: [String] = []
  var isHandshakeDone = false
  var connectSeconds = 0.0
  var handshakeSeconds = 0.0

  /// As sent, or as in the file.
  var chain: [Certificate] = []
  /// As verified, to the root.
  var verifiedChain: [Certificate] = []
  var verdict: TLSVerdict?
  var trustCount = 0

  /// The stapled OCSP response; nil where none came.
  var staple: StapleCheck?
  var wantsClientCertificate = false
  var acceptableIssuers: [String] = []
  var gaveClientCertificate = false
  /// Seconds that the server's clock is ahead of ours, by its `Date`.
  var clockSkew: Double?

  var failure: TLSFailure?
  var startTLSFailure: StartTLSFailure?
  var connectFailure: Failure?
  /// What the peer says where it is not TLS.
  var speech: Speech?
  /// Whether TLS begins at once where STARTTLS was asked for.
  var speaksAtOnce = false

  /// A key beside the certificate: whether it belongs to it.
  var keyMatches: Bool?
  var keyText: String?

  init(_ subject: String, now: Instant) {
    self.subject = subject
    self.now = now
  }

  var isFile: Bool { endpoint == nil && connectFailure == nil }
}
