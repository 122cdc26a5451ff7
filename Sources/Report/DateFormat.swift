public import Linux

/// Lays out a point in time as date(1) of coreutils does: strftime(3) in the C locale, with GNU's
/// flags `-_0+^#`, widths, `%N`, `%q` and the colons of `%z`.
public struct DateFormat {
  private let instant: Instant
  private let time: CalendarTime

  public init(_ instant: Instant, _ time: CalendarTime) {
    self.instant = instant
    self.time = time
  }

  /// Wider fields than this are taken for a mistake and printed as they are typed.
  static let widest = 65536

  public func text(_ format: String) -> String { String(bytes: bytes(format.bytes[...])) }

  private func bytes(_ format: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = format
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), !rest.isEmpty {
        let start = rest.startIndex - 1
        let directive = Directive(&rest)
        result += value(directive) ?? directive.padded(Array(format[start..<rest.startIndex]))
      } else {
        result.append(byte)
      }
    }
    return result
  }

  /// nil: there is no such conversion.
  private func value(_ directive: Directive) -> [UInt8]? {
    guard directive.isValid else { return nil }
    if let number = number(directive) { return number }
    switch Unicode.Scalar(directive.letter) {
    case "a": return directive.name(String(weekday.prefix(3)))
    case "A": return directive.name(weekday)
    case "b", "h": return directive.name(String(month.prefix(3)))
    case "B": return directive.name(month)
    case "p": return directive.text(time.hour < 12 ? "AM" : "PM", isSwapped: true)
    case "P": return directive.padded(Array((time.hour < 12 ? "am" : "pm").utf8))
    case "Z": return directive.text(time.zone, isSwapped: true)
    case "z": return directive.zone(time.offset)
    case "N": return directive.fraction(instant.nanoseconds)
    case "n": return directive.padded([10])
    case "t": return directive.padded([9])
    case "%": return directive.isPlain ? [UInt8(ascii: "%")] : nil
    case "F":
      return directive.year(time.year, digits: 4, tail: 6) + bytes(Array("-%m-%d".utf8)[...])
    case "c": return composite("%a %b %e %H:%M:%S %Y", directive)
    case "D", "x": return composite("%m/%d/%y", directive)
    case "T", "X": return composite("%H:%M:%S", directive)
    case "R": return composite("%H:%M", directive)
    case "r": return composite("%I:%M:%S %p", directive)
    default: return nil
    }
  }

  private func composite(_ format: String, _ directive: Directive) -> [UInt8] {
    directive.text(String(bytes: bytes(Array(format.utf8)[...])))
  }

  private func number(_ directive: Directive) -> [UInt8]? {
    let hour = time.hour % 12 == 0 ? 12 : time.hour % 12
    let space = UInt8(ascii: " ")
    switch Unicode.Scalar(directive.letter) {
    case "d": return directive.number(time.day, 2)
    case "e": return directive.number(time.day, 2, fill: space)
    case "H": return directive.number(time.hour, 2)
    case "k": return directive.number(time.hour, 2, fill: space)
    case "I": return directive.number(hour, 2)
    case "l": return directive.number(hour, 2, fill: space)
    case "j": return directive.number(time.yearDay + 1, 3)
    case "m": return directive.number(time.month, 2)
    case "M": return directive.number(time.minute, 2)
    case "q": return directive.number((time.month - 1) / 3 + 1, 1)
    case "S": return directive.number(time.second, 2)
    case "s": return directive.number(instant.seconds, 1)
    case "u": return directive.number((time.weekday + 6) % 7 + 1, 1)
    case "w": return directive.number(time.weekday, 1)
    case "U": return directive.number((time.yearDay - time.weekday + 7) / 7, 2)
    case "W": return directive.number((time.yearDay - (time.weekday + 6) % 7 + 7) / 7, 2)
    case "V": return directive.number(isoWeek.week, 2)
    case "g": return directive.number(((isoWeek.year % 100) + 100) % 100, 2)
    case "G": return directive.year(isoWeek.year, digits: 4)
    case "y": return directive.number(((time.year % 100) + 100) % 100, 2)
    case "Y": return directive.year(time.year, digits: 4)
    case "C":
      let century = time.year / 100 - (time.year < 0 && time.year % 100 != 0 ? 1 : 0)
      return directive.year(century, digits: 2)
    default: return nil
    }
  }

  /// Week and year by ISO 8601: weeks start on Monday, and week 1 holds the first Thursday.
  private var isoWeek: (year: Int, week: Int) {
    let monday = (time.weekday + 6) % 7
    let week = (time.yearDay - monday + 10) / 7
    if week < 1 { return (time.year - 1, Self.weeks(in: time.year - 1)) }
    if week > Self.weeks(in: time.year) { return (time.year + 1, 1) }
    return (time.year, week)
  }

  private static func weeks(in year: Int) -> Int {
    // The weekday of the last of December; a year that ends or began with a Thursday is long.
    let last = { (year: Int) in
      (((year + year / 4 - year / 100 + year / 400) % 7) + 7) % 7
    }
    return last(year) == 4 || last(year - 1) == 3 ? 53 : 52
  }

  private var weekday: String {
    let names: [StaticString] = [
      "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    return names.indices.contains(time.weekday) ? "\(names[time.weekday])" : "?"
  }

  private var month: String {
    let names: [StaticString] = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    return names.indices.contains(time.month - 1) ? "\(names[time.month - 1])" : "?"
  }
}

