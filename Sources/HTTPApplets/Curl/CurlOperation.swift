internal import HTTP
internal import Linux
internal import TLS

/// What a body is made of: the arguments of `-d` and its kin, in order.
enum CurlData {
  case text(String)
  /// A file without its line ends, `-d @file`.
  case trimmedFile(String)
  case file(String)
  /// `--data-urlencode`: a name or nothing, and what is encoded.
  case encoded(name: String, String)
  case encodedFile(name: String, String)
}

/// A part of a form, `-F`.
struct CurlPart {
  let argument: String
  /// `--form-string`: taken as it is.
  let isPlain: Bool
}

/// Where the body of a response goes.
enum CurlDestination {
  case standardOutput
  case file(String)
  /// `-O`: the file called as in the URL.
  case remoteName
}

/// All options that belong to one group of URLs; `--next` begins another.
final class CurlOperation {
  enum Upload { case file(String), standardInput }

  // URLs and where they go, each in order.
  var urls: [String] = []
  var outputs: [CurlDestination] = []
  var uploads: [Upload?] = []
  var remoteNameForAll = false
  var usesHeaderName = false
  var outputFolder: String?
  var createsFolders = false
  var noClobber = false
  var removesOnError = false
  var keepsRemoteTime = false
  var globs = true
  var keepsDots = false
  var defaultScheme: String?
  var queries: [String] = []

  // Requests.
  var method: String?
  var target: String?
  var headers: [String] = []
  var proxyHeaders: [String] = []
  var data: [CurlData] = []
  var isJSON = false
  var sendsDataInURL = false
  var parts: [CurlPart] = []
  var asksForHeadOnly = false
  var userAgent: String?
  var referer: String?
  var refersAutomatically = false
  var login: String?
  var bearer: String?
  var cookies: [String] = []
  var cookieJar: String?
  var dropsSessionCookies = false
  var range: String?
  var resume: String?
  var timeCondition: String?
  var compressed = false
  var isRaw = false
  var ignoresLength = false
  var version = CurlVersion.any
  var expectTimeout = 1.0

  // Responses.
  var includesHeaders = false
  var headerFile: String?
  var fails = false
  var failsWithBody = false
  var follows = false
  var trustsAllLocations = false
  var maximumRedirects = 50
  var keepsPost = (on301: false, on302: false, on303: false)
  var schemes = ["http", "https", "file"]
  var redirectSchemes = ["http", "https"]
  var maximumSize: Int?
  var writeOut: String?

  // Connections.
  var proxy: String?
  var proxyKind = Proxy.Kind.http
  var proxyLogin: String?
  var noProxy: String?
  var tunnels = false
  var connectVersion = Request.Version.http11
  var connect = ConnectOptions()
  var resolves: [String] = []
  var reroutes: [String] = []
  var unixSocket: String?
  var localPort: String?
  var timeout: Double?
  var speedLimit: Int?
  var speedTime: Int?
  var rateLimit: Int?

  // TLS.
  var isInsecure = false
  var authorityFile: String?
  var authorityFolder: String?
  var certificate: String?
  var key: String?
  var passphrase: String?
  var minimumTLS: TLSVersion?
  var maximumTLS: TLSVersion?
  var ciphers: String?
  var ciphersuites: String?
  var curves: String?
  var pin: String?
  var offersALPN = true

  // Trying again.
  var retries = 0
  var retryDelay: Double?
  var retryLimit: Double?
  var retriesAllErrors = false
  var retriesRefused = false
}

extension CurlOperation {
  /// Whether standard output was asked for by name.
  var writesRaw: Bool {
    outputs.contains { if case .file("-") = $0 { true } else { false } }
  }
}

/// Which HTTP to speak.
enum CurlVersion {
  case any, http10, http11
  /// Over TLS where the server agrees; `--http2` on plain HTTP asks for it.
  case http2
  case http2Only
}

/// What holds for all groups.
final class CurlSettings {
  var isSilent = false
  var showsErrors = false
  var isVerbose = false
  var trace: (file: String, isASCII: Bool)?
  var tracesTime = false
  var hidesMeter = false
  var drawsBar = false
  var failsEarly = false
  var isParallel = false
  /// The most transfers at the same time.
  var parallelLimit = CurlParallel.usual
  var errorFile: String?
  /// Seconds between the starts of transfers.
  var interval: Double?
  var skipsConfig = false
  var netrc: String?
}
