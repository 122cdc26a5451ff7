/// A decimal fraction of any size without rounding, as seq(1) counts with.
struct Decimal: Equatable {
  private(set) var isNegative: Bool
  /// The digits before and behind the point, the most significant first, without leading zeros.
  private(set) var digits: [UInt8]
  /// How many of the digits stand behind the point.
  private(set) var scale: Int

  /// More digits than that are a mistake, not a number.
  static let mostDigits = 10_000

  /// `12`, `-0.5`, `1e3`, `0x1f`, with blanks in front.
  init?(_ text: String) {
    var rest = Array(text.utf8)[...].drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    digits = []
    scale = 0
    if rest.count > 2, rest.first == 0x30, (rest.dropFirst().first ?? 0) | 0x20 == UInt8(ascii: "x")
    {
      guard readHexadecimal(rest.dropFirst(2)) else { return nil }
    } else {
      guard readDecimal(rest) else { return nil }
    }
    trim()
  }

  private init(isNegative: Bool, digits: [UInt8], scale: Int) {
    self.isNegative = isNegative
    self.digits = digits
    self.scale = scale
    trim()
  }

  static let one = Decimal(isNegative: false, digits: [1], scale: 0)

  var isZero: Bool { digits.isEmpty }

  /// The same value with `scale` digits behind the point, which must not be fewer than there are.
  func scaled(to scale: Int) -> Decimal {
    guard scale > self.scale else { return self }
    let zeros = [UInt8](repeating: 0, count: scale - self.scale)
    return Decimal(isNegative: isNegative, digits: isZero ? [] : digits + zeros, scale: scale)
  }

  /// The value in units of the last digit; nil near or beyond the limits of `Int`, and for -0.
  var units: Int? {
    guard digits.count <= 17, !isZero || !isNegative else { return nil }
    let value = digits.reduce(0) { $0 * 10 + Int($1) }
    return isNegative ? -value : value
  }

  /// The text with all digits behind the point.
  var text: String {
    let padded = [UInt8](repeating: 0, count: max(0, scale + 1 - digits.count)) + digits
    var bytes = padded.map { $0 + 0x30 }
    if scale > 0 { bytes.insert(UInt8(ascii: "."), at: bytes.count - scale) }
    return (isNegative ? "-" : "") + String(decoding: bytes, as: UTF8.self)
  }

  /// The sum of two numbers of the same scale.
  static func + (a: Decimal, b: Decimal) -> Decimal {
    if a.isNegative == b.isNegative {
      return Decimal(isNegative: a.isNegative, digits: sum(a.digits, b.digits), scale: a.scale)
    }
    let (large, small) = isLess(a.digits, b.digits) ? (b, a) : (a, b)
    let digits = difference(large.digits, small.digits)
    return Decimal(isNegative: !digits.isEmpty && large.isNegative, digits: digits, scale: a.scale)
  }

  /// Compares numbers of the same scale.
  static func < (a: Decimal, b: Decimal) -> Bool {
    if a.isZero && b.isZero { return false }
    if a.isNegative != b.isNegative { return a.isNegative }
    return a.isNegative ? isLess(b.digits, a.digits) : isLess(a.digits, b.digits)
  }

  private mutating func readDecimal(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    var hasPoint = false
    while let byte = rest.first {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if byte >= 0x30, byte <= 0x39 {
        digits.append(byte - 0x30)
        if hasPoint { scale += 1 }
      } else {
        break
      }
      rest = rest.dropFirst()
    }
    guard !digits.isEmpty, digits.count <= Self.mostDigits else { return false }
    guard let mark = rest.popFirst() else { return true }
    guard mark | 0x20 == UInt8(ascii: "e") else { return false }
    let isDown = rest.first == UInt8(ascii: "-")
    if isDown || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard !rest.isEmpty, rest.count < 6, rest.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return false
    }
    let power = rest.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return shift(by: isDown ? -power : power)
  }

  /// Multiplies by a power of ten.
  private mutating func shift(by power: Int) -> Bool {
    guard power.magnitude <= Self.mostDigits else { return false }
    scale -= power
    if scale < 0 {
      digits += [UInt8](repeating: 0, count: -scale)
      scale = 0
    }
    return true
  }

  private mutating func readHexadecimal(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count <= 1000 else { return false }
    for byte in text {
      guard let digit = digitValue(byte) else { return false }
      var carry = digit
      for index in digits.indices.reversed() {
        let value = Int(digits[index]) * 16 + carry
        digits[index] = UInt8(value % 10)
        carry = value / 10
      }
      while carry > 0 {
        digits.insert(UInt8(carry % 10), at: 0)
        carry /= 10
      }
    }
    return true
  }

  private mutating func trim() {
    if digits.first == 0 { digits = Array(digits.drop { $0 == 0 }) }
  }

  private static func isLess(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count != b.count ? a.count < b.count : a.lexicographicallyPrecedes(b)
  }

  private static func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    let (long, short) = a.count < b.count ? (b, a) : (a, b)
    var result = [0] + long
    var carry: UInt8 = 0
    for index in 0..<long.count {
      let other = index < short.count ? short[short.count - 1 - index] : 0
      if other == 0, carry == 0, index >= short.count { break }
      let value = result[result.count - 1 - index] + other + carry
      result[result.count - 1 - index] = value % 10
      carry = value / 10
      if index == long.count - 1 { result[0] = carry }
    }
    return result
  }

  /// `a` is not less than `b`.
  private static func difference(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    var result = a
    var borrow: UInt8 = 0
    for index in 0..<a.count {
      let other = (index < b.count ? b[b.count - 1 - index] : 0) + borrow
      let place = a.count - 1 - index
      borrow = result[place] < other ? 1 : 0
      result[place] = result[place] + 10 * borrow - other
    }
    return Array(result.drop { $0 == 0 })
  }
}
