internal import Box
internal import Linux

/// nc -l: takes a connection, or one after the other.
final class NcListener {
  private let settings: NcSettings
  private let context: Context
  private let names: NameLookup

  init(_ settings: NcSettings, _ context: Context) {
    self.settings = settings
    self.context = context
    names = NameLookup(context)
  }

  func run(_ operands: [String]) throws(Failure) {
    let address = try settings.isUnix ? path(operands) : place(operands)
    do throws(SystemError) {
      let socket = try Socket(
        Socket.Domain(address), settings.isUDP ? .datagram : .stream)
      try settings.apply(socket, address.endpoint?.address.family)
      try socket.set(.reuseAddress)
      try socket.bind(to: address)
      defer { remove(address) }
      if settings.isUDP {
        say("Bound on " + shown(socket.ownAddress))
        try datagrams(socket)
      } else {
        if settings.isUnix { say("Bound on " + shown(address)) }
        try socket.listen(backlog: settings.stays ? 128 : 1)
        say("Listening on " + shown(settings.isUnix ? address : socket.ownAddress))
        try connections(socket)
      }
    } catch {
      throw .system(error)
    }
  }

  /// `nc -l PORT`, `nc -l HOST PORT`, `nc -l -p PORT [HOST]`, `-s HOST`.
  private func place(_ operands: [String]) throws(Failure) -> SocketAddress {
    var host = settings.source
    var port = settings.ownPort
    var rest = operands
    if port == nil { port = rest.popLast() }
    if let given = rest.popLast() { host = given }
    if let extra = rest.last { throw .usage("\(extra): one address and one port are enough") }
    guard let port else { throw .usage("no port given") }
    let numbers = try ports(port, { Services(context) }, isUDP: settings.isUDP)
    guard numbers.count == 1 else { throw .usage("\(port): one port is enough") }
    var address = settings.family == .v6 ? IPAddress.anyV6 : .anyV4
    if let host { address = try names.destination(host, settings.family).address }
    return .ip(Endpoint(address, port: numbers[0]))
  }

  private func path(_ operands: [String]) throws(Failure) -> SocketAddress {
    guard let path = operands.first ?? settings.source else { throw .usage("no socket given") }
    if path.hasPrefix("/proc/") || path.hasPrefix("@"), path.utf8.contains(UInt8(ascii: "/")) {
      throw .message("\(path): a socket to listen on is made in our own file system only")
    }
    return .unix(path)
  }

  /// The socket's name goes with us.
  private func remove(_ address: SocketAddress) {
    if case .unix(let path) = address { removeSocket(path) }
  }

  private func shown(_ address: SocketAddress) -> String {
    switch address {
    case .ip(let endpoint): endpoint.address.description + " " + String(endpoint.port)
    case .unix(let path): Sanitize.escaped(path)
    case .unnamed: "unnamed"
    }
  }

  private func say(_ text: String) {
    guard settings.isVerbose else { return }
    context.errors.line(text)
    context.errors.flush()
  }

  private func introduce(_ peer: SocketAddress, _ own: SocketAddress) {
    guard settings.isVerbose else { return }
    guard let endpoint = peer.endpoint else {
      return say("Connection received on " + shown(own))
    }
    let address = endpoint.address
    let name = settings.isNumeric ? nil : names.name(of: address)
    say("Connection received on " + (name ?? address.description) + " " + String(endpoint.port))
  }

  private func connections(_ socket: Socket) throws(SystemError) {
    repeat {
      _ = try socket.wait(for: .read, until: .never)
      guard let (connection, peer) = try socket.accept() else { continue }
      introduce(peer, socket.ownAddress)
      try relay(connection)
    } while settings.stays
  }

  private func relay(_ socket: Socket) throws(SystemError) {
    let relay = NcRelay(settings, socket, context)
    do throws(Failure) {
      try relay.run()
    } catch {
      throw SystemError(error.errno ?? .inputOutput, "relay", "")
    }
  }

  /// The first to send is the one we talk to; with -k everybody is heard and nobody answered.
  private func datagrams(_ socket: Socket) throws(SystemError) {
    if settings.stays {
      var buffer = [UInt8](repeating: 0, count: 65536)
      while context.output.failure == nil {
        _ = try socket.wait(for: .read, until: .never)
        guard let (count, peer) = try socket.receiveDatagram(into: &buffer) else { continue }
        if settings.isVerbose { introduce(peer, socket.ownAddress) }
        context.output.write(buffer[..<count])
        context.output.flush()
      }
      return
    }
    var first = [UInt8](repeating: 0, count: 65536)
    _ = try socket.wait(for: .read, until: .never)
    guard let (count, peer) = try socket.receiveDatagram(into: &first) else { return }
    introduce(peer, socket.ownAddress)
    if case .unnamed = peer {} else { _ = try socket.startConnecting(to: peer) }
    context.output.write(first[..<count])
    context.output.flush()
    try relay(socket)
  }
}
