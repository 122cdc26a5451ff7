internal import Box
internal import Linux
internal import Netlink

/// Interfaces, addresses, routes, neighbours and rules: from rtnetlink(7), or from `/proc` and `/sys`
/// where a sandbox refuses that. What text files do not tell is then missing.
final class NetSource {
  let root: Root
  let files: ProcNet
  private let context: Context
  private var transport: NetlinkTransport?
  private var isRefused: Bool
  private var cachedLinks: [NetworkLink]?

  init(_ context: Context) {
    root = context.root
    files = ProcNet(context.root)
    self.context = context
    isRefused = !context.root.isOwn
  }

  /// Runs `body` with netlink; nil where that is refused, which is said once.
  private func ask<Value>(_ body: (NetlinkTransport) throws(SystemError) -> Value) throws(Failure)
    -> Value?
  {
    if isRefused { return nil }
    do throws(SystemError) {
      let open = if let transport { transport } else { try NetlinkTransport(.route) }
      transport = open
      return try body(open)
    } catch {
      switch error.errno {
      case .notPermitted, .denied, .notSupported, .familyNotSupported, .noSystemCall,
        .protocolNotSupported:
        isRefused = true
        context.note("the kernel refuses rtnetlink (\(error.reason)); /proc tells less")
        return nil
      default: throw .system(error)
      }
    }
  }

  /// All interfaces.
  func links() throws(Failure) -> [NetworkLink] {
    if let cachedLinks { return cachedLinks }
    let found = try ask { (transport: NetlinkTransport) throws(SystemError) in
      try NetworkLink.all(over: transport)
    }
    let links = found ?? FileLinks(root, files).links
    cachedLinks = links
    return links
  }

  /// The name of an interface; `if7` where there is none with that index.
  func name(of index: UInt32) -> String {
    if let link = try? links().first(where: { $0.index == index }) { return link.name }
    return "if\(index)"
  }

  func index(of name: String) -> UInt32? {
    guard let links = try? links() else { return nil }
    return links.first {
      $0.name.sameBytes(as: name) || $0.alternativeNames.contains { $0.sameBytes(as: name) }
    }?.index
  }

  func addresses(family: Int) throws(Failure) -> [LinkAddress] {
    let found = try ask { (transport: NetlinkTransport) throws(SystemError) in
      try LinkAddress.all(family: family, over: transport)
    }
    if let found { return found }
    let all = FileLinks(root, files).addresses(of: try links())
    return all.filter { family == 0 || $0.family == family }
  }

  func routes(family: Int, cached: Bool = false) throws(Failure) -> [Route] {
    let found = try ask { (transport: NetlinkTransport) throws(SystemError) in
      try Route.all(family: family, cached: cached, over: transport)
    }
    if let found { return found }
    return FileRoutes(files, try links()).routes(family: family)
  }

  /// The kernel's choice of way; nil where it cannot be asked.
  func route(_ inquiry: Route.Inquiry) throws(Failure) -> Route? {
    let found = try ask { (transport: NetlinkTransport) throws(SystemError) in
      try Route.decide(inquiry, over: transport)
    }
    return found ?? nil
  }

  func neighbours(family: Int, proxies: Bool = false) throws(Failure) -> [Neighbour] {
    let found = try ask { (transport: NetlinkTransport) throws(SystemError) in
      try Neighbour.all(family: family, proxies: proxies, over: transport)
    }
    if let found { return found }
    if family == NetAddress.v6Family || proxies { return [] }
    return FileRoutes(files, try links()).neighbours()
  }

  /// nil where they cannot be asked for: no file tells the rules.
  func rules(family: Int) throws(Failure) -> [Rule]? {
    try ask { (transport: NetlinkTransport) throws(SystemError) in
      try Rule.all(family: family, over: transport)
    }
  }
}

/// Interfaces as `/proc/net/dev`, `/sys/class/net` and the tables of addresses tell them.
struct FileLinks {
  private let root: Root
  private let files: ProcNet

  init(_ root: Root, _ files: ProcNet) {
    self.root = root
    self.files = files
  }

