public import Linux

/// An address as the kernel's messages carry it: 4 or 16 bytes, without a zone.
public struct NetAddress: Equatable, Sendable {
  /// Numbers in the machine's order; an IPv4 address is the low 32 bits of `low`.
  public let high: UInt64
  public let low: UInt64
  public let isV6: Bool

  public init(v4 value: UInt32) {
    high = 0
    low = UInt64(value)
    isV6 = false
  }

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
    isV6 = true
  }

  /// 4 or 16 bytes in network order at `offset`; zeroes where they are not there.
  @inline(__always)
  public init(_ fields: Fields, at offset: Int, isV6: Bool) {
    high = isV6 ? fields.bigLong(offset) : 0
    low = isV6 ? fields.bigLong(offset + 8) : UInt64(fields.bigWord(offset))
    self.isV6 = isV6
  }

  /// An attribute that is an address of a family; nil where it is too short.
  public init?(_ fields: Fields, family: Int) {
    guard fields.count >= (family == Self.v6Family ? 16 : 4) else { return nil }
    self.init(fields, at: 0, isV6: family == Self.v6Family)
  }

  public init(_ address: IPAddress) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    for byte in address.bytes {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(byte)
    }
    self.high = high
    self.low = low
    isV6 = address.family == .v6
  }

  /// AF_INET, AF_INET6.
  public static let v4Family = 2
  public static let v6Family = 10

  public static let anyV4 = NetAddress(v4: 0)
  public static let anyV6 = NetAddress(high: 0, low: 0)

  public var family: Int { isV6 ? Self.v6Family : Self.v4Family }
  public var width: Int { isV6 ? 128 : 32 }
  public var isUnspecified: Bool { high == 0 && low == 0 }
  /// `::ffff:a.b.c.d`.
  public var isMapped: Bool { isV6 && high == 0 && low >> 32 == 0xFFFF }
  public var isLoopback: Bool { isV6 ? high == 0 && low == 1 : low >> 24 == 127 }
  /// fe80::/10.
  public var isLinkLocal: Bool { isV6 && high >> 54 == 0x3FA }

  public var bytes: [UInt8] {
    let count = isV6 ? 16 : 4
    return (0..<count).map { index in
      let shift = UInt64(8 * (count - 1 - index))
      return UInt8(truncatingIfNeeded: shift >= 64 ? high >> (shift - 64) : low >> shift)
    }
  }

  public var address: IPAddress { IPAddress(bytes: bytes) ?? .anyV4 }

  /// Whether the first `length` bits are those of `other`.
  public func matches(_ other: NetAddress, prefix length: Int) -> Bool {
    guard isV6 == other.isV6 else { return false }
    if !isV6 {
      let shift = UInt64(32 - max(0, min(length, 32)))
      return low >> shift == other.low >> shift
    }
    if length <= 0 { return true }
    if length <= 64 {
      let shift = UInt64(64 - length)
      return high >> shift == other.high >> shift
    }
    let shift = UInt64(128 - min(length, 128))
    return high == other.high && low >> shift == other.low >> shift
  }

  public var text: String {
    let buffer = TextBuffer(capacity: 64)
    buffer.append(self)
    return String(bytes: Array(buffer.bytes))
  }
}

extension TextBuffer {
  /// The text of an address, as inet_ntop(3) writes it.
  public func append(_ address: NetAddress) {
    if address.isV6 {
      append(colons: address)
    } else {
      append(quad: UInt32(truncatingIfNeeded: address.low))
    }
  }

  @inline(__always)
  public func append(quad value: UInt32) {
    append(octet: UInt8(truncatingIfNeeded: value >> 24))
    append(UInt8(ascii: "."))
    append(octet: UInt8(truncatingIfNeeded: value >> 16))
    append(UInt8(ascii: "."))
    append(octet: UInt8(truncatingIfNeeded: value >> 8))
    append(UInt8(ascii: "."))
    append(octet: UInt8(truncatingIfNeeded: value))
  }

  @inline(__always)
  private func append(octet: UInt8) {
    if octet >= 100 { append(octet / 100 + 0x30) }
    if octet >= 10 { append(octet / 10 % 10 + 0x30) }
    append(octet % 10 + 0x30)
  }

  private func append(colons address: NetAddress) {
    let (start, count) = Self.longestZeroes(address)
    let isEmbedded =
      address.high == 0
      && (address.low >> 32 == 0xFFFF || (address.low >> 32 == 0 && address.low >> 16 != 0))
    var index = 0
    while index < 8 {
      if index == start {
        append(UInt8(ascii: ":"))
        append(UInt8(ascii: ":"))
        index += count
        continue
      }
      if index > 0, index != start + count { append(UInt8(ascii: ":")) }
      if isEmbedded, index == 6 { return append(quad: UInt32(truncatingIfNeeded: address.low)) }
      append(hexadecimal: UInt64(Self.group(address, index)))
      index += 1
    }
  }

  @inline(__always)
  private static func group(_ address: NetAddress, _ index: Int) -> UInt16 {
    UInt16(
      truncatingIfNeeded: (index < 4 ? address.high : address.low) >> UInt64(48 - 16 * (index & 3)))
  }

  /// The first of the longest runs of at least two zero groups, RFC 5952; -9 where there is none.
  private static func longestZeroes(_ address: NetAddress) -> (start: Int, count: Int) {
    var best = (start: -9, count: 1)
    var index = 0
    while index < 8 {
      var end = index
      while end < 8, group(address, end) == 0 { end += 1 }
      if end - index > best.count { best = (start: index, count: end - index) }
      index = max(end, index + 1)
    }
    return best.start < 0 ? (start: -9, count: 0) : best
  }

  /// A number in lower-case hexadecimal, without zeroes in front.
  public func append(hexadecimal value: UInt64) {
    var shift: UInt64 = 60
    while shift > 0, value >> shift == 0 { shift -= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
      append(digit < 10 ? digit + 0x30 : digit + 0x57)
      if shift == 0 { return }
      shift -= 4
    }
  }

  @inline(__always)
  public func append(_ text: StaticString) {
    text.withUTF8Buffer { append(UnsafeRawBufferPointer($0)) }
  }

  public func append(decimal value: UInt64) { _ = append(Int(clamping: value)) }

  public func append(text: String) {
    if text.utf8.contains(0xF4) {
      text.bytes.withUnsafeBytes { append($0) }
    } else {
      var text = text
      text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }
  }
}
