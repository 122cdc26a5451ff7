public import Linux

/// The order in which addresses are tried, RFC 6724 section 6, with the default policy table.
public enum AddressOrder {
  public static func sorted(_ addresses: [IPAddress]) -> [IPAddress] {
    if addresses.count < 2 { return addresses }
    let facts = addresses.map { Destination($0) }
    return sortedIndices(addresses.count) { a, b in facts[a].precedes(facts[b]) }
      .map { addresses[$0] }
  }
}

/// What the rules look at.
private struct Destination {
  let address: IPAddress
  /// The address we would send from; nil where there is no way there.
  let source: IPAddress?
  let scope: Int
  let policy: (precedence: Int, label: Int)
  let sourceScope: Int
  let sourceLabel: Int

  init(_ address: IPAddress) {
    self.address = address
    source = Self.source(of: address)
    scope = Self.scope(address)
    policy = Self.policy(address)
    sourceScope = source.map { Self.scope($0) } ?? -1
    sourceLabel = source.map { Self.policy($0).label } ?? -1
  }

  func precedes(_ other: Destination) -> Bool {
    if (source != nil) != (other.source != nil) { return source != nil }
    let matches = scope == sourceScope
    if matches != (other.scope == other.sourceScope) { return matches }
    let hasLabel = policy.label == sourceLabel
    if hasLabel != (other.policy.label == other.sourceLabel) { return hasLabel }
    if policy.precedence != other.policy.precedence {
      return policy.precedence > other.policy.precedence
    }
    if scope != other.scope { return scope < other.scope }
    if address.family == .v6, other.address.family == .v6 { return common > other.common }
    return false
  }

  /// Bits that destination and source have in common, in the network half.
  private var common: Int {
    guard let source else { return 0 }
    var bits = 0
    for (a, b) in zip(address.bytes.prefix(8), source.bytes) {
      let difference = a ^ b
      bits += difference.leadingZeroBitCount
      if difference != 0 { break }
    }
    return bits
  }

  /// Connecting a datagram socket sends nothing, and tells the source.
  private static func source(of address: IPAddress) -> IPAddress? {
    guard let socket = try? Socket(Socket.Domain(address.family), .datagram),
      let done = try? socket.startConnecting(to: .ip(Endpoint(address, port: 53))), done
    else { return nil }
    return socket.ownAddress.endpoint?.address
  }

  private static func scope(_ address: IPAddress) -> Int {
    let bytes = address.bytes
    if address.isMulticast { return address.family == .v6 ? Int(bytes[1] & 15) : 14 }
    if address.isLoopback || address.isLinkLocal { return 2 }
    // Site-local: fec0::/10.
    if address.family == .v6, bytes[0] == 0xFE, bytes[1] & 0xC0 == 0xC0 { return 5 }
    return 14
  }

  private static func policy(_ address: IPAddress) -> (precedence: Int, label: Int) {
    if address.family == .v4 || address.unmapped.family == .v4 { return (35, 4) }
    let bytes = address.bytes
    if address.isLoopback { return (50, 0) }
    if bytes[0] == 0x20, bytes[1] == 0x02 { return (30, 2) }
    if bytes[0] == 0x20, bytes[1] == 0x01, bytes[2] == 0, bytes[3] == 0 { return (5, 5) }
    if bytes[0] & 0xFE == 0xFC { return (3, 13) }
    if bytes[..<12].allSatisfy({ $0 == 0 }) { return (1, 3) }
    if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0xC0 { return (1, 11) }
    if bytes[0] == 0x3F, bytes[1] == 0xFE { return (1, 12) }
    return (40, 1)
  }
}
