internal import Box
internal import DNS
internal import Linux
internal import Packets

/// Interfaces by their index; nothing else has a name.
class InterfaceNames: PacketNames {
  private var interfaces: [UInt32: String?] = [:]

  override func interface(_ index: UInt32) -> String? {
    if let known = interfaces[index] { return known }
    let name = Interface.name(index).map { Sanitize.masked($0) }
    interfaces[index] = name
    return name
  }
}

/// Names of hosts and ports, as far as they are known; each is looked up once.
final class CaptureNames: InterfaceNames {
  private let resolver: Resolver
  private let services: ServiceNames
  private let dropsDomain: Bool
  private var hosts: [IPAddress: String?] = [:]
  /// Once no server answers, none is asked again: each packet would wait for it.
  private var isSilent = false

  private static let mostHosts = 65536

  init(_ context: Context, dropsDomain: Bool) {
    resolver = Resolver(context)
    resolver.configuration.timeout = min(resolver.configuration.timeout, 2)
    resolver.configuration.attempts = 1
    services = ServiceNames(context)
    self.dropsDomain = dropsDomain
  }

  override func host(_ address: IPAddress) -> String? {
    if let known = hosts[address] { return known }
    var name: String?
    if let entry = resolver.hosts.entries(for: address).first {
      name = entry.names.first
    } else if !isSilent {
      resolver.forget()
      let start = Clock().monotonic()
      name = resolver.names(of: address)?.first
      if name == nil, Clock().monotonic().since(start) > 1.5 { isSilent = true }
    }
    name = name.map { Sanitize.masked($0) }
    if dropsDomain, let full = name {
      name = full.split(separator: ".").first.map { String($0) } ?? full
    }
    if hosts.count >= Self.mostHosts { hosts.removeAll() }
    hosts[address] = name
    return name
  }

  override func port(_ port: UInt16, isTCP: Bool) -> String? {
    services.name(port, isTCP: isTCP)
  }

  override func transport(_ number: Int) -> String? {
    switch number {
    case 1: "icmp"
    case 2: "igmp"
    case 6: "tcp"
    case 17: "udp"
    case 41: "ipv6"
    case 47: "gre"
    case 50: "esp"
    case 51: "ah"
    case 58: "ipv6-icmp"
    case 89: "ospf"
    case 132: "sctp"
    default: nil
    }
  }
}

/// The names of ports, services(5).
final class ServiceNames {
  private var names: [UInt32: String] = [:]
  private var ports: [(name: String, key: UInt32)] = []

  /// What a pod talks, where there is no file.
  private static let usual: StaticString = """
    ftp 21/tcp
    ssh 22/tcp
    telnet 23/tcp
    smtp 25/tcp
    domain 53/tcp
    domain 53/udp
    bootps 67/udp
    bootpc 68/udp
    tftp 69/udp
    http 80/tcp
    kerberos 88/tcp
    kerberos 88/udp
    pop3 110/tcp
    sunrpc 111/tcp
    sunrpc 111/udp
    ntp 123/udp
    imap2 143/tcp
    snmp 161/udp
    ldap 389/tcp
    https 443/tcp
    https 443/udp
    syslog 514/udp
    submission 587/tcp
    ldaps 636/tcp
    nfs 2049/tcp
    mysql 3306/tcp
    postgresql 5432/tcp
    mdns 5353/udp
    amqp 5672/tcp
    redis 6379/tcp
    http-alt 8080/tcp
    http-alt 8080/udp

    """

  init(_ context: Context) {
    let file = try? context.root.open("/etc/services", .read).contents(limit: 1 << 20)
    read(file ?? "\(Self.usual)".bytes)
  }

  func name(_ port: UInt16, isTCP: Bool) -> String? { names[Self.key(port, isTCP)] }

  func port(_ name: String, isTCP: Bool) -> UInt16? {
    for entry in ports where (entry.key & 1 == 1) == isTCP && entry.name.sameBytes(as: name) {
      return UInt16(truncatingIfNeeded: entry.key >> 1)
    }
    return nil
  }

  private static func key(_ port: UInt16, _ isTCP: Bool) -> UInt32 {
    UInt32(port) << 1 | (isTCP ? 1 : 0)
  }

  private func read(_ bytes: [UInt8]) {
    for line in bytes.split(separator: 10) {
      let text = line.prefix { $0 != UInt8(ascii: "#") }
      let words = text.split { $0 == 0x20 || $0 == 9 }
      guard words.count >= 2 else { continue }
      let place = words[1].split(separator: UInt8(ascii: "/"))
      guard place.count == 2, let port = UInt16(String(bytes: place[0])) else { continue }
      let kind = String(bytes: place[1])
      guard kind == "tcp" || kind == "udp" else { continue }
      let key = Self.key(port, kind == "tcp")
      if names[key] == nil { names[key] = Sanitize.masked(String(bytes: words[0])) }
      for (number, word) in words.enumerated() where number != 1 {
        ports.append((name: String(bytes: word), key: key))
      }
    }
  }
}
