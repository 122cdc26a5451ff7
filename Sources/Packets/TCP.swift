internal import Linux

/// The transmission control protocol, RFC 9293.
extension PacketPrinter {
  func tcp(_ start: Int, _ length: Int, _ carrier: Carrier) throws(Truncated) {
    reading = "tcp"
    do throws(Truncated) {
      try need(start, 4)
    } catch {
      if !carrier.hasToldAddresses {
        try putAddress(carrier, isSource: true)
        put(" > ")
        try putAddress(carrier, isSource: false)
        put(":")
      }
      throw error
    }
    let source = try number16(start)
    let target = try number16(start + 2)
    try putEndpoints(carrier, source, target, isTCP: true)
    try need(start, 20)
    let header = try number8(start + 12) >> 4 * 4
    guard header >= 20 else {
      put(" tcp ", length - header, " [bad hdr length ")
      return put(header, " - too short, < 20]")
    }
    if style.isQuiet {
      put(
        "tcp ", header > length ? Int(UInt32(truncatingIfNeeded: length - header)) : length - header
      )
      if header > length { put(" [bad hdr length ", header, " - too long, > "); put(length, "]") }
      return
    }
    let flags = try number8(start + 13)
    let numbers = try relative(start, flags, carrier, source, target)
    putFlags(flags)
    if style.verbosity > 0, style.checksSums, !carrier.isFragment, header <= length,
      has(start, length)
    {
      try tcpSum(start, length, carrier)
    }
    guard header <= length else {
      put(" [bad hdr length ", header, " - too long, > ")
      return put(length, "]")
    }
    let size = length - header
    putNumbers(numbers, size, flags, window: try number16(start + 14), try number16(start + 18))
    if header > 20, try !tcpOptions(start + 20, header - 20) { return }
    put(", length ", size)
    guard size > 0 else { return }
    try segment(start + header, size, flags, source, target)
  }

  private func putFlags(_ flags: Int) {
    put("Flags [")
    let names: StaticString = "FSRP.UEW"
    var isNone = true
    for bit in 0..<8 where flags & 1 << bit != 0 {
      out.append(names.utf8Start[bit])
      isNone = false
    }
    put(isNone ? "none]" : "]")
  }

  private func tcpSum(_ start: Int, _ length: Int, _ carrier: Carrier) throws(Truncated) {
    let total = sum(start..<start + length, from: pseudoSum(carrier, 6, length))
    let value = try number16(start + 16)
    put(", cksum 0x")
    hexadecimal(value, 4)
    if total == 0xFFFF { return put(" (correct)") }
    put(" (incorrect -> 0x")
    hexadecimal(corrected(total, value), 4)
    put(")")
  }

  private func putNumbers(
    _ numbers: FlowTable.Numbers, _ size: Int, _ flags: Int, window: Int, _ urgent: Int
  ) {
    if size > 0 || flags & 7 != 0 || style.verbosity > 1 {
      put(", seq ")
      put(numbers.sequence)
      if size > 0 {
        put(":")
        put(numbers.sequence &+ UInt32(truncatingIfNeeded: size))
      }
    }
    if flags & 0x10 != 0 {
      put(", ack ")
      put(numbers.acknowledged)
    }
    put(", win ", window)
    if flags & 0x20 != 0 { put(", urg ", urgent) }
  }

  /// Counts from the first numbers that were seen of a connection; those are told as they are.
  private func relative(
    _ start: Int, _ flags: Int, _ carrier: Carrier, _ source: Int, _ target: Int
  ) throws(Truncated) -> FlowTable.Numbers {
    var numbers = FlowTable.Numbers(
      sequence: try number32(start + 4), acknowledged: try number32(start + 8))
    sackBase = 0
    guard !style.isAbsolute, flags & 0x10 != 0 else { return numbers }
    let size = carrier.isV6 ? 16 : 4
    let from = carrier.offset + (carrier.isV6 ? 8 : 12)
    try need(from, 2 * size)
    let a = packet.part(from..<from + size)
    let b = packet.part(from + size..<from + 2 * size)
    let isReverse = source == target ? compareBytes(a, b) > 0 : source > target
    let key = FlowTable.Key(
      isReverse ? b : a, isReverse ? a : b, isReverse ? target : source,
      isReverse ? source : target)
    if flags & 2 == 0, let known = flows.entries[key] {
      // Ranges that were received are counted as what is acknowledged is.
      sackBase = isReverse ? known.sequence : known.acknowledged
      numbers.sequence &-= isReverse ? known.acknowledged : known.sequence
      numbers.acknowledged &-= sackBase
      return numbers
    }
    flows.set(
      key,
      isReverse
        ? .init(sequence: numbers.acknowledged &- 1, acknowledged: numbers.sequence)
        : .init(sequence: numbers.sequence, acknowledged: numbers.acknowledged &- 1))
    return numbers
  }

  /// What the payload is, by its port.
  private func segment(_ start: Int, _ size: Int, _ flags: Int, _ source: Int, _ target: Int)
    throws(Truncated)
  {
    if flags & 4 != 0, start <= end {
      // A stack may say why it resets, RFC 1122 section 4.2.2.12.
      guard style.verbosity > 0 else { return }
      let shown = min(size, 30)
      put(has(start, shown) ? " [RST" : " [!RST")
      put(size > 30 ? "+ " : " ")
      try safe(start..<min(start + shown, end))
      return put("]")
    }
    func isFor(_ port: Int) -> Bool { source == port || target == port }
    // Of the payload nothing may have been captured.
    guard start <= end else {
      reading = isFor(80) || isFor(8080) ? "http" : "tcp"
      if isFor(80) || isFor(8080) { put(": HTTP") }
      if isFor(80) || isFor(8080) || isFor(53) { throw Truncated() }
      return
    }
    if isFor(53) { return try dnsStream(start, size) }
    if isFor(80) || isFor(8080) {
      put(": ")
      return try http(start, size)
    }
    if style.showsServerNames, let greeting = ClientGreeting(packet, start..<min(end, start + size))
    {
      put(": TLS ClientHello")
      if let name = greeting.serverName {
        put(" ")
        try safe(name)
      }
      for (number, name) in greeting.protocols.enumerated() {
        put(number == 0 ? " alpn " : ",")
        try safe(name)
      }
    }
  }
}

/// The first numbers of each connection of TCP.
struct FlowTable {
  struct Key: Hashable {
    let a0: UInt64
    let a1: UInt64
    let b0: UInt64
    let b1: UInt64
    let ports: UInt32

    init(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, _ from: Int, _ to: Int) {
      a0 = Self.word(a, 0)
      a1 = Self.word(a, 8)
      b0 = Self.word(b, 0)
      b1 = Self.word(b, 8)
      ports = UInt32(truncatingIfNeeded: from << 16 | to)
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
      var value: UInt64 = 0
      for offset in start..<start + 8 where offset < bytes.count {
        value = value << 8 | UInt64(bytes[offset])
      }
      return value
    }
  }

  struct Numbers {
    var sequence: UInt32
    var acknowledged: UInt32
  }

  var entries: [Key: Numbers] = [:]
  /// Beyond this the oldest knowledge goes: a scan must not fill our memory.
  static let most = 65536

  mutating func set(_ key: Key, _ numbers: Numbers) {
    if entries.count >= Self.most { entries.removeAll(keepingCapacity: true) }
    entries[key] = numbers
  }
}
