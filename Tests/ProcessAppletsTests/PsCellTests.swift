import Linux
import Runtimes
import Testing

@testable import ProcessApplets

private func shown(_ bytes: [UInt8], limit: Int = .max, line: Bool = false) -> String {
  var cell = PsCell()
  cell.clear(limit: limit)
  cell.append(foreign: bytes[...], line: line)
  return String(bytes: cell.bytes)
}

@Suite struct PsCellTests {
  @Test func writesNumbers() {
    var cell = PsCell()
    for number in [0, 9, 10, 1_234_567, -5, .max, .min] {
      cell.clear(limit: .max)
      cell.append(number)
      #expect(String(bytes: cell.bytes) == String(number))
    }
    cell.clear(limit: .max)
    cell.append(7, places: 2)
    cell.append(hexadecimal: 0xAB)
    #expect(String(bytes: cell.bytes) == "0700000000000000ab")
  }

  @Test func masksWhatATerminalWouldActOn() {
    #expect(shown(Array("a\u{1B}[31mb\t\u{7F}".utf8)) == "a?[31mb??")
    #expect(shown(Array("a\0b\nc".utf8), line: true) == "a b c")
    #expect(shown([0x61, 0xFF, 0xC3]) == "a??")
    #expect(shown(Array("\u{9B}31m\u{202E}x".utf8)) == "?31m?x")
  }

  @Test func cutsAtColumns() {
    #expect(shown(Array("abcdef".utf8), limit: 3) == "abc")
    #expect(shown(Array("日本語".utf8), limit: 5) == "日本")
    #expect(shown(Array("é́x".utf8), limit: 2).unicodeScalars.last == "x")
    #expect(shown([], limit: 0) == "")
  }

  @Test func shortensNames() {
    var cell = PsCell()
    cell.clear(limit: .max)
    cell.append(foreign: ArraySlice("systemd-network".utf8))
    cell.shorten(to: 8)
    #expect(String(bytes: cell.bytes) == "systemd+")
    #expect(cell.columns == 8)
  }
}

@Suite struct PsRuntimeTests {
  @Test(
    arguments: [
      ("java", "", [], "jvm"), ("app", "/opt/jdk/bin/java", [], "jvm"),
      ("python3.11", "", [], "python"),
      ("node", "", [], "node"), ("MyApp", "/app/MyApp", ["MyApp", ".NET Finalizer"], ".net"),
      ("server", "", ["server", "VM Thread"], "jvm"), ("nginx", "/usr/sbin/nginx", ["nginx"], nil),
      ("", "", [], nil),
    ] as [(String, String, [String], String?)])
  func guesses(_ name: String, _ executable: String, _ threads: [String], _ expected: String?) {
    let guess = RuntimeGuess.guess(name: name, executable: executable, threads: threads)
    #expect(guess.map { "\($0)" } == expected)
  }
}
