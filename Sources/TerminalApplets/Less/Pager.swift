internal import Box
internal import LineEditor
internal import Linux
internal import Patterns
internal import Report
internal import Target

/// A screen of a file, and what keys do to it.
final class Pager {
  /// A row: of which line, and which of the rows it folds into.
  struct Position: Equatable {
    var line = 0
    var row = 0
  }

  let names: [String]
  let paths: Paths
  var settings: PagerSettings
  let terminal: RawTerminal
  var decoder = KeyDecoder()
  var keys: [Key] = []
  var current = 0
  var document: PagerDocument
  var size: (columns: Int, rows: Int)

  /// The first row of the screen, and the first behind it.
  var top = Position()
  var bottom = Position()
  var isAtEnd = false
  var shift = 0
  var count: Int?
  var message: String?
  var showsName = true
  var endsPassed = 0
  var pattern: Pattern?
  /// The same for many lines at once; nil where lines that do not match are sought.
  var scanner: Pattern?
  var searchesBackwards = false
  var inverts = false
  var highlights = true
  var filter: Pattern?
  var filterInverts = false
  var marks: [(letter: UInt8, file: Int, position: Position)] = []
  /// Where we were before the last great leap, for `''`.
  var before = Position()
  var searches: [[UInt8]] = []
  /// What stands below a text of our own: help.
  var isOver = false
  var status: Int32 = 0

  private var shown: [[UInt8]] = []
  private var isFirstDraw = true

  init(_ names: [String], _ settings: PagerSettings, _ paths: Paths, _ keyboard: Int32)
    throws(Failure)
  {
    self.names = names
    self.settings = settings
    self.paths = paths
    var opened: PagerDocument?
    var first: Failure?
    while opened == nil, current < names.count {
      do throws(Failure) {
        opened = try Self.document(names[current], paths)
      } catch {
        if first == nil { first = error }
        current += 1
      }
    }
    guard let opened else { throw first ?? .message("nothing to show") }
    document = opened
    let goodbye = settings.keepsScreen ? "\u{1B}[0m" : "\u{1B}[0m\u{1B}[?1049l"
    terminal = try attempt { () throws(SystemError) in
      try RawTerminal(input: keyboard, output: 1, goodbye: goodbye)
    }
    size = terminal.size
    if let first { message = Sanitize.escaped(first.text ?? "") }
    attach()
  }

  static func document(_ name: String, _ paths: Paths) throws(Failure) -> PagerDocument {
    let file = try Less.open(name, paths)
    do throws(SystemError) {
      let isPipe = try file.status().kind != .regular
      return try PagerDocument(file, name: name == "-" ? "(standard input)" : name, isPipe: isPipe)
    } catch {
      throw .system(error.about(name))
    }
  }

  /// Keys are heard while a pipe is waited for.
  func attach() {
    document.mayRead = { self.awaitPipe() }
  }

  func run() throws(Failure) {
    defer {
      terminal.restore()
      // The document holds us, and we it.
      document.mayRead = { true }
    }
    if settings.quitsIfShort, names.count == 1, fitsOneScreen() { return printAll() }
    begin()
    warnOfBinary()
    for command in settings.commands { start(command) }
    while !isOver {
      draw()
      if settings.quitsAtEnd, isAtEnd, document.hasEnded, !leavesForNext() { break }
      listen()
    }
    terminal.write("\r\u{1B}[K")
    terminal.restore()
    if status != 0 { throw .quiet(status) }
  }

  private func begin() {
    terminal.write(
      settings.keepsScreen
        ? String(repeating: "\r\n", count: size.rows - 1) : "\u{1B}[?1049h")
  }

  /// At the end with -E there may be another file.
  private func leavesForNext() -> Bool {
    guard current + 1 < names.count else { return false }
    open(current + 1)
    return true
  }

  private func fitsOneScreen() -> Bool {
    var offset = 0
    var rows = 0
    while let (text, next) = document.line(at: offset) {
      rows += renderer.rows(text).count
      if rows >= size.rows { return false }
      offset = next
    }
    return document.hasEnded
  }

  private func printAll() {
    var offset = 0
    while let (text, next) = document.line(at: offset) {
      for row in renderer.rows(text) { terminal.write(row + [0x0D, 0x0A]) }
      offset = next
    }
  }

