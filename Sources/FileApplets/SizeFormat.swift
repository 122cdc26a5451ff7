internal import Box

/// How `ls` writes sizes: exact, in units that fit, or in multiples of a block; always rounded up.
///
/// coreutils manual, "Block size".
enum SizeFormat: Equatable {
  /// In units of so many bytes; `suffix` follows the number.
  case blocks(UInt64, suffix: String)
  /// At most four characters: `1.5K`, `12M`; in powers of 1024 or of 1000.
  case human(base: UInt64)

  static let bytes = SizeFormat.blocks(1, suffix: "")

  /// `human-readable`, `si`, `512`, `K`, `kB`, `MiB`, `4M`.
  init?(_ text: String) {
    if text == "human-readable" {
      self = .human(base: 1024)
      return
    }
    if text == "si" {
      self = .human(base: 1000)
      return
    }
    let digits = text.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 }.count
    let suffix = String(text.dropFirst(digits))
    guard let unit = Self.unit(suffix) else { return nil }
    let count = digits == 0 ? 1 : UInt64(String(text.prefix(digits))) ?? 0
    let (size, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow, size > 0, digits > 0 || !suffix.isEmpty else { return nil }
    self = .blocks(size, suffix: digits > 0 ? "" : Self.shown(suffix))
  }

  private static let letters: [StaticString] = ["k", "m", "g", "t", "p", "e"]

  private static func unit(_ suffix: String) -> UInt64? {
    if suffix.isEmpty { return 1 }
    let first = suffix.prefix(1).lowercased()
    guard let power = letters.firstIndex(where: { "\($0)" == first }) else { return nil }
    let rest = suffix.dropFirst()
    guard rest.isEmpty || rest == "iB" || rest == "B" else { return nil }
    let base: UInt64 = rest == "B" ? 1000 : 1024
    return (0...power).reduce(1) { product, _ in product * base }
  }

  /// What follows the number where the unit was given without one: `K`, `kB`, `MiB`.
  private static func shown(_ suffix: String) -> String {
    let first = suffix.prefix(1)
    let rest = suffix.dropFirst()
    if rest == "B", first.lowercased() == "k" { return "kB" }
    return first.uppercased() + rest
  }

  func text(_ bytes: UInt64) -> String {
    switch self {
    case .blocks(let unit, let suffix):
      return String(bytes / unit + (bytes % unit == 0 ? 0 : 1)) + suffix
    case .human(let base): return Self.human(bytes, base)
    }
  }

  private static func human(_ bytes: UInt64, _ base: UInt64) -> String {
    guard bytes >= base else { return String(bytes) }
    var unit = base
    var index = 0
    while index < letters.count - 1, bytes / unit >= base {
      unit *= base
      index += 1
    }
    var whole = bytes / unit
    let rest = bytes % unit
    let letter = letter(index, base)
    if whole < 10 {
      var tenths = (rest * 10 + unit - 1) / unit
      if tenths == 10 {
        whole += 1
        tenths = 0
      }
      if whole < 10 { return String(whole) + "." + String(tenths) + letter }
      return String(whole) + letter
    }
    if rest > 0 { whole += 1 }
    if whole >= base, index < letters.count - 1 { return "1.0" + Self.letter(index + 1, base) }
    return String(whole) + letter
  }

  private static func letter(_ index: Int, _ base: UInt64) -> String {
    let letter = "\(letters[index])"
    return base == 1000 && index == 0 ? letter : letter.uppercased()
  }
}
