internal import Linux

/// The Internet protocol, RFC 791.
extension PacketPrinter {
  /// Either version, by its first four bits.
  func ip(_ start: Int, _ length: Int) throws(Truncated) {
    let version = try number8(start) >> 4
    switch version {
    case 4: try ip4(start, length)
    case 6: try ip6(start, length)
    default: put("unknown ip ", version)
    }
  }

  func ip4(_ start: Int, _ length: Int) throws(Truncated) {
    reading = "ip"
    let first = try number8(start)
    if !style.showsLink { put("IP") }
    guard first >> 4 == 4 else {
      if style.showsLink { put("IP") }
      put(first >> 4)
      if first >> 4 == 6 { put(", wrong link-layer encapsulation") }
      return put(" (invalid)")
    }
    if !style.showsLink { put(" ") }
    try need(start, 20)
    guard length >= 20 else { return put("truncated-ip ", length) }
    let header = (first & 15) * 4
    guard header >= 20 else { return put("bad-hlen ", header) }
    let stated = try number16(start + 2)
    if length < stated { put("truncated-ip - ", stated - length, " bytes missing! ") }
    guard stated >= header else { return put("bad-len ", stated) }
    try within(start + stated) { () throws(Truncated) in
      try ip4(start, header, stated)
    }
  }

  private func ip4(_ start: Int, _ header: Int, _ length: Int) throws(Truncated) {
    let fragment = try number16(start + 6)
    let number = try number8(start + 9)
    if style.verbosity > 0 {
      try ip4Header(start, header, fragment)
    } else if !has(start, header) {
      put(" [remaining caplen(", packet.count - start, ") < header length(")
      put(header, ")]")
      throw Truncated()
    }
    var carrier = Carrier(start, isV6: false)
    carrier.isFragment = fragment & 0x3FFF != 0
    carrier.hops = try number8(start + 8)
    if fragment & 0x1FFF != 0 {
      // Only the first fragment tells more than the protocol.
      try putAddress4(start + 12)
      put(" > ")
      try putAddress4(start + 16)
      put(":")
      if let name = names.transport(number) {
        put(" ")
        put(text: name)
      } else {
        put(" ip-proto-", number)
      }
      return
    }
    if header > 20, has(start, header), let hop = try lastHop(start, header) {
      carrier.finalTarget = hop
    }
    if ![6, 17, 33, 132].contains(number) {
      try putAddress4(start + 12)
      put(" > ")
      try putAddress4(start + 16)
      put(": ")
    } else {
      try need(start + 12, 8)
    }
    try transport(number, start + header, length - header, carrier)
  }

  func put(_ number: Int, _ text: StaticString) {
    put(number)
    put(text)
  }

  private func ip4Header(_ start: Int, _ header: Int, _ fragment: Int) throws(Truncated) {
    let service = try number8(start + 1)
    put("(tos 0x")
    hexadecimal(service)
    let congestion: [StaticString] = ["", ",ECT(1)", ",ECT(0)", ",CE"]
    put(congestion[service & 3])
    let hops = try number8(start + 8)
    if hops >= 1 { put(", ttl ", hops) }
    put(", id ", try number16(start + 4))
    put(", offset ", (fragment & 0x1FFF) * 8, ", flags [")
    var isFirst = true
    for (bit, name) in [(0x2000, "+"), (0x4000, "DF"), (0x8000, "rsvd")]
      as [(Int, StaticString)] where fragment & bit != 0
    {
      if !isFirst { put(", ") }
      put(name)
      isFirst = false
    }
    put(isFirst ? "none], proto " : "], proto ")
    let number = try number8(start + 9)
    put(name: IPProtocol.name(number), "unknown", number)
    let length = try number16(start + 2)
    put(", length ", length)
    if header > 20 {
      put(", options (")
      try ip4Options(start + 20, header - 20)
      put(")")
    }
    if style.checksSums, has(start, header) {
      let total = sum(start..<start + header)
      if total != 0xFFFF {
        let stated = try number16(start + 10)
        put(", bad cksum ")
        hexadecimal(stated)
        put(" (->")
        hexadecimal(corrected(total, stated))
        put(")!")
      }
    }
    put(")\n    ")
  }

  /// The check sum that would have been right, from the sum with `stated` in it.
  func corrected(_ total: UInt32, _ stated: Int) -> Int {
    // One's complement: take the stated one out and turn the rest around.
    var rest = Int(total) + (~stated & 0xFFFF)
    while rest > 0xFFFF { rest = rest >> 16 + rest & 0xFFFF }
    return ~rest & 0xFFFF
  }

