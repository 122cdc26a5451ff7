public import Box
internal import LineEditor
internal import Linux
internal import Report

/// Runs a command again and again and shows its output, procps-ng 4 watch(1).
public struct Watch: Command {
  var settings = WatchSettings()

  public init() {}

  public static var manual: Manual<Watch> {
    Manual(
      "watch", "Run a command again and again and show its output", family: .processes,
      operands: "COMMAND [ARGUMENT]...", grammar: .posix,
      options: [
        .flag("b", "beep", "Ring the bell when the command fails") { $0.settings.beeps = true },
        .flag("c", "color", "Pass colours on") { $0.settings.passesColour = true },
        .optional("d", "differences", "permanent", "Mark what changed, or ever has") {
          (options: inout Watch, text: String?) throws(Failure) in
          options.settings.marks = true
          options.settings.marksStay = text != nil
          if let text, !"permanent".hasPrefix(text), !"cumulative".hasPrefix(text) {
            throw .usage("--differences=\(text): permanent, or nothing")
          }
        },
        .flag("e", "errexit", "Stop when the command fails, end at a key") {
          $0.settings.endsOnError = true
        },
        .flag("g", "chgexit", "End when the output changes") { $0.settings.endsOnChange = true },
        .value("n", "interval", "SECONDS", "Wait so long between runs, 2; at least 0.1") {
          (options: inout Watch, seconds: Double) in
          options.settings.interval = min(max(0.1, seconds), 2_678_400)
        },
        .flag("p", "precise", "Start runs at equal times") { $0.settings.isPrecise = true },
        .value("q", "equexit", "CYCLES", "End when CYCLES runs gave the same output") {
          (options: inout Watch, cycles: Int) in options.settings.equalRuns = max(1, cycles)
        },
        .flag("r", "no-rerun", "Do not run again when the window changes") {
          $0.settings.rerunsOnResize = false
        },
        .flag("t", "no-title", "No title line") { $0.settings.hasTitle = false },
        .flag("w", "no-wrap", "Cut long lines") { $0.settings.chops = true },
        .flag("x", "exec", "Start the command itself, not by sh -c") { $0.settings.execs = true },
      ],
      examples: [
        ("watch -n1 -d free -m", "Is memory moving?"),
        ("watch -g ls /proc/1/root/ready", "Wait until it looks different"),
      ],
      standard: "procps-ng watch(1)",
      deviations: [
        "the command has no input, and -d shows no colours",
        "without a terminal only -g, -e and -q make sense, and nothing is shown",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("no command given") }
    let text = operands.joined(separator: " ")
    var settings = settings
    if settings.interval == nil, let text = context.variable("WATCH_INTERVAL") {
      guard let seconds = parseDouble(text), seconds.isFinite else {
        throw .usage("WATCH_INTERVAL: \(text): not a number")
      }
      settings.interval = min(max(0.1, seconds), 2_678_400)
    }
    let command = settings.execs ? operands : ["sh", "-c", text]
    if Terminal.isTerminal(0), context.isInteractive {
      let watcher = try Watcher(command, text, settings, context)
      return try watcher.run()
    }
    guard settings.endsOnChange || settings.endsOnError || settings.equalRuns != nil else {
      throw .message("needs a terminal; without one only -g, -e and -q")
    }
    try Watcher.wait(command, settings, context)
  }
}

struct WatchSettings {
  var beeps = false
  var passesColour = false
  var marks = false
  var marksStay = false
  var endsOnError = false
  var endsOnChange = false
  var equalRuns: Int?
  var interval: Double?
  var isPrecise = false
  var rerunsOnResize = true
  var hasTitle = true
  var chops = false
  var execs = false
}

/// The screen of watch.
final class Watcher {
  private let command: [String]
  private let text: String
  private let settings: WatchSettings
  private let context: Context
  private let terminal: RawTerminal
  private var size: (columns: Int, rows: Int)
  private var lastOutput: [UInt8]?
  private var lastRows: [[UInt8]] = []
  /// Columns that have ever changed, by row.
  private var stains: [[Bool]] = []
  private var equalRuns = 0
  private var decoder = KeyDecoder()

  /// More than this of an output is on no screen.
  private static let limit = 1 << 20
  /// What watch(1) ends with when the command fails and -e is given.
  private static let failed: Int32 = 8

