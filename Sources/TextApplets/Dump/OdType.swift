internal import Linux

/// What od(1) -t prints: a kind of value and its size.
struct OdType: Equatable {
  enum Kind: Equatable { case named, escaped, signed, unsigned(UInt8), real }

  let kind: Kind
  let size: Int
  /// Whether characters stand at the end of the line, `z`.
  var showsText = false

  struct Malformed: Error, Equatable { let reason: String }

  /// Types as a string of -t lists them: `x1z`, `d4o2`, `fD`.
  static func parse(_ text: String) throws(Malformed) -> [OdType] {
    var types: [OdType] = []
    var rest = text.bytes[...]
    while let letter = rest.popFirst() {
      var type: OdType
      switch letter {
      case UInt8(ascii: "a"): type = OdType(kind: .named, size: 1)
      case UInt8(ascii: "c"): type = OdType(kind: .escaped, size: 1)
      case UInt8(ascii: "d"): type = OdType(kind: .signed, size: try size(&rest, text))
      case UInt8(ascii: "o"), UInt8(ascii: "u"), UInt8(ascii: "x"):
        type = OdType(kind: .unsigned(letter), size: try size(&rest, text))
      case UInt8(ascii: "f"): type = OdType(kind: .real, size: try realSize(&rest, text))
      default:
        throw Malformed(
          reason: "\(text): \(String(bytes: [letter])): no such type; a, c, d, f, o, u and x are")
      }
      if rest.first == UInt8(ascii: "z") {
        rest = rest.dropFirst()
        type.showsText = true
      }
      types.append(type)
    }
    return types
  }

  private static func size(_ rest: inout ArraySlice<UInt8>, _ text: String) throws(Malformed) -> Int
  {
    let letters: [(UInt8, Int)] = [
      (UInt8(ascii: "C"), 1), (UInt8(ascii: "S"), 2), (UInt8(ascii: "I"), 4),
      (UInt8(ascii: "L"), 8),
    ]
    if let match = letters.first(where: { $0.0 == rest.first }) {
      rest = rest.dropFirst()
      return match.1
    }
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    if digits.isEmpty { return 4 }
    rest = rest.dropFirst(digits.count)
    guard let size = Int(String(bytes: digits)), [1, 2, 4, 8].contains(size) else {
      throw Malformed(reason: "\(text): sizes of integers are 1, 2, 4 and 8")
    }
    return size
  }

  private static func realSize(_ rest: inout ArraySlice<UInt8>, _ text: String)
    throws(Malformed) -> Int
  {
    if rest.first == UInt8(ascii: "F") {
      rest = rest.dropFirst()
      return 4
    }
    if rest.first == UInt8(ascii: "D") {
      rest = rest.dropFirst()
      return 8
    }
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    rest = rest.dropFirst(digits.count)
    let size = digits.isEmpty ? 8 : Int(String(bytes: digits)) ?? 0
    guard size == 4 || size == 8, rest.first != UInt8(ascii: "L") else {
      throw Malformed(reason: "\(text): sizes of floating point numbers are 4 and 8")
    }
    return size
  }

  /// Columns of the widest value.
  var width: Int {
    switch (kind, size) {
    case (.named, _), (.escaped, _): 3
    case (.signed, 1): 4
    case (.signed, 2): 6
    case (.signed, 4): 11
    case (.signed, _): 20
    case (.unsigned(UInt8(ascii: "o")), _): [1: 3, 2: 6, 4: 11][size] ?? 22
    case (.unsigned(UInt8(ascii: "x")), _): size * 2
    case (.unsigned, _): [1: 3, 2: 5, 4: 10][size] ?? 20
    case (.real, 4): 15
    case (.real, _): 24
    }
  }

  /// The value that starts at `offset`; bytes behind the end count as zero.
  func text(_ bytes: [UInt8], _ offset: Int, bigEndian: Bool) -> [UInt8] {
    var value: UInt64 = 0
    for index in 0..<size {
      let place = offset + (bigEndian ? index : size - 1 - index)
      value = value << 8 | UInt64(place < bytes.count ? bytes[place] : 0)
    }
    switch kind {
    case .named: return CharacterNames.od(UInt8(truncatingIfNeeded: value))
    case .escaped: return CharacterNames.escaped(UInt8(truncatingIfNeeded: value))
    case .signed:
      let shift = UInt64(64 - size * 8)
      return Array(String(Int64(bitPattern: value << shift) >> Int64(shift)).utf8)
    case .unsigned(let letter):
      if letter == UInt8(ascii: "u") { return Array(String(value).utf8) }
      let digits = Array(String(value, radix: letter == UInt8(ascii: "x") ? 16 : 8).utf8)
      return [UInt8](repeating: 0x30, count: max(0, width - digits.count)) + digits
    case .real:
      if size == 8 {
        let double = Double(bitPattern: value)
        return Self.shortest(double, double.isSubnormal ? 1...17 : 15...17) { $0 }
      }
      let single = Float(bitPattern: UInt32(truncatingIfNeeded: value))
      return Self.shortest(Double(single), single.isSubnormal ? 1...9 : 6...9) { Double(Float($0)) }
    }
  }

  /// As few digits as tell the number from all others of its size.
  private static func shortest(
    _ value: Double, _ digits: ClosedRange<Int32>, _ rounded: (Double) -> Double
  ) -> [UInt8] {
    var format = NumberFormat("g")
    for precision in digits {
      format.precision = precision
      guard let text = format.text(real: HexReal.text(value))?.text else { return [] }
      if precision == digits.upperBound || !value.isFinite { return text }
      if let back = parseDouble(String(bytes: text)), rounded(back) == value { return text }
    }
    return []
  }
}
