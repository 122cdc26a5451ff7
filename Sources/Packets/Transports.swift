internal import Linux

/// What lies above IP, of either version.
extension PacketPrinter {
  func transport(_ number: Int, _ start: Int, _ length: Int, _ carrier: Carrier) throws(Truncated) {
    switch number {
    case 1: try icmp(start, length, carrier)
    case 2: try igmp(start, length)
    case 4: try ip4(start, length)
    case 6: try tcp(start, length, carrier)
    case 17: try udp(start, length, carrier)
    case 41: try ip6(start, length)
    case 47: try gre(start, length)
    case 50: try esp(start, length)
    case 51: try authenticated(start, length, carrier)
    case 58 where carrier.isV6: try icmp6(start, length, carrier)
    case 132: try sctp(start, length, carrier)
    case 89: put("OSPF, length ", length)
    case 112: put("VRRP, length ", length)
    case 103: put("PIM, length ", length)
    case 33:
      try putEndpoints(carrier, try number16(start), try number16(start + 2), isTCP: true)
      put("DCCP, length ", length)
    default:
      if let name = names.transport(number) {
        put(" ")
        put(text: name)
      } else {
        put(" ip-proto-", number)
      }
      put(" ", length)
    }
  }

  /// The user datagram protocol, RFC 768.
  private func udp(_ start: Int, _ length: Int, _ carrier: Carrier) throws(Truncated) {
    reading = "udp"
    do throws(Truncated) {
      try need(start, 4)
    } catch {
      if !carrier.hasToldAddresses {
        try putAddress(carrier, isSource: true)
        put(" > ")
        try putAddress(carrier, isSource: false)
        put(": ")
      }
      throw error
    }
    let source = try number16(start)
    let target = try number16(start + 2)
    try putEndpoints(carrier, source, target, isTCP: false)
    guard length >= 8 else { return put("truncated-udp ", length) }
    try need(start, 8)
    let stated = try number16(start + 4)
    guard stated >= 8 else { return put("truncated-udplength ", stated) }
    let size = stated - 8
    try within(start + stated) { () throws(Truncated) in
      if !style.isQuiet, style.verbosity > (carrier.isV6 ? 0 : 1), style.checksSums,
        !carrier.isFragment
      {
        try udpSum(start, min(stated, length), carrier)
      }
      if !style.isQuiet, try datagram(start + 8, min(size, length - 8), source, target) { return }
      if stated > length, !carrier.isFragment {
        put("UDP, bad length ", size, " > ")
        return put(length - 8)
      }
      put("UDP, length ", size)
    }
  }

  private func udpSum(_ start: Int, _ stated: Int, _ carrier: Carrier) throws(Truncated) {
    let value = try number16(start + 6)
    if value == 0, !carrier.isV6 { return put("[no cksum] ") }
    guard has(start, stated) else { return }
    let total = sum(start..<start + stated, from: pseudoSum(carrier, 17, stated))
    if total == 0xFFFF { return put("[udp sum ok] ") }
    put("[bad udp cksum 0x")
    hexadecimal(value, 4)
    put(" -> 0x")
    hexadecimal(corrected(total, value), 4)
    put("!] ")
  }

  /// What is known by its port; false where nothing is.
  private func datagram(_ start: Int, _ size: Int, _ source: Int, _ target: Int) throws(Truncated)
    -> Bool
  {
    func isFor(_ port: Int) -> Bool { source == port || target == port }
    guard size > 0 else { return false }
    if isFor(53) {
      try dns(start, size, isMulticast: false)
    } else if isFor(5353) {
      try dns(start, size, isMulticast: true)
    } else if isFor(67) || isFor(68) {
      try dhcp(start, size)
    } else if isFor(123) {
      try ntp(start, size)
    } else if isFor(4789) {
      try vxlan(start, size)
    } else {
      return false
    }
    return true
  }

  /// A network in datagrams, RFC 7348.
  private func vxlan(_ start: Int, _ size: Int) throws(Truncated) {
    reading = "vxlan"
    put("VXLAN, ")
    guard size >= 8 else { throw Truncated() }
    let flags = try number8(start)
    put(flags & 8 != 0 ? "flags [I] (0x" : "flags [invalid] (0x")
    hexadecimal(flags, 2)
    put("), vni ")
    put(try number32(start + 4) >> 8)
    put("\n")
    try within(end) { () throws(Truncated) in try ethernet(start + 8, size - 8) }
  }

