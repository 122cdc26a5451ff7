public import Box
internal import DNS
internal import HTTP
internal import Linux
internal import Target
internal import TLS

/// Fetches files over HTTP and HTTPS, GNU wget(1).
public struct Wget: Command {
  let settings = WgetSettings()

  public init() {}

  public static var manual: Manual<Wget> {
    Manual(
      "wget", "Fetch files over HTTP and HTTPS", family: .network, operands: "URL...",
      options: outputOptions + requestOptions + connectionOptions,
      examples: [
        ("wget -qO- http://api:8080/healthz", "Show a page"),
        ("wget -S --spider http://api/", "The head only"),
        ("wget -P @1:/tmp http://store/heap.jar", "Put a file into the target"),
        ("wget -c http://store/dump.hprof", "Go on where it was interrupted"),
      ],
      standard: "GNU wget 1.21 wget(1)",
      deviations: [
        "no recursion, no FTP; timestamping (-N) and HSTS are left out",
        "certificates are verified against the image's CAs, or those of --ca-certificate",
        "control characters are escaped where a terminal would get them; -O - in a pipe writes them",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let session = try WgetSession(settings, context)
    var urls = operands
    if let path = settings.inputFile { urls += try session.lines(path) }
    if urls.isEmpty { throw .usage("missing URL") }
    let status = session.run(urls)
    if status != 0 { throw .quiet(status) }
  }
}

/// The options of wget.
final class WgetSettings {
  enum Verbosity { case verbose, brief, quiet }

  var verbosity = Verbosity.verbose
  var showsProgress: Bool?
  var showsServerResponse = false
  var savesHeaders = false
  var isSpider = false
  var document: String?
  var prefix: String?
  var log: (path: String, appends: Bool)?
  var inputFile: String?
  var resumes = false
  var keepsExisting = false
  var usesContentDisposition = false
  var tries = 20
  var wait = 0.0
  var retriesRefused = false
  var timeout = 900.0
  var connectTimeout: Double?
  var rateLimit: Int?
  var maximumRedirects = 20
  var usesProxy = true
  var headers: [String] = []
  var agent: String?
  var referer: String?
  var method: String?
  var body: Body?
  var user: String?
  var password: String?
  var compresses = false
  var cookieFile: String?
  var jar: String?
  var connect = ConnectOptions()
  var isInsecure = false
  var authorities: [String] = []
  var certificate: String?
  var privateKey: String?
  var minimumTLS: TLSVersion?

  enum Body { case data(String), file(String) }

  init() {
    // Addresses are tried one after the other.
    connect.headStart = 1e6
  }
}

extension Wget {
  private static func on(
    _ short: StaticString?, _ long: StaticString, _ help: StaticString,
    _ set: @escaping (WgetSettings) -> Void
  ) -> Option<Wget> {
    .flag(short, long, help) { set($0.settings) }
  }

  private static func text(
    _ short: StaticString?, _ long: StaticString, _ metavariable: StaticString,
    _ help: StaticString, _ set: @escaping (WgetSettings, String) -> Void
  ) -> Option<Wget> {
    .value(short, long, metavariable, help) { (options: inout Wget, value: String) in
      set(options.settings, value)
    }
  }

  private static func seconds(
    _ short: StaticString?, _ long: StaticString, _ help: StaticString,
    _ set: @escaping (WgetSettings, Double) -> Void
  ) -> Option<Wget> {
    .parsed(short, long, "SECONDS", help) { options, text throws(Failure) in
      guard let value = parseDouble(text), value >= 0, value < 1e9 else {
        throw .usage("--\(long): \(text): not a number of seconds")
      }
      // 0 is no limit.
      set(options.settings, value == 0 ? 1e9 : value)
    }
  }

  private static var outputOptions: [Option<Wget>] {
    [
      text("O", "output-document", "FILE", "Write all to FILE, - is standard output") {
        $0.document = $1
      },
      text("P", "directory-prefix", "FOLDER", "Put files into FOLDER") { $0.prefix = $1 },
      text("o", "output-file", "FILE", "Write messages to FILE") { $0.log = ($1, false) },
      text("a", "append-output", "FILE", "Append messages to FILE") { $0.log = ($1, true) },
      text("i", "input-file", "FILE", "Fetch the URLs in FILE") { $0.inputFile = $1 },
      on("q", "quiet", "Say nothing") { $0.verbosity = .quiet },
      on("v", "verbose", "Say what happens; the default") { $0.verbosity = .verbose },
      on(nil, "no-verbose", "Say little; -nv") { $0.verbosity = .brief },
      .parsed("n", nil, "LETTER", "-nv: say little; -nc: leave files that are there") {
        options, text throws(Failure) in
        for letter in text.unicodeScalars {
          switch letter {
          case "v": options.settings.verbosity = .brief
          case "c": options.settings.keepsExisting = true
          // What it never does.
          case "d", "p", "H": break
          default: throw .usage("-n\(letter): unknown option")
          }
        }
      },
      on(nil, "no-clobber", "Leave files that are there; -nc") { $0.keepsExisting = true },
      on("c", "continue", "Go on where the file ends") { $0.resumes = true },
      .parsed(nil, "progress", "KIND", "As bar or dot; dot where there is no terminal") {
        options, text throws(Failure) in
        guard text.hasPrefix("bar") || text.hasPrefix("dot") else {
          throw .usage("--progress: \(text): neither bar nor dot")
        }
        options.settings.showsProgress = true
      },
      on(nil, "show-progress", "Show progress with -q and -nv, too") { $0.showsProgress = true },
      on(nil, "no-show-progress", "Show no progress") { $0.showsProgress = false },
      on("S", "server-response", "Show the heads of responses") { $0.showsServerResponse = true },
      on(nil, "save-headers", "Write the head in front of the body") { $0.savesHeaders = true },
      on(nil, "spider", "Look whether it is there, and fetch nothing") { $0.isSpider = true },
      on(nil, "content-disposition", "Call files as the server does") {
        $0.usesContentDisposition = true
      },
      on(nil, "no-hsts", "Keep no list of hosts, as it never does") { _ in },
      .refused("r", "recursive", "only what URLs name is fetched"),
      .refused("m", "mirror", "only what URLs name is fetched"),
      .refused("p", "page-requisites", "only what URLs name is fetched"),
      .refused("N", "timestamping", "curl -z compares times"),
      .refused("b", "background", "the shell does it: wget … &"),
    ]
  }

  private static var requestOptions: [Option<Wget>] {
    [
      text(nil, "header", "LINE", "Send this header, in place of ours") { $0.headers.append($1) },
      text(nil, "post-data", "DATA", "POST it") {
        $0.method = $0.method ?? "POST"
        $0.body = .data($1)
      },
      text(nil, "post-file", "FILE", "POST what is in FILE") {
        $0.method = $0.method ?? "POST"
        $0.body = .file($1)
      },
      text(nil, "method", "METHOD", "Ask with METHOD") { $0.method = $1.asciiUppercased },
      text(nil, "body-data", "DATA", "Send it with --method") { $0.body = .data($1) },
      text(nil, "body-file", "FILE", "Send what is in FILE with --method") { $0.body = .file($1) },
      text("U", "user-agent", "NAME", "Who we say we are") { $0.agent = $1 },
      text(nil, "referer", "URL", "Where we say we come from") { $0.referer = $1 },
      text(nil, "user http-user", "USER", "Log in as USER, by Basic") { $0.user = $1 },
      text(nil, "password http-password", "PASSWORD", "Log in with PASSWORD") {
        $0.password = $1
      },
      .parsed(nil, "compression", "KIND", "One of auto, gzip, none; none unless told") {
        options, text throws(Failure) in
        guard ["auto", "gzip", "none"].contains(text) else {
          throw .usage("--compression: \(text): auto, gzip or none")
        }
        options.settings.compresses = text != "none"
      },
      text(nil, "load-cookies", "FILE", "Send the cookies in FILE") { $0.cookieFile = $1 },
      text(nil, "save-cookies", "FILE", "Write cookies to FILE at the end") { $0.jar = $1 },
      .value(nil, "max-redirect", "NUM", "Follow at most NUM redirects; 20") {
        $0.settings.maximumRedirects = max(0, $1)
      },
    ]
  }

  private static var connectionOptions: [Option<Wget>] {
    [
      .value("t", "tries", "NUM", "Try NUM times, 0 for ever; 20") {
        $0.settings.tries = $1 <= 0 ? .max : $1
      },
      on(nil, "retry-connrefused", "Try again where the connection is refused, too") {
        $0.retriesRefused = true
      },
      seconds("T", "timeout", "Wait so long for anything; 900") {
        $0.timeout = $1
        $0.connectTimeout = $1
      },
      seconds(nil, "connect-timeout", "Wait so long for a connection") { $0.connectTimeout = $1 },
      seconds(nil, "dns-timeout", "Wait so long for a name, as for a connection") {
        $0.connectTimeout = $1
      },
      seconds(nil, "read-timeout", "Wait so long for data; 900") { $0.timeout = $1 },
      seconds("w", "wait", "Wait so long between files") { $0.wait = $1 },
      .parsed(nil, "limit-rate", "BYTES", "The most bytes a second") {
        options, text throws(Failure) in
        guard let value = CurlSize.parse(text) else {
          throw .usage("--limit-rate: \(text): not a number of bytes")
        }
        options.settings.rateLimit = value
      },
      .parsed("Y", "proxy", "ON|OFF", "Whether to go through the proxy of the environment") {
        options, text throws(Failure) in
        guard text == "on" || text == "off" else { throw .usage("-Y: \(text): on or off") }
        options.settings.usesProxy = text == "on"
      },
      on(nil, "no-proxy", "Go directly") { $0.usesProxy = false },
      text(nil, "bind-address", "ADDRESS", "From this address") { $0.connect.interface = $1 },
      on("4", "inet4-only", "IPv4 only") { $0.connect.family = .v4 },
      on("6", "inet6-only", "IPv6 only") { $0.connect.family = .v6 },
      on(nil, "no-check-certificate", "Accept any certificate") { $0.isInsecure = true },
      text(nil, "ca-certificate", "FILE", "Whom to trust; in a target, too") {
        $0.authorities.append($1)
      },
      text(nil, "ca-directory", "FOLDER", "Whom to trust: all certificates of a folder") {
        $0.authorities.append($1)
      },
      text(nil, "certificate", "FILE", "Our certificate, PEM") { $0.certificate = $1 },
      text(nil, "private-key", "FILE", "The key of our certificate, PEM") { $0.privateKey = $1 },
      .parsed(nil, "secure-protocol", "VERSION", "One of auto, TLSv1_2, TLSv1_3") {
        options, text throws(Failure) in
        switch text {
        case "auto": options.settings.minimumTLS = nil
        case "TLSv1": options.settings.minimumTLS = .tls10
        case "TLSv1_1": options.settings.minimumTLS = .tls11
        case "TLSv1_2": options.settings.minimumTLS = .tls12
        case "TLSv1_3": options.settings.minimumTLS = .tls13
        default: throw .usage("--secure-protocol: \(text): not a version of TLS")
        }
      },
    ]
  }
}
