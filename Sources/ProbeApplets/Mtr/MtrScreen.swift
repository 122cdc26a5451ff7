internal import Box
internal import Linux
internal import Report
internal import Trace

/// mtr on a terminal: a table that renews itself, until `q`.
final class MtrScreen {
  private var settings: MtrSettings
  private let target: Destination
  private let engine: MtrEngine
  private let names: NameLookup
  private let context: Context
  private let clock = Clock()
  private var isPaused = false
  /// Jitter in place of times.
  private var showsJitter = false
  private var isOver = false

  init(
    _ settings: MtrSettings, _ target: Destination, _ engine: MtrEngine, _ names: NameLookup,
    _ context: Context
  ) {
    self.settings = settings
    self.target = target
    self.engine = engine
    self.names = names
    self.context = context
  }

  func run() throws(Failure) {
    context.output.flush()
    do throws(SystemError) {
      let terminal = try RawTerminal(input: 0, output: 1, goodbye: "\u{1B}[?25h\u{1B}[?1049l")
      terminal.write("\u{1B}[?1049h\u{1B}[?25l")
      defer { terminal.restore() }
      var nextDraw = clock.monotonic()
      while !isOver, !engine.isComplete {
        try engine.step(isSending: !isPaused, seconds: 0.1, other: terminal.input)
        read(terminal)
        let now = clock.monotonic()
        if now >= nextDraw {
          draw(terminal)
          nextDraw = now.advanced(by: min(1, max(0.1, settings.interval / 2)))
        }
      }
    } catch {
      throw .system(error)
    }
    // What was seen stays: the last state, as a report.
    var final = settings
    final.format = .report
    MtrReport(final, target, engine, names, context).writeTable()
  }

  private func read(_ terminal: RawTerminal) {
    guard terminal.hasInput else { return }
    switch terminal.wait(seconds: 0) {
    case .bytes(let keys): for key in keys { press(key, terminal) }
    case .ended: isOver = true
    default: break
    }
  }

  private func press(_ key: UInt8, _ terminal: RawTerminal) {
    switch key {
    case UInt8(ascii: "q"), 3, 4: isOver = true
    case UInt8(ascii: "p"): isPaused = true
    case UInt8(ascii: " "): isPaused = false
    case UInt8(ascii: "r"): engine.reset()
    case UInt8(ascii: "n"): settings.isNumeric.toggle()
    case UInt8(ascii: "d"), UInt8(ascii: "j"): showsJitter.toggle()
    case 26: terminal.suspend()
    case 12: terminal.write("\u{1B}[2J")
    default: return
    }
    draw(terminal)
  }

  private var fields: [MtrField] {
    guard showsJitter else { return settings.fields }
    return "DR AGJMXI".unicodeScalars.compactMap { MtrField($0) }
  }

  private func draw(_ terminal: RawTerminal) {
    let size = terminal.size
    let fields = fields
    let numbers = fields.reduce(0) { $0 + $1.width }
    let width = max(12, size.columns - numbers - 6)
    var lines: [String] = []
    let now = format(clock.now().local, "%Y-%m-%dT%H:%M:%S%z")
    lines.append("mtr  " + Sanitize.escaped(Linux.Host().node) + " -> " + target.label + "  " + now)
    let keys = "Keys:  q quit   p pause   space go on   r restart   n names   d jitter"
    lines.append(isPaused ? "[paused]  " + keys : keys)
    lines.append(cut(" Host", width + 5) + fields.map { $0.heading }.joined())
    for index in engine.shown {
      let hop = engine.hops[index]
      let number = String(index + 1)
      let start = String(repeating: " ", count: max(0, 3 - number.utf8.count)) + number + ". "
      let label = hop.addresses.first.map { self.label($0) } ?? "(waiting for reply)"
      lines.append(start + cut(label, width) + fields.map { $0.cell(hop) }.joined())
      for other in hop.addresses.dropFirst() { lines.append("     " + self.label(other)) }
    }
    var text = "\u{1B}[H"
    for line in lines.prefix(max(1, size.rows - 1)) {
      text += String(line.prefix(size.columns)) + "\u{1B}[K\n"
    }
    terminal.write(text + "\u{1B}[J")
  }

  private func label(_ address: IPAddress) -> String {
    if settings.isNumeric { return address.description }
    guard let name = names.name(of: address) else { return address.description }
    return settings.showsBoth ? name + " (" + address.description + ")" : name
  }

  private func cut(_ text: String, _ width: Int) -> String {
    let kept = text.utf8.count > width ? String(text.prefix(width)) : text
    return kept + String(repeating: " ", count: max(0, width - kept.utf8.count))
  }
}
