import Linux
import Testing

@testable import Box

private struct Wordy: Command {
  static var manual: Manual<Wordy> {
    Manual(
      "wordy", "Say a great deal about little, in so many words that no line could ever hold them",
      family: .text, operands: "WORD...",
      options: [
        .value("z", "zeta", "NUM", "Last") { (_: inout Wordy, _: Int) in },
        .flag(
          nil, "only-long-name", "An option that has no letter and is rather wordy about it all"
        ) {
          _ in
        },
        .value("m", "max", "NUM", "Apart") { (_: inout Wordy, _: Int) in }.apart,
        .flag("a", nil, "First") { _ in },
        .flag("A", nil, "Second") { _ in },
        .digits("A number") { (_: inout Wordy, _: Int) in },
      ],
      examples: [("wordy one two three four five six seven eight nine", "Say it all")],
      standard: "POSIX", deviations: ["It says more"])
  }

  func run(_ operands: [String], _ context: inout Context) throws(Failure) {}
}

@Suite struct HelpTests {
  private let text = help(Page(Wordy.manual), calledAs: "wordy")

  @Test func staysWithin79Columns() {
    for line in text.split(separator: "\n") { #expect(line.utf8.count <= 79, "\(line)") }
  }

  @Test func sortsOptions() {
    let names = Page(Wordy.manual).options.map { optionNames($0) }
    #expect(
      names == ["-NUM", "-a", "-A", "-m, --max NUM", "-z, --zeta=NUM", "    --only-long-name"])
  }

  @Test func saysEverything() {
    #expect(text.hasPrefix("Usage: wordy [OPTION]... WORD...\nSay a great deal"))
    for part in [
      "\nOptions:\n", "    --help ", "\nExamples:\n  wordy one", "Standard: POSIX.",
      "Differs: It says",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func wrapsAtSpaces() {
    #expect(wrap("a b", indent: 2) == "  a b\n")
    #expect(wrap("", indent: 0) == "\n")
    let long = String(repeating: "x", count: 100)
    #expect(wrap("a \(long) b", indent: 1) == " a\n \(long)\n b\n")
    let words = wrap(String(repeating: "word ", count: 40), indent: 28)
    for line in words.split(separator: "\n") { #expect(line.count <= 79) }
  }
}

@Suite struct SanitizeTests {
  @Test(arguments: [
    ("plain ~", "plain ~"), ("a\nb\t\r\u{1B}[31m", "a\\nb\\t\\r\\e[31m"), ("\u{7F}", "\\x7f"),
    ("\u{9B}31m", "\\xc2\\x9b31m"), ("\u{202E}txt", "\\xe2\\x80\\xaetxt"), ("grün", "grün"),
    ("\0", "\\x00"),
  ]) func escapes(_ text: String, _ expected: String) {
    #expect(Sanitize.escaped(text) == expected)
  }

  @Test func escapesBytesThatAreNoText() {
    #expect(Sanitize.escaped(String(bytes: [0x61, 0xFF, 0xC3])) == "a\\xff\\xc3")
    #expect(Sanitize.masked(String(bytes: [0x61, 0xFF, 0x0A])) == "a??")
  }
}

@Suite struct FailureTests {
  @Test func saysWhoWhatAndWhy() {
    let errors = Output.memory()
    var context = Context(name: "cat", output: .memory(), errors: errors)
    context.report(.denied("/x\u{1B}", "no right", advice: "ask"))
    #expect(errors.text == "cat: /x\\e: no right\nfix: ask\n")
    #expect(context.status == 1)
    context.report(.quiet(0))
    #expect(context.status == 1)
  }

  @Test func variablesAreFoundByBytes() {
    let context = Context(
      name: "env", output: .memory(), errors: .memory(), environment: ["AB=1", "A=\u{301}x", "A=2"])
    #expect(context.variable("A")?.sameBytes(as: "\u{301}x") == true)
    #expect(context.variable("B") == nil)
  }
}
