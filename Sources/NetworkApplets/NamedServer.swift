internal import Box
internal import DNS
internal import Linux

/// A name server as it was asked for, and where it is.
struct NamedServer {
  let endpoint: Endpoint
  let name: String

  /// `127.0.0.1#53(localhost)`, as BIND's tools write it.
  var label: String { bindText(endpoint) + "(" + Sanitize.escaped(name) + ")" }

  /// The servers of resolv.conf, at `port`.
  static func configured(_ resolver: Resolver, port: UInt16, family: IPAddress.Family?)
    -> [NamedServer]
  {
    let all = resolver.configuration.servers.map {
      NamedServer(
        endpoint: Endpoint($0.address, port: port), name: $0.address.description)
    }
    guard let family else { return all }
    return all.filter { $0.endpoint.address.family == family }
  }

  /// All addresses of the server `name`.
  static func named(
    _ name: String, _ resolver: Resolver, port: UInt16, family: IPAddress.Family?
  ) throws(Failure) -> [NamedServer] {
    // A v4 address with a zone or the like is no server.
    let resolution = resolver.resolve(name, family: family)
    guard case .found = resolution.ending, !resolution.addresses.isEmpty else {
      throw .message("couldn't get address for '\(name)': not found")
    }
    return AddressOrder.sorted(resolution.addresses).map {
      NamedServer(endpoint: Endpoint($0, port: port), name: name)
    }
  }
}

/// `127.0.0.1#53`.
func bindText(_ endpoint: Endpoint) -> String { "\(endpoint.address.description)#\(endpoint.port)" }

/// What BIND's tools say of a datagram that is no reply.
func strayText(_ stray: Stray) -> String {
  switch stray {
  case .id(let expected, let got): ";; Warning: ID mismatch: expected ID \(expected), got \(got)"
  case .question(let question):
    ";; ;; Question section mismatch: got \(question.name.relative)/"
      + "\(question.type.description)/\(question.recordClass.description)"
  case .noMessage: ";; Warning: short (< header size) message received"
  }
}