  /// Dynamic host configuration, RFC 2131: who asks or answers, and its length.
  private func dhcp(_ start: Int, _ size: Int) throws(Truncated) {
    reading = "bootp"
    put("BOOTP/DHCP, ")
    try need(start, 2)
    let kind = try number8(start)
    switch kind {
    case 1:
      put("Request")
      if try number8(start + 1) == 1, try number8(start + 2) == 6 {
        put(" from ")
        try putHardware(start + 28)
      }
    case 2: put("Reply")
    default:
      put("unknown (0x")
      hexadecimal(kind, 2)
      put(")")
    }
    put(", length ", size)
  }

  /// Network time, RFC 5905.
  private func ntp(_ start: Int, _ size: Int) throws(Truncated) {
    reading = "ntp"
    guard size >= 48 else {
      put("NTP, length ", size)
      return
    }
    let first = try number8(start)
    put("NTPv", first >> 3 & 7, ", ")
    let modes: [StaticString] = [
      "unspecified", "symmetric active", "symmetric passive", "Client", "Server", "Broadcast",
      "Control Message", "Reserved",
    ]
    put(modes[first & 7])
    put(", length ", size)
  }

  /// Streams of messages, RFC 9260: ports and length.
  private func sctp(_ start: Int, _ length: Int, _ carrier: Carrier) throws(Truncated) {
    reading = "sctp"
    guard length >= 12 else {
      put("truncated-sctp - ", 12 - length, " bytes missing!")
      return
    }
    try putEndpoints(carrier, try number16(start), try number16(start + 2), isTCP: true)
    put("sctp, length ", length)
  }

  /// Encrypted payload, RFC 4303.
  private func esp(_ start: Int, _ length: Int) throws(Truncated) {
    reading = "esp"
    guard length >= 8 else { throw Truncated() }
    put("ESP(spi=0x")
    hexadecimal(try number32(start), 8)
    put(",seq=0x")
    hexadecimal(try number32(start + 4))
    put("), length ", length)
  }

  /// Authentication header, RFC 4302.
  private func authenticated(_ start: Int, _ length: Int, _ carrier: Carrier) throws(Truncated) {
    reading = "ah"
    try need(start, 12)
    let following = try number8(start)
    let words = try number8(start + 1)
    let size = (words + 2) * 4
    put("AH(")
    if style.verbosity > 0 {
      put("length=", words, "(")
      put(size)
      put("-bytes),")
    }
    if try number16(start + 2) != 0 {
      put("reserved[not MBZ],")
    }
    put("spi=0x")
    hexadecimal(try number32(start + 4), 8)
    put(",seq=0x")
    hexadecimal(try number32(start + 8))
    put(",icv=0x")
    for offset in start + 12..<max(start + 12, start + size) { hexadecimal(try number8(offset), 2) }
    put("): ")
    var inner = carrier
    inner.hasToldAddresses = true
    try within(end) { () throws(Truncated) in
      try transport(following, start + size, length - size, inner)
    }
  }

  /// Generic routing encapsulation, RFC 2784 and RFC 2890.
  private func gre(_ start: Int, _ length: Int) throws(Truncated) {
    reading = "gre"
    let flags = try number16(start)
    put("GREv", flags & 7)
    guard flags & 7 == 0 else { return put(", length ", length) }
    var offset = start + 4
    let type = try number16(start + 2)
    if style.verbosity > 0 {
      put(", Flags [")
      var isFirst = true
      for (bit, name) in [
        (0x8000, "checksum present"), (0x4000, "routing present"), (0x2000, "key present"),
        (0x1000, "sequence# present"),
      ] as [(Int, StaticString)] where flags & bit != 0 {
        if !isFirst { put(", ") }
        put(name)
        isFirst = false
      }
      put(isFirst ? "none]" : "]")
    }
    if flags & 0xC000 != 0 {
      try need(offset, 4)
      offset += 4
    }
    if flags & 0x2000 != 0 {
      put(", key=0x")
      hexadecimal(try number32(offset))
      offset += 4
    }
    if flags & 0x1000 != 0 {
      put(", seq ")
      put(try number32(offset))
      offset += 4
    }
    if style.showsLink {
      put(", proto ")
      putEtherType(type)
    }
    put(", length ", length)
    put(style.verbosity > 0 ? "\n\t" : ": ")
    var isKnown = true
    try within(end) { () throws(Truncated) in
      if type == 0x6558 {
        try ethernet(offset, length - (offset - start))
      } else {
        isKnown = try payload(type, offset, length - (offset - start))
      }
    }
    if !isKnown {
      put("gre-proto-0x")
      hexadecimal(type, 4)
    }
  }

