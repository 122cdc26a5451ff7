import Testing

@testable import LineEditor

@Suite struct LayoutTests {
  private func layout(
    _ prompt: String, _ line: String, _ columns: Int, cursor: Int? = nil
  ) -> Layout {
    var layout = Layout(columns: columns)
    layout.add(prompt: Array(prompt.utf8))
    layout.add(
      line: Array(line.utf8), cursor: cursor ?? line.utf8.count, continuation: [0x3E, 0x20])
    return layout
  }

  private func rows(_ layout: Layout) -> [String] {
    layout.picture.rows.map { row in
      String(String.UnicodeScalarView(row.compactMap { Unicode.Scalar($0.scalar) }))
    }
  }

  private func cursor(_ layout: Layout) -> [Int] {
    [layout.picture.cursorColumn, layout.picture.cursorRow]
  }

  @Test func wraps() {
    #expect(rows(layout("> ", "abc", 10)) == ["> abc"])
    #expect(cursor(layout("> ", "abc", 10)) == [5, 0])
    #expect(rows(layout("> ", "abcdefgh", 10)) == ["> abcdefgh", ""])
    #expect(cursor(layout("> ", "abcdefgh", 10)) == [0, 1])
    #expect(rows(layout("> ", "abcdefghi", 10)) == ["> abcdefgh", "i"])
    #expect(rows(layout("> ", "日本語日本", 9)) == ["> 日本語", "日本"])
    #expect(cursor(layout("> ", "日本語日本", 9)) == [4, 1])
    #expect(rows(layout("> ", "a\nb\n", 9)) == ["> a", "> b", "> "])
    #expect(cursor(layout("> ", "a\nb", 9, cursor: 1)) == [3, 0])
  }

  @Test func odd() {
    #expect(rows(layout("", "", 1)) == [""])
    #expect(rows(layout("", "\u{1B}\u{9B}\u{202E}", 40)) == ["^[<U+009B><U+202E>"])
    #expect(rows(layout("", "e\u{301}x", 40)) == ["e\u{301}x"])
    #expect(cursor(layout("", "e\u{301}x", 40)) == [2, 0])
    #expect(rows(layout("", "a\tb", 40)) == ["a       b"])
    var bytes = Layout(columns: 40)
    bytes.add(line: [0x61, 0xFF, 0x62], cursor: 3)
    #expect(rows(bytes) == ["a<FF>b"])
    // A tab at the edge, and a character wider than the terminal.
    #expect(rows(layout("", String(repeating: "x", count: 9) + "\ty", 10)).joined().hasSuffix("y"))
    #expect(rows(layout("", "日", 1)).joined() == "日")
  }

  @Test func promptColours() {
    let one = layout("\u{1B}[1;31mred\u{1B}[0m> ", "x", 40)
    #expect(rows(one) == ["red> x"])
    #expect(cursor(one) == [6, 0])
    #expect(one.promptStyles == [Array("\u{1B}[1;31m".utf8)])
    #expect(rows(layout("\u{1B}]0;title\u{7}> ", "", 40)) == ["^[]0;title^G> "])
  }

  /// What is drawn on the old picture is the new one: a small terminal plays both.
  @Test func diffs() {
    let lines = [
      "", "a", "ab", "abcdefgh", "abcdefghij", "日本語日本語", "日x", "a\nb\nc", "b\nc", "xyz", "",
    ]
    for columns in [4, 7, 10] {
      var screen = Screen()
      screen.reset(columns: columns, rows: 50)
      var terminal = TinyTerminal(columns: columns)
      for line in lines {
        for cursor in [0, line.utf8.count] {
          let wanted = layout("> ", line, columns, cursor: cursor)
          terminal.feed(screen.draw(wanted))
          let shown = terminal.text.prefix(wanted.picture.rows.count).map { trimmed($0) }
          #expect(shown == rows(wanted).map { trimmed($0) }, "\(columns) \(line)")
          #expect(
            terminal.text.dropFirst(wanted.picture.rows.count).allSatisfy { trimmed($0).isEmpty })
          #expect([terminal.column, terminal.row] == self.cursor(wanted), "\(columns) \(line)")
        }
      }
    }
  }

  private func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }

  @Test func completionList() {
    let some = ["a", "bb", "ccc", "d", "e"].map { Candidate(Array($0.utf8), shown: $0) }
    #expect(CompletionList.rows(some, columns: 16) == ["a    ccc  e", "bb   d"])
    #expect(CompletionList.rows(some, columns: 3) == ["a", "bb", "ccc", "d", "e"])
    let helped = [
      Candidate(Array("-a".utf8), shown: "-a", help: "All of it"),
      Candidate(Array("-bc".utf8), shown: "-bc\u{1B}", help: ""),
    ]
    #expect(CompletionList.rows(helped, columns: 14) == ["-a     All o…", "-bc\\e"])
  }

  @Test func commonPrefix() {
    func prefix(_ texts: [String]) -> String {
      let candidates = texts.map { Candidate(Array($0.utf8), shown: $0) }
      return String(decoding: Proposal(0..<0, candidates).commonPrefix, as: UTF8.self)
    }
    #expect(prefix(["abc", "abd"]) == "ab")
    #expect(prefix(["é", "è"]) == "")
    #expect(prefix(["one"]) == "one")
    #expect(prefix([]) == "")
    #expect(prefix(["ab", "abc"]) == "ab")
  }
}

/// As much of a terminal as the editor uses.
private struct TinyTerminal {
  let columns: Int
  var cells: [[Unicode.Scalar?]] = [[]]
  var row = 0
  var column = 0

  init(columns: Int) { self.columns = columns }

  var text: [String] {
    cells.map { row in String(String.UnicodeScalarView(row.compactMap { $0 })) }
  }

  mutating func feed(_ bytes: [UInt8]) {
    var scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n":
        row += 1
        if row == cells.count { cells.append([]) }
      case "\u{1B}": sequence(&scalars)
      default: put(scalar)
      }
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = scalar.value > 0x2E80 ? 2 : 1
    while cells[row].count < column + width { cells[row].append(" ") }
    cells[row][column] = scalar
    if width == 2 { cells[row][column + 1] = nil }
    column += width
  }

  private mutating func sequence(_ scalars: inout ArraySlice<Unicode.Scalar>) {
    _ = scalars.popFirst()
    var number = 0
    while let next = scalars.popFirst() {
      if let digit = Int(String(next)) {
        number = number * 10 + digit
        continue
      }
      switch next {
      case "A": row -= number
      case "C": column += number
      case "D": column -= number
      case "K": cells[row].removeLast(max(0, cells[row].count - column))
      case "J":
        cells[row].removeLast(max(0, cells[row].count - column))
        cells.removeLast(cells.count - row - 1)
      default: break
      }
      return
    }
  }
}
