import Dates
import Linux
import Report
import Testing

@testable import SystemApplets

/// Wednesday, 2024-05-15 12:34:56.5 UTC.
private let now = Instant(seconds: 1_715_776_496, nanoseconds: 500_000_000)

private func read(_ text: String) -> String? {
  guard let instant = DateParser.parse(text, now: now, utc: true),
    let time = CalendarTime(instant, utc: true)
  else { return nil }
  return DateFormat(instant, time).text("%F %T")
}

@Suite struct DateParserTests {
  @Test(arguments: [
    ("now", "2024-05-15 12:34:56"), ("", "2024-05-15 00:00:00"), ("@0", "1970-01-01 00:00:00"),
    ("@-1.5", "1969-12-31 23:59:58"), ("2020-02-29", "2020-02-29 00:00:00"),
    ("2020-02-29T10:00:00Z", "2020-02-29 10:00:00"),
    ("2020-02-29 10:00:00.25 +02:30", "2020-02-29 07:30:00"),
    ("20200229 1030", "2020-02-29 10:30:00"),
    ("29 feb 2020", "2020-02-29 00:00:00"), ("Feb 29, 2020 3pm", "2020-02-29 15:00:00"),
    ("2/29/2020", "2020-02-29 00:00:00"), ("10:30", "2024-05-15 10:30:00"),
    ("yesterday", "2024-05-14 12:34:56"), ("2 days ago", "2024-05-13 12:34:56"),
    ("+1 hour", "2024-05-15 13:34:56"), ("next month", "2024-06-15 12:34:56"),
    ("last friday", "2024-05-10 00:00:00"), ("monday", "2024-05-20 00:00:00"),
    ("wednesday", "2024-05-15 00:00:00"), ("next wednesday", "2024-05-22 00:00:00"),
    ("2024-01-31 1 month", "2024-03-02 00:00:00"), ("1 week ago 10:00", "2024-05-08 10:00:00"),
    ("Mon, 14 Aug 2006 02:34:56 -0600", "2006-08-14 08:34:56"),
    ("10:00 +14:00", "2024-05-14 20:00:00"), ("tomorrow 23:00 -11", "2024-05-17 10:00:00"),
    ("Thu Jan  1 00:00:00 UTC 1970", "1970-01-01 00:00:00"),
  ]) func reads(_ text: String, _ expected: String) { #expect(read(text) == expected) }

  @Test(arguments: [
    "foo", "2023-02-29", "2024-13-01", "25:00", "10:60", "13:00 pm", "@", "@x", "@1e3", "1 bogus",
    "2024-01-05 2024-01-06", "10:00 11:00", "monday tuesday", "99999999999 years", "1.5 hours",
    "99999999999999999999 days", "@99999999999999999999", "12345678901234567890", "-", "+", "+5",
    "/",
    "1/", "1-", "1:", "1:2:", "9223372036854775807 weeks", "-9223372036854775807 hours", "(",
    "1 day ago ago",
    "2024-01-05 9223372036854775807 seconds 9223372036854775807 seconds", "\u{0}", "ä",
    "9223372036854775807 monday",
  ]) func refuses(_ text: String) { #expect(read(text) == nil) }

  @Test func survivesGarbage() {
    var state: UInt64 = 42
    let alphabet = Array("0123456789-+:/@., TZapmdyjnouw()".unicodeScalars)
    for _ in 0..<20_000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text.unicodeScalars.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      _ = read(text)
    }
  }
}

@Suite struct DateFormatTests {
  private func text(_ format: String, _ seconds: Int = 1_715_776_496) -> String {
    let instant = Instant(seconds: seconds, nanoseconds: 50_000_000)
    guard let time = CalendarTime(instant, utc: true) else { return "" }
    return DateFormat(instant, time).text(format)
  }

  @Test func formats() {
    #expect(
      text("%F %T %Z %z %:z %a %b %e %j %s")
        == "2024-05-15 12:34:56 UTC +0000 +00:00 Wed May 15 136 1715776496")
    #expect(text("%N %3N %_3N| %-d %5d %_5d %^a %P") == "050000000 050 05 | 15 00015    15 WED pm")
    #expect(text("%G-W%V-%u %U %W") == "2024-W20-3 19 20")
    #expect(text("%n%t%%") == "\n\t%")
  }

  @Test func keepsWhatItDoesNotKnow() {
    #expect(text("%Q %5Q %: %E") == "%Q   %5Q %: %E")
    #expect(text("%") == "%")
    #expect(text("%999999999999999999999d") == "%999999999999999999999d")
  }

  @Test func survivesFarTimes() {
    for seconds in [Int.min, Int.max, -62_167_219_201, 253_402_300_800, 67_767_976_233_529_199] {
      _ = text("%c %G %V %g %C %y %F %s", seconds)
    }
  }
}
