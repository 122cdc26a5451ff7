internal import Box
internal import Linux

/// Ports by name, services(5), with the best known where the file is missing.
struct Services {
  private var entries: [(name: String, port: UInt16, isUDP: Bool)] = []

  init(_ context: Context) {
    let bytes = (try? context.root.contents("/etc/services", limit: 1 << 20)) ?? []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let text = line.prefix { $0 != UInt8(ascii: "#") }
      let words = text.split { $0 == 0x20 || $0 == 0x09 }
      guard words.count >= 2 else { continue }
      let place = words[1].split(separator: UInt8(ascii: "/"))
      guard place.count == 2, let port = UInt16(String(bytes: place[0])) else { continue }
      let isUDP = String(bytes: place[1]) == "udp"
      guard isUDP || String(bytes: place[1]) == "tcp" else { continue }
      entries.append((String(bytes: words[0]), port, isUDP))
      for alias in words.dropFirst(2) { entries.append((String(bytes: alias), port, isUDP)) }
    }
    if entries.isEmpty { entries = Self.wellKnown }
  }

  func name(_ port: UInt16, isUDP: Bool) -> String? {
    entries.first { $0.port == port && $0.isUDP == isUDP }.map { Sanitize.escaped($0.name) }
  }

  func port(_ name: String, isUDP: Bool) -> UInt16? {
    entries.first { $0.name.sameBytes(as: name) && $0.isUDP == isUDP }?.port
  }

  private static var wellKnown: [(name: String, port: UInt16, isUDP: Bool)] {
    var list: [(name: String, port: UInt16, isUDP: Bool)] = []
    func add(_ name: String, _ port: UInt16) { list.append((name, port, false)) }
    add("ftp", 21)
    add("ssh", 22)
    add("telnet", 23)
    add("smtp", 25)
    add("domain", 53)
    list.append(("domain", 53, true))
    add("http", 80)
    list.append(("ntp", 123, true))
    add("ldap", 389)
    add("https", 443)
    add("ldaps", 636)
    add("mysql", 3306)
    add("postgresql", 5432)
    add("amqp", 5672)
    add("redis", 6379)
    add("http-alt", 8080)
    return list
  }
}
