public import DNS
public import Linux
internal import TLS

/// Makes requests, and keeps connections for the next one.
public final class Client {
  /// Called once a resolver is needed, so that who needs none reads no files.
  private let makeResolver: () -> Resolver
  private var resolver: Resolver?
  private var idle: [Connection] = []
  private var made = 0
  static let mostIdle = 16

  public init(resolver: @escaping () -> Resolver) { makeResolver = resolver }

  /// Sends a request and reads its response.
  ///
  /// - Parameter deadline: of all of it.
  public func run(
    _ request: Request, _ route: Route, _ observer: TransferObserver, _ record: TransferRecord,
    until deadline: Deadline
  ) throws(TransferFailure) {
    let pace = Pace(observer, record, deadline)
    while true {
      let connection = try take(request.url, route, pace)
      record.remote = connection.stream.socket.peerAddress
      record.local = connection.stream.socket.ownAddress
      var keeps: Bool?
      do throws(TransferFailure) {
        if let http2 = connection.http2 {
          keeps = try HTTP2Exchange(
            request: request, connection: connection, session: http2, pace: pace
          ).run()
        } else {
          keeps = try Exchange(request: request, connection: connection, pace: pace).run()
        }
      } catch {
        record.roundTrip = connection.stream.socket.roundTrip
        if observer.wantsNotes { observer.note(error.text) }
        close(connection, observer)
        throw error
      }
      record.roundTrip = connection.stream.socket.roundTrip
      guard let keeps else {
        if observer.wantsNotes { observer.note("Connection died, retrying a fresh connect") }
        connection.stream.close()
        if let body = request.body, try !body.rewind() {
          throw TransferFailure(.rewindFailed, "necessary data rewind was not possible")
        }
        continue
      }
      if keeps { keep(connection, observer) } else { close(connection, observer) }
      return
    }
  }

  /// Ends all connections.
  public func close() {
    for connection in idle { connection.stream.close() }
    idle = []
  }

  private func keep(_ connection: Connection, _ observer: TransferObserver) {
    if observer.wantsNotes {
      observer.note("Connection #\(connection.number) to host \(connection.host) left intact")
    }
    connection.stream.watch(nil)
    if idle.count == Self.mostIdle { idle.removeFirst().stream.close() }
    idle.append(connection)
  }

  private func close(_ connection: Connection, _ observer: TransferObserver) {
    if observer.wantsNotes { observer.note("Closing connection \(connection.number)") }
    connection.stream.close()
  }

  // MARK: connecting

  private func take(_ url: URL, _ route: Route, _ pace: Pace) throws(TransferFailure)
    -> Connection
  {
    let key = Self.key(url, route)
    while let index = idle.lastIndex(where: { $0.key.sameBytes(as: key) }) {
      let connection = idle.remove(at: index)
      guard connection.isAlive else {
        connection.stream.close()
        continue
      }
      connection.isReused = true
      pace.record.nameLookup = pace.record.elapsed
      pace.record.connect = pace.record.nameLookup
      pace.observer.reused(url.host, port: url.effectivePort)
      if pace.observer.wantsNotes {
        pace.observer.note(
          "Re-using existing connection #\(connection.number) with host \(connection.host)")
      }
      connection.stream.watch(pace.observer)
      return connection
    }
    return try open(url, route, key, pace)
  }

  private static func key(_ url: URL, _ route: Route) -> String {
    var key = url.scheme + "://" + url.host.asciiLowercased + ":" + String(url.effectivePort)
    if let proxy = route.proxy {
      if proxy.isHTTP, !url.isSecure, !route.tunnels { key = "" }
      key += " " + proxy.key
    }
    if let local = route.connect.local { key += " " + local.name }
    if route.http2 == .required { key += " h2" }
    if route.http2 == .never { key += " h1" }
    return key
  }

  private func open(_ url: URL, _ route: Route, _ key: String, _ pace: Pace)
    throws(TransferFailure) -> Connection
  {
    let resolver = self.resolver ?? makeResolver()
    self.resolver = resolver
    let number = made
    made += 1
    pace.record.connections += 1
    let limit = Deadline(seconds: route.connect.timeout ?? 300)
    let within = Pace(pace.observer, pace.record, pace.deadline.earlier(limit))
    let place = rerouted(url, route.connect)
    let connector = Connector(resolver, route.connect, within, number: number)
    let proxy = route.connect.local == nil ? route.proxy : nil
    let socket: Socket
    do throws(TransferFailure) {
      socket = try connector.connect(
        to: proxy?.host ?? place.host, zone: proxy == nil ? url.zone : nil,
        port: proxy?.port ?? place.port, until: limit)
    } catch {
      if pace.observer.wantsNotes { pace.observer.note("Closing connection \(number)") }
      if proxy != nil, error.code == .hostNotFound {
        throw TransferFailure(.proxyNotFound, "Could not resolve proxy: " + (proxy?.host ?? ""))
      }
      throw error
    }
    let connection = Connection(
      number: number, key: key, host: proxy?.host ?? url.host, ByteStream(socket))
    do throws(TransferFailure) {
      try secure(connection, url, place, route, proxy, within, connector, limit)
    } catch {
      close(connection, pace.observer)
      throw error
    }
    return connection
  }

