/// An integer at the start of a text, in C notation: decimal, `0x` hexadecimal, `0` octal. strtoumax(3).
struct CInteger {
  let magnitude: UInt64
  let isNegative: Bool
  /// The magnitude does not fit; it is the largest then.
  let overflows: Bool
  /// Bytes of the text that belong to it.
  let length: Int

  init(magnitude: UInt64, isNegative: Bool, overflows: Bool, length: Int) {
    self.magnitude = magnitude
    self.isNegative = isNegative
    self.overflows = overflows
    self.length = length
  }

  /// - Returns: nil where no number stands there.
  init?(_ text: [UInt8]) {
    var rest = text.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    var radix = 10
    if rest.first == UInt8(ascii: "0") {
      let tail = rest.dropFirst()
      let isHexadecimal = (tail.first ?? 0) | 0x20 == UInt8(ascii: "x")
      let hasDigit = tail.dropFirst().first.flatMap { digitValue($0) } != nil
      radix = isHexadecimal && hasDigit ? 16 : 8
      if radix == 16 { rest = tail.dropFirst() }
    }
    var value: UInt64 = 0
    var overflows = false
    var hasDigits = false
    while let byte = rest.first, let digit = digitValue(byte), digit < radix {
      let (product, high) = value.multipliedReportingOverflow(by: UInt64(radix))
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      overflows = overflows || high || carry
      value = sum
      hasDigits = true
      rest = rest.dropFirst()
    }
    guard hasDigits else { return nil }
    self.init(
      magnitude: overflows ? .max : value, isNegative: isNegative, overflows: overflows,
      length: rest.startIndex)
  }
}
