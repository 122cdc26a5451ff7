internal import Linux

/// Neighbours and routers of IPv6, RFC 4861.
extension PacketPrinter {
  func neighbour(_ kind: Int, _ start: Int, _ length: Int) throws(Truncated) {
    let limit = min(start + length, end)
    switch kind {
    case 133: try neighbourOptions(start + 8, start + length, limit)
    case 134: try routerAdvertisement(start, length, limit)
    case 135:
      try need(start + 8, 16)
      put(", who has ")
      try putAddress6(start + 8)
      try neighbourOptions(start + 24, start + length, limit)
    case 136:
      try need(start + 8, 16)
      put(", tgt is ")
      try putAddress6(start + 8)
      if style.verbosity > 0 {
        let flags = try number32(start + 4)
        putFlags(
          Int(flags >> 24), [(0x80, "router"), (0x40, "solicited"), (0x20, "override")])
      }
      try neighbourOptions(start + 24, start + length, limit)
    default:
      try need(start + 24, 16)
      put(", ")
      try putAddress6(start + 24)
      put(" to ")
      try putAddress6(start + 8)
      try neighbourOptions(start + 40, start + length, limit)
    }
  }

  private func putFlags(_ value: Int, _ names: [(Int, StaticString)]) {
    put(", Flags [")
    var isFirst = true
    for (bit, name) in names where value & bit != 0 {
      if !isFirst { put(", ") }
      put(name)
      isFirst = false
    }
    put(isFirst ? "none]" : "]")
  }

  private func routerAdvertisement(_ start: Int, _ length: Int, _ limit: Int) throws(Truncated) {
    guard style.verbosity > 0 else { return }
    try need(start, 16)
    let flags = try number8(start + 5)
    put("\n\thop limit ", try number8(start + 4))
    putFlags(
      flags,
      [(0x80, "managed"), (0x40, "other stateful"), (0x20, "home agent"), (0x04, "ND proxy")])
    put(", pref ")
    put(Self.preference(flags))
    put(", router lifetime ", try number16(start + 6), "s, reachable time ")
    put(try number32(start + 8))
    put("ms, retrans timer ")
    put(try number32(start + 12))
    put("ms")
    try neighbourOptions(start + 16, start + length, limit)
  }

  private static func preference(_ flags: Int) -> StaticString {
    switch flags >> 3 & 3 {
    case 0: "medium"
    case 1: "high"
    case 3: "low"
    default: "*rsv*"
    }
  }

  private func neighbourOptions(_ start: Int, _ stated: Int, _ limit: Int) throws(Truncated) {
    guard style.verbosity > 0 else { return }
    var offset = start
    while offset < limit {
      try need(offset, 2)
      let kind = try number8(offset)
      let words = try number8(offset + 1)
      guard words > 0 else { throw Truncated() }
      try need(offset, words * 8)
      put("\n\t  ")
      put(Self.option6(kind) ?? "unknown")
      put(" option (", kind, "), length ")
      put(words * 8)
      put(" (", words, "): ")
      try neighbourOption(kind, offset, words * 8)
      if style.verbosity > 1 {
        HexDump.write(
          packet, offset + 2..<offset + words * 8, hasText: false, "\n\t    ", to: out)
      }
      offset += words * 8
    }
  }

  private static func option6(_ kind: Int) -> StaticString? {
    switch kind {
    case 1: "source link-address"
    case 2: "destination link-address"
    case 3: "prefix info"
    case 4: "redirected header"
    case 5: "mtu"
    case 7: "advertisement interval"
    case 8: "homeagent information"
    case 24: "route info"
    case 25: "rdnss"
    case 31: "dnssl"
    default: nil
    }
  }

  private func neighbourOption(_ kind: Int, _ start: Int, _ size: Int) throws(Truncated) {
    switch kind {
    case 1, 2: try putHardware(start + 2, size - 2)
    case 3:
      try need(start, 32)
      try putAddress6(start + 16)
      put("/", try number8(start + 2))
      put(size == 32 ? "" : "(invalid)")
      putFlags(try number8(start + 3), [(0x80, "onlink"), (0x40, "auto"), (0x20, "router")])
      put(", valid time ")
      putLifetime(try number32(start + 4))
      put(", pref. time ")
      putLifetime(try number32(start + 8))
    case 4: break
    case 5:
      put(" ")
      put(try number32(start + 4))
    case 7:
      put(" ")
      put(try number32(start + 4))
      put("ms")
    case 8:
      put(" preference ", try number16(start + 4), ", lifetime "); put(try number16(start + 6))
    case 24: try routeInformation(start, size)
    case 25:
      put(" lifetime ")
      put(try number32(start + 4))
      put("s,")
      for number in 0..<max(0, (size - 8) / 16) {
        put(" addr: ")
        try putAddress6(start + 8 + number * 16)
      }
    case 31:
      put(" lifetime ")
      put(try number32(start + 4))
      put("s, domain(s):")
      var offset = start + 8
      while offset < start + size, try number8(offset) != 0 {
        put(" ")
        offset = try domainName(offset, message: start)
      }
    default:
      guard style.verbosity <= 1 else { return }
      HexDump.write(packet, start + 2..<start + size, hasText: false, "\n\t  ", to: out)
    }
  }

  private func putLifetime(_ value: UInt32) {
    if value == .max { return put("infinity") }
    put(value)
    put("s")
  }

  private func routeInformation(_ start: Int, _ size: Int) throws(Truncated) {
    var bytes = [UInt8](repeating: 0, count: 16)
    for place in 0..<min(16, size - 8) { bytes[place] = packet[start + 8 + place] }
    put(" ")
    if let address = IPAddress(bytes: bytes) { put(text: address.description) }
    put("/", try number8(start + 2), ", pref=")
    put(Self.preference(try number8(start + 3)))
    put(", lifetime=")
    putLifetime(try number32(start + 4))
  }
}
