internal import Box
internal import LineEditor
internal import Linux

/// What each key does.
extension Pager {
  func press(_ key: Key) {
    switch key {
    case .text(let bytes):
      if let byte = bytes.first { command(byte) }
    case .control(let letter): control(letter)
    case .enter, .down: forward(take() ?? 1)
    case .up: backward(take() ?? 1)
    case .pageDown: forward(take() ?? page)
    case .pageUp: backward(take() ?? page)
    case .home: go(toLine: take() ?? 1)
    case .end: goToEnd()
    case .left: sideways(-(take() ?? size.columns / 2))
    case .right: sideways(take() ?? size.columns / 2)
    case .alt(let letter): alt(letter)
    case .backspace: count = count.flatMap { $0 >= 10 ? $0 / 10 : nil }
    case .escape: count = nil
    default: ring()
    }
  }

  private var page: Int { max(1, size.rows - 1) }
  private var half: Int { max(1, (size.rows - 1) / 2) }

  /// The number typed in front, once.
  private func take() -> Int? {
    defer { count = nil }
    return count
  }

  private func command(_ byte: UInt8) {
    switch Unicode.Scalar(byte) {
    case "0"..."9": count = min((count ?? 0) * 10 + Int(byte - 0x30), 1_000_000_000)
    case "j", "e": forward(take() ?? 1)
    case "J": forward(take() ?? 1, passes: true)
    case "k", "y", "K", "Y": backward(take() ?? 1)
    case " ", "f", "z": forward(take() ?? page)
    case "b", "w": backward(take() ?? page)
    case "d": forward(take() ?? half)
    case "u": backward(take() ?? half)
    case "g", "<": go(toLine: take() ?? 1)
    case "G", ">": if let line = take() { go(toLine: line) } else { goToEnd() }
    case "p", "%": go(toPercent: take() ?? 0)
    case "F": follow()
    case "/": ask("/", backwards: false)
    case "?": ask("?", backwards: true)
    case "n": again(backwards: searchesBackwards, repeats: take() ?? 1)
    case "N": again(backwards: !searchesBackwards, repeats: take() ?? 1)
    case "&": if let text = type("&/") { setFilter(text) }
    case "m": mark()
    case "'": recall()
    case "=": message = statusLine
    case "r", "R": redraw()
    case "q", "Q": isOver = true
    case "Z":
      if let second = key(), second == .text([UInt8(ascii: "Z")]) { isOver = true } else { ring() }
    case ":": colon()
    case "-": option()
    case "h", "H": help()
    case "v", "!", "|", "s": message = "\(Unicode.Scalar(byte)): refused here"
    default: ring()
    }
  }

  private func control(_ letter: UInt8) {
    switch Unicode.Scalar(letter) {
    case "N", "E", "J": forward(take() ?? 1)
    case "P", "K", "Y": backward(take() ?? 1)
    case "F", "V": forward(take() ?? page)
    case "B": backward(take() ?? page)
    case "D": forward(take() ?? half)
    case "U": backward(take() ?? half)
    case "G": message = statusLine
    case "L", "R": redraw()
    case "X": if key() == .control(letter) { recall(UInt8(ascii: "'")) }
    case "C":
      count = nil
      if settings.quitsOnInterrupt {
        status = 2
        isOver = true
      }
    case "Z":
      terminal.write("\r\u{1B}[K")
      terminal.suspend()
      terminal.write(settings.keepsScreen ? "" : "\u{1B}[?1049h")
      redraw()
    default: ring()
    }
  }

  private func alt(_ letter: UInt8) {
    switch Unicode.Scalar(letter) {
    case "v": backward(take() ?? page)
    case " ": forward(take() ?? page, passes: true)
    case "<": go(toLine: take() ?? 1)
    case ">": goToEnd()
    case "(": sideways(-(take() ?? size.columns / 2))
    case ")": sideways(take() ?? size.columns / 2)
    case "u":
      highlights.toggle()
    case "n", "N": again(backwards: searchesBackwards != (letter == UInt8(ascii: "N")))
    default: ring()
    }
  }

  /// Sideways means that lines are cut.
  private func sideways(_ columns: Int) {
    settings.chops = true
    shift = min(max(0, shift + columns), 1 << 20)
    top.row = 0
  }

