public import Box
internal import Linux
internal import Report
internal import TLS
internal import Target

/// Shows on one screen what a TLS server or a certificate file is like, and whether clients would believe it.
public struct Tls: Command {
  public init() {}

  public static var manual: Manual<Tls> {
    Manual(
      "tls", "Show what a TLS server or certificate is like, with a verdict", family: .network,
      operands: "HOST[:PORT]|FILE...", grammar: .own,
      options: [
        .word("4", "", "IPv4 only; -6 IPv6 only"),
        .word("alpn", "LIST", "Protocols to offer (h2,http/1.1; none with -starttls)"),
        .word("cacert", "FILE", "Whom to believe: a bundle or a folder, of a target too"),
        .word("cert", "FILE", "Our certificate, for servers that want one"),
        .word("connect", "HOST:PORT", "Where to connect, if not to the operand"),
        .word("json", "", "As JSON"),
        .word("key", "FILE", "The key of -cert; with FILE operands: does it belong to them?"),
        .word("pass", "WORD", "The password of the key"),
        .word("servername", "NAME", "The name to send and to look for"),
        .word("starttls", "PROTOCOL", "One of smtp, imap, pop3, ftp, postgres, mysql, ldap …"),
        .word("timeout", "SECONDS", "For all of it (10)"),
      ],
      examples: [
        ("tls api.example.com", "Would clients believe this server, and for how long?"),
        ("tls -cacert @1:/etc/ssl/certs api:8443", "With the CAs that the target trusts"),
        ("tls -starttls postgres db:5432", "TLS to a database"),
        ("tls /proc/1/root/tls/tls.crt -key /proc/1/root/tls/tls.key", "Do they belong together?"),
      ],
      standard: "RFC 8446, RFC 5280, RFC 9525",
      deviations: [
        "status: 0 clients believe it, 1 they do not, 3 no TLS there, 4 no connection",
        "old versions and weak ciphers are accepted in order to show them",
        "the signature of a stapled OCSP response is not verified",
      ])
  }

  /// How it ended.
  enum Ending {
    static let distrusted: Int32 = 1
    static let noTLS: Int32 = 3
    static let noConnection: Int32 = 4
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let words = try WordOptions(
      operands, "", flags: "4 6 json",
      values: "alpn cacert cert connect key pass servername starttls timeout")
    guard !words.operands.isEmpty else { throw .usage("no host and no file given") }
    let settings = try TlsSettings(words, context)
    context.guardTerminal()
    var status: Int32 = 0
    for (index, operand) in words.operands.enumerated() {
      if index > 0, !settings.isJSON { context.output.line("") }
      status = max(status, try look(at: operand, settings, &context))
    }
    context.fail(status)
  }

  private func look(at operand: String, _ settings: TlsSettings, _ context: inout Context)
    throws(Failure) -> Int32
  {
    let facts: TlsFacts
    if try Self.isFile(operand, settings.paths) {
      facts = try TlsFile(operand, settings).read()
    } else {
      facts = try TlsProbe(operand, settings).run()
    }
    let findings = TlsFindings(facts)
    if settings.isJSON {
      context.output.line(TlsDocument(facts, findings).json.text)
    } else {
      TlsScreen(facts, findings, context.output).write()
    }
    return findings.status
  }

  /// Whether an operand is a path: by a slash, or because it is there.
  private static func isFile(_ operand: String, _ paths: Paths) throws(Failure) -> Bool {
    if operand.utf8.contains(UInt8(ascii: "/")) {
      // `https://…` is a place in the network.
      return !hasScheme(operand)
    }
    if operand.hasPrefix("@") { return true }
    return (try? paths.context.root.status(operand, follow: true)) != nil
  }

  private static func hasScheme(_ operand: String) -> Bool {
    let bytes = operand.bytes
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon + 2 < bytes.count else {
      return false
    }
    return bytes[colon + 1] == UInt8(ascii: "/") && bytes[colon + 2] == UInt8(ascii: "/")
      && bytes[..<colon].allSatisfy { $0 >= 0x61 && $0 <= 0x7A }
  }
}

/// The command line, read.
struct TlsSettings {
  let words: WordOptions
  let context: Context
  let paths: Paths
  let trust: Trust
  let isJSON: Bool
  let timeout: Double
  let startTLS: StartTLS?
  let family: IPAddress.Family?
  let certificate: [UInt8]?
  let key: [UInt8]?

  init(_ words: WordOptions, _ context: Context) throws(Failure) {
    self.words = words
    self.context = context
    paths = Paths(context)
    isJSON = words.has("json")
    family = words.has("4") ? .v4 : words.has("6") ? .v6 : nil
    var seconds = 10.0
    if let text = words.value("timeout") {
      guard let given = Double(argument: text), given > 0 else {
        throw .usage("-timeout: \(text): not a number of seconds")
      }
      seconds = given
    }
    timeout = seconds
    var found: StartTLS?
    if let name = words.value("starttls") {
      found = StartTLS(name)
      if found == nil { throw .usage("-starttls: \(name): not supported") }
    }
    startTLS = found
    let bundles = words.values("cacert")
    let files = TrustFiles(paths)
    trust = bundles.isEmpty ? try files.standard() : try files.load(bundles)
    certificate = try Self.file(words.value("cert"), paths)
    key = try Self.file(words.value("key"), paths)
  }

  private static func file(_ name: String?, _ paths: Paths) throws(Failure) -> [UInt8]? {
    guard let name else { return nil }
    return try paths.location(name).contents(limit: Toolbox.fileLimit)
  }
}