  var links: [NetworkLink] {
    guard let bytes = try? files.contents("dev") else { return [] }
    let found = bytes.withUnsafeBytes { DeviceEntry.parse($0) }
    return found.enumerated().map { position, device in
      var link = NetworkLink()
      link.name = device.name
      link.statistics = device.statistics
      link.index =
        number(device.name, "ifindex").map { UInt32(clamping: $0) } ?? UInt32(position + 1)
      link.mtu = number(device.name, "mtu").map { UInt32(clamping: $0) }
      link.queueLength = number(device.name, "tx_queue_len").map { UInt32(clamping: $0) }
      link.hardware = UInt16(
        clamping: number(device.name, "type") ?? (device.name == "lo" ? 772 : 1))
      link.flags =
        text(device.name, "flags").flatMap { cNumber($0) }
        ?? (device.name == "lo"
          ? NetworkLink.isUp | NetworkLink.isLoopback | NetworkLink.isRunning
          : NetworkLink.isUp | NetworkLink.isRunning)
      link.address = Self.hardware(text(device.name, "address") ?? "")
      link.broadcast = Self.hardware(text(device.name, "broadcast") ?? "")
      link.state = Self.state(text(device.name, "operstate") ?? "")
      link.group = number(device.name, "netdev_group").map { UInt32(clamping: $0) }
      return link
    }.sorted { $0.index < $1.index }
  }

  private func text(_ device: String, _ name: String) -> String? {
    guard let bytes = try? root.contents("/sys/class/net/" + device + "/" + name, limit: 4096)
    else {
      return nil
    }
    return String(bytes: bytes.prefix { $0 != 0x0A })
  }

  private func number(_ device: String, _ name: String) -> Int? {
    text(device, name).flatMap { Int($0) }
  }

  private static func hardware(_ text: String) -> [UInt8] {
    text.split(separator: ":").prefix(32).map { UInt8($0, radix: 16) ?? 0 }
  }

  private static func state(_ text: String) -> UInt8 {
    let names: [StaticString] = [
      "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up",
    ]
    return UInt8(names.firstIndex { "\($0)" == text } ?? 0)
  }

  /// IPv6 addresses from `if_inet6`; IPv4 ones are the local hosts of `fib_trie`, in the network of a route.
  func addresses(of links: [NetworkLink]) -> [LinkAddress] {
    var addresses: [LinkAddress] = []
    let routes =
      (try? files.contents("route")).map { $0.withUnsafeBytes { RouteEntry.parse($0) } } ?? []
    for local in localHosts() {
      var address = LinkAddress()
      address.family = NetAddress.v4Family
      address.local = local
      let route = routes.first {
        $0.gateway.isUnspecified && local.matches($0.destination, prefix: $0.prefix)
      }
      let name = local.isLoopback ? "lo" : route?.interface ?? ""
      guard let link = links.first(where: { $0.name.sameBytes(as: name) }) else { continue }
      address.interface = link.index
      address.label = link.name
      address.prefix = UInt8(local.isLoopback ? 8 : route?.prefix ?? 32)
      address.scope = local.isLoopback ? 254 : 0
      address.flags = 0x80
      addresses.append(address)
    }
    guard let bytes = try? files.contents("if_inet6") else { return addresses }
    for entry in bytes.withUnsafeBytes({ AddressEntryV6.parse($0) }) {
      var address = LinkAddress()
      address.family = NetAddress.v6Family
      address.local = entry.address
      address.interface =
        links.first { $0.name.sameBytes(as: entry.interface) }?.index ?? entry.index
      address.prefix = UInt8(clamping: entry.prefix)
      // The file has the scopes of the addresses themselves.
      address.scope =
        entry.scope == 0x10 ? 254 : entry.scope == 0x20 ? 253 : entry.scope == 0x40 ? 200 : 0
      address.flags = entry.flags
      addresses.append(address)
    }
    return addresses
  }

