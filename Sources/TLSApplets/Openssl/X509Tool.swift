internal import Box
internal import Linux
internal import TLS

/// `openssl x509`: what a certificate says, in the order asked for. openssl-x509(1).
struct X509Tool {
  private let options: WordOptions
  private let tools: Toolbox
  private let names: NameOptions
  private let text: TextOptions
  private let digest: Digest?

  init(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    let digests = arguments.filter { $0.hasPrefix("-") && Digest(String($0.dropFirst())) != nil }
    options = try WordOptions(
      arguments.filter { one in !digests.contains { $0.sameBytes(as: one) } }, "x509",
      flags: """
        noout nocert text fingerprint alias serial startdate enddate dates subject issuer email hash \
        subject_hash issuer_hash ocspid ocsp_uri purpose pubkey modulus
        """,
      values: """
        in inform out outform passin nameopt certopt dateopt ext checkend checkhost checkemail checkip
        """)
    try options.refuseOperands("x509")
    digest = digests.last.flatMap { Digest(String($0.dropFirst())) }
    self.tools = tools
    names = try tools.nameOptions(options)
    var text = TextOptions()
    for list in options.values("certopt") {
      do throws(TLSFailure) {
        try text.apply(list)
      } catch {
        throw .usage("x509: -certopt: \(error.description)")
      }
    }
    self.text = text
  }

  func run() throws(Failure) -> Int32 {
    let isDER = try tools.isDER("outform", options)
    _ = try tools.isDER("inform", options)
    let isISO = try usesISODates()
    let end = try options.number("checkend", "x509")
    let certificate = try tools.certificate(options.value("in"))
    var printed: [UInt8] = []
    for one in options.given { printed += try show(one, certificate, isISO) }
    try tools.write(printed, options)
    // As openssl has it: nothing follows -checkend.
    if let end { return check(certificate, end) }
    checkNames(certificate)
    if !options.has("noout"), !options.has("nocert") {
      try tools.write(isDER ? certificate.der : certificate.pem, options)
    }
    return ExitStatus.success
  }

  private func usesISODates() throws(Failure) -> Bool {
    switch options.value("dateopt") {
    case nil, "rfc_822": return false
    case "iso_8601": return true
    case let other?: throw .usage("x509: -dateopt: \(other): rfc_822 or iso_8601")
    }
  }

  /// What one option prints; nothing where it is none that prints.
  private func show(_ option: WordOptions.Given, _ certificate: Certificate, _ isISO: Bool)
    throws(Failure) -> [UInt8]
  {
    let validity =
      isISO
      ? certificate.validityISO : (certificate.notBeforeText, certificate.notAfterText)
    switch option.name {
    case "text": return certificate.text(names, text)
    case "subject": return certificate.subject.text(names, title: "subject=")
    case "issuer": return certificate.issuer.text(names, title: "issuer=")
    case "serial": return "serial=\(certificate.serial)\n".bytes
    case "startdate": return "notBefore=\(validity.0)\n".bytes
    case "enddate": return "notAfter=\(validity.1)\n".bytes
    case "dates": return "notBefore=\(validity.0)\nnotAfter=\(validity.1)\n".bytes
    case "hash", "subject_hash": return (hashText(certificate.subjectHash) + "\n").bytes
    case "issuer_hash": return (hashText(certificate.issuerHash) + "\n").bytes
    case "email": return certificate.emails.flatMap { ($0 + "\n").bytes }
    case "ocsp_uri": return certificate.ocspAddresses.flatMap { ($0 + "\n").bytes }
    case "alias": return "<No Alias>\n".bytes
    case "pubkey": return PEM.text("PUBLIC KEY", certificate.keyInfo)
    case "modulus": return modulus(certificate)
    case "purpose": return purposes(certificate)
    case "fingerprint": return try fingerprint(certificate)
    case "ocspid": return ocspIdentifiers(certificate)
    case "ext": return extensions(option.value, certificate)
    default: return []
    }
  }

  private func modulus(_ certificate: Certificate) -> [UInt8] {
    guard let number = certificate.key?.modulus else {
      return "Modulus=No modulus for this public key type\n".bytes
    }
    return "Modulus=\(digits(number))\n".bytes
  }

  private func purposes(_ certificate: Certificate) -> [UInt8] {
    var lines = "Certificate purposes:\n"
    for purpose in certificate.purposes {
      lines += "\(purpose.name) : \(purpose.isLeaf ? "Yes" : "No")\n"
      let verdict: String =
        switch purpose.caCode {
        case 0: "No"
        case 1: "Yes"
        default: "Yes (WARNING code=\(purpose.caCode))"
        }
      lines += "\(purpose.name) CA : \(verdict)\n"
    }
    return lines.bytes
  }

  private func fingerprint(_ certificate: Certificate) throws(Failure) -> [UInt8] {
    let chosen = digest ?? Digest("sha1")
    guard let chosen, let bytes = certificate.fingerprint(chosen.name) else {
      throw .message("x509: this digest is not known")
    }
    // Named as it was asked for, as openssl does.
    let title = digest == nil ? "SHA1" : chosen.name
    return "\(title) Fingerprint=\(colonText(bytes))\n".bytes
  }

  private func ocspIdentifiers(_ certificate: Certificate) -> [UInt8] {
    guard let sha1 = Digest("sha1") else { return [] }
    let subject = digits(sha1.of(certificate.subject.der))
    let key = digits(sha1.of(certificate.keyBits))
    return """
              Subject OCSP hash: \(subject)
              Public key OCSP hash: \(key)

      """.bytes
  }

  private func extensions(_ list: String, _ certificate: Certificate) -> [UInt8] {
    guard certificate.hasExtensions else {
      tools.context.note("x509: no extensions in the certificate")
      return []
    }
    var result: [UInt8] = []
    for name in list.split(separator: ",") {
      let found = certificate.text(extension: String(name)) ?? []
      if found.isEmpty { tools.context.note("x509: \(name): no such extension in the certificate") }
      result += found
    }
    return result
  }

  private func check(_ certificate: Certificate, _ seconds: Int) -> Int32 {
    let then = tools.context.clock.now().seconds.addingReportingOverflow(seconds)
    let isOver = certificate.notAfter.map { $0.seconds < then.partialValue } ?? true
    tools.output.line(isOver ? "Certificate will expire" : "Certificate will not expire")
    return isOver ? 1 : 0
  }

  private func checkNames(_ certificate: Certificate) {
    if let name = options.value("checkhost") {
      tell("Hostname", name, certificate.isForName(name))
    }
    if let email = options.value("checkemail") {
      tell("Email", email, certificate.isFor(email: email))
    }
    if let address = options.value("checkip") {
      tell("IP", address, IPAddress(address) != nil && certificate.isFor(address))
    }
  }

  private func tell(_ title: StaticString, _ name: String, _ isRight: Bool) {
    tools.output.line("\(title) \(name) does \(isRight ? "" : "NOT ")match certificate")
  }

  private func digits(_ bytes: [UInt8]) -> String {
    bytes.map { hexadecimal($0).asciiUppercased }.joined()
  }
}
