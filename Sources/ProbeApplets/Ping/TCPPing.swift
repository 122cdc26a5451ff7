internal import Box
internal import Linux
internal import Reachability
internal import Trace

/// ping by TCP connections: how long a port takes to answer, and who says no.
struct TCPPing {
  private let settings: PingSettings
  private let target: Destination
  private let port: UInt16
  private let names: NameLookup
  private let context: Context
  private let clock = Clock()

  init(
    _ settings: PingSettings, _ target: Destination, port: UInt16, _ names: NameLookup,
    _ context: Context
  ) {
    self.settings = settings
    self.target = target
    self.port = port
    self.names = names
    self.context = context
  }

  /// - Returns: the exit status: 0 where something answered, 1 where nothing did.
  func run() throws(Failure) -> Int32 {
    let signals = try attempt { () throws(SystemError) in
      try SignalWatch([Signal(2), Signal(3), .terminate])
    }
    var tally = PingTally()
    let start = clock.monotonic()
    let deadline = settings.deadline.map { start.advanced(by: $0) }
    context.output.line("PING " + target.label + " tcp port \(port).")
    context.output.flush()
    loop: while settings.count.map({ tally.sent < $0 }) ?? true {
      let now = clock.monotonic()
      if let deadline, now >= deadline { break }
      if tally.sent == 0 { tally.start = now }
      tally.sent += 1
      tally.end = now
      let attempt = Attempt(.ip(Endpoint(target.address, port: port))) {
        (socket) throws(SystemError) in
        try settings.apply(socket, target.address.family)
        socket.setAbortive()
      }
      let limit = now.advanced(by: patience)
      guard wait(attempt, signals, limit) else { break loop }
      note(attempt, &tally)
      if context.output.failure != nil { break }
      let next = now.advanced(by: settings.pause)
      if let count = settings.count, tally.sent >= count { break }
      guard pause(signals, &tally, next) else { break loop }
    }
    context.output.write("\n--- " + target.text + " tcp port \(port) ping statistics ---\n")
    context.output.line(tally.summary(isTimed: true, hasRates: false))
    return tally.received > 0 ? 0 : 1
  }

  /// A SYN is sent again after a second; a little more catches the answer to that.
  private var patience: Double {
    if let linger = settings.linger { return linger == 0 ? 1e9 : linger }
    return max(settings.pause, 2)
  }

  /// - Returns: false where a signal ends it all.
  private func wait(_ attempt: Attempt, _ signals: SignalWatch, _ limit: Instant) -> Bool {
    while attempt.verdict == nil {
      let left = limit.since(clock.monotonic())
      if left <= 0 {
        attempt.giveUp()
        break
      }
      let ready = try? Poll.wait(
        [(signals.descriptor, .read), (attempt.socket?.descriptor ?? -1, .write)],
        until: Deadline(seconds: left))
      if let number = signals.next(), number != 3 { return false }
      if let ready, !ready[1].isEmpty { attempt.look() }
    }
    return true
  }

  private func pause(_ signals: SignalWatch, _ tally: inout PingTally, _ next: Instant) -> Bool {
    while true {
      let left = next.since(clock.monotonic())
      if left <= 0 { return true }
      signals.wait(seconds: left)
      guard let number = signals.next() else { continue }
      guard number == 3 else { return false }
      context.errors.line(tally.interim)
      context.errors.flush()
    }
  }

  private func note(_ attempt: Attempt, _ tally: inout PingTally) {
    let verdict = attempt.verdict ?? .timeout
    var isAnswer = verdict.isOpen
    if settings.countsResets, case .refused(nil) = verdict { isAnswer = true }
    if isAnswer {
      tally.received += 1
      tally.add(attempt.seconds)
    } else if case .timeout = verdict {
    } else {
      tally.errors += 1
    }
    if settings.isQuiet { return }
    if settings.stamps { context.output.write(PingText.stamp(clock.now())) }
    var text = verdict.word + " from " + shown(verdict) + ": tcp_seq=\(tally.sent)"
    if case .timeout = verdict {
      text = verdict.word + ": tcp_seq=\(tally.sent) " + verdict.reason
    } else {
      text += " time=" + PingText.milliseconds(attempt.seconds) + " ms"
      if !isAnswer { text += " (" + verdict.reason + ")" }
    }
    context.output.line(text)
    context.output.flush()
  }

  private func shown(_ verdict: Verdict) -> String {
    let source = verdict.source ?? target.address
    if case .failed = verdict { return "this machine" }
    return settings.isNumeric ? source.description : names.label(source)
  }
}
