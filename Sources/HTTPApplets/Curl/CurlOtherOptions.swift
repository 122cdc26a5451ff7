internal import Box
internal import HTTP
internal import Linux
internal import TLS

extension Curl {
  /// How to get there.
  static var connectionOptions: [Option<Curl>] {
    [
      text("x", "proxy", "URL", "Through this proxy: http, https, socks4, socks4a, socks5, socks5h")
      {
        $0.proxy = $1
        $0.proxyKind = .http
      },
      text("U", "proxy-user", "USER:PASSWORD", "Log in at the proxy") { $0.proxyLogin = $1 },
      text(nil, "noproxy", "HOSTS", "No proxy for these; * is all") { $0.noProxy = $1 },
      text(nil, "proxy-header", "LINE", "Send this header to the proxy") {
        $0.proxyHeaders.append($1)
      },
      on("p", "proxytunnel", "CONNECT through the proxy for plain HTTP, too") { $0.tunnels = $1 },
      pick(nil, "proxy1.0", "CONNECT by HTTP/1.0") { $0.connectVersion = .http10 },
      text(nil, "socks4", "HOST[:PORT]", "Through this SOCKS4 proxy") {
        $0.setProxy($1, .socks4)
      },
      text(nil, "socks4a", "HOST[:PORT]", "Through this SOCKS4a proxy") {
        $0.setProxy($1, .socks4a)
      },
      text(nil, "socks5", "HOST[:PORT]", "Through this SOCKS5 proxy; names are looked up here") {
        $0.setProxy($1, .socks5)
      },
      text(nil, "socks5-hostname", "HOST[:PORT]", "Through this SOCKS5 proxy, which looks up") {
        $0.setProxy($1, .socks5h)
      },
      pick("4", "ipv4", "IPv4 only") { $0.connect.family = .v4 },
      pick("6", "ipv6", "IPv6 only") { $0.connect.family = .v6 },
      text(nil, "resolve", "HOST:PORT:ADDRESS", "Where HOST:PORT is; several addresses by commas") {
        $0.resolves.append($1)
      },
      text(nil, "connect-to", "HOST:PORT:HOST:PORT", "Connect to the second in place of the first")
      {
        $0.reroutes.append($1)
      },
      text(nil, "unix-socket", "PATH", "Through a Unix socket, in a target, too") {
        $0.unixSocket = $1
      },
      text(nil, "abstract-unix-socket", "NAME", "Through an abstract Unix socket") {
        $0.unixSocket = "@" + $1
      },
      text(nil, "interface", "NAME", "From this interface or address") {
        $0.connect.interface = $1
      },
      text(nil, "local-port", "PORT[-PORT]", "From these ports") { $0.localPort = $1 },
      seconds("m", "max-time", "The longest a transfer may take") { $0.timeout = $1 },
      seconds(nil, "connect-timeout", "The longest that connecting may take") {
        $0.connect.timeout = $1
      },
      number(nil, "happy-eyeballs-timeout-ms", "Milliseconds that one family is ahead; 200") {
        $0.connect.headStart = Double(max(0, $1)) / 1000
      },
      number("Y", "speed-limit", "Bytes a second that are too slow") { $0.speedLimit = max(0, $1) },
      number("y", "speed-time", "Seconds of too slow before it fails; 30") {
        $0.speedTime = max(1, $1)
      },
      size(nil, "limit-rate", "The most bytes a second") { $0.rateLimit = $1 },
      on(nil, "keepalive", "Keep-alive probes of TCP; --no-keepalive") {
        $0.connect.keepsAlive = $1
      },
      on(nil, "tcp-nodelay", "TCP_NODELAY, which is the default") { $0.connect.noDelay = $1 },
      on(nil, "haproxy-protocol", "Send HAProxy's header, version 1, first") {
        $0.connect.sendsProxyHeader = $1
      },
      number(nil, "retry", "Try again after passing failures, NUM times") {
        $0.retries = max(0, $1)
      },
      seconds(nil, "retry-delay", "Wait so long in between; else 1, 2, 4, … seconds") {
        $0.retryDelay = $1
      },
      seconds(nil, "retry-max-time", "Do not try again after so long") { $0.retryLimit = $1 },
      on(nil, "retry-all-errors", "Try again after every failure") { $0.retriesAllErrors = $1 },
      on(nil, "retry-connrefused", "Try again where the connection is refused, too") {
        $0.retriesRefused = $1
      },
      .refused(nil, "doh-url", "names are looked up as resolv.conf says; see dig +https"),
      .refused(nil, "dns-servers", "names are looked up as resolv.conf says; see dig @SERVER"),
      .refused(nil, "preproxy", "one proxy is enough"),
    ]
  }

