internal import Linux

/// A kind of link layer, pcap-linktype(7).
public struct LinkType: Equatable, Sendable {
  public let number: Int32
  public init(_ number: Int32) { self.number = number }

  public static let null = LinkType(0)
  public static let ethernet = LinkType(1)
  /// Nothing but IP; 12 and 14 are what BSD kernels say for it.
  public static let raw = LinkType(101)
  public static let loop = LinkType(108)
  public static let linuxCooked = LinkType(113)
  public static let ipv4 = LinkType(228)
  public static let ipv6 = LinkType(229)
  public static let linuxCooked2 = LinkType(276)

  /// Whether its packets are told apart.
  public var isKnown: Bool { [0, 1, 12, 14, 101, 108, 113, 228, 229, 276].contains(number) }
}

extension PacketPrinter {
  func tellLink(_ link: LinkType, _ length: Int) throws(Truncated) {
    switch link {
    case .ethernet: try ethernet(0, length)
    case .linuxCooked: try cooked(length)
    case .linuxCooked2: try cooked2(length)
    case .null: try family(length, isSwapped: true)
    case .loop: try family(length, isSwapped: false)
    case .ipv4:
      if style.showsLink { put("ip: ") }
      try ip4(0, length)
    case .ipv6:
      if style.showsLink { put("ip: ") }
      try ip6(0, length)
    case LinkType(12), LinkType(14), .raw:
      reading = "raw"
      if style.showsLink { put("ip: ") }
      try ip(0, length)
    default:
      put("[link type ", Int(link.number), "], length ")
      put(length)
      dumpUnknown(0, end)
    }
  }

  /// A frame of Ethernet, IEEE 802.3.
  func ethernet(_ start: Int, _ length: Int) throws(Truncated) {
    let outer = headerLength
    // A frame in another is no part of the header of the one around it.
    defer { if start > 0 { headerLength = outer } }
    reading = "ether"
    try need(start, 14)
    let type = try number16(start + 12)
    headerLength += 14
    if style.showsLink { try ethernetHeader(start, type, length) }
    if type <= 1500 {
      try llc(start + 14, min(length - 14, type), start, length)
      return
    }
    if try payload(type, start + 14, length - 14) { return }
    if !style.showsLink { try ethernetHeader(start, type, length) }
    dumpUnknown(start + 14, end)
  }

  private func ethernetHeader(_ start: Int, _ type: Int, _ length: Int) throws(Truncated) {
    try putHardware(start + 6)
    put(" > ")
    try putHardware(start)
    put(", ")
    if isTag(type), !has(start + 14, 4) {
      reading = "vlan"
      throw Truncated()
    }
    if type <= 1500 {
      put("802.3, length ", min(type, length - 14), ": ")
    } else {
      if !style.isQuiet { put("ethertype ") }
      putEtherType(type, isBare: style.isQuiet)
      put(", length ", length, ": ")
    }
  }

  func putEtherType(_ type: Int, isBare: Bool = false) {
    put(EtherType.name(type) ?? (isBare ? "Unknown Ethertype" : "Unknown"))
    guard !isBare || EtherType.name(type) == nil else { return }
    put(" (0x")
    hexadecimal(type, 4)
    put(")")
  }

  /// What an Ethernet type announces; false where nothing is known of it.
  func payload(_ type: Int, _ start: Int, _ length: Int) throws(Truncated) -> Bool {
    switch type {
    case EtherType.ipv4: try ip4(start, length)
    case EtherType.ipv6: try ip6(start, length)
    case EtherType.arp, EtherType.reverseARP: try arp(start, length)
    case _ where isTag(type): try vlan(start, length)
    case 0x8847, 0x8848: try labels(start, length)
    case 0x88CC: put("LLDP, length ", length)
    case 0x888E: put("EAPOL, length ", length)
    case 0x8863, 0x8864: put(type == 0x8863 ? "PPPoE D, length " : "PPPoE S, length ", length)
    default: return false
    }
    return true
  }

  private func isTag(_ type: Int) -> Bool { [0x8100, 0x88A8, 0x9100, 0x9200].contains(type) }

  /// A tag of a virtual network, IEEE 802.1Q.
  private func vlan(_ start: Int, _ length: Int) throws(Truncated) {
    reading = "vlan"
    try need(start, 4)
    headerLength += 4
    let tag = try number16(start)
    let type = try number16(start + 2)
    let isCooked = type <= 1500
    if style.showsLink {
      put("vlan ", tag & 0xFFF, ", p ")
      put(tag >> 13)
      put(tag & 0x1000 != 0 ? ", DEI, " : ", ")
      if isCooked { put("802.3") }
    }
    if isCooked { return try llc(start + 4, min(length - 4, type), start, length) }
    if isInCooked ? !style.isQuiet : style.showsLink {
      if !style.isQuiet { put("ethertype ") }
      putEtherType(type, isBare: isInCooked || style.isQuiet)
      put(", ")
    }
    if try withinTag(type, start + 4, length - 4) { return }
    if !style.showsLink, !isInCooked {
      put("ethertype ")
      putEtherType(type)
      put(", ")
    }
    dumpUnknown(start + 4, end)
  }

