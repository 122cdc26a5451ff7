internal import Linux

/// Writes blocks of bytes by the formats of hexdump(1).
struct HexWriter {
  private let formats: [HexFormat]
  let block: Int

  /// - Parameter formats: each is filled up to the largest.
  init(_ formats: [HexFormat]) {
    let block = formats.reduce(0) { max($0, $1.bytes) }
    self.formats = formats.map { format in
      var format = format
      format.fill(block)
      return format
    }
    self.block = block
  }

  /// One block; of the last one only `count` bytes are input.
  func write(_ bytes: [UInt8], count: Int, address: Int, _ output: Output) {
    var line: [UInt8] = []
    line.reserveCapacity(8 * block)
    for format in formats {
      var offset = 0
      // What is to be printed at the end only stands in units of its own.
      for unit in format.units where !unit.isForEnd {
        for round in 0..<unit.count {
          for index in unit.parts.indices {
            let part = unit.parts[index]
            let isLast =
              unit.count > 1 && round == unit.count - 1 && index == unit.parts.count - 1
            put(part, Place(bytes, offset, count, address), isLast: isLast, &line)
            offset += part.bytes
          }
        }
      }
    }
    output.write(line)
  }

  /// What `%_A` prints when all is done.
  func writeEnd(_ address: Int, _ output: Output) {
    var last: HexFormat.Part?
    for format in formats {
      for unit in format.units {
        for part in unit.parts { if case .lastAddress = part.conversion { last = part } }
      }
    }
    guard let last, case .lastAddress(let radix) = last.conversion else { return }
    var line = last.before
    put(UInt64(max(0, address)), radix, last, &line)
    output.write(line + last.after)
  }

  /// Where in a block a conversion starts.
  private struct Place {
    let bytes: [UInt8]
    let offset: Int
    let address: Int
    /// Behind the end of the input.
    let isPast: Bool

    init(_ bytes: [UInt8], _ offset: Int, _ count: Int, _ address: Int) {
      self.bytes = bytes
      self.offset = offset
      self.address = address + offset
      isPast = offset >= count
    }

    /// The number of `size` bytes, the least significant first.
    func value(_ size: Int) -> UInt64 {
      var value: UInt64 = 0
      for index in 0..<min(size, 8) where offset + index < bytes.count {
        value |= UInt64(bytes[offset + index]) << UInt64(index * 8)
      }
      return value
    }
  }

  private func put(
    _ part: HexFormat.Part, _ place: Place, isLast: Bool, _ line: inout [UInt8]
  ) {
    line += part.before
    if part.conversion != .text {
      // Behind the end of the input blanks stand for numbers.
      if place.isPast { pad([], part, &line) } else { put(part, place, &line) }
    }
    line += part.after
    if isLast, let end = part.after.last, end == 0x20 || (0x09...0x0D).contains(end) {
      line.removeLast()
    }
  }

  private func pad(_ text: [UInt8], _ part: HexFormat.Part, _ line: inout [UInt8]) {
    let blanks = max(0, part.width - text.count)
    let isLeft = part.flags.contains("-")
    if isLeft { line += text }
    for _ in 0..<blanks { line.append(0x20) }
    if !isLeft { line += text }
  }

