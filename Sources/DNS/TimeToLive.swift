/// Spans of time as DNS software writes them.
enum TimeToLive {
  private static func parts(_ seconds: UInt32) -> [(
    count: UInt32, name: StaticString, letter: StaticString
  )] {
    let all: [(count: UInt32, name: StaticString, letter: StaticString)] = [
      (seconds / 604800, "week", "w"), (seconds / 86400 % 7, "day", "d"),
      (seconds / 3600 % 24, "hour", "h"), (seconds / 60 % 60, "minute", "m"),
      (seconds % 60, "second", "s"),
    ]
    let some = all.filter { $0.count > 0 }
    return some.isEmpty ? [(0, "second", "s")] : some
  }

  /// `1 week 2 days`.
  static func words(_ seconds: UInt32) -> String {
    var text = ""
    for part in parts(seconds) {
      if !text.isEmpty { text += " " }
      text += "\(part.count) \(part.name)"
      if part.count != 1 { text += "s" }
    }
    return text
  }

  /// `1w2d`.
  static func letters(_ seconds: UInt32) -> String {
    var text = ""
    for part in parts(seconds) { text += "\(part.count)\(part.letter)" }
    return text
  }

  /// `20240601000000`, from seconds since 1970 modulo 2^32 (RFC 4034 section 3.1.5).
  static func calendar(_ seconds: UInt32) -> [Int] {
    let days = Int(seconds) / 86400
    let (year, month, day) = date(days)
    let rest = Int(seconds) % 86400
    return [year, month, day, rest / 3600, rest / 60 % 60, rest % 60]
  }

  /// The civil date of a count of days since 1970: years start in March, so that leap days come last.
  private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return (year, month < 10 ? month + 3 : month - 9, day)
  }
}
