internal import Box
internal import ICMP
internal import Linux
internal import Trace

/// One run of ping: sends at its pace, prints what comes back, sums up.
final class PingSession {
  private let settings: PingSettings
  private let target: Destination
  private let echo: EchoSocket
  private let names: NameLookup
  private let context: Context
  private let output: Output
  private let clock = Clock()
  private let start: Instant
  private var tally = PingTally()
  /// When each packet went out, by the time of day; at the sequence number less one.
  private var sentAt: [Instant] = []
  private var answered: [Bool] = []
  private var lastSent: Instant
  private var nextSend: Instant

  init(
    _ settings: PingSettings, _ target: Destination, _ echo: EchoSocket, _ names: NameLookup,
    _ context: Context
  ) throws(Failure) {
    self.settings = settings
    self.target = target
    self.echo = echo
    self.names = names
    self.context = context
    output = context.output
    start = clock.monotonic()
    lastSent = start
    nextSend = start
    try prepare()
  }

  private func prepare() throws(Failure) {
    do throws(SystemError) {
      try echo.socket.set(.receiveBuffer, 1 << 20)
      let source = try sourceAddress(to: target.address) { (socket) throws(SystemError) in
        if settings.broadcasts { try socket.set(.broadcast) }
        try settings.departure.apply(socket)
      }
      introduce(source)
    } catch {
      if error.errno == .denied, !settings.broadcasts {
        throw Failure(
          target.address.description + ": a broadcast address, or a firewall here forbids it",
          advice: "-b, where broadcast is what you want", status: 2)
      }
      throw .message(target.address.description + ": " + error.reason, status: 2)
    }
  }

  private func introduce(_ source: IPAddress?) {
    if let pattern = settings.pattern {
      output.line("PATTERN: 0x" + pattern.map { hexadecimal($0) }.joined())
    }
    if settings.isVerbose {
      output.line("ping: by a " + (echo.way == .datagram ? "ping socket" : "raw socket"))
    }
    var text = "PING " + target.text
    let isV4 = target.address.family == .v4
    if isV4 {
      text += " (" + target.address.description + ")"
    } else if !target.isLiteral {
      text += "(" + (settings.isNumeric ? target.address.description : shown(target.address)) + ")"
    } else {
      text += "(" + target.address.description + ")"
    }
    if settings.departure.isGiven {
      text += " from " + (source?.description ?? "") + " " + (settings.departure.interface ?? "")
      text += ":"
    }
    text += " " + String(settings.size)
    text += isV4 ? "(" + String(settings.size + 28) + ") bytes of data." : " data bytes"
    output.line(text)
    output.flush()
  }

  /// - Returns: the exit status.
  func run() throws(Failure) -> Int32 {
    let signals = try attempt { () throws(SystemError) in
      try SignalWatch([Signal(2), Signal(3), .terminate])
    }
    let deadline = settings.deadline.map { start.advanced(by: $0) }
    if settings.preload > 1 {
      for _ in 0..<settings.preload where !isSentOut { try send() }
    }
    loop: while true {
      while let number = signals.next() {
        guard number == 3 else { break loop }
        interim()
      }
      let now = clock.monotonic()
      if let deadline, now >= deadline { break }
      if settings.deadline != nil, tally.errors > 0 { break }
      if let count = settings.count, tally.received + tally.errors >= count { break }
      if !isSentOut, now >= nextSend {
        try send()
        try drain()
        continue
      }
      var wake = isSentOut ? lingerEnd : nextSend
      if isSentOut, now >= wake { break }
      if let deadline, deadline < wake { wake = deadline }
      wait(signals, wake.since(now))
      try drain()
      if output.failure != nil { break }
    }
    summarise()
    let isShort = settings.deadline != nil && tally.received < (settings.count ?? 0)
    return tally.received == 0 || isShort ? 1 : 0
  }

  /// Everything that was asked for is on its way. With a deadline, packets go out until enough came back.
  private var isSentOut: Bool {
    guard let count = settings.count, settings.deadline == nil else { return false }
    return tally.sent >= count
  }

