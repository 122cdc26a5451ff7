internal import Linux
internal import Reachability
internal import TLS

/// A handshake, and what is said behind it.
final class TLSCheck: TCPCheck {
  private let context: TLSContext
  private var session: TLSSession?
  /// nil: the handshake is all.
  private let talk: Conversation?
  private var isTalking = false
  /// What the certificate is worth, in words.
  private var facts = ""
  private var isTrusted = false

  init(
    _ target: ProbeTarget, _ address: IPAddress, _ context: TLSContext, _ talk: Conversation?,
    prepare: (Socket) throws(SystemError) -> Void
  ) {
    self.context = context
    self.talk = talk
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
    if isTalking { read() } else { shake() }
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
    guard talk != nil else { return end() }
    if let wanted = context.options.alpn.first, session.alpn != wanted {
      return end(false, "no \(wanted) by ALPN")
    }
    isTalking = true
    say()
    if result == nil { read() }
  }

  private func say() {
    guard let session, let talk else { return }
    do throws(TLSFailure) {
      try session.writeAll(talk.nextToSend(), until: Deadline(seconds: 1))
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
    guard let session, let talk else { return }
    var bytes = [UInt8](repeating: 0, count: HTTPRequest.longestLine)
    do throws(TLSFailure) {
      while true {
        let count = try session.read(into: &bytes, until: Deadline(seconds: 0))
        if count == 0 || talk.received(bytes[..<count]) { break }
        say()
      }
    } catch {
      if error.kind == .timedOut || result != nil { return }
    }
    let (isGood, detail) = talk.judge()
    end(isGood, detail)
  }

  override func expire() {
    guard session != nil else { return super.expire() }
    let step = isTalking ? talk?.name ?? "" : "the TLS handshake"
    finish(.timeout, detail: "connected, but no answer to " + step)
  }
}
