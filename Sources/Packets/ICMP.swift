internal import Linux

/// Control messages of IPv4, RFC 792.
extension PacketPrinter {
  func icmp(_ start: Int, _ length: Int, _ carrier: Carrier) throws(Truncated) {
    reading = "icmp"
    let kind = try number8(start)
    let mark = out.count
    do throws(Truncated) {
      try icmpText(kind, try number8(start + 1), start)
    } catch {
      // Half of a sentence helps nobody.
      out.truncate(to: mark)
      throw error
    }
    put(", length ", length)
    if style.verbosity > 0, style.checksSums, !carrier.isFragment, has(start, length) {
      let total = sum(start..<start + length)
      if total != 0xFFFF {
        let stated = try number16(start + 2)
        put(" (wrong icmp cksum ")
        hexadecimal(stated)
        put(" (->")
        hexadecimal(corrected(total, stated))
        put(")!)")
      }
    }
    // The messages that tell of another packet have its start in them.
    guard style.verbosity >= 1, [3, 4, 5, 11, 12].contains(kind) else { return }
    try quoted(start + 8)
  }

  private func icmpText(_ kind: Int, _ code: Int, _ start: Int) throws(Truncated) {
    put("ICMP ")
    switch kind {
    case 0, 8:
      put(kind == 8 ? "echo request, id " : "echo reply, id ", try number16(start + 4), ", seq ")
      put(try number16(start + 6))
    case 3: try unreachable(start, code)
    case 4: put("source quench")
    case 5: try redirect(start, code)
    case 9: try advertisement(start)
    case 10: put("router solicitation")
    case 11:
      try need(start + 8, 20)
      switch code {
      case 0: put("time exceeded in-transit")
      case 1: put("ip reassembly time exceeded")
      default: put("time exceeded-#", code)
      }
    case 12:
      put("parameter problem - ")
      if code != 0 { put("code ", code) } else { put("octet ", try number8(start + 4)) }
    case 13, 14:
      put(kind == 13 ? "time stamp query id " : "time stamp reply id ", try number16(start + 4))
      put(" seq ", try number16(start + 6))
      if kind == 14 {
        put(": org ")
        putMilliseconds(try number32(start + 8))
        put(", recv ")
        putMilliseconds(try number32(start + 12))
        put(", xmit ")
        putMilliseconds(try number32(start + 16))
      }
    case 15: put("information request")
    case 16: put("information reply")
    case 17: put("address mask request")
    case 18:
      put("address mask is 0x")
      hexadecimal(try number32(start + 8), 8)
    default: put("type-#", kind)
    }
  }

  private func quoted(_ start: Int) throws(Truncated) {
    put("\n\t")
    let size = try number16(start + 2)
    try within(end) { () throws(Truncated) in try ip4(start, size) }
  }

  private func putMilliseconds(_ value: UInt32) {
    if value & 0x8000_0000 != 0 { return put("<invalid>") }
    let seconds = Int(value) / 1000
    putTwo(seconds / 3600)
    put(":")
    putTwo(seconds / 60 % 60)
    put(":")
    putTwo(seconds % 60)
    put(".")
    _ = out.append(Int(value) % 1000, places: 3)
  }

  private func putTwo(_ value: Int) { _ = out.append(value, places: 2) }

  private func unreachable(_ start: Int, _ code: Int) throws(Truncated) {
    let target = start + 8 + 16
    switch code {
    case 2:
      try putAddress4(target)
      put(" protocol ", try number8(start + 8 + 9), " unreachable")
    case 3: try unreachablePort(start + 8, target)
    case 4:
      try putAddress4(target)
      put(" unreachable - need to frag")
      let mtu = try number16(start + 6)
      if mtu != 0 { put(" (mtu ", mtu, ")") }
    case 5, 8:
      try putAddress4(target)
      put(code == 5 ? " unreachable - source route failed" : " unreachable - source host isolated")
    default:
      guard let (what, why) = Self.reason(code) else {
        try putAddress4(target)
        return put(" unreachable - #", code)
      }
      put(what)
      try putAddress4(target)
      put(" unreachable")
      put(why)
    }
  }

  private static func reason(_ code: Int) -> (StaticString, StaticString)? {
    switch code {
    case 0: ("net ", "")
    case 1: ("host ", "")
    case 6: ("net ", " - unknown")
    case 7: ("host ", " - unknown")
    case 9: ("net ", " - admin prohibited")
    case 10: ("host ", " - admin prohibited")
    case 11: ("net ", " - tos prohibited")
    case 12: ("host ", " - tos prohibited")
    case 13: ("host ", " - admin prohibited filter")
    case 14: ("host ", " - host precedence violation")
    case 15: ("host ", " - precedence cutoff")
    default: nil
    }
  }

  private func unreachablePort(_ inner: Int, _ target: Int) throws(Truncated) {
    let number = try number8(inner + 9)
    let header = (try number8(inner) & 15) * 4
    let port = try number16(inner + header + 2)
    try putAddress4(target)
    switch number {
    case 6, 17:
      put(number == 6 ? " tcp port " : " udp port ")
      putPort(port, isTCP: number == 6)
    default:
      put(" protocol ", number, " port ")
      put(port)
    }
    put(" unreachable")
  }

  private func redirect(_ start: Int, _ code: Int) throws(Truncated) {
    switch code {
    case 0, 1: put("redirect ")
    case 2, 3: put("redirect-tos ")
    default: put("redirect-#", code, " ")
    }
    try putAddress4(start + 8 + 16)
    switch code {
    case 0, 2: put(" to net ")
    case 1, 3: put(" to host ")
    default: put(" to ")
    }
    try putAddress4(start + 4)
  }

  private func advertisement(_ start: Int) throws(Truncated) {
    put("router advertisement lifetime ")
    let lifetime = try number16(start + 6)
    if lifetime < 60 {
      put(lifetime)
    } else if lifetime < 3600 {
      put(lifetime / 60)
      put(":")
      putTwo(lifetime % 60)
    } else {
      put(lifetime / 3600)
      put(":")
      putTwo(lifetime / 60 % 60)
      put(":")
      putTwo(lifetime % 60)
    }
    let count = try number8(start + 4)
    put(" ", count, ": ")
    let words = try number8(start + 5)
    guard words == 2 else { return put(" [size ", words, "]") }
    for number in 0..<count {
      put("{")
      try putAddress4(start + 8 + number * 8)
      put(" ")
      put(try number32(start + 12 + number * 8))
      put("}")
    }
  }
}