  /// When to stop waiting for replies: twice the longest way so far, where there was any.
  private var lingerEnd: Instant {
    if tally.received > 0 {
      return lastSent.advanced(by: max(2 * tally.times.most, settings.pause))
    }
    guard let linger = settings.linger else { return lastSent.advanced(by: 10) }
    return lastSent.advanced(by: linger == 0 ? 1e9 : linger)
  }

  private func wait(_ signals: SignalWatch, _ seconds: Double) {
    let wanted: [(descriptor: Int32, events: Readiness)] = [
      (signals.descriptor, .read), (echo.socket.descriptor, .read),
    ]
    // poll(2) counts milliseconds; what is shorter is waited for exactly.
    if seconds < 0.001 {
      _ = try? Poll.wait(wanted, until: Deadline(seconds: 0))
      if seconds > 0.0002 { clock.sleep(seconds: 0.0002) }
      return
    }
    _ = try? Poll.wait(wanted, until: Deadline(seconds: (seconds * 1000).rounded(.down) / 1000))
  }

  private func send() throws(Failure) {
    if settings.tellsOutstanding, let last = answered.last, !last {
      stamp()
      output.line("no answer yet for icmp_seq=" + String(tally.sent & 0xFFFF))
    }
    let sequence = UInt16(truncatingIfNeeded: tally.sent + 1)
    let now = clock.now()
    lastSent = clock.monotonic()
    nextSend = lastSent.advanced(by: settings.pause)
    do throws(SystemError) {
      _ = try echo.send(sequence, payload(now), to: target.address)
    } catch {
      if error.errno != .noBuffers { try refused(error) }
    }
    if tally.sent == 0 { tally.start = lastSent }
    tally.sent += 1
    tally.end = lastSent
    note(sequence, now)
    if settings.isFlood { dot(".") }
  }

  private func note(_ sequence: UInt16, _ now: Instant) {
    let index = (Int(sequence) + 65535) % 65536
    if index < sentAt.count {
      sentAt[index] = now
      answered[index] = false
    } else {
      sentAt.append(now)
      answered.append(false)
    }
  }

  /// The kernel would not send.
  private func refused(_ error: SystemError) throws(Failure) {
    guard error.errno != .messageTooLong else { return }
    if error.errno == .denied, !settings.broadcasts {
      throw Failure(
        target.address.description + ": a broadcast address, or a firewall here forbids it",
        advice: "-b, where broadcast is what you want", status: 2)
    }
    // What a router said about an earlier packet is told by the error queue.
    if tally.errors == 0, tally.received == 0, tally.sent == 0 || !isAboutEarlier(error.errno) {
      output.flush()
      context.note("sending: " + error.reason)
    }
  }

  private func isAboutEarlier(_ errno: Errno) -> Bool {
    errno == .hostUnreachable || errno == .networkUnreachable || errno == .connectionRefused
  }

  private func payload(_ now: Instant) -> [UInt8] {
    let size = settings.size
    var bytes = [UInt8](repeating: 0, count: size)
    for index in 0..<size { bytes[index] = fill(index) }
    if settings.isTimed {
      var value = UInt64(now.seconds)
      for index in 0..<16 {
        if index == 8 { value = UInt64(now.nanoseconds / 1000) }
        bytes[index] = UInt8(truncatingIfNeeded: value)
        value >>= 8
      }
    }
    return bytes
  }

  private func fill(_ index: Int) -> UInt8 {
    guard let pattern = settings.pattern, !pattern.isEmpty else {
      return UInt8(truncatingIfNeeded: index)
    }
    let start = settings.isTimed ? 16 : 0
    return pattern[(index + pattern.count * 16 - start) % pattern.count]
  }

  private func drain() throws(Failure) {
    do throws(SystemError) {
      while let event = try echo.receive() {
        switch event {
        case .reply(let reply): show(reply)
        case .complaint(let complaint): show(complaint)
        }
      }
    } catch {
      throw .message("receiving: " + error.reason, status: 2)
    }
    output.flush()
  }

