internal import CLinux

// Linux names are bytes; Swift strings are Unicode. Bytes that are not UTF-8 travel inside strings
// as the private scalars U+10FF80...U+10FFFF, one per byte, so every name survives the way from
// argv or getdents to a system call or to our output. A name that really holds such a scalar has
// its four bytes escaped the same way, so the mapping is exact in both directions.

let escapeBase: UInt32 = 0x10FF00

extension String {
  /// Text that holds `bytes` without loss, whether or not they are UTF-8.
  public init(bytes: some RandomAccessCollection<UInt8>) {
    if bytes.allSatisfy({ $0 < 0x80 }) {
      self = String(decoding: bytes, as: UTF8.self)
    } else {
      var scalars = String.UnicodeScalarView()
      var scanner = UTF8Scanner(Array(bytes))
      while let unit = scanner.next() {
        switch unit {
        case .scalar(let scalar) where scalar.value < escapeBase + 0x80: scalars.append(scalar)
        case .scalar(let scalar):
          for byte in UTF8.encode(scalar) ?? .init() { scalars.appendRaw(byte) }
        case .invalid(let byte): scalars.appendRaw(byte)
        }
      }
      self = String(scalars)
    }
  }

  /// Text from a C string, without loss.
  public init(foreign pointer: UnsafePointer<CChar>) {
    let bytes = UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
    self.init(bytes: bytes)
  }

  /// The bytes this text stands for.
  public var bytes: [UInt8] {
    let plain = Array(utf8)
    let hasEscapes = plain.withUnsafeBytes { raw in
      raw.baseAddress.map { memchr($0, 0xF4, raw.count) != nil } ?? false
    }
    guard hasEscapes else { return plain }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(plain.count)
    for scalar in unicodeScalars {
      if scalar.value >= escapeBase + 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes += UTF8.encode(scalar) ?? .init()
      }
    }
    return bytes
  }

  /// Whether both stand for the same bytes. `==` on strings compares canonically equivalent text as equal.
  public func sameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  /// Whether this sorts before `other` byte by byte, as `LC_ALL=C sort` does.
  public func precedesBytewise(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }

  /// With a...z in place of A...Z; the full mapping of Unicode costs 15 KB of tables.
  public var asciiLowercased: String {
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let isUpper = scalar >= "A" && scalar <= "Z"
      scalars.append(isUpper ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
    }
    return String(scalars)
  }

  /// With A...Z in place of a...z.
  public var asciiUppercased: String {
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let isLower = scalar >= "a" && scalar <= "z"
      scalars.append(isLower ? Unicode.Scalar(UInt8(scalar.value - 32)) : scalar)
    }
    return String(scalars)
  }

  /// Calls `body` with the bytes and a closing NUL, as the kernel wants a path.
  func withPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    guard utf8.contains(0xF4) else { return withCString(body) }
    return (bytes + [0]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { chars in
        guard let start = chars.baseAddress else { return "".withCString(body) }
        return body(start)
      }
    }
  }
}

extension String.UnicodeScalarView {
  fileprivate mutating func appendRaw(_ byte: UInt8) {
    if let scalar = Unicode.Scalar(escapeBase + UInt32(byte)) { append(scalar) }
  }
}

/// Less than, equal to or greater than zero, by memcmp(3); what is a prefix of the other comes first.
public func compareBytes(_ a: [UInt8], _ b: [UInt8]) -> Int {
  a.withUnsafeBytes { a in
    b.withUnsafeBytes { b in
      guard let first = a.baseAddress, let second = b.baseAddress else { return a.count - b.count }
      let order = Int(memcmp(first, second, min(a.count, b.count)))
      return order != 0 ? order : a.count - b.count
    }
  }
}

public func compareBytes(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
  compareBytes(Array(a), Array(b))
}

/// Walks bytes as UTF-8 and tells text from what is not text (RFC 3629: no surrogates, no overlong forms).
public struct UTF8Scanner {
  public enum Unit: Equatable {
    case scalar(Unicode.Scalar)
    case invalid(UInt8)
  }

  let bytes: [UInt8]
  public private(set) var position: Int

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
  }

  public mutating func next() -> Unit? {
    guard position < bytes.count else { return nil }
    let first = bytes[position]
    let length = Self.length(of: first)
    guard length > 0, position + length <= bytes.count else { return invalid(first) }
    if length == 1 {
      position += 1
      return .scalar(Unicode.Scalar(first))
    }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      let byte = bytes[position + offset]
      guard byte & 0xC0 == 0x80 else { return invalid(first) }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return invalid(first) }
    position += length
    return .scalar(scalar)
  }

  private mutating func invalid(_ byte: UInt8) -> Unit {
    position += 1
    return .invalid(byte)
  }

  private static func length(of first: UInt8) -> Int {
    switch first {
    case 0..<0x80: 1
    case 0xC2..<0xE0: 2
    case 0xE0..<0xF0: 3
    case 0xF0..<0xF5: 4
    default: 0
    }
  }
}
