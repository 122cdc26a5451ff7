internal import Linux

/// How far a transfer has come.
class CurlProgress {
  fileprivate(set) var received = 0
  fileprivate(set) var sent = 0
  var expected: Int?
  var toSend: Int?

  /// A new transfer begins.
  func begin() {
    received = 0
    sent = 0
    expected = nil
  }

  func add(received: Int, sent: Int) {
    self.received += received
    self.sent += sent
  }

  /// Time has passed, or bytes have.
  func tick() {}

  func end() {}
}

/// Draws it: curl's table, or its bar (`-#`).
final class CurlMeter: CurlProgress {
  private let output: Output
  private let isBar: Bool
  private let width: Int
  private let clock = Clock()
  private var start: Instant
  private var last: Instant
  private var hasHeading = false
  /// Bytes and times of the last seconds, for the current speed.
  private var samples: [(time: Instant, bytes: Int)] = []

  init(_ output: Output, isBar: Bool, width: Int) {
    self.output = output
    self.isBar = isBar
    self.width = max(20, min(width, 400))
    start = clock.monotonic()
    last = start
  }

  override func begin() {
    super.begin()
    start = clock.monotonic()
    last = start
    samples = [(start, 0)]
    guard !isBar else { return }
    if !hasHeading {
      hasHeading = true
      output.write(
        "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
          + "                                 Dload  Upload   Total   Spent    Left  Speed\n")
    }
    draw()
  }

  /// Draws at most once a second.
  override func tick() {
    let now = clock.monotonic()
    if now.since(last) < (isBar ? 0.2 : 1) { return }
    last = now
    samples.append((now, received + sent))
    if samples.count > 6 { samples.removeFirst() }
    draw()
  }

  override func end() {
    samples.append((clock.monotonic(), received + sent))
    draw()
    output.write("\n")
    output.flush()
  }

  private func draw() {
    if isBar { drawBar() } else { drawTable() }
    output.flush()
  }

  private func drawBar() {
    let total = (expected ?? 0) + (toSend ?? 0)
    let done = received + sent
    guard total > 0 else {
      if done == 0 { return }
      return output.write("\r" + Self.padded(Self.short(done), 6))
    }
    let share = min(1, Double(done) / Double(total))
    let room = width - 7
    let hashes = String(repeating: "#", count: Int(Double(room) * share))
    output.write(
      "\r" + hashes + String(repeating: " ", count: room - hashes.utf8.count)
        + Self.padded(fixed(share * 100, 1), 6) + "%")
  }

  private func drawTable() {
    let now = clock.monotonic()
    let spent = max(now.since(start), 0.000_001)
    let down = Int(min(Double(received) / spent, 9e15))
    let up = Int(min(Double(sent) / spent, 9e15))
    let first = samples.first ?? (start, 0)
    let window = max(now.since(first.time), 0.000_001)
    let current = Int(min(Double(received + sent - first.bytes) / window, 9e15))
    var estimate = 0.0
    if let expected, down > 0 { estimate = Double(expected) / Double(down) }
    if let toSend, up > 0 { estimate = max(estimate, Double(toSend) / Double(up)) }
    let totalSize = (expected ?? received) + (toSend ?? sent)
    let share = percent(received + sent, (expected ?? 0) + (toSend ?? 0))
    var line = "\r" + share + " " + Self.five(totalSize)
    line += "  " + percent(received, expected ?? 0) + " " + Self.five(received)
    line += "  " + percent(sent, toSend ?? 0) + " " + Self.five(sent)
    line += "  " + Self.five(down) + "  " + Self.five(up)
    let left = estimate > 0 ? max(0, estimate - spent) : 0
    line += " " + Self.time(estimate) + " " + Self.time(spent) + " " + Self.time(left)
    line += " " + Self.five(current)
    output.write(line)
  }

  private func percent(_ part: Int, _ whole: Int) -> String {
    let value = whole > 0 ? Int(Double(part) / Double(whole) * 100) : 0
    return Self.padded(String(min(value, 100)), 3)
  }

  static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }

  /// A number of bytes in five columns: `12345`, `1234k`, `12.3M`, `1234M`, `12.3G`.
  static func five(_ bytes: Int) -> String {
    padded(short(bytes), 5)
  }

  private static func short(_ bytes: Int) -> String {
    if bytes < 100_000 { return String(bytes) }
    let kilo = 1024
    if bytes < 10_000 * kilo { return "\(bytes / kilo)k" }
    let units: [StaticString] = ["M", "G", "T", "P"]
    var unit = kilo * kilo
    for name in units {
      if bytes < 100 * unit {
        return "\(bytes / unit).\(bytes % unit / (unit / 10))" + "\(name)"
      }
      if bytes < 10_000 * unit || name.utf8Start.pointee == UInt8(ascii: "P") {
        return "\(bytes / unit)" + "\(name)"
      }
      unit *= kilo
    }
    return String(bytes)
  }

  static func time(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 9e15))
    if whole <= 0 { return "--:--:--" }
    let hours = whole / 3600
    if hours <= 99 {
      return padded(String(hours), 2) + ":" + two(whole / 60 % 60) + ":" + two(whole % 60)
    }
    if hours / 24 <= 999 { return padded(String(hours / 24), 3) + "d " + two(hours % 24) + "h" }
    return padded(String(hours / 24), 7) + "d"
  }

  private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
