import Testing

@testable import DNS

/// Bytes from hexadecimal text; blanks and what follows `#` do not count.
func hex(_ text: String) -> [UInt8] {
  var digits: [UInt8] = []
  for line in text.split(separator: "\n") {
    digits += line.prefix { $0 != "#" }.utf8.filter { $0 != 0x20 }
  }
  return hexBytes(digits) ?? []
}

struct Case: Sendable {
  let type: String
  let data: String
  let text: String
  /// Whether no data at all are fine.
  var mayBeEmpty = false
}

/// Data of each type as on the wire, and as dig 9.18 prints them.
let cases: [Case] = [
  Case(type: "A", data: "c0000201", text: "192.0.2.1"),
  Case(type: "AAAA", data: "20010db8 00000000 00000000 00000001", text: "2001:db8::1"),
  Case(type: "NS", data: "03 6e7331 00", text: "ns1."),
  Case(type: "MD", data: "01 61 00", text: "a."), Case(type: "MF", data: "01 61 00", text: "a."),
  Case(type: "MB", data: "01 61 00", text: "a."), Case(type: "MG", data: "01 61 00", text: "a."),
  Case(type: "MR", data: "01 61 00", text: "a."),
  Case(type: "CNAME", data: "02 2e20 00", text: "\\.\\032."),
  Case(
    type: "SOA", data: "016100 016200 00000001 00000002 00000003 00000004 00000005",
    text: "a. b. 1 2 3 4 5"),
  Case(type: "NULL", data: "00ff", text: "\\# 2 00FF", mayBeEmpty: true),
  Case(type: "PTR", data: "03 777777 00", text: "www."),
  Case(type: "HINFO", data: "02 5043 05 4c696e7578", text: "\"PC\" \"Linux\""),
  Case(type: "MINFO", data: "016100 016200", text: "a. b."),
  Case(type: "MX", data: "000a 046d61696c 00", text: "10 mail."),
  Case(type: "TXT", data: "02 6122 01 1b 00", text: "\"a\\\"\" \"\\027\" \"\""),
  Case(type: "RP", data: "016100 00", text: "a. ."),
  Case(type: "AFSDB", data: "0001 016100", text: "1 a."),
  Case(type: "X25", data: "03 333131", text: "\"311\""),
  Case(type: "ISDN", data: "02 3135 01 34", text: "\"15\" \"4\""),
  Case(type: "RT", data: "000a 016100", text: "10 a."),
  Case(type: "NSAP", data: "4700", text: "0x4700"),
  Case(type: "PX", data: "0001 016100 016200", text: "1 a. b."),
  Case(type: "GPOS", data: "0131 0132 0133", text: "\"1\" \"2\" \"3\""),
  Case(
    type: "LOC", data: "00 00 16 13 8b3556c8 8110c2a0 009895b8",
    text: "52 14 5.000 N 4 57 55.616 E -2.00m 0.00m 10000m 10m"),
  Case(type: "SRV", data: "0001 0002 0050 016100", text: "1 2 80 a."),
  Case(
    type: "NAPTR", data: "0064 0032 0173 00 0121 00", text: "100 50 \"s\" \"\" \"!\" ."),
  Case(type: "KX", data: "000a 016100", text: "10 a."),
  Case(type: "CERT", data: "0001 3039 08 0102", text: "PKIX 12345 RSASHA256 AQI="),
  Case(type: "DNAME", data: "016100", text: "a."),
  Case(
    type: "APL", data: "0001 18 03 c00002 0001 08 81 0a 0002 20 04 20010db8",
    text: "1:192.0.2.0/24 !1:10.0.0.0/8 2:2001:db8::/32", mayBeEmpty: true),
  Case(type: "DS", data: "ec45 05 01 2bb183af", text: "60485 5 1 2BB183AF"),
  Case(type: "SSHFP", data: "04 02 1234", text: "4 2 1234"),
  Case(type: "IPSECKEY", data: "0a 01 02 c0000226 0103", text: "10 1 2 192.0.2.38 AQM="),
  Case(type: "IPSECKEY", data: "0a 03 02 016100 0103", text: "10 3 2 a. AQM="),
  Case(
    type: "RRSIG", data: "0001 0d 03 00000e10 665a3b80 66318300 3039 016100 9a",
    text: "A 13 3 3600 20240531210504 20240430234712 12345 a. mg=="),
  Case(type: "NSEC", data: "016800 00 06 40010000 0003", text: "h. A MX RRSIG NSEC"),
  Case(type: "DNSKEY", data: "0101 03 0d 0102", text: "257 3 13 AQI="),
  Case(type: "CDNSKEY", data: "0101 03 0d 0102", text: "257 3 13 AQI="),
  Case(type: "DHCID", data: "000201 636f", text: "AAIBY28="),
  Case(
    type: "NSEC3", data: "01 01 000c 04 aabbccdd 05 17f3df17b2 00 01 40",
    text: "1 1 12 AABBCCDD 2VPTU5TI A"),
  Case(type: "NSEC3PARAM", data: "01 00 0000 00", text: "1 0 0 -"),
  Case(type: "TLSA", data: "03 01 01 d2ab", text: "3 1 1 D2AB"),
  Case(type: "SMIMEA", data: "03 01 01 d2ab", text: "3 1 1 D2AB"),
  Case(type: "HIP", data: "02 02 0003 2001 030001 016100", text: "2 2001 AwAB a."),
  Case(type: "NINFO", data: "0161", text: "\"a\""),
  Case(type: "TALINK", data: "016100 00", text: "a. ."),
  Case(type: "CDS", data: "ec45 05 01 2bb1", text: "60485 5 1 2BB1"),
  Case(type: "OPENPGPKEY", data: "010203", text: "AQID"),
  Case(type: "CSYNC", data: "00000042 0003 00 04 60000008", text: "66 3 A NS AAAA"),
  Case(type: "ZONEMD", data: "78487f94 01 01 feb1", text: "2018017172 1 1 FEB1"),
  Case(
    type: "SVCB", data: "0001 00 0001 0006 02 6832 02 6833 0003 0002 01bb 0004 0004 c0000201",
    text: "1 . alpn=\"h2,h3\" port=443 ipv4hint=192.0.2.1"),
  Case(
    type: "HTTPS", data: "0001 00 0000 0002 0001 0001 0003 02 2c5c 0002 0000 029b 0001 d2",
    text: "1 . mandatory=alpn alpn=\"\\\\,\\\\\\\\\" no-default-alpn key667=\"\\210\""),
  Case(type: "SPF", data: "0161", text: "\"a\""),
  Case(type: "NID", data: "000a 0014 4fff ff20 ee64", text: "10 14:4fff:ff20:ee64"),
  Case(type: "L32", data: "000a 0a010200", text: "10 10.1.2.0"),
  Case(type: "L64", data: "000a 2001 0db8 1140 1000", text: "10 2001:db8:1140:1000"),
  Case(type: "LP", data: "000a 016100", text: "10 a."),
  Case(type: "EUI48", data: "00005e00532a", text: "00-00-5e-00-53-2a"),
  Case(type: "EUI64", data: "00005eef1000002a", text: "00-00-5e-ef-10-00-00-2a"),
  Case(
    type: "TKEY", data: "00 00000001 00000002 0003 0000 0001 ff 0000",
    text: ". 1 2 3 NOERROR 1 /w== 0"),
  Case(
    type: "TSIG", data: "00 000000000001 012c 0001 ff 3039 0012 0000",
    text: ". 1 300 1 /w== 12345 BADTIME 0"),
  Case(type: "URI", data: "000a 0001 6674703a", text: "10 1 \"ftp:\""),
  Case(type: "CAA", data: "80 05 6973737565 612e62", text: "128 issue \"a.b\""),
  Case(type: "AVC", data: "0161", text: "\"a\""),
  Case(type: "TA", data: "0001 05 01 ff", text: "1 5 1 FF"),
  Case(type: "DLV", data: "0001 05 01 ff", text: "1 5 1 FF"),
  Case(
    type: "SIG", data: "0001 05 02 00000001 00000000 00000000 0001 00 ff",
    text: "A 5 2 1 19700101000000 19700101000000 1 . /w=="),
  Case(type: "KEY", data: "0100 03 05 ff", text: "256 3 5 /w=="),
  Case(type: "RKEY", data: "0000 03 05 ff", text: "0 3 5 /w=="),
  Case(type: "TYPE1234", data: "0a000001", text: "\\# 4 0A000001", mayBeEmpty: true),
]

