internal import Box
internal import ICMP
internal import Linux
internal import Trace

/// A host of fping, and what is known of it.
final class FpingHost {
  let label: String
  let address: IPAddress
  var sent = 0
  var times = RoundTrips()
  /// Of each packet of `-C`, nil: none came.
  var list: [Double?] = []
  /// What came since the last summary of `-Q`.
  var recentSent = 0
  var recent = RoundTrips()
  var isDone = false

  init(_ label: String, _ address: IPAddress) {
    self.label = label
    self.address = address
  }

  var received: Int { times.count }
}

/// One run of fping: packets leave one after the other, replies are taken as they come.
final class FpingSession {
  /// A packet on its way; sequence numbers are given in turn.
  private struct Flight {
    let host: Int
    let index: Int
    let sentOn: Instant
    let sentAt: Instant
    var isOpen = true
  }

  /// What has to be done at a time.
  private struct Task {
    let time: Instant
    let host: Int
    /// nil: send; else the flight that is lost unless its reply has come.
    let flight: Int?
  }

  private let settings: FpingSettings
  private let context: Context
  private let output: Output
  private let clock = Clock()
  private let start: Instant
  private var hosts: [FpingHost] = []
  private var sockets: [EchoSocket] = []
  private var flights: [Flight] = []
  private var sends: [Task] = []
  private var waits: [Task] = []
  private var nextSend = 0
  private var unknown = 0
  private var timeouts = 0
  private var others = 0
  private var totals = RoundTrips()
  private var lastSent: Instant
  private var width = 0
  private var signals: SignalWatch
  private var nextSummary: Instant?

  init(_ settings: FpingSettings, _ names: [String], _ context: Context) throws(Failure) {
    self.settings = settings
    self.context = context
    output = context.output
    start = clock.monotonic()
    lastSent = start.advanced(by: -1)
    signals = try attempt { () throws(SystemError) in
      try SignalWatch([Signal(2), Signal(3), .terminate])
    }
    nextSummary = settings.summaryEvery.map { start.advanced(by: $0) }
    find(names)
    for host in hosts { width = max(width, host.label.utf8.count) }
  }

  private func find(_ names: [String]) {
    let lookup = NameLookup(context)
    for name in names {
      do throws(Failure) {
        let found = try lookup.destinations(name, settings.family)
        for destination in settings.takesAll ? found : Array(found.prefix(1)) {
          hosts.append(FpingHost(label(destination, lookup), destination.address))
        }
      } catch {
        unknown += 1
        if !settings.isQuiet { context.errors.line(error.text ?? name) }
      }
    }
    context.errors.flush()
  }

  private func label(_ destination: Destination, _ lookup: NameLookup) -> String {
    let address = destination.address.description
    if settings.asksNames || (settings.showsNames && destination.isLiteral) {
      let name = lookup.name(of: destination.address) ?? address
      return settings.showsAddress ? name + " (" + address + ")" : name
    }
    if settings.showsAddress { return address }
    return settings.showsNames ? destination.name : destination.text
  }

  /// - Returns: the exit status: 0 all answered, 1 some did not, 2 some names have no address.
  func run() throws(Failure) -> Int32 {
    try open()
    for index in hosts.indices { sends.append(Task(time: start, host: index, flight: nil)) }
    while hosts.contains(where: { !$0.isDone }) {
      if let number = signals.next() {
        if number != 3 { break }
        summarise(to: context.errors)
      }
      if settings.enough.map({ reachable >= $0 }) ?? false { break }
      let now = clock.monotonic()
      try work(now)
      if let next = nextSummary, now >= next {
        summariseRecent()
        nextSummary = next.advanced(by: settings.summaryEvery ?? 1)
      }
      try wait()
      if output.failure != nil { break }
    }
    return finish()
  }

  private func open() throws(Failure) {
    var families: [IPAddress.Family] = []
    for host in hosts where !families.contains(host.address.family) {
      families.append(host.address.family)
    }
    for family in families {
      do throws(SystemError) {
        let settings = settings
        let socket = try EchoSocket(family) { (socket) throws(SystemError) in
          try settings.apply(socket, family)
        }
        try socket.socket.set(.receiveBuffer, 1 << 21)
        sockets.append(socket)
      } catch {
        guard error.errno == .denied || error.errno == .notPermitted else {
          throw .system(error, status: 4)
        }
        let access = ICMPAccess()
        throw Failure(
          "no ICMP permission (" + access.reason + "); probe tcp://HOST:PORT… works without",
          advice: access.advice, status: 4)
      }
    }
  }

  private var reachable: Int { hosts.reduce(0) { $0 + ($1.received > 0 ? 1 : 0) } }

