internal import Linux
internal import Report

/// The text being edited: bytes, a cursor that never stands inside a character, undo and a ring of
/// killed text.
public struct EditBuffer {
  public private(set) var bytes: [UInt8] = []
  /// An offset into `bytes`.
  public private(set) var cursor = 0

  private var past: [(bytes: [UInt8], cursor: Int)] = []
  private var kills = KillRing()
  /// What the last change was: like ones join.
  private var last = Change.other
  /// Where the last yank put its text, for the next one of the ring.
  private var yanked: Range<Int>?

  /// Larger lines are not taken: the kernel would not either.
  public static let limit = 1 << 20
  static let undoLimit = 300

  enum Change { case typing, killing, yanking, other }

  public init() {}

  public init(_ bytes: [UInt8], cursor: Int? = nil) {
    self.bytes = bytes
    self.cursor = min(max(0, cursor ?? bytes.count), bytes.count)
  }

  public var isEmpty: Bool { bytes.isEmpty }
  public var isAtEnd: Bool { cursor == bytes.count }

  // MARK: Characters

  /// The end of the character at `index`, with the marks that combine with it.
  func boundary(after index: Int) -> Int {
    guard index < bytes.count else { return bytes.count }
    var end = Characters.end(bytes, index)
    while end < bytes.count, bytes[end] >= 0x80, Characters.width(bytes, end) == 0 {
      end = Characters.end(bytes, end)
    }
    return end
  }

  func boundary(before index: Int) -> Int {
    var start = min(index, bytes.count)
    while start > 0 {
      start = Characters.start(bytes, before: start)
      if bytes[start] < 0x80 || Characters.width(bytes, start) != 0 { break }
    }
    return start
  }

  /// Letters, digits and everything that is not ASCII.
  private func isWord(_ index: Int) -> Bool {
    switch bytes[index] {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
    default: false
    }
  }

  func wordEnd(from index: Int) -> Int {
    var index = index
    while index < bytes.count, !isWord(index) { index += 1 }
    while index < bytes.count, isWord(index) { index += 1 }
    return index
  }

  func wordStart(from index: Int) -> Int {
    var index = index
    while index > 0, !isWord(index - 1) { index -= 1 }
    while index > 0, isWord(index - 1) { index -= 1 }
    return index
  }

  /// As Ctrl-W sees words: what stands between blanks.
  func blankStart(from index: Int) -> Int {
    let blanks: [UInt8] = [0x20, 0x09, 0x0A]
    var index = index
    while index > 0, blanks.contains(bytes[index - 1]) { index -= 1 }
    while index > 0, !blanks.contains(bytes[index - 1]) { index -= 1 }
    return index
  }

  var lineStart: Int {
    bytes[..<cursor].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
  }

  var lineEnd: Int { bytes[cursor...].firstIndex(of: 0x0A) ?? bytes.count }

  // MARK: Moving

  public mutating func move(to index: Int) {
    cursor = min(max(0, index), bytes.count)
    last = .other
  }

  public mutating func left() { move(to: boundary(before: cursor)) }
  public mutating func right() { move(to: boundary(after: cursor)) }
  public mutating func wordLeft() { move(to: wordStart(from: cursor)) }
  public mutating func wordRight() { move(to: wordEnd(from: cursor)) }
  public mutating func home() { move(to: lineStart) }
  public mutating func end() { move(to: lineEnd) }

  /// The line above, in the same column as far as it goes.
  ///
  /// - Returns: false on the first line.
  public mutating func up() -> Bool {
    let start = lineStart
    guard start > 0 else { return false }
    let column = cursor - start
    move(to: start - 1)
    let above = lineStart
    land(min(above + column, start - 1))
    return true
  }

  public mutating func down() -> Bool {
    let end = lineEnd
    guard end < bytes.count else { return false }
    let column = cursor - lineStart
    move(to: end + 1)
    land(min(end + 1 + column, lineEnd))
    return true
  }

  /// Columns are counted in bytes: do not end inside a character.
  private mutating func land(_ index: Int) {
    move(to: index)
    while cursor > 0, cursor < bytes.count, bytes[cursor] & 0xC0 == 0x80 { cursor -= 1 }
  }

  // MARK: Changing

  public mutating func insert(_ text: [UInt8]) {
    guard !text.isEmpty, bytes.count + text.count <= Self.limit else { return }
    // A word is undone as one.
    let isBreak = text == [0x20] && bytes.last != 0x20
    remember(text.count < 8 && !isBreak ? .typing : .other)
    bytes.insert(contentsOf: text, at: cursor)
    cursor += text.count
  }

