internal import Box
internal import ICMP
internal import Linux
internal import Reachability
internal import Trace

/// What one try came to.
struct CheckResult {
  let verdict: Verdict
  /// Open, and what it said is what one wants to hear.
  let isGood: Bool
  /// What it said.
  let detail: String
  let seconds: Double

  init(_ verdict: Verdict, _ seconds: Double, isGood: Bool? = nil, detail: String? = nil) {
    self.verdict = verdict
    self.seconds = seconds
    self.isGood = isGood ?? verdict.isOpen
    self.detail = detail ?? verdict.reason
  }
}

/// One try to reach one endpoint, among many that go on at the same time.
class Check {
  let target: ProbeTarget
  let address: IPAddress
  let start: Instant
  /// nil: under way.
  private(set) final var result: CheckResult?
  private let clock = Clock()

  init(_ target: ProbeTarget, _ address: IPAddress) {
    self.target = target
    self.address = address
    start = clock.monotonic()
  }

  final var endpoint: Endpoint { Endpoint(address, port: target.port) }
  final var elapsed: Double { clock.monotonic().since(start) }

  final func finish(_ result: CheckResult) {
    if self.result == nil { self.result = result }
  }

  final func finish(_ verdict: Verdict, isGood: Bool? = nil, detail: String? = nil) {
    finish(CheckResult(verdict, elapsed, isGood: isGood, detail: detail))
  }

  /// What to wait for; a negative descriptor waits for the time alone.
  var waiting: (descriptor: Int32, events: Readiness) { (-1, []) }
  /// When it has to be looked at, whatever comes; nil: at the limit that is set for all.
  var wakeUp: Instant? { nil }
  func advance() {}
  /// The time is over.
  func expire() { finish(.timeout) }
}

/// A TCP connection, looked at for a moment: some are reset as soon as they are made.
class TCPCheck: Check {
  let attempt: Attempt
  private let settle: Double
  private var settlesAt: Instant?

  init(
    _ target: ProbeTarget, _ address: IPAddress, settle: Double,
    prepare: (Socket) throws(SystemError) -> Void
  ) {
    self.settle = settle
    attempt = Attempt(.ip(Endpoint(address, port: target.port))) { (socket) throws(SystemError) in
      try prepare(socket)
    }
    super.init(target, address)
    look()
  }

  override var waiting: (descriptor: Int32, events: Readiness) {
    (attempt.socket?.descriptor ?? -1, attempt.verdict == nil ? .write : .read)
  }

  override var wakeUp: Instant? { settlesAt }

  override func advance() {
    if attempt.verdict == nil {
      attempt.look()
      look()
    } else {
      settleDown()
    }
  }

  private func look() {
    guard let verdict = attempt.verdict else { return }
    if verdict.isOpen { return isConnected() }
    finish(CheckResult(verdict, attempt.seconds))
  }

  /// The connection is there.
  func isConnected() {
    if settle <= 0 { return finish(CheckResult(.open, attempt.seconds)) }
    settlesAt = Clock().monotonic().advanced(by: settle)
  }

  /// What a server says first is shown; a reset in place of it is a verdict of its own.
  private func settleDown() {
    let bytes = attempt.settle(until: Deadline(seconds: 0))
    let verdict = attempt.verdict ?? .timeout
    let banner = Check.firstLine(bytes)
    let detail = verdict.isOpen && !banner.isEmpty ? "says \"" + banner + "\"" : nil
    finish(CheckResult(verdict, attempt.seconds, detail: detail))
  }

  override func expire() {
    attempt.giveUp()
    finish(CheckResult(attempt.verdict ?? .timeout, attempt.seconds))
  }
}

extension Check {
  /// The first line of what came, harmless and not too long.
  static func firstLine(_ bytes: [UInt8]) -> String {
    let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
    return Sanitize.escaped(String(bytes: line.prefix(60)))
  }
}

/// A datagram, and what comes back for it.
class UDPCheck: Check {
  private var socket: Socket?
  private var buffer = [UInt8](repeating: 0, count: 65536)

  init(
    _ target: ProbeTarget, _ address: IPAddress, _ payload: [UInt8],
    prepare: (Socket) throws(SystemError) -> Void
  ) {
    super.init(target, address)
    do throws(SystemError) {
      let socket = try Socket(Socket.Domain(address.family), .datagram)
      try prepare(socket)
      try socket.setReceivesErrors(address.family)
      _ = try socket.startConnecting(to: .ip(endpoint))
      _ = try socket.send(payload)
      self.socket = socket
    } catch {
      finish(Verdict(error, nil))
    }
  }

  override var waiting: (descriptor: Int32, events: Readiness) {
    (socket?.descriptor ?? -1, .read)
  }

  override func advance() {
    guard let socket else { return }
    if let message = try? socket.receiveMessage(into: &buffer, fromErrors: true),
      let error = ExtendedError(record: message.errorRecord), error.complaint != nil
    {
      return finish(Verdict(SystemError(error.errno, "send", ""), error))
    }
    do throws(SystemError) {
      guard let count = try socket.receive(into: &buffer) else { return }
      replied(Array(buffer[..<count]))
    } catch {
      finish(Verdict(error, nil))
    }
  }

  func replied(_ bytes: [UInt8]) { finish(.open, detail: "\(bytes.count) bytes came back") }

  override func expire() {
    finish(.timeout, detail: "no reply to the datagram: open and silent, or dropped")
  }
}

/// An echo request.
final class EchoCheck: Check {
  private var echo: EchoSocket?

  override init(_ target: ProbeTarget, _ address: IPAddress) {
    super.init(target, address)
    do throws(SystemError) {
      let echo = try EchoSocket(address.family)
      _ = try echo.send(1, [UInt8](repeating: 0, count: 56), to: address)
      self.echo = echo
    } catch {
      let isDenied = error.errno == .denied || error.errno == .notPermitted
      let access = isDenied ? ICMPAccess() : nil
      finish(
        Verdict(error, nil), detail: access.map { "no ICMP permission (" + $0.reason + ")" })
    }
  }

  override var waiting: (descriptor: Int32, events: Readiness) {
    (echo?.socket.descriptor ?? -1, .read)
  }

  override func advance() {
    do throws(SystemError) {
      switch try echo?.receive() {
      case .reply(let reply)?:
        finish(.open, detail: reply.hopLimit.map { "ttl \($0)" } ?? "")
      case .complaint(let complaint)?:
        let error = SystemError(complaint.error.errno, "send", "")
        let said = complaint.error.complaint
        let evidence = Evidence(said, from: complaint.error.offender)
        finish(said == nil ? Verdict(error, nil) : .unreachable(evidence, error.errno))
      case nil: break
      }
    } catch {
      finish(Verdict(error, nil))
    }
  }

  override func expire() { finish(.timeout, detail: "no echo came back") }
}
