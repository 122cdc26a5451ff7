internal import Linux

/// Control messages of IPv6, RFC 4443, with neighbours (RFC 4861) and listeners (RFC 3810).
extension PacketPrinter {
  func icmp6(_ start: Int, _ length: Int, _ carrier: Carrier) throws(Truncated) {
    reading = "icmp6"
    if style.verbosity > 0, style.checksSums, !carrier.isFragment, length >= 4, has(start, length) {
      let total = sum(start..<start + length, from: pseudoSum(carrier, 58, length))
      if total == 0xFFFF {
        put("[icmp6 sum ok] ")
      } else {
        let stated = try number16(start + 2)
        put("[bad icmp6 cksum 0x")
        hexadecimal(stated, 4)
        put(" -> 0x")
        hexadecimal(corrected(total, stated), 4)
        put("!] ")
      }
    }
    let kind = try number8(start)
    let code = try number8(start + 1)
    put("ICMP6, ")
    let isNeighbour = (133...137).contains(kind)
    guard let name = Self.name6(kind) else {
      switch kind {
      case 200: put("mtrace response")
      case 201: put("mtrace message")
      default: put("unknown icmp6 type (", kind, ")")
      }
      put(", length ", length)
      return dumpPlain(start, min(start + length, end))
    }
    put(name)
    if style.verbosity > 0, isNeighbour { put(", length ", length) }
    if try !body6(kind, code, start, length) { return }
    if style.verbosity == 0 || style.isQuiet { put(", length ", length) }
  }

  /// The bytes in hexadecimal alone, on lines of their own.
  private func dumpPlain(_ start: Int, _ limit: Int) {
    guard style.verbosity <= 1 else { return }
    HexDump.write(
      packet, start..<max(start, min(limit, packet.count)), hasText: false, "\n\t", to: out)
  }

  private static func name6(_ kind: Int) -> StaticString? {
    switch kind {
    case 1: "destination unreachable"
    case 2: "packet too big"
    case 3: "time exceeded in-transit"
    case 4: "parameter problem"
    case 128: "echo request"
    case 129: "echo reply"
    case 130: "multicast listener query"
    case 131: "multicast listener report"
    case 132: "multicast listener done"
    case 133: "router solicitation"
    case 134: "router advertisement"
    case 135: "neighbor solicitation"
    case 136: "neighbor advertisement"
    case 137: "redirect"
    case 138: "router renumbering"
    case 139: "who-are-you request"
    case 140: "who-are-you reply"
    case 141: "inverse neighbor solicitation"
    case 142: "inverse neighbor advertisement"
    case 143: "multicast listener report v2"
    case 144: "ha discovery request"
    case 145: "ha discovery reply"
    case 146: "mobile router solicitation"
    case 147: "mobile router advertisement"
    default: nil
    }
  }

  /// False where nothing more is to be told.
  private func body6(_ kind: Int, _ code: Int, _ start: Int, _ length: Int) throws(Truncated)
    -> Bool
  {
    switch kind {
    case 1: return try unreachable6(start, code, length)
    case 2: put(", mtu ", Int(try number32(start + 4)))
    case 3:
      switch code {
      case 0:
        try need(start + 8 + 24, 16)
        put(" for ")
        try putAddress6(start + 8 + 24)
      case 1: put(" (reassembly)")
      default: put(", unknown code (", code, ")")
      }
    case 4:
      try need(start + 8 + 24, 16)
      switch code {
      case 0: put(", erroneous - octet ", Int(try number32(start + 4)))
      case 1: put(", next header - octet ", Int(try number32(start + 4)))
      case 2: put(", option - octet ", Int(try number32(start + 4)))
      default: put(", code-#", code)
      }
    case 128, 129:
      try need(start + 4, 4)
      put(", id ", try number16(start + 4), ", seq ")
      put(try number16(start + 6))
    case 130 where length >= 28: try listenerQuery(start, length)
    case 130, 131, 132:
      put("max resp delay: ", try number16(start + 4), " addr: ")
      try putAddress6(start + 8)
    case 143: try listenerReport(start, length)
    case 133...137: try neighbour(kind, start, length)
    default: break
    }
    return true
  }

