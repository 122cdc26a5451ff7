internal import Box
internal import ICMP
internal import Linux
internal import Trace

/// One run of traceroute: keeps so many packets under way, and prints them in their order.
final class TraceSession {
  /// A packet for a hop, and what became of it.
  private struct Probe {
    var id = -1
    var sentAt: Instant?
    var answer: TraceAnswer?
    var isLost = false
    /// The path MTU was found to be this with it.
    var mtu: Int?

    var isDone: Bool { answer != nil || isLost }
  }

  private let settings: TraceSettings
  private let target: Destination
  private var size: Int
  private let names: NameLookup
  private let context: Context
  private let output: Output
  private let clock = Clock()
  private var probes: [Probe]
  /// The first that was not sent, and the first that was not printed.
  private var next = 0
  private var shown = 0
  private var lastSource: IPAddress?
  /// Packets behind this one are not needed: the way ends here.
  private var end: Int
  private var knownMTU: Int?
  private var isFirstSend = true

  init(
    _ settings: TraceSettings, _ target: Destination, _ size: Int, _ names: NameLookup,
    _ context: Context
  ) {
    self.settings = settings
    self.target = target
    self.size = size
    self.names = names
    self.context = context
    output = context.output
    let hops = settings.lastHop - settings.firstHop + 1
    end = hops * settings.probes
    probes = [Probe](repeating: Probe(), count: end)
  }

  func run() throws(Failure) {
    output.line(
      "traceroute to \(target.text) (\(target.address.description)), \(settings.lastHop) hops max, "
        + "\(size) byte packets")
    output.flush()
    let tracer = try open()
    let signals = try attempt { () throws(SystemError) in
      try SignalWatch([Signal(2), .terminate])
    }
    while shown < end {
      if signals.next() != nil {
        output.write("\n")
        throw .quiet(130)
      }
      let wake = try fill(tracer)
      if shown >= end { break }
      let answers = try told { () throws(SystemError) in
        try tracer.collect(until: wake, other: signals.descriptor)
      }
      for (id, answer) in answers { note(id, answer) }
      expire(tracer)
      show()
      if output.failure != nil { break }
    }
  }

  private func open() throws(Failure) -> Tracer {
    let family = target.address.family
    do throws(SystemError) {
      let settings = settings
      return try Tracer(target.address, settings.traceMethod) { (socket) throws(SystemError) in
        try settings.apply(socket, family)
      }
    } catch {
      guard settings.method == .icmp, error.errno == .denied || error.errno == .notPermitted else {
        throw reason(error)
      }
      let access = ICMPAccess()
      throw Failure(
        "-I: no ICMP permission (" + access.reason + "); -T and -U work without",
        advice: access.advice)
    }
  }

  private func told<Value>(_ body: () throws(SystemError) -> Value) throws(Failure) -> Value {
    do throws(SystemError) {
      return try body()
    } catch {
      throw reason(error)
    }
  }

  private func reason(_ error: SystemError) -> Failure {
    let subject = error.subject.isEmpty ? "\(error.call)" : error.subject
    return .message(subject + ": " + error.reason)
  }

  /// Sends what may be sent.
  ///
  /// - Returns: when to look again.
  private func fill(_ tracer: Tracer) throws(Failure) -> Deadline {
    while next < end, pendingCount < settings.atOnce {
      if settings.pause > 0, !isFirstSend { clock.sleep(seconds: settings.pause) }
      isFirstSend = false
      let hop = settings.firstHop + next / settings.probes
      if try send(tracer, hop) { next += 1 }
    }
    return Deadline(seconds: nextExpiry)
  }

  /// - Returns: false where a smaller packet has to be tried.
  private func send(_ tracer: Tracer, _ hop: Int) throws(Failure) -> Bool {
    do throws(SystemError) {
      probes[next].id = try tracer.send(hops: hop, size: size)
      probes[next].sentAt = clock.monotonic()
      return true
    } catch {
      guard error.errno == .messageTooLong, settings.findsMTU else { throw reason(error) }
    }
    // The interface's own MTU is the first that is found.
    let mtu = interfaceMTU
    guard mtu < size else { throw .message("no packet is small enough") }
    shrink(to: mtu, at: next)
    return false
  }

  private var interfaceMTU: Int {
    let family = target.address.family
    let found = try? PathMTU.local(target.address) { (socket) throws(SystemError) in
      try settings.departure.apply(socket)
      try socket.set(.probe, family)
    }
    return found ?? max(1280, size / 2)
  }

  private func shrink(to mtu: Int, at index: Int) {
    size = mtu
    probes[index].mtu = mtu
  }