  /// Does what is due: gives packets up, sends the next one.
  private func work(_ now: Instant) throws(Failure) {
    while let task = waits.first, task.time <= now {
      waits.removeFirst()
      if let flight = task.flight, flights[flight].isOpen { giveUp(flight, now) }
    }
    guard nextSend < sends.count else { return }
    let task = sends[nextSend]
    guard task.time <= now, now.since(lastSent) >= settings.interval else { return }
    nextSend += 1
    if nextSend > 4096 {
      sends.removeFirst(nextSend)
      nextSend = 0
    }
    if !hosts[task.host].isDone { send(task.host, now) }
  }

  private func send(_ index: Int, _ now: Instant) {
    let host = hosts[index]
    guard let socket = sockets.first(where: { $0.family == host.address.family }) else { return }
    lastSent = now
    let number = host.sent
    host.sent += 1
    host.recentSent += 1
    if settings.listsTimes { host.list.append(nil) }
    let flight = flights.count
    let sequence = UInt16(truncatingIfNeeded: flight)
    let size = settings.size
    let payload = settings.isRandom ? Random.bytes(size) : [UInt8](repeating: 0, count: size)
    flights.append(Flight(host: index, index: number, sentOn: clock.now(), sentAt: now))
    do throws(SystemError) {
      _ = try socket.send(sequence, payload, to: host.address)
    } catch {
      if !settings.isQuiet {
        context.errors.line("\(host.label): error while sending ping: \(error.reason)")
        context.errors.flush()
      }
    }
    insert(Task(time: now.advanced(by: settings.patience(number)), host: index, flight: flight))
    if settings.isCounting, settings.loops || number + 1 < settings.count ?? 0 {
      queue(Task(time: now.advanced(by: settings.period), host: index, flight: nil))
    }
  }

  /// All waits are about as long, so that the place is near the end.
  private func insert(_ task: Task) {
    var index = waits.count
    while index > 0, waits[index - 1].time > task.time { index -= 1 }
    waits.insert(task, at: index)
  }

  private func queue(_ task: Task) {
    var index = sends.count
    while index > nextSend, sends[index - 1].time > task.time { index -= 1 }
    sends.insert(task, at: index)
  }

  private func wait() throws(Failure) {
    if hosts.allSatisfy({ $0.isDone }) { return }
    let now = clock.monotonic()
    var seconds = 1.0
    if let task = waits.first { seconds = min(seconds, task.time.since(now)) }
    if nextSend < sends.count {
      seconds = min(
        seconds, max(sends[nextSend].time.since(now), settings.interval - now.since(lastSent)))
    }
    if let nextSummary { seconds = min(seconds, nextSummary.since(now)) }
    var items: [(descriptor: Int32, events: Readiness)] = [(signals.descriptor, .read)]
    for socket in sockets { items.append((socket.socket.descriptor, .read)) }
    do throws(SystemError) {
      // poll(2) rounds up to milliseconds: what is shorter is slept.
      if seconds < 0.001, seconds > 0 { clock.sleep(seconds: min(seconds, 0.0002)) }
      _ = try Poll.wait(items, until: Deadline(seconds: seconds < 0.001 ? 0 : seconds))
      for socket in sockets {
        while let event = try socket.receive() { take(event) }
      }
    } catch {
      throw .system(error, status: 4)
    }
    output.flush()
  }

  /// The packet with that number on the wire; the newest of them.
  private func flight(_ sequence: UInt16, _ address: IPAddress?) -> Int? {
    guard !flights.isEmpty else { return nil }
    let newest = flights.count - 1
    let back = Int(UInt16(truncatingIfNeeded: newest) &- sequence)
    guard back <= newest else { return nil }
    let index = newest - back
    if let address, hosts[flights[index].host].address != address { return nil }
    return index
  }

  private func take(_ event: EchoEvent) {
    switch event {
    case .reply(let reply):
      guard let index = flight(reply.echo.sequence, reply.source), flights[index].isOpen else {
        return
      }
      flights[index].isOpen = false
      let flight = flights[index]
      let measured = clock.monotonic().since(flight.sentAt)
      let told = reply.time.since(flight.sentOn)
      note(flight, told >= 0 && told <= measured ? told : measured, reply)
    case .complaint(let complaint):
      others += 1
      guard !settings.isQuiet, let said = complaint.error.complaint,
        let source = complaint.error.offender, let sequence = complaint.sequence,
        let index = flight(sequence, nil)
      else { return }
      output.flush()
      let host = hosts[flights[index].host]
      context.errors.line(
        said.fpingWords + " from " + source.description + " for ICMP Echo sent to "
          + host.label)
      context.errors.flush()
    }
  }