  /// Addresses in `/proc/net/fib_trie` behind which stands `/32 host LOCAL`.
  private func localHosts() -> [NetAddress] {
    guard let bytes = try? files.contents("fib_trie") else { return [] }
    var hosts: [NetAddress] = []
    var last: NetAddress?
    bytes.withUnsafeBytes { all in
      Words.forEachLine(all) { line in
        var words = Words(line)
        let head = words.text()
        if head == "|--" {
          last = IPAddress(words.text()).map { NetAddress($0) }
        } else if head == "/32", words.text() == "host", words.text() == "LOCAL", let host = last,
          !hosts.contains(host)
        {
          hosts.append(host)
        }
      }
    }
    return hosts
  }
}

/// Routes and neighbours as `/proc/net/route`, `ipv6_route` and `arp` tell them.
struct FileRoutes {
  private let files: ProcNet
  private let links: [NetworkLink]

  init(_ files: ProcNet, _ links: [NetworkLink]) {
    self.files = files
    self.links = links
  }

  private func index(_ name: String) -> UInt32? {
    links.first { $0.name.sameBytes(as: name) }?.index
  }

  func routes(family: Int) -> [Route] {
    var routes: [Route] = []
    if family != NetAddress.v6Family, let bytes = try? files.contents("route") {
      for entry in bytes.withUnsafeBytes({ RouteEntry.parse($0) }) {
        var route = Route()
        route.family = NetAddress.v4Family
        route.prefix = UInt8(clamping: entry.prefix)
        route.destination = entry.destination
        route.hop.gateway = entry.gateway.isUnspecified ? nil : entry.gateway
        route.hop.interface = index(entry.interface)
        route.metric = entry.metric == 0 ? nil : UInt32(clamping: entry.metric)
        route.type = entry.flags & RouteEntry.isReject != 0 ? 7 : 1
        route.origin = 3
        route.scope = route.hop.gateway == nil ? 253 : 0
        route.table = 254
        if entry.mtu > 0 { route.metrics = [(kind: 8, value: UInt32(clamping: entry.mtu - 40))] }
        routes.append(route)
      }
    }
    if family != NetAddress.v4Family, let bytes = try? files.contents("ipv6_route") {
      for entry in bytes.withUnsafeBytes({ RouteEntryV6.parse($0) }) {
        var route = Route()
        route.family = NetAddress.v6Family
        route.prefix = UInt8(clamping: entry.prefix)
        route.destination = entry.destination
        route.hop.gateway = entry.gateway.isUnspecified ? nil : entry.gateway
        route.hop.interface = index(entry.interface)
        route.metric = entry.metric
        // RTF_LOCAL stands in the file with the highest bit.
        let isLocal = entry.flags & 0x8000_0000 != 0
        route.type = entry.flags & RouteEntry.isReject != 0 ? 7 : isLocal ? 2 : 1
        route.table = isLocal || entry.destination.high >> 56 == 0xFF ? 255 : 254
        route.origin = 3
        routes.append(route)
      }
    }
    return routes
  }

  func neighbours() -> [Neighbour] {
    guard let bytes = try? files.contents("arp") else { return [] }
    return bytes.withUnsafeBytes({ ArpEntry.parse($0) }).compactMap { entry in
      guard let address = IPAddress(entry.address) else { return nil }
      var neighbour = Neighbour()
      neighbour.family = NetAddress.v4Family
      neighbour.address = NetAddress(address)
      neighbour.interface = index(entry.interface) ?? 0
      neighbour.state =
        entry.flags & 4 != 0
        ? Neighbour.permanent : entry.flags & 2 != 0 ? Neighbour.reachable : Neighbour.incomplete
      if entry.flags & 2 != 0 {
        neighbour.hardwareAddress = entry.hardwareAddress.split(separator: ":").prefix(32).map {
          UInt8($0, radix: 16) ?? 0
        }
      }
      return neighbour
    }
  }
}

extension Errno {
  /// EPROTONOSUPPORT.
  static let protocolNotSupported = Errno(code: 93)
}

/// `02:42:ac:11:00:02`.
func hardwareText(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
}
