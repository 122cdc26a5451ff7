internal import Linux

/// A domain name as it goes over the wire, uncompressed, RFC 1035 section 3.1: at most 255 bytes.
public struct DomainName: Sendable, CustomStringConvertible {
  /// Labels with their lengths, and the empty one of the root at the end.
  public let wire: [UInt8]

  /// Bytes of a name, and of a label.
  public static let longest = 255
  public static let longestLabel = 63

  public static let root = DomainName(wire: [0])

  /// `wire` must be well formed.
  init(wire: [UInt8]) { self.wire = wire }

  /// Why text is no name.
  public enum TextError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty, emptyLabel, labelTooLong, nameTooLong, badEscape

    public var description: String {
      switch self {
      case .empty: "is empty"
      case .emptyLabel: "empty label"
      case .labelTooLong: "label too long"
      case .nameTooLong: "name too long"
      case .badEscape: "bad escape"
      }
    }
  }

  /// From text with `\DDD` and `\X`, RFC 1035 section 5.1; with a dot at its end or without.
  public init(_ text: String) throws(TextError) { try self.init(text.bytes) }

  init(_ text: [UInt8]) throws(TextError) {
    guard !text.isEmpty else { throw .empty }
    var wire: [UInt8] = [0]
    var start = 0
    var rest = text[...]
    if text == [UInt8(ascii: ".")] { rest = [] }
    while let byte = rest.popFirst() {
      var literal = byte
      if byte == UInt8(ascii: ".") {
        if wire.count == start + 1 { throw .emptyLabel }
        try Self.close(&wire, start)
        start = wire.count
        wire.append(0)
        continue
      }
      if byte == UInt8(ascii: "\\") { literal = try Self.escaped(&rest) }
      wire.append(literal)
    }
    if wire.count > start + 1 {
      try Self.close(&wire, start)
      wire.append(0)
    }
    guard wire.count <= Self.longest else { throw .nameTooLong }
    self.wire = wire
  }

  private static func close(_ wire: inout [UInt8], _ start: Int) throws(TextError) {
    let length = wire.count - start - 1
    guard length <= longestLabel else { throw .labelTooLong }
    wire[start] = UInt8(length)
  }

  private static func escaped(_ rest: inout ArraySlice<UInt8>) throws(TextError) -> UInt8 {
    guard let first = rest.popFirst() else { throw .badEscape }
    guard first >= 0x30, first <= 0x39 else { return first }
    guard let second = rest.popFirst(), let third = rest.popFirst(),
      second >= 0x30, second <= 0x39, third >= 0x30, third <= 0x39,
      let value = UInt8(exactly: Int(first) * 100 + Int(second) * 10 + Int(third) - 111 * 0x30)
    else { throw .badEscape }
    return value
  }

  /// Whether text is absolute: it ends with a dot that is not escaped.
  public static func isAbsolute(_ text: String) -> Bool {
    let bytes = text.bytes
    guard bytes.last == UInt8(ascii: ".") else { return false }
    let slashes = bytes.dropLast().reversed().prefix { $0 == UInt8(ascii: "\\") }.count
    return slashes % 2 == 0
  }

  public var isRoot: Bool { wire.count == 1 }

  public var labels: [ArraySlice<UInt8>] {
    var labels: [ArraySlice<UInt8>] = []
    var place = 0
    while place < wire.count, wire[place] != 0 {
      let end = place + 1 + Int(wire[place])
      guard end <= wire.count else { break }
      labels.append(wire[(place + 1)..<end])
      place = end
    }
    return labels
  }

  /// This name with `suffix` behind it; nil where it gets too long.
  public func appending(_ suffix: DomainName) -> DomainName? {
    let joined = Array(wire.dropLast()) + suffix.wire
    return joined.count <= Self.longest ? DomainName(wire: joined) : nil
  }

  /// This name without its first label; the root stays itself.
  public var parent: DomainName {
    guard let length = wire.first, length > 0, wire.count > Int(length) + 1 else { return .root }
    return DomainName(wire: Array(wire[(Int(length) + 1)...]))
  }

  /// Whether both are the same name, in whatever case (RFC 4343).
  public func isSame(as other: DomainName) -> Bool {
    wire.count == other.wire.count && zip(wire, other.wire).allSatisfy { lower($0) == lower($1) }
  }

  /// Whether this is `zone` or a name below it.
  public func isWithin(_ zone: DomainName) -> Bool {
    var name = self
    while name.wire.count > zone.wire.count { name = name.parent }
    return name.isSame(as: zone)
  }

  /// Absolute text, a dot at its end. Nothing in it can harm a terminal.
  public var description: String { String(decoding: textBytes, as: UTF8.self) }

  /// As `description`, without the last dot.
  public var relative: String {
    isRoot ? "." : String(decoding: textBytes.dropLast(), as: UTF8.self)
  }

  var textBytes: [UInt8] {
    if isRoot { return [UInt8(ascii: ".")] }
    var text: [UInt8] = []
    text.reserveCapacity(wire.count + 8)
    for label in labels {
      for byte in label { Self.write(byte, to: &text) }
      text.append(UInt8(ascii: "."))
    }
    return text
  }

  private static func write(_ byte: UInt8, to text: inout [UInt8]) {
    switch byte {
    // " $ ( ) . ; @ \
    case 0x22, 0x24, 0x28, 0x29, 0x2E, 0x3B, 0x40, 0x5C: text += [UInt8(ascii: "\\"), byte]
    case 0x21...0x7E: text.append(byte)
    default: text.appendDecimalEscape(byte)
    }
  }
}

/// ASCII lower case.
func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte + 32 : byte }

extension [UInt8] {
  /// `\DDD`.
  mutating func appendDecimalEscape(_ byte: UInt8) {
    self += [UInt8(ascii: "\\"), 0x30 + byte / 100, 0x30 + byte / 10 % 10, 0x30 + byte % 10]
  }
}
