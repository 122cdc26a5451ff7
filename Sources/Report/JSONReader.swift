internal import Box
internal import Linux

/// Why a text is no JSON.
public struct JSONDamage: Error, Equatable {
  /// Where, in bytes from the start.
  public let offset: Int
}

extension JSON {
  /// Reads a whole text, RFC 8259. What nests deeper than `JSONReader.deepest` is refused.
  public init(parsing bytes: [UInt8]) throws(JSONDamage) {
    var reader = JSONReader(bytes)
    self = try reader.whole()
  }

  /// The member `key` of an object; of several, the first.
  public subscript(key: StaticString) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return key.withUTF8Buffer { name in
      members.first { $0.key.utf8.elementsEqual(name) }?.value
    }
  }

  public var string: String? { if case .string(let text) = self { text } else { nil } }
  public var items: [JSON]? { if case .array(let items) = self { items } else { nil } }
  public var flag: Bool? { if case .flag(let value) = self { value } else { nil } }

  /// A whole number, however it is written.
  public var integer: Int? {
    switch self {
    case .number(let value): value
    case .decimal(let value, _): Int(exactly: value)
    default: nil
    }
  }
}

/// Reads JSON from bytes that nobody vouches for.
public struct JSONReader {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  public static let deepest = 128

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where the value lies that `path` leads to, member by member; nil where there is none.
  public static func range(of path: [StaticString], in bytes: [UInt8]) -> Range<Int>? {
    var reader = JSONReader(bytes)
    return try? reader.find(path[...])
  }

  mutating func whole() throws(JSONDamage) -> JSON {
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw damage }
    return value
  }

  private var damage: JSONDamage { JSONDamage(offset: position) }

  private mutating func find(_ path: ArraySlice<StaticString>) throws(JSONDamage) -> Range<Int>? {
    skipSpace()
    guard let wanted = path.first else {
      let start = position
      try skip()
      return start..<position
    }
    guard take(UInt8(ascii: "{")) else { return nil }
    skipSpace()
    if take(UInt8(ascii: "}")) { return nil }
    while true {
      skipSpace()
      let key = try string()
      try expect(UInt8(ascii: ":"))
      let isWanted = wanted.withUTF8Buffer { key.utf8.elementsEqual($0) }
      if isWanted { return try find(path.dropFirst()) }
      try skip()
      skipSpace()
      if take(UInt8(ascii: "}")) { return nil }
      try expect(UInt8(ascii: ","))
    }
  }

  /// Passes a value by, without keeping it.
  private mutating func skip() throws(JSONDamage) {
    skipSpace()
    guard position < bytes.count else { throw damage }
    switch bytes[position] {
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested()
    case UInt8(ascii: "\""): try skipString()
    default: _ = try value()
    }
  }

  /// Passes brackets by up to the one that closes the first.
  private mutating func skipNested() throws(JSONDamage) {
    var open = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        try skipString()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): open -= 1
      default: break
      }
      position += 1
      if open == 0 { return }
    }
    throw damage
  }

  private mutating func skipString() throws(JSONDamage) {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    throw damage
  }

  private mutating func value() throws(JSONDamage) -> JSON {
    skipSpace()
    guard position < bytes.count else { throw damage }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try nested { (reader) throws(JSONDamage) in try reader.object() }
    case UInt8(ascii: "["): return try nested { (reader) throws(JSONDamage) in try reader.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONReader) throws(JSONDamage) -> JSON
  ) throws(JSONDamage) -> JSON {
    guard depth < Self.deepest else { throw damage }
    depth += 1
    position += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(JSONDamage) -> JSON {
    var members: [(key: String, value: JSON)] = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipSpace()
      let key = try string()
      try expect(UInt8(ascii: ":"))
      members.append((key: key, value: try value()))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func array() throws(JSONDamage) -> JSON {
    var items: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      items.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(items) }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONDamage) -> JSON {
    let matches = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    guard matches else { throw damage }
    position += text.utf8CodeUnitCount
    return value
  }

  private mutating func number() throws(JSONDamage) -> JSON {
    let start = position
    var isWhole = true
    scan: while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"):
        isWhole = false
      default: break scan
      }
      position += 1
    }
    let text = String(bytes: bytes[start..<position])
    if isWhole, let value = Int(text) { return .number(value) }
    guard position > start, position - start < 512, let value = parseDouble(text) else {
      position = start
      throw damage
    }
    return .decimal(value, digits: 6)
  }

  private mutating func string() throws(JSONDamage) -> String {
    guard take(UInt8(ascii: "\"")) else { throw damage }
    var text: [UInt8] = []
    while position < bytes.count {
      // All up to the next special byte at once.
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: "\""),
        bytes[position] != UInt8(ascii: "\\"), bytes[position] >= 0x20
      {
        position += 1
      }
      text += bytes[start..<position]
      guard position < bytes.count else { break }
      if take(UInt8(ascii: "\"")) { return String(bytes: text) }
      guard take(UInt8(ascii: "\\")) else { throw damage }
      try escape(&text)
    }
    throw damage
  }

  private mutating func escape(_ text: inout [UInt8]) throws(JSONDamage) {
    guard position < bytes.count else { throw damage }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "u"): text += Array(String(Character(try scalar())).utf8)
    default: throw damage
    }
  }

  /// A code point, of one unit of UTF-16 or of two; half of a pair is U+FFFD.
  private mutating func scalar() throws(JSONDamage) -> Unicode.Scalar {
    let first = try unit()
    if first & 0xFC00 == 0xD800, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      let before = position
      position += 2
      let second = try unit()
      if second & 0xFC00 == 0xDC00 {
        return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF)) ?? "\u{FFFD}"
      }
      position = before
    }
    return Unicode.Scalar(first) ?? "\u{FFFD}"
  }

  private mutating func unit() throws(JSONDamage) -> UInt32 {
    guard position + 4 <= bytes.count else { throw damage }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[position]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: throw damage
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 9, 10, 13].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(JSONDamage) {
    skipSpace()
    guard take(byte) else { throw damage }
  }
}