/// A message with one record in its answer section.
func message(_ type: RecordType, _ data: [UInt8], length: Int? = nil) -> [UInt8] {
  let length = length ?? data.count
  return hex("1234 8180 0000 0001 0000 0000")  // id, flags, one answer
    + [0, UInt8(type.code >> 8), UInt8(type.code & 255)]  // root, type
    + hex("0001 0000003c") + [UInt8(length >> 8), UInt8(length & 255)] + data
}

@Test(arguments: cases)
func parses(_ item: Case) throws {
  let type = try #require(RecordType(name: item.type))
  #expect(type.description == item.type)
  let read = try Message(message(type, hex(item.data)))
  #expect(read.damage == nil)
  let record = try #require(read.answers.first)
  #expect(String(decoding: record.dataText(), as: UTF8.self) == item.text)
}

@Test(arguments: cases)
func lyingLength(_ item: Case) throws {
  let type = try #require(RecordType(name: item.type))
  let data = hex(item.data)
  // The length says more than there is.
  let long = try Message(message(type, data, length: data.count + 1))
  #expect(long.damage == .truncated)
  #expect(long.answers.isEmpty)
  // The length says less: something is wrong, or the rest is left over.
  let short = try Message(message(type, data, length: data.count - 1))
  #expect(short.damage != nil || short.excess == 1)
}

