internal import Box
internal import ICMP
internal import Linux
internal import Trace

/// What is known of a hop.
final class MtrHop {
  /// The routers that answered, the first of them first.
  var addresses: [IPAddress] = []
  var sent = 0
  /// Lost so far; what is still under way is not.
  var lost = 0
  var times = RoundTrips()

  var received: Int { times.count }
  var loss: Double { sent == 0 ? 0 : 100 * Double(sent - received) / Double(sent) }

  func reset() {
    sent = 0
    lost = 0
    times = RoundTrips()
  }
}

/// Sends to all hops in turn, and sums up what comes back.
final class MtrEngine {
  enum Event {
    case sent(hop: Int, id: Int)
    case answered(hop: Int, id: Int, source: IPAddress, seconds: Double, isNew: Bool)
  }

  private let settings: MtrSettings
  private let tracer: Tracer
  private let clock = Clock()
  /// By hop less one.
  private(set) var hops: [MtrHop]
  /// The hop where the way ends, once it is known.
  private(set) var end: Int?
  private var flights: [(id: Int, hop: Int, sentAt: Instant)] = []
  private var nextHop: Int
  private var nextSend: Instant
  private(set) var cycle = 0
  var onEvent: ((Event) -> Void)?

  private init(_ settings: MtrSettings, _ tracer: Tracer) {
    self.settings = settings
    self.tracer = tracer
    hops = (0..<settings.lastHop).map { _ in MtrHop() }
    nextHop = settings.firstHop
    nextSend = clock.monotonic()
  }

  /// With UDP where ICMP is not allowed, which is said.
  static func open(_ settings: MtrSettings, _ target: IPAddress, _ context: Context)
    throws(Failure) -> MtrEngine
  {
    var method = settings.traceMethod
    for isLast in [false, true] {
      do throws(SystemError) {
        let tracer = try Tracer(target, method) { (socket) throws(SystemError) in
          try settings.apply(socket, target.family)
        }
        return MtrEngine(settings, tracer)
      } catch {
        let isDenied = error.errno == .denied || error.errno == .notPermitted
        guard isDenied, settings.method == .icmp, !isLast else { throw .system(error) }
      }
      let access = ICMPAccess()
      context.note("no ICMP permission (" + access.reason + "); using UDP instead")
      context.errors.line("fix: " + access.advice)
      context.errors.flush()
      method = .risingUDP(firstPort: 33434)
    }
    throw .message("no way to send")
  }

  /// Hops that are worth showing: to the end, or one behind the last that answered.
  var shown: Range<Int> {
    let first = settings.firstHop - 1
    if let end { return first..<max(first, end) }
    let sent = hops.lastIndex { $0.sent > 0 } ?? -1
    let known = hops.lastIndex { !$0.addresses.isEmpty } ?? -1
    return first..<max(first, min(sent, known + 1) + 1)
  }

  private var limit: Int {
    if let end { return end }
    let known = (hops.lastIndex { !$0.addresses.isEmpty } ?? settings.firstHop - 2) + 1
    return min(settings.lastHop, known + settings.mostUnknown)
  }

  var hasPending: Bool { !flights.isEmpty }

  func reset() {
    for hop in hops { hop.reset() }
  }

  /// The pause between two packets. The first round goes faster: nobody knows yet how long the way is.
  private var pause: Double {
    let count = max(1, limit - settings.firstHop + 1)
    return cycle == 0 ? min(0.05, settings.interval / 10) : settings.interval / Double(count)
  }

  /// Sends what is due, and takes what comes, for at most `seconds`.
  ///
  /// - Parameter isSending: false only listens.
  func step(isSending: Bool, seconds: Double, other: Int32) throws(SystemError) {
    let now = clock.monotonic()
    if isSending, now >= nextSend { try send(now) }
    expire(now)
    var wait = seconds
    if isSending { wait = min(wait, max(0, nextSend.since(clock.monotonic()))) }
    if let oldest = flights.first {
      wait = min(wait, max(0.001, settings.patience - now.since(oldest.sentAt)))
    }
    for (id, answer) in try tracer.collect(until: Deadline(seconds: wait), other: other) {
      note(id, answer)
    }
  }

  private func send(_ now: Instant) throws(SystemError) {
    if nextHop > limit {
      nextHop = settings.firstHop
      cycle += 1
      if let most = settings.cycles, cycle >= most { return }
    }
    let hop = hops[nextHop - 1]
    do throws(SystemError) {
      let id = try tracer.send(hops: nextHop, size: settings.size, fill: settings.fill)
      flights.append((id, nextHop, now))
      onEvent?(.sent(hop: nextHop - 1, id: id))
    } catch {
      // Without a route for the moment, packets are lost, and the watch goes on.
      guard error.errno == .networkUnreachable || error.errno == .hostUnreachable else {
        throw error
      }
    }
    hop.sent += 1
    nextHop += 1
    nextSend = now.advanced(by: pause)
  }

  private func expire(_ now: Instant) {
    while let oldest = flights.first, now.since(oldest.sentAt) >= settings.patience {
      flights.removeFirst()
      tracer.forget(oldest.id)
      hops[oldest.hop - 1].lost += 1
    }
  }

  private func note(_ id: Int, _ answer: TraceAnswer) {
    guard let index = flights.firstIndex(where: { $0.id == id }) else { return }
    let flight = flights.remove(at: index)
    let hop = hops[flight.hop - 1]
    let isNew = !hop.addresses.contains(answer.source)
    if isNew, hop.addresses.count < 8 { hop.addresses.append(answer.source) }
    // What was reset meanwhile starts again with its own packets.
    if hop.received < hop.sent { hop.times.add(answer.seconds) }
    if answer.meaning != .hop { end = min(end ?? flight.hop, flight.hop) }
    onEvent?(
      .answered(
        hop: flight.hop - 1, id: id, source: answer.source, seconds: answer.seconds, isNew: isNew))
  }

  /// Everything that was asked for has been sent.
  var isComplete: Bool { settings.cycles.map { cycle >= $0 } ?? false }
}
