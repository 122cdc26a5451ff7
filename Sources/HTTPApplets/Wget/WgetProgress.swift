internal import Linux

/// Draws how far a fetch has come: a dot for each kilobyte, or a bar on a terminal.
final class WgetProgress {
  private let output: Output
  private let isBar: Bool
  private let name: String
  private let expected: Int?
  private let clock = Clock()
  private let start: Instant
  private var done: Int
  private let offset: Int
  private var dots = 0
  private var rowStart: Instant
  private var lastDraw: Instant

  private static let perDot = 1024
  private static let perRow = 50

  init(_ output: Output, isBar: Bool, name: String, expected: Int?, offset: Int) {
    self.output = output
    self.isBar = isBar
    self.name = name
    self.expected = expected
    self.offset = offset
    done = offset
    start = clock.monotonic()
    rowStart = start
    lastDraw = start
    if !isBar, offset > 0 { skip() }
  }

  /// Dots of what was there before are commas.
  private func skip() {
    let rows = offset / (Self.perDot * Self.perRow)
    dots = rows * Self.perRow
    guard offset > Self.perDot else { return }
    output.write("\n" + Self.padded("[ skipping \(offset / 1024)K ]", 7) + "\n")
    let rest = offset / Self.perDot - dots
    for _ in 0..<rest { dot(",") }
  }

  func add(_ bytes: Int) {
    done += bytes
    if isBar { return tick() }
    let wanted = done / Self.perDot
    while dots < wanted { dot(".") }
  }

  private func dot(_ mark: String) {
    if dots % Self.perRow == 0 { output.write(Self.padded(String(dots), 6) + "K") }
    if dots % 10 == 0 { output.write(" ") }
    output.write(mark)
    dots += 1
    if dots % Self.perRow == 0 {
      rowStats(isLast: false)
      output.write("\n")
      output.flush()
    }
  }

  private func rowStats(isLast: Bool) {
    if let expected {
      // A download that is shorter than it said is at 100 % all the same, when it is whole.
      let reached = isLast ? done : min(done, dots * Self.perDot)
      let share = expected > 0 ? Int(Double(reached) / Double(expected) * 100) : 100
      output.write(Self.padded(String(min(100, share)), 3) + "%")
    }
    let now = clock.monotonic()
    let since = isLast ? start : rowStart
    let bytes = isLast ? done - offset : Self.perRow * Self.perDot
    let seconds = max(now.since(since), 0.000_001)
    output.write(" " + Self.shortRate(Double(bytes) / seconds))
    rowStart = now
    if isLast {
      output.write("=" + Self.time(now.since(start)))
    } else if let expected {
      let speed = Double(max(1, done - offset)) / max(now.since(start), 0.000_001)
      output.write(" " + Self.eta(Double(max(0, expected - done)) / speed))
    }
  }

  func tick() {
    guard isBar else { return output.flush() }
    let now = clock.monotonic()
    if now.since(lastDraw) < 0.2 { return }
    lastDraw = now
    draw(isLast: false)
  }

  func end() {
    if isBar {
      draw(isLast: true)
      output.write("\n\n")
    } else {
      if dots % Self.perRow == 0 { output.write(Self.padded(String(dots), 6) + "K") }
      for index in (dots % Self.perRow)..<Self.perRow {
        output.write(index % 10 == 0 ? "  " : " ")
      }
      rowStats(isLast: true)
      output.write("\n\n")
    }
    output.flush()
  }

  /// `name   45%[=====>     ]  12.3M  1.2MB/s  eta 3s`
  private func draw(isLast: Bool) {
    let width = max(45, min(Terminal.size(2)?.columns ?? 80, 300))
    let seconds = max(clock.monotonic().since(start), 0.000_001)
    let speed = Double(done - offset) / seconds
    var shown = String(name.split(separator: "/").last ?? "")
    if shown.utf8.count > 19 { shown = String(shown.prefix(18)) + ">" }
    var line = "\r" + shown + String(repeating: " ", count: max(0, 19 - shown.utf8.count))
    let room = width - 60
    if let expected, expected > 0 {
      let share = min(1, Double(done) / Double(expected))
      line += Self.padded(String(Int(share * 100)), 4) + "%["
      let filled = Int(Double(max(0, room)) * share)
      if filled > 0 { line += String(repeating: "=", count: filled - 1) + ">" }
      line += String(repeating: " ", count: max(0, room - filled)) + "]"
    } else {
      line += "     [" + String(repeating: " ", count: max(0, room)) + "]"
    }
    line += Self.padded(Self.human(done), 8) + Self.padded(Self.rate(speed), 12)
    let end =
      isLast
      ? "in " + Self.time(seconds)
      : expected.map { "eta " + Self.eta(Double(max(0, $0 - done)) / max(speed, 1)) } ?? ""
    output.write(line + "    " + end + String(repeating: " ", count: max(0, 11 - end.utf8.count)))
    output.flush()
  }

  // MARK: numbers

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }

  /// `3.0M`, `12K`.
  static func human(_ bytes: Int) -> String {
    if bytes < 1024 { return String(bytes) }
    let units: [StaticString] = ["K", "M", "G", "T", "P", "E"]
    var value = Double(bytes) / 1024
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return fixed(value, value < 10 ? 1 : 0) + "\(units[unit])"
  }

  private static func scaled(_ rate: Double) -> (value: Double, unit: Int) {
    var value = rate
    var unit = 0
    while value >= 1024, unit < 3 {
      value /= 1024
      unit += 1
    }
    return (value, unit)
  }

  private static func digits(_ value: Double) -> Int { value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2 }

  /// `1.82 MB/s`
  static func rate(_ rate: Double) -> String {
    let (value, unit) = scaled(rate)
    let names: [StaticString] = ["B/s", "KB/s", "MB/s", "GB/s"]
    return fixed(value, unit == 0 ? 0 : digits(value)) + " \(names[unit])"
  }

  private static func shortRate(_ rate: Double) -> String {
    let (value, unit) = scaled(rate)
    let names: [StaticString] = [" ", "K", "M", "G"]
    return padded(fixed(value, unit == 0 ? 0 : digits(value)), 4) + "\(names[unit])"
  }

  /// `0s`, `0.05s`, `2.1s`, `45s`, `1m 2s`.
  static func time(_ seconds: Double) -> String {
    if seconds < 0.001 { return "0s" }
    if seconds < 1 { return trimmed(fixed(seconds, seconds < 0.1 ? (seconds < 0.01 ? 3 : 2) : 1)) }
    if seconds < 10 { return fixed(seconds, 1) + "s" }
    return eta(seconds)
  }

  private static func trimmed(_ text: String) -> String {
    var bytes = text.bytes
    while bytes.last == 0x30 { bytes.removeLast() }
    return String(bytes: bytes) + "s"
  }

  private static func eta(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 8_639_999).rounded())
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m \(whole % 60)s" }
    if whole < 86400 { return "\(whole / 3600)h \(whole / 60 % 60)m" }
    return "\(whole / 86400)d \(whole / 3600 % 24)h"
  }
}
