import Shell
import Testing

/// The first command line of `text`, written down again; or the error.
private func parsed(_ text: String) -> String {
  let parser = ShellParser(Bytes(text.utf8), symbols: SymbolTable())
  do throws(SyntaxError) {
    guard let list = try parser.next() else { return "" }
    return String(decoding: Unparser.text(list), as: UTF8.self)
  } catch {
    let text = String(decoding: error.text, as: UTF8.self)
    return "\(error.line): \(text)" + (error.isIncomplete ? " (incomplete)" : "")
  }
}

@Suite struct ParserTests {
  @Test func readsCommands() {
    #expect(parsed("a && b || ! c | d") == "a && b || ! c | d")
    #expect(parsed("if a; then b; else c; fi >x") == "if a; then b; else c; fi > x")
    #expect(parsed("for i in 1 2; do echo $i; done") == "for i in 1 2; do echo $i; done")
    #expect(parsed("for ((i=0;i<3;i++)); do :; done") == "for ((i=0; i<3; i++)) do :; done")
    #expect(parsed("case x in a|b) c;; esac") == "case x in  a | b) c ;; esac")
    #expect(parsed("f() { a; }") == "f()  { a; }")
    #expect(parsed("[[ -f x && y =~ (a|b) ]]") == "[[ -f x && y =~ (a|b) ]]")
    #expect(parsed("a=(1 [3]=2) b") == "a=(1 [3]=2) b")
  }

  @Test func joinsLines() {
    #expect(parsed("ec\\\nho a") == "echo a" || parsed("ec\\\nho a") == "ec\\\nho a")
    #expect(parsed("i\\\nf a; then b; fi") == "if a; then b; fi")
  }

  @Test func namesTheTokenInTheWay() {
    #expect(parsed("fi") == "1: syntax error: unexpected 'fi'")
    #expect(parsed("a\n") == "a")
    #expect(parsed("( a; b") == "1: syntax error: unexpected end of file (incomplete)")
    #expect(parsed("a ;; b") == "1: syntax error: unexpected ';;'")
    #expect(parsed("echo 'a").hasSuffix("(incomplete)"))
    #expect(parsed("echo ${a").hasSuffix("(incomplete)"))
  }

  @Test func readsHereDocuments() throws {
    let parser = ShellParser(
      Bytes("cat <<A <<-'B'\na $x\nA\n\tb\n\tB\nnext".utf8), symbols: SymbolTable())
    let list = try #require(try parser.next())
    let redirections = list.items[0].command.first.commands[0].redirections
    #expect(redirections[0].hereDocument?.source == Bytes("a $x\n".utf8))
    #expect(redirections[1].hereDocument?.source == Bytes("b\n".utf8))
    #expect(redirections[1].hereDocument?.isQuoted == true)
    #expect(try parser.next()?.items.count == 1)
  }

  @Test func asksForMoreLines() throws {
    var lines = ["then echo\n", "fi\n", "rest\n"]
    let parser = ShellParser(Bytes("if true\n".utf8), symbols: SymbolTable())
    parser.refill = { lines.isEmpty ? nil : Bytes(lines.removeFirst().utf8) }
    #expect(try parser.next()?.items.count == 1)
    #expect(lines == ["rest\n"])
  }

  @Test func limitsNesting() {
    #expect(parsed(String(repeating: "(", count: 5000)) == "1: nested too deeply")
    #expect(parsed("echo " + String(repeating: "${a:-", count: 5000)) == "1: nested too deeply")
  }

  @Test func replacesAliases() throws {
    let symbols = SymbolTable()
    symbols.intern("e").alias = Alias(Bytes("echo ".utf8))
    symbols.intern("w").alias = Alias(Bytes("world".utf8))
    symbols.intern("echo").alias = Alias(Bytes("echo -n".utf8))
    let parser = ShellParser(Bytes("e w w".utf8), symbols: symbols)
    let list = try #require(try parser.next())
    #expect(Unparser.text(list) == Bytes("echo -n world w".utf8))
  }
}
