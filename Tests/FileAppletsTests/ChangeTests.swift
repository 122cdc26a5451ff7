import Box
import Linux
import Target
import Testing

@testable import FileApplets

@Suite struct ModeChangeTests {
  @Test(arguments: [
    ("755", 0o644, 0o755), ("u+x", 0o644, 0o744), ("a-w", 0o666, 0o444), ("g=u", 0o640, 0o660),
    ("u=rwx,go=", 0o644, 0o700), ("+w", 0o444, 0o644), ("=r", 0o777, 0o444), ("+X", 0o644, 0o644),
    ("+X", 0o744, 0o755), ("u+s,g+s", 0o755, 0o6755), ("o+t", 0o755, 0o1755),
    ("u+w-x", 0o555, 0o655),
    ("o=g", 0o750, 0o755), ("4755", 0o644, 0o4755), ("a=", 0o777, 0),
  ]) func applies(_ text: String, _ old: UInt32, _ new: UInt32) throws {
    let change = try #require(ModeChange(text, mask: 0o022))
    #expect(change.applied(to: old, isFolder: false) == new)
  }

  @Test func foldersKeepTheirBits() throws {
    #expect(try #require(ModeChange("755")).applied(to: 0o2700, isFolder: true) == 0o2755)
    #expect(try #require(ModeChange("00755")).applied(to: 0o2700, isFolder: true) == 0o755)
    #expect(try #require(ModeChange("u=rwx")).applied(to: 0o6700, isFolder: true) == 0o6700)
  }

  @Test(arguments: ["", "8", "77777", "u", "u+q", "x", "u+x,", ",", "+7x", "u+7"])
  func refuses(_ text: String) { #expect(ModeChange(text) == nil) }
}

@Suite struct FindParserTests {
  private func parse(_ words: [String]) -> String? {
    let context = Context(name: "find", output: .memory(), errors: .memory())
    var parser = FindParser(words, Paths(context), context)
    do throws(Failure) {
      _ = try parser.parse()
      return nil
    } catch {
      return error.text
    }
  }

  @Test(arguments: [
    [], ["a", "b"], ["-name", "x"], ["a", "(", "-true", "-o", "-false", ")", "-print"],
    ["!", "-true", ",", "-false"], ["-size", "+5k", "-mtime", "-1.5"], ["-perm", "/u+s"],
    ["-exec", "a", "{}", ";"], ["-exec", "a", "{}", "+"], ["-newermt", "2020-01-01"],
  ]) func accepts(_ words: [String]) { #expect(parse(words) == nil) }

  @Test(arguments: [
    ["("], [")"], ["-o"], ["!"], ["-name"], ["-size", "x"], ["-size", ""], ["-perm", "9"],
    ["-type", "q"], ["-type", "f,f"], ["-exec"], ["-exec", ";"], ["-exec", "a", "{}", "{}", "+"],
    ["-nonsense"], ["(", ")"], ["-true", "a"], ["-printf", "%"], ["-printf", "%Q"],
    ["-regex", "\\("],
  ]) func refuses(_ words: [String]) { #expect(parse(words) != nil) }

  @Test func refusesDeepNests() {
    let deep =
      [String](repeating: "(", count: 5000) + ["-true"] + [String](repeating: ")", count: 5000)
    #expect(parse(deep) == "too many parentheses")
  }

  @Test func readsSizes() throws {
    let kilobytes = try #require(FindNumber.size("+10k"))
    #expect(kilobytes.0 == FindNumber(comparison: .more, value: 10) && kilobytes.unit == 1024)
    #expect(
      FindNumber.size("k") == nil && FindNumber.size("-") == nil && FindNumber.size("") == nil)
    #expect(FindNumber("99999999999999999999") == nil)
  }
}

@Suite struct SizeTests {
  @Test(arguments: [
    ("512", 512), ("1k", 1024), ("1kB", 1000), ("2x3", 6), ("1b", 512), ("1MiB", 1 << 20),
  ])
  func ddReadsNumbers(_ text: String, _ value: Int) { #expect(Dd.number(text) == value) }

  @Test(arguments: ["", "x", "1q", "2x", "-1", "99999999999G", "9999999999x9999999999x9999999999"])
  func ddRefuses(_ text: String) { #expect(Dd.number(text) == nil) }

  @Test(arguments: [
    ("a/../b", 5), ("../x", 3), ("/x", 1), ("a/b", 0), ("..", 2), ("//a//..//b", 9),
  ])
  func tarStripsWhatLeadsOut(_ name: String, _ cut: Int) {
    #expect(TarNames.unsafePrefix(Array(name.utf8)) == cut)
  }
}
