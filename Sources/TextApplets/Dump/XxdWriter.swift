internal import Box
internal import Linux

/// Writes the lines of xxd.
final class XxdWriter {
  private let options: Xxd
  let columns: Int
  private let group: Int
  private var zeroLines = 0
  private var held: (line: [UInt8], address: Int)?

  init(_ options: Xxd, columns: Int) {
    self.options = options
    self.columns = max(1, columns)
    let usual = options.style == .words ? 4 : options.style == .bits ? 1 : 2
    let wanted = options.group ?? usual
    group = wanted <= 0 || wanted > self.columns ? self.columns : wanted
  }

  private func hexadecimal(_ byte: UInt8) -> [UInt8] {
    [byte >> 4, byte & 15].map { digit in
      digit < 10 ? 0x30 + digit : (options.upper ? 0x37 : 0x57) + digit
    }
  }

  func begin(_ name: String, _ output: Output) {
    output.write("unsigned char " + identifier(name) + "[] = {\n")
  }

  func close(_ name: String?, _ total: Int, _ output: Output) {
    if total > 0 { output.write(0x0A) }
    guard let name else { return }
    let length = options.capitals ? "_LEN" : "_len"
    output.write("};\nunsigned int " + identifier(name) + length + " = \(total);\n")
  }

  private func identifier(_ name: String) -> String {
    var bytes = name.bytes.map { (byte: UInt8) -> UInt8 in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: byte
      default: UInt8(ascii: "_")
      }
    }
    if let first = bytes.first, first >= 0x30, first <= 0x39 { bytes = [0x5F, 0x5F] + bytes }
    let text = String(bytes: bytes)
    return options.capitals ? text.asciiUppercased : text
  }

  func line(_ bytes: [UInt8], address: Int, isFirst: Bool, _ output: Output) {
    switch options.style {
    case .plain: for byte in bytes { output.write(hexadecimal(byte)) }
    case .include:
      for (index, byte) in bytes.enumerated() {
        output.write(isFirst && index == 0 ? "  " : index == 0 ? ",\n  " : ", ")
        output.write(options.upper ? "0X" : "0x")
        output.write(hexadecimal(byte))
      }
    case .bits, .words, .dump:
      if options.skipsZeros, bytes.allSatisfy({ $0 == 0 }) {
        zeroLines += 1
        if zeroLines == 2 { output.write("*\n") }
        held = (bytes, address)
        if zeroLines > 1 { return }
      } else {
        flushZeros(output)
      }
      write(bytes, address, output)
    }
  }

  /// The last line of zeros is printed although it repeats.
  func end(_ total: Int, _ output: Output) {
    if zeroLines > 1, let held { write(held.line, held.address, output) }
  }

  private func flushZeros(_ output: Output) {
    // A star that stands for one line is not worth it.
    zeroLines = 0
    held = nil
  }

  private func write(_ bytes: [UInt8], _ address: Int, _ output: Output) {
    let digits = String(max(0, address), radix: options.decimal ? 10 : 16)
    output.write(String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits + ":")
    let unit = options.style == .bits ? 8 : 2
    for index in 0..<columns {
      if index % group == 0 { output.write(0x20) }
      var place = index
      if options.style == .words {
        place = index - index % group + group - 1 - index % group
      }
      if place < bytes.count {
        if options.style == .bits {
          bits(bytes[place], output)
        } else {
          output.write(hexadecimal(bytes[place]))
        }
      } else {
        output.write(String(repeating: " ", count: unit))
      }
    }
    output.write("  ")
    for byte in bytes { output.write(byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: ".")) }
    output.write(0x0A)
  }

  private func bits(_ byte: UInt8, _ output: Output) {
    for bit in 0..<8 { output.write(byte & 0x80 >> bit != 0 ? 0x31 : 0x30) }
  }
}

/// The input of xxd from an offset on.
final class XxdFeed {
  private var left: Int

  init(_ source: borrowing TextSource, skip: Int, limit: Int?) throws(Failure) {
    left = limit ?? .max
    guard skip > 0 else { return }
    if (try? source.file.seek(to: skip)) != nil { return }
    var rest = skip
    var scratch = [UInt8](repeating: 0, count: 65536)
    while rest > 0 {
      let wanted = min(rest, scratch.count)
      let count = try source.told { () throws(SystemError) in
        try source.file.read(into: &scratch, from: 0, upTo: wanted)
      }
      if count == 0 { throw Failure("cannot seek that far", status: 4) }
      rest -= count
    }
  }

  func fill(_ source: borrowing TextSource, _ bytes: inout [UInt8]) throws(Failure) -> Int {
    let wanted = min(bytes.count, left)
    var filled = 0
    while filled < wanted {
      let start = filled
      let count = try source.told { () throws(SystemError) in
        try source.file.read(into: &bytes, from: start, upTo: wanted)
      }
      if count == 0 { break }
      filled += count
    }
    left -= filled
    return filled
  }
}

/// Makes bytes of what xxd wrote.
struct XxdReverter {
  private enum Place { case address, bytes, rest }

  private let isPlain: Bool
  private let offset: Int
  private var place = Place.address
  private var address = 0
  private var written = 0
  private var high: UInt8?
  private var blanks = 0
  private var hasAddress = false
  private(set) var failure: String?

  init(plain: Bool, offset: Int) {
    isPlain = plain
    self.offset = offset
    if plain { place = .bytes }
  }

  mutating func take(_ byte: UInt8, _ output: Output) {
    if failure != nil { return }
    let digit = Self.digit(byte)
    if byte == 0x0A {
      if !isPlain { high = nil }
      place = isPlain ? .bytes : .address
      address = 0
      hasAddress = false
      blanks = 0
      return
    }
    switch place {
    case .address:
      if let digit {
        address = min(address << 4 | Int(digit), 1 << 48)
        hasAddress = true
      } else if byte == UInt8(ascii: ":"), hasAddress {
        place = .bytes
        seek(output)
      } else if byte != 0x20 {
        place = .rest
      } else if hasAddress {
        place = .bytes
        seek(output)
      }
    case .bytes:
      if let digit {
        blanks = 0
        if let first = high {
          output.write(first << 4 | digit)
          written += 1
          high = nil
        } else {
          high = digit
        }
      } else if isPlain {
        if byte != 0x20, byte != 0x09, byte != 0x0D { high = nil }
      } else {
        high = nil
        blanks += 1
        // Two blanks end the bytes; text follows.
        if blanks > 1 || byte != 0x20 { place = .rest }
      }
    case .rest: break
    }
  }

  func finish(_ output: Output) {}

  private mutating func seek(_ output: Output) {
    blanks = 0
    let wanted = address + offset
    guard wanted >= written, wanted - written <= 1 << 32 else {
      failure = "cannot go back to an earlier address"
      return
    }
    let zeros = [UInt8](repeating: 0, count: 4096)
    while written < wanted {
      let count = min(zeros.count, wanted - written)
      output.write(zeros[..<count])
      written += count
    }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
