internal import Box
internal import Linux
internal import TLS

/// What `s_client` says of a session, in the words and the order of OpenSSL 3.0.
struct SClientReport {
  private let session: TLSSession
  private let options: SClientOptions
  private let output: Output
  private let names: NameOptions
  private let errors: Output
  private let now: Instant

  init(_ session: TLSSession, _ options: SClientOptions, _ output: Output, _ tools: Toolbox) {
    self.session = session
    self.options = options
    self.output = output
    errors = tools.context.errors
    now = tools.context.clock.now()
    // A list that is wrong was refused by those who connect.
    names = (try? tools.nameOptions(options.words)) ?? NameOptions()
  }

  func write() {
    if options.words.has("status") { staple() }
    let chain = session.peerChain
    if !chain.isEmpty {
      output.write("---\nCertificate chain\n")
      for (index, certificate) in chain.enumerated() { entry(index, certificate) }
    }
    output.write("---\n")
    let peer = session.peerCertificate
    if let peer {
      output.write("Server certificate\n")
      if !options.words.has("showcerts") { output.write(peer.pem) }
      output.write(peer.subject.text(names, title: "subject="))
      output.write(peer.issuer.text(names, title: "issuer="))
    } else {
      output.write("no peer certificate available\n")
    }
    output.write("---\n")
    issuers()
    signatures()
    output.write("---\n")
    output.line(
      "SSL handshake has read \(session.bytesRead) bytes and written \(session.bytesWritten) bytes")
    verification()
    output.write("---\n")
    agreement(peer)
    output.write("---\n")
  }

  private func staple() {
    let text = session.stapleText
    if text.isEmpty {
      output.write("OCSP response: no response sent\n")
    } else {
      output.write("OCSP response: \n======================================\n")
      output.write(text)
      output.write("======================================\n")
    }
    judgeStaple()
  }

  /// What the original leaves to the reader, beside the words of the verification.
  private func judgeStaple() {
    guard let bytes = session.staple, let leaf = session.peerCertificate else { return }
    let chain = session.peerChain + session.verifiedChain
    let check = StapleCheck(bytes, of: leaf, chain: chain, now: now)
    errors.line(Sanitize.escaped("OCSP staple: " + check.words))
    for problem in check.problems { errors.line("OCSP staple: " + problem) }
  }

  private func entry(_ index: Int, _ certificate: Certificate) {
    let place = (index < 10 ? " " : "") + String(index)
    output.write(certificate.subject.text(names, title: "\(place) s:"))
    output.write(certificate.issuer.text(names, title: "   i:"))
    let bits = certificate.key?.bits ?? 0
    output.line(
      "   a:PKEY: \(certificate.keyAlgorithm), \(bits) (bit); sigalg: "
        + certificate.signatureName)
    output.line(
      "   v:NotBefore: \(certificate.notBeforeText); NotAfter: \(certificate.notAfterText)")
    if options.words.has("showcerts") { output.write(certificate.pem) }
  }

  private func issuers() {
    let issuers = session.acceptableIssuers
    if issuers.isEmpty {
      output.write("No client certificate CA names sent\n")
    } else {
      output.write("Acceptable client certificate CA names\n")
      for name in issuers { output.line(name) }
    }
    let types = session.certificateTypes
    if !types.isEmpty { output.line("Client Certificate Types: " + types.joined(separator: ", ")) }
  }

  private func signatures() {
    let requested = session.requestedSignatures(shared: false)
    if !requested.isEmpty {
      output.line("Requested Signature Algorithms: " + requested.joined(separator: ":"))
      let shared = session.requestedSignatures(shared: true)
      if !shared.isEmpty, !options.isBrief {
        output.line("Shared Requested Signature Algorithms: " + shared.joined(separator: ":"))
      }
    }
    if options.isBrief { return }
    if let digest = session.peerSignatureDigest { output.line("Peer signing digest: \(digest)") }
    if let type = session.peerSignatureType { output.line("Peer signature type: \(type)") }
    if let key = session.exchangedKeyText { output.line("Server Temp Key: \(key)") }
  }

  private func verification() {
    let result = session.verdict.result
    guard result == 0 else {
      output.line("Verification error: \(TLSVerdict.text(result))")
      return
    }
    output.line("Verification: OK")
    if let name = session.verifiedName { output.line("Verified peername: \(name)") }
  }

  private func agreement(_ peer: Certificate?) {
    let state = session.isReused ? "Reused" : "New"
    output.line(
      "\(state), \(session.cipherVersion ?? "(NONE)"), Cipher is \(session.cipher ?? "(NONE)")")
    if let key = peer?.key { output.line("Server public key is \(key.bits) bit") }
    let renegotiation = session.supportsSecureRenegotiation ? "IS" : "IS NOT"
    output.line("Secure Renegotiation \(renegotiation) supported")
    output.write("Compression: NONE\nExpansion: NONE\n")
    if let protocolName = session.alpn {
      output.line("ALPN protocol: \(protocolName)")
    } else {
      output.line("No ALPN negotiated")
    }
    if session.isTLS13 {
      let result = session.verdict.result
      output.write("Early data was not sent\n")
      output.line("Verify return code: \(result) (\(TLSVerdict.text(result)))")
    } else {
      output.write(session.sessionText)
    }
  }

  func writeBrief() {
    output.write("CONNECTION ESTABLISHED\n")
    output.line("Protocol version: \(session.version)")
    output.line("Ciphersuite: \(session.cipher ?? "(NONE)")")
    signatures()
    if let peer = session.peerCertificate {
      let subject = String(bytes: peer.subject.text(names, title: "").dropLast())
      output.line("Peer certificate: " + Sanitize.escaped(subject))
      if let digest = session.peerSignatureDigest { output.line("Hash used: \(digest)") }
      if let type = session.peerSignatureType { output.line("Signature type: \(type)") }
      verification()
    } else {
      output.write("No peer certificate\n")
    }
    if let key = session.exchangedKeyText { output.line("Server Temp Key: \(key)") }
    output.flush()
  }
}
