internal import Box
internal import Linux

/// What to try: `tcp://db:5432`, `http://api:8080/ready`, `dns://10.96.0.10/kubernetes.default`.
struct ProbeTarget: Equatable {
  enum Scheme: Equatable {
    case tcp, udp, icmp, dns, http, tls, https, grpc, grpcs

    init?(_ text: String) {
      switch text {
      case "tcp": self = .tcp
      case "udp": self = .udp
      case "icmp", "ping": self = .icmp
      case "dns": self = .dns
      case "http": self = .http
      case "tls", "ssl": self = .tls
      case "https": self = .https
      case "grpc": self = .grpc
      case "grpcs": self = .grpcs
      default: return nil
      }
    }

    var word: String {
      switch self {
      case .tcp: "tcp"
      case .udp: "udp"
      case .icmp: "icmp"
      case .dns: "dns"
      case .http: "http"
      case .tls: "tls"
      case .https: "https"
      case .grpc: "grpc"
      case .grpcs: "grpcs"
      }
    }

    /// The port that need not be named.
    var port: UInt16? {
      switch self {
      case .dns: 53
      case .http: 80
      case .tls, .https: 443
      case .icmp: 0
      case .tcp, .udp, .grpc, .grpcs: nil
      }
    }

    var hasPath: Bool {
      switch self {
      case .http, .https, .dns, .grpc, .grpcs: true
      case .tcp, .udp, .icmp, .tls: false
      }
    }

    var isSecure: Bool { self == .tls || self == .https || self == .grpcs }
  }

  let scheme: Scheme
  let host: String
  let port: UInt16
  /// Behind the host, with its slash: a path, or the name or service to ask for.
  let path: String

  /// `tcp://db:5432`, without what is usual.
  var label: String {
    let isV6 = host.utf8.contains(UInt8(ascii: ":"))
    var text = scheme.word + "://" + (isV6 ? "[" + host + "]" : host)
    if port != scheme.port { text += ":" + String(port) }
    return Sanitize.escaped(text + path)
  }

  /// More than this many ports of one target is a mistake, or a scan.
  private static let mostPorts = 70_000

  /// All that one argument names.
  static func all(_ text: String, _ services: () -> Services) throws(Failure) -> [ProbeTarget] {
    var rest = text.bytes[...]
    var scheme = Scheme.tcp
    if let end = schemeEnd(rest) {
      let word = String(bytes: rest[..<end])
      guard let known = Scheme(word.asciiLowercased) else {
        throw .usage("\(text): \(word): not one of tcp udp icmp dns http https tls grpc grpcs")
      }
      scheme = known
      rest = rest[(end + 3)...]
    }
    let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
    let path = String(bytes: rest[slash...])
    let (host, ports) = try place(rest[..<slash], scheme, text, services)
    guard !host.isEmpty else { throw .usage("\(text): no host") }
    if !path.isEmpty, !scheme.hasPath {
      throw .usage("\(text): \(scheme.word) has no path")
    }
    return ports.map { ProbeTarget(scheme: scheme, host: host, port: $0, path: path) }
  }

  /// Where `://` starts.
  private static func schemeEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      bytes[(colon + 1)...].starts(with: [0x2F, 0x2F])
    else { return nil }
    return colon
  }

  /// Host and ports: `db:5432`, `[2001:db8::1]:80,443`, `2001:db8::1`.
  private static func place(
    _ bytes: ArraySlice<UInt8>, _ scheme: Scheme, _ text: String, _ services: () -> Services
  ) throws(Failure) -> (String, [UInt16]) {
    var host = bytes
    var list: ArraySlice<UInt8>?
    let isBare = IPAddress(String(bytes: bytes)) != nil
    if !isBare, let colon = bytes.lastIndex(of: UInt8(ascii: ":")),
      bytes.last != UInt8(ascii: "]")
    {
      host = bytes[..<colon]
      list = bytes[(colon + 1)...]
    }
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]"), host.count > 1 {
      host = host.dropFirst().dropLast()
    } else if host.first == UInt8(ascii: "[") {
      throw .usage("\(text): no ] behind the address")
    }
    guard let list else {
      guard let port = scheme.port else {
        if scheme.hasPath { throw .usage("\(text): no port") }
        throw .usage("\(text): no port; icmp://\(String(bytes: host)) asks for echoes")
      }
      return (String(bytes: host), [port])
    }
    if scheme == .icmp { throw .usage("\(text): icmp has no ports") }
    var numbers: [UInt16] = []
    for part in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      numbers += try ports(String(bytes: part), services, isUDP: scheme == .udp)
      if numbers.count > mostPorts { throw .usage("\(text): too many ports") }
    }
    return (String(bytes: host), numbers)
  }
}
