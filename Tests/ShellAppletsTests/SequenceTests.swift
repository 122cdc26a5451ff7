import Box
import Linux
import Testing

@testable import ShellApplets

private func sequence(_ words: String..., width: Bool = false, format: String? = nil) throws
  -> String
{
  var command = Seq()
  command.separator = " "
  command.equalWidth = width
  command.format = format
  var context = Context(name: "seq", output: .memory(), errors: .memory())
  try command.run(words, &context)
  return context.output.text
}

@Suite struct SequenceTests {
  @Test func counts() throws {
    #expect(try sequence("3") == "1 2 3\n")
    #expect(try sequence("5", "-2", "-1") == "5 3 1 -1\n")
    #expect(try sequence("3", "1") == "")
    #expect(try sequence("1", "-1", "inf") == "")
  }

  @Test func fractionsAreExact() throws {
    #expect(try sequence("0", "0.1", "0.3") == "0.0 0.1 0.2 0.3\n")
    #expect(try sequence("-1", "0.5", "1") == "-1.0 -0.5 0.0 0.5 1.0\n")
    #expect(try sequence("1e-6", "1e-6", "2e-6") == "0.000001 0.000002\n")
    #expect(try sequence("1", "9.99").hasSuffix(" 9\n"))
  }

  @Test func numbersMayBeLong() throws {
    #expect(
      try sequence("99999999999999999999", "100000000000000000001")
        == "99999999999999999999 100000000000000000000 100000000000000000001\n")
    #expect(
      try sequence("-100000000000000000000", "99999999999999999999", "0")
        == "-100000000000000000000 -1\n")
  }

  @Test func padsAndFormats() throws {
    #expect(try sequence("8", "11", width: true) == "08 09 10 11\n")
    #expect(try sequence("-1", "10", width: true).hasPrefix("-1 00 01"))
    #expect(try sequence("2", format: "<%05.1f%%>") == "<001.0%> <002.0%>\n")
  }

  @Test(arguments: [
    ["x"], [""], ["1", "0", "3"], ["nan"], ["1", "2", "3", "4"], [], ["1e99999"], ["1e"], ["."],
    ["-"],
    ["0x"], ["0x1g"], ["1 "], ["--5"],
  ]) func refuses(_ words: [String]) {
    var context = Context(name: "seq", output: .memory(), errors: .memory())
    #expect(throws: Failure.self) { try Seq().run(words, &context) }
  }

  @Test(arguments: ["x", "%d", "%", "%%", "%g%g", "%*g", "%s", "%5"])
  func refusesFormat(_ text: String) {
    #expect(throws: Failure.self) { try SequenceFormat(text) }
  }

  @Test func decimalsAddAndCompare() throws {
    let pairs: [(String, String, String)] = [
      ("999", "1", "1000"), ("-5", "5", "0"), ("5", "-7", "-2"), ("-7", "5", "-2"),
      ("1000", "-1", "999"),
      ("-1", "-99", "-100"), ("0", "0", "0"), ("0x10", "1", "17"),
    ]
    for (a, b, sum) in pairs {
      let left = try #require(Decimal(a))
      let right = try #require(Decimal(b))
      #expect((left + right).text == sum)
      #expect((right + left).text == sum)
    }
    let small = try #require(Decimal("-3"))
    let large = try #require(Decimal("2"))
    #expect(small < large && !(large < small) && !(small < small))
  }
}
