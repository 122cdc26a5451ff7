import Testing

@testable import TLS

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Test func recordOfAServerHello() throws {
  // type, version, length, message
  let record = try #require(TLSRecord([0x16, 0x03, 0x03, 0x00, 0x7A, 0x02, 0x00]))
  #expect(record.content == .handshake(2))
  #expect(record.version == 0x0303)
  #expect(record.length == 122)
}

@Test func recordOfAnAlert() throws {
  let record = try #require(TLSRecord([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]))
  #expect(record.content == .alert(fatal: true, 70))
}

@Test func recordWithALyingLength() {
  #expect(TLSRecord([0x16, 0x03, 0x03, 0xFF, 0xFF, 0x02]) == nil)
  #expect(TLSRecord([0x16, 0x03, 0x03, 0x00, 0x00, 0x02]) == nil)
  // An alert is two bytes long.
  #expect(TLSRecord([0x15, 0x03, 0x03, 0x00, 0x03, 0x02, 0x46, 0]) == nil)
}

@Test func recordThatIsEmptyOrEndsEarly() {
  #expect(TLSRecord([]) == nil)
  #expect(TLSRecord([0x16, 0x03, 0x03, 0x00]) == nil)
  #expect(TLSRecord([0x15, 0x03, 0x03, 0x00, 0x02, 0x02]) == nil)
  #expect(TLSRecord(bytes("HTTP/1.1 400")) == nil)
}

@Test func speechOfOthers() {
  #expect(Speech(bytes("HTTP/1.1 400 Bad Request\r\nDate:")) == .http("HTTP/1.1 400 Bad Request"))
  #expect(Speech(bytes("220 mx ESMTP\r\n")) == .greeting("220 mx ESMTP", isMail: true))
  #expect(Speech(bytes("220 (vsFTPd 3.0)\r\n")) == .greeting("220 (vsFTPd 3.0)", isMail: false))
  #expect(Speech(bytes("SSH-2.0-x\r\n")) == .ssh("SSH-2.0-x"))
  #expect(Speech(bytes("* OK ready\r\n")) == .imap("* OK ready"))
  #expect(Speech(bytes("+OK\r\n")) == .pop3("+OK"))
  #expect(Speech([0, 0, 18, 4, 0, 0, 0, 0, 0]) == .http2)
  #expect(Speech([74, 0, 0, 0, 10] + bytes("8.0.36") + [0]) == .mysql("8.0.36"))
  #expect(Speech([0x45, 0, 0, 0, 0x8A]) == .postgres)
  #expect(Speech([]) == .unknown)
  #expect(Speech([0xFF, 0xFF]) == .unknown)
  #expect(Speech(bytes("HTTP/1.1 \u{1B}[31m")) == .unknown)
}

@Test func speechOfTLSGivesNoAdvice() {
  #expect(Speech([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]).advice == nil)
  #expect(Speech(bytes("+OK\r\n")).advice?.fix == "-starttls pop3")
}
