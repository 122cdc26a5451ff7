import Linux
import Testing

@testable import Patterns

@Suite struct LineMatcherTests {
  /// The lines that match, by number from 1.
  private func lines(
    _ text: String, _ patterns: [String], _ syntax: Pattern.Syntax = .extended,
    _ options: LineMatcher.Options = []
  ) throws -> [Int] {
    let matcher = try LineMatcher(patterns.map { $0.bytes }, syntax, options)
    let buffer = text.bytes
    return buffer.withUnsafeBytes { view in
      var found: [Int] = []
      var start = 0
      while let line = matcher.nextLine(in: view, from: start) {
        found.append(view[..<line.lowerBound].filter { $0 == 10 }.count + 1)
        start = line.upperBound + 1
      }
      return found
    }
  }

  @Test func textAndExpressions() throws {
    #expect(try lines("one\ntwo\nthree\n", ["t"]) == [2, 3])
    #expect(try lines("one\ntwo\nthree\n", ["one", "e$"]) == [1, 3])
    #expect(try lines("a.c\nabc\n", ["a.c"], .literal) == [1])
    #expect(try lines("a.c\nabc\n", ["A.C"], .extended, .ignoreCase) == [1, 2])
    #expect(try lines("foo\nfoobar\n", ["foo"], .extended, .word) == [1])
    #expect(try lines("foo\nfoobar\n", ["foo|foobar"], .extended, .wholeLine) == [1, 2])
    #expect(try lines("\n\na\n", [""]) == [1, 2, 3])
    #expect(try lines("\n\na\n", ["^$"]) == [1, 2])
    #expect(try lines("abab\nabba\n", ["(ab)\\1"]) == [1])
    #expect(try lines("", ["a"]) == [])
  }

  @Test func manyTexts() throws {
    let words = (100..<400).map { "w\($0)" }
    #expect(try lines("x w250 y\nw99\nw100\n", words, .literal) == [1, 3])
    #expect(try lines("W250\nw999\n", words, .literal, .ignoreCase) == [1])
  }

  @Test func malformedExpressionsAreRefused() {
    for text in ["(", "[", "[b-a]", "a{2,1}", "a\\", "[[:no:]]", "[:alpha:]", "(a{9999}){9999}"] {
      #expect(throws: Pattern.Malformed.self, "\(text)") {
        _ = try LineMatcher([text.bytes], .extended, [])
      }
    }
    let deep = [UInt8](repeating: UInt8(ascii: "("), count: 5000)
    #expect(throws: Pattern.Malformed.self) { _ = try LineMatcher([deep], .extended, []) }
  }

  /// Our machine and the C library say the same of short lines and short expressions.
  @Test func differential() throws {
    var random = SystemRandomNumberGenerator()
    let pieces = [
      "a", "b", "c", ".", "a*", "b+", "c?", "(a|b)", "(ab)*", "[abc]", "[^a]", "^", "$", "a{2}",
      "b{1,3}", "|", "(a|)", "\\<", "\\>", "\\b", "\\w", "_",
    ]
    let letters = Array("abc_ ".utf8)
    for _ in 0..<4000 {
      let text = (0..<Int.random(in: 1...5, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "a" }.joined()
      guard let library = try? Pattern(text, .extended) else { continue }
      let matcher = try LineMatcher([text.bytes], .extended, [])
      for _ in 0..<6 {
        let line = (0..<Int.random(in: 0...6, using: &random))
          .map { _ in letters.randomElement(using: &random) ?? 0x61 }
        let expected = library.firstMatch(in: line)
        let found = (line + [10]).withUnsafeBytes { view in
          (
            matcher.nextLine(in: view, from: 0) != nil,
            matcher.nextMatch(in: view, 0..<line.count, from: 0)
          )
        }
        let shown = "\(text) in \(String(bytes: line))"
        #expect(found.0 == (expected != nil), "\(shown)")
        #expect(found.1 == expected, "\(shown)")
      }
    }
  }

  /// The machine forgets its states when there are too many, and goes on.
  @Test func manyStates() throws {
    let matcher = try LineMatcher(["(a|b)*a(a|b){14}c".bytes], .extended, [])
    var text: [UInt8] = []
    var value: UInt32 = 1
    for _ in 0..<200_000 {
      value = value &* 1_103_515_245 &+ 12345
      text.append(value >> 16 & 1 == 0 ? 0x61 : 0x62)
    }
    text += "\nabababababababac\n".utf8
    text.withUnsafeBytes { view in
      #expect(matcher.nextLine(in: view, from: 0) == 200_001..<200_017)
    }
  }
}
