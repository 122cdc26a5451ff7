internal import Box
internal import Linux
internal import Netlink

/// Interfaces in the layouts of net-tools: an interface with a labelled address (`eth0:1`) is two.
struct Interfaces {
  private struct Entry {
    let name: String
    let link: NetworkLink
    let v4: LinkAddress?
    let v6: [LinkAddress]
    /// Only a label of another interface: it has no counters of its own.
    let isLabel: Bool
  }

  private let entries: [Entry]
  private let output: Output

  init(_ context: Context) throws(Failure) {
    output = context.output
    let source = NetSource(context)
    var addresses = try source.addresses(family: NetAddress.v4Family)
    addresses += try Self.inOrderOfFile(
      source.addresses(family: NetAddress.v6Family), ProcNet(context.root))
    var found: [Entry] = []
    for link in try source.links() {
      let own = addresses.filter { $0.interface == link.index }
      let v4 = own.filter { $0.family == NetAddress.v4Family }
      let v6 = own.filter { $0.family == NetAddress.v6Family }
      found.append(
        Entry(
          name: link.name, link: link,
          v4: v4.first { ($0.label ?? link.name).sameBytes(as: link.name) }, v6: v6, isLabel: false)
      )
      for address in v4 {
        guard let label = address.label, !found.contains(where: { $0.name.sameBytes(as: label) })
        else { continue }
        found.append(Entry(name: label, link: link, v4: address, v6: [], isLabel: true))
      }
    }
    let order = sortedIndices(found.count) { found[$0].name.precedesBytewise(found[$1].name) }
    entries = order.map { found[$0] }
  }

  /// IPv6 addresses in the order of `/proc/net/if_inet6`, which is not that of netlink.
  private static func inOrderOfFile(_ addresses: [LinkAddress], _ files: ProcNet) -> [LinkAddress] {
    guard let bytes = try? files.contents("if_inet6") else { return addresses }
    let order = bytes.withUnsafeBytes { AddressEntryV6.parse($0) }.map { $0.address }
    let ranks = addresses.map { address in
      order.firstIndex { $0 == address.local } ?? order.count
    }
    return sortedIndices(addresses.count) { ranks[$0] < ranks[$1] }.map { addresses[$0] }
  }

  private func isShown(_ entry: Entry, all: Bool) -> Bool {
    all || entry.link.flags & NetworkLink.isUp != 0
  }

  func showAll(all: Bool) {
    for entry in entries where isShown(entry, all: all) { show(entry) }
  }

  /// - Returns: false where there is no such interface.
  func show(name: String) -> Bool {
    guard let entry = entries.first(where: { $0.name.sameBytes(as: name) }) else { return false }
    show(entry)
    return true
  }

  private func show(_ entry: Entry) {
    let link = entry.link
    output.line(
      Sanitize.escaped(entry.name) + ": flags=\(link.flags & 0xFFFF)<"
        + Self.flagNames(link.flags).joined(separator: ",") + ">  mtu \(link.mtu ?? 0)")
    if let v4 = entry.v4 { showV4(v4, link) }
    for address in entry.v6 {
      guard let local = address.local else { continue }
      output.line(
        "        inet6 \(local.text)  prefixlen \(address.prefix)  scopeid "
          + Self.scope(address.scope))
    }
    showHardware(link)
    if !entry.isLabel, let statistics = link.statistics { showCounters(statistics) }
    output.line("")
  }

  private func showV4(_ address: LinkAddress, _ link: NetworkLink) {
    var line = "        inet " + (address.local ?? .anyV4).text
    line += "  netmask " + Self.mask(Int(address.prefix))
    if link.flags & NetworkLink.isBroadcast != 0 {
      line += "  broadcast " + (address.broadcast ?? .anyV4).text
    }
    if link.flags & NetworkLink.isPointToPoint != 0, let peer = address.peer {
      line += "  destination " + peer.text
    }
    output.line(line)
  }

  static func mask(_ prefix: Int) -> String {
    let value = prefix <= 0 ? 0 : UInt32.max << UInt32(32 - min(prefix, 32))
    return NetAddress(v4: value).text
  }

  /// The scope of an IPv6 address as `/proc/net/if_inet6` has it.
  private static func scope(_ scope: UInt8) -> String {
    switch scope {
    case 254: "0x10<host>"
    case 253: "0x20<link>"
    case 200: "0x40<site>"
    default: "0x0<global>"
    }
  }

  private func showHardware(_ link: NetworkLink) {
    let queue = "  txqueuelen \(link.queueLength ?? 0)  "
    let address = hardwareText(link.address)
    switch link.hardware {
    case 1: output.line("        ether " + address + queue + "(Ethernet)")
    case 772: output.line("        loop" + queue + "(Local Loopback)")
    case 512: output.line("        ppp" + queue + "(Point-to-Point Protocol)")
    case 768: output.line("        tunnel" + queue + "(IPIP Tunnel)")
    case 776: output.line("        sit" + queue + "(IPv6-in-IPv4)")
    case 32: output.line("        infiniband " + address + queue + "(InfiniBand)")
    default:
      let bytes = (link.address + [UInt8](repeating: 0, count: 16)).prefix(16)
      let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
        .joined(separator: "-")
      output.line("        unspec " + text + queue + "(UNSPEC)")
    }
  }