  /// Group management, RFC 2236 and RFC 3376.
  private func igmp(_ start: Int, _ length: Int) throws(Truncated) {
    reading = "igmp"
    if style.isQuiet { return put("igmp") }
    let kind = try number8(start)
    switch kind {
    case 0x11:
      put("igmp query v", length >= 12 ? 3 : try number8(start + 1) != 0 ? 2 : 1)
      if length >= 12 {
        try igmpQuery3(start)
        return
      }
      let limit = try number8(start + 1)
      let group = try number32(start + 4)
      if limit != 0, limit != 100 {
        put(" [max resp time ", limit / 10)
        if limit % 10 != 0 { put(".", limit % 10) }
        put("]")
      }
      if group != 0 {
        put(" [gaddr ")
        try putAddress4(start + 4)
        put("]")
      }
      if length != 8 { put(" [len ", length, "]") }
    case 0x12, 0x16, 0x17:
      put(kind == 0x12 ? "igmp v1 report " : kind == 0x16 ? "igmp v2 report " : "igmp leave ")
      try putAddress4(start + 4)
      if length != 8 { put(" [len ", length, "]") }
    case 0x22: try igmpReport3(start, length)
    default:
      put("igmp-", kind)
    }
    if style.verbosity > 0, style.checksSums, has(start, length), length > 0,
      sum(start..<start + length) != 0xFFFF
    {
      put(" bad igmp cksum ")
      hexadecimal(try number16(start + 2))
      put("!")
    }
  }

  private func igmpQuery3(_ start: Int) throws(Truncated) {
    let code = try number8(start + 1)
    let count = try number16(start + 10)
    let limit = code < 128 ? code : (code & 15 | 16) << (code >> 4 & 7 + 3)
    if limit != 100, limit != 0 {
      put(" [max resp time ")
      put(limit / 10)
      if limit % 10 != 0 { put(".", limit % 10) }
      put("s]")
    }
    if try number32(start + 4) != 0 {
      put(" [gaddr ")
      try putAddress4(start + 4)
      if count > 0 { put(", ", count, " source(s)") }
      put("]")
    }
  }

  private func igmpReport3(_ start: Int, _ length: Int) throws(Truncated) {
    let count = try number16(start + 6)
    put("igmp v3 report, ", count, " group record(s)")
    guard style.verbosity > 0 else { return }
    var offset = start + 8
    for _ in 0..<count {
      guard offset + 8 <= start + length else { return put(" [invalid number of groups]") }
      let sources = try number16(offset + 2)
      put(" [gaddr ")
      try putAddress4(offset + 4)
      put(" ")
      put(GroupRecord.name(try number8(offset)))
      if style.verbosity > 1 {
        put(" {")
        for number in 0..<sources {
          put(" ")
          try putAddress4(offset + 8 + number * 4)
        }
        put(" }]")
      } else {
        put(", ", sources, " source(s)]")
      }
      offset += 8 + 4 * sources + 4 * (try number8(offset + 1))
    }
  }
}

/// The kinds of records about groups, RFC 3376 and RFC 3810.
enum GroupRecord {
  static func name(_ kind: Int) -> StaticString {
    switch kind {
    case 1: "is_in"
    case 2: "is_ex"
    case 3: "to_in"
    case 4: "to_ex"
    case 5: "allow"
    case 6: "block"
    default: "unknown"
    }
  }
}
