import Linux
import Testing

@testable import DNS

@Test func compressedNames() throws {
  let read = try Message(
    hex(
      """
      1234 8580 0001 0002 0000 0000          # header: qr aa rd ra, 1 question, 2 answers
      03 777777 04 74657374 00 0001 0001     # www.test. A IN, at 12
      c00c 0005 0001 0000003c 0004 01 61 c010  # www.test. CNAME a.test., pointing into the question
      c026 0001 0001 0000003c 0004 c0000201  # a.test. A, pointing into the data before
      """))
  #expect(read.damage == nil)
  #expect(read.answers.map { $0.name.description } == ["www.test.", "a.test."])
  #expect(read.answers[0].data == hex("0161 04 74657374 00"))
  let chain = read.chain(from: try DomainName("WWW.test"), .a)
  #expect(chain.name.description == "a.test." && chain.addresses == [IPAddress("192.0.2.1")])
}

@Test(arguments: [
  ("c00c 0001 0001", WireError.badPointer),  // to itself
  ("c020 0001 0001", .badPointer),  // forwards
  ("01 61 c00c 0001 0001", .badPointer),  // back to the start of the same name
  ("80 0001 0001", .badLabel), ("40 0001 0001", .badLabel), ("c0", .truncated),
  ("05 61", .truncated),
  ("", .truncated),
])
func hostileNames(_ question: String, _ error: WireError) throws {
  let read = try Message(hex("0000 0000 0001 0000 0000 0000") + hex(question))
  #expect(read.damage == error)
}

@Test func namesThatGrowTooLong() throws {
  // Four labels of 63 bytes are 256 with the root.
  let label = [63] + [UInt8](repeating: 0x61, count: 63)
  let read = try Message(
    hex("0000 0000 0001 0000 0000 0000") + label + label + label + label + [0, 0, 1, 0, 1])
  #expect(read.damage == .nameTooLong)
}

@Test func writesWhatItReads() throws {
  var query = Query(Question(try DomainName("www.example.test"), .mx), id: 0x1234)
  query.edns?.wantsSignatures = true
  query.edns?.options.append(EDNSOption(EDNSOption.nsid))
  let bytes = query.bytes
  #expect(
    bytes
      == hex(
        """
        1234 0100 0001 0000 0000 0001
        03 777777 07 6578616d706c65 04 74657374 00 000f 0001
        00 0029 04d0 00 00 8000 0004 0003 0000
        """))
  let read = try Message(bytes)
  #expect(read.questions.first?.name.description == "www.example.test.")
  #expect(read.edns?.wantsSignatures == true && read.edns?.option(EDNSOption.nsid) == [])
  query.paddingBlock = 128
  #expect(query.bytes.count == 128)
  query.serial = 7
  #expect(try Message(query.bytes).authorities.first?.type == .soa)
}

@Test func aRepeatedNameBecomesAPointer() throws {
  var message = Message()
  let name = try DomainName("a.example.test")
  message.questions = [Question(name, .a)]
  message.answers = [
    Record(name: try DomainName("b.example.test"), type: .a, timeToLive: 1, data: [1, 2, 3, 4])
  ]
  // b, then a pointer to example.test. at 14.
  #expect(message.bytes[32...].starts(with: hex("0162 c00e 0001")))
}

@Test func extendedCodesAndErrors() throws {
  let read = try Message(
    hex(
      """
      0001 8003 0000 0000 0000 0001
      00 0029 04d0 01 00 0000 000c           # upper bits 1: 0x13
      000f 0008 0016 6e6f 1b5b 0000          # EDE 22, text with an escape
      """))
  #expect(read.code.code == 0x13)
  #expect(read.edns?.errors.first?.name == "No Reachable Authority")
  let text = String(decoding: read.text(MessageStyle()), as: UTF8.self)
  #expect(text.contains("; EDE: 22 (No Reachable Authority): (no.[..)\n"))
}

@Test(arguments: [
  "000f 0001 00",  // an error without a code
  "000a 0003 616263",  // a cookie of three bytes
  "0008 0003 000901",  // a subnet of no family
  "0008 0006 0001 40 00 c000",  // a prefix of 64 bits of IPv4
])
func optionsThatMakeNoSense(_ option: String) throws {
  let data = hex(option)
  let read = try Message(
    hex("0001 8000 0000 0000 0000 0001 00 0029 04d0 00000000 00") + [UInt8(data.count)] + data)
  #expect(read.damage == .badOption)
}

@Test func subnets() {
  #expect(EDNSOption.subnet("192.0.2.77/20")?.data == hex("0001 14 00 c00000"))
  #expect(EDNSOption.subnet("2001:db8::/32")?.subnet == "2001:db8::/32/0")
  #expect(EDNSOption.subnet("0")?.data == [0, 0, 0, 0])
  for text in ["", "x", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/8/8"] {
    #expect(EDNSOption.subnet(text) == nil)
  }
}

@Test func repliesAreChecked() throws {
  let query = Query(Question(try DomainName("a.test"), .a), id: 5).message
  let check = ReplyCheck(query)
  var reply = query
  reply.flags.insert(.response)
  #expect(check.stray(reply.bytes) == nil)
  reply.id = 6
  if case .id(5, 6)? = check.stray(reply.bytes) {} else { Issue.record("id") }
  reply = query
  reply.questions = [Question(try DomainName("b.test"), .a)]
  if case .question? = check.stray(reply.bytes) {} else { Issue.record("question") }
  if case .noMessage(3)? = check.stray([0, 5, 0]) {} else { Issue.record("short") }
}

@Test func aliasesInACircle() throws {
  var message = Message()
  let a = try DomainName("a.")
  let b = try DomainName("b.")
  message.answers = [
    Record(name: a, type: .cname, timeToLive: 1, data: b.wire),
    Record(name: b, type: .cname, timeToLive: 1, data: a.wire),
  ]
  #expect(message.chain(from: a, .a).isLoop)
}

@Test(arguments: [
  ("www.example", "www.example."), ("www.example.", "www.example."), (".", "."),
  ("a\\.b", "a\\.b."),
  ("a\\032\\255", "a\\032\\255."), ("a\\$b", "a\\$b."), ("ü", "\\195\\188."),
])
func namesFromText(_ text: String, _ canonical: String) throws {
  #expect(try DomainName(text).description == canonical)
}

@Test(arguments: [
  ("", DomainName.TextError.empty), ("a..b", .emptyLabel), (".a", .emptyLabel), ("a\\", .badEscape),
  ("a\\25", .badEscape), ("a\\256", .badEscape),
  (String(repeating: "a", count: 64), .labelTooLong),
  (String(repeating: "a.", count: 128), .nameTooLong),
])
func noNames(_ text: String, _ error: DomainName.TextError) {
  #expect(throws: error) { try DomainName(text) }
}

@Test func relations() throws {
  let zone = try DomainName("Example.test")
  #expect(try DomainName("a.example.TEST").isWithin(zone))
  #expect(try !DomainName("aexample.test").isWithin(zone))
  #expect(
    DomainName.isAbsolute("a\\..") && !DomainName.isAbsolute("a\\.") && !DomainName.isAbsolute("a"))
}
