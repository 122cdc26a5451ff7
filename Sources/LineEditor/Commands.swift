internal import Linux

/// What each key does, as in Emacs and readline.
extension LineEditor {
  /// - Returns: how reading ended; nil where it goes on.
  func press(_ key: Key) -> ReadOutcome? {
    if isQuoting { return quote(key) }
    if search != nil { return searchKey(key) }
    if isExtended {
      isExtended = false
      if key == .control(UInt8(ascii: "U")) { buffer.undo() } else { ring() }
      return nil
    }
    if !Self.isWalking(key) { walk = nil }
    if key != .alt(UInt8(ascii: ".")), key != .alt(UInt8(ascii: "_")) { wordWalk = nil }
    switch key {
    case .text(let bytes): buffer.insert(bytes)
    case .paste(let bytes): buffer.insert(Self.pasted(bytes))
    case .enter: return enter()
    case .tab: tab()
    case .control(let letter): return control(letter)
    case .alt(let letter): alt(letter)
    case .backspace: buffer.backspace()
    case .altBackspace: buffer.killWordBack()
    case .delete: buffer.delete()
    case .controlDelete: buffer.killWord()
    case .up: up()
    case .down: down()
    case .left: buffer.left()
    case .right: right()
    case .wordLeft: buffer.wordLeft()
    case .wordRight: wordRight()
    case .home: buffer.home()
    case .end: lineEnd()
    case .pageUp: up()
    case .pageDown: down()
    case .backTab, .insert, .escape, .function, .unknown: break
    }
    return nil
  }

  private static func isWalking(_ key: Key) -> Bool {
    switch key {
    case .up, .down, .pageUp, .pageDown: true
    case .control(let letter): letter == UInt8(ascii: "P") || letter == UInt8(ascii: "N")
    default: false
    }
  }

  private func control(_ letter: UInt8) -> ReadOutcome? {
    switch Unicode.Scalar(letter) {
    case "A": buffer.home()
    case "B": buffer.left()
    case "C": return interrupt()
    case "D":
      if buffer.isEmpty { return .endOfFile }
      buffer.delete()
    case "E": lineEnd()
    case "F": right()
    case "J": return enter()
    case "K": buffer.killToEnd()
    case "L": clearScreen()
    case "N": down()
    case "P": up()
    case "R": search = HistorySearch(before: buffer.bytes)
    case "T": buffer.transpose()
    case "U": buffer.killToStart()
    case "V", "Q": isQuoting = true
    case "W": buffer.killBlankBack()
    case "X": isExtended = true
    case "Y": buffer.yank()
    case "_": buffer.undo()
    default: ring()
    }
    return nil
  }

  private func alt(_ letter: UInt8) {
    switch Unicode.Scalar(letter) {
    case "b", "B": buffer.wordLeft()
    case "f", "F": wordRight()
    case "d", "D": buffer.killWord()
    case "u", "U": buffer.change(.upper)
    case "l", "L": buffer.change(.lower)
    case "c", "C": buffer.change(.capital)
    case "y", "Y": buffer.yankNext()
    case ".", "_": lastWord()
    case "<": toHistory(0)
    case ">": toHistory(history.entries.count)
    case "\r", "\n": buffer.insert([0x0A])
    default: ring()
    }
  }

  // MARK: Ending

  private func enter() -> ReadOutcome? {
    guard isComplete(buffer.bytes) else {
      buffer.move(to: buffer.bytes.count)
      buffer.insert([0x0A])
      return nil
    }
    return .line(buffer.bytes)
  }

  private func interrupt() -> ReadOutcome? {
    buffer.move(to: buffer.bytes.count)
    buffer.insert(Array("^C".utf8))
    return .interrupted
  }

  // MARK: Moving, with suggestions

  private func right() {
    if !accept(suggestion) { buffer.right() }
  }

  private func lineEnd() {
    if !accept(suggestion) { buffer.end() }
  }

  /// Alt-F takes one word of a suggestion.
  private func wordRight() {
    let rest = suggestion
    if rest.isEmpty { return buffer.wordRight() }
    _ = accept(Array(rest[..<EditBuffer(rest, cursor: 0).wordEnd(from: 0)]))
  }

