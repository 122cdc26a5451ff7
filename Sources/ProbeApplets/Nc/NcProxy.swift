internal import Box
internal import Linux

/// Asks a proxy for a connection: SOCKS 4, SOCKS 5 (RFC 1928) or CONNECT (RFC 9110 section 9.3.6).
struct NcProxy {
  private let kind: NcSettings.Proxy
  private let text: String
  /// No proxy has more to say before it connects.
  private static let longestHead = 8192

  init(_ kind: NcSettings.Proxy, _ text: String) {
    self.kind = kind
    self.text = text
  }

  /// Host and port of the proxy: `proxy:1080`, `[2001:db8::1]:3128`, `192.0.2.1`.
  func place() throws(Failure) -> (host: String, port: UInt16) {
    var host = text.bytes[...]
    var port = kind.port
    let isBare = IPAddress(text) != nil
    if !isBare, let colon = host.lastIndex(of: UInt8(ascii: ":")), host.last != UInt8(ascii: "]") {
      guard let number = UInt16(String(bytes: host[(colon + 1)...])) else {
        throw .usage("-x: \(text): not a port")
      }
      port = number
      host = host[..<colon]
    }
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
      host = host.dropFirst().dropLast()
    }
    guard !host.isEmpty else { throw .usage("-x: \(text): no proxy") }
    return (String(bytes: host), port)
  }

  func ask(
    _ socket: Socket, for host: String, _ address: IPAddress?, _ port: UInt16,
    until deadline: Deadline
  ) throws(Failure) {
    var refusal: String?
    do throws(SystemError) {
      switch kind {
      case .socks4: refusal = try socks4(socket, address, port, deadline)
      case .socks5: refusal = try socks5(socket, host, address, port, deadline)
      case .connect: refusal = try connect(socket, host, address, port, deadline)
      }
    } catch {
      throw .system(error.about("proxy \(text)"))
    }
    if let refusal { throw .message("proxy \(text): \(refusal)") }
  }

  private func socks4(
    _ socket: Socket, _ address: IPAddress?, _ port: UInt16, _ deadline: Deadline
  ) throws(SystemError) -> String? {
    guard let address, address.family == .v4 else { return "SOCKS 4 knows IPv4 only" }
    try socket.sendAll([4, 1] + bytes(port) + address.bytes + [0], until: deadline)
    let reply = try receive(socket, 8, deadline)
    guard reply.count == 8, reply[0] == 0 else { return "no answer of SOCKS 4" }
    return reply[1] == 90 ? nil : "refused (code \(reply[1]))"
  }

  private func socks5(
    _ socket: Socket, _ host: String, _ address: IPAddress?, _ port: UInt16, _ deadline: Deadline
  ) throws(SystemError) -> String? {
    try socket.sendAll([5, 1, 0], until: deadline)
    let choice = try receive(socket, 2, deadline)
    guard choice.count == 2, choice[0] == 5 else { return "no answer of SOCKS 5" }
    guard choice[1] == 0 else { return "it wants a password" }
    var request: [UInt8] = [5, 1, 0]
    if let address {
      request += [address.family == .v4 ? 1 : 4] + address.bytes
    } else {
      let name = host.bytes
      guard name.count <= 255 else { return "the name is too long" }
      request += [3, UInt8(name.count)] + name
    }
    try socket.sendAll(request + bytes(port), until: deadline)
    let head = try receive(socket, 4, deadline)
    guard head.count == 4, head[0] == 5 else { return "no answer of SOCKS 5" }
    guard head[1] == 0 else { return "\(Self.refusal(head[1]))" }
    var rest = head[3] == 4 ? 18 : 6
    if head[3] == 3 { rest = Int(try receive(socket, 1, deadline).first ?? 0) + 2 }
    return try receive(socket, rest, deadline).count == rest ? nil : "its answer is cut short"
  }

  private static func refusal(_ code: UInt8) -> StaticString {
    switch code {
    case 1: "general failure"
    case 2: "not allowed by its rules"
    case 3: "network unreachable from there"
    case 4: "host unreachable from there"
    case 5: "connection refused"
    case 6: "hop limit exceeded on the way"
    case 7: "it knows no CONNECT"
    case 8: "it knows no such address"
    default: "refused"
    }
  }

  private func connect(
    _ socket: Socket, _ host: String, _ address: IPAddress?, _ port: UInt16, _ deadline: Deadline
  ) throws(SystemError) -> String? {
    let name = address?.family == .v6 ? "[" + host + "]" : host
    let place = "\(name):\(port)"
    try socket.sendAll(
      "CONNECT \(place) HTTP/1.1\r\nHost: \(place)\r\n\r\n".bytes, until: deadline)
    // Byte by byte: what follows the empty line belongs to the connection.
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
      let byte = try receive(socket, 1, deadline)
      if byte.isEmpty { return "it closed the connection" }
      head += byte
      if head.count > Self.longestHead { return "its answer has no end" }
    }
    let line = head.prefix { $0 != 13 }
    let words = line.split(separator: 0x20)
    guard line.starts(with: "HTTP/".utf8), words.count >= 2 else { return "no answer of HTTP" }
    if words[1].first == UInt8(ascii: "2") { return nil }
    return Sanitize.escaped(String(bytes: line.prefix(200)))
  }

  private func bytes(_ port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 0xFF)] }

  /// `count` bytes, fewer where the stream ends before.
  private func receive(_ socket: Socket, _ count: Int, _ deadline: Deadline) throws(SystemError)
    -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      guard let got = try socket.receive(into: &bytes, from: filled, until: deadline) else {
        throw SystemError(.timedOut, "recv", "")
      }
      if got == 0 { break }
      filled += got
    }
    return Array(bytes[..<filled])
  }
}