  private func unreachable6(_ start: Int, _ code: Int, _ length: Int) throws(Truncated) -> Bool {
    put(", ")
    let inner = start + 8
    switch code {
    case 0: put("unreachable route")
    case 1: put(" unreachable prohibited")
    case 2: put("beyond scope")
    case 3: put("unreachable address")
    case 4: put("unreachable port")
    default:
      put("unknown unreach code (", code, ")")
      dumpPlain(start, min(start + length, end))
      return false
    }
    try need(inner + 24, 16)
    guard code == 4 else {
      put(" ")
      try putAddress6(inner + 24)
      if code == 2 {
        put(", source address ")
        try putAddress6(inner + 8)
      }
      return true
    }
    let (number, transport) = try innerTransport(inner)
    let port = try number16(transport + 2)
    put(", ")
    try putAddress6(inner + 24)
    switch number {
    case 6, 17:
      put(number == 6 ? " tcp port " : " udp port ")
      putPort(port, isTCP: number == 6)
    default:
      put(" protocol ", number, " port ")
      put(port, " unreachable")
    }
    return true
  }

  /// The protocol of a quoted packet, behind the headers that IPv6 has in front of it.
  private func innerTransport(_ start: Int) throws(Truncated) -> (Int, Int) {
    var number = try number8(start + 6)
    var offset = start + 40
    while [0, 43, 44, 60].contains(number) {
      let size = number == 44 ? 8 : (try number8(offset + 1) + 1) * 8
      number = try number8(offset)
      offset += size
    }
    return (number, offset)
  }

  private func listenerQuery(_ start: Int, _ length: Int) throws(Truncated) {
    put(" v2")
    let code = try number16(start + 4)
    if style.verbosity > 0 {
      let delay = code < 32768 ? code : (code & 0xFFF | 0x1000) << (code >> 12 & 7 + 3)
      put(" [max resp delay=", delay, "]")
    }
    put(" [gaddr ")
    try putAddress6(start + 8)
    if style.verbosity > 0 {
      let flags = try number8(start + 24)
      if flags & 8 != 0 { put(" sflag") }
      if flags & 7 != 0 { put(" robustness=", flags & 7) }
      let interval = try number8(start + 25)
      let seconds = interval < 128 ? interval : (interval & 15 | 16) << (interval >> 4 & 7 + 3)
      put(" qqi=", seconds)
    }
    let count = try number16(start + 26)
    if count > 0 {
      if length < 28 + 16 * count {
        put(" [invalid number of sources ", count, "]")
      } else if style.verbosity > 1 {
        put(" {")
        for number in 0..<count {
          put(" ")
          try putAddress6(start + 28 + number * 16)
        }
        put(" }")
      } else {
        put(", ", count, " source(s)")
      }
    }
    put("]")
  }

  private func listenerReport(_ start: Int, _ length: Int) throws(Truncated) {
    let count = try number16(start + 6)
    put(", ", count, " group record(s)")
    guard style.verbosity > 0 else { return }
    var offset = start + 8
    for _ in 0..<count {
      guard offset + 20 <= start + length else { return put(" [invalid number of groups]") }
      put(" [gaddr ")
      try putAddress6(offset + 4)
      put(" ")
      put(GroupRecord.name(try number8(offset)))
      let sources = try number16(offset + 2)
      guard offset + 20 + sources * 16 <= start + length else {
        return put(" [invalid number of sources ", sources, "]")
      }
      if style.verbosity > 1 {
        put(" {")
        for number in 0..<sources {
          put(" ")
          try putAddress6(offset + 20 + number * 16)
        }
        put(" }]")
      } else {
        put(", ", sources, " source(s)]")
      }
      offset += 20 + 16 * sources + 4 * (try number8(offset + 1))
    }
  }
}
