internal import Linux

/// The Internet protocol of version 6, RFC 8200.
extension PacketPrinter {
  func ip6(_ start: Int, _ length: Int) throws(Truncated) {
    reading = "ip6"
    try need(start, 40)
    if !style.showsLink { put("IP6 ") }
    guard length >= 40 else { return put("truncated-ip6 ", length) }
    let first = try number32(start)
    guard first >> 28 == 6 else {
      put("version error: ", Int(first >> 28), " != 6")
      return
    }
    let stated = try number16(start + 4)
    if length < stated + 40 {
      put("truncated-ip6 - ", stated + 40 - length, " bytes missing!")
    }
    let following = try number8(start + 6)
    if style.verbosity > 0 {
      put("(")
      if first >> 20 & 0xFF != 0 {
        put("class 0x")
        hexadecimal(first >> 20 & 0xFF, 2)
        put(", ")
      }
      if first & 0xFFFFF != 0 {
        put("flowlabel 0x")
        hexadecimal(first & 0xFFFFF, 5)
        put(", ")
      }
      put("hlim ", try number8(start + 7), ", next-header ")
      put(name: IPProtocol.name(following), "unknown", following)
      put(" payload length: ", stated, ") ")
    }
    try within(start + 40 + stated) { () throws(Truncated) in
      try headers(start, following, stated)
    }
  }

  /// The chain of headers, each naming the next one.
  private func headers(_ start: Int, _ first: Int, _ length: Int) throws(Truncated) {
    var carrier = Carrier(start, isV6: true)
    carrier.hops = try number8(start + 7)
    var offset = start + 40
    let limit = offset + length
    var following = first
    if ![6, 17, 33, 132].contains(first) {
      try putAddress6(start + 8)
      put(" > ")
      try putAddress6(start + 24)
      put(": ")
      carrier.hasToldAddresses = true
    }
    while true {
      let size: Int
      switch following {
      case 0, 60:
        reading = following == 0 ? "hbhopt" : "dstopt"
        size = try options(offset, following == 0 ? "HBH " : "DSTOPT ", payloadLength: start + 4)
      case 44:
        reading = "frag6"
        size = 8
        try need(offset, 8)
        let place = try number16(offset + 2)
        carrier.isFragment = true
        put("frag (")
        if style.verbosity > 0 {
          put("0x")
          hexadecimal(try number32(offset + 4), 8)
          put(":")
        }
        put(place & 0xFFF8)
        put("|", limit - offset - 8, "")
        put(")")
        // What is behind the first fragment has no header of its own.
        if place & 0xFFF8 != 0 { return }
        put(" ")
      case 43:
        reading = "rt6"
        size = try routing(offset)
        if let target = lastHop(offset, size) { carrier.finalTarget = target }
      case 59:
        put("no next header")
        return
      default:
        return try transport(following, offset, limit - offset, carrier)
      }
      following = try number8(offset)
      offset += size
    }
  }

  private func options(_ start: Int, _ name: StaticString, payloadLength: Int) throws(Truncated)
    -> Int
  {
    try need(start, 2)
    let size = (try number8(start + 1) + 1) * 8
    try need(start, size)
    put(name)
    guard style.verbosity > 0 else { return size }
    var offset = start + 2
    let limit = start + size
    while offset < limit {
      let kind = try number8(offset)
      if kind == 0 {
        put("(pad1) ")
        offset += 1
        continue
      }
      guard offset + 2 <= limit else {
        put("(", kind, ": trunc) ")
        break
      }
      let length = try number8(offset + 1)
      guard offset + 2 + length <= limit else { break }
      switch kind {
      case 1: put("(padn) ")
      case 5:
        put("(rtalert: 0x")
        hexadecimal(try number16(offset + 2), 4)
        put(") ")
      case 0xC2:
        put("(jumbo: ")
        put(try number32(offset + 2))
        put(try number16(payloadLength) != 0 ? " - payload len != 0)  " : ") ")
      default:
        put("(opt_type 0x")
        hexadecimal(kind, 2)
        put(": len=", length, ") ")
      }
      offset += length + 2
    }
    return size
  }

  private func routing(_ start: Int) throws(Truncated) -> Int {
    try need(start, 4)
    let words = try number8(start + 1)
    let kind = try number8(start + 2)
    let left = try number8(start + 3)
    put("RT6 (len=", words, ", type=")
    put(kind)
    if kind == 0 { put(" [Deprecated]") }
    put(", segleft=", left)
    let size = (words + 1) * 8
    if kind == 0 || kind == 2 || kind == 4 {
      if kind == 4 {
        put(", last-entry=", try number8(start + 4))
        if try number8(start + 5) != 0 || style.verbosity > 0 {
          put(", flags=0x")
          hexadecimal(try number8(start + 5))
        }
        put(", tag=")
        hexadecimal(try number16(start + 6))
      } else if try number32(start + 4) != 0 || style.verbosity > 0 {
        put(", rsv=0x")
        hexadecimal(try number32(start + 4))
      }
      for number in 0..<words / 2 {
        put(", [", number, "]")
        try putAddress6(start + 8 + number * 16)
      }
    }
    put(") ")
    return size
  }

  private func lastHop(_ start: Int, _ size: Int) -> Int? {
    guard size >= 24, has(start, size), packet[start + 3] > 0 else { return nil }
    return packet[start + 2] == 4 ? start + 8 : start + size - 16
  }
}
