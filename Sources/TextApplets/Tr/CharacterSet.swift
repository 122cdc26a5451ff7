internal import Linux

/// A string of tr(1): bytes, ranges, classes, equivalences and repeats, in order.
struct CharacterSet {
  enum Item: Equatable {
    case bytes(ClosedRange<UInt8>)
    case characterClass(String)
    /// nil: as often as it takes.
    case repeated(UInt8, Int?)
  }

  struct Malformed: Error, Equatable { let reason: String }

  private(set) var items: [Item] = []

  init(_ text: String) throws(Malformed) {
    let units = Self.unescaped(text.bytes)
    var index = 0
    while index < units.count {
      if units[index].isPlain(UInt8(ascii: "[")), let end = try bracket(units, index) {
        index = end
        continue
      }
      let low = units[index].byte
      if index + 2 < units.count, units[index + 1].isPlain(UInt8(ascii: "-")) {
        let high = units[index + 2].byte
        guard low <= high else {
          throw Malformed(reason: "\(text): the ends of a range are in reverse order")
        }
        items.append(.bytes(low...high))
        index += 3
      } else {
        items.append(.bytes(low...low))
        index += 1
      }
    }
  }

  /// A byte, and whether a backslash took its special meaning.
  private struct Unit {
    let byte: UInt8
    let isEscaped: Bool

    func isPlain(_ byte: UInt8) -> Bool { !isEscaped && self.byte == byte }
  }