  private func put(_ part: HexFormat.Part, _ place: Place, _ line: inout [UInt8]) {
    let value = place.value(part.bytes)
    let byte = UInt8(truncatingIfNeeded: value)
    switch part.conversion {
    case .text, .lastAddress: break
    case .address(let radix): put(UInt64(max(0, place.address)), radix, part, &line)
    case .unsigned(let letter): put(value, letter, part, &line)
    case .signed:
      let shift = UInt64(64 - part.bytes * 8)
      let signed = Int64(bitPattern: value << shift) >> Int64(shift)
      line += format("d", part).text(signed) ?? []
    case .character: pad([byte], part, &line)
    case .real(let letter):
      let real =
        part.bytes == 4
        ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: value))) : Double(bitPattern: value)
      var layout = format(Unicode.Scalar(letter), part)
      layout.precision = Int32(part.precision)
      line += layout.text(real: HexReal.text(real))?.text ?? []
    case .string:
      let end = min(place.offset + part.bytes, place.bytes.count)
      let slice = place.offset < end ? place.bytes[place.offset..<end] : []
      pad(Array(slice.prefix { $0 != 0 }), part, &line)
    case .printable:
      let shown = byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: ".")
      if part.width <= 1 { line.append(shown) } else { pad([shown], part, &line) }
    case .escaped: pad(CharacterNames.escaped(byte), part, &line)
    case .named: pad(CharacterNames.named(byte), part, &line)
    }
  }

  private func format(_ conversion: Unicode.Scalar, _ part: HexFormat.Part) -> NumberFormat {
    var format = NumberFormat(conversion)
    format.flags = part.flags
    format.width = Int32(part.width)
    format.precision = Int32(part.precision)
    return format
  }

  private func put(
    _ value: UInt64, _ letter: UInt8, _ part: HexFormat.Part, _ line: inout [UInt8]
  ) {
    guard part.isPlain, letter != UInt8(ascii: "X") else {
      let conversion = letter == UInt8(ascii: "d") ? "u" : Unicode.Scalar(letter)
      line += format(conversion, part).text(value) ?? []
      return
    }
    let radix: UInt64 =
      letter == UInt8(ascii: "o") ? 8 : letter == UInt8(ascii: "x") ? 16 : 10
    var digits = 1
    var rest = value / radix
    while rest > 0 { (digits, rest) = (digits + 1, rest / radix) }
    let zeros = part.precision >= 0 ? part.precision : part.flags.isEmpty ? 0 : part.width
    for _ in 0..<max(0, part.width - max(digits, zeros)) { line.append(0x20) }
    let start = line.count
    for _ in 0..<max(digits, zeros) { line.append(0x30) }
    var index = line.count - 1
    rest = value
    while rest > 0, index >= start {
      let digit = UInt8(rest % radix)
      line[index] = digit + (digit < 10 ? 0x30 : 0x57)
      (index, rest) = (index - 1, rest / radix)
    }
  }
}

/// Names of characters in dumps.
enum CharacterNames {
  /// `\n`, `A` or `001`, as od -c.
  static func escaped(_ byte: UInt8) -> [UInt8] {
    let letters: StaticString
    switch byte {
    case 0x00: letters = "\\0"
    case 0x07: letters = "\\a"
    case 0x08: letters = "\\b"
    case 0x09: letters = "\\t"
    case 0x0A: letters = "\\n"
    case 0x0B: letters = "\\v"
    case 0x0C: letters = "\\f"
    case 0x0D: letters = "\\r"
    case 0x20..<0x7F: return [byte]
    default: return [0x30 + (byte >> 6), 0x30 + (byte >> 3 & 7), 0x30 + (byte & 7)]
    }
    return letters.withUTF8Buffer { Array($0) }
  }

  private static let short: StaticString =
    "nulsohstxetxeotenqackbelbs ht lf vt ff cr so si dledc1dc2dc3dc4naksynetbcanem subescfs gs rs us "

  /// `nul`, `A`, `del`, or two digits of hex from 0x80 on, as hexdump's %_u.
  static func named(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case 0..<0x20:
      return short.withUTF8Buffer { names in
        names[(Int(byte) * 3)..<(Int(byte) * 3 + 3)].filter { $0 != 0x20 }
      }
    case 0x7F: return Array("del".utf8)
    case 0x20..<0x7F: return [byte]
    default: return Array(String(byte, radix: 16).utf8)
    }
  }

  /// As od -a: the highest bit does not count, a newline is `nl` and a blank `sp`.
  static func od(_ byte: UInt8) -> [UInt8] {
    switch byte & 0x7F {
    case 0x0A: Array("nl".utf8)
    case 0x20: Array("sp".utf8)
    default: named(byte & 0x7F)
    }
  }
}

/// A floating point number in hexadecimal, which loses nothing on the way to printf(3).
enum HexReal {
  static func text(_ value: Double) -> String {
    let sign = value.sign == .minus ? "-" : ""
    if value.isNaN { return sign + "nan" }
    if value.isInfinite { return sign + "inf" }
    if value == 0 { return sign + "0" }
    let bits = value.bitPattern
    let exponent = Int(bits >> 52 & 0x7FF)
    let fraction = bits & (1 << 52 - 1)
    // Subnormal numbers have no hidden bit.
    let whole = exponent == 0 ? fraction : fraction | 1 << 52
    return sign + "0x" + String(whole, radix: 16) + "p" + String(max(exponent, 1) - 1075)
  }
}
