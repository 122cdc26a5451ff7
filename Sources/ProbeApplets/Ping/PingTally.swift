internal import Linux
internal import Trace

/// What ping counts.
struct PingTally {
  var sent = 0
  var received = 0
  var duplicates = 0
  var errors = 0
  /// The most packets that were under way at a time.
  var pipe = 1
  var times = RoundTrips()
  /// When the first and the last packet went out.
  var start = Instant(seconds: 0)
  var end = Instant(seconds: 0)
  /// The smoothed round trip time, in microseconds.
  private var smoothed = 0.0

  mutating func add(_ seconds: Double) {
    times.add(seconds)
    let microseconds = seconds * 1e6
    smoothed = times.count == 1 ? microseconds : smoothed + (microseconds - smoothed) / 8
  }

  private var loss: Double { sent == 0 ? 0 : 100 * Double(sent - received) / Double(sent) }

  /// The lines behind `--- HOST ping statistics ---`.
  func summary(isTimed: Bool, hasRates: Bool) -> String {
    var text = "\(sent) packets transmitted, \(received) received"
    if duplicates > 0 { text += ", +\(duplicates) duplicates" }
    if errors > 0 { text += ", +\(errors) errors" }
    if sent > 0 {
      text += ", " + PingText.percent(loss) + "% packet loss, time "
      text += String(Int(end.since(start) * 1000)) + "ms"
    }
    text += "\n"
    let count = times.count
    if count > 0, isTimed {
      text += "rtt min/avg/max/mdev = " + three(times.least) + "/" + three(times.mean) + "/"
      text += three(times.most) + "/" + three(times.deviation) + " ms"
    }
    if count > 0, isTimed, pipe > 1 { text += ", pipe \(pipe)" }
    if hasRates, sent > 1 {
      if count > 0, isTimed { text += ", " }
      text += "ipg/ewma " + three(end.since(start) / Double(sent - 1)) + "/"
      text += three(smoothed / 1e6) + " ms"
    }
    return text
  }

  /// One line for SIGQUIT.
  var interim: String {
    var text = "\r\(received)/\(sent) packets, \(Int(loss))% loss"
    if times.count > 0 {
      text += ", min/avg/ewma/max = " + three(times.least) + "/" + three(times.mean) + "/"
      text += three(smoothed / 1e6) + "/" + three(times.most) + " ms"
    }
    return text
  }

  /// Milliseconds, cut after the microseconds.
  private func three(_ seconds: Double) -> String {
    let microseconds = Int(max(0, min(seconds, 1e9)) * 1e6 + 1e-6)
    return fixed(Double(microseconds) / 1000, 3)
  }
}

/// Numbers as ping writes them.
enum PingText {
  /// Four digits that count: `0.136`, `1.36`, `13.6`, `136`.
  static func milliseconds(_ seconds: Double) -> String {
    let microseconds = Int(max(0, min(seconds, 1e9)) * 1e6)
    let value = Double(microseconds) / 1000
    if microseconds >= 99950 { return fixed(value, 0) }
    if microseconds >= 9995 { return fixed(value, 1) }
    if microseconds >= 1000 { return fixed(value, 2) }
    return fixed(value, 3)
  }

  /// Six digits that count, without zeros at the end, as `%g` of printf(3).
  static func percent(_ value: Double) -> String {
    let places = value >= 100 ? 3 : value >= 10 ? 4 : value >= 1 ? 5 : 6
    var text = fixed(value, places)
    guard text.utf8.contains(UInt8(ascii: ".")) else { return text }
    while text.hasSuffix("0") { text = String(text.dropLast()) }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// `[1795270559.128528] `.
  static func stamp(_ now: Instant) -> String {
    let digits = String(now.nanoseconds / 1000)
    let zeros = String(repeating: "0", count: max(0, 6 - digits.utf8.count))
    return "[" + String(now.seconds) + "." + zeros + digits + "] "
  }
}
