import Linux
import Testing

@testable import TLS

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Test func base64BothWays() {
  for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
    let encoded = Base64.encoded(bytes(text))
    #expect(encoded.withUnsafeBytes { Base64.decoded($0) } == bytes(text))
  }
  #expect(Base64.encoded(bytes("foobar")) == bytes("Zm9vYmFy\n"))
  #expect(bytes("Zm9*").withUnsafeBytes { Base64.decoded($0) } == nil)
}

@Test func blocksOfAFile() {
  let file = bytes(
    "text\n-----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----\nmore\n"
      + "-----BEGIN RSA PRIVATE KEY-----\r\nYmFy\r\n-----END RSA PRIVATE KEY-----\r\n")
  let blocks = PEM.blocks(file)
  #expect(blocks.map { $0.label } == ["CERTIFICATE", "RSA PRIVATE KEY"])
  #expect(blocks.map { $0.der } == [bytes("foo"), bytes("bar")])
  #expect(PEM.certificates(file) == [bytes("foo")])
}

@Test func blocksThatAreBroken() {
  #expect(PEM.blocks([]).isEmpty)
  #expect(PEM.blocks(bytes("-----BEGIN CERTIFICATE-----\nZm9v\n")).isEmpty)
  #expect(
    PEM.blocks(bytes("-----BEGIN CERTIFICATE-----\n\u{1}\n-----END CERTIFICATE-----")).isEmpty)
  #expect(PEM.blocks(bytes("-----BEGIN ")).isEmpty)
  #expect(PEM.blocks(bytes("-----BEGIN X-----")).isEmpty)
}

@Test func valuesOfDER() throws {
  var reader = DERReader([0x30, 0x06, 0x02, 0x01, 0x05, 0x04, 0x01, 0xFF])
  let sequence = reader.next(DERReader.Tag.sequence)
  let isAtEnd = reader.isAtEnd
  #expect(sequence?.content == 2..<8 && isAtEnd)
  // length of two bytes
  var long = DERReader([0x04, 0x82, 0x01, 0x00] + [UInt8](repeating: 7, count: 256))
  let all = long.next()
  #expect(all?.content == 4..<260)
}

@Test func valuesOfDERWithALyingLength() {
  let lying: [[UInt8]] = [
    [0x30, 0x06, 0x02],
    // indefinite, 4 GiB, and a length of nine bytes
    [0x30, 0x80, 0, 0], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
    [0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  ]
  for bytes in lying {
    var reader = DERReader(bytes)
    let value = reader.next()
    #expect(value == nil)
  }
}

@Test func valuesOfDERThatAreNone() {
  for bytes: [UInt8] in [[], [0x30]] {
    var reader = DERReader(bytes)
    let value = reader.next()
    #expect(value == nil)
  }
  #expect(CertificateNames([]) == nil)
  #expect(CertificateNames([0x30, 0x02, 0x30, 0x00]) == nil)
}

@Test func alternativeNames() {
  let value: [UInt8] =
    [0x30, 0x0D]
    + [0x82, 0x03] + bytes("a.b")  // dNSName
    + [0x87, 0x04, 192, 0, 2, 1]  // iPAddress
    + [0x88, 0x00]  // registeredID
  #expect(
    AlternativeName.parse(value)
      == [.dns("a.b"), .address(IPAddress(v4: 0xC000_0201)), .other(0x88)])
  #expect(AlternativeName.parse([0x30, 0x05, 0x82, 0x09, 0x61]).isEmpty)
  #expect(AlternativeName.parse([]).isEmpty)
  #expect(AlternativeName.parse([0x30]).isEmpty)
  // An address of three bytes.
  #expect(AlternativeName.parse([0x30, 0x05, 0x87, 0x03, 1, 2, 3]) == [.other(0x87)])
}

@Test func stapleThatRefuses() {
  guard let leaf = PEM.certificates(Array(leafText.utf8)).first.flatMap(Certificate.init(der:))
  else {
    Issue.record("no certificate")
    return
  }
  let check = { (bytes: [UInt8]) in
    StapleCheck(bytes, of: leaf, chain: [leaf], now: Instant(seconds: 1_740_000_000))
  }
  #expect(check([0x30, 0x03, 0x0A, 0x01, 0x03]).status == .refused(3))
  for bytes: [UInt8] in [[0x30, 0x03, 0x0A, 0x01, 0x00], [0x30, 0x09, 0x0A, 0x01], []] {
    let found = check(bytes)
    #expect(found.status == nil && found.problems == ["cannot be read"] && !found.isGood)
  }
}

@Test func dates() {
  #expect(httpDate("Sun, 06 Nov 1994 08:49:37 GMT")?.seconds == 784_111_777)
  #expect(httpDate("Thu, 01 Jan 1970 00:00:00 GMT")?.seconds == 0)
  #expect(httpDate("Sun, 06 Xxx 1994 08:49:37 GMT") == nil)
  #expect(httpDate("Sunday, 06-Nov-94 08:49:37 GMT") == nil)
  #expect(httpDate("") == nil)
  #expect(generalizedTime(bytes("20240229120000Z")[...])?.seconds == 1_709_208_000)
  #expect(generalizedTime(bytes("20241329120000Z")[...]) == nil)
  #expect(generalizedTime(bytes("2024022912000Z")[...]) == nil)
}

@Test func derWriter() {
  #expect(DERWriter.integer([0x80]) == [0x02, 0x02, 0x00, 0x80])
  #expect(DERWriter.integer([0x7F]) == [0x02, 0x01, 0x7F])
  #expect(
    DERWriter.value(0x04, [UInt8](repeating: 0, count: 300)).prefix(4) == [0x04, 0x82, 0x01, 0x2C])
}
