public import Box
internal import HTTP
internal import Linux

/// Shows where the time of an HTTP request goes: names, TCP, TLS, request, wait and transfer.
public struct Http: Command {
  let settings = HttpSettings()

  public init() {}

  public static var manual: Manual<Http> {
    Manual(
      "http", "Show where the time of an HTTP request goes", family: .network, operands: "URL",
      options: options,
      examples: [
        ("http https://api.default/healthz", "Each phase, with every DNS query"),
        ("http -n 50 --interval 0.2 http://api:8080/", "Percentiles, and which phase is late"),
        ("http -L --json http://shop/", "Redirects, for programs"),
        ("http -k -X POST -d '{}' -H 'Content-Type: application/json' https://api/", "A POST"),
      ],
      standard: "none; the idea is that of httpstat",
      deviations: [
        "ends with 22 where the answer is 400 or more, else with curl's statuses",
        "each request has a connection and lookups of its own",
      ])
  }

  private static var options: [Option<Http>] {
    [
      .flag("k", "insecure", "Accept any certificate") { $0.settings.isInsecure = true },
      .flag("I", "head", "Ask for the head only") { $0.settings.method = "HEAD" },
      .flag("L", "location", "Follow redirects, at most 20") { $0.settings.follows = true },
      .value("X", "request", "METHOD", "Ask with METHOD") { $0.settings.method = $1 },
      .value("d", "data", "DATA", "POST it; @FILE reads it") { $0.settings.data = $1 },
      .value("H", "header", "LINE", "Send this header") { (options: inout Http, line: String) in
        options.settings.headers.append(line)
      },
      .value(nil, "cacert", "FILE", "Whom to trust; in a target, too") {
        $0.settings.authority = $1
      },
      .value("n", "count", "NUM", "Ask NUM times") {
        $0.settings.count = max(1, min($1, 1_000_000))
      },
      .parsed(nil, "interval", "SECONDS", "Wait so long in between; 1") {
        options, text throws(Failure) in
        options.settings.interval = try seconds("--interval", text)
      },
      .parsed("m", "max-time", "SECONDS", "The longest a request may take; 30") {
        options, text throws(Failure) in
        options.settings.timeout = max(0.001, try seconds("-m", text))
      },
      .flag("4", "ipv4", "IPv4 only") { $0.settings.connect.family = .v4 },
      .flag("6", "ipv6", "IPv6 only") { $0.settings.connect.family = .v6 },
      .flag(nil, "http1.1", "Do not offer HTTP/2") { $0.settings.http2 = .never },
      .flag(nil, "http2-prior-knowledge", "Speak HTTP/2 without asking") {
        $0.settings.http2 = .required
      },
      .flag(nil, "json", "For programs; times in microseconds") { $0.settings.isJSON = true },
    ]
  }

  private static func seconds(_ name: String, _ text: String) throws(Failure) -> Double {
    guard let value = parseDouble(text), value >= 0, value < 1e6 else {
      throw .usage("\(name): \(text): not a number of seconds")
    }
    return value
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let text = operands.first, operands.count == 1 else {
      throw .usage(operands.isEmpty ? "no URL given" : "\(operands[1]): one URL is enough")
    }
    let url: URL
    do throws(URL.Problem) {
      url = try URL(text)
    } catch {
      throw .usage("\(text): \(error.description)")
    }
    guard url.scheme == "http" || url.scheme == "https" else {
      throw .usage("\(text): neither http nor https")
    }
    let session = try HttpSession(settings, url, context)
    let status = settings.count > 1 ? try session.repeatedly() : try session.once()
    if status != 0 { throw .quiet(status) }
  }
}

final class HttpSettings {
  var isInsecure = false
  var method: String?
  var follows = false
  var data: String?
  var headers: [String] = []
  var authority: String?
  var count = 1
  var interval = 1.0
  var timeout = 30.0
  var connect = ConnectOptions()
  var http2 = Route.HTTP2Use.offered
  var isJSON = false
}
