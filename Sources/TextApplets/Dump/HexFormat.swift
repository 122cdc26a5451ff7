internal import Linux

/// A format string of hexdump(1): `8/2 "%04x " "\n"`.
struct HexFormat {
  enum Conversion: Equatable {
    /// Text alone.
    case text
    case signed, unsigned(UInt8), character, real(UInt8), string
    /// `%_a`, `%_A`: the address, in a radix. `%_c`, `%_p`, `%_u`: a character shown.
    case address(UInt8), lastAddress(UInt8), escaped, printable, named
  }

  /// A conversion with the text in front of it; at the end of a unit text alone.
  struct Part: Equatable {
    var before: [UInt8] = []
    var conversion = Conversion.text
    var flags = ""
    var width = 0
    var precision = -1
    var bytes = 0
    /// Text behind the last conversion.
    var after: [UInt8] = []

    /// Nearly all numbers: no need of printf(3).
    var isPlain: Bool { (flags.isEmpty || flags == "0") && precision != 0 }
  }

  struct Unit: Equatable {
    var count = 1
    var hasCount = false
    var parts: [Part] = []

    var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }
    /// Whether it is printed when all is done only.
    var isForEnd: Bool {
      parts.contains { if case .lastAddress = $0.conversion { true } else { false } }
    }
  }

  struct Malformed: Error, Equatable { let reason: String }

  private(set) var units: [Unit] = []

  static let longest = 1 << 16

  init(_ text: [UInt8]) throws(Malformed) {
    var index = 0
    while true {
      while index < text.count, Self.isBlank(text[index]) { index += 1 }
      if index == text.count { break }
      var unit = Unit()
      var size: Int?
      if let count = Self.number(text, &index) {
        unit.count = count
        unit.hasCount = true
        while index < text.count, Self.isBlank(text[index]) { index += 1 }
      }
      if index < text.count, text[index] == UInt8(ascii: "/") {
        index += 1
        while index < text.count, Self.isBlank(text[index]) { index += 1 }
        guard let bytes = Self.number(text, &index) else { throw Self.bad(text) }
        size = bytes
        while index < text.count, Self.isBlank(text[index]) { index += 1 }
      }
      guard index < text.count, text[index] == UInt8(ascii: "\"") else { throw Self.bad(text) }
      let start = index + 1
      index = start
      while index < text.count, text[index] != UInt8(ascii: "\"") { index += 1 }
      guard index < text.count else { throw Self.bad(text) }
      unit.parts = try Self.parts(Self.unescaped(Array(text[start..<index])), size)
      index += 1
      guard unit.count <= Self.longest, unit.bytes <= Self.longest else { throw Self.bad(text) }
      units.append(unit)
    }
  }

  private static func bad(_ text: [UInt8]) -> Malformed {
    Malformed(reason: "\(String(bytes: text)): not a format")
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  private static func number(_ text: [UInt8], _ index: inout Int) -> Int? {
    var value: Int?
    while index < text.count, text[index] >= 0x30, text[index] <= 0x39 {
      value = min((value ?? 0) * 10 + Int(text[index] - 0x30), 1 << 20)
      index += 1
    }
    return value
  }

  private static func unescaped(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else {
        result.append(text[index])
        index += 1
        continue
      }
      switch text[index + 1] {
      case UInt8(ascii: "a"): result.append(0x07)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "v"): result.append(0x0B)
      case let other: result.append(other)
      }
      index += 2
    }
    return result
  }

  private static func parts(_ text: [UInt8], _ size: Int?) throws(Malformed) -> [Part] {
    var parts: [Part] = []
    var literal: [UInt8] = []
    var index = 0
    while index < text.count {
      guard text[index] == UInt8(ascii: "%") else {
        literal.append(text[index])
        index += 1
        continue
      }
      if index + 1 < text.count, text[index + 1] == UInt8(ascii: "%") {
        literal.append(UInt8(ascii: "%"))
        index += 2
        continue
      }
      index += 1
      var part = Part()
      part.before = literal
      literal = []
      try conversion(text, &index, &part, size)
      parts.append(part)
    }
    if parts.isEmpty {
      parts.append(Part(before: literal, bytes: size ?? 0))
    } else if !literal.isEmpty {
      parts[parts.count - 1].after = literal
    }
    let consuming = parts.filter { $0.bytes > 0 }
    if size != nil, consuming.count > 1 {
      throw Malformed(reason: "byte count with several conversions")
    }
    return parts
  }

  private static func conversion(
    _ text: [UInt8], _ index: inout Int, _ part: inout Part, _ size: Int?
  ) throws(Malformed) {
    while index < text.count, "-+ #0".utf8.contains(text[index]) {
      part.flags.unicodeScalars.append(Unicode.Scalar(text[index]))
      index += 1
    }
    part.width = number(text, &index) ?? 0
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      part.precision = number(text, &index) ?? 0
    }
    guard part.width <= 4096, part.precision <= 4096, index < text.count else { throw bad(text) }
    let letter = text[index]
    index += 1
    switch letter {
    case UInt8(ascii: "d"), UInt8(ascii: "i"):
      part.conversion = .signed
      part.bytes = try checked(size ?? 4, [1, 2, 4, 8])
    case UInt8(ascii: "o"), UInt8(ascii: "u"), UInt8(ascii: "x"), UInt8(ascii: "X"):
      part.conversion = .unsigned(letter)
      part.bytes = try checked(size ?? 4, [1, 2, 4, 8])
    case UInt8(ascii: "c"):
      part.conversion = .character
      part.bytes = try checked(size ?? 1, [1])
    case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "g"),
      UInt8(ascii: "G"):
      part.conversion = .real(letter)
      part.bytes = try checked(size ?? 8, [4, 8])
    case UInt8(ascii: "s"):
      part.conversion = .string
      guard let bytes = size ?? (part.precision >= 0 ? part.precision : nil) else {
        throw Malformed(reason: "%s requires a precision or a byte count")
      }
      part.bytes = bytes
    case UInt8(ascii: "_"):
      guard index < text.count else { throw bad(text) }
      let kind = text[index]
      index += 1
      switch kind {
      case UInt8(ascii: "c"): part.conversion = .escaped
      case UInt8(ascii: "p"): part.conversion = .printable
      case UInt8(ascii: "u"): part.conversion = .named
      case UInt8(ascii: "a"), UInt8(ascii: "A"):
        guard index < text.count, [0x64, 0x6F, 0x78].contains(text[index]) else { throw bad(text) }
        let isLast = kind == UInt8(ascii: "A")
        part.conversion = isLast ? .lastAddress(text[index]) : .address(text[index])
        index += 1
        return
      default: throw Malformed(reason: "%_\(Unicode.Scalar(kind)): no such conversion")
      }
      part.bytes = try checked(size ?? 1, [1])
    default: throw Malformed(reason: "%\(Unicode.Scalar(letter)): no such conversion")
    }
  }

  private static func checked(_ size: Int, _ allowed: [Int]) throws(Malformed) -> Int {
    guard allowed.contains(size) else { throw Malformed(reason: "\(size): bad byte count") }
    return size
  }

  /// Repeats the last unit that has no count of its own until `block` bytes are used.
  mutating func fill(_ block: Int) {
    let used = bytes
    guard used < block, let last = units.indices.last(where: { units[$0].bytes > 0 }),
      !units[last].hasCount
    else { return }
    units[last].count += (block - used) / units[last].bytes
  }

  /// Bytes that the format takes of the input.
  var bytes: Int { units.reduce(0) { $0 + $1.bytes * $1.count } }
}