  private func warnOfBinary() {
    let start = document.bytes(in: 0..<min(document.size, 4096))
    guard start.contains(0) else { return }
    let question = " may be a binary file.  See it anyway? "
    let name = Self.cut(
      Sanitize.escaped(document.name), max(8, size.columns - question.utf8.count - 1))
    if ask(name + question) != UInt8(ascii: "y") { isOver = true }
  }

  // MARK: Keys

  /// Waits for a key, or for more of a pipe that does not fill the screen.
  private func listen() {
    while true {
      if !keys.isEmpty {
        message = nil
        return press(keys.removeFirst())
      }
      let wantsMore = document.isPipe && !document.hasEnded && isAtEnd
      let other = wantsMore ? document.pipeDescriptor : -1
      switch terminal.wait(seconds: decoder.isPending ? 0.3 : nil, other: other) {
      case .bytes(let bytes): keys += decoder.feed(bytes)
      case .timeout: keys += decoder.flush()
      case .other:
        _ = document.readPipe()
        return
      case .woken: return resize()
      case .ended:
        isOver = true
        return
      }
    }
  }

  func resize() {
    let now = terminal.size
    if now == size { return shown = [] }
    size = now
    shown = []
    top.row = 0
  }

  /// The next key, for commands of two.
  func key() -> Key? {
    while true {
      if !keys.isEmpty { return keys.removeFirst() }
      switch terminal.wait(seconds: decoder.isPending ? 0.3 : nil) {
      case .bytes(let bytes): keys += decoder.feed(bytes)
      case .timeout: keys += decoder.flush()
      case .woken:
        resize()
        draw()
      case .ended:
        isOver = true
        return nil
      case .other: break
      }
    }
  }

  /// Whether Ctrl-C was pressed meanwhile.
  func isInterrupted() -> Bool {
    guard terminal.hasInput, case .bytes(let bytes) = terminal.wait(seconds: 0) else {
      return false
    }
    keys += decoder.feed(bytes)
    guard let at = keys.firstIndex(of: .control(UInt8(ascii: "C"))) else { return false }
    keys.removeFirst(at + 1)
    return true
  }

  /// Waits until the pipe has something; false where a key came first.
  private func awaitPipe() -> Bool {
    while true {
      if !keys.isEmpty { return false }
      switch terminal.wait(seconds: decoder.isPending ? 0.3 : nil, other: document.pipeDescriptor) {
      case .other: return true
      case .bytes(let bytes):
        keys += decoder.feed(bytes)
        if keys.first == .control(UInt8(ascii: "C")) {
          keys.removeFirst()
          terminal.interruptOthers()
          return false
        }
      case .timeout: keys += decoder.flush()
      case .woken: resize()
      case .ended:
        isOver = true
        return false
      }
    }
  }

  /// Whether the pipe has something now.
  private func glance() -> Bool {
    switch terminal.wait(seconds: 0, other: document.pipeDescriptor) {
    case .other: return true
    case .bytes(let bytes): keys += decoder.feed(bytes)
    case .woken: resize()
    case .timeout, .ended: break
    }
    return false
  }

  /// Asks at the bottom; answers the letter that was pressed.
  func ask(_ question: String) -> UInt8? {
    terminal.write("\u{1B}[\(size.rows);1H\u{1B}[K" + question)
    if case .text(let bytes) = key() { return bytes.first }
    return nil
  }

  func ring() {
    if settings.rings { terminal.write([0x07]) }
  }

  // MARK: Rows

  var renderer: LineRenderer {
    var renderer = LineRenderer()
    renderer.columns = max(1, size.columns - (settings.showsNumbers ? 8 : 0))
    renderer.chops = settings.chops
    renderer.shift = shift
    renderer.passesColour = settings.passesColour
    renderer.tab = settings.tab
    return renderer
  }

  /// The rows of the line that begins at `offset`, and where the next begins.
  func rows(_ offset: Int) -> (rows: [[UInt8]], next: Int)? {
    guard let (text, next) = document.line(at: offset) else { return nil }
    let rows = renderer.rows(text) { [pattern, highlights, inverts] plain in
      guard let pattern, highlights, !inverts else { return [] }
      return Self.matches(pattern, plain)
    }
    guard settings.showsNumbers else { return (rows, next) }
    let number = document.number(at: offset).map { String($0) } ?? "?"
    let gap = String(repeating: " ", count: max(0, 7 - number.utf8.count))
    return (
      rows.enumerated().map { index, row in
        Array((index == 0 ? gap + number + " " : "        ").utf8) + row
      }, next
    )
  }

