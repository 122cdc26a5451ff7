internal import Box
internal import LineEditor
internal import Linux
internal import Patterns

/// Going through the file.
extension Pager {
  /// The first line at or behind `offset` that is shown.
  func nextLine(_ offset: Int) -> Int {
    var offset = offset
    var steps = 0
    while isHidden(offset), let end = document.end(of: offset) {
      offset = end
      steps += 1
      if steps % 1000 == 0, isInterrupted() { break }
    }
    return offset
  }

  /// The line before the one at `offset` that is shown; nil at the first.
  func previousLine(_ offset: Int) -> Int? {
    var offset = offset
    var steps = 0
    while let start = document.start(before: offset) {
      if !isHidden(start) { return start }
      offset = start
      steps += 1
      if steps % 1000 == 0, isInterrupted() { return nil }
    }
    return nil
  }

  /// Whether the filter, or -s, leaves the line at `offset` out.
  private func isHidden(_ offset: Int) -> Bool {
    guard filter != nil || settings.squeezes, let (text, _) = document.line(at: offset) else {
      return false
    }
    if let filter, filter.matches(renderer.plain(text)) == filterInverts { return true }
    guard settings.squeezes, text.isEmpty, let before = document.start(before: offset) else {
      return false
    }
    return document.line(at: before)?.text.isEmpty ?? false
  }

  private func rowCount(_ offset: Int) -> Int {
    settings.chops ? 1 : max(1, rows(offset)?.rows.count ?? 1)
  }

  func after(_ position: Position) -> Position? {
    guard let (rows, next) = rows(position.line) else { return nil }
    if position.row + 1 < rows.count { return Position(line: position.line, row: position.row + 1) }
    return Position(line: nextLine(next), row: 0)
  }

  func before(_ position: Position) -> Position? {
    if position.row > 0 { return Position(line: position.line, row: position.row - 1) }
    guard let line = previousLine(position.line) else { return nil }
    return Position(line: line, row: rowCount(line) - 1)
  }

  /// - Parameter passes: going on behind the last row, J.
  func forward(_ rows: Int, passes: Bool = false) {
    var moved = 0
    while moved < rows {
      guard passes || document.end(of: bottom.line) != nil, let next = after(top) else { break }
      if passes, document.end(of: next.line) == nil { break }
      if let below = after(bottom) { bottom = below }
      top = next
      moved += 1
    }
    if moved > 0 { endsPassed = 0 } else { passEnd() }
  }

  /// At the end once more.
  private func passEnd() {
    endsPassed += 1
    if settings.quitsAtSecondEnd, endsPassed > 1 || settings.quitsAtEnd {
      if current + 1 < names.count { open(current + 1) } else { isOver = true }
    } else {
      ring()
    }
  }

  func backward(_ rows: Int) {
    var moved = 0
    while moved < rows, let previous = before(top) {
      top = previous
      moved += 1
    }
    if moved == 0 { ring() }
    endsPassed = 0
  }

  func go(to position: Position) {
    before = top
    top = position
    endsPassed = 0
  }

  func go(toLine number: Int) {
    guard let offset = document.offset(ofLine: number, mayGoOn: { !self.isInterrupted() }) else {
      return message = "interrupted"
    }
    go(to: Position(line: offset))
  }

  /// The last row at the bottom of the screen.
  func goToEnd() {
    while document.isPipe, !document.hasEnded, document.size < PagerDocument.pipeLimit {
      if !document.mayRead() || !document.readPipe() { break }
    }
    document.refresh()
    before = top
    var position = Position(line: document.size)
    for _ in 0..<(size.rows - 1) {
      guard let previous = before(position) else { break }
      position = previous
    }
    top = position
  }

  func go(toPercent percent: Int) {
    if document.isPipe { goToEnd() }
    let offset =
      document.size / 100 * min(percent, 100) + document.size % 100 * min(percent, 100) / 100
    if percent >= 100 { return goToEnd() }
    go(to: Position(line: document.start(at: offset)))
  }

  /// Shows what is added, until Ctrl-C.
  func follow() {
    goToEnd()
    while !isOver {
      message = "Waiting for data... (Ctrl-C to stop)"
      draw()
      let other = document.isPipe && !document.hasEnded ? document.pipeDescriptor : -1
      switch terminal.wait(seconds: 0.25, other: other) {
      case .bytes(let bytes):
        keys += decoder.feed(bytes)
        let stops =
          keys.contains(.control(UInt8(ascii: "C"))) || keys.contains(.control(UInt8(ascii: "X")))
        if stops || keys.contains(.text([UInt8(ascii: "q")])) {
          if keys.last != .text([UInt8(ascii: "q")]) { keys = [] }
          message = nil
          return
        }
        keys = []
      case .other: _ = document.readPipe()
      case .woken: resize()
      case .ended: isOver = true
      case .timeout: break
      }
      if document.refresh() { message = "file was cut" }
      jumpToEnd()
    }
  }

  /// As `goToEnd`, with what is there.
  private func jumpToEnd() {
    var position = Position(line: document.size)
    for _ in 0..<(size.rows - 1) {
      guard let previous = before(position) else { break }
      position = previous
    }
    top = position
  }

  // MARK: Files

  func open(_ index: Int) {
    guard names.indices.contains(index) else {
      return message = index < 0 ? "No previous file" : "No next file"
    }
    do throws(Failure) {
      document = try Self.document(names[index], paths)
    } catch {
      return message = Sanitize.escaped(error.text ?? "cannot be opened")
    }
    attach()
    current = index
    top = Position()
    before = top
    shift = 0
    showsName = true
    endsPassed = 0
  }

  // MARK: Status

  /// `lines 1-23/100 `, as far as lines may be counted.
  var lines: String {
    guard settings.countsLines, let first = document.number(at: top.line) else { return "" }
    let last = max(first, document.number(at: bottom.line).map { $0 - 1 } ?? first)
    var text = "lines \(first)-\(last)"
    if document.hasEnded, document.size < 1 << 26,
      let total = document.number(at: document.size)
    {
      let ends =
        document.size > 0 && document.bytes(in: (document.size - 1)..<document.size) == [0x0A]
      text += "/\(ends ? total - 1 : total)"
    }
    return text + " "
  }

  var percentage: String {
    guard document.hasEnded, document.size > 0 else {
      return "byte \(min(bottom.line, document.size))"
    }
    return "\(min(bottom.line, document.size) * 100 / document.size)%"
  }

  var statusLine: String {
    let name = Sanitize.escaped(document.name)
    let place = names.count > 1 ? " (file \(current + 1) of \(names.count))" : ""
    let total = document.hasEnded ? "/\(document.size)" : ""
    return "\(name)\(place) \(lines)byte \(min(bottom.line, document.size))\(total) "
      + (document.hasEnded ? percentage : "")
  }
}
