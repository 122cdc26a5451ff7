import Linux
import Testing

@testable import FileApplets

@Suite struct FormatTests {
  @Test func modes() {
    #expect(modeText(.directory, 0o1777) == "drwxrwxrwt")
    #expect(modeText(.regular, 0o4755) == "-rwsr-xr-x")
    #expect(modeText(.regular, 0o6644) == "-rwSr-Sr--")
    #expect(modeText(.link, 0o1000) == "l--------T")
    #expect(modeText(.fifo, 0) == "p---------")
  }

  @Test(arguments: [
    (0, "0"), (1023, "1023"), (1024, "1.0K"), (1025, "1.1K"), (10188, "10K"), (10240, "10K"),
    (10241, "11K"), (1_048_575, "1.0M"), (UInt64.max, "16E"),
  ]) func humanSizes(_ bytes: UInt64, _ text: String) {
    #expect(SizeFormat.human(base: 1024).text(bytes) == text)
  }

  @Test func blockSizes() {
    #expect(SizeFormat.human(base: 1000).text(1500) == "1.5k")
    #expect(SizeFormat("K")?.text(4097) == "5K")
    #expect(SizeFormat("1K")?.text(4097) == "5")
    #expect(SizeFormat("kB")?.text(1) == "1kB")
    #expect(SizeFormat("MiB")?.text(0) == "0MiB")
    #expect(SizeFormat("si") == .human(base: 1000))
    for bad in ["", "0", "K9", "-1", "99999999999999999999E", "kb"] {
      #expect(SizeFormat(bad) == nil, "\(bad)")
    }
  }

  @Test func sixMonths() {
    let now = Instant(seconds: 1_750_000_000)
    let half = 31_556_952 / 2
    let recent = TimeStyle(recentForTests: "recent", old: "old")
    #expect(recent.text(Instant(seconds: now.seconds - half + 1), now: now) == "recent")
    #expect(recent.text(Instant(seconds: now.seconds - half), now: now) == "old")
    #expect(recent.text(now, now: now) == "old")
    #expect(recent.text(Instant(seconds: now.seconds + 1), now: now) == "old")
  }

  @Test func timeFormats() {
    let instant = Instant(seconds: 5, nanoseconds: 1_234_567)
    #expect(formatTime(instant, "%N %3N %%N %s") == "001234567 001 %N 5")
    #expect(formatTime(instant, "%") == "%")
    #expect(!formatTime(Instant(seconds: .max), "%Y").isEmpty)
    #expect(!formatTime(Instant(seconds: .min), "%Y").isEmpty)
    #expect(TimeStyle("bogus") == nil)
    #expect(TimeStyle("+a\nb\nc") == nil)
  }

  @Test func quoting() {
    let odd = String(bytes: [0x61, 0xFF, 0x0A])
    #expect(Quoting(style: .literal).quoted(odd).sameBytes(as: odd))
    #expect(Quoting(style: .literal, masks: true).quoted(odd) == "a??")
    #expect(Quoting(style: .escape).quoted(odd) == "a\\377\\n")
    #expect(Quoting(style: .c).quoted("a\"b") == "\"a\\\"b\"")
    #expect(Quoting(style: .shellEscape).quoted("a b") == "'a b'")
    #expect(Quoting(style: .shellEscape).quoted("d'e") == "\"d'e\"")
    #expect(Quoting(style: .shellEscape).quoted("\u{1B}[31m") == "''$'\\033''[31m'")
    #expect(Quoting(style: .shellEscape).quoted("plain.txt") == "plain.txt")
    #expect(Quoting(style: .shellEscape).quoted("") == "''")
    #expect(Quoting(style: .literal, masks: true).quoted("a\u{202E}b") == "a?b")
  }

  @Test func columnLayout() {
    let layout = ColumnLayout([5, 5, 5, 5], line: 16, across: false)
    #expect(layout.columns == 2 && layout.rows == 2 && layout.widths == [7, 5])
    #expect(layout.indices(row: 1, count: 4) == [1, 3])
    #expect(ColumnLayout([5, 5, 5], line: 16, across: true).indices(row: 1, count: 3) == [2])
    #expect(ColumnLayout([], line: 80, across: false).rows == 0)
    #expect(ColumnLayout([500], line: 1, across: false).columns == 1)
    #expect(indentation(from: 3, to: 16, tab: 8) == "\t\t")
    #expect(indentation(from: 3, to: 5, tab: 8) == "  ")
    #expect(indentation(from: 3, to: 9, tab: 0) == "      ")
  }

  @Test func versionOrder() {
    let names = ["", ".", "..", ".a", "a", "a1", "a2", "a10", "a10.tar", "a010b", "b~", "b"]
    let sorted = names.shuffled().sorted { compareVersions($0.bytes, $1.bytes) < 0 }
    #expect(sorted.prefix(8) == ["", ".", "..", ".a", "a", "a1", "a2", "a10"])
    #expect(compareVersions("b~".bytes, "b".bytes) < 0)
    #expect(compareVersions("x-9.tar.gz".bytes, "x-10.tar.gz".bytes) < 0)
  }

  @Test func statNumbers() {
    var directive = StatFormatter.Directive()
    directive.width = 6
    #expect(StatValue.number(7).laid(out: directive) == "     7".bytes)
    directive.flags = "0".bytes
    #expect(StatValue.number(0o755, base: 8).laid(out: directive) == "000755".bytes)
    directive.flags = []
    directive.precision = 3
    directive.width = 0
    let early = Instant(seconds: -2, nanoseconds: 250_000_000)
    #expect(StatValue.seconds(early).laid(out: directive) == "-1.750".bytes)
    #expect(StatValue.text("abcdef").laid(out: directive) == "abc".bytes)
  }
}

extension TimeStyle {
  init(recentForTests recent: String, old: String) {
    self = .locale
    self.recent = recent
    self.old = old
  }
}
