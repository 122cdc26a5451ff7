internal import Linux

/// Numbers for people.
public enum Quantity {
  /// Bytes with binary units, at most four characters as `ls -h` and `du -h` write them: rounded up, `1.5K`, `12M`.
  public static func size(_ bytes: Int) -> String {
    guard bytes >= 1024 else { return String(bytes) }
    let units: [StaticString] = ["K", "M", "G", "T", "P", "E"]
    var value = Double(bytes) / 1024
    var unit = 0
    while value.rounded(.up) >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    let tenths = (value * 10).rounded(.up) / 10
    if tenths < 10 { return fixed(tenths, 1) + "\(units[unit])" }
    return fixed(value.rounded(.up), 0) + "\(units[unit])"
  }

  /// Seconds as `4.2s`, `3m12s`, `5h07m`, `2d03h`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 9e15 else { return "-" }
    if seconds < 10 { return fixed((max(0, seconds) * 10).rounded(.down) / 10, 1) + "s" }
    if seconds < 60 { return "\(Int(seconds))s" }
    let whole = Int(seconds)
    if whole < 3600 { return "\(whole / 60)m\(two(whole % 60))s" }
    if whole < 86400 { return "\(whole / 3600)h\(two(whole / 60 % 60))m" }
    return "\(whole / 86400)d\(two(whole / 3600 % 24))h"
  }

  /// A count with a unit: `512`, `10k`, `5M` in powers of 1024; `kB`, `MB` in powers of 1000.
  public static func parse(_ text: String) -> Int? {
    let digits = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    guard let number = Int(String(text.prefix(digits.count))) else { return nil }
    let suffix = String(text.dropFirst(digits.count))
    guard let factor = factor(suffix) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }

  private static func factor(_ suffix: String) -> Int? {
    if suffix.isEmpty { return 1 }
    if suffix == "b" { return 512 }
    let letters: [StaticString] = ["K", "M", "G", "T", "P", "E"]
    let first = String(suffix.prefix(1)).asciiUppercased
    guard let power = letters.firstIndex(where: { "\($0)" == first }) else { return nil }
    let rest = suffix.dropFirst()
    let base: Int
    if rest.isEmpty || rest == "iB" {
      base = 1024
    } else if rest == "B" {
      base = 1000
    } else {
      return nil
    }
    return (0...power).reduce(1) { product, _ in product * base }
  }

  private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
