internal import Box
internal import DNS
internal import HTTP
internal import Linux
internal import Reachability
internal import TLS
internal import Target

/// Rounds of tries, many at a time.
final class ProbeRun {
  private let settings: ProbeSettings
  private let context: Context
  private let clock = Clock()
  private(set) var entries: [ProbeEntry] = []
  private var trust: Trust?
  /// One for each name: making one costs more than a handshake.
  private var contexts: [(host: String, isHTTP2: Bool, context: TLSContext)] = []

  init(_ settings: ProbeSettings, _ targets: [ProbeTarget], _ context: Context) {
    self.settings = settings
    self.context = context
    find(targets)
  }

  /// Each name is looked up once, however many ports it has.
  private func find(_ targets: [ProbeTarget]) {
    let lookup = NameLookup(context)
    var known: [(host: String, addresses: [IPAddress], failure: String?)] = []
    for target in targets {
      if known.last?.host.sameBytes(as: target.host) != true,
        !known.contains(where: { $0.host.sameBytes(as: target.host) })
      {
        do throws(Failure) {
          let found = try lookup.destinations(target.host, settings.family)
          known.append((target.host, found.map { $0.address }, nil))
        } catch {
          known.append((target.host, [], error.text ?? "no address"))
        }
      }
      guard let host = known.first(where: { $0.host.sameBytes(as: target.host) }) else { continue }
      for address in settings.takesAll ? host.addresses : Array(host.addresses.prefix(1)) {
        entries.append(ProbeEntry(target, address))
      }
      if let failure = host.failure {
        let entry = ProbeEntry(target, nil)
        entry.add(CheckResult(.unresolved(failure), 0))
        entries.append(entry)
      }
    }
  }

  func run() throws(Failure) {
    let signals = try attempt { () throws(SystemError) in
      try SignalWatch([Signal(2), .terminate])
    }
    // A file of authorities that cannot be read is no matter of the endpoints.
    for entry in entries where entry.target.scheme.isSecure {
      _ = try secured(entry.target)
    }
    var round = 0
    while settings.rounds == 0 || round < settings.rounds {
      let start = clock.monotonic()
      guard try oneRound(signals) else { return }
      round += 1
      if settings.rounds > 0, round >= settings.rounds { return }
      let next = start.advanced(by: settings.interval)
      signals.wait(seconds: next.since(clock.monotonic()))
      if signals.next() != nil { return }
    }
  }

  /// - Returns: false where a signal ends it.
  private func oneRound(_ signals: SignalWatch) throws(Failure) -> Bool {
    var next = 0
    var running: [(entry: ProbeEntry, check: Check)] = []
    while next < entries.count || !running.isEmpty {
      while next < entries.count, running.count < settings.atOnce {
        let entry = entries[next]
        next += 1
        guard let address = entry.address else { continue }
        running.append((entry, check(entry.target, address)))
        // What is answered meanwhile is looked at now: the time is part of the answer.
        try wait(running, signals, isPatient: false)
        collect(&running)
      }
      if running.isEmpty { continue }
      try wait(running, signals, isPatient: true)
      if signals.next() != nil { return false }
      collect(&running)
    }
    return true
  }

  private func collect(_ running: inout [(entry: ProbeEntry, check: Check)]) {
    running.removeAll { item in
      guard let result = item.check.result else { return false }
      item.entry.add(result)
      if settings.isVerbose { tell(item.entry, result) }
      return true
    }
  }

  private func wait(
    _ running: [(entry: ProbeEntry, check: Check)], _ signals: SignalWatch, isPatient: Bool
  ) throws(Failure) {
    let now = clock.monotonic()
    var items: [(descriptor: Int32, events: Readiness)] = [(signals.descriptor, .read)]
    var end = now.advanced(by: isPatient ? settings.timeout : 0)
    for (_, check) in running {
      items.append(check.result == nil ? check.waiting : (-1, []))
      let limit = check.start.advanced(by: settings.timeout)
      end = min(end, limit, check.wakeUp ?? limit)
      if check.result != nil { end = now }
    }
    let ready = try attempt { () throws(SystemError) in
      try Poll.wait(items, until: Deadline(seconds: max(0, end.since(now))))
    }
    let then = clock.monotonic()
    for (index, item) in running.enumerated() {
      let check = item.check
      let isAwake = check.wakeUp.map { then >= $0 } ?? false
      if !ready[index + 1].isEmpty || isAwake {
        check.advance()
      } else if then >= check.start.advanced(by: settings.timeout) {
        check.expire()
      }
    }
  }

  private func check(_ target: ProbeTarget, _ address: IPAddress) -> Check {
    let departure = settings.departure
    let prepare = { (socket: Socket) throws(SystemError) in try departure.apply(socket) }
    switch target.scheme {
    case .udp: return UDPCheck(target, address, [], prepare: prepare)
    case .icmp: return EchoCheck(target, address)
    case .dns:
      do throws(DomainName.TextError) {
        return try DNSCheck(target, address, prepare: prepare)
      } catch {
        let check = Check(target, address)
        check.finish(.unresolved(error.description))
        return check
      }
    case .http, .grpc, .tls, .https, .grpcs:
      do throws(Failure) {
        let talk = try Self.talk(target)
        if target.scheme.isSecure {
          return TLSCheck(target, address, try secured(target), talk, prepare: prepare)
        }
        return TalkCheck(target, address, talk ?? GetConversation(target), prepare: prepare)
      } catch {
        let check = Check(target, address)
        check.finish(.open, isGood: false, detail: error.text ?? "TLS")
        return check
      }
    case .tcp:
      return TCPCheck(target, address, settle: settings.settle, prepare: prepare)
    }
  }

  /// What is said to a target; nil where the handshake is all.
  private static func talk(_ target: ProbeTarget) throws(Failure) -> Conversation? {
    switch target.scheme {
    case .http, .https: return GetConversation(target)
    case .grpc, .grpcs:
      do throws(TransferFailure) {
        return try HealthConversation(target)
      } catch {
        throw .message(error.text)
      }
    case .tcp, .udp, .icmp, .dns, .tls: return nil
    }
  }

  private func secured(_ target: ProbeTarget) throws(Failure) -> TLSContext {
    let isHTTP2 = target.scheme == .grpcs
    for known in contexts where known.isHTTP2 == isHTTP2 && known.host.sameBytes(as: target.host) {
      return known.context
    }
    if trust == nil {
      let files = TrustFiles(Paths(context))
      let given = settings.authorities
      trust = try given.isEmpty ? files.standard() : files.load(given)
    }
    var options = TLSOptions()
    options.serverName = target.host
    if isHTTP2 { options.alpn = ["h2"] }
    if let trust { options.trust = trust }
    do throws(TLSFailure) {
      let made = try TLSContext(options)
      contexts.append((target.host, isHTTP2, made))
      return made
    } catch {
      throw .message("TLS: " + error.description)
    }
  }

  private func tell(_ entry: ProbeEntry, _ result: CheckResult) {
    var text = entry.target.label + " " + result.verdict.word
    text += " " + fixed(result.seconds * 1000, 3) + " ms"
    if !result.detail.isEmpty { text += " " + result.detail }
    context.note(text)
  }
}
