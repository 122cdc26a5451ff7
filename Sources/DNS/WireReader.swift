/// Why bytes are not what they should be.
public enum WireError: Error, Equatable, Sendable, CustomStringConvertible {
  case truncated
  case trailing
  case badLabel
  case badPointer
  case nameTooLong
  case badValue
  case badOption

  public var description: String {
    switch self {
    case .truncated: "unexpected end of input"
    case .trailing: "extra input data"
    case .badLabel: "bad label type"
    case .badPointer: "bad compression pointer"
    case .nameTooLong: "name too long"
    case .badValue: "value out of range"
    case .badOption: "malformed OPT option"
    }
  }
}

/// Takes fields off bytes in network order, and never reads beyond `end`.
public struct WireReader {
  public let bytes: [UInt8]
  public private(set) var position: Int
  /// Where what is being read ends; names may still point to bytes in front of it.
  public private(set) var end: Int

  public init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = min(max(0, position), bytes.count)
    end = bytes.count
  }

  public var isAtEnd: Bool { position >= end }
  public var left: Int { end - position }

  public mutating func number8() throws(WireError) -> UInt8 {
    guard position < end else { throw .truncated }
    defer { position += 1 }
    return bytes[position]
  }

  public mutating func number16() throws(WireError) -> UInt16 {
    guard end - position >= 2 else { throw .truncated }
    defer { position += 2 }
    return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
  }

  public mutating func number32() throws(WireError) -> UInt32 {
    let high = try number16()
    return UInt32(high) << 16 | UInt32(try number16())
  }

  public mutating func number48() throws(WireError) -> UInt64 {
    let high = try number16()
    return UInt64(high) << 32 | UInt64(try number32())
  }

  public mutating func take(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
    guard count >= 0, end - position >= count else { throw .truncated }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  public mutating func rest() -> ArraySlice<UInt8> {
    defer { position = end }
    return bytes[position..<end]
  }

  /// A <character-string>: a length and as many bytes, RFC 1035 section 3.3.
  public mutating func string() throws(WireError) -> ArraySlice<UInt8> {
    try take(Int(try number8()))
  }

  public mutating func expectEnd() throws(WireError) {
    if position != end { throw .trailing }
  }

  /// A reader of the next `count` bytes, which this one skips.
  public mutating func part(_ count: Int) throws(WireError) -> WireReader {
    guard count >= 0, end - position >= count else { throw .truncated }
    var part = self
    part.end = position + count
    position += count
    return part
  }

  /// A domain name, compressed or not, RFC 1035 section 4.1.4.
  ///
  /// A pointer leads only to before the label it stands for, so that reading always ends.
  public mutating func name() throws(WireError) -> DomainName {
    var wire: [UInt8] = []
    var place = position
    var limit = end
    var earliest = position
    var hasJumped = false
    while true {
      guard place < limit else { throw .truncated }
      let length = Int(bytes[place])
      switch length & 0xC0 {
      case 0x00:
        guard limit - place > length else { throw .truncated }
        guard wire.count + length + 1 <= DomainName.longest else { throw .nameTooLong }
        wire += bytes[place...(place + length)]
        place += length + 1
        if !hasJumped { position = place }
        if length == 0 { return DomainName(wire: wire) }
      case 0xC0:
        guard limit - place >= 2 else { throw .truncated }
        let target = (length & 0x3F) << 8 | Int(bytes[place + 1])
        if !hasJumped { position = place + 2 }
        guard target < earliest else { throw .badPointer }
        hasJumped = true
        earliest = target
        limit = bytes.count
        place = target
      default: throw .badLabel
      }
    }
  }
}
