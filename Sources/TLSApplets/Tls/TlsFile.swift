internal import Box
internal import Linux
internal import TLS
internal import Target

/// Looks at the certificates and keys of a file.
struct TlsFile {
  private let name: String
  private let settings: TlsSettings

  init(_ name: String, _ settings: TlsSettings) throws(Failure) {
    self.name = name
    self.settings = settings
    if let option = ["connect", "starttls", "alpn"].first(where: { settings.words.has($0) }) {
      throw .usage("\(name): is a file; -\(option) is about servers")
    }
  }

  func read() throws(Failure) -> TlsFacts {
    let file = try settings.paths.location(name).contents(limit: Toolbox.fileLimit)
    var facts = TlsFacts(name, now: settings.context.clock.now())
    facts.name = settings.words.value("servername")
    facts.trustCount = settings.trust.count
    facts.chain = PEM.certificates(file).prefix(1000).compactMap { Certificate(der: $0) }
    try readKey(file, &facts)
    if facts.chain.isEmpty {
      if facts.keyText != nil { return facts }
      throw .message("\(name): neither a certificate nor a key in it")
    }
    try verify(&facts)
    return facts
  }

  /// A key of the file itself, or the one given.
  private func readKey(_ file: [UInt8], _ facts: inout TlsFacts) throws(Failure) {
    let isOwn = settings.key == nil
    if isOwn, !Self.hasKey(file) { return }
    do throws(TLSFailure) {
      let key = try PrivateKey(settings.key ?? file, password: settings.words.value("pass"))
      facts.keyText = key.publicKey.text
      if let certificate = facts.chain.first?.key {
        facts.keyMatches = certificate.isSame(as: key.publicKey)
      }
    } catch {
      if !isOwn {
        throw .message("\(settings.words.value("key") ?? name): \(error.description)")
      }
      facts.keyText = "a key that cannot be read: \(error.description)"
    }
  }

  private static func hasKey(_ file: [UInt8]) -> Bool {
    let wanted = "PRIVATE KEY-----".bytes
    guard let first = wanted.first, file.count >= wanted.count else { return false }
    return file.indices.contains { index in
      file[index] == first && file[index...].starts(with: wanted)
    }
  }

  private func verify(_ facts: inout TlsFacts) throws(Failure) {
    guard let first = facts.chain.first else { return }
    var verifier = ChainVerifier()
    verifier.trust = settings.trust
    verifier.untrusted = facts.chain.dropFirst().map { $0.der }
    verifier.time = facts.now
    verifier.securityLevel = 2
    if let name = facts.name {
      if IPAddress(name) == nil { verifier.hostName = name } else { verifier.address = name }
    }
    do throws(TLSFailure) {
      let outcome = try verifier.verify(first)
      facts.verdict = outcome.verdict
      facts.verifiedChain = outcome.chain
    } catch {
      throw .message("\(name): \(error.description)")
    }
  }
}
