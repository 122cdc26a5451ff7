internal import Box
internal import Linux
internal import TLS

/// What of the facts matters, in words: problems that keep clients out, and remarks.
struct TlsFindings {
  enum Weight: Sendable {
    /// Clients stay out.
    case problem
    case warning
    case note

    var word: String {
      switch self {
      case .problem: "PROBLEM"
      case .warning: "warning"
      case .note: "note"
      }
    }
  }

  struct Finding {
    let weight: Weight
    let text: String
    let fix: String?
  }

  private(set) var all: [Finding] = []
  private(set) var status: Int32 = ExitStatus.success

  /// Days from which on an end is worth a warning.
  private static let soon = 14
  /// Seconds by which clocks may differ.
  private static let skew = 60.0

  init(_ facts: TlsFacts) {
    if let failure = facts.connectFailure {
      add(.problem, "no connection: \(failure.text ?? "")", failure.advice)
      status = Tls.Ending.noConnection
      return
    }
    look(atFailures: facts)
    look(atChain: facts)
    look(atVerdict: facts)
    look(atAgreement: facts)
    if status == ExitStatus.success, all.contains(where: { $0.weight == .problem }) {
      status = Tls.Ending.distrusted
    }
  }

  /// One line for all.
  var verdict: String {
    guard let first = all.first(where: { $0.weight == .problem }) else {
      return all.contains { $0.weight == .warning } ? "OK, with warnings" : "OK"
    }
    return first.text
  }

  private mutating func add(_ weight: Weight, _ text: String, _ fix: String? = nil) {
    all.append(Finding(weight: weight, text: text, fix: fix))
  }

  private mutating func look(atFailures facts: TlsFacts) {
    if let failure = facts.startTLSFailure {
      status = Tls.Ending.noTLS
      let name = facts.startTLS?.name ?? ""
      if facts.speaksAtOnce {
        add(
          .problem, "this port speaks TLS from the start, not \(name) first", "leave -starttls out")
      } else if let advice = facts.speech?.advice {
        add(.problem, "no \(name): the server speaks \(advice.name)", advice.fix)
      } else {
        add(.problem, "no STARTTLS of \(name): \(failure.description)")
      }
      return
    }
    guard let failure = facts.failure else { return }
    if facts.wantsClientCertificate, case .alert(let number) = failure.kind,
      [40, 42, 43, 44, 45, 46, 48, 49, 116].contains(number)
    {
      let text =
        facts.gaveClientCertificate
        ? "the server refuses our certificate: \(alertName(number))"
        : "the server requires a client certificate: \(alertName(number))"
      add(.problem, text, facts.gaveClientCertificate ? nil : "-cert FILE -key FILE")
      return
    }
    if facts.isHandshakeDone { return add(.warning, failure.description) }
    status = Tls.Ending.noTLS
    if let advice = facts.speech?.advice {
      add(.problem, "no TLS on this port: it speaks \(advice.name)", advice.fix)
    } else if failure.kind == .truncated, facts.speech == nil {
      add(
        .problem, "no TLS on this port: the server closed the connection at our hello",
        "it may want a name (-servername), or speak something else")
    } else if failure.kind == .timedOut, facts.speech == nil {
      add(
        .problem,
        "no answer to our hello: the server waits for something else, or packets get lost",
        "a protocol with STARTTLS? a path MTU too small?")
    } else {
      add(.problem, "the handshake fails: \(failure.description)", Self.advice(failure))
    }
  }

  private static func advice(_ failure: TLSFailure) -> String? {
    switch failure.kind {
    case .alert(112): "the server does not know the name: -servername"
    case .alert(120): "none of the protocols of -alpn"
    case .alert(70), .noCommonGround: "it has no version or cipher that is still in use"
    case .alert(40):
      "no cipher in common, or a name (-servername) or a client certificate is missing"
    default: nil
    }
  }

  // MARK: The chain as it is sent

  private mutating func look(atChain facts: TlsFacts) {
    guard let leaf = facts.chain.first else { return }
    for (index, certificate) in facts.chain.enumerated() {
      look(atDates: certificate, index, facts.now)
      if let key = certificate.key, key.isWeak {
        add(.warning, "certificate \(index): \(key.text) is too short for today's clients")
      }
      if certificate.signatureAlgorithm.asciiLowercased.hasPrefix("sha1"), !certificate.isSelfIssued
      {
        add(.warning, "certificate \(index): signed with SHA-1, which clients refuse")
      }
    }
    if !leaf.alternativeNames.contains(where: { if case .dns = $0 { true } else { false } }),
      !leaf.alternativeNames.contains(where: { if case .address = $0 { true } else { false } }),
      !leaf.isCA
    {
      add(.warning, "no subjectAltName: clients that ignore the common name find no name in it")
    }
    if !facts.isFile, !leaf.isMeant(forServers: true) {
      add(.warning, "its extended key usage is not for servers")
    }
    look(atOrder: facts.chain, isFile: facts.isFile)
  }

  private mutating func look(atDates certificate: Certificate, _ index: Int, _ now: Instant) {
    guard let begin = certificate.notBefore, let end = certificate.notAfter,
      let days = certificate.daysLeft(now)
    else {
      add(.warning, "certificate \(index): its dates cannot be read")
      return
    }
    if begin > now {
      let hours = Double(begin.seconds - now.seconds) / 3600
      let fix = hours < 24 ? "is this clock \(Int(hours.rounded(.up))) hours late?" : nil
      add(.problem, "certificate \(index): not valid before \(certificate.notBeforeText)", fix)
    } else if end < now {
      add(.problem, "certificate \(index): expired \(-days - 1) days ago")
    } else if days < Self.soon, !certificate.isSelfIssued || index == 0 {
      add(.warning, "certificate \(index): expires in \(days) days")
    }
  }

