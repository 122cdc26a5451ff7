internal import Linux

/// The options of TCP, IANA's registry.
extension PacketPrinter {
  /// False where one is damaged, and the line ends there.
  func tcpOptions(_ start: Int, _ length: Int) throws(Truncated) -> Bool {
    put(", options [")
    var offset = start
    let limit = start + length
    while offset < limit {
      if offset > start { put(",") }
      let kind = try number8(offset)
      if kind == 0 || kind == 1 {
        put(kind == 0 ? "eol" : "nop")
        offset += 1
        if kind == 0 { break }
        continue
      }
      guard offset + 1 < limit else {
        put("[bad opt]]")
        return false
      }
      let size = try number8(offset + 1)
      guard size >= 2, offset + size <= limit else {
        put("[bad opt]]")
        return false
      }
      try need(offset, size)
      if let name = Self.tcpOption(kind) { put(name) } else { put("unknown-", kind) }
      let expected = try tcpOption(kind, offset + 2, size - 2)
      if expected != size - 2 { put("[len ", size, "]") }
      offset += size
    }
    put("]")
    return true
  }

  private static func tcpOption(_ kind: Int) -> StaticString? {
    switch kind {
    case 2: "mss"
    case 3: "wscale"
    case 4: "sackOK"
    case 5: "sack"
    case 6: "echo"
    case 7: "echoreply"
    case 8: "TS"
    case 11: "cc"
    case 12: "ccnew"
    case 13: ""
    case 19: "md5"
    case 20: "scps"
    case 28: "uto"
    case 29: "tcp-ao"
    case 30: "mptcp"
    case 34: "tfo"
    case 253, 254: "exp"
    default: nil
    }
  }

  /// The value of an option, and how long it should have been.
  private func tcpOption(_ kind: Int, _ start: Int, _ size: Int) throws(Truncated) -> Int {
    switch kind {
    case 2 where size >= 2: put(" ", try number16(start))
    case 3 where size >= 1: put(" ", try number8(start))
    case 4: return 0
    case 5:
      guard size % 8 == 0, size > 0 else {
        put(" invalid sack")
        return size
      }
      put(" ", size / 8, " ")
      for block in 0..<size / 8 {
        put("{")
        put(try number32(start + block * 8) &- sackBase)
        put(":")
        put(try number32(start + block * 8 + 4) &- sackBase)
        put("}")
      }
    case 8 where size >= 8:
      put(" val ")
      put(try number32(start))
      put(" ecr ")
      put(try number32(start + 4))
      return 8
    case 28 where size >= 2:
      let value = try number16(start)
      put(" 0x")
      hexadecimal(value)
      put(" ", (value & 0x7FFF) * (value & 0x8000 != 0 ? 60 : 1))
      return 2
    case 34:
      put("  ")
      if size == 0 { put("cookiereq") } else if size % 2 != 0 || size < 4 || size > 16 {
        put("(invalid)")
      } else {
        put("cookie ")
        for offset in start..<start + size { hexadecimal(try number8(offset), 2) }
      }
    default:
      if size > 0 { put(" 0x") }
      for offset in start..<start + size { hexadecimal(try number8(offset), 2) }
    }
    switch kind {
    case 2: return 2
    case 3: return 1
    default: return size
    }
  }
}