  private static func unescaped(_ bytes: [UInt8]) -> [Unit] {
    var units: [Unit] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
        units.append(Unit(byte: bytes[index], isEscaped: bytes[index] == UInt8(ascii: "\\")))
        index += 1
        continue
      }
      index += 1
      var byte = bytes[index]
      switch byte {
      case UInt8(ascii: "a"): byte = 0x07
      case UInt8(ascii: "b"): byte = 0x08
      case UInt8(ascii: "f"): byte = 0x0C
      case UInt8(ascii: "n"): byte = 0x0A
      case UInt8(ascii: "r"): byte = 0x0D
      case UInt8(ascii: "t"): byte = 0x09
      case UInt8(ascii: "v"): byte = 0x0B
      case 0x30...0x37:
        // At most three digits; where they are more than a byte, two.
        var value = 0
        var count = 0
        while count < 3, index + count < bytes.count, bytes[index + count] & 0xF8 == 0x30,
          value * 8 + Int(bytes[index + count] & 7) < 256
        {
          value = value * 8 + Int(bytes[index + count] & 7)
          count += 1
        }
        byte = UInt8(value)
        index += count - 1
      default: break
      }
      units.append(Unit(byte: byte, isEscaped: true))
      index += 1
    }
    return units
  }

  /// Reads `[:class:]`, `[=c=]`, `[c*]` or `[c*n]` at `start`; answers where it ends, nil where it is none.
  private mutating func bracket(_ units: [Unit], _ start: Int) throws(Malformed) -> Int? {
    guard start + 2 < units.count else { return nil }
    for mark in [UInt8(ascii: ":"), UInt8(ascii: "=")] where units[start + 1].isPlain(mark) {
      var end = start + 2
      while end + 1 < units.count, !(units[end].isPlain(mark) && units[end + 1].isPlain(0x5D)) {
        end += 1
      }
      guard end + 1 < units.count else { continue }
      let inner = units[(start + 2)..<end].map { $0.byte }
      // `[:*]` and `[=*5]` are repeats.
      if mark == UInt8(ascii: "=") {
        guard inner.count == 1 else {
          if inner.isEmpty || isRepeat(units, start) { continue }
          throw Malformed(
            reason: "\(String(bytes: inner)): an equivalence class is a single character")
        }
        items.append(.bytes(inner[0]...inner[0]))
      } else {
        let name = String(bytes: inner)
        guard Self.members(name) != nil else {
          if isRepeat(units, start) { continue }
          throw Malformed(reason: "\(name): no such character class")
        }
        items.append(.characterClass(name))
      }
      return end + 2
    }
    return try repeated(units, start)
  }

  private func isRepeat(_ units: [Unit], _ start: Int) -> Bool {
    start + 2 < units.count && units[start + 2].isPlain(UInt8(ascii: "*"))
  }

  private mutating func repeated(_ units: [Unit], _ start: Int) throws(Malformed) -> Int? {
    guard isRepeat(units, start) else { return nil }
    var end = start + 3
    while end < units.count, !units[end].isPlain(UInt8(ascii: "]")) { end += 1 }
    guard end < units.count else { return nil }
    let digits = units[(start + 3)..<end].map { $0.byte }
    let radix = digits.first == 0x30 ? 8 : 10
    var count = 0
    for digit in digits {
      guard digit >= 0x30, Int(digit) - 0x30 < radix else {
        throw Malformed(reason: "\(String(bytes: digits)): not a number of repeats")
      }
      count = min(count * radix + Int(digit) - 0x30, 1 << 20)
    }
    items.append(.repeated(units[start + 1].byte, count == 0 ? nil : count))
    return end + 1
  }

  /// The bytes of a class in ascending order; nil where there is no such class.
  static func members(_ name: String) -> [UInt8]? {
    let test: (UInt8) -> Bool
    switch name {
    case "alnum": test = { isAlpha($0) || ($0 >= 0x30 && $0 <= 0x39) }
    case "alpha": test = { isAlpha($0) }
    case "blank": test = { $0 == 0x20 || $0 == 0x09 }
    case "cntrl": test = { $0 < 0x20 || $0 == 0x7F }
    case "digit": test = { $0 >= 0x30 && $0 <= 0x39 }
    case "graph": test = { $0 > 0x20 && $0 < 0x7F }
    case "lower": test = { $0 >= 0x61 && $0 <= 0x7A }
    case "print": test = { $0 >= 0x20 && $0 < 0x7F }
    case "punct":
      test = { $0 > 0x20 && $0 < 0x7F && !isAlpha($0) && !($0 >= 0x30 && $0 <= 0x39) }
    case "space": test = { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0D) }
    case "upper": test = { $0 >= 0x41 && $0 <= 0x5A }
    case "xdigit":
      test = { byte in
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
      }
    default: return nil
    }
    return (UInt8.min...UInt8.max).filter(test)
  }

  private static func isAlpha(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= 0x61 && lower <= 0x7A
  }

  var hasClasses: Bool {
    items.contains { if case .characterClass = $0 { true } else { false } }
  }

  var hasOpenRepeat: Bool {
    items.contains { $0.isOpenRepeat }
  }

  /// All bytes in order; an open repeat fills up to `length`.
  func expanded(to length: Int = 0) -> [UInt8] {
    var fixed = 0
    for item in items { fixed += item.count }
    var result: [UInt8] = []
    var fill = max(0, length - fixed)
    for item in items {
      switch item {
      case .bytes(let range): result += range
      case .characterClass(let name): result += Self.members(name) ?? []
      case .repeated(let byte, let count):
        result += repeatElement(byte, count: count ?? fill)
        if count == nil { fill = 0 }
      }
    }
    return result
  }

  /// Where classes of letters start.
  func cases(to length: Int = 0) -> [Int] {
    var result: [Int] = []
    var offset = 0
    var fixed = 0
    for item in items { fixed += item.count }
    for item in items {
      if case .characterClass(let name) = item, name == "lower" || name == "upper" {
        result.append(offset)
      }
      offset += item.isOpenRepeat ? max(0, length - fixed) : item.count
    }
    return result
  }
}

extension CharacterSet.Item {
  var isOpenRepeat: Bool {
    if case .repeated(_, nil) = self { true } else { false }
  }

  var count: Int {
    switch self {
    case .bytes(let range): range.count
    case .characterClass(let name): CharacterSet.members(name)?.count ?? 0
    case .repeated(_, let count): count ?? 0
    }
  }
}
