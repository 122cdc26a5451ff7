internal import Box
internal import Linux
internal import Report
internal import TLS

/// The facts as JSON.
struct TlsDocument {
  private let facts: TlsFacts
  private let findings: TlsFindings

  init(_ facts: TlsFacts, _ findings: TlsFindings) {
    self.facts = facts
    self.findings = findings
  }

  var json: JSON {
    var members: [(key: String, value: JSON)] = [("subject", .string(facts.subject))]
    members.append(("name", text(facts.name)))
    if !facts.isFile { members += connection }
    members.append(("chain", .array(facts.chain.map { certificate($0) })))
    if let name = facts.name, let leaf = facts.chain.first {
      members.append(("name_matches", .flag(leaf.isFor(name))))
    }
    if let verdict = facts.verdict {
      members.append(
        ("trusted", .flag(!verdict.problems.contains { ![62, 64].contains($0.code) })))
      members.append(("problems", .array(verdict.problems.map { problem($0) })))
    }
    if let key = facts.keyText {
      members.append(("key", .string(key)))
      members.append(("key_matches", facts.keyMatches.map { .flag($0) } ?? .null))
    }
    members.append(("findings", .array(findings.all.map { finding($0) })))
    members.append(("verdict", .string(findings.verdict)))
    members.append(("status", .number(Int(findings.status))))
    return .object(members)
  }

  private var connection: [(key: String, value: JSON)] {
    [
      ("address", text(facts.endpoint?.description)), ("starttls", text(facts.startTLS?.name)),
      ("version", text(facts.versionText)), ("cipher", text(facts.cipher)),
      ("group", text(facts.group)), ("alpn", text(facts.alpn)),
      ("connect_seconds", .decimal(facts.connectSeconds, digits: 6)),
      ("handshake_seconds", .decimal(facts.handshakeSeconds, digits: 6)),
      (
        "client_certificate",
        .object([
          ("wanted", .flag(facts.wantsClientCertificate)),
          ("issuers", .array(facts.acceptableIssuers.map { .string($0) })),
        ])
      ),
      ("staple", staple),
      ("clock_skew_seconds", facts.clockSkew.map { .number(Int($0.rounded())) } ?? .null),
    ]
  }

  private var staple: JSON {
    guard let staple = facts.staple else { return .null }
    return .object([
      ("status", .string(staple.words)), ("good", .flag(staple.isGood)),
      ("signer", text(staple.signer)), ("revoked", time(staple.revoked)),
      ("this_update", time(staple.thisUpdate)), ("next_update", time(staple.nextUpdate)),
      ("problems", .array(staple.problems.map { .string($0) })),
    ])
  }

  private func certificate(_ certificate: Certificate) -> JSON {
    .object([
      ("subject", .string(certificate.subject.text(.rfc2253))),
      ("issuer", .string(certificate.issuer.text(.rfc2253))),
      ("names", .array(certificate.alternativeNames.map { .string($0.description) })),
      ("not_before", time(certificate.notBefore)), ("not_after", time(certificate.notAfter)),
      ("days_left", certificate.daysLeft(facts.now).map { .number($0) } ?? .null),
      ("key", text(certificate.key?.text)),
      ("signature", .string(certificate.signatureAlgorithm)),
      ("serial", .string(certificate.serial)),
      ("sha256", text(certificate.fingerprint().map { $0.map { hexadecimal($0) }.joined() })),
      ("ca", .flag(certificate.isCA)),
      ("key_usage", .array(certificate.keyUsage.map { .string($0) })),
    ])
  }

  private func problem(_ problem: TLSVerdict.Problem) -> JSON {
    .object([
      ("code", .number(problem.code)), ("certificate", .number(problem.depth)),
      ("text", .string(problem.text)),
    ])
  }

  private func finding(_ finding: TlsFindings.Finding) -> JSON {
    .object([
      ("weight", .string(finding.weight.word.asciiLowercased)), ("text", .string(finding.text)),
      ("fix", text(finding.fix)),
    ])
  }

  private func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }

  /// Seconds since 1970.
  private func time(_ value: Instant?) -> JSON { value.map { .number($0.seconds) } ?? .null }
}
