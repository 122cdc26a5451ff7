internal import Box
internal import HTTP
internal import Linux

extension Curl {
  /// What is asked for, and how.
  static var requestOptions: [Option<Curl>] {
    [
      text(nil, "url", "URL", "What to transfer") { $0.urls.append($1) },
      text("X", "request", "METHOD", "Ask with METHOD") { $0.method = $1 },
      text(nil, "request-target", "TARGET", "What stands in the request line for the path") {
        $0.target = $1
      },
      text("H", "header", "LINE", "Send this header; NAME: removes one; @FILE reads them") {
        $0.headers.append($1)
      },
      text("d", "data data-ascii", "DATA", "POST it; @FILE reads it without line ends") {
        let isFile = $1.hasPrefix("@")
        $0.data.append(isFile ? .trimmedFile(String($1.dropFirst())) : .text($1))
      },
      text(nil, "data-raw", "DATA", "As --data, and @ means itself") { $0.data.append(.text($1)) },
      text(nil, "data-binary", "DATA", "As --data, and files stay as they are") {
        $0.data.append($1.hasPrefix("@") ? .file(String($1.dropFirst())) : .text($1))
      },
      text(nil, "data-urlencode", "DATA", "As --data, percent-encoded: [NAME]=TEXT, [NAME]@FILE") {
        $0.data.append(encoded($1))
      },
      text(nil, "json", "DATA", "POST it as JSON") {
        $0.data.append($1.hasPrefix("@") ? .file(String($1.dropFirst())) : .text($1))
        $0.isJSON = true
      },
      on("G", "get", "Put the data into the URL") { $0.sendsDataInURL = $1 },
      text(nil, "url-query", "DATA", "Put this into the URL, encoded as by --data-urlencode") {
        $0.queries.append($1)
      },
      text("F", "form", "NAME=VALUE", "A part of a form; @FILE, <FILE, ;type= and ;filename=") {
        $0.parts.append(CurlPart(argument: $1, isPlain: false))
      },
      text(nil, "form-string", "NAME=VALUE", "A part of a form, taken as it is") {
        $0.parts.append(CurlPart(argument: $1, isPlain: true))
      },
      text("T", "upload-file", "FILE", "Upload FILE, - for standard input") {
        $0.uploads.append($1 == "-" || $1 == "." ? .standardInput : .file($1))
      },
      on("I", "head", "Ask for the head only") { $0.asksForHeadOnly = $1 },
      text("A", "user-agent", "NAME", "Who we say we are") { $0.userAgent = $1 },
      text("e", "referer", "URL", "Where we say we come from; ;auto on redirects") {
        $0.refersAutomatically = $1.hasSuffix(";auto")
        $0.referer = $0.refersAutomatically ? String($1.dropLast(5)) : $1
      },
      text("u", "user", "USER:PASSWORD", "Log in, by Basic") { $0.login = $1 },
      pick(nil, "basic", "Log in by Basic, as it always does") { _ in },
      text(nil, "oauth2-bearer", "TOKEN", "Log in with a token") { $0.bearer = $1 },
      text("b", "cookie", "DATA|FILE", "Send cookies: NAME=VALUE, or from FILE") {
        $0.cookies.append($1)
      },
      text("c", "cookie-jar", "FILE", "Write all cookies to FILE at the end") { $0.cookieJar = $1 },
      on("j", "junk-session-cookies", "Leave cookies of an earlier session out") {
        $0.dropsSessionCookies = $1
      },
      text("r", "range", "RANGE", "Ask for these bytes: 0-99, 100-, -5") { $0.range = $1 },
      text("C", "continue-at", "OFFSET", "Go on at OFFSET, or - where the file ends") {
        $0.resume = $1
      },
      text("z", "time-cond", "TIME", "Only what is newer; -TIME older; or a file's time") {
        $0.timeCondition = $1
      },
      on(nil, "compressed", "Ask for compressed content, and expand it") { $0.compressed = $1 },
      on(nil, "raw", "Hand on what comes without undoing chunks and encodings") { $0.isRaw = $1 },
      on(nil, "path-as-is", "Leave /../ and /./ in paths") { $0.keepsDots = $1 },
      on("g", "globoff", "Take {} and [] in URLs as they are") { $0.globs = !$1 },
      pick("0", "http1.0", "Speak HTTP/1.0") { $0.version = .http10 },
      pick(nil, "http1.1", "Speak HTTP/1.1") { $0.version = .http11 },
      pick(nil, "http2", "Speak HTTP/2 where the server does") { $0.version = .http2 },
      pick(nil, "http2-prior-knowledge", "Speak HTTP/2 without asking") {
        $0.version = .http2Only
      },
      seconds(nil, "expect100-timeout", "Wait so long for 100 Continue; 1") {
        $0.expectTimeout = $1 ?? 1
      },
      text(nil, "proto-default", "SCHEME", "The scheme of URLs that have none") {
        $0.defaultScheme = $1
      },
      .refused(nil, "http3", "HTTP/3 is not spoken here; --http2 is"),
      .refused(nil, "http3-only", "HTTP/3 is not spoken here; --http2 is"),
      .refused(nil, "http0.9", "HTTP/0.9 is not spoken here"),
      .refused(nil, "digest", "only Basic and bearer tokens are"),
      .refused(nil, "ntlm", "only Basic and bearer tokens are"),
      .refused(nil, "negotiate", "only Basic and bearer tokens are"),
      .refused(nil, "anyauth", "only Basic and bearer tokens are; --basic is the default"),
      .refused(nil, "aws-sigv4", "requests are not signed here"),
    ]
  }

