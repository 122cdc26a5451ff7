public import Box
internal import Linux
internal import Target

/// Encodes and decodes, coreutils base64(1) and base32(1): the name it is called by says which.
public struct BaseN: Command {
  var decodes = false
  var ignoresGarbage = false
  var columns = 76

  public init() {}

  public static var manual: Manual<BaseN> {
    Manual(
      "base64", "Encode or decode base64 or base32", family: .text, operands: "[FILE]",
      options: [
        .flag("d", "decode", "Decode") { $0.decodes = true },
        .flag("i", "ignore-garbage", "Pass over what is not of the alphabet") {
          $0.ignoresGarbage = true
        },
        .parsed("w", "wrap", "COLS", "Lines of COLS characters, 0 for one line") {
          (options: inout BaseN, text) throws(Failure) in
          guard let columns = Int(text), columns >= 0 else {
            throw .message("-w \(text): not a number of columns")
          }
          options.columns = columns
        },
      ],
      examples: [
        ("base64 -d < secret", "What is in the secret?"),
        ("base64 -w 0 @/app/heap.hprof", "Carry a file out through the log"),
      ],
      standard: "RFC 4648, coreutils 9.1 base64(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count <= 1 else { throw .usage("\(operands[1]): extra operand") }
    let code = context.name == "base32" ? RadixCode.base32 : RadixCode.base64
    let source = try TextSource.open(operands.first ?? "-", Paths(context))
    if decodes {
      try decode(source, code, context)
    } else {
      try encode(source, code, context)
    }
  }

  private func encode(_ source: borrowing TextSource, _ code: RadixCode, _ context: Context)
    throws(Failure)
  {
    var rest: [UInt8] = []
    var column = 0
    let output = context.output
    try source.forEachPiece { piece in
      var bytes = rest
      bytes.append(contentsOf: piece)
      let whole = bytes.count / code.group * code.group
      rest = Array(bytes[whole...])
      write(code.encoded(bytes[..<whole]), &column, output)
      return output.failure == nil
    }
    write(code.encoded(rest[...]), &column, output)
    if columns > 0, column > 0 { output.write(0x0A) }
  }

  private func write(_ text: [UInt8], _ column: inout Int, _ output: Output) {
    guard columns > 0 else { return output.write(text) }
    var start = 0
    while start < text.count {
      let end = min(text.count, start + columns - column)
      output.write(text[start..<end])
      column += end - start
      start = end
      if column == columns {
        output.write(0x0A)
        column = 0
      }
    }
  }

  private func decode(_ source: borrowing TextSource, _ code: RadixCode, _ context: Context)
    throws(Failure)
  {
    var decoder = RadixDecoder(code, ignoresGarbage: ignoresGarbage)
    let output = context.output
    var isValid = true
    try source.forEachPiece { piece in
      var decoded: [UInt8] = []
      isValid = decoder.add(UnsafeRawBufferPointer(piece), &decoded)
      output.write(decoded)
      return isValid && output.failure == nil
    }
    if isValid {
      var decoded: [UInt8] = []
      isValid = decoder.finish(&decoded)
      output.write(decoded)
    }
    guard isValid else { throw .message("invalid input") }
  }
}

/// An encoding of bytes in letters by groups, RFC 4648.
struct RadixCode {
  let alphabet: [UInt8]
  /// Bytes of a group, and letters of it.
  let group: Int
  let letters: Int
  let bits: Int

  static var base64: RadixCode {
    RadixCode(
      alphabet: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8),
      group: 3, letters: 4, bits: 6)
  }

  static var base32: RadixCode {
    RadixCode(
      alphabet: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8), group: 5, letters: 8, bits: 5)
  }

  /// All of `bytes`; the last group is filled up with `=`.
  func encoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / group * letters + letters)
    var value: UInt64 = 0
    var held = 0
    let mask = UInt64(1 << bits - 1)
    for byte in bytes {
      value = value << 8 | UInt64(byte)
      held += 8
      while held >= bits {
        held -= bits
        result.append(alphabet[Int(value >> UInt64(held) & mask)])
      }
    }
    if held > 0 { result.append(alphabet[Int(value << UInt64(bits - held) & mask)]) }
    while result.count % letters != 0 { result.append(UInt8(ascii: "=")) }
    return result
  }
}

/// Decodes letters that come piece by piece.
struct RadixDecoder {
  private let code: RadixCode
  private let ignoresGarbage: Bool
  private var values: [UInt8]
  private var value: UInt64 = 0
  private var count = 0
  private var padding = 0

  init(_ code: RadixCode, ignoresGarbage: Bool) {
    self.code = code
    self.ignoresGarbage = ignoresGarbage
    values = [UInt8](repeating: 0xFF, count: 256)
    for (index, letter) in code.alphabet.enumerated() { values[Int(letter)] = UInt8(index) }
  }

  /// - Returns: false where the input is not valid.
  mutating func add(_ bytes: UnsafeRawBufferPointer, _ result: inout [UInt8]) -> Bool {
    for byte in bytes {
      if byte == 0x0A { continue }
      if byte == UInt8(ascii: "=") {
        if count == 0 {
          if ignoresGarbage { continue }
          return false
        }
        padding += 1
        if count + padding == code.letters, !close(&result) { return false }
        continue
      }
      let digit = values[Int(byte)]
      if digit == 0xFF {
        if ignoresGarbage { continue }
        _ = close(&result)
        return false
      }
      if padding > 0 {
        _ = close(&result)
        return false
      }
      value = value << UInt64(code.bits) | UInt64(digit)
      count += 1
      if count == code.letters, !close(&result) { return false }
    }
    return true
  }

  /// What is left at the end: a group must be whole.
  mutating func finish(_ result: inout [UInt8]) -> Bool {
    if count == 0 { return true }
    _ = close(&result)
    return false
  }

  /// Writes the bytes of a group; false where its letters make no whole bytes.
  private mutating func close(_ result: inout [UInt8]) -> Bool {
    let held = count * code.bits
    let whole = held / 8
    let rest = held - whole * 8
    let isWhole = rest < code.bits
    for index in 0..<(isWhole ? whole : 0) {
      result.append(UInt8(truncatingIfNeeded: value >> UInt64(held - 8 * (index + 1))))
    }
    value = 0
    count = 0
    padding = 0
    return isWhole
  }
}
