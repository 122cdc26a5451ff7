internal import Linux

/// Takes dates, times, numbers and words off the front of a text.
struct DateScanner {
  private var rest: ArraySlice<UInt8>

  init(_ text: String) { rest = Array(text.utf8)[...] }

  /// A number as it was written.
  struct Number {
    var isNegative = false
    var hasSign = false
    /// nil: too large.
    var whole: Int?
    var digits = 0
    var hasFraction = false
    /// Billionths; digits beyond are cut.
    var nanoseconds = 0

    init() {}

    init(_ value: Int) {
      isNegative = value < 0
      whole = Int(value.magnitude)
      hasSign = true
    }

    /// The value with its sign.
    var small: Int? { hasFraction ? nil : whole.map { isNegative ? -$0 : $0 } }

    /// The number as seconds, rounded down.
    var instant: Instant? {
      guard let whole else { return nil }
      if !isNegative { return Instant(seconds: whole, nanoseconds: nanoseconds) }
      if nanoseconds == 0 { return Instant(seconds: -whole) }
      return Instant(seconds: -whole - 1, nanoseconds: 1_000_000_000 - nanoseconds)
    }

    /// The hour, with the `am` or `pm` that follows.
    func hour(_ meridian: String) -> Int? {
      guard let whole, (1...12).contains(whole) else { return nil }
      switch meridian {
      case "am", "a.m.": return whole % 12
      case "pm", "p.m.": return whole % 12 + 12
      default: return nil
      }
    }
  }

