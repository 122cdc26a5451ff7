import Linux
import Patterns
import Testing

@Suite struct PatternTests {
  private func find(
    _ text: String, _ subject: [UInt8], _ syntax: Pattern.Syntax = .extended,
    _ options: Pattern.Options = []
  ) throws -> Range<Int>? {
    try Pattern(text, syntax, options).firstMatch(in: subject)
  }

  @Test func plainTextIsSearchedAsBytes() throws {
    #expect(try find("lo", Array("hello".utf8)) == 3..<5)
    #expect(try find("", Array("hello".utf8)) == 0..<0)
    #expect(try find("x", []) == nil)
    #expect(try find("a.c", Array("abc a.c".utf8), .literal) == 4..<7)
    #expect(try find("LO", Array("hello".utf8), .extended, .ignoreCase) == 3..<5)
    #expect(try find("hell", Array("hello".utf8), .extended, .whole) == nil)
    #expect(try find("hello", Array("hello".utf8), .extended, .whole) == 0..<5)
  }

  @Test func regularExpressionsMatchLeftmostLongest() throws {
    #expect(try find("a|ab", Array("xab".utf8)) == 1..<3)
    #expect(try find("a|ab", Array("ab".utf8), .extended, .whole) == 0..<2)
    #expect(try find("^b", Array("ab".utf8)) == nil)
    #expect(try find("a\\{2\\}", Array("caab".utf8), .basic) == 1..<3)
    #expect(try find("A+", Array("caab".utf8), .extended, .ignoreCase) == 1..<3)
    #expect(try find("^b$", Array("a\nb\nc".utf8), .extended, .lines) == 2..<3)
  }

  @Test func subjectsHoldAnyByte() throws {
    let subject: [UInt8] = [0x61, 0x00, 0xFF, 0x62]
    #expect(try find("b$", subject) == 3..<4)
    #expect(try find("a[^x][^x]b", subject) == 0..<4)
    #expect(try find("a..b", subject) == nil)
    #expect(try Pattern([0xFF], .extended).firstMatch(in: subject) == 2..<3)
    #expect(try find("x*", []) == 0..<0)
  }

  @Test func searchesFromAnOffset() throws {
    let pattern = try Pattern("[ab]", .extended)
    let subject = Array("a-b".utf8)
    #expect(pattern.firstMatch(in: subject, from: 1) == 2..<3)
    #expect(pattern.firstMatch(in: subject, from: 3) == nil)
    #expect(pattern.firstMatch(in: subject, from: 4) == nil)
    #expect(try Pattern("^-", .extended).firstMatch(in: subject, from: 1) == nil)
  }

  @Test func groupsAreOffsets() throws {
    let pattern = try Pattern("(a)|(b)", .extended)
    #expect(pattern.groupCount == 2)
    #expect(pattern.groups(in: Array("xb".utf8)) == [1..<2, nil, 1..<2])
    #expect(pattern.groups(in: Array("x".utf8)) == nil)
  }

  @Test func malformedPatternsAreRefused() {
    for text in ["(", "[", "a{2,1}", "*\\"] {
      #expect(throws: Pattern.Malformed.self) { _ = try Pattern(text, .extended) }
    }
    #expect(throws: Pattern.Malformed.self) { _ = try Pattern([0x2E, 0x00], .extended) }
  }
}
