internal import Linux

/// Start times as text. Most processes of a pod started in the same second: the last text is kept.
final class PsCalendar {
  private var lastField: PsField?
  private var lastStart = Int.min
  private var lastText: [UInt8] = []
  private let now: Instant
  private lazy var today = format(now.local, "%Y %j")

  init(now: Instant) { self.now = now }

  func text(_ field: PsField, _ start: Int) -> [UInt8] {
    if lastField == field, lastStart == start { return lastText }
    lastField = field
    lastStart = start
    let local = Instant(seconds: start).local
    lastText = format(local, pattern(field, start, format(local, "%Y %j"))).bytes
    return lastText
  }

  /// The time of day for what is recent, else the day, else the year.
  private func pattern(_ field: PsField, _ start: Int, _ day: String) -> String {
    let isRecent = now.seconds < start || now.seconds - start < 86400
    switch field {
    case .startedLong: return "%a %b %e %H:%M:%S %Y"
    case .startedClock: return isRecent ? "%H:%M:%S" : "  %b %d"
    case .startedShort: return isRecent ? "%H:%M" : "%b %d"
    default:
      if day == today { return "%H:%M" }
      return day.prefix(4) == today.prefix(4) ? "%b%d" : "%Y"
    }
  }
}
