internal import Linux

/// The order of lines: keys one after the other, then the bytes of the lines.
public struct LineOrder: Sendable {
  public var keys: [SortKey]
  public var separator: UInt8?
  public var isReversed: Bool
  /// Lines that differ in no key are the same: no last resort.
  public var isStable: Bool
  private var tables: [KeyTable?]

  /// - Parameter global: the ordering of keys that have none of their own, and of the whole line.
  public init(keys: [SortKey], global: Ordering, separator: UInt8?, stable: Bool) {
    isReversed = global.contains(.reverse)
    self.separator = separator
    isStable = stable
    self.keys = keys.map { key in
      var key = key
      if key.order.isEmpty { key.order = global }
      return key
    }
    if keys.isEmpty, !global.subtracting(.reverse).isEmpty {
      self.keys = [SortKey(order: global)]
    }
    tables = self.keys.map { KeyTable($0.order) }
  }

  /// Whether bytes alone decide.
  var isPlain: Bool { keys.isEmpty }

  /// A number that never contradicts `compare`: the start of what decides first.
  func prefix(_ line: UnsafeRawBufferPointer) -> UInt64 {
    guard let key = keys.first else {
      let prefix = Self.bytes(line)
      return isReversed ? ~prefix : prefix
    }
    let text = line.part(key.range(in: line, separator: separator))
    let order = key.order
    let prefix: UInt64
    if order.contains(.numeric) {
      prefix = NumericText(text).prefix(text, withUnit: false)
    } else if order.contains(.human) {
      prefix = NumericText(text).prefix(text, withUnit: true)
    } else if order.contains(.general) {
      prefix = Self.general(text)
    } else if order.contains(.month) {
      prefix = UInt64(monthRank(text))
    } else if order.contains(.version) {
      prefix = 0
    } else if let table = tables[0] {
      prefix = table.prefix(text)
    } else {
      prefix = Self.bytes(text)
    }
    return order.contains(.reverse) ? ~prefix : prefix
  }

  /// Less than, equal to or greater than zero.
  public func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    for index in keys.indices {
      let key = keys[index]
      let x = a.part(key.range(in: a, separator: separator))
      let y = b.part(key.range(in: b, separator: separator))
      let order = compare(x, y, key.order, tables[index])
      if order != 0 { return key.order.contains(.reverse) ? -order : order }
    }
    if isStable, !isPlain { return 0 }
    let order = compareBytes(a, b)
    return isReversed ? -order : order
  }

  private func compare(
    _ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, _ order: Ordering, _ table: KeyTable?
  ) -> Int {
    if order.contains(.numeric) { return NumericText.compare(a, b, withUnit: false) }
    if order.contains(.human) { return NumericText.compare(a, b, withUnit: true) }
    if order.contains(.general) {
      let (x, y) = (Self.general(a), Self.general(b))
      return x < y ? -1 : x > y ? 1 : 0
    }
    if order.contains(.month) { return monthRank(a) - monthRank(b) }
    if let table {
      if order.contains(.version) {
        let (x, y) = (table.copy(a), table.copy(b))
        return x.withUnsafeBytes { x in y.withUnsafeBytes { VersionOrder.compare(x, $0) } }
      }
      return table.compare(a, b)
    }
    return order.contains(.version) ? VersionOrder.compare(a, b) : compareBytes(a, b)
  }

  /// The first eight bytes as a number that sorts like them.
  private static func bytes(_ text: UnsafeRawBufferPointer) -> UInt64 {
    if text.count >= 8 { return UInt64(bigEndian: text.loadUnaligned(as: UInt64.self)) }
    var prefix: UInt64 = 0
    for byte in text { prefix = prefix << 8 | UInt64(byte) }
    return text.isEmpty ? 0 : prefix << UInt64(64 - text.count * 8)
  }

  /// Sorts like the number in floating point: no number first, then NaN, then from small to large.
  private static func general(_ text: UnsafeRawBufferPointer) -> UInt64 {
    guard let value = leadingDouble(text) else { return 0 }
    if value.isNaN { return 1 }
    let bits = (value == 0 ? 0 : value).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }
}

/// What -d, -i and -f make of bytes before they are compared.
struct KeyTable: Sendable {
  private let isIgnored: [Bool]
  private let mapped: [UInt8]

  init?(_ order: Ordering) {
    guard !order.isDisjoint(with: [.dictionary, .printable, .fold]) else { return nil }
    isIgnored = (0..<256).map { (byte: Int) -> Bool in
      if order.contains(.dictionary) { return !Self.isWritten(byte) }
      return order.contains(.printable) && (byte < 0x20 || byte >= 0x7F)
    }
    mapped = (0..<256).map { (byte: Int) -> UInt8 in
      let isLower = byte >= 0x61 && byte <= 0x7A
      return UInt8(order.contains(.fold) && isLower ? byte - 32 : byte)
    }
  }

  /// Letters, digits and blanks.
  private static func isWritten(_ byte: Int) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20, 0x09, 0x0A: true
    default: false
    }
  }

  func prefix(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var prefix: UInt64 = 0
    var count = 0
    for byte in text where !isIgnored[Int(byte)] {
      prefix = prefix << 8 | UInt64(mapped[Int(byte)])
      count += 1
      if count == 8 { return prefix }
    }
    return count == 0 ? 0 : prefix << UInt64(64 - count * 8)
  }

  func copy(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    for byte in text where !isIgnored[Int(byte)] { result.append(mapped[Int(byte)]) }
    return result
  }

  func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    var (i, j) = (0, 0)
    while true {
      while i < a.count, isIgnored[Int(a[i])] { i += 1 }
      while j < b.count, isIgnored[Int(b[j])] { j += 1 }
      if i == a.count || j == b.count { return (i < a.count ? 1 : 0) - (j < b.count ? 1 : 0) }
      let order = Int(mapped[Int(a[i])]) - Int(mapped[Int(b[j])])
      if order != 0 { return order }
      i += 1
      j += 1
    }
  }
}