  private func note(_ flight: Flight, _ seconds: Double, _ reply: EchoReply) {
    let host = hosts[flight.host]
    host.times.add(seconds)
    host.recent.add(seconds)
    totals.add(seconds)
    if settings.listsTimes, flight.index < host.list.count { host.list[flight.index] = seconds }
    if settings.isCounting {
      if !settings.isQuiet {
        let bytes = reply.echo.payload.count + Echo.headerSize
        line(host, "[\(flight.index)], \(bytes) bytes, \(FpingText.time(seconds)) ms")
      }
      finishCounting(host)
      return
    }
    host.isDone = true
    guard settings.showsAlive || settings.showsEach else { return }
    var text = host.label
    if !settings.showsAlive { text += " is alive" }
    if settings.showsElapsed { text += " (" + FpingText.time(seconds) + " ms)" }
    output.line(text)
  }

  private func finishCounting(_ host: FpingHost) {
    guard let count = settings.count, !settings.loops, host.sent >= count else { return }
    host.isDone = !flights.contains { hosts[$0.host] === host && $0.isOpen }
  }

  /// A line of -c or -l, with what has been so far.
  private func line(_ host: FpingHost, _ text: String) {
    if settings.stamps { output.write(FpingText.stamp(clock.now())) }
    let average = host.received > 0 ? FpingText.time(host.times.mean) : "NaN"
    let loss = FpingText.loss(host.sent, host.received)
    let label = FpingText.padded(host.label, width)
    output.line(label + " : " + text + " (\(average) avg, \(loss)% loss)")
  }

  private func giveUp(_ index: Int, _ now: Instant) {
    flights[index].isOpen = false
    timeouts += 1
    let flight = flights[index]
    let host = hosts[flight.host]
    if settings.isCounting {
      if !settings.isQuiet { line(host, "[\(flight.index)], timed out") }
      return finishCounting(host)
    }
    if host.sent <= settings.retries {
      return queue(Task(time: now, host: flight.host, flight: nil))
    }
    host.isDone = true
    guard settings.showsLost || settings.showsEach else { return }
    output.line(settings.showsLost ? host.label : host.label + " is unreachable")
  }

  private func finish() -> Int32 {
    output.flush()
    if settings.isCounting {
      if !settings.isQuiet || settings.summaryEvery != nil { context.errors.line("") }
      summarise(to: context.errors)
    }
    if settings.showsTotals { writeTotals() }
    if let enough = settings.enough {
      let isEnough = reachable >= enough
      output.line(
        (isEnough ? "Enough" : "Not enough") + " hosts reachable (required: \(enough), "
          + "reachable: \(reachable))")
      return isEnough ? 0 : 1
    }
    if unknown > 0 { return 2 }
    return reachable == hosts.count ? 0 : 1
  }

  private func summarise(to stream: Output) {
    output.flush()
    for host in hosts {
      let label = FpingText.padded(host.label, width)
      if settings.listsTimes {
        let times = host.list.map { $0.map { FpingText.time($0) } ?? "-" }
        stream.line(label + " : " + times.joined(separator: " "))
      } else {
        stream.line(label + FpingText.summary(host.sent, host.times, outage(host)))
      }
    }
    stream.flush()
  }

  private func outage(_ host: FpingHost) -> Int? {
    guard settings.showsOutage else { return nil }
    return Int(Double(host.sent - host.received) * settings.period * 1000)
  }

  private func summariseRecent() {
    let now = clock.now().local
    context.errors.line(format(now, "[%H:%M:%S]"))
    for host in hosts {
      let label = FpingText.padded(host.label, width)
      context.errors.line(label + FpingText.summary(host.recentSent, host.recent, nil))
      host.recentSent = 0
      host.recent = RoundTrips()
    }
    context.errors.flush()
  }

  private func writeTotals() {
    let sent = hosts.reduce(0) { $0 + $1.sent }
    var text = "\n"
    func row(_ number: Int, _ words: StaticString) {
      let digits = String(number)
      text += String(repeating: " ", count: max(0, 8 - digits.utf8.count)) + digits + " \(words)\n"
    }
    row(hosts.count + unknown, "targets")
    row(reachable, "alive")
    row(hosts.count - reachable, "unreachable")
    row(unknown, "unknown addresses")
    text += "\n"
    row(timeouts, "timeouts (waiting for response)")
    row(sent, "ICMP Echos sent")
    row(totals.count, "ICMP Echo Replies received")
    row(others, "other ICMP received")
    text += "\n"
    text += " " + FpingText.time(totals.best) + " ms (min round trip time)\n"
    text += " " + FpingText.time(totals.mean) + " ms (avg round trip time)\n"
    text += " " + FpingText.time(totals.most) + " ms (max round trip time)\n"
    let elapsed = fixed(clock.monotonic().since(start), 3)
    text += String(repeating: " ", count: max(0, 13 - elapsed.utf8.count)) + elapsed
    text += " sec (elapsed real time)\n\n"
    context.errors.write(text)
    context.errors.flush()
  }
}
