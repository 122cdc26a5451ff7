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

/// What is said over a connection, and what comes back for it.
class Conversation {
  /// What to call it where no answer came.
  var name: String { "" }
  /// What is to be sent now; it is gone from here then.
  func nextToSend() -> [UInt8] { [] }
  /// - Returns: whether that was all one wants to know.
  func received(_ bytes: ArraySlice<UInt8>) -> Bool { true }
  /// Whether it is what one wants to hear, and what to show of it, when all or the end has come.
  func judge() -> (isGood: Bool, detail: String) { (true, "") }
}

/// The first line of an answer to GET.
final class GetConversation: Conversation {
  private var outgoing: [UInt8]
  private var answer: [UInt8] = []

  init(_ target: ProbeTarget) { outgoing = HTTPRequest.get(target) }

  override var name: String { "GET" }

  override func nextToSend() -> [UInt8] {
    defer { outgoing = [] }
    return outgoing
  }

  override func received(_ bytes: ArraySlice<UInt8>) -> Bool {
    answer += bytes
    return answer.contains(0x0A) || answer.count >= HTTPRequest.longestLine
  }

  override func judge() -> (isGood: Bool, detail: String) { HTTPRequest.judge(answer) }
}

/// A connection that something is said over.
final class TalkCheck: TCPCheck {
  private let talk: Conversation
  private var isTalking = false
  private var hasAnswer = false

  init(
    _ target: ProbeTarget, _ address: IPAddress, _ talk: Conversation,
    prepare: (Socket) throws(SystemError) -> Void
  ) {
    self.talk = talk
    super.init(target, address, settle: 0, prepare: prepare)
  }

  override var wakeUp: Instant? { nil }

  override func isConnected() {
    isTalking = true
    say()
  }

  private func say() {
    do throws(SystemError) {
      try attempt.socket?.sendAll(talk.nextToSend(), until: Deadline(seconds: 1))
    } catch {
      finish(Verdict(error, nil))
    }
  }

  override func advance() {
    guard isTalking, let socket = attempt.socket else { return super.advance() }
    var bytes = [UInt8](repeating: 0, count: HTTPRequest.longestLine)
    do throws(SystemError) {
      guard let count = try socket.receive(into: &bytes) else { return }
      if count > 0 { hasAnswer = true }
      guard count > 0, !talk.received(bytes[..<count]) else { return judge() }
      say()
    } catch {
      finish(hasAnswer ? .open : Verdict(error, nil), isGood: false)
    }
  }

  private func judge() {
    let (isGood, detail) = talk.judge()
    finish(.open, isGood: isGood, detail: detail)
  }

  override func expire() {
    guard isTalking else { return super.expire() }
    finish(.timeout, detail: "connected, but no answer to \(talk.name)")
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
