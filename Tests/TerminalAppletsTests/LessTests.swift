import Box
import Linux
import Testing

@testable import TerminalApplets

@Suite struct LessTests {
  private func rows(_ text: String, _ renderer: LineRenderer = LineRenderer()) -> [String] {
    renderer.rows(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func folds() {
    var renderer = LineRenderer()
    renderer.columns = 5
    #expect(rows("", renderer) == [""])
    #expect(rows("abcde", renderer) == ["abcde"])
    #expect(rows("abcdef", renderer) == ["abcde", "f"])
    #expect(rows("日本語", renderer) == ["日本", "語"])
    renderer.chops = true
    #expect(rows("abcdef", renderer) == ["abcde"])
    renderer.shift = 2
    #expect(rows("abcdefgh", renderer) == ["cdefg"])
    #expect(rows("a日本", renderer) == ["本"])
  }

  @Test func isSafe() {
    #expect(rows("\u{1B}[31mx") == ["\u{1B}[7mESC\u{1B}[0m[31mx"])
    #expect(rows("\u{7}") == ["\u{1B}[7m^G\u{1B}[0m"])
    let renderer = LineRenderer()
    #expect(renderer.rows([0xFF]) == [Array("\u{1B}[7m<FF>\u{1B}[0m".utf8)])
  }

  @Test func colours() {
    var renderer = LineRenderer()
    renderer.passesColour = true
    renderer.columns = 3
    #expect(
      rows("\u{1B}[31mred!\u{1B}[0mx", renderer) == [
        "\u{1B}[31mred\u{1B}[0m", "\u{1B}[31m!\u{1B}[0mx",
      ])
    #expect(rows("\u{1B}[31", renderer) == ["\u{1B}[7mESC\u{1B}[0m", "[31"])
    #expect(renderer.plain(Array("\u{1B}[1ma\u{1B}[mb".utf8)) == [0x61, 0x62])
  }

  @Test func overstrikes() {
    #expect(rows("a\u{8}ab") == ["\u{1B}[1ma\u{1B}[0mb"])
    #expect(rows("_\u{8}a") == ["\u{1B}[4ma\u{1B}[0m"])
    #expect(rows("\u{8}a") == ["\u{1B}[7m^H\u{1B}[0ma"])
    #expect(LineRenderer().plain(Array("_\u{8}ab\u{8}b".utf8)) == [0x61, 0x62])
  }

  @Test func highlights() {
    let rows = LineRenderer().rows(Array("one two".utf8)) { _ in [4..<7] }
    #expect(rows == [Array("one \u{1B}[7mtwo\u{1B}[0m".utf8)])
  }

  private func document(_ bytes: [UInt8]) throws -> PagerDocument {
    let file = try File.anonymous("test")
    try file.write(bytes)
    return try PagerDocument(file, name: "test", isPipe: false)
  }

  /// All line starts, found forwards and backwards.
  @Test func lines() throws {
    let long = [UInt8](repeating: 0x78, count: 200_000)
    for text in [
      [], [10], [97], [97, 10], [97, 10, 98], [10, 10], long, long + [10] + long,
      [97, 10] + long + [10, 10],
      [UInt8](repeating: 0x79, count: 65535) + [10, 97, 10],
      [UInt8](repeating: 0x79, count: 65536) + [10, 97],
    ] {
      let document = try document(text)
      var starts: [Int] = []
      var offset = 0
      while let end = document.end(of: offset) {
        starts.append(offset)
        #expect(end > offset)
        offset = end
      }
      #expect(offset == text.count)
      var back: [Int] = []
      while let start = document.start(before: offset) {
        back.append(start)
        offset = start
      }
      #expect(Array(back.reversed()) == starts)
      for start in starts { #expect(document.start(at: start) == start) }
    }
  }

  @Test func numbers() throws {
    var text: [UInt8] = []
    for number in 1...300_000 { text += Array("\(number)\n".utf8) }
    let document = try document(text)
    for number in [1, 2, 1000, 150_000, 299_999, 300_000] {
      let offset = try #require(document.offset(ofLine: number))
      #expect(document.line(at: offset)?.text == Array("\(number)".utf8))
      #expect(document.number(at: offset) == number)
    }
    #expect(
      document.offset(ofLine: 400_000).map { document.line(at: $0)?.text } == Array("300000".utf8))
  }

  @Test func masksSecrets() {
    func masked(_ pieces: String...) -> String {
      var masker = SecretMasker()
      var bytes: [UInt8] = []
      for piece in pieces { bytes += masker.add(Array(piece.utf8)) }
      return String(decoding: bytes + masker.finish(), as: UTF8.self)
    }
    #expect(masked("plain text\r\n") == "plain text\r\n")
    #expect(masked("DB_PASS", "WORD=hun", "ter2 x\n") == "DB_PASSWORD=****** x\n")
    #expect(masked("export TOKEN=\"a b c\" x\n") == "export TOKEN=****** x\n")
    #expect(masked("http://u:secret@h/ \u{1B}[0m\n") == "http://u:******@h/ \u{1B}[0m\n")
    #expect(masked("AKIAIOSFODNN7EXAMPLE\n") == "******\n")
    #expect(
      masked("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nx\n").contains(
        "abc") == false)
    var masker = SecretMasker()
    var shown = masker.add(Array("TOKEN=ab".utf8)) + masker.flush()
    #expect(shown.isEmpty)
    shown = masker.add([0x0A])
    #expect(shown == Array("TOKEN=******\n".utf8))
    _ = masker.add(Array("ls".utf8))
    shown = masker.flush()
    #expect(shown == Array("ls".utf8))
  }

  @Test func recordings() {
    #expect(Recording.lastTime(Array("{\"version\": 2}\n".utf8)[...]) == 0)
    #expect(Recording.lastTime(Array("{}\n[1.5, \"o\", \"x\"]\n".utf8)[...]) == 1.5)
    #expect(Recording.lastTime(Array("text\n".utf8)[...]) == nil)
    #expect(Recording.lastTime([]) == nil)
    #expect(Recording.lastTime(Array("[x".utf8)[...]) == nil)
  }
}
