internal import Box

/// A number of lines or bytes as head(1) and tail(1) take it: `10`, `-10`, `+10`, `4k`, `1MB`.
struct Amount: Equatable {
  enum Sign { case none, minus, plus }

  var sign: Sign
  /// Never negative; what is too large for the machine counts as the largest number.
  var count: Int

  init(_ count: Int, sign: Sign = .none) {
    self.sign = sign
    self.count = count
  }

  /// - Parameter what: for the message: `lines` or `bytes`.
  init(_ text: String, _ what: StaticString) throws(Failure) {
    var rest = Substring(text)
    sign = .none
    if rest.utf8.first == UInt8(ascii: "-") { sign = .minus }
    if rest.utf8.first == UInt8(ascii: "+") { sign = .plus }
    if sign != .none { rest = Substring(rest.utf8.dropFirst()) }
    guard let count = Self.count(Array(rest.utf8)) else {
      throw .message("\(text): not a number of \(what)")
    }
    self.count = count
  }

  private static func count(_ text: [UInt8]) -> Int? {
    let digits = text.prefix { $0 >= 0x30 && $0 <= 0x39 }
    guard let factor = factor(String(decoding: text[digits.count...], as: UTF8.self)) else {
      return nil
    }
    // A suffix alone counts one of it.
    guard !digits.isEmpty || text.count > digits.count else { return nil }
    var value = digits.isEmpty ? 1 : 0
    for digit in digits { value = times(value, 10, plus: Int(digit - 0x30)) }
    return times(value, factor, plus: 0)
  }

  private static func times(_ value: Int, _ factor: Int, plus: Int) -> Int {
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    let (sum, carry) = product.addingReportingOverflow(plus)
    return overflow || carry ? .max : sum
  }

  private static func factor(_ suffix: String) -> Int? {
    if suffix.isEmpty { return 1 }
    if suffix == "b" { return 512 }
    let letters: [StaticString] = ["K", "M", "G", "T", "P", "E", "Z", "Y"]
    let first = suffix == "k" || suffix == "kB" ? "K" : String(suffix.prefix(1))
    let letter = first == "m" ? "M" : first
    guard let power = letters.firstIndex(where: { "\($0)" == letter }) else { return nil }
    let rest = suffix.dropFirst()
    guard rest.isEmpty || rest == "iB" || rest == "B" else { return nil }
    let base = rest == "B" ? 1000 : 1024
    return (0...power).reduce(1) { product, _ in times(product, base, plus: 0) }
  }
}
