internal import Linux

/// The headers that Linux makes up for captures without a link layer of their own, pcap-linktype(7).
extension PacketPrinter {
  /// The header that Linux makes up for captures on all interfaces, LINKTYPE_LINUX_SLL.
  func cooked(_ length: Int) throws(Truncated) {
    reading = "sll"
    try need(0, 16)
    headerLength = 16
    let type = try number16(14)
    if style.showsLink { try cookedHeader(type, length) }
    try cookedPayload(type, 16, length - 16) { () throws(Truncated) in
      try self.cookedHeader(type, length)
    }
  }

  private func cookedHeader(_ type: Int, _ length: Int) throws(Truncated) {
    put(Self.direction(try number16(0), isPadded: true))
    put(" ")
    try cookedAddress(try number16(4), 6)
    cookedType(type, length)
  }

  /// Its successor, LINKTYPE_LINUX_SLL2.
  func cooked2(_ length: Int) throws(Truncated) {
    reading = "sll2"
    try need(0, 20)
    headerLength = 20
    let type = try number16(0)
    let index = try number32(4)
    let name = names.interface(index) ?? "?"
    put(text: name)
    for _ in name.utf8.count..<max(5, name.utf8.count) { put(" ") }
    put(" ")
    put(Self.direction(try number8(10), isPadded: false))
    put(" ")
    if style.showsLink { try cooked2Header(type, length) }
    try cookedPayload(type, 20, length - 20) { () throws(Truncated) in
      try self.cooked2Header(type, length)
    }
  }

  private func cooked2Header(_ type: Int, _ length: Int) throws(Truncated) {
    put("ifindex ")
    put(try number32(4))
    put(" ")
    try cookedAddress(try number8(11), 12)
    cookedType(type, length)
  }

  private func cookedAddress(_ size: Int, _ start: Int) throws(Truncated) {
    guard size > 0 else { return }
    try putHardware(start, min(size, 8))
    put(" ")
  }

  private func cookedType(_ type: Int, _ length: Int) {
    if style.isQuiet { return }
    switch type {
    case 1: put("802.3")
    case 4: put("802.2")
    default:
      put("ethertype ")
      putEtherType(type)
    }
    put(", length ", length, ": ")
  }

  private func cookedPayload(
    _ type: Int, _ start: Int, _ length: Int, header: () throws(Truncated) -> Void
  ) throws(Truncated) {
    isInCooked = true
    defer { isInCooked = false }
    switch type {
    case 1: put("IPX, length ", length)
    case 4: try llc(start, length, nil, length)
    default:
      if try payload(type, start, length) { return }
      if !style.showsLink { try header() }
      dumpUnknown(start, end)
    }
  }

  private static func direction(_ kind: Int, isPadded: Bool) -> StaticString {
    switch kind {
    case 0: isPadded ? " In" : "In "
    case 1: isPadded ? "  B" : "B  "
    case 2: isPadded ? "  M" : "M  "
    case 3: isPadded ? "  P" : "P  "
    case 4: "Out"
    default: isPadded ? "  ?" : "?  "
    }
  }
}
