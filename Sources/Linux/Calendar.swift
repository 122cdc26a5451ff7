internal import CLinux

/// A point in time by the calendar, as localtime_r(3) and gmtime_r(3) tell it.
public struct CalendarTime: Equatable, Sendable {
  /// The full year: 2025.
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int
  public var hour: Int
  public var minute: Int
  public var second: Int
  /// 0 is Sunday.
  public var weekday = 0
  /// 0 is the first of January.
  public var yearDay = 0
  /// Seconds east of Greenwich.
  public var offset = 0
  /// The short name of the zone: `CET`.
  public var zone = ""

  public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// - Returns: nil where the year does not fit.
  public init?(_ instant: Instant, utc: Bool = false) {
    var time = time_t(instant.seconds)
    var raw = tm()
    let result = utc ? gmtime_r(&time, &raw) : localtime_r(&time, &raw)
    guard result != nil else { return nil }
    self.init(raw)
    // What GNU calls the zone when it is told to use none.
    if utc { zone = "UTC" }
  }

  private init(_ raw: tm) {
    year = Int(raw.tm_year) + 1900
    month = Int(raw.tm_mon) + 1
    day = Int(raw.tm_mday)
    hour = Int(raw.tm_hour)
    minute = Int(raw.tm_min)
    second = Int(raw.tm_sec)
    weekday = Int(raw.tm_wday)
    yearDay = Int(raw.tm_yday)
    offset = Int(raw.tm_gmtoff)
    zone = raw.tm_zone.map { String(foreign: $0) } ?? ""
  }

  /// Fields beyond their range carry over: the 32nd of January is the 1st of February. mktime(3), timegm(3).
  ///
  /// - Returns: nil where it does not fit.
  public func normalized(utc: Bool = false) -> (seconds: Int, time: CalendarTime)? {
    let (shifted, overflow) = year.subtractingReportingOverflow(1900)
    guard !overflow, let year = Int32(exactly: shifted), let month = Int32(exactly: month),
      let day = Int32(exactly: day), let hour = Int32(exactly: hour),
      let minute = Int32(exactly: minute), let second = Int32(exactly: second)
    else { return nil }
    var raw = tm()
    raw.tm_year = year
    raw.tm_mon = month &- 1
    raw.tm_mday = day
    raw.tm_hour = hour
    raw.tm_min = minute
    raw.tm_sec = second
    raw.tm_isdst = -1
    // -1 is also a time; mktime fills in the day of the week only where it succeeds.
    raw.tm_wday = -1
    let seconds = utc ? timegm(&raw) : mktime(&raw)
    guard raw.tm_wday >= 0 else { return nil }
    return (Int(seconds), CalendarTime(raw))
  }
}
