internal import Linux

/// Who stands between us and a server.
public struct Proxy: Sendable {
  public enum Kind: Sendable { case http, https, socks4, socks4a, socks5, socks5h }

  public var kind: Kind
  public var host: String
  public var port: UInt16
  public var user: String?
  public var password: String?

  public enum Problem: Error, Equatable, Sendable { case unsupported(String), url(URL.Problem) }

  /// `host`, `host:port`, `socks5h://user:password@host:port`; without a port it is 1080.
  public init(_ text: String, defaultKind: Kind = .http) throws(Problem) {
    let url: URL
    do throws(URL.Problem) {
      url = try URL(text, defaultScheme: "proxy")
    } catch {
      throw .url(error)
    }
    switch url.scheme {
    case "proxy": kind = defaultKind
    case "http": kind = .http
    case "https": kind = .https
    case "socks4": kind = .socks4
    case "socks4a": kind = .socks4a
    case "socks5", "socks": kind = .socks5
    case "socks5h": kind = .socks5h
    default: throw .unsupported(url.scheme)
    }
    host = url.host
    port = url.port ?? (kind == .https ? 443 : 1080)
    user = url.user
    password = url.password
  }

  public var isHTTP: Bool { kind == .http || kind == .https }

  var key: String {
    var key = host + ":" + String(port) + "/"
    switch kind {
    case .http: key += "http"
    case .https: key += "https"
    case .socks4: key += "4"
    case .socks4a: key += "4a"
    case .socks5: key += "5"
    case .socks5h: key += "5h"
    }
    return key + "/" + (user ?? "")
  }

  /// Whether `list`, as in `no_proxy`, says that `host` is reached directly.
  ///
  /// Names match themselves and what is below them; addresses also as CIDR; `*` is everybody.
  public static func isBypassed(_ host: String, _ list: String) -> Bool {
    if list == "*" { return true }
    let address = IPAddress(host)
    let name = withoutFinalDot(host)
    for entry in list.bytes.split(whereSeparator: { $0 == 0x2C || $0 == 0x20 }) {
      var text = String(bytes: entry)
      if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
      if let address {
        if matches(address, text) { return true }
        continue
      }
      if text.hasPrefix(".") { text = String(text.dropFirst()) }
      text = withoutFinalDot(text)
      if text.isEmpty { continue }
      if name.isSameName(as: text) || name.asciiLowercased.hasSuffix("." + text.asciiLowercased) {
        return true
      }
    }
    return false
  }

  private static func withoutFinalDot(_ name: String) -> String {
    name.hasSuffix(".") ? String(name.dropLast()) : name
  }

  private static func matches(_ address: IPAddress, _ text: String) -> Bool {
    let parts = text.bytes.split(separator: UInt8(ascii: "/"), maxSplits: 1)
    guard let first = parts.first, let network = IPAddress(String(bytes: first)),
      network.family == address.family
    else { return false }
    let (mine, theirs) = (address.bytes, network.bytes)
    let all = mine.count * 8
    let bits = parts.count > 1 ? Bytes.number(parts[1]) ?? -1 : all
    guard bits >= 0, bits <= all else { return false }
    for index in 0..<mine.count {
      let left = bits - index * 8
      if left <= 0 { break }
      let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
      if mine[index] & mask != theirs[index] & mask { return false }
    }
    return true
  }
}

/// What is said to a SOCKS proxy, and how its answers are read: SOCKS 4 and 4a, RFC 1928, RFC 1929.
enum Socks {
  static let greeting: [UInt8] = [5, 1, 0]
  static let greetingWithLogin: [UInt8] = [5, 2, 0, 2]

  static func login(_ user: String, _ password: String) -> [UInt8]? {
    let (user, password) = (user.bytes, password.bytes)
    guard user.count <= 255, password.count <= 255 else { return nil }
    return [1, UInt8(user.count)] + user + [UInt8(password.count)] + password
  }

  /// The request of version 5 to connect to a name or an address.
  static func connect(_ host: String, _ address: IPAddress?, _ port: UInt16) -> [UInt8]? {
    var bytes: [UInt8] = [5, 1, 0]
    if let address {
      bytes += [address.family == .v4 ? 1 : 4] + address.bytes
    } else {
      let name = host.bytes
      guard name.count <= 255 else { return nil }
      bytes += [3, UInt8(name.count)] + name
    }
    return bytes + [UInt8(port >> 8), UInt8(port & 255)]
  }

  /// The request of version 4; without an address the proxy looks the name up (4a).
  static func connect4(_ host: String, _ address: IPAddress?, _ port: UInt16, user: String)
    -> [UInt8]
  {
    let quad = address?.bytes ?? [0, 0, 0, 1]
    var bytes: [UInt8] = [4, 1, UInt8(port >> 8), UInt8(port & 255)] + quad
    bytes += user.bytes.filter { $0 != 0 } + [0]
    if address == nil { bytes += host.bytes + [0] }
    return bytes
  }

  /// How long an answer of version 5 to `connect` is, from its first five bytes.
  static func answerLength(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 5, bytes[0] == 5 else { return nil }
    return switch bytes[3] {
    case 1: 10
    case 3: 7 + Int(bytes[4])
    case 4: 22
    default: nil
    }
  }

  static func words(_ code: UInt8) -> String {
    switch code {
    case 1: "general SOCKS server failure"
    case 2: "connection not allowed by ruleset"
    case 3: "network unreachable"
    case 4: "host unreachable"
    case 5: "connection refused"
    case 6: "TTL expired"
    case 7: "command not supported"
    case 8: "address type not supported"
    default: "code " + String(code)
    }
  }
}
