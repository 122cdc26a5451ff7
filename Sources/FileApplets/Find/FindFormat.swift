internal import Box
internal import Linux

/// The format of `-printf`, taken apart.
struct FindFormat {
  enum Piece {
    case text([UInt8])
    case directive(letter: UInt8, argument: UInt8, flags: [UInt8], width: Int, precision: Int?)
    case flush
  }

  private(set) var pieces: [Piece] = []
  /// `\c`: nothing of what follows is printed.
  private var ends = false

  init(_ text: String) throws(Failure) {
    var rest = text.bytes[...]
    var literal: [UInt8] = []
    while !ends, let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\") {
        escape(&rest, &literal)
      } else if byte == UInt8(ascii: "%") {
        guard let piece = try Self.directive(&rest) else {
          literal.append(byte)
          continue
        }
        if !literal.isEmpty { pieces.append(.text(literal)) }
        literal = []
        pieces.append(piece)
      } else {
        literal.append(byte)
      }
    }
    if !literal.isEmpty { pieces.append(.text(literal)) }
    if ends { pieces.append(.flush) }
  }

  private mutating func escape(_ rest: inout ArraySlice<UInt8>, _ literal: inout [UInt8]) {
    guard let letter = rest.popFirst() else {
      literal.append(UInt8(ascii: "\\"))
      return
    }
    switch Unicode.Scalar(letter) {
    case "a": literal.append(7)
    case "b": literal.append(8)
    case "c": ends = true
    case "f": literal.append(12)
    case "n": literal.append(10)
    case "r": literal.append(13)
    case "t": literal.append(9)
    case "v": literal.append(11)
    case "\\": literal.append(letter)
    case "0"..."7":
      var value = Int(letter - 0x30)
      for _ in 0..<2 {
        guard let digit = rest.first, digit >= 0x30, digit <= 0x37 else { break }
        value = value * 8 + Int(digit - 0x30)
        rest = rest.dropFirst()
      }
      literal.append(UInt8(truncatingIfNeeded: value))
    default: literal += [UInt8(ascii: "\\"), letter]
    }
  }

  /// nil for `%%`, whose sign the caller puts.
  private static func directive(_ rest: inout ArraySlice<UInt8>) throws(Failure) -> Piece? {
    if rest.first == UInt8(ascii: "%") {
      rest = rest.dropFirst()
      return nil
    }
    let flags = Array(rest.prefix { "-+ #0".utf8.contains($0) })
    rest = rest.dropFirst(flags.count)
    let width = number(&rest) ?? 0
    var precision: Int?
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      precision = number(&rest) ?? 0
    }
    guard let letter = rest.popFirst() else { throw .usage("-printf: % at the end of the format") }
    var argument: UInt8 = 0
    if "ABCT".utf8.contains(letter) {
      guard let format = rest.popFirst() else {
        throw .usage("-printf: %\(Unicode.Scalar(letter)) needs a letter behind it")
      }
      argument = format
    }
    guard "abcdDfFgGhHiklmMnpPsStuUyYABCTZ".utf8.contains(letter) else {
      throw .usage("-printf: %\(String(bytes: [letter])): unknown directive")
    }
    return .directive(
      letter: letter, argument: argument, flags: flags, width: min(width, 4096),
      precision: precision)
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var value: Int?
    while let digit = rest.first, digit >= 0x30, digit <= 0x39 {
      value = min((value ?? 0) * 10 + Int(digit - 0x30), 1 << 20)
      rest = rest.dropFirst()
    }
    return value
  }
}
