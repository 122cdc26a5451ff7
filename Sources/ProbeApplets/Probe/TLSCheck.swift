internal import Linux
internal import Reachability
internal import TLS

/// A handshake, and with `https://` the first line of an answer to GET.
final class TLSCheck: TCPCheck {
  private let context: TLSContext
  private var session: TLSSession?
  private var received: [UInt8] = []
  private var isAsking = false
  /// What the certificate is worth, in words.
  private var facts = ""
  private var isTrusted = false

  init(
    _ target: ProbeTarget, _ address: IPAddress, _ context: TLSContext,
    prepare: (Socket) throws(SystemError) -> Void
  ) {
    self.context = context
    super.init(target, address, settle: 0, prepare: prepare)
  }

  override var wakeUp: Instant? { nil }

  override var waiting: (descriptor: Int32, events: Readiness) {
    guard let session else { return super.waiting }
    return (session.socket.descriptor, session.wanted)
  }

  override func isConnected() {
    guard let socket = attempt.takeSocket() else { return finish(.timeout) }
    do throws(TLSFailure) {
      session = try TLSSession(socket: socket, context)
    } catch {
      return finish(.open, isGood: false, detail: "TLS: " + error.description)
    }
    shake()
  }

  override func advance() {
    if session == nil { return super.advance() }
    if isAsking { read() } else { shake() }
  }

  private func shake() {
    guard let session else { return }
    do throws(TLSFailure) {
      try session.handshake(until: Deadline(seconds: 0))
    } catch {
      // The handshake goes on when the socket is ready again.
      if error.kind == .timedOut { return }
      return finish(.open, isGood: false, detail: "TLS: " + error.description)
    }
    judgeCertificate(session)
    if target.scheme == .tls { return end() }
    isAsking = true
    do throws(TLSFailure) {
      try session.writeAll(HTTPRequest.get(target), until: Deadline(seconds: 1))
      read()
    } catch {
      finish(.open, isGood: false, detail: "TLS: " + error.description)
    }
  }

  private func judgeCertificate(_ session: TLSSession) {
    facts = session.version + " " + (session.cipher ?? "no cipher")
    isTrusted = session.verdict.isGood
    if let problem = session.verdict.problems.first { facts = problem.words + ", " + facts }
    let days = session.peerCertificate?.daysLeft(Clock().now())
    if isTrusted, let days { facts += ", \(days) days left" }
  }

  private func end(_ isGood: Bool = true, _ detail: String = "") {
    session?.close()
    let text = detail.isEmpty ? facts : isTrusted ? detail : detail + ", " + facts
    finish(.open, isGood: isGood && isTrusted, detail: text)
  }

  private func read() {
    guard let session else { return }
    var bytes = [UInt8](repeating: 0, count: HTTPRequest.longestLine)
    do throws(TLSFailure) {
      while true {
        let count = try session.read(into: &bytes, until: Deadline(seconds: 0))
        received += bytes[..<count]
        let isEnough = received.contains(0x0A) || received.count >= HTTPRequest.longestLine
        if count == 0 || isEnough { break }
      }
    } catch {
      if error.kind == .timedOut { return }
    }
    let (isGood, detail) = HTTPRequest.judge(received)
    end(isGood, detail)
  }

  override func expire() {
    guard session != nil else { return super.expire() }
    let step = isAsking ? "no answer to GET" : "no answer to the TLS handshake"
    finish(.timeout, detail: "connected, but " + step)
  }
}
