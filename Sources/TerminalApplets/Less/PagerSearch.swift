internal import Box
internal import LineEditor
internal import Linux
internal import Patterns

/// Searching and filtering.
extension Pager {
  /// A regular expression of somebody typing; nil where it is none.
  func compiled(_ text: [UInt8], _ more: Pattern.Options = []) -> Pattern? {
    var options = more
    let hasCapital = text.contains { (0x41...0x5A).contains($0) }
    if settings.alwaysIgnoresCase || (settings.ignoresCase && !hasCapital) {
      options.insert(.ignoreCase)
    }
    do throws(Pattern.Malformed) {
      return try Pattern(text, .extended, options)
    } catch {
      message = "Invalid pattern: " + Sanitize.escaped(error.reason)
      return nil
    }
  }

  /// `/` and `?`: an empty pattern is the last one.
  func search(_ typed: [UInt8], backwards: Bool, repeats: Int = 1) {
    var text = typed[...]
    var inverts = false
    if text.first == UInt8(ascii: "!") {
      inverts = true
      text = text.dropFirst()
    }
    if !text.isEmpty {
      guard let compiled = compiled(Array(text)) else { return }
      pattern = compiled
      self.inverts = inverts
      scanner = inverts ? nil : self.compiled(Array(text), [.lines])
    }
    searchesBackwards = backwards
    highlights = true
    again(backwards: backwards, repeats: repeats)
  }

  /// `n` and `N`.
  func again(backwards: Bool, repeats: Int = 1) {
    guard let pattern else { return message = "No previous search pattern" }
    var line = top.line
    for _ in 0..<max(1, min(repeats, 1_000_000)) {
      let found = backwards ? matchBefore(line, pattern) : matchBehind(line, pattern)
      guard let found else {
        if message == nil { message = "Pattern not found" }
        return ring()
      }
      line = found
    }
    go(to: Position(line: line))
  }

  private func matches(_ offset: Int, _ pattern: Pattern) -> Bool {
    guard let (text, _) = document.line(at: offset) else { return false }
    return pattern.matches(renderer.plain(text)) != inverts
  }

  private func matchBehind(_ line: Int, _ pattern: Pattern) -> Int? {
    var offset = line
    var steps = 0
    var isStopped = false
    while let end = document.end(of: offset) {
      offset = nextLine(end)
      if let scanner, offset % PagerDocument.block < 4096 {
        // Whole blocks at a time, where lines need not be looked at one by one.
        offset = document.skip(from: offset) { block in
          steps += 1
          if steps % 100 == 0 { isStopped = self.isInterrupted() }
          return !isStopped && firstIndex(of: 0x1B, in: block) == nil
            && firstIndex(of: 0x08, in: block) == nil && !scanner.matches(block)
        }
      }
      if !isStopped, matches(offset, pattern) { return offset }
      steps += 1
      if isStopped || (steps % 1000 == 0 && isInterrupted()) {
        message = "interrupted"
        return nil
      }
    }
    return nil
  }

  private func matchBefore(_ line: Int, _ pattern: Pattern) -> Int? {
    var offset = line
    var steps = 0
    while let start = previousLine(offset) {
      offset = start
      if matches(offset, pattern) { return offset }
      steps += 1
      if steps % 1000 == 0, isInterrupted() {
        message = "interrupted"
        return nil
      }
    }
    return nil
  }

  /// The first match from the start of the file on, for `+/pattern`: the first line counts too.
  func searchFromStart(_ text: [UInt8]) {
    guard let compiled = compiled(text) else { return }
    pattern = compiled
    scanner = self.compiled(text, [.lines])
    inverts = false
    top = Position()
    if !matches(0, compiled) { again(backwards: false) }
  }

  /// `&`: only lines that match; an empty pattern shows all again.
  func setFilter(_ typed: [UInt8]) {
    var text = typed[...]
    filterInverts = text.first == UInt8(ascii: "!")
    if filterInverts { text = text.dropFirst() }
    if text.isEmpty {
      filter = nil
    } else if let compiled = compiled(Array(text)) {
      filter = compiled
    }
    top.row = 0
  }

  /// A line typed at the bottom; nil where it was given up.
  func type(_ prompt: String) -> [UInt8]? {
    var buffer = EditBuffer()
    var past = searches.count
    while true {
      let shown = LineRenderer().rows(buffer.bytes)
      let before = LineRenderer().rows(Array(buffer.bytes[..<buffer.cursor]))
      let start = Array("\u{1B}[\(size.rows);1H\u{1B}[K\(prompt)".utf8)
      let back = Array("\u{1B}[\(size.rows);1H\(prompt)".utf8)
      terminal.write(start + (shown.first ?? []) + back + (before.first ?? []))
      guard let key = key() else { return nil }
      switch key {
      case .enter, .control(UInt8(ascii: "J")):
        if !buffer.isEmpty, searches.last != buffer.bytes { searches.append(buffer.bytes) }
        return buffer.bytes
      case .escape, .control(UInt8(ascii: "C")), .control(UInt8(ascii: "G")): return nil
      case .backspace:
        if buffer.isEmpty { return nil }
        buffer.backspace()
      case .text(let bytes): buffer.insert(bytes)
      case .paste(let bytes): buffer.insert(bytes.filter { $0 >= 0x20 && $0 != 0x7F })
      case .left: buffer.left()
      case .right: buffer.right()
      case .home: buffer.home()
      case .end: buffer.end()
      case .delete: buffer.delete()
      case .control(UInt8(ascii: "U")): buffer.killToStart()
      case .control(UInt8(ascii: "W")), .altBackspace: buffer.killBlankBack()
      case .up:
        if past > 0 {
          past -= 1
          buffer.set(searches[past])
        }
      case .down:
        if past + 1 < searches.count {
          past += 1
          buffer.set(searches[past])
        }
      default: ring()
      }
    }
  }
}