  private func withinTag(_ type: Int, _ start: Int, _ length: Int) throws(Truncated) -> Bool {
    var isKnown = false
    try within(end) { () throws(Truncated) in isKnown = try payload(type, start, length) }
    return isKnown
  }

  /// The stack of labels of MPLS, RFC 3032.
  private func labels(_ start: Int, _ length: Int) throws(Truncated) {
    reading = "mpls"
    put("MPLS")
    var offset = start
    var last: UInt32 = 0
    repeat {
      last = try number32(offset)
      put(" (label ")
      put(last >> 12)
      put(", tc ")
      put(last >> 9 & 7)
      if last & 0x100 != 0 { put(", [S]") }
      put(", ttl ")
      put(last & 0xFF)
      put(")")
      offset += 4
    } while last & 0x100 == 0
    let rest = length - (offset - start)
    guard rest > 0 else { return }
    put(style.verbosity > 0 ? "\n\t" : " ")
    let version = try number8(offset) >> 4
    if version == 4 { try within(end) { () throws(Truncated) in try ip4(offset, rest) } }
    if version == 6 { try within(end) { () throws(Truncated) in try ip6(offset, rest) } }
  }

  /// BSD's loopback: the family of addresses, in the byte order of the machine or of the network.
  private func family(_ length: Int, isSwapped: Bool) throws(Truncated) {
    reading = isSwapped ? "null" : "loop"
    var family = try number32(0)
    // From a machine of the other byte order.
    if family > 0xFFFF { family = family.byteSwapped }
    headerLength = 4
    let name: StaticString? =
      switch family {
      case 2: "IPv4"
      case 24, 28, 30: "IPv6"
      case 7: "ISO"
      default: nil
      }
    let show = {
      if self.style.isQuiet {
        self.put(name ?? "Unknown AF ")
        if name == nil { self.put(Int(family)) }
      } else {
        self.put("AF ")
        self.put(name ?? "Unknown")
        self.put(" (", Int(family), ")")
      }
      self.put(", length ", length, ": ")
    }
    if style.showsLink { show() }
    switch family {
    case 2: try ip4(4, length - 4)
    case 24, 28, 30: try ip6(4, length - 4)
    default:
      if !style.showsLink { show() }
      dumpUnknown(4, end)
    }
  }

  /// IEEE 802.2: other networks than IP by their names and lengths.
  func llc(_ start: Int, _ length: Int, _ frame: Int?, _ whole: Int) throws(Truncated) {
    reading = "llc"
    try need(start, 3)
    let target = try number8(start)
    let source = try number8(start + 1)
    let control = try number8(start + 2)
    headerLength += 3
    if style.showsLink {
      put("LLC, dsap ")
      servicePoint(target, target & 1 != 0 ? " Group" : " Individual")
      put(", ssap ")
      servicePoint(source, source & 1 != 0 ? " Response" : " Command")
      put(", ctrl 0x")
      hexadecimal(control, 2)
      put(": ")
    }
    if target == 0xAA, source == 0xAA, control == 3 {
      reading = "snap"
      try need(start, 8)
      headerLength += 5
      let organisation = try number32(start + 2) & 0xFFFFFF
      let type = try number16(start + 6)
      if style.showsLink { snap(organisation, type, length - 8) }
      if organisation == 0, try withinTag(type, start + 8, length - 8) { return }
      put("SNAP, length ", length - 8)
      return
    }
    put(text: ServicePoint.name(target))
    put(", length ", max(0, length - 3))
  }

  private func snap(_ organisation: UInt32, _ type: Int, _ length: Int) {
    put("oui ")
    put(organisation == 0 ? "Ethernet" : "Unknown")
    put(" (0x")
    hexadecimal(organisation, 6)
    put(organisation == 0 ? "), ethertype " : "), pid ")
    putEtherType(type)
    put(", length ", length, ": ")
  }

  private func servicePoint(_ point: Int, _ kind: StaticString) {
    put(text: ServicePoint.name(point & 0xFE))
    put(" (0x")
    hexadecimal(point & 0xFE, 2)
    put(")")
    put(kind)
  }

  /// The bytes behind what is known, where nothing else will show them.
  func dumpUnknown(_ start: Int, _ limit: Int) {
    guard style.dumpsUnknown, start < limit else { return }
    HexDump.write(packet, start..<min(limit, packet.count), hasText: true, "\n\t", to: out)
  }
}