  /// `TEXT`, `=TEXT`, `NAME=TEXT`, `@FILE`, `NAME@FILE`.
  static func encoded(_ argument: String) -> CurlData {
    let bytes = argument.bytes
    let mark = bytes.firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "@") }
    guard let mark else { return .encoded(name: "", argument) }
    let name = String(bytes: bytes[..<mark])
    let rest = String(bytes: bytes[(mark + 1)...])
    return bytes[mark] == UInt8(ascii: "=")
      ? .encoded(name: name, rest) : .encodedFile(name: name, rest)
  }

  /// What becomes of the response.
  static var responseOptions: [Option<Curl>] {
    [
      text("o", "output", "FILE", "Write to FILE; #1 is what the first {} or [] stands for") {
        $0.outputs.append(.file($1))
      },
      pick("O", "remote-name", "Write to a file called as in the URL") {
        $0.outputs.append(.remoteName)
      },
      on(nil, "remote-name-all", "-O for every URL") { $0.remoteNameForAll = $1 },
      on("J", "remote-header-name", "With -O, take the name that the server gives") {
        $0.usesHeaderName = $1
      },
      text(nil, "output-dir", "FOLDER", "Write files to FOLDER") { $0.outputFolder = $1 },
      on(nil, "create-dirs", "Make folders that are missing") { $0.createsFolders = $1 },
      on(nil, "clobber", "Overwrite files; --no-clobber numbers new ones") { $0.noClobber = !$1 },
      on(nil, "remove-on-error", "Remove the file where the transfer fails") {
        $0.removesOnError = $1
      },
      on("R", "remote-time", "Give files the time that the server tells") {
        $0.keepsRemoteTime = $1
      },
      on("i", "include show-headers", "Write the head, too") { $0.includesHeaders = $1 },
      text("D", "dump-header", "FILE", "Write heads to FILE") { $0.headerFile = $1 },
      on("f", "fail", "Fail, with status 22, where the server answers 400 or more") {
        $0.fails = $1
      },
      on(nil, "fail-with-body", "As -f, and write the body") { $0.failsWithBody = $1 },
      on("L", "location", "Follow redirects") { $0.follows = $1 },
      on(nil, "location-trusted", "Follow, and log in at other hosts, too") {
        $0.follows = $1
        $0.trustsAllLocations = $1
      },
      number(nil, "max-redirs", "Follow at most NUM redirects; 50, -1 for all") {
        $0.maximumRedirects = $1 < 0 ? .max : $1
      },
      on(nil, "post301", "POST again after a 301") { $0.keepsPost.on301 = $1 },
      on(nil, "post302", "POST again after a 302") { $0.keepsPost.on302 = $1 },
      on(nil, "post303", "POST again after a 303") { $0.keepsPost.on303 = $1 },
      text(nil, "proto", "SCHEMES", "Use these only: =https, -http") {
        $0.schemes = schemes($1, $0.schemes)
      },
      text(nil, "proto-redir", "SCHEMES", "Follow to these only") {
        $0.redirectSchemes = schemes($1, $0.redirectSchemes)
      },
      size(nil, "max-filesize", "Refuse larger bodies") { $0.maximumSize = $1 },
      on(nil, "ignore-content-length", "Do not believe Content-Length") { $0.ignoresLength = $1 },
      pick("N", "no-buffer", "Write at once, as it always does") { _ in },
      text("w", "write-out", "FORMAT", "Write this at the end: %{http_code}; @FILE reads it") {
        $0.writeOut = $1
      },
    ]
  }

  /// `http,https`, `=https`, `-all,https`, `+http`.
  static func schemes(_ text: String, _ before: [String]) -> [String] {
    var known = before
    for (index, word) in text.asciiLowercased.bytes.split(separator: 0x2C).enumerated() {
      var name = word
      var sign = UInt8(ascii: "+")
      if let first = word.first, [0x2B, 0x2D, 0x3D].contains(first) {
        sign = first
        name = word.dropFirst()
      } else if index == 0 {
        sign = UInt8(ascii: "=")
      }
      let scheme = String(bytes: name)
      let meant = scheme == "all" ? ["http", "https", "file"] : [scheme]
      if sign == UInt8(ascii: "=") { known = [] }
      known.removeAll { meant.contains($0) }
      if sign != UInt8(ascii: "-") { known += meant }
    }
    return known
  }
}
