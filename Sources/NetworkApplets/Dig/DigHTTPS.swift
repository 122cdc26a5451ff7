internal import Box
internal import DNS
internal import HTTP
internal import Linux
internal import TLS

/// What `+https` and its like ask for. RFC 8484; dig(1) of BIND 9.18.
struct DigHTTPOptions {
  var path = "/dns-query"
  var usesGet = false
  var isPlain = false

  init(_ option: DigPlus, _ value: String?, _ word: String) throws(Failure) {
    if let value {
      guard value.hasPrefix("/") else { throw .usage("\(word): a path begins with a slash") }
      path = value
    }
    usesGet = option == .httpsGet || option == .httpPlainGet
    isPlain = option == .httpPlain || option == .httpPlainGet || option == .httpPlainPost
  }

  var port: UInt16 { isPlain ? 80 : 443 }
}

/// Carries messages over HTTP/2, or 1.1 where the server has no better.
final class DigHTTPS: MessageCarrier, @unchecked Sendable {
  private let options: DigHTTPOptions
  private let security: DigTLS
  private let client: Client

  init(
    _ options: DigHTTPOptions, _ lookup: DigLookup, _ servers: [NamedServer], _ context: Context
  ) throws(Failure) {
    self.options = options
    security = try DigTLS(lookup, servers, context)
    client = Client { Resolver(context) }
  }

  var transport: Transport {
    if options.isPlain { return options.usesGet ? .httpGet : .http }
    return options.usesGet ? .httpsGet : .https
  }

  func ask(_ query: [UInt8], of server: Endpoint, until deadline: Deadline) throws(ChannelError)
    -> [UInt8]
  {
    let answer = Answer()
    let record = TransferRecord()
    do throws(TransferFailure) {
      try client.run(request(query, server), route(server), answer, record, until: deadline)
    } catch {
      throw Self.channelError(error, record)
    }
    guard answer.status == 200 else {
      throw .insecure("the server answers with status \(answer.status) of HTTP")
    }
    return answer.body
  }

  private func request(_ query: [UInt8], _ server: Endpoint) throws(TransferFailure) -> Request {
    let name = security.name(of: server)
    let host = IPAddress(name)?.family == .v6 ? "[\(name)]" : name
    var text = "\(options.isPlain ? "http" : "https")://\(host):\(server.port)\(options.path)"
    if options.usesGet { text += "?dns=" + Self.base64(query) }
    var request: Request
    do throws(URL.Problem) {
      request = Request(options.usesGet ? "GET" : "POST", try URL(text))
    } catch {
      throw TransferFailure(.badURL, "no address can be made of the server's name")
    }
    request.fields = [HeaderField("Accept", "application/dns-message")]
    if !options.usesGet {
      request.fields.append(HeaderField("Content-Type", "application/dns-message"))
      request.fields.append(HeaderField("Content-Length", String(query.count)))
      request.body = BytesSource(query)
    }
    request.maximumSize = Message.largest
    return request
  }

  private func route(_ server: Endpoint) -> Route {
    var route = Route()
    let name = security.name(of: server)
    let host = IPAddress(name)?.family == .v6 ? "[\(name)]" : name
    route.connect.overrides = [
      (place: "\(host.asciiLowercased):\(server.port)", addresses: [server.address])
    ]
    route.secure.tls = security.settings
    // With prior knowledge where there is no TLS to agree by, as RFC 8484 wants HTTP/2.
    route.http2 = options.isPlain ? .required : .offered
    return route
  }

  /// RFC 4648 section 5, without padding.
  private static func base64(_ bytes: [UInt8]) -> String {
    let encoded = Base64.encoded(bytes, width: .max).compactMap { (byte: UInt8) -> UInt8? in
      switch byte {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      case UInt8(ascii: "="), 0x0A: nil
      default: byte
      }
    }
    return String(bytes: encoded)
  }

  private static func channelError(_ failure: TransferFailure, _ record: TransferRecord)
    -> ChannelError
  {
    if failure.code == .timedOut { return .timedOut }
    if failure.code == .peerNotVerified { return .untrusted(TLSVerdict.text(record.verifyResult)) }
    if let errno = failure.errno { return .system(SystemError(errno, "connect", "")) }
    return .insecure(failure.text)
  }
}

/// Keeps the body of a response, which is a message.
private final class Answer: TransferObserver {
  private(set) var body: [UInt8] = []
  private(set) var status = 0

  override func received(head: ResponseHead, isFinal: Bool) throws(TransferFailure) -> Verdict {
    if isFinal { status = head.status }
    return .read
  }

  override func received(body piece: UnsafeRawBufferPointer) throws(TransferFailure) {
    guard body.count + piece.count <= Message.largest else {
      throw TransferFailure(.fileTooLarge, "the answer is larger than any message")
    }
    body += piece
  }
}
