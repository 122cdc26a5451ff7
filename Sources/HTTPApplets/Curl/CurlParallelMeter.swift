internal import Linux

/// How far a transfer of `-Z` has come, for the process that began it: its worker writes lines to a pipe.
///
/// `P RECEIVED SENT EXPECTED TO-SEND`, where -1 is not known, and at the end `C LINE` for each line of cookies.
final class CurlReport: CurlProgress {
  private let output: Output
  private let clock = Clock()
  private var last: Instant

  init(descriptor: Int32) {
    output = Output(descriptor: descriptor)
    last = clock.monotonic()
  }

  override func begin() {
    super.begin()
    tell()
  }

  /// Tells at most four times a second.
  override func tick() {
    let now = clock.monotonic()
    if now.since(last) < 0.25 { return }
    last = now
    tell()
  }

  override func end() { tell() }

  private func tell() {
    output.line("P \(received) \(sent) \(expected ?? -1) \(toSend ?? -1)")
    output.flush()
  }

  func tell(cookies: [UInt8]) {
    for line in cookies.split(separator: 0x0A) { output.write("C ".bytes + line + [0x0A]) }
    output.flush()
  }
}

/// What a worker told last of its transfer, in bytes.
struct CurlTally {
  var received = 0
  var sent = 0
  /// Nil where it is not known.
  var expected: Int?
  var toSend: Int?

  /// - Parameter line: as `CurlReport` writes it, behind the `P`.
  init?(_ line: ArraySlice<UInt8>) {
    let numbers = line.split(separator: 0x20).compactMap { Int(String(bytes: $0)) }
    guard numbers.count == 4, numbers[0] >= 0, numbers[1] >= 0 else { return nil }
    (received, sent) = (numbers[0], numbers[1])
    expected = numbers[2] < 0 ? nil : numbers[2]
    toSend = numbers[3] < 0 ? nil : numbers[3]
  }

  init() {}

  static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.received += b.received
    sum.sent += b.sent
    sum.expected = a.expected.flatMap { left in b.expected.map { left + $0 } }
    sum.toSend = (a.toSend ?? 0) + (b.toSend ?? 0)
    return sum
  }
}

/// Draws how far all transfers have come together, in curl's columns for them.
final class CurlParallelMeter {
  private let output: Output
  private let clock = Clock()
  private let start: Instant
  private var last: Instant?
  private var samples: [(time: Instant, bytes: Int)]

  init(_ output: Output) {
    self.output = output
    start = clock.monotonic()
    samples = [(start, 0)]
  }

  /// Draws at most twice a second.
  func tick(_ all: CurlTally, transfers: Int, live: Int) {
    let now = clock.monotonic()
    if let last, now.since(last) < 0.5 { return }
    draw(all, transfers, live, now)
  }

  func end(_ all: CurlTally, transfers: Int) {
    draw(all, transfers, 0, clock.monotonic())
    output.write("\n")
    output.flush()
  }

  private func draw(_ all: CurlTally, _ transfers: Int, _ live: Int, _ now: Instant) {
    if last == nil {
      output.write("DL% UL%  Dled  Uled  Xfers  Live Total     Current  Left    Speed\n")
    }
    last = now
    let bytes = all.received + all.sent
    samples.append((now, bytes))
    if samples.count > 10 { samples.removeFirst() }
    let speed = Double(bytes - samples[0].bytes) / max(now.since(samples[0].time), 0.000_001)
    let spent = now.since(start)
    var total = 0.0
    if let expected = all.expected, speed >= 1 { total = Double(expected) / speed }
    var line = "\r" + Self.share(all.received, all.expected) + Self.share(all.sent, all.toSend)
    line += CurlMeter.five(all.received) + " " + CurlMeter.five(all.sent) + " "
    line += CurlMeter.padded("\(transfers)", 5) + " " + CurlMeter.padded("\(live)", 5) + "  "
    for time in [total, spent, max(0, total - spent)] { line += CurlMeter.time(time) + " " }
    // As curl has it: what is not the last has a blank more.
    line += CurlMeter.five(Int(min(speed, 9e15))) + (live > 0 ? "      " : "     ")
    output.write(line)
    output.flush()
  }

  private static func share(_ part: Int, _ whole: Int?) -> String {
    guard let whole, whole > 0 else { return "--  " }
    let text = String(min(100, Int(Double(part) / Double(whole) * 100)))
    return text + String(repeating: " ", count: 4 - text.utf8.count)
  }
}
