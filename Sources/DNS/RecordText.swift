internal import Linux

/// How records are laid out as text.
public struct RecordStyle: Sendable {
  /// Brackets and comments over several lines.
  public var isMultiline = false
  /// Digits of a long number per line or word; 0 is all.
  public var splitWidth = 56
  /// `[omitted]` in place of keys, digests and signatures.
  public var omitsCrypto = false
  public var hasComments = false
  /// All data as RFC 3597 writes unknown ones.
  public var isUnknownFormat = false
  /// TTLs as `1h30m`.
  public var hasTTLUnits = false
  public var showsTTL = true
  public var showsClass = true
  /// For YAML: one space between all words.
  public var isPlain = false

  public init() {}

  /// What stands between lines of data.
  var lineBreak: StaticString { isMultiline ? "\n\t\t\t\t" : " " }
}

/// Text of records as it grows.
struct RecordText {
  let style: RecordStyle
  var bytes: [UInt8] = []

  init(_ style: RecordStyle) { self.style = style }

  mutating func put(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ text: String) { bytes += text.utf8 }
  mutating func put(byte: UInt8) { bytes.append(byte) }
  mutating func space() { bytes.append(UInt8(ascii: " ")) }
  mutating func breakLine() { put(style.lineBreak) }

  mutating func put(_ number: some FixedWidthInteger & UnsignedInteger) {
    put(wide: UInt64(truncatingIfNeeded: number))
  }

  private mutating func put(wide number: UInt64) {
    let start = bytes.count
    var rest = number
    repeat {
      bytes.append(0x30 + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// With zeroes in front.
  mutating func put(_ number: Int, digits: Int) {
    var scale = 1
    for _ in 1..<digits { scale *= 10 }
    while scale > 0 {
      bytes.append(0x30 + UInt8(number / scale % 10))
      scale /= 10
    }
  }

  mutating func put(_ name: DomainName) { bytes += name.textBytes }

  mutating func put(address: ArraySlice<UInt8>) {
    guard let address = IPAddress(bytes: address) else { return }
    put(address.description)
    // YAML would take a colon at the end for its own.
    if style.isPlain, bytes.last == UInt8(ascii: ":") { put("0") }
  }

  /// A <character-string> in quotes, RFC 1035 section 5.1.
  mutating func quoted(_ string: ArraySlice<UInt8>) {
    put(byte: UInt8(ascii: "\""))
    for byte in string {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x20...0x7E: put(byte: byte)
      default: bytes.appendDecimalEscape(byte)
      }
    }
    put(byte: UInt8(ascii: "\""))
  }

  /// Digits in pieces of `style.splitWidth`.
  private mutating func split(_ digits: [UInt8], by width: Int) {
    guard width > 0 else { return bytes += digits }
    var start = 0
    while start < digits.count {
      if start > 0 { breakLine() }
      bytes += digits[start..<min(start + width, digits.count)]
      start += width
    }
  }

  mutating func hex(_ data: ArraySlice<UInt8>) {
    let width = style.splitWidth
    split(Digits.hexadecimal(data, uppercase: true), by: width / 2 * 2)
  }

  mutating func base64(_ data: ArraySlice<UInt8>) {
    split(Digits.base64(data), by: style.splitWidth / 4 * 4)
  }

  mutating func unbrokenHex(_ data: ArraySlice<UInt8>) {
    bytes += Digits.hexadecimal(data, uppercase: true)
  }

  /// ` (`, the digits, ` )`: the brackets only over several lines.
  mutating func block(_ write: (inout RecordText) -> Void) {
    if style.isMultiline { put(" (") }
    breakLine()
    write(&self)
    if style.isMultiline { put(" )") }
  }

  /// RFC 3597 section 5.
  mutating func unknown(_ data: [UInt8]) {
    put("\\# ")
    put(UInt(data.count))
    guard !data.isEmpty else { return }
    space()
    if style.isMultiline { put("( ") }
    hex(data[...])
    if style.isMultiline { put(" )") }
  }

  mutating func put(_ field: Field, from reader: inout WireReader, isFirst: Bool)
    throws(WireError)
  {
    switch field {
    case .hexBlock:
      let rest = reader.rest()
      return block { $0.hex(rest) }
    case .digestBlock:
      let rest = reader.rest()
      let isOmitted = style.omitsCrypto
      return block { if isOmitted { $0.put("[omitted]") } else { $0.hex(rest) } }
    case .base64Block:
      let rest = reader.rest()
      return block { $0.base64(rest) }
    case .typeBitmap: return try TypeBitmap.write(&reader, to: &self)
    default: break
    }
    if !isFirst { space() }
    switch field {
    case .number8: put(try reader.number8())
    case .number16: put(try reader.number16())
    case .number32: put(try reader.number32())
    case .name: put(try reader.name())
    case .address4: put(address: try reader.take(4))
    case .address6: put(address: try reader.take(16))
    case .string: quoted(try reader.string())
    case .strings: try strings(&reader)
    case .quotedRest: quoted(reader.rest())
    case .type: put(RecordType(try reader.number16()).description)
    case .salt:
      let salt = try reader.string()
      if salt.isEmpty { put("-") } else { unbrokenHex(salt) }
    case .groups64: try groups64(&reader)
    case .hyphenated(let count): hyphenated(try reader.take(count))
    case .hexBlock, .digestBlock, .base64Block, .typeBitmap: break
    }
  }

  private mutating func strings(_ reader: inout WireReader) throws(WireError) {
    quoted(try reader.string())
    while !reader.isAtEnd {
      space()
      quoted(try reader.string())
    }
  }

  private mutating func groups64(_ reader: inout WireReader) throws(WireError) {
    for index in 0..<4 {
      if index > 0 { put(":") }
      put(String(try reader.number16(), radix: 16))
    }
  }

  private mutating func hyphenated(_ data: ArraySlice<UInt8>) {
    for (index, byte) in data.enumerated() {
      if index > 0 { put("-") }
      bytes += Digits.hexadecimal([byte][...], uppercase: false)
    }
  }
}
