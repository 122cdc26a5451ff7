internal import Linux

/// A line of `/proc/net/route`.
public struct RouteEntry: Sendable {
  public let interface: String
  public let destination: NetAddress
  public let gateway: NetAddress
  /// RTF_*.
  public let flags: UInt32
  public let references: Int
  public let use: Int
  public let metric: Int
  public let mask: NetAddress
  public let mtu: Int
  public let window: Int
  public let roundTrip: Int

  public static let isUp: UInt32 = 1
  public static let isGateway: UInt32 = 2
  public static let isHost: UInt32 = 4
  public static let isReject: UInt32 = 0x200

  /// All lines of the table that are whole.
  public static func parse(_ bytes: UnsafeRawBufferPointer) -> [RouteEntry] {
    var entries: [RouteEntry] = []
    Words.forEachLine(bytes, skipping: 1) { line in
      var words = Words(line)
      let interface = words.text()
      let destination = address(words.next())
      let gateway = address(words.next())
      let flags = UInt32(truncatingIfNeeded: words.hexadecimal())
      let references = words.decimal()
      let use = words.decimal()
      let metric = words.decimal()
      let mask = words.next()
      guard mask.count == 8 else { return }
      entries.append(
        RouteEntry(
          interface: interface, destination: destination, gateway: gateway, flags: flags,
          references: references, use: use, metric: metric, mask: address(mask),
          mtu: words.decimal(), window: words.decimal(), roundTrip: words.decimal()))
    }
    return entries
  }

  private static func address(_ word: UnsafeRawBufferPointer) -> NetAddress {
    NetAddress(v4: UInt32(truncatingIfNeeded: Words.hexadecimal(word)).byteSwapped)
  }

  /// The bits of the mask.
  public var prefix: Int { mask.low.nonzeroBitCount }
}

/// A line of `/proc/net/ipv6_route`.
public struct RouteEntryV6: Sendable {
  public let destination: NetAddress
  public let prefix: Int
  public let source: NetAddress
  public let sourcePrefix: Int
  public let gateway: NetAddress
  public let metric: UInt32
  public let references: Int
  public let use: Int
  /// RTF_*.
  public let flags: UInt32
  public let interface: String

  /// All lines of the table that are whole.
  public static func parse(_ bytes: UnsafeRawBufferPointer) -> [RouteEntryV6] {
    var entries: [RouteEntryV6] = []
    Words.forEachLine(bytes) { line in
      var words = Words(line)
      guard let destination = NetAddress(digits: words.next()) else { return }
      let prefix = Int(words.hexadecimal() & 0xFF)
      guard let source = NetAddress(digits: words.next()) else { return }
      let sourcePrefix = Int(words.hexadecimal() & 0xFF)
      guard let gateway = NetAddress(digits: words.next()) else { return }
      entries.append(
        RouteEntryV6(
          destination: destination, prefix: prefix, source: source, sourcePrefix: sourcePrefix,
          gateway: gateway, metric: UInt32(truncatingIfNeeded: words.hexadecimal()),
          references: Int(words.hexadecimal() & 0xFFFF_FFFF),
          use: Int(words.hexadecimal() & 0xFFFF_FFFF),
          flags: UInt32(truncatingIfNeeded: words.hexadecimal()), interface: words.text()))
    }
    return entries
  }
}

/// A line of `/proc/net/arp`.
public struct ArpEntry: Sendable {
  public let address: String
  /// ARPHRD_*.
  public let hardware: Int
  /// ATF_*: 2 complete, 4 permanent, 8 published.
  public let flags: Int
  public let hardwareAddress: String
  public let mask: String
  public let interface: String

  public static func parse(_ bytes: UnsafeRawBufferPointer) -> [ArpEntry] {
    var entries: [ArpEntry] = []
    Words.forEachLine(bytes, skipping: 1) { line in
      var words = Words(line)
      let entry = ArpEntry(
        address: words.text(), hardware: prefixed(words.next()), flags: prefixed(words.next()),
        hardwareAddress: words.text(), mask: words.text(), interface: words.text())
      if !entry.interface.isEmpty { entries.append(entry) }
    }
    return entries
  }

  /// `0x1`.
  private static func prefixed(_ word: UnsafeRawBufferPointer) -> Int {
    guard word.count > 2 else { return 0 }
    return Int(
      truncatingIfNeeded: Words.hexadecimal(UnsafeRawBufferPointer(rebasing: word[2...])) & 0xFFFF)
  }
}

/// A line of `/proc/net/if_inet6`.
public struct AddressEntryV6: Sendable {
  public let address: NetAddress
  public let index: UInt32
  public let prefix: Int
  public let scope: Int
  public let flags: UInt32
  public let interface: String

  public static func parse(_ bytes: UnsafeRawBufferPointer) -> [AddressEntryV6] {
    var entries: [AddressEntryV6] = []
    Words.forEachLine(bytes) { line in
      var words = Words(line)
      guard let address = NetAddress(digits: words.next()) else { return }
      entries.append(
        AddressEntryV6(
          address: address, index: UInt32(truncatingIfNeeded: words.hexadecimal()),
          prefix: Int(words.hexadecimal() & 0xFF), scope: Int(words.hexadecimal() & 0xFF),
          flags: UInt32(truncatingIfNeeded: words.hexadecimal()), interface: words.text()))
    }
    return entries
  }
}

extension NetAddress {
  /// 32 hexadecimal digits in network order.
  init?(digits word: UnsafeRawBufferPointer) {
    guard word.count == 32 else { return nil }
    self.init(
      high: Words.hexadecimal(UnsafeRawBufferPointer(rebasing: word[..<16])),
      low: Words.hexadecimal(UnsafeRawBufferPointer(rebasing: word[16...])))
  }
}
