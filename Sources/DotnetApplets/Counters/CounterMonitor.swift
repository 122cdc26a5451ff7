internal import Box
internal import DotnetIPC
internal import Linux
internal import Nettrace

/// `dotnet-counters monitor`: a table that is drawn anew each interval.
struct CounterMonitor {
  let choices: DotnetChoices
  let selection: CounterSelection
  let interval: Int

  func run(_ context: inout Context) throws(Failure) {
    let finder = try DotnetFinder(context)
    let client = try finder.client(try choices.process(finder))
    let session = try CounterSession(client, selection, interval: interval, context)
    let board = CounterBoard(interval: interval)
    if context.isInteractive, Terminal.isTerminal(0) {
      try live(session, board, context)
    } else {
      try plain(session, board, context)
    }
    if let signal = session.pump.signal, signal != 2 { context.fail(128 + signal) }
    if board.isEmpty {
      context.report(
        .message("\(client.process.pid): none of these counters came; list tells well-known ones"))
    }
  }

  private func plain(_ session: CounterSession, _ board: CounterBoard, _ context: Context)
    throws(Failure)
  {
    try session.run(limit: choices.duration) { values in
      if values.isEmpty { return context.output.failure == nil }
      board.take(values)
      for line in board.lines() { context.output.line(line) }
      context.output.line("")
      context.output.flush()
      return context.output.failure == nil
    }
  }

  private func live(_ session: CounterSession, _ board: CounterBoard, _ context: Context)
    throws(Failure)
  {
    let terminal = try attempt { () throws(SystemError) in
      try RawTerminal(input: 0, output: 1, goodbye: "\u{1B}[?25h\u{1B}[?1049l")
    }
    terminal.write("\u{1B}[?1049h\u{1B}[?25l")
    defer {
      terminal.restore()
      // What was seen last stays to be read.
      for line in board.lines() { context.output.line(line) }
    }
    var isPaused = false
    var status = "Waiting for values..."
    let draw = {
      let size = terminal.size
      let title = ["Press p to pause, r to resume, q to quit.", "    Status: " + status, ""]
      var text = "\u{1B}[H"
      for line in (title + board.lines()).prefix(max(1, size.rows - 1)) {
        text += String(line.prefix(max(1, size.columns))) + "\u{1B}[K\r\n"
      }
      terminal.write(text + "\u{1B}[J")
    }
    session.pump.keyboard = {
      switch terminal.wait(seconds: 0) {
      case .bytes(let bytes):
        for byte in bytes {
          switch byte {
          case UInt8(ascii: "q"), UInt8(ascii: "Q"), 3: return false
          case UInt8(ascii: "p"), UInt8(ascii: "P"): isPaused = true
          case UInt8(ascii: "r"), UInt8(ascii: "R"): isPaused = false
          default: break
          }
        }
        status = isPaused ? "Paused" : board.isEmpty ? "Waiting for values..." : "Running"
        draw()
        return true
      case .ended: return false
      case .other, .woken, .timeout: return true
      }
    }
    draw()
    try session.run(limit: choices.duration) { values in
      guard !values.isEmpty, !isPaused else { return true }
      board.take(values)
      status = "Running"
      draw()
      return true
    }
  }
}

/// The last value of each counter, in a table by providers.
final class CounterBoard {
  private struct Row {
    let tags: [(key: String, value: String)]
    let text: String
    var value: Double
  }

  private struct Section {
    let provider: String
    let label: String
    var rows: [Row]
  }

  private let interval: Int
  private var sections: [Section] = []

  private static let mostSections = 4096
  private static let mostRows = 4096

  init(interval: Int) { self.interval = interval }

  var isEmpty: Bool { sections.isEmpty }

  func take(_ values: [CounterValue]) {
    for value in values {
      let label = value.label(interval: interval, showsTotal: true)
      let number = value.total ?? value.value
      let known = sections.firstIndex { $0.label == label && $0.provider == value.provider }
      let index = known ?? sections.count
      if known == nil {
        guard sections.count < Self.mostSections else { continue }
        sections.append(Section(provider: value.provider, label: label, rows: []))
      }
      if let row = sections[index].rows.firstIndex(where: { $0.text == value.tags }) {
        sections[index].rows[row].value = number
      } else if sections[index].rows.count < Self.mostRows {
        sections[index].rows.append(
          Row(tags: Self.pairs(value.tags), text: value.tags, value: number))
      }
    }
  }

  private static func pairs(_ tags: String) -> [(key: String, value: String)] {
    tags.split(separator: ",").map { part in
      guard let equals = part.firstIndex(of: "=") else { return (String(part), "") }
      return (String(part[..<equals]), String(part[part.index(after: equals)...]))
    }
  }

  /// Providers and counters by name.
  func lines() -> [String] {
    let order = sortedIndices(sections.count) { a, b in
      if sections[a].provider != sections[b].provider {
        return sections[a].provider.precedesBytewise(sections[b].provider)
      }
      return sections[a].label.precedesBytewise(sections[b].label)
    }
    var cells: [(name: String, value: String)] = [("Name", "Current Value")]
    var provider: String?
    for index in order {
      let section = sections[index]
      if section.provider != provider {
        provider = section.provider
        cells.append(("[" + Sanitize.masked(section.provider) + "]", ""))
      }
      append(section, to: &cells)
    }
    let width = cells.reduce(0) { max($0, $1.name.utf8.count) } + 4
    let valueWidth = cells.reduce(16) { max($0, $1.value.utf8.count) }
    return cells.map { cell in
      if cell.value.isEmpty { return cell.name }
      return cell.name + pad(cell.name, width) + HeapReport.right(cell.value, valueWidth)
    }
  }

  private func append(_ section: Section, to cells: inout [(name: String, value: String)]) {
    let label = "    " + Sanitize.masked(section.label)
    if section.rows.count == 1, section.rows[0].tags.isEmpty {
      cells.append((label, Grouped.text(section.rows[0].value)))
      return
    }
    cells.append((label, ""))
    var keys: [String] = []
    for row in section.rows {
      for tag in row.tags where !keys.contains(tag.key) { keys.append(tag.key) }
    }
    let table = section.rows.map { row in
      keys.map { key in
        Sanitize.masked(row.tags.first { $0.key == key }?.value ?? "")
      }
    }
    let titles = keys.map { Sanitize.masked($0) }
    let widths = keys.indices.map { column in
      table.reduce(titles[column].utf8.count) { max($0, $1[column].utf8.count) }
    }
    let line = { (texts: [String]) -> String in
      var text = "       "
      for (column, cell) in texts.enumerated() {
        text += " " + cell
        if column < texts.count - 1 {
          text += String(repeating: " ", count: max(0, widths[column] - cell.utf8.count))
        }
      }
      return text
    }
    cells.append((line(titles), ""))
    cells.append((line(widths.map { String(repeating: "-", count: $0) }), ""))
    let order = sortedIndices(section.rows.count) {
      section.rows[$0].text.precedesBytewise(section.rows[$1].text)
    }
    for index in order {
      cells.append((line(table[index]), Grouped.text(section.rows[index].value)))
    }
  }
}
