import Linux
import Testing

@Suite struct GlobTests {
  @Test(arguments: [
    ("*", "abc"), ("a*c", "abc"), ("a*c", "ac"), ("*.gz", "x.tar.gz"), ("?", "a"), ("[a-c]x", "bx"),
    ("[!a-c]x", "dx"), ("[]]", "]"), ("[", "["), ("\\*", "*"), (".*", ".a"), ("", ""),
    ("a**b", "ab"),
  ]) func matches(_ pattern: String, _ name: String) {
    #expect(matchesGlob(name.bytes, pattern))
  }

  @Test(arguments: [
    ("*", ".a"), ("?a", ".a"), ("a*c", "abd"), ("[!a-c]x", "bx"), ("\\*", "a"), ("", "a"),
    ("a", ""),
    ("[.]a", ".a"), ("\\", "a"),
  ]) func refuses(_ pattern: String, _ name: String) {
    #expect(!matchesGlob(name.bytes, pattern))
  }

  @Test func isNotExponential() {
    let name = [UInt8](repeating: 97, count: 250)
    #expect(!matchesGlob(name, String(repeating: "*a", count: 100) + "b"))
  }
}