  private func redraw() {
    document.refresh()
    resize()
  }

  private func ask(_ prompt: String, backwards: Bool) {
    let repeats = take() ?? 1
    if let text = type(prompt) { search(text, backwards: backwards, repeats: repeats) }
  }

  // MARK: Marks

  private func mark() {
    guard let letter = ask("mark: ") else { return }
    marks.removeAll { $0.letter == letter }
    marks.append((letter, current, top))
  }

  private func recall(_ given: UInt8? = nil) {
    guard let letter = given ?? ask("goto mark: ") else { return }
    switch Unicode.Scalar(letter) {
    case "'": go(to: before)
    case "^": go(toLine: 1)
    case "$": goToEnd()
    default:
      guard let mark = marks.first(where: { $0.letter == letter }) else {
        return message = "Mark not set"
      }
      if mark.file != current { open(mark.file) }
      go(to: mark.position)
    }
  }

  // MARK: Colon and options

  private func colon() {
    guard let letter = ask(":") else { return }
    switch Unicode.Scalar(letter) {
    case "n": open(current + (take() ?? 1))
    case "p": open(current - (take() ?? 1))
    case "x": open((take() ?? 1) - 1)
    case "f": message = statusLine
    case "q", "Q": isOver = true
    default: ring()
    }
  }

  private func option() {
    guard let letter = ask("-") else { return }
    switch Unicode.Scalar(letter) {
    case "S":
      settings.chops.toggle()
      if !settings.chops { shift = 0 }
      message = settings.chops ? "Chop long lines" : "Fold long lines"
    case "N":
      settings.showsNumbers.toggle()
      message = settings.showsNumbers ? "Line numbers" : "No line numbers"
    case "R":
      settings.passesColour.toggle()
      message = settings.passesColour ? "Colours are passed on" : "Escapes are shown"
    case "i", "I":
      settings.ignoresCase.toggle()
      settings.alwaysIgnoresCase = letter == UInt8(ascii: "I") && settings.ignoresCase
      message = settings.ignoresCase ? "Ignore case in searches" : "Case counts in searches"
    case "s": settings.squeezes.toggle()
    case "M": settings.prompt = settings.prompt == .long ? .short : .long
    case "m": settings.prompt = settings.prompt == .medium ? .short : .medium
    case "e": settings.quitsAtSecondEnd.toggle()
    default: message = "-\(Sanitize.escaped(String(Unicode.Scalar(letter)))): no such option here"
    }
    top.row = 0
    redrawAll()
  }

  private func redrawAll() { resize() }

  /// What `+` on the command line asks for: a line, the end, following, a pattern.
  func start(_ command: String) {
    if command.hasPrefix("/") { return searchFromStart(Array(command.bytes.dropFirst())) }
    draw()
    keys += decoder.feed(command.bytes)
    while !keys.isEmpty, !isOver { press(keys.removeFirst()) }
    // A number alone is a line.
    if let line = take() { go(toLine: line) }
  }

  // MARK: Help

  private static let helpText: [StaticString] = [
    "  j k ↓ ↑ Enter    a line down, up (a number in front: so many)",
    "  Space f b        a screen down, up       d u      half a screen",
    "  g G              first, last line, or line N     N%  to that part",
    "  ← →              sideways; long lines are cut then",
    "  /pattern ?pattern  search down, up (! in front: lines without)",
    "  n N              again, the other way    Alt-u    highlighting",
    "  &pattern         only lines that match; & alone: all",
    "  F                follow what is added, until Ctrl-C",
    "  mX 'X ''         mark, go to mark, go back",
    "  :n :p :x         next, previous, first file",
    "  -S -N -R -i      switch cutting, numbers, colours, case",
    "  = Ctrl-G         where am I               q  leave",
  ]

  private func help() {
    var bytes = Array("\u{1B}[H\u{1B}[J".utf8)
    for line in Self.helpText.prefix(size.rows - 1) {
      bytes += Array((Self.cut("\(line)", size.columns - 1) + "\r\n").utf8)
    }
    terminal.write(
      bytes + Array("\u{1B}[\(size.rows);1H\u{1B}[7mPress a key to go on\u{1B}[0m".utf8))
    _ = key()
    redrawAll()
  }
}