  private func showCounters(_ counters: LinkStatistics) {
    output.line(
      "        RX packets \(counters.receivedPackets)  bytes \(counters.receivedBytes) "
        + Self.human(counters.receivedBytes))
    output.line(
      "        RX errors \(counters.receiveErrors)  dropped "
        + "\(counters.receiveDropped &+ counters.missedErrors)  overruns "
        + "\(counters.receiveFIFOErrors)  frame \(Self.frames(counters))")
    output.line(
      "        TX packets \(counters.sentPackets)  bytes \(counters.sentBytes) "
        + Self.human(counters.sentBytes))
    output.line(
      "        TX errors \(counters.sendErrors)  dropped \(counters.sendDropped) overruns "
        + "\(counters.sendFIFOErrors)  carrier \(Self.carriers(counters))  collisions "
        + "\(counters.collisions)")
  }

  /// What `/proc/net/dev` adds up in one column.
  private static func frames(_ counters: LinkStatistics) -> UInt64 {
    counters.frameErrors &+ counters.lengthErrors &+ counters.overrunErrors
      &+ counters.checksumErrors
  }

  private static func carriers(_ counters: LinkStatistics) -> UInt64 {
    counters.carrierErrors &+ counters.abortedErrors &+ counters.windowErrors
      &+ counters.heartbeatErrors
  }

  /// `(5.7 KiB)`.
  private static func human(_ bytes: UInt64) -> String {
    let units: [StaticString] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    // Cut, not rounded.
    return "(" + fixed((value * 10).rounded(.down) / 10, 1) + " \(units[unit]))"
  }

  private static func flagNames(_ flags: UInt32) -> [String] {
    let known: [(bit: UInt32, name: StaticString)] = [
      (bit: 0, name: "UP"), (bit: 1, name: "BROADCAST"), (bit: 2, name: "DEBUG"),
      (bit: 3, name: "LOOPBACK"), (bit: 4, name: "POINTOPOINT"), (bit: 5, name: "NOTRAILERS"),
      (bit: 6, name: "RUNNING"), (bit: 7, name: "NOARP"), (bit: 8, name: "PROMISC"),
      (bit: 9, name: "ALLMULTI"), (bit: 11, name: "SLAVE"), (bit: 10, name: "MASTER"),
      (bit: 12, name: "MULTICAST"), (bit: 15, name: "DYNAMIC"),
    ]
    return known.filter { flags >> $0.bit & 1 != 0 }.map { "\($0.name)" }
  }

  /// One line for each, `netstat -i` and `ifconfig -s`, whose headings differ.
  func showTable(all: Bool, isWide: Bool) {
    output.line(
      (isWide ? "Iface             MTU" : "Iface      MTU")
        + "    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg")
    for entry in entries where isShown(entry, all: all) { output.line(row(entry)) }
  }

  private func row(_ entry: Entry) -> String {
    let head = left(Sanitize.escaped(entry.name), 16) + right(String(entry.link.mtu ?? 0), 5)
    guard !entry.isLabel, let counters = entry.link.statistics else {
      return head + "      - no statistics available -                        "
        + Self.letters(entry.link.flags)
    }
    return head + " " + right(String(counters.receivedPackets), 8) + " "
      + right(String(counters.receiveErrors), 6) + " "
      + right(String(counters.receiveDropped &+ counters.missedErrors), 6) + " "
      + left(String(counters.receiveFIFOErrors), 6) + " " + right(String(counters.sentPackets), 8)
      + " " + right(String(counters.sendErrors), 6) + " " + right(String(counters.sendDropped), 6)
      + " " + right(String(counters.sendFIFOErrors), 6) + " " + Self.letters(entry.link.flags)
  }

  private static func letters(_ flags: UInt32) -> String {
    let known: [(bit: UInt32, letter: StaticString)] = [
      (bit: 9, letter: "A"), (bit: 1, letter: "B"), (bit: 2, letter: "D"), (bit: 3, letter: "L"),
      (bit: 12, letter: "M"), (bit: 8, letter: "P"), (bit: 5, letter: "N"), (bit: 7, letter: "O"),
      (bit: 4, letter: "P"), (bit: 11, letter: "s"), (bit: 10, letter: "m"), (bit: 6, letter: "R"),
      (bit: 0, letter: "U"),
    ]
    let text = known.filter { flags >> $0.bit & 1 != 0 }.map { "\($0.letter)" }.joined()
    return text.isEmpty ? "[NO FLAGS]" : text
  }
}
