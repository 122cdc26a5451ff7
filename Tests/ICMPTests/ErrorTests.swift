import ICMP
import Linux
import Testing

@Suite struct ErrorTests {
  /// 10.1.1.1 asks 10.1.3.1 for an echo.
  static let packet4: [UInt8] = [
    0x45, 0x00,  // version, header length, type of service
    0x05, 0xDC,  // total length 1500
    0x00, 0x00, 0x40, 0x00,  // identification, DF
    0x01, 0x01,  // TTL 1, ICMP
    0x00, 0x00,  // checksum
    10, 1, 1, 1,
    10, 1, 3, 1,
    0x08, 0x00, 0x00, 0x00, 0x12, 0x34, 0x00, 0x07,
  ]
  /// Fragmentation needed, the next hop takes 1400.
  static let tooBig4: [UInt8] = [3, 4, 0, 0, 0, 0, 0x05, 0x78] + packet4

  static let packet6: [UInt8] =
    [
      0x60, 0x00, 0x00, 0x00,  // version, class, flow
      0x00, 0x10,  // payload length
      0x00,  // hop-by-hop options follow
      0x01,  // hop limit
      0xFD, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
      0xFD, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
    ]
    + [0x11, 0x00, 0, 0, 0, 0, 0, 0]  // then UDP
    + [0x82, 0x9A, 0x00, 0x35, 0, 8, 0, 0]  // 33434 to 53

  @Test func readsFragmentationNeeded() throws {
    let error = try #require(ICMPError(Self.tooBig4, .v4))
    #expect(error.complaint.kind == .tooBig)
    #expect(error.complaint.mtu == 1400)
    #expect(error.quoted.source.description == "10.1.1.1")
    #expect(error.quoted.destination.description == "10.1.3.1")
    #expect(error.quoted.length == 1500)
    #expect(error.quoted.hopLimit == 1)
    #expect(error.quoted.echo?.sequence == 7)
    #expect(error.quoted.ports == nil)
  }

  @Test func readsBehindExtensionHeaders() throws {
    let error = try #require(ICMPError([1, 4, 0, 0, 0, 0, 0, 0] + Self.packet6, .v6))
    #expect(error.complaint.isPortUnreachable)
    #expect(error.quoted.protocolNumber == 17)
    let ports = try #require(error.quoted.ports)
    #expect(ports.source == 33434)
    #expect(ports.destination == 53)
    #expect(error.quoted.echo == nil)
  }

  @Test func lyingLengths() throws {
    // A header longer than the packet, and one shorter than a header can be.
    var bytes = Self.tooBig4
    bytes[8] = 0x4F
    #expect(ICMPError(bytes, .v4) == nil)
    bytes[8] = 0x41
    #expect(ICMPError(bytes, .v4) == nil)
    // Extension headers that lead behind the end.
    var six = Self.packet6
    six[41] = 0xFF
    #expect(QuotedPacket(six, .v6)?.payload == [])
    six[40] = 0
    #expect(QuotedPacket(six, .v6)?.ports == nil)
  }

  @Test func emptyAndCutShort() {
    #expect(ICMPError([], .v4) == nil)
    for count in 0..<28 { #expect(ICMPError(Array(Self.tooBig4[..<count]), .v4) == nil) }
    #expect(ICMPError(Array(Self.tooBig4[..<28]), .v4)?.quoted.echo == nil)
    for count in 0..<40 { #expect(QuotedPacket(Array(Self.packet6[..<count]), .v6) == nil) }
    for count in 40..<56 { #expect(QuotedPacket(Array(Self.packet6[..<count]), .v6) != nil) }
    #expect(QuotedPacket(Self.packet6, .v4) == nil)
  }

  @Test func echoesAreNoErrors() {
    #expect(ICMPError(EchoTests.request + Self.packet4, .v4) == nil)
    #expect(ICMPError([128, 0, 0, 0, 0, 0, 0, 0] + Self.packet6, .v6) == nil)
  }

  @Test(
    arguments: [
      (IPAddress.Family.v4, 3, 13, "administratively prohibited"), (.v4, 3, 1, "host unreachable"),
      (.v4, 11, 0, "hop limit exceeded"), (.v4, 11, 1, "reassembly timed out"),
      (.v4, 99, 3, "icmp type 99 code 3"), (.v6, 1, 0, "no route"),
      (.v6, 1, 99, "unreachable for an unknown reason"),
      (.v6, 3, 0, "hop limit exceeded"), (.v6, 2, 0, "packet too big, mtu 9"),
    ] as [(IPAddress.Family, UInt8, UInt8, String)])
  func words(_ family: IPAddress.Family, _ type: UInt8, _ code: UInt8, _ words: String) {
    #expect(Complaint(family, type: type, code: code, info: 9).words == words)
  }
}

@Suite struct ExtendedErrorTests {
  /// EHOSTUNREACH by ICMP type 11 code 0, info 0; a sockaddr_in of 10.1.2.2. Little-endian.
  static let record: [UInt8] = [
    0x71, 0, 0, 0,  // errno 113
    2, 11, 0, 0,  // origin, type, code, padding
    0, 0, 0, 0, 0, 0, 0, 0,  // info, data
    2, 0, 0, 0, 10, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0,
  ]

  @Test func readsARecord() throws {
    let error = try #require(ExtendedError(record: Self.record))
    #expect(error.errno == .hostUnreachable)
    #expect(error.origin == .icmp)
    #expect(error.complaint?.isHopLimit == true)
    #expect(error.offender?.description == "10.1.2.2")
  }

  @Test func readsAddressesOfIPv6() throws {
    let address = [UInt8](repeating: 0, count: 15) + [9]
    var record = Array(Self.record[..<16])
    record[4] = 3
    record += [10, 0, 0, 0, 0, 0, 0, 0] + address + [0, 0, 0, 0]
    let error = try #require(ExtendedError(record: record))
    #expect(error.offender?.description == "::9")
    #expect(error.complaint?.family == .v6)
  }

  @Test func ownRefusalsAreNoComplaints() throws {
    var record = Self.record
    record[4] = 1
    record[8] = 0x78
    record[9] = 0x05
    record[16] = 0
    let error = try #require(ExtendedError(record: record))
    #expect(error.complaint == nil)
    #expect(error.info == 1400)
    #expect(error.offender == nil)
  }

  @Test func emptyAndCutShort() {
    for count in 0..<16 { #expect(ExtendedError(record: Array(Self.record[..<count])) == nil) }
    for count in 16..<24 {
      let error = ExtendedError(record: Array(Self.record[..<count]))
      #expect(error != nil && error?.offender == nil)
    }
  }
}