  private func show(_ reply: EchoReply) {
    let index = (Int(reply.echo.sequence) + 65535) % 65536
    guard index < sentAt.count else { return }
    let seconds = max(0, reply.time.since(sentAt[index]))
    let isAgain = answered[index]
    answered[index] = true
    if isAgain { tally.duplicates += 1 } else { tally.received += 1 }
    notePipe(reply.echo.sequence)
    if settings.isTimed { tally.add(seconds) }
    if settings.isAdaptive { nextSend = clock.monotonic().advanced(by: adaptivePause) }
    if settings.isFlood, !isAgain {
      dot("\u{8} \u{8}")
      if settings.interval == nil { nextSend = clock.monotonic() }
    }
    if settings.isQuiet || settings.isFlood { return }
    stamp()
    var text = String(reply.echo.payload.count + Echo.headerSize) + " bytes from "
    text += shown(reply.source) + ": icmp_seq=" + String(reply.echo.sequence)
    if settings.identifier != nil, settings.isVerbose {
      text += " ident=" + String(echo.identifier)
    }
    if let hopLimit = reply.hopLimit { text += " ttl=" + String(hopLimit) }
    if reply.echo.payload.count < settings.size { text += " (truncated)" }
    if settings.isTimed, reply.echo.payload.count >= 16 {
      text += " time=" + PingText.milliseconds(seconds) + " ms"
    }
    if isAgain { text += " (DUP!)" }
    if settings.rings { text += "\u{7}" }
    output.line(text)
    if let difference = difference(reply.echo.payload) { output.line(difference) }
  }

  /// How many packets had been sent since the one that was answered.
  private func notePipe(_ sequence: UInt16) {
    let since = UInt16(truncatingIfNeeded: tally.sent) &- sequence
    if since <= 0x7FFF { tally.pipe = max(tally.pipe, Int(since) + 1) }
  }

  /// Where the data came back otherwise than it went out.
  private func difference(_ payload: [UInt8]) -> String? {
    let start = settings.isTimed ? 16 : 0
    guard payload.count > start else { return nil }
    for index in start..<min(payload.count, settings.size) where payload[index] != fill(index) {
      return "wrong data byte #\(index) should be 0x" + String(fill(index), radix: 16)
        + " but was 0x" + String(payload[index], radix: 16)
    }
    return nil
  }

  private var adaptivePause: Double {
    let least = Credentials.effectiveUID == 0 ? 0 : 0.2
    return max(least, settings.interval ?? 0)
  }

  private func show(_ complaint: EchoComplaint) {
    let error = complaint.error
    if error.origin == .local {
      tally.errors += 1
      if settings.isQuiet { return }
      if error.errno == .messageTooLong {
        let colon = target.address.family == .v4 ? "mtu=" : "mtu: "
        context.note("local error: message too long, " + colon + String(error.info))
      } else {
        context.note("local error: " + error.errno.description)
      }
      return
    }
    guard let said = error.complaint, let source = error.offender else { return }
    // Redirects and the like are news, not the end of a packet.
    if said.kind != .redirect, said.kind != .sourceQuench { tally.errors += 1 }
    if settings.isFlood { return dot("\u{8}E") }
    if settings.isQuiet { return }
    stamp()
    var text = "From " + shown(source)
    if let sequence = complaint.sequence { text += " icmp_seq=" + String(sequence) }
    output.line(text + " " + said.pingWords)
  }

  private func shown(_ address: IPAddress) -> String {
    settings.isNumeric ? address.description : names.label(address)
  }

  private func stamp() {
    guard settings.stamps else { return }
    output.write(PingText.stamp(clock.now()))
  }

  private func dot(_ text: String) {
    if settings.isQuiet { return }
    output.write(text)
    output.flush()
  }

  /// What SIGQUIT asks for.
  private func interim() {
    output.flush()
    context.errors.line(tally.interim)
    context.errors.flush()
  }

  private func summarise() {
    output.write("\n--- " + target.text + " ping statistics ---\n")
    let rates = settings.isFlood || settings.isAdaptive || settings.interval == 0
    output.line(tally.summary(isTimed: settings.isTimed, hasRates: rates))
    output.flush()
  }
}

func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
