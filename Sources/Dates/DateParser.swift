public import Linux

/// Reads dates as people write them: the forms of date(1) `-d` that are in use.
///
/// Items in any order: calendar dates, times with zones, weekdays, relative items; or `@SECONDS`.
public struct DateParser {
  private let now: Instant
  private let utc: Bool
  private var scanner: DateScanner
  private var items = DateItems()

  /// - Parameter utc: what has no zone is UTC, not local.
  init(_ text: String, now: Instant, utc: Bool) {
    self.now = now
    self.utc = utc
    scanner = DateScanner(text)
  }

  /// - Returns: nil for what is no date.
  public static func parse(_ text: String, now: Instant, utc: Bool) -> Instant? {
    var parser = DateParser(text, now: now, utc: utc)
    return parser.parse()
  }

  private mutating func parse() -> Instant? {
    scanner.skipBlanks()
    if scanner.take("@") { return epoch() }
    while !scanner.isAtEnd {
      guard item() else { return nil }
      scanner.skipBlanks()
    }
    return items.resolve(now: now, utc: utc)
  }

  private mutating func epoch() -> Instant? {
    scanner.skipBlanks()
    guard let number = scanner.number(allowsSign: true) else { return nil }
    scanner.skipBlanks()
    guard scanner.isAtEnd else { return nil }
    return number.instant
  }

  private mutating func item() -> Bool {
    if let word = scanner.word() { return named(word) }
    guard scanner.peeksDigit || scanner.peeksSign else { return false }
    if scanner.peeksDigit {
      if let date = scanner.date() { return addDate(date) }
      if let time = scanner.time() { return addTime(time) }
    }
    if scanner.peeksSign, let offset = zoneOffset() {
      items.zone = offset
      items.awaitsZone = false
      return true
    }
    guard let number = scanner.number(allowsSign: true) else { return false }
    return add(number)
  }

  /// A signed number that belongs to the zone: always behind a time, and behind the name of a zone
  /// where it does not count a unit.
  private mutating func zoneOffset() -> Int? {
    guard items.awaitsZone else { return nil }
    let mark = scanner
    guard let offset = scanner.offset() else { return nil }
    if items.zone != nil {
      let behind = scanner
      scanner.skipBlanks()
      if let word = scanner.word(), DateUnit(word) != nil {
        scanner = mark
        return nil
      }
      scanner = behind
    }
    return offset
  }

  private mutating func addDate(_ date: DateItems.Date) -> Bool {
    guard items.date == nil else { return false }
    items.date = date
    scanner.skipTimeMark()
    return true
  }

  private mutating func addTime(_ time: DateItems.Time) -> Bool {
    guard items.time == nil else { return false }
    items.time = time
    scanner.skipBlanks()
    items.awaitsZone = items.zone == nil
    return true
  }

  /// A number, whose meaning the next word tells.
  private mutating func add(_ number: DateScanner.Number) -> Bool {
    let mark = scanner
    scanner.skipBlanks()
    if let word = scanner.word() {
      if let unit = DateUnit(word) { return addRelative(unit, number) }
      if !number.hasSign, !number.hasFraction, let hour = number.hour(word) {
        return addTime(DateItems.Time(hour: hour))
      }
      if !number.hasSign, let month = DateNames.month(word), let day = number.small {
        return addDate(DateItems.Date(year: scanner.yearBehindMonth(), month: month, day: day))
      }
      if !number.hasFraction, let weekday = DateNames.weekday(word), let count = number.small {
        return addWeekday(weekday, count)
      }
    }
    scanner = mark
    guard !number.hasSign, !number.hasFraction, let value = number.small else { return false }
    return addBare(value, digits: number.digits)
  }

  /// A number alone: a year behind a date, `YYYYMMDD`, or a time `HH` or `HHMM`.
  private mutating func addBare(_ value: Int, digits: Int) -> Bool {
    if items.date != nil, items.date?.year == nil, items.relative.isEmpty,
      items.time != nil || digits > 2
    {
      items.date?.year = DateScanner.year(value, digits: digits)
      return true
    }
    if digits > 4 {
      guard items.date == nil else { return false }
      items.date = DateItems.Date(
        year: DateScanner.year(value / 10000, digits: digits - 4), month: value / 100 % 100,
        day: value % 100)
      scanner.skipTimeMark()
      return true
    }
    let time =
      digits < 3
      ? DateItems.Time(hour: value) : DateItems.Time(hour: value / 100, minute: value % 100)
    return addTime(time)
  }

  private mutating func addRelative(_ unit: DateUnit, _ number: DateScanner.Number) -> Bool {
    let mark = scanner
    scanner.skipBlanks()
    let isPast = scanner.word() == "ago"
    if !isPast { scanner = mark }
    return items.relative.add(unit, number, sign: isPast ? -1 : 1)
  }

  private mutating func addWeekday(_ weekday: Int, _ ordinal: Int) -> Bool {
    guard items.weekday == nil else { return false }
    items.weekday = (weekday, ordinal)
    return true
  }

  private mutating func named(_ word: String) -> Bool {
    switch word {
    case "now", "today": return items.relative.add(.day, .init(0), sign: 1)
    case "tomorrow": return items.relative.add(.day, .init(1), sign: 1)
    case "yesterday": return items.relative.add(.day, .init(1), sign: -1)
    case "t" where scanner.peeksDigit && items.date != nil: return true
    default: break
    }
    if let month = DateNames.month(word) { return monthFirst(month) }
    if let weekday = DateNames.weekday(word) { return addWeekday(weekday, 0) }
    if let count = DateNames.ordinal(word) { return counted(count) }
    if let unit = DateUnit(word) { return addRelative(unit, .init(1)) }
    guard let offset = DateNames.zone(word), items.zone == nil else { return false }
    items.zone = offset
    items.awaitsZone = offset == 0
    return true
  }

  /// `Jan 5`, `Jan 5, 2024`, `Jan-5-2024`.
  private mutating func monthFirst(_ month: Int) -> Bool {
    let hasDash = scanner.take("-")
    if !hasDash { scanner.skipBlanks() }
    guard let number = scanner.number(allowsSign: false), let day = number.small else {
      return false
    }
    var date = DateItems.Date(year: nil, month: month, day: day)
    if hasDash {
      guard scanner.take("-"), let year = scanner.number(allowsSign: false), let value = year.small
      else { return false }
      date.year = DateScanner.year(value, digits: year.digits)
    } else {
      date.year = scanner.yearBehindMonth()
    }
    return addDate(date)
  }

  /// `next month`, `last monday`, `third day`.
  private mutating func counted(_ count: Int) -> Bool {
    scanner.skipBlanks()
    guard let word = scanner.word() else { return false }
    if let weekday = DateNames.weekday(word) { return addWeekday(weekday, count) }
    guard let unit = DateUnit(word) else { return false }
    return addRelative(unit, .init(count))
  }
}
