import Box
import Linux
import Testing

@testable import TextApplets

@Suite struct TextParserTests {
  @Test func positions() throws {
    #expect(try PositionList("3,1-2").ranges == [1...2, 3...3])
    #expect(try PositionList("5-,1-6").ranges == [1...Int.max])
    #expect(try PositionList("-2 4").ranges == [1...2, 4...4])
    #expect(try PositionList("2-3").complement.ranges == [1...1, 4...Int.max])
    #expect(try PositionList("1-").complement.ranges == [])
    for text in ["", "0", "a", "2-1", "-", "1,", "99999999999999999999"] {
      #expect(throws: PositionList.Malformed.self, "\(text)") { _ = try PositionList(text) }
    }
  }

  @Test func characterSets() throws {
    func expanded(_ text: String, _ length: Int = 0) throws -> String {
      String(bytes: try CharacterSet(text).expanded(to: length))
    }
    #expect(try expanded("a-dx") == "abcdx")
    #expect(try expanded("[:digit:]") == "0123456789")
    #expect(try expanded("[x*3]y") == "xxxy")
    #expect(try expanded("a[x*]b", 5) == "axxxb")
    #expect(try expanded("[=a=]") == "a")
    #expect(try expanded("\\101\\n\\\\") == "A\n\\")
    #expect(try expanded("a\\-z") == "a-z")
    #expect(try expanded("[") == "[")
    #expect(try expanded("a-") == "a-")
    for text in ["z-a", "[:no:]", "[=ab=]", "[x*z]"] {
      #expect(throws: CharacterSet.Malformed.self, "\(text)") { _ = try CharacterSet(text) }
    }
  }

  @Test func translations() throws {
    #expect(try TrPlan(Tr(), ["a-c", "xy"]).table[0x63] == UInt8(ascii: "y"))
    #expect(throws: CharacterSet.Malformed.self) { _ = try TrPlan(Tr(), ["a"]) }
    #expect(throws: CharacterSet.Malformed.self) { _ = try TrPlan(Tr(), ["a", ""]) }
  }

  private func split(_ text: String, _ mode: ArgumentSplitter.Mode, _ separator: UInt8? = nil)
    throws -> [String]
  {
    var splitter = ArgumentSplitter(separator: separator, mode: mode)
    var items: [String] = []
    for byte in text.bytes {
      if let item = try splitter.take(byte) { items.append(String(bytes: item.text)) }
    }
    if let item = try splitter.finish() { items.append(String(bytes: item.text)) }
    return items
  }

  @Test func arguments() throws {
    #expect(try split(" a  b\nc", .words) == ["a", "b", "c"])
    #expect(try split("'a b' \"c\"d\\ e\n", .words) == ["a b", "cd e"])
    #expect(try split("''\n", .words) == [""])
    #expect(try split(" a b \nc\n", .lines) == ["a b ", "c"])
    #expect(try split("a b\0\0c", .plain, 0) == ["a b", "", "c"])
    #expect(try split("", .words) == [])
    #expect(throws: ArgumentSplitter.Unmatched.self) { _ = try split("'a\n", .words) }
    #expect(throws: ArgumentSplitter.Unmatched.self) { _ = try split("\"a", .words) }
  }

  @Test func hexFormats() throws {
    #expect(try HexFormat(#"8/2 "%04x " "\n""#.bytes).bytes == 16)
    #expect(try HexFormat(#""%_p""#.bytes).bytes == 1)
    #expect(try HexFormat(#""%.4s""#.bytes).bytes == 4)
    #expect(try HexFormat([]).units == [])
    for text in ["x", "\"%z\"", "\"%", "1/3 \"%d\"", "\"%s\"", "\"%_q\"", "1/"] {
      #expect(throws: HexFormat.Malformed.self, "\(text)") { _ = try HexFormat(text.bytes) }
    }
  }

  @Test func typesOfOd() throws {
    #expect(try OdType.parse("x1z").first?.showsText == true)
    #expect(try OdType.parse("d2u4").map { $0.size } == [2, 4])
    #expect(
      try OdType.parse("fF").first?.text([0, 0, 0xC0, 0x3F], 0, bigEndian: false) == "1.5".bytes)
    for text in ["q", "x3", "f2", "fL"] {
      #expect(throws: OdType.Malformed.self, "\(text)") { _ = try OdType.parse(text) }
    }
  }

  @Test func encodings() {
    #expect(RadixCode.base64.encoded("foobar".bytes[...]) == "Zm9vYmFy".bytes)
    #expect(RadixCode.base64.encoded("f".bytes[...]) == "Zg==".bytes)
    #expect(RadixCode.base32.encoded("fooba".bytes[...]) == "MZXW6YTB".bytes)
    #expect(RadixCode.base32.encoded("fo".bytes[...]) == "MZXQ====".bytes)
    for text in ["Zg==", "Zm8=", "Zm9v\nZm9v", ""] {
      var decoder = RadixDecoder(.base64, ignoresGarbage: false)
      var result: [UInt8] = []
      let isAdded = text.bytes.withUnsafeBytes { decoder.add($0, &result) }
      let isWhole = decoder.finish(&result)
      #expect(isAdded && isWhole)
      #expect(RadixCode.base64.encoded(result[...]) == text.bytes.filter { $0 != 10 })
    }
    for text in ["Z", "Zg=", "=", "Zg*=", "Zm9"] {
      var decoder = RadixDecoder(.base64, ignoresGarbage: false)
      var result: [UInt8] = []
      let isAdded = text.bytes.withUnsafeBytes { decoder.add($0, &result) }
      let isWhole = decoder.finish(&result)
      #expect(!(isAdded && isWhole), "\(text)")
    }
  }

  @Test func amountsOfBytes() {
    #expect(ByteFeed.amount("16") == 16)
    #expect(ByteFeed.amount("0x10") == 16)
    #expect(ByteFeed.amount("010") == 8)
    #expect(ByteFeed.amount("2k") == 2048)
    #expect(ByteFeed.amount("0") == 0)
    #expect(ByteFeed.amount("99999999999999999999") == nil)
    for text in ["", "x", "1q", "0x", "-1"] { #expect(ByteFeed.amount(text) == nil, "\(text)") }
  }
}
