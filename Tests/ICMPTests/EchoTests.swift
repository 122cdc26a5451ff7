import ICMP
import Linux
import Testing

@Suite struct EchoTests {
  /// `ping -c1 -s 8 -p ff`: type, code, checksum, identifier, sequence, data.
  static let request: [UInt8] = [
    0x08, 0x00, 0xD5, 0xC9, 0x12, 0x34, 0x00, 0x01, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
  ]

  @Test func writesWhatItReads() {
    let echo = Echo(
      .v4, identifier: 0x1234, sequence: 1, payload: [UInt8](repeating: 0x11, count: 8))
    let bytes = echo.bytes
    #expect(internetChecksum(bytes) == 0)
    #expect(Echo(bytes, .v4) == echo)
    var other = bytes
    other[2] = 0
    other[3] = 0
    #expect(internetChecksum(other) == UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
  }

  @Test func readsReplies() throws {
    var bytes = Self.request
    bytes[0] = 0
    let echo = try #require(Echo(bytes, .v4))
    #expect(echo.isReply)
    #expect(echo.identifier == 0x1234)
    #expect(echo.sequence == 1)
    #expect(echo.payload.count == 8)
    #expect(Echo(bytes, .v6) == nil)
    bytes[0] = 129
    #expect(Echo(bytes, .v6)?.isReply == true)
  }

  @Test func refusesWhatIsCutShort() {
    #expect(Echo([], .v4) == nil)
    for count in 0..<8 { #expect(Echo(Array(Self.request[..<count]), .v4) == nil) }
    #expect(Echo(Array(Self.request[..<8]), .v4)?.payload == [])
  }

  /// The example of RFC 1071 section 3.
  @Test func sumsAsTheStandardDoes() {
    #expect(internetChecksum([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]) == ~0xDDF2)
    #expect(internetChecksum([0x01] as [UInt8]) == ~0x0100)
    #expect(internetChecksum([] as [UInt8]) == 0xFFFF)
  }
}
