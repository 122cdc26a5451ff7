internal import Box
internal import Linux
internal import TLS

/// The facts on one screen.
struct TlsScreen {
  private let facts: TlsFacts
  private let findings: TlsFindings
  private let output: Output
  /// More certificates than these are counted only.
  private static let shownCertificates = 10

  init(_ facts: TlsFacts, _ findings: TlsFindings, _ output: Output) {
    self.facts = facts
    self.findings = findings
    self.output = output
  }

  func write() {
    output.line(safe(title))
    drawChain()
    if facts.isHandshakeDone || facts.isFile { agreement() }
    for finding in findings.all {
      output.line(safe("\(finding.weight.word): \(finding.text)"))
      if let fix = finding.fix { output.line(safe("  fix: \(fix)")) }
    }
    output.line(safe("verdict: \(findings.verdict)"))
  }

  private func safe(_ text: String) -> String { Sanitize.escaped(text) }

  private var title: String {
    var parts = [facts.subject]
    if let endpoint = facts.endpoint {
      let text = endpoint.description
      if !text.sameBytes(as: facts.subject) { parts.append("(\(text))") }
    }
    if let startTLS = facts.startTLS { parts.append("after STARTTLS of \(startTLS.name)") }
    if facts.isHandshakeDone {
      parts += [facts.versionText, facts.cipher, facts.group].compactMap { $0 }
      parts.append("connect \(milliseconds(facts.connectSeconds))")
      parts.append("handshake \(milliseconds(facts.handshakeSeconds))")
    }
    return parts.joined(separator: "  ")
  }

  private func milliseconds(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10000).rounded())
    return "\(tenths / 10).\(tenths % 10) ms"
  }

  // MARK: The chain

  private func drawChain() {
    let chain = facts.chain
    for (index, certificate) in chain.prefix(Self.shownCertificates).enumerated() {
      let indent = String(repeating: "   ", count: min(index, 6))
      let branch = index == 0 ? "" : "└─ "
      output.line(safe("\(indent)\(branch)\(index)  \(certificate.subject.text())"))
      let inner = indent + (index == 0 ? "   " : "      ")
      output.line(safe(inner + dates(certificate)))
      output.line(safe(inner + kind(certificate)))
      if index == 0 {
        output.line(safe(inner + "for " + TlsFindings.names(certificate, limit: 8)))
        output.line(safe(inner + "serial \(certificate.serial)"))
        if let bytes = certificate.fingerprint() {
          output.line(inner + "sha256 \(bytes.map { hexadecimal($0) }.joined())")
        }
      }
    }
    if chain.count > Self.shownCertificates {
      output.line("   … and \(chain.count - Self.shownCertificates) more")
    }
    drawRoot()
  }

  /// Who stands behind the chain, or who is missing.
  private func drawRoot() {
    guard let last = facts.chain.prefix(Self.shownCertificates).last, let verdict = facts.verdict
    else {
      return
    }
    let indent = String(repeating: "   ", count: min(facts.chain.count, 6))
    let known = facts.verifiedChain.last
    let isWhole = known.map { $0.isSelfIssued } ?? false
    let isTrusted = !verdict.problems.contains { [2, 18, 19, 20, 21].contains($0.code) }
    if isTrusted, let known, facts.verifiedChain.count > facts.chain.count || !last.isSelfIssued {
      output.line(safe("\(indent)└─ \(known.subject.text())  (trusted here)"))
    } else if !isTrusted, !isWhole {
      output.line(safe("\(indent)└─ ?  \((known ?? last).issuer.text())  (missing)"))
    }
  }

  private func dates(_ certificate: Certificate) -> String {
    let days = certificate.daysLeft(facts.now)
    let left: String =
      if let days { days < 0 ? "expired \(-days - 1) days ago" : "\(days) days left" } else {
        "no date"
      }
    return "\(left): \(certificate.notBeforeText) - \(certificate.notAfterText)"
  }

  private func kind(_ certificate: Certificate) -> String {
    var text =
      "\(certificate.key?.text ?? "a key of unknown kind"), \(certificate.signatureAlgorithm)"
    if certificate.isCA { text += ", CA" }
    if certificate.isSelfIssued { text += ", self-signed" }
    return text
  }

  // MARK: The rest

  private func agreement() {
    if let name = facts.name, let leaf = facts.chain.first {
      item(
        "name",
        leaf.isFor(name) ? "\(name) is in the certificate" : "\(name) is NOT in the certificate")
    }
    if let verdict = facts.verdict {
      item("trust", trust(verdict))
    }
    if let text = facts.keyText {
      let matches = facts.keyMatches.map {
        $0 ? ", belongs to the certificate" : ", does NOT belong to the certificate"
      }
      item("key", text + (matches ?? ""))
    }
    guard facts.isHandshakeDone else { return }
    if !facts.offeredALPN.isEmpty {
      item("alpn", facts.alpn ?? "none of \(facts.offeredALPN.joined(separator: ", "))")
    }
    item("staple", staple)
    item("client", client)
    if let skew = facts.clockSkew {
      let size = Int(skew.rounded())
      item("clock", size == 0 ? "same as ours" : "\(size > 0 ? "+" : "")\(size) s against ours")
    }
  }

  private func item(_ name: StaticString, _ text: String) {
    let padding = String(repeating: " ", count: max(1, 8 - name.utf8CodeUnitCount))
    output.line(safe("\(name)\(padding)\(text)"))
  }

  private func trust(_ verdict: TLSVerdict) -> String {
    guard let problem = verdict.problems.first(where: { ![62, 64].contains($0.code) }) else {
      return "the chain leads to a CA that is trusted here (of \(facts.trustCount))"
    }
    return "NOT trusted: \(problem.text) (\(problem.code), certificate \(problem.depth))"
  }

  private var staple: String {
    guard let staple = facts.staple else { return "no OCSP response sent" }
    if staple.status == nil, let problem = staple.problems.first {
      return "an OCSP response that " + problem
    }
    var text = "OCSP: " + staple.words
    if let time = staple.thisUpdate { text += ", from " + format(time.utc, "%Y-%m-%d %H:%M UTC") }
    if let time = staple.nextUpdate { text += " to " + format(time.utc, "%Y-%m-%d %H:%M UTC") }
    return text
  }

  private var client: String {
    guard facts.wantsClientCertificate else { return "no certificate of ours wanted" }
    let issuers = facts.acceptableIssuers
    if issuers.isEmpty { return "certificate wanted, of any CA" }
    let shown = issuers.prefix(4).joined(separator: "; ")
    return "certificate wanted, issued by: \(shown)"
      + (issuers.count > 4 ? " and \(issuers.count - 4) more" : "")
  }
}
