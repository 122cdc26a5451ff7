internal import Box
internal import Linux
internal import TLS

/// `openssl verify`: builds and checks chains. openssl-verify(1).
struct VerifyTool {
  private let options: WordOptions
  private let tools: Toolbox

  init(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    options = try WordOptions(
      arguments, "verify",
      flags:
        "verbose show_chain partial_chain x509_strict no_check_time no-CAfile no-CApath trusted_first",
      values: """
        CAfile CApath trusted untrusted nameopt purpose verify_hostname verify_ip verify_email attime \
        auth_level verify_depth
        """)
    self.tools = tools
  }

  func run() throws(Failure) -> Int32 {
    var verifier = ChainVerifier()
    verifier.trust = try tools.trust(options)
    for file in options.values("untrusted") {
      verifier.untrusted += PEM.certificates(try tools.read(file))
    }
    verifier.hostName = options.value("verify_hostname")
    verifier.address = options.value("verify_ip")
    verifier.email = options.value("verify_email")
    verifier.purpose = options.value("purpose")
    verifier.acceptsPartialChain = options.has("partial_chain")
    verifier.isStrict = options.has("x509_strict")
    verifier.checksTime = !options.has("no_check_time")
    verifier.securityLevel = try options.number("auth_level", "verify")
    verifier.depth = try options.number("verify_depth", "verify")
    verifier.time = tools.context.clock.now()
    if let time = try options.number("attime", "verify") { verifier.time = Instant(seconds: time) }
    let names = try tools.nameOptions(options)
    var status = ExitStatus.success
    let files: [String?] = options.operands.isEmpty ? [nil] : options.operands
    for file in files where !(try verify(file, verifier, names)) { status = 2 }
    return status
  }

  private func verify(_ file: String?, _ verifier: ChainVerifier, _ names: NameOptions)
    throws(Failure) -> Bool
  {
    let certificate = try tools.certificate(file)
    let outcome = try tools.told("verify") { () throws(TLSFailure) in
      try verifier.verify(certificate)
    }
    let shown = Sanitize.escaped(file ?? "stdin")
    for (index, problem) in outcome.verdict.problems.enumerated() {
      let subject = outcome.subjects[index].map { $0.subject.text(names, title: "") } ?? []
      tools.output.flush()
      tools.context.errors.write(Sanitize.escaped(firstLine(subject)) + "\n")
      tools.context.errors.line(
        "error \(problem.code) at \(problem.depth) depth lookup: \(problem.text)")
    }
    guard outcome.verdict.isGood else {
      tools.context.errors.line("error \(shown): verification failed")
      tools.context.errors.flush()
      return false
    }
    tools.output.line("\(shown): OK")
    if options.has("show_chain") {
      tools.output.line("Chain:")
      for (depth, one) in outcome.chain.enumerated() {
        let subject = Sanitize.escaped(firstLine(one.subject.text(names, title: "")))
        let isUntrusted = depth < outcome.untrustedCount
        tools.output.line("depth=\(depth): \(subject)\(isUntrusted ? " (untrusted)" : "")")
      }
    }
    return true
  }

  private func firstLine(_ text: [UInt8]) -> String {
    String(bytes: text.last == 0x0A ? text.dropLast() : text[...])
  }
}

/// `openssl pkey`, `rsa` and `ec`: looks at keys. openssl-pkey(1).
struct KeyTool {
  private let options: WordOptions
  private let tools: Toolbox

  init(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    options = try WordOptions(
      arguments, tools.command,
      flags: "noout text text_pub check pubcheck pubin pubout modulus",
      values: "in inform out outform passin")
    try options.refuseOperands(tools.command)
    self.tools = tools
  }

  func run() throws(Failure) -> Int32 {
    let isDER = try tools.isDER("outform", options)
    let file = options.value("in")
    var key: PrivateKey?
    let publicKey: PublicKey
    if options.has("pubin") {
      let bytes = try tools.read(file)
      publicKey = try tools.told(tools.shown(file)) { () throws(TLSFailure) in
        try PublicKey(bytes)
      }
    } else {
      let read = try tools.privateKey(file, password: options.value("passin"))
      key = read
      publicKey = read.publicKey
    }
    try checkKind(publicKey)
    // openssl's pkey begins with it, the others end so.
    let checksFirst = tools.command.sameBytes(as: "pkey")
    var status = checksFirst ? check(key, publicKey) : ExitStatus.success
    if options.has("text") { tools.output.write(key?.printed ?? publicKey.printed) }
    if options.has("text_pub") { tools.output.write(publicKey.printed) }
    if options.has("modulus") {
      guard let number = publicKey.modulus else {
        throw .message("\(tools.shown(file)): no RSA key")
      }
      tools.output.line("Modulus=" + number.map { hexadecimal($0).asciiUppercased }.joined())
    }
    if !checksFirst { status = check(key, publicKey) }
    guard !options.has("noout") else { return status }
    guard options.has("pubout") || options.has("pubin") else {
      throw .usage("\(tools.command): private keys are not written; -noout or -pubout")
    }
    guard let der = publicKey.keyInfo else { throw .message("this kind of key cannot be written") }
    try tools.write(isDER ? der : PEM.text("PUBLIC KEY", der), options)
    return status
  }