/// `%[flags][width][:][E|O]letter`.
private struct Directive {
  /// One of `-_0+`, the last that was given.
  private var pad: UInt8?
  private var upper = false
  private var swaps = false
  private var width: Int?
  private var colons = 0
  private(set) var letter: UInt8 = 0
  private(set) var isValid = true

  /// Whether nothing stands between the `%` and the letter.
  var isPlain: Bool { pad == nil && width == nil && !upper && !swaps }

  /// Reads what follows the `%`.
  init(_ rest: inout ArraySlice<UInt8>) {
    while let byte = rest.first, "-_0+^#".utf8.contains(byte) {
      if byte == UInt8(ascii: "^") {
        upper = true
      } else if byte == UInt8(ascii: "#") {
        swaps = true
      } else {
        pad = byte
      }
      rest = rest.dropFirst()
    }
    while let byte = rest.first, byte >= 0x30, byte <= 0x39 {
      width = min((width ?? 0) * 10 + Int(byte - 0x30), DateFormat.widest * 10)
      rest = rest.dropFirst()
    }
    if let width, width > DateFormat.widest {
      isValid = false
      self.width = nil
    }
    while rest.first == UInt8(ascii: ":"), colons < 3 {
      colons += 1
      rest = rest.dropFirst()
    }
    readModifier(&rest)
    letter = rest.popFirst() ?? 0
    if colons > 0, letter != UInt8(ascii: "z") { isValid = false }
  }

  /// `E` and `O` ask for other digits or calendars of the locale; C has none.
  private mutating func readModifier(_ rest: inout ArraySlice<UInt8>) {
    guard let modifier = rest.first, let letter = rest.dropFirst().first else { return }
    let known: String
    switch Unicode.Scalar(modifier) {
    case "E": known = "cCxXyY"
    case "O": known = "BbdeHImMSuUVwWy"
    default: return
    }
    rest = rest.dropFirst()
    if !known.utf8.contains(letter) { isValid = false }
  }

  func padded(_ text: [UInt8]) -> [UInt8] {
    guard let width, pad != UInt8(ascii: "-"), width > text.count else { return text }
    let isZero = pad == UInt8(ascii: "0") || pad == UInt8(ascii: "+")
    let fill = UInt8(ascii: isZero ? "0" : " ")
    return [UInt8](repeating: fill, count: width - text.count) + text
  }

  /// A weekday or month, which `#` writes in capitals.
  func name(_ name: String) -> [UInt8] {
    padded(Array((upper || swaps ? name.uppercased() : name).utf8))
  }