  private var pendingCount: Int {
    var count = 0
    for index in shown..<next where !probes[index].isDone { count += 1 }
    return count
  }

  /// Seconds until the first packet under way is given up.
  private var nextExpiry: Double {
    let now = clock.monotonic()
    var least = 60.0
    for index in shown..<next where !probes[index].isDone {
      guard let sentAt = probes[index].sentAt else { continue }
      least = min(least, patience(index) - now.since(sentAt))
    }
    return max(0, least)
  }

  /// What came back from this hop, or from a later one, tells how long to wait.
  private func patience(_ index: Int) -> Double {
    let first = shown / settings.probes * settings.probes
    let here = index / settings.probes * settings.probes
    guard here == first else { return settings.patience }
    if settings.hereFactor > 0 {
      for other in here..<min(here + settings.probes, next) {
        if let answer = probes[other].answer {
          return min(settings.patience, max(0.001, answer.seconds * settings.hereFactor))
        }
      }
    }
    if settings.nearFactor > 0, here + settings.probes < next {
      for other in (here + settings.probes)..<next {
        if let answer = probes[other].answer {
          return min(settings.patience, max(0.001, answer.seconds * settings.nearFactor))
        }
      }
    }
    return settings.patience
  }

  private func note(_ id: Int, _ answer: TraceAnswer) {
    guard let index = probes.firstIndex(where: { $0.id == id }) else { return }
    if settings.findsMTU, case .stopped(let complaint) = answer.meaning,
      let mtu = complaint.mtu, mtu < size
    {
      // The same hop once more, with what fits.
      shrink(to: mtu, at: index)
      probes[index].id = -1
      probes[index].sentAt = nil
      next = index
      return
    }
    probes[index].answer = answer
    let hop = index / settings.probes
    if answer.meaning == .reached { end = min(end, (hop + 1) * settings.probes) }
  }

  private func expire(_ tracer: Tracer) {
    let now = clock.monotonic()
    for index in shown..<max(shown, min(next, end)) where !probes[index].isDone {
      guard let sentAt = probes[index].sentAt, now.since(sentAt) >= patience(index) else {
        continue
      }
      probes[index].isLost = true
      tracer.forget(probes[index].id)
    }
  }

  /// Prints what is known, as far as there is no gap.
  private func show() {
    while shown < min(next, end), probes[shown].isDone {
      let place = shown % settings.probes
      if place == 0 {
        let hop = String(settings.firstHop + shown / settings.probes)
        output.write((hop.utf8.count < 2 ? " " : "") + hop + " ")
        lastSource = nil
      }
      show(probes[shown])
      shown += 1
      if shown % settings.probes == 0 {
        output.write("\n")
        giveUpWhereStopped()
      }
    }
    output.flush()
  }

  private func show(_ probe: Probe) {
    guard let answer = probe.answer else {
      output.write(" *")
      return
    }
    let isNew = lastSource != answer.source
    if isNew {
      let name = settings.isNumeric ? nil : names.name(of: answer.source)
      let address = answer.source.description
      output.write(" " + (settings.isNumeric ? address : (name ?? address) + " (" + address + ")"))
      lastSource = answer.source
    }
    if settings.tellsTCP, isNew, let tcp = answer.tcp {
      output.write(tcp == .accepted ? " <syn,ack>" : " <rst,ack>")
    }
    let hop = settings.firstHop + shown / settings.probes
    if settings.tellsWayBack, let back = wayBack(answer.hopLimit), back != hop {
      output.write(" '-" + String(back) + "'")
    }
    output.write("  " + fixed(answer.seconds * 1000, 3) + " ms")
    if let mtu = probe.mtu { output.write(" F=" + String(mtu)) }
    if case .stopped(let complaint) = answer.meaning { output.write(" " + complaint.traceMark) }
  }

  /// Nearly all hosts start with 64, 128 or 255.
  private func wayBack(_ hopLimit: Int?) -> Int? {
    guard let hopLimit else { return nil }
    let start = hopLimit <= 64 ? 64 : hopLimit <= 128 ? 128 : 255
    return start - hopLimit + 1
  }

  /// Where somebody says that there is no way on, and nobody passes packets on, the way ends.
  private func giveUpWhereStopped() {
    var stopped = 0
    var passed = 0
    for index in (shown - settings.probes)..<shown {
      guard let answer = probes[index].answer else { continue }
      if case .stopped = answer.meaning { stopped += 1 } else { passed += 1 }
    }
    if stopped > passed { end = min(end, shown) }
  }
}
