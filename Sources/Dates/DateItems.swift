internal import Linux

/// A unit of relative items.
enum DateUnit {
  case year, month, fortnight, week, day, hour, minute, second

  /// Singular, plural, and the short forms.
  init?(_ word: String) {
    let singular = word.utf8.count > 3 && word.hasSuffix("s") ? String(word.dropLast()) : word
    switch singular {
    case "year": self = .year
    case "month": self = .month
    case "fortnight": self = .fortnight
    case "week": self = .week
    case "day": self = .day
    case "hour": self = .hour
    case "minute", "min": self = .minute
    case "second", "sec": self = .second
    default: return nil
    }
  }
}

/// What a date says, before it is a point in time.
struct DateItems {
  struct Date {
    var year: Int?
    var month: Int
    var day: Int
  }

  struct Time {
    var hour: Int
    var minute = 0
    var second = 0
    var nanoseconds = 0

    var isValid: Bool {
      (0...23).contains(hour) && (0...59).contains(minute) && (0...59).contains(second)
    }
  }

  var date: Date?
  var time: Time?
  /// Seconds east of Greenwich.
  var zone: Int?
  /// Whether a signed number here belongs to the zone.
  var awaitsZone = false
  /// A weekday and which one: 0 this or the next, 1 the next, -1 the last. A date overrules it.
  var weekday: (day: Int, ordinal: Int)?
  var relative = RelativeTime()

  /// - Returns: nil where a field is out of its range.
  func resolve(now: Instant, utc: Bool) -> Instant? {
    let isUTC = utc || zone != nil
    // What is not given is as it is here and now, whatever the zone of what is.
    guard var fields = CalendarTime(now, utc: utc) else { return nil }
    var nanoseconds = now.nanoseconds
    if let date {
      fields.year = date.year ?? fields.year
      fields.month = date.month
      fields.day = date.day
    }
    let keepsTime = time == nil && date == nil && weekday == nil && !relative.isEmpty
    if !keepsTime {
      let time = time ?? Time(hour: 0)
      guard time.isValid else { return nil }
      (fields.hour, fields.minute, fields.second) = (time.hour, time.minute, time.second)
      nanoseconds = time.nanoseconds
    }
    // A date that the calendar does not have, or a time that the clocks skip, is none.
    guard var exact = fields.normalized(utc: isUTC), exact.time.day == fields.day,
      exact.time.month == fields.month, exact.time.year == fields.year,
      exact.time.hour == fields.hour, exact.time.minute == fields.minute
    else { return nil }
    if let weekday, date == nil {
      guard let moved = move(exact.time, to: weekday, isUTC) else { return nil }
      exact = moved
    }
    if relative.hasDays {
      guard let moved = relative.moved(exact.time)?.normalized(utc: isUTC) else { return nil }
      exact = moved
    }
    return relative.moved(exact.seconds, nanoseconds, zone: zone ?? 0)
  }

  private func move(
    _ time: CalendarTime, to weekday: (day: Int, ordinal: Int), _ utc: Bool
  ) -> (seconds: Int, time: CalendarTime)? {
    let ahead = (weekday.day - time.weekday + 7) % 7
    let isPassed = weekday.ordinal > 0 && ahead != 0
    let (weeks, overflow) = 7.multipliedReportingOverflow(by: weekday.ordinal - (isPassed ? 1 : 0))
    guard !overflow, weeks.magnitude < 1 << 40 else { return nil }
    var moved = time
    moved.day += ahead + weeks
    return moved.normalized(utc: utc)
  }
}

/// The sum of the relative items.
struct RelativeTime {
  private(set) var years = 0
  private(set) var months = 0
  private(set) var days = 0
  private(set) var seconds = 0
  private(set) var nanoseconds = 0
  private(set) var isEmpty = true

  var hasDays: Bool { years != 0 || months != 0 || days != 0 }

