internal import Box
internal import DNS
internal import Linux
internal import Netlink

// Resolver, interfaces and routes.
extension NetworkCheck {
  /// `/etc/resolv.conf`: what is missing, ignored or slow.
  func checkResolver() {
    guard let bytes = try? context.root.contents("/etc/resolv.conf", limit: 1 << 20) else {
      return add(
        .wrong, "resolver", "no /etc/resolv.conf: names are asked of 127.0.0.1 only",
        evidence: "/etc/resolv.conf cannot be read")
    }
    let configuration = ResolverConfiguration(bytes)
    let listed = Self.count("nameserver", in: bytes)
    let servers = configuration.servers
    if servers.isEmpty {
      add(
        .wrong, "resolver", "no name server: names are asked of 127.0.0.1 only",
        evidence: "/etc/resolv.conf has \(listed) nameserver lines that can be read")
    }
    if listed > 3 {
      add(
        .wrong, "resolver", "\(listed) name servers: the C library asks the first three only",
        evidence: "/etc/resolv.conf")
    }
    if configuration.search.count > 6 {
      add(
        .note, "resolver",
        "\(configuration.search.count) search domains: old C libraries use the first six only",
        evidence: "/etc/resolv.conf")
    }
    if configuration.ndots > 1, !configuration.search.isEmpty {
      add(
        .note, "resolver",
        "ndots:\(configuration.ndots): a name with fewer dots is first tried with "
          + "\(configuration.search.count) suffixes; a dot at its end avoids that")
    }
    let addresses = servers.map { $0.address.description }
    if !servers.isEmpty {
      addFine("resolver", "asks " + addresses.joined(separator: ", "))
    }
  }

  private static func count(_ keyword: StaticString, in bytes: [UInt8]) -> Int {
    var count = 0
    let wanted = "\(keyword)"
    bytes.withUnsafeBytes { all in
      Words.forEachLine(all) { line in
        var words = Words(line)
        if words.text().sameBytes(as: wanted) { count += 1 }
      }
    }
    return count
  }

  /// Interfaces: up, with an address, without errors.
  func checkInterfaces() throws(Failure) {
    let links = try source.links()
    let addresses = try source.addresses(family: 0)
    let outside = links.filter { $0.flags & NetworkLink.isLoopback == 0 }
    if let loopback = links.first(where: { $0.flags & NetworkLink.isLoopback != 0 }),
      loopback.flags & NetworkLink.isUp == 0
    {
      add(.wrong, "interface", "\(loopback.name) is down: localhost cannot be reached")
    }
    if outside.isEmpty {
      add(.wrong, "interface", "there is none but loopback: nothing outside can be reached")
    } else if !outside.contains(where: { $0.flags & NetworkLink.isUp != 0 }) {
      add(.wrong, "interface", "none but loopback is up: nothing outside can be reached")
    }
    for link in outside { check(link, addresses.filter { $0.interface == link.index }) }
    addFine(
      "interface",
      outside.map { "\($0.name) mtu \($0.mtu ?? 0)" }.joined(separator: ", ") + ", no errors")
  }

  private func check(_ link: NetworkLink, _ addresses: [LinkAddress]) {
    let isUp = link.flags & NetworkLink.isUp != 0
    if isUp, link.flags & NetworkLink.isRunning == 0 {
      add(.wrong, "interface", "\(link.name) has no carrier: its other end is gone or down")
    }
    if isUp, addresses.isEmpty, link.master == nil {
      add(.note, "interface", "\(link.name) is up and has no address")
    }
    // IFA_F_DADFAILED: somebody else has it.
    for address in addresses where address.flags & 0x08 != 0 {
      add(
        .wrong, "interface",
        "\(address.local?.text ?? "") of \(link.name) is not used: another host has it, too")
    }
    guard let statistics = link.statistics else { return }
    let errors = statistics.receiveErrors &+ statistics.sendErrors
    if errors > 0 {
      add(
        .wrong, "interface", "\(link.name) has seen \(errors) damaged packets",
        evidence: "errors: \(statistics.receiveErrors) received, \(statistics.sendErrors) sent")
    }
    checkDrops(link, statistics)
  }

  /// One packet in a thousand.
  private func checkDrops(_ link: NetworkLink, _ statistics: LinkStatistics) {
    let dropped = statistics.receiveDropped &+ statistics.sendDropped
    let packets = statistics.receivedPackets &+ statistics.sentPackets
    guard dropped > 0 else { return }
    let evidence =
      "dropped: \(statistics.receiveDropped) of \(statistics.receivedPackets) received, "
      + "\(statistics.sendDropped) of \(statistics.sentPackets) sent"
    let isMany = dropped >= 100 && dropped > packets / 1000
    add(
      isMany ? .wrong : .note, "interface", "\(link.name) has dropped \(dropped) packets",
      evidence: evidence)
  }

  /// Routes: a way out, and somebody at its other end.
  func checkRoutes() throws(Failure) {
    let main = try source.routes(family: NetAddress.v4Family).filter { $0.table == 254 }
    let mainV6 = try source.routes(family: NetAddress.v6Family).filter {
      $0.table == 254 && $0.type == 1
    }
    let defaults = (main + mainV6).filter { $0.prefix == 0 && $0.type == 1 }
    if defaults.isEmpty {
      let hasV4 = main.contains { $0.type == 1 }
      add(
        hasV4 || !mainV6.isEmpty ? .wrong : .note, "route",
        "no default route: only \(main.count + mainV6.count) listed networks can be reached",
        evidence: "ip route; ip -6 route")
    }
    let failed = try source.neighbours(family: 0).filter {
      $0.state & (Neighbour.failed | Neighbour.incomplete) != 0
    }
    for route in defaults { check(route, failed) }
    for neighbour in failed.prefix(10) {
      let isGateway = (main + mainV6).contains { $0.hop.gateway == neighbour.address }
      if isGateway { continue }
      add(
        .note, "route", "\(neighbour.address?.text ?? "") on the same link does not answer",
        evidence: "neighbour table: failed")
    }
    if let route = defaults.first {
      let device = route.hop.interface.map { source.name(of: $0) } ?? "several interfaces"
      addFine(
        "route", "default via \(route.hop.gateway?.text ?? "the link itself") on \(device)")
    }
  }

  private func check(_ route: Route, _ failed: [Neighbour]) {
    for hop in route.hops.isEmpty ? [route.hop] : route.hops {
      guard let gateway = hop.gateway else { continue }
      if failed.contains(where: { $0.address == gateway && $0.interface == hop.interface }) {
        add(
          .wrong, "route",
          "the gateway \(gateway.text) does not answer: nothing outside is reached",
          evidence: "neighbour table: failed")
      }
      // RTNH_F_DEAD, RTNH_F_LINKDOWN.
      if hop.flags & 0x11 != 0 {
        add(.wrong, "route", "the default route by \(gateway.text) is dead: its interface is down")
      }
    }
  }
}
