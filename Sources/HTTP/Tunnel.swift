internal import Linux

/// Talks a proxy into passing a connection through.
struct Tunnel {
  let connection: Connection
  let proxy: Proxy
  let route: Route
  let pace: Pace

  private var observer: TransferObserver { pace.observer }

  /// HTTP's CONNECT, RFC 9110 section 9.3.6.
  func open(_ host: String, _ port: UInt16) throws(TransferFailure) {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[" + host + "]" : host
    let place = name + ":" + String(port)
    if observer.wantsNotes {
      observer.note("allocate connect buffer")
      observer.note("Establish HTTP proxy tunnel to " + place)
    }
    var text = "CONNECT " + place
    text += route.connectVersion == .http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n"
    var head = text.bytes
    if !route.connectFields.contains(where: { $0.name.isSameName(as: "Host") }) {
      Request.write(HeaderField("Host", place), to: &head)
    }
    for field in route.connectFields { Request.write(field, to: &head) }
    head += [13, 10]
    try connection.send(head, pace)
    pace.record.requestSize += head.count
    observer.sent(head: head)
    while true {
      guard let answer = try connection.receiveHead(pace) else {
        throw TransferFailure(.receiveError, "Proxy CONNECT aborted")
      }
      pace.record.proxyStatus = answer.status
      if answer.status < 200 { continue }
      _ = try observer.received(head: answer, isFinal: false)
      if observer.wantsNotes {
        if answer.status / 100 == 2 { observer.note("CONNECT phase completed") }
        observer.note(
          "CONNECT tunnel "
            + (answer.status / 100 == 2 ? "established" : "failed") + ", response \(answer.status)")
      }
      guard answer.status / 100 == 2 else {
        throw TransferFailure(
          .receiveError, "CONNECT tunnel failed, response " + String(answer.status))
      }
      return
    }
  }

  /// SOCKS.
  ///
  /// - Parameter look: finds addresses, for the versions in which that is up to us.
  func negotiate(
    _ host: String, _ port: UInt16, look: (String) throws(TransferFailure) -> [IPAddress]
  ) throws(TransferFailure) {
    var address = IPAddress(host)
    let looks = proxy.kind == .socks4 || proxy.kind == .socks5
    if looks, address == nil {
      let found = try look(host)
      address = proxy.kind == .socks4 ? found.first { $0.family == .v4 } : found.first
      if address == nil {
        throw TransferFailure(.hostNotFound, "Failed to resolve \"\(host)\" for SOCKS4 connect.")
      }
    }
    if proxy.kind == .socks4 || proxy.kind == .socks4a {
      try negotiate4(host, port, address)
    } else {
      try negotiate5(host, port, address)
    }
  }

  private func negotiate4(_ host: String, _ port: UInt16, _ address: IPAddress?)
    throws(TransferFailure)
  {
    if address?.family == .v6 {
      throw TransferFailure(.proxyHandshake, "SOCKS4 has no IPv6")
    }
    try connection.send(
      Socks.connect4(host, address, port, user: proxy.user ?? ""), pace)
    let answer = try connection.receive(8, pace)
    if answer[0] != 0 {
      throw TransferFailure(
        .proxyHandshake, "SOCKS4 reply has wrong version, version should be 0.")
    }
    guard answer[1] == 90 else {
      throw TransferFailure(
        .proxyHandshake,
        "Can't complete SOCKS4 connection to \(host):\(port). (\(answer[1])), "
          + "request rejected or failed.")
    }
    if observer.wantsNotes { observer.note("SOCKS4 request granted.") }
  }

  private func negotiate5(_ host: String, _ port: UInt16, _ address: IPAddress?)
    throws(TransferFailure)
  {
    let hasLogin = proxy.user != nil
    try connection.send(hasLogin ? Socks.greetingWithLogin : Socks.greeting, pace)
    let chosen = try connection.receive(2, pace)
    guard chosen[0] == 5 else {
      throw TransferFailure(.proxyHandshake, "Received invalid version in initial SOCKS5 response.")
    }
    switch chosen[1] {
    case 0: break
    case 2 where hasLogin: try logIn()
    default:
      throw TransferFailure(
        .proxyHandshake, "No authentication method was acceptable. (The server wants a login?)")
    }
    guard let request = Socks.connect(host, address, port) else {
      throw TransferFailure(.proxyHandshake, "SOCKS5: the host name is too long")
    }
    try connection.send(request, pace)
    let start = try connection.receive(5, pace)
    guard let length = Socks.answerLength(start) else {
      throw TransferFailure(.proxyHandshake, "SOCKS5 reply has wrong version or address type.")
    }
    _ = try connection.receive(length - 5, pace)
    guard start[1] == 0 else {
      throw TransferFailure(
        .proxyHandshake,
        "Can't complete SOCKS5 connection to \(host). (\(start[1])) \(Socks.words(start[1]))")
    }
    if observer.wantsNotes { observer.note("SOCKS5 request granted.") }
  }

  private func logIn() throws(TransferFailure) {
    guard let login = Socks.login(proxy.user ?? "", proxy.password ?? "") else {
      throw TransferFailure(.proxyHandshake, "SOCKS5: user or password is too long")
    }
    try connection.send(login, pace)
    let answer = try connection.receive(2, pace)
    guard answer[1] == 0 else {
      throw TransferFailure(
        .proxyHandshake, "User was rejected by the SOCKS5 server (\(answer[0]) \(answer[1])).")
    }
  }
}