  /// - Returns: false where it is too much, or a fraction of anything but seconds.
  mutating func add(_ unit: DateUnit, _ number: DateScanner.Number, sign: Int) -> Bool {
    isEmpty = false
    if number.hasFraction {
      guard case .second = unit, let part = number.instant else { return false }
      nanoseconds += sign * part.nanoseconds
      return Self.add(part.seconds, sign, to: &seconds)
    }
    guard let value = number.small else { return false }
    switch unit {
    case .year: return Self.add(value, sign, to: &years)
    case .month: return Self.add(value, sign, to: &months)
    case .fortnight: return Self.add(value, 14 * sign, to: &days)
    case .week: return Self.add(value, 7 * sign, to: &days)
    case .day: return Self.add(value, sign, to: &days)
    case .hour: return Self.add(value, 3600 * sign, to: &seconds)
    case .minute: return Self.add(value, 60 * sign, to: &seconds)
    case .second: return Self.add(value, sign, to: &seconds)
    }
  }

  func moved(_ time: CalendarTime) -> CalendarTime? {
    var moved = time
    guard Self.add(years, 1, to: &moved.year), Self.add(months, 1, to: &moved.month),
      Self.add(days, 1, to: &moved.day)
    else { return nil }
    return moved
  }

  func moved(_ start: Int, _ startNanoseconds: Int, zone: Int) -> Instant? {
    var total = start
    guard Self.add(zone, -1, to: &total), Self.add(seconds, 1, to: &total) else { return nil }
    let parts = startNanoseconds + nanoseconds
    let carry = (parts - (parts < 0 ? 999_999_999 : 0)) / 1_000_000_000
    guard Self.add(carry, 1, to: &total) else { return nil }
    return Instant(seconds: total, nanoseconds: parts - carry * 1_000_000_000)
  }

  private static func add(_ value: Int, _ factor: Int, to sum: inout Int) -> Bool {
    let (product, high) = value.multipliedReportingOverflow(by: factor)
    let (total, carry) = sum.addingReportingOverflow(product)
    sum = total
    return !high && !carry
  }
}

/// Words that dates are made of, in small letters.
enum DateNames {
  static func month(_ word: String) -> Int? {
    let names: [StaticString] = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september",
      "october", "november", "december",
    ]
    if word == "sept" { return 9 }
    return names.firstIndex { "\($0)" == word || "\($0)".prefix(3) == word }.map { $0 + 1 }
  }

  static func weekday(_ word: String) -> Int? {
    let names: [StaticString] = [
      "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ]
    let others: [(name: StaticString, day: Int)] = [
      ("tues", 2), ("wednes", 3), ("thur", 4), ("thurs", 4),
    ]
    if let other = others.first(where: { "\($0.name)" == word }) { return other.day }
    return names.firstIndex { "\($0)" == word || "\($0)".prefix(3) == word }
  }

  /// `second` is a unit.
  static func ordinal(_ word: String) -> Int? {
    let names: [(name: StaticString, count: Int)] = [
      ("last", -1), ("this", 0), ("next", 1), ("first", 1), ("third", 3), ("fourth", 4),
      ("fifth", 5), ("sixth", 6), ("seventh", 7), ("eighth", 8), ("ninth", 9), ("tenth", 10),
      ("eleventh", 11), ("twelfth", 12),
    ]
    return names.first { "\($0.name)" == word }?.count
  }

  /// Seconds east of Greenwich.
  static func zone(_ word: String) -> Int? {
    let hours: [(name: StaticString, hours: Int)] = [
      ("z", 0), ("utc", 0), ("gmt", 0), ("ut", 0), ("wet", 0), ("west", 1), ("bst", 1), ("cet", 1),
      ("met", 1), ("cest", 2), ("mest", 2), ("eet", 2), ("eest", 3), ("msk", 3), ("jst", 9),
      ("est", -5), ("edt", -4), ("cst", -6), ("cdt", -5), ("mst", -7), ("mdt", -6), ("pst", -8),
      ("pdt", -7), ("akst", -9), ("akdt", -8), ("hst", -10),
    ]
    return hours.first { "\($0.name)" == word }.map { $0.hours * 3600 }
  }
}
