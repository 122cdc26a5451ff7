public import Box
internal import HTTP
internal import Linux
internal import Target

/// Transfers what URLs name, curl(1).
public struct Curl: Command {
  var operations = [CurlOperation()]
  let settings = CurlSettings()
  /// Whether the option that is being applied stands behind `--no-`.
  var isNegated = false
  /// An option that has no opposite was negated.
  var cannotNegate = false
  var configFiles: [String] = []
  var wantsHelp = false
  var wantsVersion = false

  public init() {}

  var now: CurlOperation { operations[operations.count - 1] }

  public static var manual: Manual<Curl> {
    Manual(
      "curl", "Transfer what URLs name", family: .network, operands: "[URL]...", grammar: .own,
      options: (requestOptions + responseOptions + connectionOptions + secureOptions
        + generalOptions).map { $0.apart },
      examples: [
        ("curl -v http://api:8080/healthz", "What happens on the way, line by line"),
        ("curl -sS -o /dev/null -w '%{http_code} %{time_total}\\n' http://api/", "Status and time"),
        ("curl --resolve api:443:10.0.0.7 https://api/", "One pod behind a name"),
        ("curl --unix-socket @1:/run/app.sock http://app/metrics", "A socket of the target"),
        ("curl -T @1:/tmp/record.jfr http://store:9000/", "Upload a file of the target"),
        ("curl --cacert @1:/etc/ssl/certs https://api/", "With the target's trust store"),
      ],
      standard: "curl(1) 7.88",
      deviations: [
        "http, https and file only; HTTP/3, NTLM, Digest, Negotiate and AWS signatures are refused",
        "-Z has a process and a connection for each transfer",
        "--http2 on plain HTTP does not ask for an upgrade; --http2-prior-knowledge speaks it",
        "control characters are escaped where a terminal would get them; -o - writes them",
        "the name localhost and what is below it is loopback, whatever DNS says",
        "what expands more than 400 times beyond 256 MiB is refused, unless --max-filesize is given",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var options = self
    try CurlArguments(context).read(operands, into: &options)
    if options.wantsHelp {
      return context.output.write(help(Page(Self.manual), calledAs: context.name))
    }
    if options.wantsVersion { return context.output.write(Self.versionText) }
    if options.operations.allSatisfy({ $0.urls.isEmpty }) {
      throw .usage(
        operands.isEmpty ? "no URL given; --help lists the options" : "no URL specified!")
    }
    let status = try CurlSession(options, context).run()
    if status != 0 { throw .quiet(status) }
  }

  static let versionNumber = "7.88.1"

  private static var versionText: String {
    """
    curl \(versionNumber) (swift-debugbox \(Version.number))
    Release-Date: 2023-02-20
    Protocols: file http https
    Features: HTTP2 IPv6 Largefile libz SSL UnixSockets

    """
  }
}

// Options in curl's terms: those of a group of URLs, and switches with an opposite.
extension Curl {
  static func on(
    _ short: StaticString?, _ long: StaticString, _ help: StaticString,
    _ set: @escaping (CurlOperation, Bool) -> Void
  ) -> Option<Curl> {
    .flag(short, long, help) { set($0.now, !$0.isNegated) }
  }

  /// A choice, which has no opposite.
  static func pick(
    _ short: StaticString?, _ long: StaticString, _ help: StaticString,
    _ set: @escaping (CurlOperation) -> Void
  ) -> Option<Curl> {
    .flag(short, long, help) {
      if $0.isNegated { $0.cannotNegate = true }
      set($0.now)
    }
  }

  static func general(
    _ short: StaticString?, _ long: StaticString, _ help: StaticString,
    _ set: @escaping (CurlSettings, Bool) -> Void
  ) -> Option<Curl> {
    .flag(short, long, help) { set($0.settings, !$0.isNegated) }
  }

  static func text(
    _ short: StaticString?, _ long: StaticString, _ metavariable: StaticString,
    _ help: StaticString, _ set: @escaping (CurlOperation, String) -> Void
  ) -> Option<Curl> {
    .value(short, long, metavariable, help) { $0.now.take($1, set) }
  }

  static func seconds(
    _ short: StaticString?, _ long: StaticString, _ help: StaticString,
    _ set: @escaping (CurlOperation, Double?) -> Void
  ) -> Option<Curl> {
    .parsed(short, long, "SECONDS", help) { options, text throws(Failure) in
      guard let value = parseDouble(text), value >= 0, value < 1e9 else {
        throw .usage("--\(long): \(text): not a number of seconds")
      }
      // curl's 0 is no limit at all.
      set(options.now, value == 0 ? nil : value)
    }
  }

  static func number(
    _ short: StaticString?, _ long: StaticString, _ help: StaticString,
    _ set: @escaping (CurlOperation, Int) -> Void
  ) -> Option<Curl> {
    .parsed(short, long, "NUM", help) { options, text throws(Failure) in
      guard let value = Int(text), value >= -1 else {
        throw .usage("--\(long): \(text): not a number")
      }
      set(options.now, value)
    }
  }

  /// A number of bytes: `100`, `1.5M`, `10k`.
  static func size(
    _ short: StaticString?, _ long: StaticString, _ help: StaticString,
    _ set: @escaping (CurlOperation, Int) -> Void
  ) -> Option<Curl> {
    .parsed(short, long, "BYTES", help) { options, text throws(Failure) in
      guard let value = CurlSize.parse(text) else {
        throw .usage("--\(long): \(text): not a number of bytes")
      }
      set(options.now, value)
    }
  }
}

extension CurlOperation {
  func take(_ text: String, _ set: (CurlOperation, String) -> Void) { set(self, text) }
}

enum CurlSize {
  static func parse(_ text: String) -> Int? {
    var digits = text
    var factor = 1.0
    if let last = text.utf8.last {
      switch last | 0x20 {
      case UInt8(ascii: "k"): factor = 1024
      case UInt8(ascii: "m"): factor = 1024 * 1024
      case UInt8(ascii: "g"): factor = 1024 * 1024 * 1024
      case UInt8(ascii: "b"): factor = 1
      default: factor = 0
      }
      if factor > 0 { digits = String(text.dropLast()) } else { factor = 1 }
    }
    guard let value = parseDouble(digits), value >= 0, value * factor < 9e18 else { return nil }
    return Int(value * factor)
  }
}