@Test(arguments: cases)
func empty(_ item: Case) throws {
  let type = try #require(RecordType(name: item.type))
  let read = try Message(message(type, []))
  #expect((read.damage == nil) == item.mayBeEmpty)
}

@Test(arguments: cases)
func truncated(_ item: Case) throws {
  let type = try #require(RecordType(name: item.type))
  let whole = message(type, hex(item.data))
  for count in 0..<12 {
    #expect(throws: WireError.truncated) { try Message(Array(whole[..<count])) }
  }
  for count in 12..<whole.count {
    #expect(try Message(Array(whole[..<count])).damage == .truncated)
  }
}

@Test func everyKnownTypeHasACase() {
  for code in (0...300 as ClosedRange<UInt16>) + [32768, 32769] {
    guard let kind = RecordKind(code) else { continue }
    #expect(cases.contains { $0.type == "\(kind.mnemonic)" }, "\(kind.mnemonic)")
  }
}

@Test func severalLines() {
  var style = RecordStyle()
  style.isMultiline = true
  style.splitWidth = 44
  style.hasComments = true
  let soa = Record(
    name: .root, type: .soa, timeToLive: 1,
    data: hex("016100 016200 00000001 00001c20 00000e10 00127500 0000012c"))
  let lines = String(decoding: soa.dataText(style), as: UTF8.self).split(separator: "\n")
  #expect(lines.first == "a. b. (")
  #expect(lines[2] == "\t\t\t\t7200       ; refresh (2 hours)")
  #expect(lines.last == "\t\t\t\t)")
  let key = Record(name: .root, type: RecordType(48), timeToLive: 1, data: hex("0101 03 0d 0102"))
  #expect(
    String(decoding: key.dataText(style), as: UTF8.self)
      == "257 3 13 (\n\t\t\t\tAQI=\n\t\t\t\t) ; KSK; alg = ECDSAP256SHA256 ; key id = 1296")
}
