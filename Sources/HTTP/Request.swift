internal import Linux

/// What to ask a server for.
public struct Request {
  public enum Version: Sendable { case http10, http11 }

  public var method: String
  public var url: URL
  /// What stands in the request line in place of the URL's path.
  public var target: String?
  public var version = Version.http11
  /// All of the head but the request line, in order.
  public var fields: [HeaderField] = []
  public var body: UploadSource?
  /// Whether the body goes in chunks, because nobody knows how long it is.
  public var isChunked = false
  /// Seconds to wait for `100 Continue` before the body is sent; nil does not wait.
  public var continueWait: Double?
  /// Whether to undo the encoding of the body.
  public var decodes = false
  /// Whether chunks are handed on as they are.
  public var isRaw = false
  public var ignoresLength = false
  /// Whether the response has no body, whatever the method.
  public var expectsNoBody = false
  /// Larger bodies are refused.
  public var maximumSize: Int?

  public init(_ method: String, _ url: URL) {
    self.method = method
    self.url = url
  }

  /// The head as HTTP/1 writes it, RFC 9112 section 3.
  func head(throughProxy: Bool) -> [UInt8] {
    var text = method + " "
    text += target ?? (throughProxy ? url.text(withLogin: false, withFragment: false) : url.target)
    text += version == .http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n"
    var bytes = text.bytes
    for field in fields { Self.write(field, to: &bytes) }
    bytes += [13, 10]
    return bytes
  }

  static func write(_ field: HeaderField, to bytes: inout [UInt8]) {
    bytes += field.name.bytes
    bytes.append(UInt8(ascii: ":"))
    if !field.value.isEmpty {
      bytes.append(0x20)
      bytes += field.value.bytes
    }
    bytes += [13, 10]
  }
}

/// The way to a server.
public struct Route {
  public var proxy: Proxy?
  /// Whether plain HTTP goes through a tunnel of the proxy's, too.
  public var tunnels = false
  /// The head of CONNECT, but the request line.
  public var connectFields: [HeaderField] = []
  public var connectVersion = Request.Version.http11
  public var connect = ConnectOptions()
  public var secure = SecureOptions()
  public var http2 = HTTP2Use.never

  /// When HTTP/2 is spoken.
  public enum HTTP2Use: Sendable {
    case never
    /// Over TLS, where the server agrees.
    case offered
    /// In any case, over plain TCP too.
    case required
  }

  public init() {}
}
