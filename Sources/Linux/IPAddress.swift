internal import CLinux

/// An IPv4 or IPv6 address, with the zone of a link-local one (RFC 4007).
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  public enum Family: Sendable { case v4, v6 }

  public let family: Family
  /// Network order; an IPv4 address is the low 32 bits of `low`.
  private let high: UInt64
  private let low: UInt64
  /// The index of the interface that a link-local address belongs to; 0 is none.
  public let zone: UInt32

  public init(v4 value: UInt32) {
    family = .v4
    high = 0
    low = UInt64(value)
    zone = 0
  }

  /// From 4 or 16 bytes in network order; nil for any other count.
  public init?(bytes: some Collection<UInt8>, zone: UInt32 = 0) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for byte in bytes {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(byte)
    }
    family = bytes.count == 4 ? .v4 : .v6
    self.high = high
    self.low = low
    self.zone = zone
  }

  /// `192.0.2.1`, `2001:db8::1`, `fe80::1%eth0`, `::ffff:192.0.2.1`, as inet_pton(3) reads them.
  public init?(_ text: String) {
    let all = text.bytes
    let parts = all.split(
      separator: UInt8(ascii: "%"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first else { return nil }
    if parts.count == 1, let bytes = Self.quad(first) {
      self.init(bytes: bytes)
      return
    }
    guard let bytes = Self.groups(first) else { return nil }
    var zone: UInt32 = 0
    if parts.count > 1 {
      guard let index = Interface.index(String(bytes: parts[1])) else { return nil }
      zone = index
    }
    self.init(bytes: bytes, zone: zone)
  }

  public static let anyV4 = IPAddress(v4: 0)
  public static let loopbackV4 = IPAddress(v4: 0x7F00_0001)
  public static var anyV6: IPAddress { IPAddress(high: 0, low: 0, zone: 0) }
  public static var loopbackV6: IPAddress { IPAddress(high: 0, low: 1, zone: 0) }

  private init(high: UInt64, low: UInt64, zone: UInt32) {
    family = .v6
    self.high = high
    self.low = low
    self.zone = zone
  }

  /// 4 or 16 bytes in network order.
  public var bytes: [UInt8] {
    let count = family == .v4 ? 4 : 16
    return (0..<count).map { index in
      let shift = UInt64(8 * (count - 1 - index))
      return UInt8(truncatingIfNeeded: shift >= 64 ? high >> (shift - 64) : low >> shift)
    }
  }

  public var isLoopback: Bool {
    family == .v4 ? low >> 24 == 127 : high == 0 && low == 1
  }

  public var isUnspecified: Bool { high == 0 && low == 0 }

  public var isMulticast: Bool {
    family == .v4 ? low >> 28 == 0xE : high >> 56 == 0xFF
  }

  /// Link-local: 169.254/16 or fe80::/10.
  public var isLinkLocal: Bool {
    family == .v4 ? low >> 16 == 0xA9FE : high >> 54 == 0x3FA
  }

  /// The IPv4 address in `::ffff:a.b.c.d`; any other is itself.
  public var unmapped: IPAddress {
    guard family == .v6, high == 0, low >> 32 == 0xFFFF else { return self }
    return IPAddress(v4: UInt32(truncatingIfNeeded: low))
  }

  /// `::ffff:a.b.c.d` for an IPv4 address, as a v6 socket takes it; any other is itself.
  public var mapped: IPAddress {
    family == .v6 ? self : IPAddress(high: 0, low: 0xFFFF << 32 | low, zone: 0)
  }

  /// The canonical text, RFC 5952: lower case, the longest run of zeroes cut, IPv4 in its own notation.
  public var description: String {
    if family == .v4 { return Self.dotted(low) }
    let text = colons
    guard zone != 0 else { return text }
    return text + "%" + (Interface.name(zone) ?? String(zone))
  }

  private static func dotted(_ value: UInt64) -> String {
    var text = ""
    for shift in [24, 16, 8, 0] as [UInt64] {
      if shift < 24 { text += "." }
      text += String(value >> shift & 0xFF)
    }
    return text
  }

  private var colons: String {
    let words = (0..<8).map { index in
      UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
    }
    let gap = Self.longestZeroes(words)
    // IPv4-mapped and IPv4-compatible addresses.
    let isEmbedded =
      high == 0 && (low >> 32 == 0xFFFF || (low >> 32 == 0 && low >> 16 != 0))
    var text = ""
    var index = 0
    while index < 8 {
      if index == gap.start {
        text += "::"
        index += gap.count
        continue
      }
      if index > 0, index != gap.start + gap.count { text += ":" }
      if isEmbedded, index == 6 { return text + Self.dotted(low & 0xFFFF_FFFF) }
      text += String(words[index], radix: 16)
      index += 1
    }
    return text
  }

  /// The first of the longest runs of at least two zero words; `start` is -1 where there is none.
  private static func longestZeroes(_ words: [UInt16]) -> (start: Int, count: Int) {
    var best = (start: -1, count: 1)
    var start = 0
    while start < words.count {
      var end = start
      while end < words.count, words[end] == 0 { end += 1 }
      if end - start > best.count { best = (start: start, count: end - start) }
      start = max(end, start + 1)
    }
    return best.start < 0 ? (start: -1, count: 0) : best
  }

  private static func quad(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard !part.isEmpty, part.count <= 3, part.count == 1 || part.first != 0x30 else {
        return nil
      }
      var value = 0
      for digit in part {
        guard digit >= 0x30, digit <= 0x39 else { return nil }
        value = value * 10 + Int(digit - 0x30)
      }
      guard let byte = UInt8(exactly: value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  /// The 16 bytes of IPv6 text without zone, RFC 4291 section 2.2.
  private static func groups(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let colon = UInt8(ascii: ":")
    var front: [UInt8] = []
    var back: [UInt8]?
    var rest = text
    if rest.starts(with: [colon, colon]) {
      back = []
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let group = rest.prefix { $0 != colon }
      let isLast = group.endIndex == rest.endIndex
      let bytes = isLast && group.contains(UInt8(ascii: ".")) ? quad(group) : hexadecimal(group)
      guard let bytes else { return nil }
      if back == nil { front += bytes } else { back? += bytes }
      if isLast { break }
      rest = rest[(group.endIndex + 1)...]
      if rest.isEmpty { return nil }
      if rest.first == colon {
        guard back == nil else { return nil }
        back = []
        rest = rest.dropFirst()
      }
    }
    guard let back else { return front.count == 16 ? front : nil }
    let missing = 16 - front.count - back.count
    guard missing >= 2 else { return nil }
    return front + [UInt8](repeating: 0, count: missing) + back
  }

  private static func hexadecimal(_ group: ArraySlice<UInt8>) -> [UInt8]? {
    guard !group.isEmpty, group.count <= 4 else { return nil }
    var value: UInt16 = 0
    for byte in group {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return [UInt8(value >> 8), UInt8(value & 0xFF)]
  }
}

/// Network interfaces by name and index.
public enum Interface {
  /// The index of an interface, by its name or its number. if_nametoindex(3).
  public static func index(_ name: String) -> UInt32? {
    let index = name.withPath { if_nametoindex($0) }
    if index != 0 { return index }
    guard let number = UInt32(name), number > 0 else { return nil }
    return number
  }

  /// The name of an interface; nil where there is none with that index.
  public static func name(_ index: UInt32) -> String? {
    var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    guard if_indextoname(index, &name) != nil else { return nil }
    return String(bytes: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
  }
}
