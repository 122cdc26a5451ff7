import Shell
import Testing

private func matches(_ pattern: String, _ text: String, extended: Bool = false) -> Bool {
  GlobPattern(Bytes(pattern.utf8), extended: extended).matches(Bytes(text.utf8))
}

@Suite struct GlobPatternTests {
  @Test func matchesOperators() {
    #expect(matches("*.txt", "a.txt") && !matches("*.txt", "a.txt2"))
    #expect(matches("?", "ä") && matches("??", "ab") && !matches("?", ""))
    #expect(matches("[a-c]x", "bx") && !matches("[!a-c]x", "bx") && matches("[^a]", "b"))
    #expect(matches("[[:digit:]]*", "1a") && matches("[]]", "]") && matches("[", "["))
    #expect(matches("a\\*b", "a*b") && !matches("a\\*b", "axb"))
    #expect(matches("*a*b*", "xxaxxbxx") && !matches("*a*b*", "xxbxxaxx"))
  }

  @Test func matchesChoices() {
    #expect(matches("@(a|b)c", "bc", extended: true) && !matches("@(a|b)c", "bc"))
    #expect(matches("*(ab)", "abab", extended: true) && matches("+(a)", "aaa", extended: true))
    #expect(matches("!(a)", "b", extended: true) && !matches("!(a)", "a", extended: true))
    #expect(matches("?(a)b", "b", extended: true) && matches("@(a|@(b|c))", "c", extended: true))
    #expect(!matches("+()", "x", extended: true))
    #expect(
      matches("!(*.txt)", "a.c", extended: true) && !matches("!(*.txt)", "a.txt", extended: true))
    #expect(matches("@(a|ab)@(c|bc)d", "abcd", extended: true))
  }

  /// Loops within loops, where trying one way after the other would take years.
  @Test func matchesInPolynomialTime() {
    let text = String(repeating: "a", count: 60)
    #expect(!matches("*(*(a*)*(a))b", text, extended: true))
    #expect(matches("*(*?|x)", text, extended: true))
    #expect(
      !matches(
        String(repeating: "*(a|", count: 8) + "b" + String(repeating: ")", count: 8) + "c", text,
        extended: true))
  }

  @Test func endsBetweenCharacters() {
    let text = Bytes("nö".utf8)
    #expect(GlobPattern(Bytes("?".utf8)).suffix(text, longest: false) == 1)
    #expect(GlobPattern(Bytes("?".utf8), countsBytes: true).suffix(text, longest: false) == 2)
    #expect(GlobPattern(Bytes("?".utf8)).suffix([0x81, 0x82], longest: false) == 1)
    #expect(
      CharacterScanner.count([0xE0, 0x80, 0x80]) == 3
        && CharacterScanner.count(Bytes("€".utf8)) == 1)
  }

  @Test func findsEnds() {
    let pattern = GlobPattern(Bytes("a*b".utf8))
    let ends = pattern.ends(Bytes("axbxb!".utf8), from: 0)
    #expect(ends?.shortest == 3 && ends?.longest == 5)
    #expect(GlobPattern(Bytes("x*".utf8)).suffix(Bytes("axbxc".utf8), longest: true) == 1)
    #expect(GlobPattern(Bytes("x*".utf8)).suffix(Bytes("axbxc".utf8), longest: false) == 3)
  }

  @Test func survivesWhatIsUnfinished() {
    for pattern in ["[", "[!", "[a-", "[[:x", "@(", "@(a|", "\\", "*(", "[]"] {
      _ = GlobPattern(Bytes(pattern.utf8), extended: true).matches(Bytes("text".utf8))
    }
    let slow = String(repeating: "*(a|aa)", count: 30) + "b"
    #expect(!matches(slow, String(repeating: "a", count: 60), extended: true))
  }
}

@Suite struct ArithmeticTests {
  private func tree(_ text: String) -> ArithmeticNode? {
    var parser = ArithmeticParser(Bytes(text.utf8), symbols: SymbolTable())
    return try? parser.whole()
  }

  @Test func readsExpressions() {
    #expect(tree("1 + 2 * 3")?.operation == .add)
    #expect(tree("a = b += 3")?.operation == .assign)
    #expect(tree("a ? b : c")?.operation == .conditional)
    #expect(tree("x[1 + y]++")?.operation == .postIncrement)
    #expect(tree("16#ff")?.value == 255 && tree("0x1F")?.value == 31 && tree("010")?.value == 8)
    #expect(tree("")?.value == 0)
  }

  @Test func boundsSubscripts() {
    func nested(_ depth: Int) -> String {
      String(repeating: "a[", count: depth) + "0" + String(repeating: "]", count: depth)
    }
    #expect(tree(nested(100))?.operation == .element)
    #expect(tree(nested(100_000)) == nil)
  }

  @Test func refusesNonsense() {
    for text in ["1 +", "(1", "1 2", "08", "2#3", "a ? b", "1 = 2", "x[1", ")", "65#1"] {
      #expect(tree(text) == nil)
    }
    #expect(tree(String(repeating: "(", count: 10_000)) == nil)
    #expect(tree(String(repeating: "-", count: 10_000) + "1") == nil)
  }

  @Test func calculates() {
    #expect(ArithmeticNode.Operator.divide.apply(7, 2) == 3)
    #expect(ArithmeticNode.Operator.divide.apply(1, 0) == nil)
    #expect(ArithmeticNode.Operator.divide.apply(Int.min, -1) == Int.min)
    #expect(ArithmeticNode.Operator.power.apply(2, 10) == 1024)
    #expect(ArithmeticNode.Operator.add.apply(Int.max, 1) == Int.min)
  }
}

@Suite struct QuotingTests {
  @Test func expandsBraces() throws {
    func expanded(_ text: String) throws -> [String] {
      let parser = ShellParser(Bytes(text.utf8), symbols: SymbolTable())
      guard case .simple(let simple)? = try parser.next()?.items[0].command.first.commands[0].body
      else { return [] }
      return expandBraces(simple.words[0]).map { String(decoding: $0.literal ?? [], as: UTF8.self) }
    }
    #expect(try expanded("a{b,c}d") == ["abd", "acd"])
    #expect(try expanded("{1..3}{a..c..2}") == ["1a", "1c", "2a", "2c", "3a", "3c"])
    #expect(try expanded("{01..03}") == ["01", "02", "03"])
    #expect(try expanded("a{b}c") == ["a{b}c"])
    #expect(try expanded("{a,{b,c}}") == ["a", "b", "c"])
  }

  @Test func quotes() {
    #expect(Quoting.minimal(Bytes("a b".utf8)) == Bytes("'a b'".utf8))
    #expect(Quoting.quoted(Bytes("a\nb".utf8)) == Bytes("$'a\\nb'".utf8))
    #expect(Quoting.single(Bytes("it's".utf8)) == Bytes("'it'\\''s'".utf8))
    #expect(unescape(Bytes("a\\tb\\x41\\101".utf8), .dollarQuote).text == Bytes("a\tbAA".utf8))
  }
}
