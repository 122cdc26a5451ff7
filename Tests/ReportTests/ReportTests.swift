import Box
import Linux
import Testing

@testable import Report

private struct Row {
  let name: String
  let size: Int?
}

private var columns: [Column<Row>] {
  [
    Column("NAME", "name", help: "The name") { .text($0.name) },
    Column("SIZE", "rawSize", .right, help: "Its size") { $0.size.map { .size($0) } ?? .missing },
  ]
}

private let rows = [
  Row(name: "b", size: 2048), Row(name: "漢", size: nil), Row(name: "a\u{1B}", size: 5),
]

private func rendered(_ change: (inout ReportStyle) -> Void) throws -> String {
  var style = ReportStyle()
  change(&style)
  let output = Output.memory()
  var context = Context(name: "test", output: output, errors: .memory())
  try context.report(rows, columns, style)
  return output.text
}

@Suite struct ReportTests {
  @Test func table() throws {
    #expect(try rendered { _ in } == "NAME  SIZE\nb     2.0K\n漢       -\na\\e      5\n")
    #expect(try rendered { $0.headers = false } == "b    2.0K\n漢      -\na\\e     5\n")
  }

  @Test func json() throws {
    #expect(
      try rendered { $0.json = true }
        == #"[{"name":"b","rawSize":2048},{"name":"漢","rawSize":null},{"name":"a\u001b","rawSize":5}]"#
        + "\n")
  }

  @Test func selectsColumnsInAnyCase() throws {
    #expect(try rendered { $0.columns = ["rawsize"] } == "SIZE\n2.0K\n   -\n   5\n")
    #expect(try rendered { $0.columns = ["help"] }.hasPrefix("name            The name\n"))
    #expect(throws: Failure.self) { try rendered { $0.columns = ["nam"] } }
  }

  @Test func sortsWithTheMissingLast() throws {
    let sorted = try rendered {
      $0.sort = "rawSize"
      $0.columns = ["name"]
      $0.headers = false
    }
    #expect(sorted == "a\\e\nb\n漢\n")
    let reversed = try rendered {
      $0.sort = "-name"
      $0.columns = ["name"]
      $0.headers = false
    }
    #expect(reversed == "漢\nb\na\\e\n")
  }

  @Test func missingSortsAfterText() {
    #expect(Cell.text("~").precedes(.missing))
    #expect(!Cell.missing.precedes(.text("")))
    #expect(Cell.number(9).precedes(.text("1")))
    #expect(!Cell.missing.precedes(.missing))
  }
}

@Suite struct JSONTests {
  @Test func escapes() {
    #expect(JSON.string("\"\\\n\u{0}é\u{2028}").text == #""\"\\\n\u0000é\u2028""#)
    #expect(JSON.string(String(bytes: [0xFF])).text == #""\\xff""#)
    #expect(JSON.string("\u{E0001}").text == #""\udb40\udc01""#)
  }

  @Test func structures() {
    let value = JSON.object([
      (key: "a", value: .array([.null, .flag(true), .number(-1), .decimal(1.26, digits: 1)])),
      (key: "b", value: .decimal(.nan, digits: 1)),
    ])
    #expect(value.text == #"{"a":[null,true,-1,1.3],"b":null}"#)
    #expect(JSON.array([]).text == "[]")
  }
}

@Suite struct QuantityTests {
  // What du -h prints.
  @Test(arguments: [
    (0, "0"), (1023, "1023"), (1024, "1.0K"), (1025, "1.1K"), (10239, "10K"), (10241, "11K"),
    (1_047_552, "1023K"), (1_047_553, "1.0M"), (1 << 40, "1.0T"),
    (.max, "8.0E"), (-5, "-5"),
  ]) func sizes(_ bytes: Int, _ text: String) {
    #expect(Quantity.size(bytes) == text)
  }

  @Test func sizesJustBelowTheNextUnit() {
    #expect(Quantity.size((1023 << 30) + 1) == "1.0T")
  }

  @Test(arguments: [
    (0, "0.0s"), (9.99, "9.9s"), (59.9, "59s"), (60, "1m00s"), (3599, "59m59s"), (3600, "1h00m"),
    (90061, "1d01h"), (-3, "0.0s"), (.nan, "-"), (1e300, "-"),
  ]) func durations(_ seconds: Double, _ text: String) {
    #expect(Quantity.duration(seconds) == text)
  }

  @Test(arguments: [
    ("5", 5), ("5b", 2560), ("5k", 5120), ("5K", 5120), ("5kB", 5000), ("5MiB", 5 << 20), ("0", 0),
  ]) func counts(_ text: String, _ value: Int) {
    #expect(Quantity.parse(text) == value)
  }

  @Test(arguments: [
    "", "k", "-1", "5x", "5kb", "9223372036854775807k", "99999999999999999999", "5\u{301}",
  ])
  func countsThatAreNone(_ text: String) {
    #expect(Quantity.parse(text) == nil)
  }
}

@Suite struct TextWidthTests {
  @Test(arguments: [
    ("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("🙂", 2), ("grün", 4), ("", 0), ("\u{200B}", 0),
  ])
  func columns(_ text: String, _ width: Int) {
    #expect(displayWidth(text) == width)
  }
}
