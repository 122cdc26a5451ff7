internal import Linux
internal import Netlink

/// Names of ports and protocols, services(5) and protocols(5), read when the first is asked for.
final class PortNames {
  private let root: Root
  private var services: [UInt32: String]?
  private var protocols: [UInt32: String]?

  init(_ root: Root) { self.root = root }

  /// The name of a port; nil where it has none.
  func name(_ port: UInt32, isUDP: Bool) -> String? {
    if services == nil { services = read("/etc/services", hasKind: true) }
    return services?[port << 1 | (isUDP ? 1 : 0)]
  }

  /// The name of a protocol above IP; nil where it has none.
  func ipProtocol(_ number: UInt32) -> String? {
    if protocols == nil { protocols = read("/etc/protocols", hasKind: false) }
    return protocols?[number]
  }

  /// The port that a name stands for.
  func port(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number <= 65535 ? number : nil }
    if services == nil { services = read("/etc/services", hasKind: true) }
    var found: UInt32?
    for (key, candidate) in services ?? [:] where candidate.sameBytes(as: name) {
      found = min(found ?? .max, key >> 1)
    }
    return found
  }

  private func read(_ path: String, hasKind: Bool) -> [UInt32: String] {
    var names: [UInt32: String] = [:]
    guard let bytes = try? root.contents(path, limit: 1 << 20) else { return names }
    bytes.withUnsafeBytes { all in
      Words.forEachLine(all) { line in
        var words = Words(line)
        let name = words.next()
        guard let first = name.first, first != UInt8(ascii: "#") else { return }
        let number = words.next()
        guard hasKind else {
          names[UInt32(clamping: Words.decimal(number))] = String(bytes: name)
          return
        }
        guard let slash = number.firstIndex(of: UInt8(ascii: "/")) else { return }
        let kind = number[(slash + 1)...]
        let port = Words.decimal(UnsafeRawBufferPointer(rebasing: number[..<slash]))
        guard port > 0, port <= 65535 else { return }
        let key = UInt32(port) << 1 | (kind.first == UInt8(ascii: "u") ? 1 : 0)
        if kind.first == UInt8(ascii: "u") || kind.first == UInt8(ascii: "t"), names[key] == nil {
          names[key] = String(bytes: name)
        }
      }
    }
    return names
  }
}