  var isAtEnd: Bool { rest.isEmpty }
  var peeksDigit: Bool { rest.first.map { (0x30...0x39).contains($0) } ?? false }
  var peeksSign: Bool { rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") }

  /// Blanks, commas and comments in parentheses.
  mutating func skipBlanks() {
    while let byte = rest.first {
      if byte == UInt8(ascii: "(") {
        guard let end = rest.firstIndex(of: UInt8(ascii: ")")) else { return }
        rest = rest[(end + 1)...]
      } else if byte == 0x20 || byte == UInt8(ascii: ",") || (0x09...0x0D).contains(byte) {
        rest = rest.dropFirst()
      } else {
        return
      }
    }
  }

  /// The `T` or `t` between a date and a time.
  mutating func skipTimeMark() {
    if let mark = rest.first, mark | 0x20 == UInt8(ascii: "t"),
      let digit = rest.dropFirst().first, (0x30...0x39).contains(digit)
    {
      rest = rest.dropFirst()
    }
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(truncatingIfNeeded: character.value) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Letters, with points inside as in `a.m.`, in small letters.
  mutating func word() -> String? {
    let letters = rest.prefix {
      (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2E
    }
    guard let first = letters.first, first != UInt8(ascii: ".") else { return nil }
    rest = rest[letters.endIndex...]
    let word = String(decoding: letters, as: UTF8.self).lowercased()
    guard word.hasSuffix("."), word != "a.m.", word != "p.m." else { return word }
    return String(word.dropLast())
  }

  /// `12`, `+3`, `- 4`, `1.5`.
  mutating func number(allowsSign: Bool) -> Number? {
    let mark = rest
    var number = Number()
    while allowsSign, peeksSign {
      number.hasSign = true
      number.isNegative = rest.first == UInt8(ascii: "-")
      rest = rest.dropFirst()
      skipBlanks()
    }
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty else {
      rest = mark
      return nil
    }
    rest = rest[digits.endIndex...]
    number.digits = digits.count
    number.whole = Int(String(decoding: digits, as: UTF8.self))
    if let fraction = fraction() {
      number.hasFraction = true
      number.nanoseconds = fraction
    }
    return number
  }

  /// A point or comma with digits behind it, in billionths.
  private mutating func fraction() -> Int? {
    guard let point = rest.first, point == UInt8(ascii: ".") || point == UInt8(ascii: ",") else {
      return nil
    }
    let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty else { return nil }
    rest = rest[digits.endIndex...]
    var value = 0
    for index in 0..<9 {
      let digit = index < digits.count ? digits[digits.startIndex + index] - 0x30 : 0
      value = value * 10 + Int(digit)
    }
    return value
  }

  /// Digits alone.
  private mutating func digits(most: Int) -> (value: Int, count: Int)? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty, digits.count <= most,
      let value = Int(String(decoding: digits, as: UTF8.self))
    else { return nil }
    rest = rest[digits.endIndex...]
    return (value, digits.count)
  }

  /// `2024-01-05`, `5-jan-2024`, `2024/1/5`, `1/5/2024`, `1/5`.
  mutating func date() -> DateItems.Date? {
    let mark = rest
    if let date = dashed() ?? slashed(mark) { return date }
    rest = mark
    return nil
  }

  private mutating func dashed() -> DateItems.Date? {
    guard let first = digits(most: 9), take("-") else { return nil }
    if let name = word() {
      guard let month = DateNames.month(name), take("-"), let year = digits(most: 9) else {
        return nil
      }
      return DateItems.Date(
        year: Self.year(year.value, digits: year.count), month: month, day: first.value)
    }
    guard let month = digits(most: 2), take("-"), let day = digits(most: 2) else { return nil }
    return DateItems.Date(
      year: Self.year(first.value, digits: first.count), month: month.value, day: day.value)
  }

  private mutating func slashed(_ mark: ArraySlice<UInt8>) -> DateItems.Date? {
    rest = mark
    guard let first = digits(most: 9), take("/"), let second = digits(most: 2) else { return nil }
    guard take("/") else {
      return first.count < 3
        ? DateItems.Date(year: nil, month: first.value, day: second.value) : nil
    }
    guard let third = digits(most: 9) else { return nil }
    if first.count > 3 {
      return DateItems.Date(year: first.value, month: second.value, day: third.value)
    }
    return DateItems.Date(
      year: Self.year(third.value, digits: third.count), month: first.value, day: second.value)
  }

  /// `10:30`, `10:30:15.5`, `10:30 pm`.
  mutating func time() -> DateItems.Time? {
    let mark = rest
    guard let hour = digits(most: 2), take(":"), let minute = digits(most: 2) else {
      rest = mark
      return nil
    }
    var time = DateItems.Time(hour: hour.value, minute: minute.value)
    if take(":") {
      guard let second = digits(most: 2) else { return nil }
      time.second = second.value
      time.nanoseconds = fraction() ?? 0
    }
    let behind = rest
    skipBlanks()
    if let meridian = word(), ["am", "a.m.", "pm", "p.m."].contains(meridian) {
      // An hour that this clock does not have makes the time invalid.
      time.hour = Number(time.hour).hour(meridian) ?? 99
    } else {
      rest = behind
    }
    return time
  }

  /// `+2`, `-0330`, `+05:30`, in seconds.
  mutating func offset() -> Int? {
    let mark = rest
    let isWest = rest.first == UInt8(ascii: "-")
    rest = rest.dropFirst()
    if let first = digits(most: 4) {
      var (hours, minutes) =
        first.count < 3 ? (first.value, 0) : (first.value / 100, first.value % 100)
      var isValid = true
      if first.count < 3, take(":") {
        let second = digits(most: 2)
        minutes = second?.value ?? 0
        isValid = second != nil
      }
      let total = hours * 3600 + minutes * 60
      hours = 24
      if isValid, minutes < 60, total <= hours * 3600 { return isWest ? -total : total }
    }
    rest = mark
    return nil
  }

  /// The year behind a month and a day; not a time, and not the count of a relative item.
  mutating func yearBehindMonth() -> Int? {
    let mark = rest
    _ = take("-")
    skipBlanks()
    if let year = digits(most: 9), rest.first != UInt8(ascii: ":") {
      let behind = rest
      skipBlanks()
      let isCount = word().flatMap { DateUnit($0) } != nil
      rest = behind
      if !isCount { return Self.year(year.value, digits: year.count) }
    }
    rest = mark
    return nil
  }

  /// Two digits are of this century up to 68.
  static func year(_ value: Int, digits: Int) -> Int {
    guard digits <= 2 else { return value }
    return value + (value < 69 ? 2000 : 1900)
  }
}