  public mutating func backspace() { remove(boundary(before: cursor)..<cursor) }
  public mutating func delete() { remove(cursor..<boundary(after: cursor)) }

  public mutating func replace(_ range: Range<Int>, with text: [UInt8], cursor: Int? = nil) {
    let range = range.clamped(to: 0..<bytes.count)
    guard bytes.count - range.count + text.count <= Self.limit else { return }
    remember(.other)
    bytes.replaceSubrange(range, with: text)
    self.cursor = min(max(0, cursor ?? range.lowerBound + text.count), bytes.count)
  }

  /// Takes a whole other text, as history does.
  public mutating func set(_ text: [UInt8]) { replace(0..<bytes.count, with: text) }

  private mutating func remove(_ range: Range<Int>) {
    if range.isEmpty { return }
    remember(.other)
    bytes.removeSubrange(range)
    cursor = range.lowerBound
  }

  public enum Case { case upper, lower, capital }

  /// Alt-U, Alt-L, Alt-C: ASCII letters up to the end of the word.
  public mutating func change(_ wanted: Case) {
    let end = wordEnd(from: cursor)
    guard end > cursor else { return }
    remember(.other)
    var isFirst = true
    for index in cursor..<end where isWord(index) {
      let upper = wanted == .upper || (wanted == .capital && isFirst)
      isFirst = false
      switch bytes[index] {
      case 0x61...0x7A where upper: bytes[index] -= 0x20
      case 0x41...0x5A where !upper: bytes[index] += 0x20
      default: break
      }
    }
    cursor = end
  }

  /// Ctrl-T: the character before the cursor goes behind the one at it.
  public mutating func transpose() {
    guard cursor > 0, bytes.count > 1 else { return }
    let middle = isAtEnd ? boundary(before: cursor) : cursor
    let start = boundary(before: middle)
    let end = boundary(after: middle)
    guard start < middle, middle < end else { return }
    replace(start..<end, with: Array(bytes[middle..<end] + bytes[start..<middle]))
  }

  // MARK: Killing and yanking

  public mutating func kill(_ range: Range<Int>, forwards: Bool) {
    let range = range.clamped(to: 0..<bytes.count)
    if range.isEmpty { return }
    let joins = last == .killing
    remember(.killing)
    kills.add(Array(bytes[range]), joins: joins, forwards: forwards)
    bytes.removeSubrange(range)
    cursor = range.lowerBound
    last = .killing
  }

  public mutating func killToEnd() {
    // At the end of a line its newline goes.
    let end = lineEnd == cursor ? min(cursor + 1, bytes.count) : lineEnd
    kill(cursor..<end, forwards: true)
  }

  public mutating func killToStart() { kill(lineStart..<cursor, forwards: false) }
  public mutating func killWord() { kill(cursor..<wordEnd(from: cursor), forwards: true) }
  public mutating func killWordBack() { kill(wordStart(from: cursor)..<cursor, forwards: false) }
  public mutating func killBlankBack() { kill(blankStart(from: cursor)..<cursor, forwards: false) }

  public mutating func yank() {
    guard let text = kills.newest else { return }
    put(text, at: cursor..<cursor)
  }

  /// Alt-Y behind a yank: the killed text before.
  public mutating func yankNext() {
    guard last == .yanking, let yanked, let text = kills.rotate() else { return }
    put(text, at: yanked)
  }

  private mutating func put(_ text: [UInt8], at range: Range<Int>) {
    replace(range, with: text)
    yanked = range.lowerBound..<cursor
    last = .yanking
  }

  // MARK: Undo

  private mutating func remember(_ change: Change) {
    if change != .typing || last != .typing {
      if past.count >= Self.undoLimit { past.removeFirst() }
      past.append((bytes, cursor))
    }
    last = change
  }

  public mutating func undo() {
    guard let before = past.popLast() else { return }
    (bytes, cursor) = before
    last = .other
  }

  /// A new line: empty, with nothing to undo; what was killed stays.
  public mutating func clear() {
    bytes = []
    cursor = 0
    past = []
    last = .other
    yanked = nil
  }
}

/// The last texts that were killed; the newest last.
struct KillRing {
  private var texts: [[UInt8]] = []
  private static let limit = 30

  var newest: [UInt8]? { texts.last }

  mutating func add(_ text: [UInt8], joins: Bool, forwards: Bool) {
    if joins, let newest = texts.popLast() {
      texts.append(forwards ? newest + text : text + newest)
      return
    }
    if texts.count >= Self.limit { texts.removeFirst() }
    texts.append(text)
  }

  mutating func rotate() -> [UInt8]? {
    guard let newest = texts.popLast() else { return nil }
    texts.insert(newest, at: 0)
    return texts.last
  }
}
