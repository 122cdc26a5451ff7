internal import Linux

/// The options of TCP, IANA's registry.
extension PacketPrinter {
  /// False where one is damaged, and the line ends there.
  ///
  /// What is known of an option tells how long it is; where it says something else, both are told.
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
      var size = 0
      if offset + 1 < limit {
        size = try number8(offset + 1)
        if size < 2 || offset + size > limit { size = 0 }
      }
      guard size > 0 else { return bad(isFirst: offset == start) }
      if let name = Self.tcpOption(kind) { put(name) } else { put("unknown-", kind) }
      let read: Int?
      do throws(Truncated) {
        read = try tcpOption(kind, offset + 2, size - 2, limit)
      } catch {
        put(offset == start ? " [|tcp]" : " [|tcp]>")
        return false
      }
      guard let value = read else { return bad(isFirst: offset == start) }
      if value != size - 2 { put("[len ", size, "]") }
      offset += value + 2
    }
    put("]")
    return true
  }

  private func bad(isFirst: Bool) -> Bool {
    put(isFirst ? "[bad opt]" : "[bad opt]]")
    return false
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
    case 254: "exp"
    default: nil
    }
  }

  /// The value of an option, and how long it is; nil where the options end before that.
  private func tcpOption(_ kind: Int, _ start: Int, _ size: Int, _ limit: Int) throws(Truncated)
    -> Int?
  {
    switch kind {
    case 2, 20, 28:
      guard start + 2 <= limit else { return nil }
      let value = try number16(start)
      if kind == 2 { put(" ", value) }
      if kind == 20 {
        put(" cap ")
        hexadecimal(value >> 8, 2)
        put(" id ", value & 0xFF)
      }
      if kind == 28 {
        put(" 0x")
        hexadecimal(value)
        put(" ", (value >> 1) * (value & 1 != 0 ? 60 : 1))
      }
      return 2
    case 3:
      guard start + 1 <= limit else { return nil }
      put(" ", try number8(start))
      return 1
    case 4: return 0
    case 5: try ranges(start, size)
    case 6, 7, 11, 12, 13:
      guard start + 4 <= limit else { return nil }
      try need(start, 4)
      put(" ")
      put(try number32(start))
      return 4
    case 8:
      guard start + 8 <= limit else { return nil }
      try need(start, 8)
      put(" val ")
      put(try number32(start))
      put(" ecr ")
      put(try number32(start + 4))
      return 8
    case 19:
      guard start + 16 <= limit else { return nil }
      try need(start, 16)
      put(" shared secret not supplied with -M, can't check - ")
      try bytes(start, 16)
      return 16
    case 29: try authentication(start, size)
    case 30: return try multipath(start, size) ? size : nil
    case 34: try cookie(start, size)
    case 254:
      guard size >= 2 else { return nil }
      let magic = try number16(start)
      put("-")
      hexadecimal(magic, 4)
      // Fast open, before it had a number of its own.
      if magic == 0xF989 {
        put(" ")
        try cookie(start + 2, size - 2)
      }
    default:
      if size > 0 { put(" 0x") }
      try bytes(start, size)
    }
    return size
  }

  private func bytes(_ start: Int, _ size: Int) throws(Truncated) {
    try need(start, size)
    for offset in start..<start + size { hexadecimal(Int(packet[offset]), 2) }
  }

  /// Selective acknowledgements, RFC 2018.
  private func ranges(_ start: Int, _ size: Int) throws(Truncated) {
    guard size % 8 == 0 else { return put(" invalid sack") }
    put(" ", size / 8, " ")
    for block in 0..<size / 8 {
      try need(start + block * 8, 8)
      put("{")
      put(try number32(start + block * 8) &- sackBase)
      put(":")
      put(try number32(start + block * 8 + 4) &- sackBase)
      put("}")
    }
  }

  /// RFC 5925.
  private func authentication(_ start: Int, _ size: Int) throws(Truncated) {
    guard size >= 2 else { return put(" (invalid)") }
    put(" keyid ", try number8(start), " rnextkeyid ")
    put(try number8(start + 1))
    guard size > 2 else { return }
    put(" mac 0x")
    try bytes(start + 2, size - 2)
  }

  /// Fast open, RFC 7413.
  private func cookie(_ start: Int, _ size: Int) throws(Truncated) {
    try need(start, size)
    put("  ")
    if size == 0 { return put("cookiereq") }
    guard size % 2 == 0, (4...16).contains(size) else { return put("(invalid)") }
    put("cookie ")
    try bytes(start, size)
  }

  /// Several paths, RFC 8684: which message it is. False where it is none.
  private func multipath(_ start: Int, _ size: Int) throws(Truncated) -> Bool {
    guard size > 0 else { return false }
    put(" ", size + 2, " ")
    let names: [StaticString] = [
      "capable", "join", "dss", "add-addr", "rem-addr", "prio", "fail", "fast-close", "reset",
    ]
    let kind = try number8(start) >> 4
    guard kind < names.count else { return false }
    put(names[kind])
    return true
  }
}
