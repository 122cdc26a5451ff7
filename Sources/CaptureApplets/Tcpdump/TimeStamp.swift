internal import Linux

/// What is told of the time of a packet, by how often -t was given.
enum TimeStyle {
  case clock, none, seconds, sinceLast, date, sinceFirst

  var next: TimeStyle {
    switch self {
    case .clock: .none
    case .none: .seconds
    case .seconds: .sinceLast
    case .sinceLast: .date
    case .date, .sinceFirst: .sinceFirst
    }
  }
}

/// Puts times in front of lines.
struct TimeStamp {
  let style: TimeStyle
  let isNanoseconds: Bool
  private var reference: Instant?
  /// The second that `clock` was laid out for: most packets come in the same one.
  private var second = Int.min
  private var clock: [UInt8] = []

  init(_ style: TimeStyle, isNanoseconds: Bool) {
    self.style = style
    self.isNanoseconds = isNanoseconds
  }

  mutating func put(_ time: Instant, to out: TextBuffer) {
    switch style {
    case .none: return
    case .seconds: _ = out.append(time.seconds, places: 1)
    case .clock, .date:
      if time.seconds != second {
        second = time.seconds
        clock = format(time.local, style == .date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S").bytes
      }
      clock.withUnsafeBytes { out.append($0) }
    case .sinceLast, .sinceFirst:
      let from = reference ?? time
      if style == .sinceLast || reference == nil { reference = time }
      return putDifference(from, time, to: out)
    }
    putFraction(time.nanoseconds, to: out)
    out.append(UInt8(ascii: " "))
  }

  private func putFraction(_ nanoseconds: Int, to out: TextBuffer) {
    out.append(UInt8(ascii: ".") as UInt8)
    let isWide = isNanoseconds
    _ = out.append(isWide ? nanoseconds : nanoseconds / 1000, places: isWide ? 9 : 6)
  }

  private func putDifference(_ from: Instant, _ to: Instant, to out: TextBuffer) {
    let isBack = to < from
    let first = isBack ? to : from
    let last = isBack ? from : to
    var seconds = last.seconds - first.seconds
    // As it is told, a microsecond at a time.
    let unit = isNanoseconds ? 1 : 1000
    var rest = last.nanoseconds / unit * unit - first.nanoseconds / unit * unit
    if rest < 0 {
      rest += 1_000_000_000
      seconds -= 1
    }
    out.append(isBack ? UInt8(ascii: "-") : 0x20)
    for (value, end) in [
      (seconds / 3600 % 24, UInt8(ascii: ":")), (seconds / 60 % 60, UInt8(ascii: ":")),
    ] {
      _ = out.append(value, places: 2)
      out.append(end)
    }
    _ = out.append(seconds % 60, places: 2)
    putFraction(rest, to: out)
    out.append(UInt8(ascii: " "))
  }
}
