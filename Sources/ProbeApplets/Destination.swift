internal import Box
internal import DNS
internal import Linux

/// Where to, as it was typed and as it is.
struct Destination {
  /// What was typed, safe to show.
  let text: String
  /// The name that aliases lead to; the address where that was typed.
  let name: String
  let address: IPAddress
  let isLiteral: Bool

  /// `name (address)`, or the address alone where nothing else was typed.
  var label: String {
    isLiteral ? address.description : text + " (" + address.description + ")"
  }
}

/// Names to addresses and back, for tools that show many of them.
final class NameLookup {
  private let resolver: Resolver
  private var names: [(address: IPAddress, name: String)] = []
  /// Nobody answers: asking on would only hold us up.
  private var isHopeless = false

  init(_ context: Context) { resolver = Resolver(context) }

  /// - Parameter status: what the applet ends with where there is no such name.
  func destination(
    _ text: String, _ family: IPAddress.Family? = nil, prefers: IPAddress.Family? = nil,
    status: Int32 = 1
  ) throws(Failure) -> Destination {
    let all = try destinations(text, family, status: status)
    if let prefers, let first = all.first(where: { $0.address.family == prefers }) { return first }
    return all[0]
  }

  /// All addresses of a name, in the order to try them; at least one.
  func destinations(_ text: String, _ family: IPAddress.Family? = nil, status: Int32 = 1)
    throws(Failure) -> [Destination]
  {
    let shown = Sanitize.escaped(text)
    if let address = IPAddress(text) {
      if let family, address.family != family {
        throw .message(shown + ": an address of the other family", status: status)
      }
      return [
        Destination(text: shown, name: address.description, address: address, isLiteral: true)
      ]
    }
    let resolution = resolver.resolve(text, family: family)
    guard case .found = resolution.ending, !resolution.addresses.isEmpty else {
      throw .message(shown + ": " + resolution.ending.words, status: status)
    }
    let name = Sanitize.escaped(resolution.canonicalName)
    return AddressOrder.sorted(resolution.addresses).map {
      Destination(text: shown, name: name, address: $0, isLiteral: false)
    }
  }

  /// The name of an address; nil where it has none.
  func name(of address: IPAddress) -> String? {
    if let known = names.first(where: { $0.address == address }) {
      return known.name.isEmpty ? nil : known.name
    }
    if isHopeless { return nil }
    // One patient question is enough for a name that is only shown.
    resolver.configuration.attempts = 1
    resolver.configuration.timeout = min(resolver.configuration.timeout, 2)
    let clock = Clock()
    let start = clock.monotonic()
    let name = resolver.names(of: address)?.first.map { Sanitize.escaped($0) } ?? ""
    if name.isEmpty, clock.monotonic().since(start) > 1 { isHopeless = true }
    names.append((address, name))
    return name.isEmpty ? nil : name
  }

  /// `name (address)`, or the address where it has no name.
  func label(_ address: IPAddress) -> String {
    guard let name = name(of: address) else { return address.description }
    return name + " (" + address.description + ")"
  }
}

/// The address this machine would send from.
func sourceAddress(
  to target: IPAddress, prepare: (Socket) throws(SystemError) -> Void
) throws(SystemError) -> IPAddress? {
  let socket = try Socket(Socket.Domain(target.family), .datagram)
  try prepare(socket)
  _ = try socket.startConnecting(to: .ip(Endpoint(target, port: 1025)))
  return socket.ownAddress.endpoint?.address
}

/// Where packets are to leave: an interface by name, or one of our addresses.
struct Departure {
  var interface: String?
  var source: IPAddress?

  var isGiven: Bool { interface != nil || source != nil }

  /// `-I eth0` or `-I 192.0.2.1`.
  mutating func set(_ text: String) {
    if let address = IPAddress(text) { source = address } else { interface = text }
  }

  /// Binds a socket to it.
  func apply(_ socket: Socket, port: UInt16 = 0) throws(SystemError) {
    if let interface { try socket.bind(toInterface: interface) }
    if let source { try socket.bind(to: .ip(Endpoint(source, port: port))) }
  }
}