  /// - Parameter isSwapped: `#` writes it small.
  func text(_ text: String, isSwapped: Bool = false) -> [UInt8] {
    if isSwapped, swaps { return padded(Array(text.lowercased().utf8)) }
    return padded(upper ? Array(text.uppercased().utf8) : text.bytes)
  }

  func number(_ value: Int, _ digits: Int, fill: UInt8 = UInt8(ascii: "0")) -> [UInt8] {
    signed(Array(String(value.magnitude).utf8), value < 0 ? [UInt8(ascii: "-")] : [], digits, fill)
  }

  /// A year or century, which `+` gives a sign where it takes more than its usual digits.
  func year(_ value: Int, digits: Int, tail: Int = 0) -> [UInt8] {
    var directive = self
    if let width { directive.width = max(0, width - tail) }
    if tail > 0, pad == nil, width == nil {
      directive.pad = UInt8(ascii: "+")
      directive.width = digits
    }
    let text = Array(String(value.magnitude).utf8)
    let isWide = text.count > digits || (directive.width ?? 0) > digits
    var sign: [UInt8] = []
    if value < 0 { sign.append(UInt8(ascii: "-")) }
    if value >= 0, directive.pad == UInt8(ascii: "+"), isWide { sign.append(UInt8(ascii: "+")) }
    return directive.signed(text, sign, digits, UInt8(ascii: "0"))
  }

  /// Zeros come behind the sign, spaces in front of it.
  private func signed(
    _ text: [UInt8], _ sign: [UInt8], _ digits: Int, _ fill: UInt8
  ) -> [UInt8] {
    let fill = pad == nil ? fill : UInt8(ascii: pad == UInt8(ascii: "_") ? " " : "0")
    if pad == UInt8(ascii: "-") { return sign + text }
    let least = width ?? digits + sign.count
    let gap = [UInt8](repeating: fill, count: max(0, least - sign.count - text.count))
    return fill == UInt8(ascii: " ") ? gap + sign + text : sign + gap + text
  }

  func fraction(_ nanoseconds: Int) -> [UInt8] {
    let plain = Array(String(nanoseconds).utf8)
    var text = [UInt8](repeating: 0x30, count: max(0, 9 - plain.count)) + plain
    if let width, width < 9 { text = Array(text.prefix(max(1, width))) }
    let isOpen = pad == UInt8(ascii: "_") || (pad == UInt8(ascii: "-") && width != nil)
    let wanted = max(text.count, width ?? 9)
    if isOpen { while text.count > 1, text.last == 0x30 { text.removeLast() } }
    if pad == UInt8(ascii: "-"), isOpen { return text }
    let fill = UInt8(ascii: isOpen ? " " : "0")
    let total = width.map { $0 < 9 ? max(1, $0) : $0 } ?? wanted
    return text + [UInt8](repeating: fill, count: max(0, total - text.count))
  }

  /// `+hhmm`, with colons `+hh:mm`, `+hh:mm:ss`, or as short as is exact.
  func zone(_ offset: Int) -> [UInt8] {
    let (hours, minutes, seconds) = (
      offset.magnitude / 3600, offset.magnitude / 60 % 60, offset.magnitude % 60
    )
    let two = { (value: UInt) in (value < 10 ? "0" : "") + String(value) }
    var text: String
    var digits: Int
    switch colons {
    case 0: (text, digits) = (String(hours * 100 + minutes), 4)
    case 1: (text, digits) = (String(hours) + ":" + two(minutes), 5)
    case 2: (text, digits) = (String(hours) + ":" + two(minutes) + ":" + two(seconds), 8)
    default:
      (text, digits) = (String(hours), 2)
      if minutes > 0 || seconds > 0 { (text, digits) = (text + ":" + two(minutes), 5) }
      if seconds > 0 { (text, digits) = (text + ":" + two(seconds), 8) }
    }
    let sign: [UInt8] = [UInt8(ascii: offset < 0 ? "-" : "+")]
    var directive = self
    directive.width = max(width ?? 0, digits + 1)
    return directive.signed(Array(text.utf8), sign, digits, UInt8(ascii: "0"))
  }
}
