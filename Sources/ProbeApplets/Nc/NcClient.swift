internal import Box
internal import Linux
internal import Reachability
internal import Target

/// nc without -l: one port after the other.
final class NcClient {
  private let settings: NcSettings
  private let context: Context
  private let names: NameLookup
  private lazy var services = Services(context)
  private var isFirst = true

  init(_ settings: NcSettings, _ context: Context) {
    self.settings = settings
    self.context = context
    names = NameLookup(context)
  }

  /// - Returns: whether anything answered.
  func run(_ operands: [String]) throws(Failure) -> Bool {
    if settings.isUnix { return try local(operands) }
    guard let host = operands.first else { throw .usage("no host given") }
    guard operands.count > 1 else { throw .usage("\(host): no port given") }
    var list: [UInt16] = []
    for text in operands.dropFirst() {
      list += try ports(text, { services }, isUDP: settings.isUDP)
    }
    if settings.isRandom { shuffle(&list) }
    if settings.isNumeric, IPAddress(host) == nil { throw .message("\(host): not an address") }
    if settings.proxy != nil {
      for port in list where try throughProxy(host, port) { return true }
      return false
    }
    let targets = try names.destinations(host, settings.family)
    var hasAnswered = false
    for port in list {
      pause()
      if try settings.isUDP ? datagrams(targets, port) : connect(targets, port) {
        hasAnswered = true
        if !settings.scans { break }
      }
    }
    return hasAnswered
  }

  private func shuffle(_ list: inout [UInt16]) {
    var entropy = Entropy()
    for index in list.indices.dropFirst().reversed() {
      list.swapAt(index, Int(entropy.below(UInt64(index + 1))))
    }
  }

  private func pause() {
    if !isFirst, let interval = settings.interval { context.clock.sleep(seconds: interval) }
    isFirst = false
  }

  private func bind(_ socket: Socket, _ family: IPAddress.Family) throws(SystemError) {
    try settings.apply(socket, family)
    guard settings.source != nil || settings.ownPort != nil else { return }
    let address = settings.source.flatMap { IPAddress($0) } ?? (family == .v4 ? .anyV4 : .anyV6)
    try socket.set(.reuseAddress)
    try socket.bind(to: .ip(Endpoint(address, port: ownPort)))
  }

  private var ownPort: UInt16 {
    guard let text = settings.ownPort else { return 0 }
    return UInt16(text) ?? services.port(text, isUDP: settings.isUDP) ?? 0
  }

  private func connect(_ targets: [Destination], _ port: UInt16) throws(Failure) -> Bool {
    for target in targets {
      let family = target.address.family
      let attempt = Attempt(.ip(Endpoint(target.address, port: port))) {
        (socket) throws(SystemError) in try bind(socket, family)
      }
      let limit = settings.timeout.map { Deadline(seconds: $0) } ?? .never
      let verdict = attempt.wait(until: limit)
      guard let socket = attempt.takeSocket() else {
        if case .failed(let error) = verdict, "\(error.call)" == "bind" { throw .system(error) }
        complain(target, port, verdict)
        continue
      }
      succeed(target, port)
      if settings.scans { return true }
      return try relay(socket)
    }
    return false
  }

  private func complain(_ target: Destination, _ port: UInt16, _ verdict: Verdict) {
    guard settings.isVerbose else { return }
    let shown = target.isLiteral ? target.text : target.label
    var text = "connect to \(shown) port \(port) (\(settings.word)) "
    if case .timeout = verdict {
      text += "timed out: Operation now in progress"
    } else {
      text += "failed: " + verdict.systemReason
    }
    context.note(text + ": " + verdict.word + " (" + verdict.reason + ")")
  }

  private func succeed(_ target: Destination, _ port: UInt16) {
    guard settings.isVerbose else { return }
    let shown = target.isLiteral ? target.text : target.label
    let name = settings.isNumeric ? nil : services.name(port, isUDP: settings.isUDP)
    say("Connection to \(shown) \(port) port [\(settings.word)/\(name ?? "*")] succeeded!")
  }

  private func say(_ text: String) {
    context.errors.line(text)
    context.errors.flush()
  }

