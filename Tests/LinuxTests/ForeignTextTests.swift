import Linux
import Testing

@Suite struct ForeignTextTests {
  static let samples: [[UInt8]] = [
    [], Array("plain".utf8), Array("grün 漢字 🙂".utf8),
    [0xFF], [0xC3], [0xC3, 0x28], [0x80, 0x80],
    [0xC0, 0xAF],  // overlong "/"
    [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF],
    [0xED, 0xA0, 0x80],  // a surrogate
    [0xF4, 0x8F, 0xBF, 0xBF],  // U+10FFFF, which the mapping uses itself
    [0xF4, 0x8F, 0xBE, 0x80],  // U+10FF80
    [0xF4, 0x90, 0x80, 0x80],  // above Unicode
    [0xF5, 0x80], [0xE2, 0x82], [0x61, 0xE2, 0x82, 0xAC, 0xE2, 0x82],
    [0x00, 0x61],
  ]

  @Test(arguments: samples) func bytesSurvive(_ bytes: [UInt8]) {
    #expect(String(bytes: bytes).bytes == bytes)
  }

  @Test func everyPairOfBytesSurvives() {
    for first in 0...255 {
      for second in 0...255 {
        let bytes = [UInt8(first), UInt8(second)]
        #expect(String(bytes: bytes).bytes == bytes)
      }
    }
  }

  @Test func differentBytesAreDifferentText() {
    let texts = Self.samples.map { String(bytes: $0) }
    for (i, a) in texts.enumerated() {
      for (j, b) in texts.enumerated() { #expect(a.sameBytes(as: b) == (i == j)) }
    }
  }

  @Test func canonicalEquivalenceIsNotSameness() {
    #expect("\u{E9}" == "e\u{301}")
    #expect(!"\u{E9}".sameBytes(as: "e\u{301}"))
  }

  @Test func orderIsThatOfBytes() {
    #expect("B".precedesBytewise("a"))
    #expect("a".precedesBytewise("ab"))
    #expect(!"a".precedesBytewise("a"))
    #expect("z".precedesBytewise("\u{E9}"))
  }

  @Test func scannerTellsTextFromOtherBytes() {
    var scanner = UTF8Scanner([0x61, 0xC3, 0xA9, 0xC3, 0xE2, 0x82])
    var units: [UTF8Scanner.Unit] = []
    while let unit = scanner.next() { units.append(unit) }
    #expect(
      units == [.scalar("a"), .scalar("\u{E9}"), .invalid(0xC3), .invalid(0xE2), .invalid(0x82)])
  }

  @Test func asciiCaseLeavesTheRestAlone() {
    #expect("SigTerm É".asciiLowercased == "sigterm É")
    #expect("SigTerm é".asciiUppercased == "SIGTERM é")
  }
}