  static var secureOptions: [Option<Curl>] {
    [
      on("k", "insecure", "Accept any certificate") { $0.isInsecure = $1 },
      text(nil, "cacert", "FILE", "Whom to trust; a file or folder, in a target, too") {
        $0.authorityFile = $1
      },
      text(nil, "capath", "FOLDER", "Whom to trust: all certificates of a folder") {
        $0.authorityFolder = $1
      },
      text("E", "cert", "FILE[:PASSWORD]", "Our certificate, PEM") { $0.certificate = $1 },
      text(nil, "key", "FILE", "The key of our certificate, PEM") { $0.key = $1 },
      text(nil, "pass", "PASSWORD", "What the key is encrypted with") { $0.passphrase = $1 },
      pick("1", "tlsv1", "TLS 1.2 or later") { $0.minimumTLS = .tls12 },
      pick(nil, "tlsv1.0", "TLS 1.0 or later") { $0.minimumTLS = .tls10 },
      pick(nil, "tlsv1.1", "TLS 1.1 or later") { $0.minimumTLS = .tls11 },
      pick(nil, "tlsv1.2", "TLS 1.2 or later") { $0.minimumTLS = .tls12 },
      pick(nil, "tlsv1.3", "TLS 1.3 or later") { $0.minimumTLS = .tls13 },
      .parsed(nil, "tls-max", "VERSION", "At most: 1.0, 1.1, 1.2, 1.3, default") {
        options, text throws(Failure) in
        switch text {
        case "1.0": options.now.maximumTLS = .tls10
        case "1.1": options.now.maximumTLS = .tls11
        case "1.2": options.now.maximumTLS = .tls12
        case "1.3": options.now.maximumTLS = .tls13
        case "default": options.now.maximumTLS = nil
        default: throw .usage("--tls-max: \(text): not a version of TLS")
        }
      },
      text(nil, "ciphers", "LIST", "Ciphers up to TLS 1.2, in OpenSSL's words") { $0.ciphers = $1 },
      text(nil, "tls13-ciphers", "LIST", "Ciphers of TLS 1.3") { $0.ciphersuites = $1 },
      text(nil, "curves", "LIST", "Groups of the key exchange") { $0.curves = $1 },
      text(nil, "pinnedpubkey", "PINS", "Hashes, sha256//HASH;…: one must be the key's") {
        $0.pin = $1
      },
      on(nil, "alpn", "Offer protocols in TLS; --no-alpn") { $0.offersALPN = $1 },
      .refused(nil, "cert-status", "openssl s_client -status shows the OCSP staple"),
      .refused(nil, "cert-type", "certificates are PEM here"),
      .refused(nil, "key-type", "keys are PEM here"),
      .refused("2", "sslv2", "nobody should speak SSL any more"),
      .refused("3", "sslv3", "nobody should speak SSL any more"),
    ]
  }

  static var generalOptions: [Option<Curl>] {
    [
      general("s", "silent", "Say nothing, not even errors") { $0.isSilent = $1 },
      general("S", "show-error", "With -s, say errors all the same") { $0.showsErrors = $1 },
      general("v", "verbose", "Show what happens") { $0.isVerbose = $1 },
      .value(nil, "trace-ascii", "FILE", "Write all that comes and goes to FILE") {
        $0.settings.trace = ($1, isASCII: true)
      },
      .value(nil, "trace", "FILE", "As --trace-ascii, in hexadecimal, too") {
        $0.settings.trace = ($1, isASCII: false)
      },
      general(nil, "trace-time", "With the time of day") { $0.tracesTime = $1 },
      general("#", "progress-bar", "Draw a bar") { $0.drawsBar = $1 },
      general(nil, "progress-meter", "Show the meter; --no-progress-meter") { $0.hidesMeter = !$1 },
      general(nil, "fail-early", "End with the first failure") { $0.failsEarly = $1 },
      .value(nil, "stderr", "FILE", "Write messages to FILE, - is standard output") {
        $0.settings.errorFile = $1
      },
      .parsed(nil, "rate", "NUM/UNIT", "Begin at most so many transfers: 2/s, 10/m, 3/h, 4/d") {
        options, text throws(Failure) in
        guard let interval = interval(text) else { throw .usage("--rate: \(text): not a rate") }
        options.settings.interval = interval
      },
      general("Z", "parallel", "Transfers at the same time") { $0.isParallel = $1 },
      .value(nil, "parallel-max", "NUM", "With -Z, at most so many; 50, up to 300") {
        (options: inout Curl, number: Int) in
        let isUseful = (1...CurlParallel.most).contains(number)
        options.settings.parallelLimit = isUseful ? number : CurlParallel.usual
      },
      general(nil, "parallel-immediate", "With -Z, a connection for each; that is so anyway") {
        _, _ in
      },
      .flag(":", "next", "The options behind it are for the URLs behind it") {
        $0.operations.append(CurlOperation())
      },
      .value("K", "config", "FILE", "Read options from FILE, - is standard input") {
        $0.configFiles.append($1)
      },
      general("q", "disable", "Do not read .curlrc") { $0.skipsConfig = $1 },
      general("n", "netrc", "Log in as .netrc says") { $0.netrc = $1 ? "" : nil },
      .value(nil, "netrc-file", "FILE", "Log in as FILE says") { $0.settings.netrc = $1 },
      .flag("h", "help", "This text") { $0.wantsHelp = true },
      .flag("V", "version", "The version") { $0.wantsVersion = true },
    ]
  }

  /// Seconds between transfers, from `N/unit`.
  private static func interval(_ text: String) -> Double? {
    let parts = text.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let first = parts.first, let count = Int(String(bytes: first)), count > 0,
      parts.count <= 2
    else { return nil }
    let unit = parts.count > 1 ? String(bytes: parts[1]) : "h"
    let seconds: Double
    switch unit {
    case "s": seconds = 1
    case "m": seconds = 60
    case "h": seconds = 3600
    case "d": seconds = 86400
    default: return nil
    }
    return seconds / Double(count)
  }
}

extension CurlOperation {
  func setProxy(_ text: String, _ kind: Proxy.Kind) {
    proxy = text
    proxyKind = kind
  }
}
