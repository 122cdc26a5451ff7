import Testing

@testable import LineEditor

@Suite struct BufferTests {
  private func buffer(_ text: String, _ cursor: Int? = nil) -> EditBuffer {
    EditBuffer(Array(text.utf8), cursor: cursor)
  }

  private func text(_ buffer: EditBuffer) -> String {
    String(decoding: buffer.bytes, as: UTF8.self)
  }

  @Test func characters() {
    var line = buffer("a日e\u{301}")
    #expect(line.cursor == 7)
    line.left()
    #expect(line.cursor == 4)
    line.left()
    #expect(line.cursor == 1)
    line.right()
    line.backspace()
    #expect(text(line) == "ae\u{301}")
    line.delete()
    #expect(text(line) == "a")
    line.delete()
    line.right()
    #expect(text(line) == "a" && line.cursor == 1)
  }

  @Test func invalidBytes() {
    var line = EditBuffer([0x61, 0xFF, 0xE6, 0x97, 0x62])
    for expected in [4, 3, 2, 1, 0, 0] {
      line.left()
      #expect(line.cursor == expected)
    }
  }

  @Test func words() {
    var line = buffer("one  two-three")
    line.wordLeft()
    #expect(line.cursor == 9)
    line.wordLeft()
    line.wordLeft()
    #expect(line.cursor == 0)
    line.wordRight()
    #expect(line.cursor == 3)
    line.killWord()
    #expect(text(line) == "one-three")
    line.undo()
    #expect(text(line) == "one  two-three")
    line.end()
    line.killBlankBack()
    #expect(text(line) == "one  ")
  }

  @Test func killsAndYanks() {
    var line = buffer("one two")
    line.killBlankBack()
    line.killBlankBack()
    #expect(line.isEmpty)
    line.yank()
    #expect(text(line) == "one two")
    line.killToStart()
    line.insert(Array("x".utf8))
    line.killToStart()
    line.yank()
    #expect(text(line) == "x")
    line.yankNext()
    #expect(text(line) == "one two")
    line.home()
    line.yankNext()
    #expect(text(line) == "one two")
  }

  @Test func undo() {
    var line = buffer("")
    for letter in "ab cd" { line.insert(Array(String(letter).utf8)) }
    for expected in ["ab ", "ab", "", ""] {
      line.undo()
      #expect(text(line) == expected)
    }
  }

  @Test func lines() {
    var line = buffer("first\nse\nthird")
    var moves = [line.up()]
    #expect(line.cursor == 8)
    moves += [line.up(), line.up(), line.down(), line.down(), line.down()]
    #expect(moves == [true, true, false, true, true, false])
    line.home()
    #expect(line.cursor == 9)
    line.killToStart()
    line.killToEnd()
    #expect(text(line) == "first\nse\n")
  }

  @Test func cases() {
    var line = buffer("hello wORLD x", 0)
    line.change(.capital)
    line.change(.capital)
    line.change(.upper)
    #expect(text(line) == "Hello World X")
  }

  @Test func transposes() {
    var line = buffer("ab")
    line.transpose()
    #expect(text(line) == "ba")
    line = buffer("日本x", 3)
    line.transpose()
    #expect(text(line) == "本日x")
    line = buffer("a")
    line.transpose()
    #expect(text(line) == "a")
  }

  @Test func isBounded() {
    var line = buffer("")
    line.insert([UInt8](repeating: 0x61, count: EditBuffer.limit))
    line.insert([0x61])
    #expect(line.bytes.count == EditBuffer.limit)
  }

  @Test func history() {
    let history = History()
    for line in ["one", "two", "two", " secret", "", "  ", "one two\n"] {
      history.add(Array(line.utf8))
    }
    #expect(
      history.entries.map { String(decoding: $0, as: UTF8.self) } == ["one", "two", "one two"])
    #expect(history.previous(before: 3, prefix: Array("one".utf8)[...]) == 2)
    #expect(history.previous(before: 2, prefix: Array("one".utf8)[...]) == 0)
    #expect(history.previous(before: 0, prefix: []) == nil)
    #expect(history.next(after: 0, prefix: Array("one".utf8)[...]) == 2)
    #expect(history.search(Array("wo".utf8), from: 9)?.index == 2)
    #expect(history.search(Array("wo".utf8), from: 1)?.offset == 1)
    #expect(history.search(Array("x".utf8), from: 9) == nil)
    #expect(history.suggestion(for: Array("on".utf8)) == Array("e two".utf8))
    #expect(history.suggestion(for: []).isEmpty)
    history.extend(Array("more".utf8))
    #expect(history.entries.last == Array("one two\nmore".utf8))
    let loaded = History()
    loaded.load(Array("a\n\nb\0c\n".utf8))
    #expect(loaded.entries == [[0x61], [0x62, 0x0A, 0x63]])
  }

  @Test func pastes() {
    #expect(
      LineEditor.pasted(Array("a\r\nb\rc\n\u{1B}[31md\t\u{7}\n\n".utf8))
        == Array("a\nb\nc\n[31md\t".utf8))
  }
}
