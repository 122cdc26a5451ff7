import Testing

@testable import Report

func json(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

@Test func valuesOfJSON() throws {
  let value = try json(#" {"a": [1, -2.5e1, true, null], "b": "x\u00e9\ud83d\ude00\n\ud800z"} "#)
  #expect(value["a"]?.items?.count == 4 && value["a"]?.items?[0].integer == 1)
  #expect(value["a"]?.items?[1].integer == -25 && value["a"]?.items?[2].flag == true)
  #expect(value["b"]?.string == "xé😀\n\u{FFFD}z" && value["c"] == nil)
}

@Test(arguments: [
  "", "{", "[1,", "\"abc", "{\"a\"}", "[1 2]", "tru", "\"\\x\"", "\"\\u12\"", "1 2", "-",
  "{\"a\":}",
  "\"\n\"", "[1,]",
])
func damagedJSON(_ text: String) {
  #expect(throws: JSONDamage.self) { try json(text) }
}

@Test func deepJSON() throws {
  func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }
  _ = try json(nested(JSONReader.deepest))
  #expect(throws: JSONDamage.self) { try json(nested(JSONReader.deepest + 1)) }
}

@Test func rangesOfJSON() {
  let bytes = Array(#"{"id": 3, "result": {"x": [1,{"y":"}"}], "profile": {"n": 1}}}"#.utf8)
  let range = JSONReader.range(of: ["result", "profile"], in: bytes)
  #expect(range.map { String(decoding: bytes[$0], as: UTF8.self) } == #"{"n": 1}"#)
  #expect(JSONReader.range(of: ["nothing"], in: bytes) == nil)
  #expect(JSONReader.range(of: ["id", "deeper"], in: bytes) == nil)
}