  init(_ command: [String], _ text: String, _ settings: WatchSettings, _ context: Context)
    throws(Failure)
  {
    self.command = command
    self.text = text
    self.settings = settings
    self.context = context
    terminal = try attempt { () throws(SystemError) in
      try RawTerminal(input: 0, output: 1, goodbye: "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l")
    }
    size = terminal.size
  }

  func run() throws(Failure) {
    defer { terminal.restore() }
    terminal.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[J")
    let clock = context.clock
    var next = clock.monotonic()
    while true {
      guard let (output, reason) = try once() else { return }
      let hasChanged = lastOutput.map { $0 != output } ?? false
      equalRuns = hasChanged || lastOutput == nil ? 1 : equalRuns + 1
      lastOutput = output
      draw(output)
      if reason.status != 0 {
        if settings.beeps { terminal.write([0x07]) }
        if settings.endsOnError { return try stop() }
      }
      if settings.endsOnChange, hasChanged { return }
      if let runs = settings.equalRuns, equalRuns > runs { return }
      let interval = settings.interval ?? 2
      if !settings.isPrecise { next = clock.monotonic() }
      next = next.advanced(by: interval)
      guard pause(until: next) else { return }
    }
  }

  /// The command has failed and -e was given: its output stays until a key.
  private func stop() throws(Failure) {
    terminal.write(
      "\u{1B}[\(size.rows);1H\u{1B}[K\u{1B}[7mcommand exit with a non-zero status, press a key to exit\u{1B}[0m"
    )
    while true {
      switch terminal.wait(seconds: nil) {
      case .bytes, .ended: throw .quiet(Self.failed)
      case .woken, .other, .timeout: break
      }
    }
  }

  // MARK: Running

  /// - Returns: nil where the user has had enough.
  private func once() throws(Failure) -> ([UInt8], ExitReason)? {
    let pipe = try attempt { () throws(SystemError) in try ChildOutput() }
    let terminal = terminal
    let pid = try Self.start(command, pipe, context) { terminal.forget() }
    let reader = pipe.read()
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      switch terminal.wait(seconds: nil, other: reader.descriptor) {
      case .other:
        let count = (try? reader.read(into: &buffer)) ?? 0
        if count == 0 {
          return (output, try attempt { () throws(SystemError) in try Child.wait(for: pid) })
        }
        output += buffer[..<min(count, max(0, Self.limit - output.count))]
      case .bytes(let bytes):
        if ends(bytes) {
          try? Signal.terminate.send(to: pid)
          return nil
        }
      case .ended:
        try? Signal.terminate.send(to: pid)
        return nil
      case .woken: resize()
      case .timeout: break
      }
    }
  }

  private static func start(
    _ command: [String], _ pipe: borrowing ChildOutput, _ context: Context, _ forget: () -> Void
  ) throws(Failure) -> Int32 {
    var context = context
    // What was true for us at the start is not where the window changes.
    context.environment.removeAll { $0.hasPrefix("COLUMNS=") || $0.hasPrefix("LINES=") }
    let writer = pipe.writerDescriptor
    return try context.spawn(command) { () throws(SystemError) in
      forget()
      try ChildOutput.adopt(writer)
    }
  }

  /// Ctrl-C and q.
  private func ends(_ bytes: [UInt8]) -> Bool {
    decoder.feed(bytes).contains { key in
      key == .control(UInt8(ascii: "C")) || key == .text([UInt8(ascii: "q")])
    }
  }

  /// - Returns: false where the user has had enough.
  private func pause(until end: Instant) -> Bool {
    while true {
      let left = end.since(context.clock.monotonic())
      if left <= 0 { return true }
      switch terminal.wait(seconds: left) {
      case .bytes(let bytes): if ends(bytes) { return false }
      case .ended: return false
      case .woken:
        if resize() {
          if settings.rerunsOnResize { return true }
          draw(lastOutput ?? [])
        }
      case .timeout, .other: break
      }
    }
  }

  @discardableResult private func resize() -> Bool {
    let now = terminal.size
    if now == size { return false }
    size = now
    lastRows = []
    stains = []
    terminal.write("\u{1B}[H\u{1B}[J")
    return true
  }

  // MARK: Drawing