  static func matches(_ pattern: Pattern, _ plain: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while start <= plain.count, ranges.count < 1000,
      let match = pattern.firstMatch(in: plain, from: start)
    {
      if !match.isEmpty { ranges.append(match) }
      start = max(match.upperBound, start + (match.isEmpty ? 1 : 0))
      if match.isEmpty, match.upperBound >= start { start = match.upperBound + 1 }
    }
    return ranges
  }

  /// The rows of the screen from `top` on; sets `bottom` and `isAtEnd`.
  private func view() -> [[UInt8]] {
    // What a pipe has not sent does not keep the rest from being shown.
    document.mayRead = { self.glance() }
    defer { attach() }
    var result: [[UInt8]] = []
    let wanted = size.rows - 1
    var position = top
    while result.count < wanted {
      guard let (rows, next) = rows(position.line) else { break }
      let room = rows.dropFirst(min(position.row, rows.count - 1)).prefix(wanted - result.count)
      result += room
      let used = min(position.row, rows.count - 1) + room.count
      if used < rows.count {
        position.row = used
      } else {
        position = Position(line: nextLine(next), row: 0)
      }
    }
    bottom = position
    isAtEnd = document.end(of: bottom.line) == nil
    let filler: [UInt8] = settings.tilde ? [UInt8(ascii: "~")] : []
    while result.count < wanted { result.append(filler) }
    return result
  }

  // MARK: Drawing

  func draw() {
    if top.line > document.size { top = Position() }
    if filter != nil { top.line = nextLine(top.line) }
    let rows = view()
    var bytes: [UInt8] = []
    if isFirstDraw || shown.count != rows.count {
      bytes += "\u{1B}[H\u{1B}[J".utf8
      shown = [[UInt8]](repeating: [], count: rows.count)
      isFirstDraw = false
    } else {
      bytes += scroll(to: rows)
    }
    for index in rows.indices where rows[index] != shown[index] {
      bytes += Array("\u{1B}[\(index + 1);1H".utf8) + rows[index]
      bytes += "\u{1B}[K".utf8
    }
    shown = rows
    bytes += Array("\u{1B}[\(size.rows);1H\u{1B}[K".utf8) + prompt
    terminal.write(bytes)
  }

  /// Lets the terminal move what stays on the screen.
  private func scroll(to rows: [[UInt8]]) -> [UInt8] {
    guard rows != shown, rows.count > 2 else { return [] }
    for step in 1..<rows.count {
      if rows.dropLast(step).elementsEqual(shown.dropFirst(step)) {
        shown = Array(shown.dropFirst(step)) + [[UInt8]](repeating: [], count: step)
        // From the bottom the prompt's row goes up too, and is cleared.
        return Array("\u{1B}[\(size.rows);1H\u{1B}[K".utf8) + [UInt8](repeating: 0x0A, count: step)
      }
      if rows.dropFirst(step).elementsEqual(shown.dropLast(step)) {
        shown = [[UInt8]](repeating: [], count: step) + Array(shown.dropLast(step))
        var bytes = Array("\u{1B}[H".utf8)
        for _ in 0..<step { bytes += "\u{1B}M".utf8 }
        return bytes
      }
    }
    return []
  }

  private var prompt: [UInt8] {
    var text = count.map { ":" + String($0) } ?? ":"
    var stands = false
    if let message {
      (text, stands) = (message, true)
    } else if count == nil {
      let name = Sanitize.escaped(document.name)
      let place = names.count > 1 ? " (file \(current + 1) of \(names.count))" : ""
      if isAtEnd, document.hasEnded {
        let next =
          current + 1 < names.count ? " - Next: " + Sanitize.escaped(names[current + 1]) : ""
        (text, stands) = ((showsName ? name + place + " " : "") + "(END)" + next, true)
      } else if settings.prompt == .long {
        (text, stands) = (name + place + " " + lines + percentage, true)
      } else if settings.prompt == .medium {
        (text, stands) = (percentage, true)
      } else if showsName {
        (text, stands) = (name + place, true)
      }
    }
    showsName = false
    let safe = Self.cut(text, size.columns - 1)
    return Array((stands ? "\u{1B}[7m\(safe)\u{1B}[0m" : safe).utf8)
  }

  static func cut(_ text: String, _ columns: Int) -> String {
    var result = String.UnicodeScalarView()
    var used = 0
    for scalar in text.unicodeScalars {
      used += displayWidth(scalar)
      if used > columns { break }
      result.append(scalar)
    }
    return String(result)
  }
}
