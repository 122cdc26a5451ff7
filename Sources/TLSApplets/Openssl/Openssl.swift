public import Box
internal import Linux
internal import TLS

/// Looks at TLS servers, certificates and keys in the way of OpenSSL.
public struct Openssl: Command {
  public init() {}

  public static var manual: Manual<Openssl> {
    Manual(
      "openssl", "Look at TLS servers, certificates and keys", family: .network,
      operands: "COMMAND [OPTION]...", grammar: .own,
      options: clientWords + certificateWords + otherWords,
      examples: [
        ("openssl s_client -connect api:443 -servername api </dev/null", "What does it send?"),
        (
          "openssl s_client -connect db:5432 -starttls postgres -brief </dev/null",
          "TLS to a database"
        ),
        (
          "openssl x509 -in @1:/tls/tls.crt -noout -dates -ext subjectAltName",
          "A file of the target"
        ),
        ("openssl x509 -in tls.crt -noout -checkend 86400", "Does it last another day?"),
        ("openssl verify -CAfile ca.crt -untrusted chain.crt tls.crt", "Is the chain whole?"),
      ],
      standard: "OpenSSL 3.0 openssl(1)",
      deviations: [
        "commands: crl, dgst, ec, pkey, rand, req, rsa, s_client, verify, version, x509",
        "nothing is signed or made but random bytes and digests; keys are read, never written",
        "the CA bundle of the image is the default, SSL_CERT_FILE and SSL_CERT_DIR change it",
        "s_client: no sessions are saved or resumed; times out after 30 seconds of silence in the handshake",
      ])
  }

  private static var clientWords: [Option<Openssl>] {
    [
      .word("connect", "HOST:PORT", "s_client: where to connect; -host and -port as well"),
      .word("servername", "NAME", "s_client: the name sent (SNI); -noservername sends none"),
      .word("showcerts", "", "s_client: all certificates that the server sends"),
      .word(
        "starttls", "PROTOCOL",
        "s_client: smtp, lmtp, pop3, imap, ftp, xmpp, xmpp-server, nntp, sieve, postgres, mysql, ldap"
      ),
      .word("verify_return_error", "", "s_client: end where the certificate cannot be believed"),
      .word(
        "verify_hostname", "NAME", "s_client, verify: the name that must be in the certificate"),
      .word("brief", "", "s_client: a summary only; -quiet nothing but what the server says"),
      .word("alpn", "LIST", "s_client: protocols to offer, h2,http/1.1"),
      .word(
        "tls1_2", "", "s_client: this version only; -tls1, -tls1_1, -tls1_3, -no_tls1_3 and so on"),
      .word("status", "", "s_client: ask for the OCSP response"),
      .word("proxy", "HOST:PORT", "s_client: through an HTTP proxy, by CONNECT"),
      .word("cert", "FILE", "s_client: our certificate, with -key FILE and -pass SOURCE"),
      .word("CAfile", "FILE", "s_client, verify: whom to believe; -CApath FOLDER"),
    ]
  }

  private static var certificateWords: [Option<Openssl>] {
    [
      .word("in", "FILE", "All but s_client: the file, in a target too (@1:/tls.crt)"),
      .word("noout", "", "No PEM at the end"),
      .word("text", "", "x509, req, crl, pkey, rsa, ec: in words"),
      .word("dates", "", "x509: from when to when; -startdate, -enddate, -dateopt iso_8601"),
      .word(
        "subject", "",
        "x509, req: whose it is; -issuer, -serial, -email, -hash, -ocsp_uri, -purpose"),
      .word("ext", "LIST", "x509: extensions, subjectAltName,keyUsage"),
      .word("fingerprint", "", "x509: the digest, by -sha256 or another"),
      .word(
        "checkend", "SECONDS",
        "x509: status 1 where it is over by then; -checkhost, -checkip, -checkemail"),
      .word("pubkey", "", "x509, req: its key; -modulus"),
      .word("nameopt", "LIST", "How names are written: oneline, RFC2253, multiline, utf8"),
      .word("inform", "FORM", "PEM or DER, which is recognised anyway; -outform, -out FILE"),
    ]
  }

  private static var otherWords: [Option<Openssl>] {
    [
      .word("check", "", "pkey, rsa, ec: whether its parts belong together"),
      .word("pubout", "", "pkey, rsa, ec: the public half"),
      .word(
        "untrusted", "FILE", "verify: certificates between; -show_chain, -partial_chain, -purpose"),
      .word(
        "hmac", "KEY", "dgst: with a key; -r, -c, -binary, -verify KEY -signature FILE, -sign KEY"),
      .word("hex", "", "rand: as digits; -base64"),
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let command = operands.first else {
      throw .usage("no command given; openssl --help lists them")
    }
    let arguments = Array(operands.dropFirst())
    let tools = Toolbox(command, context)
    context.guardTerminal()
    switch command {
    case "s_client":
      context.fail(try SClient(arguments, tools).run())
    case "x509": context.fail(try X509Tool(arguments, tools).run())
    case "verify": context.fail(try VerifyTool(arguments, tools).run())
    case "pkey", "rsa", "ec": context.fail(try KeyTool(arguments, tools).run())
    case "req": context.fail(try RequestTool(arguments, tools).run())
    case "crl": context.fail(try CRLTool(arguments, tools).run())
    case "rand": try RandTool(arguments, tools).run()
    case "version": try version(arguments, tools)
    case "dgst": context.fail(try DigestTool(arguments, tools).run())
    default:
      if Digest(command) != nil {
        context.fail(try DigestTool(["-" + command] + arguments, tools).run())
        return
      }
      throw .usage("\(command): this command is not supported; openssl --help lists what is")
    }
  }

  private func version(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    let options = try WordOptions(arguments, "version", flags: "a v b p d r", values: "")
    try options.refuseOperands("version")
    let shows = { (name: StaticString) in options.has(name) || options.has("a") }
    if options.given.isEmpty || shows("v") {
      let text = LibraryVersion.text(0)
      tools.output.line("\(text) (Library: \(text))")
    }
    if shows("b") { tools.output.line(LibraryVersion.text(2)) }
    if shows("p") { tools.output.line(LibraryVersion.text(3)) }
    if shows("d") { tools.output.line("OPENSSLDIR: none, nothing is read from it") }
    if shows("r") { tools.output.line("Seeding source: os-specific") }
  }
}
