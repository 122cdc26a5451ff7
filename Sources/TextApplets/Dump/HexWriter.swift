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
    for format in formats {
      var offset = 0
      for unit in format.units {
        // What is to be printed at the end only stands in units of its own.
        if unit.parts.contains(where: {
          if case .lastAddress = $0.conversion { true } else { false }
        }) {
          continue
        }
        for round in 0..<unit.count {
          for (index, part) in unit.parts.enumerated() {
            let isLast =
              unit.count > 1 && round == unit.count - 1 && index == unit.parts.count - 1
            write(part, bytes, offset, count, address + offset, isLast: isLast, output)
            offset += part.bytes
          }
        }
      }
    }
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
    output.write(last.before)
    output.write(number(UInt64(max(0, address)), radix, last))
    output.write(last.after)
  }

  private func write(
    _ part: HexFormat.Part, _ bytes: [UInt8], _ offset: Int, _ count: Int, _ address: Int,
    isLast: Bool, _ output: Output
  ) {
    output.write(part.before)
    if part.conversion != .text {
      // Behind the end of the input blanks stand for numbers.
      if offset >= count, part.conversion != .text {
        pad([], part, output)
      } else {
        output.write(text(part, bytes, offset, address))
      }
    }
    var after = part.after
    if isLast, let end = after.last, end == 0x20 || (0x09...0x0D).contains(end) {
      after.removeLast()
    }
    output.write(after)
  }

  private func pad(_ text: [UInt8], _ part: HexFormat.Part, _ output: Output) {
    output.write(padded(text, part))
  }

  private func padded(_ text: [UInt8], _ part: HexFormat.Part) -> [UInt8] {
    let blanks = [UInt8](repeating: 0x20, count: max(0, part.width - text.count))
    return part.flags.contains("-") ? text + blanks : blanks + text
  }

  private func text(_ part: HexFormat.Part, _ bytes: [UInt8], _ offset: Int, _ address: Int)
    -> [UInt8]
  {
    var value: UInt64 = 0
    for index in 0..<min(part.bytes, 8) {
      let byte = offset + index < bytes.count ? bytes[offset + index] : 0
      value |= UInt64(byte) << UInt64(index * 8)
    }
    let byte = UInt8(truncatingIfNeeded: value)
    switch part.conversion {
    case .text, .lastAddress: return []
    case .address(let radix): return number(UInt64(max(0, address)), radix, part)
    case .unsigned(let letter): return number(value, letter, part)
    case .signed:
      let shift = UInt64(64 - part.bytes * 8)
      let signed = Int64(bitPattern: value << shift) >> Int64(shift)
      return format("d", part).text(signed) ?? []
    case .character: return padded([byte], part)
    case .real(let letter):
      let real =
        part.bytes == 4
        ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: value))) : Double(bitPattern: value)
      var layout = format(Unicode.Scalar(letter), part)
      layout.precision = Int32(part.precision)
      return layout.text(real: HexReal.text(real))?.text ?? []
    case .string:
      let end = min(offset + part.bytes, bytes.count)
      let slice = offset < end ? Array(bytes[offset..<end]) : []
      return padded(Array(slice.prefix { $0 != 0 }), part)
    case .printable: return padded([byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: ".")], part)
    case .escaped: return padded(CharacterNames.escaped(byte), part)
    case .named: return padded(CharacterNames.named(byte), part)
    }
  }

  private func format(_ conversion: Unicode.Scalar, _ part: HexFormat.Part) -> NumberFormat {
    var format = NumberFormat(conversion)
    format.flags = part.flags
    format.width = Int32(part.width)
    format.precision = Int32(part.precision)
    return format
  }

  private func number(_ value: UInt64, _ letter: UInt8, _ part: HexFormat.Part) -> [UInt8] {
    let radix = letter == UInt8(ascii: "o") ? 8 : letter == UInt8(ascii: "x") ? 16 : 10
    let isPlain = part.flags.isEmpty || part.flags == "0"
    // Nearly all numbers: no need of printf(3).
    if isPlain, part.precision != 0, letter != UInt8(ascii: "X") {
      let digits = Array(String(value, radix: radix).utf8)
      let zeros = part.precision >= 0 ? part.precision : part.flags.isEmpty ? 0 : part.width
      let number = [UInt8](repeating: 0x30, count: max(0, zeros - digits.count)) + digits
      return [UInt8](repeating: 0x20, count: max(0, part.width - number.count)) + number
    }
    let conversion = letter == UInt8(ascii: "d") ? "u" : Unicode.Scalar(letter)
    return format(conversion, part).text(value) ?? []
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