  private func accept(_ text: [UInt8]) -> Bool {
    if text.isEmpty { return false }
    buffer.insert(text)
    return true
  }

  private func clearScreen() {
    terminal?.write("\u{1B}[H\u{1B}[2J")
    drawAnew()
  }

  // MARK: Text as it is

  /// Lines end with newlines, the last with none; other control characters do not belong into a command.
  static func pasted(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var last: UInt8 = 0
    for byte in bytes {
      if byte == 0x0D || (byte == 0x0A && last != 0x0D) {
        result.append(0x0A)
      } else if byte == 0x09 || (byte >= 0x20 && byte != 0x7F) {
        result.append(byte)
      }
      last = byte
    }
    while result.last == 0x0A { result.removeLast() }
    return result
  }

  private func quote(_ key: Key) -> ReadOutcome? {
    isQuoting = false
    switch key {
    case .text(let bytes): buffer.insert(bytes)
    case .control(let letter): buffer.insert([letter & 0x1F])
    case .tab: buffer.insert([0x09])
    case .enter: buffer.insert([0x0A])
    case .escape: buffer.insert([0x1B])
    case .backspace: buffer.insert([0x7F])
    default: ring()
    }
    return nil
  }

  // MARK: History

  private func up() {
    if walk == nil, buffer.up() { return }
    var walk =
      self.walk
      ?? HistoryWalk(
        index: history.entries.count, prefix: Array(buffer.bytes[..<buffer.cursor]),
        typed: buffer.bytes)
    var index = walk.index
    while let found = history.previous(before: index, prefix: walk.prefix[...]) {
      index = found
      if history.entries[found] != buffer.bytes { break }
    }
    guard index < walk.index else { return ring() }
    walk.index = index
    buffer.set(history.entries[index])
    self.walk = walk
  }

  private func down() {
    guard var walk else {
      if !buffer.down() { ring() }
      return
    }
    if let index = history.next(after: walk.index, prefix: walk.prefix[...]) {
      walk.index = index
      buffer.set(history.entries[index])
      self.walk = walk
    } else {
      buffer.set(walk.typed)
      self.walk = nil
    }
  }

  private func toHistory(_ index: Int) {
    if index >= history.entries.count {
      if let walk { buffer.set(walk.typed) }
      walk = nil
    } else {
      walk = HistoryWalk(index: index, prefix: [], typed: buffer.bytes)
      buffer.set(history.entries[index])
    }
  }

  /// Alt-.: the last word of the entry before, and of older ones when pressed again.
  private func lastWord() {
    var walk =
      wordWalk
      ?? WordWalk(index: history.entries.count, range: buffer.cursor..<buffer.cursor)
    guard walk.index > 0 else { return ring() }
    walk.index -= 1
    let entry = EditBuffer(history.entries[walk.index])
    let word = Array(entry.bytes[entry.blankStart(from: entry.bytes.count)...])
    buffer.replace(walk.range, with: word)
    walk.range = walk.range.lowerBound..<buffer.cursor
    wordWalk = walk
  }

  // MARK: Search

  private func searchKey(_ key: Key) -> ReadOutcome? {
    guard var search else { return nil }
    switch key {
    case .text(let bytes):
      search.query += bytes
      search.find(history, from: search.found?.index ?? history.entries.count - 1)
    case .paste(let bytes):
      search.query += Self.pasted(bytes)
      search.find(history, from: search.found?.index ?? history.entries.count - 1)
    case .backspace:
      let query = EditBuffer(search.query)
      search.query.removeLast(search.query.count - query.boundary(before: search.query.count))
      search.find(history, from: history.entries.count - 1)
    case .control(UInt8(ascii: "R")), .up: search.older(history)
    case .control(UInt8(ascii: "S")), .down: search.newer(history)
    case .control(UInt8(ascii: "G")), .control(UInt8(ascii: "C")):
      self.search = nil
      return nil
    default:
      // Anything else takes what was found, and does what it does.
      self.search = nil
      buffer.set(search.text(history))
      return key == .escape ? nil : press(key)
    }
    if search.hasFailed { ring() }
    self.search = search
    return nil
  }
}
