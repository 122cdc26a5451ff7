internal import DNS
internal import Linux
internal import Reachability

/// A question to a name server, `dns://SERVER/NAME`; without a name, who serves the root.
final class DNSCheck: UDPCheck {
  private let query: Message
  private let name: String

  /// - Throws: where the name cannot be asked for.
  init(
    _ target: ProbeTarget, _ address: IPAddress, prepare: (Socket) throws(SystemError) -> Void
  ) throws(DomainName.TextError) {
    let text = String(target.path.dropFirst())
    let isRoot = text.isEmpty
    let name = try DomainName(isRoot ? "." : text)
    self.name = name.relative
    query = Query(Question(name, isRoot ? .ns : .a), id: Random.number16()).message
    super.init(target, address, query.bytes, prepare: prepare)
  }

  override func replied(_ bytes: [UInt8]) {
    guard ReplyCheck(query).stray(bytes) == nil, let message = try? Message(bytes) else { return }
    let count = message.answers.count
    let text = message.code.description
    if message.code == .noError {
      finish(.open, detail: text + ", \(count) " + (count == 1 ? "answer" : "answers"))
    } else {
      // The server is there: it is the name that is not.
      finish(.unresolved(text), detail: text + " for " + name)
    }
  }
}

/// The first line of an answer to GET.
final class HTTPCheck: TCPCheck {
  private var received: [UInt8] = []
  private var isAsking = false

  override var wakeUp: Instant? { nil }

  override func isConnected() {
    isAsking = true
    let request = HTTPRequest.get(target)
    do throws(SystemError) {
      try attempt.socket?.sendAll(request, until: Deadline(seconds: 1))
    } catch {
      finish(Verdict(error, nil))
    }
  }

  override func advance() {
    guard isAsking, let socket = attempt.socket else { return super.advance() }
    var bytes = [UInt8](repeating: 0, count: HTTPRequest.longestLine)
    do throws(SystemError) {
      guard let count = try socket.receive(into: &bytes) else { return }
      received += bytes[..<count]
      if count == 0 || received.contains(0x0A) || received.count >= HTTPRequest.longestLine {
        judge()
      }
    } catch {
      finish(received.isEmpty ? Verdict(error, nil) : .open, isGood: false)
    }
  }

  private func judge() {
    let (isGood, detail) = HTTPRequest.judge(received)
    finish(.open, isGood: isGood, detail: detail)
  }

  override func expire() {
    guard isAsking else { return super.expire() }
    finish(.timeout, detail: "connected, but no answer to GET")
  }
}

/// The least that is HTTP: one request, and the line that answers it. RFC 9110, RFC 9112.
enum HTTPRequest {
  /// No status line is longer.
  static let longestLine = 4096

  static func get(_ target: ProbeTarget) -> [UInt8] {
    let isV6 = target.host.utf8.contains(UInt8(ascii: ":"))
    var host = isV6 ? "[" + target.host + "]" : target.host
    if target.port != target.scheme.port { host += ":" + String(target.port) }
    let path = target.path.isEmpty ? "/" : target.path
    let text =
      "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: debugbox\r\nAccept: */*\r\n"
      + "Connection: close\r\n\r\n"
    return text.bytes
  }

  /// Whether the start of an answer is what one wants to hear, and what to show of it.
  static func judge(_ received: [UInt8]) -> (isGood: Bool, detail: String) {
    if received.isEmpty { return (false, "closed without an answer") }
    let line = Check.firstLine(received)
    if let status = StatusLine(received) { return (status.isSuccess, line) }
    let isTLS = received.first == 0x15
    return (false, isTLS ? "it speaks TLS: try https://" : "no HTTP: \"" + line + "\"")
  }
}

/// `HTTP/1.1 200 OK`, RFC 9112 section 4.
struct StatusLine {
  let code: Int

  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: "HTTP/".utf8) else { return nil }
    let words = bytes.prefix { $0 != 0x0A && $0 != 0x0D }.split(separator: 0x20)
    guard words.count >= 2, words[1].count == 3, let code = Int(String(bytes: words[1])) else {
      return nil
    }
    self.code = code
  }

  /// As the kubelet's probes see it.
  var isSuccess: Bool { (200..<400).contains(code) }
}