  /// Proxy and TLS, whatever is in between.
  private func secure(
    _ connection: Connection, _ url: URL, _ place: (host: String, port: UInt16), _ route: Route,
    _ proxy: Proxy?, _ pace: Pace, _ connector: Connector, _ limit: Deadline
  ) throws(TransferFailure) {
    if let proxy {
      if proxy.kind == .https { try secureProxy(connection, url, proxy, route, pace) }
      let tunnel = Tunnel(connection: connection, proxy: proxy, route: route, pace: pace)
      if !proxy.isHTTP {
        try tunnel.negotiate(place.host, place.port) { name throws(TransferFailure) in
          try connector.look(name, zone: nil, place.port, until: limit)
        }
      } else if url.isSecure || route.tunnels {
        try tunnel.open(place.host, place.port)
      } else {
        connection.isToProxy = true
      }
    }
    if route.connect.sendsProxyHeader { try sendProxyHeader(connection, pace) }
    var speaksHTTP2 = route.http2 == .required
    var version = "HTTP/1.x"
    if url.isSecure {
      let handshake = Handshake(options: route.secure, pace: pace)
      let secure = try handshake.run(
        connection.stream.socket, host: url.host, port: place.port,
        protocols: Self.protocols(route.http2))
      connection.stream = secure
      if secure.session.alpn == "http/1.1" { version = "HTTP/1.1" }
      speaksHTTP2 = secure.session.alpn == "h2" || speaksHTTP2 && secure.session.alpn == nil
    }
    if speaksHTTP2 {
      if pace.observer.wantsNotes { pace.observer.note("using HTTP/2") }
      connection.http2 = try HTTP2Session()
    } else if url.isSecure, !Self.protocols(route.http2).isEmpty, route.secure.offersALPN,
      pace.observer.wantsNotes
    {
      pace.observer.note("using " + version)
    }
  }

  private static func protocols(_ use: Route.HTTP2Use) -> [String] {
    switch use {
    case .never: ["http/1.1"]
    case .offered: ["h2", "http/1.1"]
    case .required: ["h2"]
    }
  }

  private func secureProxy(
    _ connection: Connection, _ url: URL, _ proxy: Proxy, _ route: Route, _ pace: Pace
  ) throws(TransferFailure) {
    if url.isSecure {
      throw TransferFailure(
        .unsupportedProtocol, "TLS through a proxy that is itself reached by TLS")
    }
    let handshake = Handshake(options: route.secure, pace: pace)
    connection.stream = try handshake.run(
      connection.stream.socket, host: proxy.host, port: proxy.port, protocols: ["http/1.1"])
  }

  /// The header of version 1 of HAProxy's protocol.
  private func sendProxyHeader(_ connection: Connection, _ pace: Pace) throws(TransferFailure) {
    var text = "PROXY UNKNOWN\r\n"
    let socket = connection.stream.socket
    if let own = socket.ownAddress.endpoint, let peer = socket.peerAddress.endpoint {
      text = "PROXY TCP" + (own.address.family == .v4 ? "4" : "6") + " "
      text += own.address.description + " " + peer.address.description + " "
      text += String(own.port) + " " + String(peer.port) + "\r\n"
    }
    try connection.send(text.bytes, pace)
    pace.observer.sent(head: text.bytes)
  }

  /// Where `--connect-to` sends us instead.
  private func rerouted(_ url: URL, _ options: ConnectOptions) -> (host: String, port: UInt16) {
    for rule in options.reroutes {
      guard rule.host.isEmpty || rule.host.isSameName(as: url.host),
        rule.port == 0 || rule.port == url.effectivePort
      else { continue }
      return (
        rule.toHost.isEmpty ? url.host : rule.toHost,
        rule.toPort == 0 ? url.effectivePort : rule.toPort
      )
    }
    return (url.host, url.effectivePort)
  }
}
