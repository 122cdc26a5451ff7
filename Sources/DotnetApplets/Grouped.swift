internal import Linux

/// Numbers with commas between thousands, as the .NET tools print them.
enum Grouped {
  static func text(_ number: Int) -> String {
    let digits = Array(String(number.magnitude).utf8)
    var bytes: [UInt8] = number < 0 ? [UInt8(ascii: "-")] : []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(digit)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Fractions are cut to what tells something; very large values are in scientific form.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞" }
    if value.magnitude >= 1e8 { return scientific(value) }
    let digits = value.magnitude < 1 ? 4 : 3
    let text = trimmed(fixed(value, digits))
    guard let whole = Int(text.prefix { $0 != "." }), whole != 0 else { return text }
    return Self.text(whole) + text.drop { $0 != "." }
  }

  private static func scientific(_ value: Double) -> String {
    var exponent = 0
    var mantissa = value
    while mantissa.magnitude >= 10 {
      mantissa /= 10
      exponent += 1
    }
    let digits = String(exponent)
    return trimmed(fixed(mantissa, 4)) + "e+" + (digits.utf8.count < 2 ? "0" : "") + digits
  }

  /// Without zeros at the end of a fraction.
  static func trimmed(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: ".")) else { return text }
    var text = text[...]
    while text.hasSuffix("0") { text = text.dropLast() }
    if text.hasSuffix(".") { text = text.dropLast() }
    return String(text)
  }
}
