internal import Box
internal import Linux

/// How `ls -l` writes times: one format for the last six months, one for older and future ones.
struct TimeStyle: Equatable {
  var recent: String
  var old: String

  static let locale = TimeStyle(recent: "%b %e %H:%M", old: "%b %e  %Y")
  static let full = TimeStyle(both: "%Y-%m-%d %H:%M:%S.%N %z")

  private init(recent: String, old: String) {
    self.recent = recent
    self.old = old
  }

  private init(both: String) { self.init(recent: both, old: both) }

  /// `full-iso`, `long-iso`, `iso`, `locale`, or `+FORMAT`, with an old and a recent format on two lines.
  init?(_ text: String) {
    if text.hasPrefix("+") {
      let lines = text.dropFirst().split(separator: "\n", omittingEmptySubsequences: false)
      guard lines.count <= 2, let old = lines.first, let recent = lines.last else { return nil }
      self.init(recent: String(recent), old: String(old))
      return
    }
    switch text.hasPrefix("posix-") ? String(text.dropFirst(6)) : text {
    case "full-iso": self = .full
    case "long-iso": self.init(both: "%Y-%m-%d %H:%M")
    case "iso": self.init(recent: "%m-%d %H:%M", old: "%Y-%m-%d ")
    case "locale": self = .locale
    default: return nil
    }
  }

  func text(_ instant: Instant, now: Instant) -> String {
    // Half of a mean Gregorian year.
    let halfYearAgo = Instant(seconds: now.seconds - 31_556_952 / 2, nanoseconds: now.nanoseconds)
    let isRecent = halfYearAgo < instant && instant < now
    return formatTime(instant, isRecent ? recent : old)
  }
}

/// strftime(3) in local time, and `%N` for nanoseconds as date(1) has it, `%3N` for the first three digits.
func formatTime(_ instant: Instant, _ pattern: String) -> String {
  var expanded: [UInt8] = []
  var rest = pattern.bytes[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      expanded.append(byte)
      continue
    }
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    if rest.dropFirst(digits.count).first == UInt8(ascii: "N") {
      rest = rest.dropFirst(digits.count + 1)
      let wanted = Int(String(decoding: digits, as: UTF8.self)) ?? 9
      expanded += nanoseconds(instant, min(max(wanted, 1), 9)).utf8
    } else {
      expanded.append(byte)
      if let next = rest.popFirst() { expanded.append(next) }
    }
  }
  // Beyond this the year does not fit into what the C library counts in.
  guard instant.seconds.magnitude < 60_000_000_000_000_000 else { return String(instant.seconds) }
  return format(instant.local, String(bytes: expanded))
}

/// The first `digits` digits of the fraction.
func nanoseconds(_ instant: Instant, _ digits: Int) -> String {
  String(leftPadded(String(instant.nanoseconds), to: 9, with: "0").prefix(digits))
}