  private mutating func look(atOrder chain: [Certificate], isFile: Bool) {
    for index in chain.indices.dropLast() {
      let (this, next) = (chain[index], chain[index + 1])
      if this.isSelfIssued {
        if !isFile || index == 0 {
          add(.note, "what follows the self-signed certificate \(index) belongs to no chain")
        }
        return
      }
      if this.isIssued(by: next) { continue }
      if let place = chain.indices.first(where: { this.isIssued(by: chain[$0]) }) {
        add(
          .warning, "out of order: the issuer of certificate \(index) is number \(place)",
          "some clients need each to be followed by its issuer")
      } else {
        add(.warning, "certificate \(index + 1) did not issue certificate \(index)")
      }
      return
    }
    if !isFile, chain.count > 1, let last = chain.last, last.isSelfIssued {
      add(.note, "the root is sent too, which nobody needs")
    }
  }

  // MARK: The verdict

  private mutating func look(atVerdict facts: TlsFacts) {
    if let matches = facts.keyMatches, !matches {
      add(.problem, "the key does not belong to the certificate")
    }
    guard let verdict = facts.verdict else { return }
    var hasTrustProblem = false
    for problem in verdict.problems {
      switch problem.code {
      // Told by the dates above.
      case 9, 10: continue
      case 2, 18, 19, 20, 21:
        if hasTrustProblem { continue }
        hasTrustProblem = true
        distrust(problem, facts)
      case 62, 64:
        let names = facts.chain.first.map { Self.names($0, limit: 6) } ?? ""
        add(
          .problem, "not for \(facts.name ?? ""): the certificate is for \(names)",
          "use one of these names, or -servername")
      default: add(.problem, "certificate \(problem.depth): \(problem.words)")
      }
    }
  }

  /// Says who is not trusted, and whether somebody is missing in between.
  private mutating func distrust(_ problem: TLSVerdict.Problem, _ facts: TlsFacts) {
    guard let leaf = facts.chain.first else { return }
    if facts.trustCount == 0 {
      add(.problem, "nobody is trusted here: there is no CA bundle", "-cacert FILE")
    } else if problem.code == 18 || leaf.isSelfIssued {
      add(
        facts.isFile && leaf.isCA ? .note : .problem, "self-signed, and not trusted here",
        "-cacert FILE")
    } else if problem.code == 19 {
      let root = facts.verifiedChain.last?.subject.short ?? ""
      add(.problem, "the root \(root) is not trusted here", "-cacert FILE")
    } else {
      let top = facts.verifiedChain.last ?? leaf
      let issuer = top.issuer.short
      if let place = top.issuerAddresses.first {
        add(
          .problem, "incomplete: the intermediate \(issuer) is neither sent nor trusted",
          "the server must send it; it is at \(place)")
      } else {
        add(
          .problem, "issued by \(issuer), which is neither sent nor trusted here",
          "a private CA: -cacert FILE; or an intermediate that the server must send")
      }
    }
  }

  /// The first names of a certificate.
  static func names(_ certificate: Certificate, limit: Int) -> String {
    var names = certificate.alternativeNames.map { $0.description }
    if names.isEmpty, let common = certificate.subject.commonName { names = [common] }
    if names.isEmpty { return "no name at all" }
    let shown = names.prefix(limit).joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }

  // MARK: What was agreed on

  private mutating func look(atAgreement facts: TlsFacts) {
    if let version = facts.version, version == .tls10 || version == .tls11 {
      add(.problem, "\(version.description) is all it speaks: today's clients refuse it")
    }
    if let cipher = facts.cipher, Self.isOld(cipher) {
      add(.warning, "\(cipher): an old cipher, without forward secrecy or with CBC")
    }
    if let staple = facts.staple {
      if staple.status == .revoked { add(.problem, "the stapled response says: " + staple.words) }
      for problem in staple.problems { add(.warning, "the stapled OCSP response " + problem) }
      if case .refused = staple.status {
        add(.warning, "the stapled OCSP response has no answer: " + staple.words)
      }
    } else if facts.isHandshakeDone, let leaf = facts.chain.first, leaf.mustStaple {
      add(.problem, "the certificate demands a stapled OCSP response, and none is sent")
    }
    if let skew = facts.clockSkew, skew > Self.skew || skew < -Self.skew {
      let size = Int(skew.rounded())
      add(
        .warning,
        "the server's clock is \(size < 0 ? -size : size) seconds \(size < 0 ? "behind" : "ahead of") ours",
        "one of both clocks is wrong, which breaks validity checks")
    }
    if facts.wantsClientCertificate, !facts.gaveClientCertificate, facts.failure == nil {
      add(.note, "the server asks for a client certificate, and does without one")
    }
  }

  private static func isOld(_ cipher: String) -> Bool {
    if cipher.hasPrefix("TLS_") { return false }
    let hasSecrecy = cipher.hasPrefix("ECDHE") || cipher.hasPrefix("DHE")
    let isSealed =
      cipher.hasSuffix("POLY1305")
      || cipher.split(separator: "-").contains { $0 == "GCM" || $0 == "CCM" }
    return !hasSecrecy || !isSealed
  }
}