  /// Where the last address of a source route lies: there the packet will come to in the end.
  private func lastHop(_ start: Int, _ header: Int) throws(Truncated) -> Int? {
    var offset = start + 20
    let limit = start + header
    while offset + 1 < limit {
      let kind = try number8(offset)
      if kind == 0 { return nil }
      if kind == 1 {
        offset += 1
        continue
      }
      let size = try number8(offset + 1)
      guard size >= 2, offset + size <= limit else { return nil }
      if kind == 131 || kind == 137 { return size < 7 ? nil : offset + size - 4 }
      offset += size
    }
    return nil
  }

  private func ip4Options(_ start: Int, _ length: Int) throws(Truncated) {
    var offset = start
    let limit = start + length
    while offset < limit {
      if offset > start { put(",") }
      let kind = try number8(offset)
      put(Self.option(kind) ?? "unknown ")
      if Self.option(kind) == nil { put(kind) }
      if kind == 0 { return }
      if kind == 1 {
        offset += 1
        continue
      }
      try need(offset, 2)
      let size = try number8(offset + 1)
      guard size >= 2 else { return put(" [bad length ", size, "]") }
      guard offset + size <= limit else { return put(" [bad length ", size, "]") }
      try need(offset, size)
      switch kind {
      case 68: try timestamps(offset, size)
      case 7, 131, 137: try route(offset, size)
      case 148:
        if size < 4 { throw Truncated() }
        if try number16(offset + 2) != 0 { put(" value ", try number16(offset + 2)) }
      default: break
      }
      offset += size
    }
  }

  private static func option(_ kind: Int) -> StaticString? {
    switch kind {
    case 0: "EOL"
    case 1: "NOP"
    case 7: "RR"
    case 68: "timestamp"
    case 82: "traceroute"
    case 130: "security"
    case 131: "LSRR"
    case 137: "SSRR"
    case 148: "RA"
    default: nil
    }
  }

  private func route(_ offset: Int, _ size: Int) throws(Truncated) {
    if size < 3 { return put(" [bad length ", size, "]") }
    if (size + 1) & 3 != 0 { put(" [bad length ", size, "]") }
    let pointer = try number8(offset + 2) - 1
    if pointer < 3 || (pointer + 1) & 3 != 0 { put(" [bad ptr ", pointer + 1, "]") }
    var place = 3
    while place + 4 <= size {
      put(" ")
      try putAddress4(offset + place)
      if pointer > place { put(",") }
      place += 4
    }
  }

  private func timestamps(_ offset: Int, _ size: Int) throws(Truncated) {
    put(" TS{")
    guard size >= 4 else { return put("[bad length ", size, "]") }
    let kind = try number8(offset + 3)
    let entry = kind & 15 == 0 ? 4 : 8
    if (size - 4) % entry != 0 { put("[bad length ", size, "]") }
    let pointer = try number8(offset + 2) - 1
    if pointer < 4 || (pointer - 4) % entry != 0 { put("[bad ptr ", pointer + 1, "]") }
    switch kind & 15 {
    case 0: put("TSONLY")
    case 1: put("TS+ADDR")
    case 3: put("PRESPEC")
    default: put("[bad ts type ", kind & 15, "]")
    }
    if kind & 15 == 0 || kind & 15 == 1 || kind & 15 == 3 {
      var place = 4
      while place + entry <= size {
        if place == pointer { put(" ^") }
        put(" ")
        if entry == 8 { try putAddress4(offset + place) }
        let time = try number32(offset + place + entry - 4)
        put(Int(time))
        put("@")
        place += entry
      }
      if pointer >= place { put(" ^ ") }
    }
    if kind >> 4 != 0 { put(" [", kind >> 4, " hops not recorded]} ") } else { put("}") }
  }
}

/// The protocols above IP, IANA's registry.
enum IPProtocol {
  static func name(_ number: Int) -> StaticString? {
    switch number {
    case 0: "Options"
    case 1: "ICMP"
    case 2: "IGMP"
    case 4: "IPIP"
    case 6: "TCP"
    case 8: "EGP"
    case 9: "IGRP"
    case 17: "UDP"
    case 33: "DCCP"
    case 41: "IPv6"
    case 43: "Routing"
    case 44: "Fragment"
    case 46: "RSVP"
    case 47: "GRE"
    case 50: "ESP"
    case 51: "AH"
    case 55: "Mobile IP"
    case 58: "ICMPv6"
    case 62: "Mobile IP (old)"
    case 88: "EIGRP"
    case 89: "OSPF"
    case 103: "PIM"
    case 108: "Compressed IP"
    case 112: "VRRP"
    case 113: "PGM"
    case 132: "SCTP"
    case 135: "Mobility"
    case 143: "Ethernet"
    default: nil
    }
  }
}
