internal import Linux

/// Addresses, ports and check sums.
extension PacketPrinter {
  func address4(_ offset: Int) throws(Truncated) -> IPAddress {
    IPAddress(v4: try number32(offset))
  }

  func address6(_ offset: Int) throws(Truncated) -> IPAddress? {
    try need(offset, 16)
    return IPAddress(bytes: packet[offset..<offset + 16])
  }

  func putAddress4(_ offset: Int) throws(Truncated) {
    let value = try number32(offset)
    if let name = names.host(IPAddress(v4: value)) { return put(text: name) }
    putDotted(value)
  }

  func putDotted(_ value: UInt32) {
    for shift in [24, 16, 8, 0] as [UInt32] {
      _ = out.append(Int(value >> shift & 255))
      if shift > 0 { out.append(UInt8(ascii: ".")) }
    }
  }

  func putAddress6(_ offset: Int) throws(Truncated) {
    guard let address = try address6(offset) else { throw Truncated() }
    put(text: names.host(address) ?? address.description)
  }

  func putHardware(_ offset: Int, _ count: Int = 6) throws(Truncated) {
    try need(offset, count)
    for place in 0..<count {
      if place > 0 { out.append(UInt8(ascii: ":")) }
      hexadecimal(Int(packet[offset + place]), 2)
    }
  }

  func putPort(_ port: Int, isTCP: Bool) {
    if let name = names.port(UInt16(truncatingIfNeeded: port), isTCP: isTCP) {
      put(text: name)
    } else {
      put(port)
    }
  }

  /// `a.port > b.port: `, as far as the addresses belong to it.
  func putEndpoints(_ carrier: Carrier, _ source: Int, _ target: Int, isTCP: Bool) throws(Truncated)
  {
    // Behind an extension header of IPv6, or of AH, the addresses have been told already.
    if carrier.hasToldAddresses {
      putPort(source, isTCP: isTCP)
      put(" > ")
    } else {
      try putAddress(carrier, isSource: true)
      out.append(UInt8(ascii: "."))
      putPort(source, isTCP: isTCP)
      put(" > ")
      try putAddress(carrier, isSource: false)
      out.append(UInt8(ascii: "."))
    }
    putPort(target, isTCP: isTCP)
    put(": ")
  }

  func putAddress(_ carrier: Carrier, isSource: Bool) throws(Truncated) {
    if carrier.isV6 {
      try putAddress6(carrier.offset + (isSource ? 8 : 24))
    } else {
      try putAddress4(carrier.offset + (isSource ? 12 : 16))
    }
  }

  /// The one's complement sum of `range` as it is, RFC 1071: 0xFFFF where the check sum in it is right.
  func sum(_ range: Range<Int>, from start: UInt32 = 0) -> UInt32 {
    var total = UInt64(start)
    var offset = range.lowerBound
    while offset + 1 < range.upperBound {
      total += UInt64(packet[offset]) << 8 | UInt64(packet[offset + 1])
      offset += 2
    }
    if offset < range.upperBound { total += UInt64(packet[offset]) << 8 }
    while total > 0xFFFF { total = total >> 16 + total & 0xFFFF }
    return UInt32(total)
  }

  /// The sum of what is checked beside a transport's own bytes, RFC 768 and RFC 8200.
  func pseudoSum(_ carrier: Carrier, _ transport: Int, _ length: Int) -> UInt32 {
    let head = carrier.offset
    let addresses =
      carrier.isV6
      ? sum(head + 8..<head + 24) + targetSum(carrier)
      : sum(head + 12..<head + 16) + targetSum(carrier)
    return addresses + UInt32(transport) + UInt32(length >> 16) + UInt32(length & 0xFFFF)
  }

  private func targetSum(_ carrier: Carrier) -> UInt32 {
    let size = carrier.isV6 ? 16 : 4
    return sum(carrier.finalTarget..<carrier.finalTarget + size)
  }
}

/// The header of IP that a transport lies in.
struct Carrier {
  /// Where it starts.
  let offset: Int
  let isV6: Bool
  /// Where the address is that the packet will come to, which source routes hide.
  var finalTarget: Int
  /// A fragment: its sums cannot be checked.
  var isFragment = false
  /// Whether something else has told the addresses.
  var hasToldAddresses = false
  var hops = 0

  init(_ offset: Int, isV6: Bool) {
    self.offset = offset
    self.isV6 = isV6
    finalTarget = offset + (isV6 ? 24 : 16)
  }
}