  /// - Returns: false where the other side reset before anything came.
  private func relay(_ socket: Socket) throws(Failure) -> Bool {
    let relay = NcRelay(settings, socket, context)
    try relay.run()
    guard relay.wasReset else { return true }
    if settings.isVerbose {
      let verdict = Verdict.resetAfterAccept
      context.note(verdict.systemReason + ": " + verdict.word + " (" + verdict.reason + ")")
    }
    return false
  }

  private func datagrams(_ targets: [Destination], _ port: UInt16) throws(Failure) -> Bool {
    for target in targets {
      let family = target.address.family
      let endpoint = Endpoint(target.address, port: port)
      if settings.scans {
        if scan(target, endpoint) { return true }
        continue
      }
      do throws(SystemError) {
        let socket = try Socket(Socket.Domain(family), .datagram)
        try bind(socket, family)
        _ = try socket.startConnecting(to: .ip(endpoint))
        succeed(target, port)
        return try relayed(socket)
      } catch {
        complain(target, port, Verdict(error, nil))
      }
    }
    return false
  }

  private func relayed(_ socket: Socket) throws(SystemError) -> Bool {
    var hasEnded = true
    do throws(Failure) {
      hasEnded = try relay(socket)
    } catch {
      if let text = error.text { context.note(text) }
      hasEnded = false
    }
    return hasEnded
  }

  /// A datagram to a port: silence counts as open, as nobody refused it.
  private func scan(_ target: Destination, _ endpoint: Endpoint) -> Bool {
    let limit = Deadline(seconds: settings.timeout ?? 1)
    let (verdict, _, _) = DatagramProbe.ask(endpoint, [UInt8(ascii: "X")], until: limit) {
      (socket) throws(SystemError) in try bind(socket, target.address.family)
    }
    switch verdict {
    case .open:
      succeed(target, endpoint.port)
      return true
    case .timeout:
      succeed(target, endpoint.port)
      if settings.isVerbose {
        context.note(
          "\(target.text) port \(endpoint.port) (udp): no reply: open and silent, or dropped")
      }
      return true
    default:
      complain(target, endpoint.port, verdict)
      return false
    }
  }

  private func throughProxy(_ host: String, _ port: UInt16) throws(Failure) -> Bool {
    let limit = settings.timeout.map { Deadline(seconds: $0) } ?? .never
    let proxy = NcProxy(settings.proxyKind, settings.proxy ?? "")
    let place = try proxy.place()
    for target in try names.destinations(place.host, settings.family) {
      let attempt = Attempt(.ip(Endpoint(target.address, port: place.port))) {
        (socket) throws(SystemError) in try settings.apply(socket, target.address.family)
      }
      let verdict = attempt.wait(until: limit)
      guard let socket = attempt.takeSocket() else {
        complain(target, place.port, verdict)
        continue
      }
      var address = IPAddress(host)
      if address == nil, settings.proxyKind == .socks4 {
        address = try names.destination(host, .v4).address
      }
      try proxy.ask(socket, for: host, address, port, until: limit)
      if settings.isVerbose {
        let name = settings.isNumeric ? nil : services.name(port, isUDP: false)
        let shown = Sanitize.escaped(host)
        say("Connection to \(shown) \(port) port [tcp/\(name ?? "*")] succeeded!")
      }
      return settings.scans ? true : try relay(socket)
    }
    return false
  }

  private func local(_ operands: [String]) throws(Failure) -> Bool {
    guard let path = operands.first else { throw .usage("no socket given") }
    guard operands.count == 1 else { throw .usage("\(operands[1]): one socket is enough") }
    // An abstract name is in no file system.
    let location = path.hasPrefix("@") ? nil : try Paths(context).location(path)
    let handle = location?.isForeign == true ? try location?.open(.path) : nil
    var address = path
    if let handle { address = "/proc/self/fd/\(handle.descriptor)" }
    do throws(SystemError) {
      let socket = try Socket(.unix, settings.isUDP ? .datagram : .stream)
      if let source = settings.source { try socket.bind(to: .unix(source)) }
      try socket.connect(to: .unix(address), until: Deadline(seconds: settings.timeout ?? 1e9))
      if settings.isVerbose { say("Connection to \(Sanitize.escaped(path)) succeeded!") }
      return settings.scans ? true : try relayed(socket)
    } catch {
      throw .system(error.about(path))
    }
  }
}
