internal import CLinux

/// An address and a port: `192.0.2.1:53`, `[2001:db8::1]:53`.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  public let address: IPAddress
  public let port: UInt16

  public init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// `192.0.2.1:53` or `[2001:db8::1]:53`; without a port, and then without brackets if one likes,
  /// it is `port`.
  public init?(_ text: String, port: UInt16? = nil) {
    if let port, let address = IPAddress(text) {
      self.init(address, port: port)
      return
    }
    let bytes = text.bytes
    var host = bytes[...]
    var given = port
    if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), bytes.last != UInt8(ascii: "]") {
      guard let number = UInt16(String(bytes: bytes[(colon + 1)...])) else { return nil }
      given = number
      host = bytes[..<colon]
    }
    let isBracketed = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]")
    if isBracketed { host = host.dropFirst().dropLast() }
    guard let given, let address = IPAddress(String(bytes: host)),
      (address.family == .v6) == isBracketed
    else { return nil }
    self.init(address, port: given)
  }

  public var description: String {
    let host = address.description
    return address.family == .v4 ? host + ":" + String(port) : "[" + host + "]:" + String(port)
  }
}

/// Where a socket is or what it talks to: an endpoint, or a path of unix(7).
public enum SocketAddress: Equatable, Sendable, CustomStringConvertible {
  case ip(Endpoint)
  /// A path, or an abstract name behind `@`.
  case unix(String)
  /// A unix socket without a name, or a family we do not know.
  case unnamed

  public var description: String {
    switch self {
    case .ip(let endpoint): endpoint.description
    case .unix(let path): path
    case .unnamed: "unnamed"
    }
  }

  public var endpoint: Endpoint? { if case .ip(let endpoint) = self { endpoint } else { nil } }

  /// Calls `body` with the address as the kernel takes it.
  func withRaw(
    _ body: (UnsafePointer<sockaddr_storage>, socklen_t) throws(SystemError) -> Void
  ) throws(SystemError) {
    var raw = sockaddr_storage()
    var size: socklen_t = 0
    switch self {
    case .ip(let endpoint):
      let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
      size = clinux_ip_address(
        &raw, family, endpoint.address.bytes, endpoint.port, endpoint.address.zone)
    case .unix(let path):
      var bytes = path.bytes
      if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
      size = clinux_unix_address(&raw, bytes, bytes.count)
    case .unnamed: break
    }
    guard size > 0 else { throw SystemError(.nameTooLong, "socket", description) }
    try body(&raw, size)
  }

  init(_ raw: inout sockaddr_storage, _ size: socklen_t) {
    var bytes = [UInt8](repeating: 0, count: 128)
    var port: UInt16 = 0
    var zone: UInt32 = 0
    let count = Int(clinux_read_ip_address(&raw, &bytes, &port, &zone))
    if count > 0, let address = IPAddress(bytes: bytes[..<count], zone: zone) {
      self = .ip(Endpoint(address, port: port))
      return
    }
    let length = clinux_read_unix_address(&raw, size, &bytes)
    guard length > 0 else {
      self = .unnamed
      return
    }
    if bytes[0] == 0 {
      bytes[0] = UInt8(ascii: "@")
      self = .unix(String(bytes: bytes[..<length]))
    } else {
      self = .unix(String(bytes: bytes[..<length].prefix { $0 != 0 }))
    }
  }
}
