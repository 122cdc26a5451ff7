internal import Linux

/// Reads the fields of a message in Protocol Buffers' wire format, one after the other.
public struct ProtobufReader {
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated, badTag, badType, numberTooLong, tooDeep

    public var description: String {
      switch self {
      case .truncated: "cut short"
      case .badTag: "a field without a number"
      case .badType: "a field of unknown kind"
      case .numberTooLong: "a number longer than 64 bits"
      case .tooDeep: "nested too deep"
      }
    }
  }

  public enum Value: Equatable, Sendable {
    case number(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ArraySlice<UInt8>)
  }

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  public init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The next field; nil at the end.
  public mutating func next() throws(Problem) -> (number: Int, value: Value)? {
    guard position < bytes.endIndex else { return nil }
    let tag = try varint()
    let number = tag >> 3
    guard number >= 1, number < 1 << 29 else { throw .badTag }
    switch tag & 7 {
    case 0: return (Int(number), .number(try varint()))
    case 1: return (Int(number), .fixed64(try little(8)))
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.endIndex - position) else { throw .truncated }
      let start = position
      position += Int(length)
      return (Int(number), .bytes(bytes[start..<position]))
    case 5: return (Int(number), .fixed32(UInt32(truncatingIfNeeded: try little(4))))
    default: throw .badType
    }
  }

  private mutating func varint() throws(Problem) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<10 {
      guard position < bytes.endIndex else { throw .truncated }
      let byte = bytes[position]
      position += 1
      if index == 9, byte > 1 { throw .numberTooLong }
      value |= UInt64(byte & 0x7F) << UInt64(7 * index)
      if byte < 0x80 { return value }
    }
    throw .numberTooLong
  }

  private mutating func little(_ count: Int) throws(Problem) -> UInt64 {
    guard bytes.endIndex - position >= count else { throw .truncated }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += count
    return value
  }
}

/// Writes the few messages that we send.
public struct ProtobufWriter {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func add(_ number: Int, _ text: String) { add(number, text.bytes) }

  public mutating func add(_ number: Int, _ value: [UInt8]) {
    varint(UInt64(number) << 3 | 2)
    varint(UInt64(value.count))
    bytes += value
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
