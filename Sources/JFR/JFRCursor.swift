internal import Linux

/// Why a recording cannot be read.
public enum JFRError: Error, Equatable {
  /// No chunk begins here.
  case foreign
  /// The recorder has not finished this chunk.
  case unfinished
  /// A length or an index leads out of the chunk.
  case damaged
  /// Larger than what is read at once.
  case tooLarge
  /// Numbers that are not compressed, which no released JDK writes.
  case unsupported

  public var words: StaticString {
    switch self {
    case .foreign: "is no flight recording"
    case .unfinished: "is not finished: the JVM still writes it"
    case .damaged: "is damaged"
    case .tooLarge: "has a chunk that is too large to read"
    case .unsupported: "is of a version that is not supported"
    }
  }
}

/// Reads a chunk's numbers and texts; every step is checked against the end.
struct JFRCursor {
  let bytes: [UInt8]
  var position: Int
  let end: Int

  init(_ bytes: [UInt8], _ position: Int, end: Int) throws(JFRError) {
    guard position >= 0, position <= end, end <= bytes.count else { throw .damaged }
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  var remaining: Int { end - position }

  mutating func byte() throws(JFRError) -> UInt8 {
    guard position < end else { throw .damaged }
    defer { position += 1 }
    return bytes[position]
  }

  /// A number in groups of 7 bits, the lowest first; the ninth byte has 8.
  mutating func number() throws(JFRError) -> Int64 {
    var value: UInt64 = 0
    for index in 0..<9 {
      let byte = try byte()
      if index == 8 {
        value |= UInt64(byte) << 56
        break
      }
      value |= UInt64(byte & 0x7F) << UInt64(7 * index)
      if byte & 0x80 == 0 { break }
    }
    return Int64(bitPattern: value)
  }

  /// A number of things that take a byte each at least.
  mutating func count() throws(JFRError) -> Int {
    let value = try number()
    guard value >= 0, value <= Int64(remaining) else { throw .damaged }
    return Int(value)
  }

  mutating func skip(_ count: Int) throws(JFRError) {
    guard count >= 0, count <= remaining else { throw .damaged }
    position += count
  }

  mutating func bigEndian(_ size: Int) throws(JFRError) -> UInt64 {
    guard size <= remaining else { throw .damaged }
    var value: UInt64 = 0
    for index in 0..<size { value = value << 8 | UInt64(bytes[position + index]) }
    position += size
    return value
  }

  /// How a text is written.
  enum Text {
    case null
    case text(String)
    case pooled(Int64)
  }

  mutating func text() throws(JFRError) -> Text {
    switch try byte() {
    case 0: return .null
    case 1: return .text("")
    case 2: return .pooled(try number())
    case 3:
      let length = try count()
      defer { position += length }
      return .text(String(bytes: bytes[position..<(position + length)]))
    case 4: return .text(try characters())
    case 5:
      let length = try count()
      defer { position += length }
      var scalars = String.UnicodeScalarView()
      for byte in bytes[position..<(position + length)] { scalars.append(Unicode.Scalar(byte)) }
      return .text(String(scalars))
    default: throw .damaged
    }
  }

  private mutating func characters() throws(JFRError) -> String {
    let length = try count()
    var units: [UInt16] = []
    units.reserveCapacity(length)
    for _ in 0..<length { units.append(UInt16(truncatingIfNeeded: try number())) }
    return String(decoding: units, as: UTF16.self)
  }

  /// Passes a text by.
  mutating func skipText() throws(JFRError) {
    switch try byte() {
    case 0, 1: break
    case 2: _ = try number()
    case 3, 5: try skip(try count())
    case 4: for _ in 0..<(try count()) { _ = try number() }
    default: throw .damaged
    }
  }
}
