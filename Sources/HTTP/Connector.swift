internal import DNS
public import Linux

/// Where and how to connect, beside what the URL says.
public struct ConnectOptions {
  public var family: IPAddress.Family?
  /// Seconds for names, TCP, proxy and TLS together.
  public var timeout: Double?
  /// Seconds that the first family of addresses is ahead of the second.
  public var headStart = 0.2
  /// An interface, or an address of ours.
  public var interface: String?
  public var localPorts: ClosedRange<UInt16>?
  public var keepsAlive = true
  public var noDelay = true
  /// `HOST:PORT` in lower case, or `*:PORT`, to addresses.
  public var overrides: [(place: String, addresses: [IPAddress])] = []
  /// In place of host and port of the URL; empty or 0 is any, or the same.
  public var reroutes: [(host: String, port: UInt16, toHost: String, toPort: UInt16)] = []
  /// Makes a connection in place of TCP, and how it is called in messages.
  public var local: (name: String, connect: () throws(TransferFailure) -> Socket)?
  public var sendsProxyHeader = false

  public init() {}
}

/// Makes connections: looks names up, and tries the addresses of both families side by side.
/// RFC 8305, as far as curl goes with it.
final class Connector {
  private let resolver: Resolver
  private let options: ConnectOptions
  private let pace: Pace
  private let number: Int

  init(_ resolver: Resolver, _ options: ConnectOptions, _ pace: Pace, number: Int) {
    self.resolver = resolver
    self.options = options
    self.pace = pace
    self.number = number
  }

  private var record: TransferRecord { pace.record }
  private var observer: TransferObserver { pace.observer }

  /// A socket that is connected to `host`.
  func connect(to host: String, zone: String?, port: UInt16, until deadline: Deadline)
    throws(TransferFailure) -> Socket
  {
    if let local = options.local {
      if observer.wantsNotes { observer.note("  Trying " + local.name + ":0...") }
      record.nameLookup = record.elapsed
      do throws(TransferFailure) {
        let socket = try local.connect()
        finish(host, local.name, port)
        return socket
      } catch {
        throw failed(host, port, error.errno, error.text)
      }
    }
    let addresses = try look(host, zone: zone, port, until: deadline)
    record.nameLookup = record.elapsed
    let socket = try race(addresses, host, port, until: deadline)
    let peer = socket.peerAddress.endpoint?.address.description ?? host
    finish(host, peer, port)
    return socket
  }

  private func finish(_ host: String, _ peer: String, _ port: UInt16) {
    record.connect = record.elapsed
    observer.connected()
    guard observer.wantsNotes else { return }
    observer.note("Connected to \(host) (\(peer)) port \(port) (#\(number))")
  }

  private func failed(_ host: String, _ port: UInt16, _ errno: Errno?, _ reason: String)
    -> TransferFailure
  {
    let isLate = errno == .timedOut
    return TransferFailure(
      isLate ? .timedOut : .cannotConnect,
      "Failed to connect to \(host) port \(port) after \(Int(record.elapsed * 1000)) ms: "
        + (isLate ? "Timeout was reached" : "Couldn't connect to server"), errno: errno)
  }

  // MARK: names

  func look(_ host: String, zone: String?, _ port: UInt16, until deadline: Deadline)
    throws(TransferFailure) -> [IPAddress]
  {
    for place in [host.asciiLowercased + ":" + String(port), "*:" + String(port)] {
      if let found = options.overrides.first(where: { $0.place == place }) {
        if observer.wantsNotes { observer.note("Hostname \(host) was found in DNS cache") }
        return found.addresses
      }
    }
    if let literal = IPAddress(zone.map { host + "%" + $0 } ?? host) { return [literal] }
    // RFC 6761 section 6.3: nobody is asked for it.
    if host == "localhost" || host.hasSuffix(".localhost") {
      let found = [IPAddress.loopbackV4, IPAddress.loopbackV6].filter {
        options.family == nil || $0.family == options.family
      }
      observer.looked(up: host, found)
      return found
    }
    let left = deadline.earlier(pace.deadline).left
    if left < 10 {
      resolver.configuration.timeout = max(1, min(resolver.configuration.timeout, Int(left)))
      resolver.configuration.attempts = 1
    }
    let resolution = resolver.resolve(host, family: options.family)
    if case .found = resolution.ending {
      let sorted = AddressOrder.sorted(resolution.addresses)
      observer.looked(up: host, sorted)
      return sorted
    }
    if deadline.earlier(pace.deadline).hasPassed {
      throw TransferFailure(
        .timedOut, "Resolving timed out after \(Int(record.elapsed * 1000)) milliseconds")
    }
    throw TransferFailure(.hostNotFound, "Could not resolve host: " + host)
  }

  // MARK: addresses

  /// One family of addresses, tried one after the other.
  private struct Lane {
    var addresses: [IPAddress]
    var socket: Socket?
    var address: IPAddress?
    var end = Deadline.never
  }

