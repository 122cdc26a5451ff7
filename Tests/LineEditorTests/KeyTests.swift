import Testing

@testable import LineEditor

@Suite struct KeyTests {
  private func keys(_ text: String) -> [Key] {
    var decoder = KeyDecoder()
    return decoder.feed(Array(text.utf8)) + decoder.flush()
  }

  @Test func plain() {
    #expect(keys("a ") == [.text([0x61]), .text([0x20])])
    #expect(keys("\r\t\u{7F}\u{8}") == [.enter, .tab, .backspace, .backspace])
    #expect(keys("\u{1}\u{1F}") == [.control(0x41), .control(0x5F)])
    #expect(
      keys("é日😀") == [.text(Array("é".utf8)), .text(Array("日".utf8)), .text(Array("😀".utf8))])
    #expect(keys("\u{1B}b\u{1B}\u{7F}") == [.alt(0x62), .altBackspace])
  }

  @Test(arguments: [
    ("[A", Key.up), ("OA", .up), ("[B", .down), ("[C", .right), ("[D", .left), ("OD", .left),
    ("[H", .home), ("OH", .home), ("[1~", .home), ("[7~", .home), ("[F", .end), ("[4~", .end),
    ("[8~", .end), ("[3~", .delete), ("[3;5~", .controlDelete), ("[3^", .controlDelete),
    ("[2~", .insert), ("[5~", .pageUp), ("[6~", .pageDown), ("[Z", .backTab),
    ("[1;5C", .wordRight), ("[1;3C", .wordRight), ("[5C", .wordRight), ("Oc", .wordRight),
    ("O5D", .wordLeft), ("[1;2C", .right), ("\u{1B}[D", .wordLeft), ("[11~", .function(1)),
    ("OP", .function(1)), ("[[A", .function(1)), ("[15~", .function(5)), ("[24~", .function(12)),
    ("[97;5u", .control(0x41)), ("[13u", .enter), ("[97u", .text([0x61])), ("OM", .enter),
    ("Oj", .text([0x2A])), ("[?1;2c", .unknown), ("[99~", .unknown), ("[1;1R", .unknown),
  ]) func sequences(_ sequence: String, _ key: Key) {
    #expect(keys("\u{1B}" + sequence) == [key])
    #expect(keys("\u{1B}" + sequence + "x") == [key, .text([0x78])])
    // The same byte by byte.
    var decoder = KeyDecoder()
    var seen: [Key] = []
    for byte in Array(("\u{1B}" + sequence).utf8) {
      #expect(seen.isEmpty)
      seen += decoder.feed([byte])
    }
    #expect(seen == [key])
    #expect(!decoder.isPending)
  }

  @Test func incomplete() {
    var decoder = KeyDecoder()
    #expect(decoder.feed([0x1B]) == [])
    #expect(decoder.isPending)
    #expect(decoder.flush() == [.escape])
    #expect(decoder.feed([0x1B, 0x5B, 0x31]) == [])
    #expect(decoder.flush() == [.unknown])
    #expect(decoder.feed([0xE6, 0x97]) == [])
    #expect(decoder.flush() == [.text([0xE6]), .text([0x97])])
    #expect(decoder.flush() == [])
  }

  @Test func broken() {
    #expect(keys("").isEmpty)
    var decoder = KeyDecoder()
    #expect(decoder.feed([0xFF, 0xC3, 0x28]) == [.text([0xFF]), .text([0xC3]), .text([0x28])])
    // Longer than any sequence is.
    let noise = [0x1B, 0x5B] + [UInt8](repeating: 0x31, count: 500)
    #expect(decoder.feed(noise).first == .unknown)
  }

  @Test func paste() {
    let text = "a\u{1B}[Ab\r\n"
    #expect(keys("\u{1B}[200~\(text)\u{1B}[201~x") == [.paste(Array(text.utf8)), .text([0x78])])
    var decoder = KeyDecoder()
    var seen: [Key] = []
    for byte in Array("\u{1B}[200~\(text)\u{1B}[201~".utf8) { seen += decoder.feed([byte]) }
    #expect(seen == [.paste(Array(text.utf8))])
    #expect(decoder.feed(Array("\u{1B}[200~never ends".utf8)).isEmpty)
    #expect(decoder.isPasting && !decoder.isPending && decoder.flush().isEmpty)
  }

  @Test func pasteIsBounded() {
    var decoder = KeyDecoder()
    _ = decoder.feed(Array("\u{1B}[200~".utf8))
    for _ in 0..<3000 { _ = decoder.feed([UInt8](repeating: 0x78, count: 1000)) }
    guard case .paste(let bytes)? = decoder.feed(Array("\u{1B}[201~".utf8)).first else {
      Issue.record("no paste")
      return
    }
    #expect(bytes.count == KeyDecoder.longestPaste)
  }
}