  private func draw(_ output: [UInt8]) {
    var renderer = LineRenderer()
    renderer.columns = size.columns
    renderer.chops = settings.chops
    renderer.passesColour = settings.passesColour && !settings.marks
    let room = max(0, size.rows - (settings.hasTitle ? 2 : 0))
    var rows: [[UInt8]] = []
    for line in output.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if rows.count >= room { break }
      rows += renderer.rows(Array(line.last == 0x0D ? line.dropLast() : line))
    }
    rows = Array(rows.prefix(room))
    while rows.count < room { rows.append([]) }
    let shown = settings.marks ? marked(rows) : rows
    lastRows = rows
    var bytes = Array("\u{1B}[H".utf8)
    if settings.hasTitle { bytes += title + Array("\u{1B}[K\r\n\u{1B}[K\r\n".utf8) }
    for (index, row) in shown.enumerated() {
      bytes += row + Array("\u{1B}[K".utf8)
      if index < shown.count - 1 { bytes += [0x0D, 0x0A] }
    }
    terminal.write(bytes)
  }

  /// The rows with what differs from the last ones in reverse.
  private func marked(_ rows: [[UInt8]]) -> [[UInt8]] {
    guard lastRows.count == rows.count else { return rows }
    if stains.count != rows.count { stains = rows.map { _ in [] } }
    var result: [[UInt8]] = []
    for (index, row) in rows.enumerated() {
      let new = Self.columns(row)
      let old = Self.columns(lastRows[index])
      var text: [UInt8] = []
      var isMarked = false
      var stain = stains[index]
      for column in 0..<max(new.count, old.count) {
        let cell = column < new.count ? new[column] : [0x20]
        let before = column < old.count ? old[column] : [0x20]
        while stain.count <= column { stain.append(false) }
        if cell != before {
          stain[column] = true
        } else if !settings.marksStay {
          stain[column] = false
        }
        if stain[column] != isMarked {
          text += stain[column] ? "\u{1B}[7m".utf8 : "\u{1B}[0m".utf8
          isMarked = stain[column]
        }
        text += cell
      }
      if isMarked { text += "\u{1B}[0m".utf8 }
      stains[index] = stain
      result.append(text)
    }
    return result
  }

  /// What stands in each column; the second of a wide character is empty. Looks are left out.
  private static func columns(_ row: [UInt8]) -> [[UInt8]] {
    var columns: [[UInt8]] = []
    var index = 0
    while index < row.count {
      if row[index] == 0x1B, let end = LineRenderer.endOfSGR(row, index) {
        index = end
        continue
      }
      guard let (scalar, length) = Characters.scalar(row, index) else { break }
      let text = Array(row[index..<(index + length)])
      let width = displayWidth(scalar)
      if width == 0, !columns.isEmpty {
        columns[columns.count - 1] += text
      } else {
        columns.append(text)
        if width == 2 { columns.append([]) }
      }
      index += length
    }
    return columns
  }

  private var title: [UInt8] {
    let interval = fixed(settings.interval ?? 2, 1)
    let left = "Every \(interval)s: " + Sanitize.escaped(text)
    let time = format(context.clock.now().local, "%c")
    let right = Sanitize.escaped(Host().node) + ": " + time
    let room = size.columns - displayWidth(right)
    if room < 10 { return Array(Pager.cut(left, size.columns).utf8) }
    var head = Pager.cut(left, room - 1)
    if displayWidth(left) > room - 1 { head = Pager.cut(left, room - 5) + "... " }
    let gap = String(repeating: " ", count: max(1, room - displayWidth(head)))
    return Array((head + gap + right).utf8)
  }

  // MARK: Without a terminal

  /// Runs until the output changes, the command fails, or nothing has changed for long enough.
  static func wait(_ command: [String], _ settings: WatchSettings, _ context: Context)
    throws(Failure)
  {
    var last: [UInt8]?
    var equal = 0
    while true {
      let pipe = try attempt { () throws(SystemError) in try ChildOutput() }
      let pid = try start(command, pipe, context) {}
      let reader = pipe.read()
      var output: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65536)
      while let count = try? reader.read(into: &buffer), count > 0 {
        output += buffer[..<min(count, max(0, limit - output.count))]
      }
      let reason = try attempt { () throws(SystemError) in try Child.wait(for: pid) }
      if settings.endsOnError, reason.status != 0 { throw .quiet(failed) }
      let hasChanged = last.map { $0 != output } ?? false
      if settings.endsOnChange, hasChanged { return }
      equal = hasChanged || last == nil ? 1 : equal + 1
      if let runs = settings.equalRuns, equal > runs { return }
      last = output
      context.clock.sleep(seconds: settings.interval ?? 2)
    }
  }
}
