import Linux
import Testing

@testable import Archive

private func file(_ name: String, size: Int = 0) -> Member {
  var member = Member()
  member.name = Array(name.utf8)
  (member.mode, member.uid, member.gid) = (0o644, 1000, 100)
  (member.size, member.storedSize) = (size, size)
  member.modified = Instant(seconds: 1_700_000_000)
  return member
}

/// What a decoder makes of `bytes`, data of members left out.
private func decode(_ bytes: [UInt8]) throws -> [Member] {
  var decoder = Decoder()
  var members: [Member] = []
  var offset = 0
  while offset + blockSize <= bytes.count {
    let step = try bytes[offset..<(offset + blockSize)].withUnsafeBytes { try decoder.take($0) }
    offset += blockSize
    if case .member(let member) = step {
      members.append(member)
      offset += padded(member.storedSize)
    }
    if step == .zeros { break }
  }
  if !decoder.isAtBoundary { throw Malformed.badField }
  return members
}

@Suite struct HeaderTests {
  @Test(arguments: [Dialect.gnu, .pax, .ustar]) func parsesWhatItWrites(_ dialect: Dialect) throws {
    var link = file("a/link")
    link.kind = .symbolicLink
    link.link = Array("target".utf8)
    let bytes =
      try Encoder(dialect).header(file("a/b", size: 5)) + [UInt8](repeating: 1, count: 512)
      + Encoder(dialect).header(link)
    #expect(try decode(bytes) == [file("a/b", size: 5), link])
  }

  @Test(arguments: [Dialect.gnu, .pax]) func keepsLongNames(_ dialect: Dialect) throws {
    var member = file(String(repeating: "x", count: 300))
    member.kind = .symbolicLink
    member.link = [UInt8](repeating: 0x79, count: 400)
    #expect(try decode(Encoder(dialect).header(member)) == [member])
  }

  @Test func refusesWhatUSTARCannotSay() {
    #expect(throws: Encoder.Unfit.name) {
      try Encoder(.ustar).header(file(String(repeating: "x", count: 101)))
    }
  }

  @Test func keepsLargeNumbers() throws {
    var member = file("a", size: 0)
    member.uid = 3_000_000
    member.modified = Instant(seconds: -5)
    #expect(try decode(Encoder(.gnu).header(member)) == [member])
    member.modified = Instant(seconds: -5, nanoseconds: 250_000_000)
    #expect(try decode(Encoder(.pax).header(member)) == [member])
  }

  @Test func refusesWrongLengths() throws {
    var bytes = try Encoder(.gnu).header(file(String(repeating: "x", count: 300)))
    // The size of the long name becomes 77777777777.
    for index in 124..<135 { bytes[index] = 0x37 }
    bytes.replaceSubrange(148..<156, with: Array("        ".utf8))
    let sum = bytes[..<512].reduce(0) { $0 + Int($1) }
    bytes.replaceSubrange(148..<154, with: Array(("000000" + String(sum, radix: 8)).suffix(6).utf8))
    bytes[154] = 0
    #expect(throws: Malformed.tooLong) { try decode(bytes) }
  }

  @Test func emptyIsNoMember() throws {
    #expect(try decode([]).isEmpty)
    #expect(try decode([UInt8](repeating: 0, count: 1024)).isEmpty)
  }

  @Test func refusesWhatEndsAbruptly() throws {
    let bytes = try Encoder(.gnu).header(file(String(repeating: "x", count: 300)))
    #expect(throws: Malformed.badField) { try decode(Array(bytes[..<512])) }
  }

  @Test func tellsGarbageFromDamage() throws {
    let garbage = [UInt8](repeating: 0x41, count: 512)
    #expect(throws: Malformed.notAnArchive) { try decode(garbage) }
    let good = try Encoder(.gnu).header(file("a"))
    #expect(throws: Malformed.badHeader) { try decode(good + garbage) }
  }

  @Test func keepsSparseFiles() throws {
    var member = file("holes", size: 1 << 20)
    member.regions = [.init(offset: 4096, count: 512), .init(offset: 1 << 20, count: 0)]
    member.storedSize = 512
    #expect(try decode(Encoder(.gnu).header(member)) == [member])
  }
}

@Suite struct PaxRecordTests {
  @Test func parses() throws {
    let records = try PaxRecords(Array("30 mtime=1700000000.123456789\n11 path=ab\n".utf8))
    #expect(
      records.value("mtime").flatMap { paxTime($0) }
        == Instant(seconds: 1_700_000_000, nanoseconds: 123_456_789))
    #expect(records.value("path") == Array("ab".utf8))
  }

  @Test(arguments: [
    "99 path=ab\n", "3 a=b\n", "x path=a\n", "11 path:ab\n", "11 path=abc",
    "18446744073709551616 a=b\n",
  ])
  func refusesWrongLengths(_ text: String) {
    #expect(throws: Malformed.badField) { try PaxRecords(Array(text.utf8)) }
  }

  @Test func emptyHasNone() throws { #expect(try PaxRecords([]).records.isEmpty) }

  @Test func refusesWhatEndsAbruptly() {
    #expect(throws: Malformed.badField) { try PaxRecords(Array("11 pat".utf8)) }
  }

  @Test(arguments: [1, 90, 97, 98, 990, 996, 997]) func countsItsOwnLength(_ length: Int) throws {
    var records = PaxRecords()
    records.add("path", [UInt8](repeating: 0x61, count: length))
    #expect(try PaxRecords(records.bytes) == records)
  }
}
