internal import Linux
internal import Trace

/// Numbers as fping writes them.
enum FpingText {
  /// Three digits that count: `0.080`, `1.23`, `12.3`, `123`.
  static func time(_ seconds: Double) -> String {
    let milliseconds = seconds * 1000
    if milliseconds < 1 { return fixed(milliseconds, 3) }
    if milliseconds < 10 { return fixed(milliseconds, 2) }
    return milliseconds < 100 ? fixed(milliseconds, 1) : fixed(milliseconds, 0)
  }

  static func loss(_ sent: Int, _ received: Int) -> Int {
    sent == 0 ? 0 : (sent - received) * 100 / sent
  }

  /// ` : xmt/rcv/%loss = 2/2/0%, min/avg/max = 0.080/0.081/0.082`.
  static func summary(_ sent: Int, _ times: RoundTrips, _ outage: Int?) -> String {
    var text = " : xmt/rcv/%loss = \(sent)/\(times.count)/\(loss(sent, times.count))%"
    if let outage { text += ", outage(ms) = \(outage)" }
    if times.count > 0 {
      text += ", min/avg/max = " + time(times.best) + "/" + time(times.mean)
      text += "/" + time(times.most)
    }
    return text
  }

  static func stamp(_ now: Instant) -> String {
    "[" + fixed(Double(now.seconds) + Double(now.nanoseconds / 10000 * 10000) / 1e9, 5) + "] "
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}
