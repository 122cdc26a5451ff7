import Box
import Linux
import Testing

@testable import ShellApplets

private func format(_ format: String, _ words: String...) -> (
  text: String, complaints: Int, isWrong: Bool
) {
  var evaluator = FormatEvaluator(format: format.bytes, arguments: words[...])
  do throws(Failure) {
    while try evaluator.pass() {}
    return (String(bytes: evaluator.output), evaluator.complaints.count, false)
  } catch {
    return (String(bytes: evaluator.output), evaluator.complaints.count, true)
  }
}

@Suite struct FormatTests {
  @Test func formatsIntegers() {
    #expect(
      format("%d|%5d|%-5d|%05d|%+d|% d|%.3d", "1", "2", "3", "4", "5", "6", "7").text
        == "1|    2|3    |00004|+5| 6|007")
    #expect(
      format("%x %X %#o %u", "255", "255", "8", "-1").text == "ff FF 010 18446744073709551615")
    #expect(
      format("%d %d %d", "0x1F", "010", "-9223372036854775808").text == "31 8 -9223372036854775808")
    #expect(format("%d %d", "'A", "\"ä").text == "65 228")
  }

  @Test func complainsAboutWhatIsNoNumber() {
    #expect(format("%d", "abc") == ("0", 1, false))
    #expect(format("%d", "5x") == ("5", 1, false))
    #expect(format("%d", "99999999999999999999") == ("9223372036854775807", 1, false))
    #expect(format("%u", "99999999999999999999") == ("18446744073709551615", 1, false))
    #expect(format("%f", "1e5000") == ("inf", 1, false))
    #expect(format("%d", "") == ("0", 0, false))
  }

  @Test func formatsFractions() {
    #expect(
      format("%.2f|%8.3f|%-8.1f|%e|%g", "1.005", "3.14159", "2", "12345", "1e10").text
        == "1.00|   3.142|2.0     |1.234500e+04|1e+10")
    #expect(format("%f %f", "inf", "-nan").text == "inf -nan")
  }

  @Test func reusesTheFormat() {
    #expect(format("%s-%s\n", "a", "b", "c").text == "a-b\nc-\n")
    #expect(format("none", "a").text == "none")
    #expect(format("%*d|%.*s", "4", "7", "2", "abc").text == "   7|ab")
  }

  @Test func readsEscapes() {
    #expect(format("\\101\\x42\\u00e4\\n").text == "ABä\n")
    #expect(format("%b", "\\0101\\101\\t").text == "AA\t")
    #expect(format("a\\cb").text == "a")
    #expect(format("%b|", "x\\cy", "z").text == "x")
    #expect(format("a\\x").isWrong)
    #expect(format("\\ud800").isWrong)
    #expect(format("\\").text == "\\")
  }

  @Test func refusesWrongDirectives() {
    for text in ["%", "%5", "%z", "%n", "%5%", "%05s", "%.1c", "%5b", "%99999999999d", "%1$s"] {
      #expect(format("ok" + text, "1") == ("ok", 0, true), "\(text)")
    }
  }

  @Test(arguments: [
    ("", "''"), ("a", "a"), ("a b", "'a b'"), ("a'b", "\"a'b\""), ("a'b$", "'a'\\''b$'"),
    ("a\nb", "'a'$'\\n''b'"), ("~x", "'~x'"), ("x~", "x~"), ("{", "'{'"), ("ä", "ä"),
    ("\u{1B}[", "''$'\\033''['"), ("\u{202E}", "''$'\\342\\200\\256'"),
  ]) func quotes(_ word: String, _ quoted: String) {
    #expect(ShellQuote.quoted(word) == quoted)
  }

  @Test func quotesBytesThatAreNoText() {
    #expect(format("%q", String(bytes: [0x61, 0xFF, 0x62])).text == "'a'$'\\377''b'")
  }
}