  private func race(
    _ addresses: [IPAddress], _ host: String, _ port: UInt16, until deadline: Deadline
  ) throws(TransferFailure) -> Socket {
    guard let first = addresses.first else {
      throw TransferFailure(.hostNotFound, "Could not resolve host: " + host)
    }
    var lanes = [Lane(addresses: addresses.filter { $0.family == first.family })]
    let others = addresses.filter { $0.family != first.family }
    var lateStart = Deadline(seconds: options.headStart)
    var last: Errno?
    try start(&lanes[0], host, port, deadline, &last)
    while true {
      let isAlone = lanes.count == 1 && !others.isEmpty
      if isAlone, lanes[0].socket == nil || lateStart.hasPassed {
        lateStart = .never
        lanes.append(Lane(addresses: others))
        try start(&lanes[1], host, port, deadline, &last)
      }
      if lanes.allSatisfy({ $0.socket == nil }) { break }
      if let socket = try newsFrom(
        &lanes, isAlone ? lateStart : .never, host, port, deadline, &last)
      {
        return socket
      }
      if deadline.hasPassed || pace.deadline.hasPassed {
        if pace.deadline.hasPassed { throw pace.timedOut() }
        last = .timedOut
        break
      }
    }
    let failure = failed(host, port, last, "")
    if observer.wantsNotes { observer.note(failure.text) }
    throw failure
  }

  /// Goes on to the next address of a lane that a connection can be begun to.
  private func start(
    _ lane: inout Lane, _ host: String, _ port: UInt16, _ deadline: Deadline, _ last: inout Errno?
  ) throws(TransferFailure) {
    lane.socket = nil
    while !lane.addresses.isEmpty {
      let address = lane.addresses.removeFirst()
      let endpoint = Endpoint(address, port: port)
      if observer.wantsNotes { observer.note("  Trying \(endpoint)...") }
      observer.connecting(to: endpoint, of: host)
      let socket = try prepared(address)
      do throws(SystemError) {
        _ = try socket.startConnecting(to: .ip(endpoint))
        lane.socket = socket
        lane.address = address
        // Half of the time that is left, where somebody else waits for their turn.
        let left = deadline.left
        lane.end =
          lane.addresses.isEmpty || left == .infinity ? .never : Deadline(seconds: left / 2)
        return
      } catch {
        last = error.errno
        observer.connectionFailed(error.errno)
        if observer.wantsNotes {
          observer.note("Immediate connect fail for \(address): \(error.reason)")
        }
      }
    }
  }

  /// Waits for news from the lanes.
  ///
  /// - Returns: the first socket that is connected.
  private func newsFrom(
    _ lanes: inout [Lane], _ next: Deadline, _ host: String, _ port: UInt16, _ deadline: Deadline,
    _ last: inout Errno?
  ) throws(TransferFailure) -> Socket? {
    try observer.idle()
    var end = deadline.earlier(pace.deadline).earlier(next)
    end = end.earlier(Deadline(seconds: observer.patience))
    for lane in lanes where lane.socket != nil { end = end.earlier(lane.end) }
    let active = lanes.indices.filter { lanes[$0].socket != nil }
    var ready: [Readiness] = []
    do throws(SystemError) {
      ready = try Poll.wait(
        active.map { (lanes[$0].socket?.descriptor ?? -1, .write) }, until: end)
    } catch {
      throw TransferFailure(.cannotConnect, "poll: " + error.reason, errno: error.errno)
    }
    for (index, state) in zip(active, ready) {
      guard let socket = lanes[index].socket else { continue }
      var errno: Errno?
      if !state.isEmpty {
        errno = socket.takeError()
        guard errno != nil else { return socket }
      } else if lanes[index].end.hasPassed {
        errno = .timedOut
      }
      guard let errno else { continue }
      last = errno
      observer.connectionFailed(errno)
      if observer.wantsNotes, let address = lanes[index].address {
        observer.note("connect to \(address) port \(port) failed: \(errno.description)")
      }
      try start(&lanes[index], host, port, deadline, &last)
    }
    return nil
  }

  /// A socket with the options asked for, bound where that is asked for.
  private func prepared(_ address: IPAddress) throws(TransferFailure) -> Socket {
    let socket: Socket
    do throws(SystemError) {
      socket = try Socket(Socket.Domain(address.family), .stream)
      if options.noDelay { try socket.set(.noDelay) }
      if options.keepsAlive { try socket.set(.keepAlive) }
    } catch {
      throw TransferFailure(.cannotConnect, "socket: " + error.reason, errno: error.errno)
    }
    do throws(SystemError) {
      try bind(socket, address.family)
    } catch {
      throw TransferFailure(
        .interfaceFailed, "bind failed: \(error.subject): \(error.reason)", errno: error.errno)
    }
    return socket
  }

  private func bind(_ socket: Socket, _ family: IPAddress.Family) throws(SystemError) {
    var source = family == .v4 ? IPAddress.anyV4 : .anyV6
    var needsBind = options.localPorts != nil
    if let name = options.interface {
      if let address = IPAddress(name) {
        source = address
        needsBind = true
      } else {
        try socket.bind(toInterface: name)
      }
    }
    guard needsBind else { return }
    guard let ports = options.localPorts else {
      return try socket.bind(to: .ip(Endpoint(source, port: 0)))
    }
    for port in ports {
      do throws(SystemError) {
        return try socket.bind(to: .ip(Endpoint(source, port: port)))
      } catch {
        if error.errno != .addressInUse || port == ports.upperBound { throw error }
      }
    }
  }
}
