import Linux
import Testing

@testable import TextApplets

@Suite struct TextTests {
  @Test func amounts() throws {
    #expect(try Amount("10", "lines") == Amount(10))
    #expect(try Amount("-3", "lines") == Amount(3, sign: .minus))
    #expect(try Amount("+2k", "bytes") == Amount(2048, sign: .plus))
    #expect(try Amount("1MB", "bytes") == Amount(1_000_000))
    #expect(try Amount("2b", "bytes") == Amount(1024))
    #expect(try Amount("99999999999999999999", "lines").count == .max)
    #expect(try Amount("9999999999Y", "bytes").count == .max)
    for bad in ["", "x", "1x", "--1", "1.5", "1kBB", "+"] {
      #expect(throws: (any Error).self) { try Amount(bad, "lines") }
    }
  }

  /// What the ring gives away and what it keeps are the whole stream, cut at the right place.
  @Test(arguments: 0...6) func lineRing(_ keep: Int) {
    for text in [
      "", "a", "\n", "a\n", "a\nb", "\n\n\n", "one\ntwo\nthree\nfour\n", "x\ny\nz\nlast",
    ] {
      let lines =
        text.isEmpty ? [] : text.bytes.split(separator: 10, omittingEmptySubsequences: false)
      let count = lines.count - (text.hasSuffix("\n") ? 1 : 0)
      for size in [1, 2, 3, 100] {
        var ring = LineRing(keeping: keep, 10)
        var released: [UInt8] = []
        var rest = text.bytes[...]
        while !rest.isEmpty {
          for piece in ring.add(Array(rest.prefix(size))) { released += piece }
          rest = rest.dropFirst(size)
        }
        for piece in ring.finish() { released += piece }
        let kept = Array(ring.rest.joined())
        #expect(released + kept == text.bytes)
        let keptLines =
          kept.isEmpty ? 0 : kept.filter { $0 == 10 }.count + (kept.last == 10 ? 0 : 1)
        #expect(keptLines == min(keep, count), "\(text) \(keep) \(size)")
      }
    }
  }

  @Test func longLinesInTheRing() {
    var ring = LineRing(keeping: 1, 10)
    let long = [UInt8](repeating: 65, count: 200_000)
    var released = ring.add(Array("first\n".utf8))
    released += ring.add(long)
    released += ring.add(long)
    released += ring.finish()
    #expect(Array(released.joined()) == Array("first\n".utf8))
    #expect(ring.rest.reduce(0) { $0 + $1.count } == 400_000)
  }

  @Test func marks() {
    var cat = Cat()
    cat.showsEnds = true
    var marker = LineMarker(cat)
    #expect(text(&marker, "a\r") == "a")
    #expect(text(&marker, "\nb\rc\r") == "^M$\nb\rc")
    #expect(marker.pending() == [13])
    cat.showsControls = true
    cat.showsTabs = true
    marker = LineMarker(cat)
    #expect(text(&marker, "\u{7F}\t\u{1}\r\n") == "^?^I^A^M$\n")
  }

  private func text(_ marker: inout LineMarker, _ input: String) -> String {
    input.bytes.withUnsafeBytes { String(bytes: marker.marked($0)) }
  }

  @Test func unfinishedCharacters() {
    #expect(TextSink.unfinished([]) == 0)
    #expect(TextSink.unfinished([0x61]) == 0)
    #expect(TextSink.unfinished([0x61, 0xE2, 0x80]) == 2)
    #expect(TextSink.unfinished([0xF0, 0x9F, 0x98]) == 3)
    #expect(TextSink.unfinished([0xC3, 0xA9]) == 0)
    #expect(TextSink.unfinished([0x80, 0x80, 0x80, 0x80]) == 0)
  }

  @Test func piecesOfText() {
    let pieces = TextSink.pieces("a\n\tb\n".bytes[...]).map { String(bytes: $0) }
    #expect(pieces == ["a", "\n", "\t", "b", "\n"])
  }
}