  private func check(_ key: PrivateKey?, _ publicKey: PublicKey) -> Int32 {
    guard options.has("check") || options.has("pubcheck") else { return ExitStatus.success }
    let isGood = options.has("pubcheck") ? publicKey.check() : key?.check() ?? publicKey.check()
    tools.output.line(verdict(isGood))
    return isGood ? ExitStatus.success : ExitStatus.failure
  }

  private func checkKind(_ key: PublicKey) throws(Failure) {
    let isWanted =
      switch tools.command {
      case "rsa": key.type.hasPrefix("RSA")
      case "ec": key.type.sameBytes(as: "EC")
      default: true
      }
    if !isWanted { throw .message("\(tools.shown(options.value("in"))): is a key for \(key.type)") }
  }

  private func verdict(_ isGood: Bool) -> String {
    switch tools.command {
    case "rsa": isGood ? "RSA key ok" : "RSA key not ok"
    case "ec": isGood ? "EC Key valid." : "EC Key Invalid!"
    default: isGood ? "Key is valid" : "Key is invalid"
    }
  }
}

/// `openssl req`: looks at requests for certificates. openssl-req(1).
struct RequestTool {
  private let options: WordOptions
  private let tools: Toolbox

  init(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    options = try WordOptions(
      arguments, "req", flags: "noout text subject pubkey modulus verify",
      values: "in inform out outform nameopt")
    try options.refuseOperands("req")
    self.tools = tools
  }

  func run() throws(Failure) -> Int32 {
    let isDER = try tools.isDER("outform", options)
    let names = try tools.nameOptions(options)
    let file = options.value("in")
    guard let request = CertificateRequest(try tools.read(file)) else {
      throw .message("\(tools.shown(file)): no certificate request in it")
    }
    var status = ExitStatus.success
    if options.has("verify") {
      let isGood = request.isSelfSigned
      tools.context.errors.line(
        "Certificate request self-signature "
          + (isGood ? "verify OK" : "did not match the contents"))
      tools.context.errors.flush()
      if !isGood { status = ExitStatus.failure }
    }
    var printed: [UInt8] = []
    if options.has("pubkey") {
      guard let info = request.key?.keyInfo else {
        throw .message("this kind of key cannot be written")
      }
      printed += PEM.text("PUBLIC KEY", info)
    }
    if options.has("text") { printed += request.text(names) }
    if options.has("subject") { printed += request.subject(names) }
    if options.has("modulus") {
      let digits = request.key?.modulus.map { $0.map { hexadecimal($0).asciiUppercased }.joined() }
      printed += "Modulus=\(digits ?? "Wrong Algorithm type")\n".bytes
    }
    if !options.has("noout") { printed += isDER ? request.der : request.pem }
    try tools.write(printed, options)
    return status
  }
}

/// `openssl crl`: looks at lists of revoked certificates. openssl-crl(1).
struct CRLTool {
  private let options: WordOptions
  private let tools: Toolbox

  init(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    options = try WordOptions(
      arguments, "crl", flags: "noout text issuer lastupdate nextupdate hash fingerprint",
      values: "in inform out outform nameopt CAfile")
    try options.refuseOperands("crl")
    self.tools = tools
  }

  func run() throws(Failure) -> Int32 {
    let isDER = try tools.isDER("outform", options)
    let names = try tools.nameOptions(options)
    let file = options.value("in")
    guard let list = RevocationList(try tools.read(file)) else {
      throw .message("\(tools.shown(file)): no certificate revocation list in it")
    }
    var status = ExitStatus.success
    if let bundle = options.value("CAfile") {
      let isGood = PEM.certificates(try tools.read(bundle)).contains { der in
        Certificate(der: der).map { list.isSigned(by: $0) } ?? false
      }
      tools.context.errors.line(isGood ? "verify OK" : "verify failure")
      tools.context.errors.flush()
      if !isGood { status = ExitStatus.failure }
    }
    var printed: [UInt8] = []
    for one in options.given {
      switch one.name {
      case "issuer": printed += list.issuer(names)
      case "hash": printed += ("issuer name hash=" + hashText(list.issuerHash) + "\n").bytes
      case "lastupdate": printed += "lastUpdate=\(list.lastUpdate)\n".bytes
      case "nextupdate": printed += "nextUpdate=\(list.nextUpdate ?? "NONE")\n".bytes
      case "fingerprint":
        guard let digest = Digest("sha1") else { continue }
        printed += "SHA1 Fingerprint=\(colonText(list.fingerprint(digest)))\n".bytes
      default: continue
      }
    }
    if options.has("text") { printed += list.text(names) }
    if !options.has("noout") { printed += isDER ? list.der : list.pem }
    try tools.write(printed, options)
    return status
  }
}
