import Box
import Linux
import Testing

@testable import ShellApplets

private func evaluate(_ words: String...) throws(Failure) -> Bool {
  let context = Context(name: "test", output: .memory(), errors: .memory())
  var condition = Condition(words, files: FileQuestions(context))
  return try condition.value()
}

@Suite struct ConditionTests {
  @Test func countsWords() throws {
    #expect(try !evaluate())
    #expect(try evaluate("a"))
    #expect(try !evaluate(""))
    #expect(try evaluate("-f"))
    #expect(try evaluate("!", ""))
    #expect(try evaluate("-f", "=", "-f"))
    #expect(try evaluate("(", "a", ")"))
    #expect(try !evaluate("!", "a", "=", "a"))
    #expect(try evaluate("(", "!", "", ")"))
  }

  @Test func comparesStrings() throws {
    #expect(try evaluate("a", "<", "b"))
    #expect(try evaluate("b", ">", "a"))
    #expect(try !evaluate("a", ">", "a"))
    #expect(try evaluate("a", "!=", "b"))
    // Canonically equivalent, but other bytes.
    #expect(try !evaluate("\u{E4}", "=", "a\u{308}"))
  }

  @Test func comparesNumbersOfAnySize() throws {
    #expect(try evaluate("99999999999999999999999", "-gt", "99999999999999999999998"))
    #expect(try evaluate("-10", "-lt", "-9"))
    #expect(try evaluate("-0", "-eq", "000"))
    #expect(try evaluate(" +5 ", "-eq", "5"))
    #expect(try evaluate("-l", "abc", "-eq", "3"))
  }

  @Test func followsTheGrammar() throws {
    #expect(try evaluate("a", "-o", "", "-a", ""))
    #expect(try !evaluate("(", "a", "-o", "", ")", "-a", ""))
    #expect(try evaluate("a", "-a", "!", ""))
    #expect(try evaluate("(", "(", "a", ")", ")"))
    #expect(try evaluate("1", "-eq", "1", "-a", "2", "-gt", "1"))
  }

  @Test func asksAboutFiles() throws {
    #expect(try evaluate("-d", "/"))
    #expect(try evaluate("-c", "/dev/null"))
    #expect(try !evaluate("-e", ""))
    #expect(try evaluate("/", "-ef", "/."))
    #expect(try evaluate("/", "-nt", "/nowhere"))
  }

  @Test(arguments: [
    ["a", "b"], ["a", "b", "c"], ["1", "-eq", "x"], ["-q", "x"], ["(", "a"],
    ["(", "a", "b", "c", "d"],
    ["a", "-a"], ["-t", "x"], ["", "-eq", "0"], ["-", "-eq", "5"], ["!", "a", "b"],
    ["a", "=", "b", "c"],
    ["-z", "-a", "-n"], ["a", "-a", "b", "-a"],
  ]) func refuses(_ words: [String]) {
    let context = Context(name: "test", output: .memory(), errors: .memory())
    var condition = Condition(words, files: FileQuestions(context))
    do throws(Failure) {
      _ = try condition.value()
      Issue.record("no error")
    } catch {
      #expect(error.status == 2)
    }
  }

  @Test func survivesDeepParentheses() {
    let words = [String](repeating: "(", count: 100_000)
    let context = Context(name: "test", output: .memory(), errors: .memory())
    var condition = Condition(words, files: FileQuestions(context))
    #expect(throws: Failure.self) { try condition.value() }
  }
}
