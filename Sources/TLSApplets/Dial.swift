internal import Box
internal import DNS
internal import Linux

/// A host and a port as people write them: `host:443`, `[::1]:443`, `host`, `https://host/path`.
struct HostPort {
  var host: String
  var port: UInt16

  init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// - Parameter port: where none is given; nil requires one.
  init?(_ text: String, port: UInt16?) {
    var bytes = text.bytes[...]
    var implied = port
    if let scheme = Self.scheme(bytes) {
      implied = implied ?? 443
      bytes = bytes[scheme...]
      bytes = bytes.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    }
    var host = bytes
    if bytes.first == UInt8(ascii: "["), let close = bytes.firstIndex(of: UInt8(ascii: "]")) {
      host = bytes[(bytes.startIndex + 1)..<close]
      bytes = bytes[(close + 1)...]
    } else if bytes.filter({ $0 == UInt8(ascii: ":") }).count > 1 {
      // An address without brackets.
      bytes = []
    } else {
      host = bytes.prefix { $0 != UInt8(ascii: ":") }
      bytes = bytes[host.endIndex...]
    }
    if bytes.first == UInt8(ascii: ":") {
      guard let number = Self.port(String(bytes: bytes.dropFirst())) else { return nil }
      implied = number
    } else if !bytes.isEmpty {
      return nil
    }
    guard let implied, !host.isEmpty else { return nil }
    self.host = String(bytes: host)
    self.port = implied
  }

  /// A number, or a service by the name it usually has.
  static func port(_ text: String) -> UInt16? {
    if let number = UInt16(text) { return number == 0 ? nil : number }
    return services.first { text.sameBytes(as: "\($0.name)") }?.port
  }

  private static var services: [(name: StaticString, port: UInt16)] {
    [
      ("https", 443), ("smtp", 25), ("smtps", 465), ("submission", 587), ("imap", 143),
      ("imaps", 993), ("pop3", 110), ("pop3s", 995), ("ftp", 21), ("ftps", 990), ("ldap", 389),
      ("ldaps", 636), ("postgresql", 5432), ("mysql", 3306), ("xmpp-client", 5222),
      ("xmpp-server", 5269), ("domain-s", 853), ("http", 80),
    ]
  }

  /// Behind `scheme://`.
  private static func scheme(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes.endIndex - colon > 3,
      bytes[colon + 1] == UInt8(ascii: "/"), bytes[colon + 2] == UInt8(ascii: "/")
    else { return nil }
    return colon + 3
  }
}

/// A connection that was made, and where to.
struct Dialled {
  let socket: Socket
  let endpoint: Endpoint
}

/// Resolves names and connects to the first address that answers.
struct Dialler {
  let resolver: Resolver
  var family: IPAddress.Family?
  /// Where to send from.
  var source: Endpoint?

  func connect(_ target: HostPort, until deadline: Deadline) throws(Failure) -> Dialled {
    let addresses = try resolver.addresses(of: target.host, family: family)
    var last: Failure?
    for (index, address) in addresses.enumerated() {
      let endpoint = Endpoint(address, port: target.port)
      // One address that swallows packets must leave time for the others.
      let share = deadline.left / Double(addresses.count - index)
      do throws(SystemError) {
        let limit = deadline.earlier(Deadline(seconds: share))
        let socket = try Socket.connected(
          to: .ip(endpoint), from: source.map { .ip($0) }, until: limit)
        try socket.set(.noDelay)
        return Dialled(socket: socket, endpoint: endpoint)
      } catch {
        last = Failure(
          "\(endpoint.description): \(error.reason)", status: ExitStatus.failure,
          errno: error.errno)
      }
    }
    throw last ?? .message("\(target.host): no address")
  }
}
