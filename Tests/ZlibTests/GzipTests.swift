import Testing

@testable import Zlib

/// All that `bytes` expand to.
private func expand(_ bytes: [UInt8]) throws -> [UInt8] {
  let gunzipper = try Gunzipper()
  var result: [UInt8] = []
  let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
  defer { room.deallocate() }
  try bytes.withUnsafeBytes { all in
    var rest = all
    while true {
      switch try gunzipper.step(&rest, room) {
      case .output(let count): result += room[..<count]
      case .memberEnd: continue
      case .hungry: return
      }
    }
  }
  if !gunzipper.isBetweenMembers { throw Gunzipper.Broken.data }
  return result
}

private func compress(_ text: [UInt8]) throws -> [UInt8] {
  let deflater = try #require(Deflater(level: 6))
  var result = GzipHeader(name: Array("n".utf8), modified: 5).bytes
  let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
  defer { room.deallocate() }
  text.withUnsafeBytes { deflater.run($0, isLast: true, room) { result += $0 } }
  let sum = text.withUnsafeBytes { checksum(0, $0) }
  for word in [sum, UInt32(text.count)] {
    for shift in [0, 8, 16, 24] { result.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
  }
  return result
}

@Suite struct GzipTests {
  private let text = (0..<1000).map { UInt8(truncatingIfNeeded: $0 / 7) }

  @Test func expandsWhatItCompresses() throws {
    #expect(try expand(compress(text)) == text)
    #expect(try expand(compress(text) + compress([]) + compress([1])) == text + [1])
  }

  @Test func refusesWrongSumsAndLengths() throws {
    var bytes = try compress(text)
    bytes[bytes.count - 1] ^= 1
    #expect(throws: Gunzipper.Broken.length) { try expand(bytes) }
    bytes = try compress(text)
    bytes[bytes.count - 5] ^= 1
    #expect(throws: Gunzipper.Broken.checksum) { try expand(bytes) }
  }

  @Test func refusesWhatEndsAbruptly() throws {
    let bytes = try compress(text)
    for length in [1, 9, 12, 40, bytes.count - 1] {
      #expect(throws: Gunzipper.Broken.data) { try expand(Array(bytes[..<length])) }
    }
  }

  @Test func refusesWhatIsNoGzip() throws {
    #expect(throws: Gunzipper.Broken.notGzip) { try expand(Array("hello, world".utf8)) }
    #expect(throws: Gunzipper.Broken.data) { try expand([]) }
  }

  @Test func readsAllFieldsOfAHeader() {
    // ID, deflate, all flags; time, flags, system; extra field, name, comment, sum.
    let bytes: [UInt8] =
      [0x1F, 0x8B, 8, 0x1E] + [5, 0, 0, 0, 2, 3] + [2, 0, 9, 9] + [0x61, 0] + [0x62, 0] + [7, 7]
    let outcome = bytes.withUnsafeBytes { GzipHeader.parse($0) }
    #expect(
      outcome == .header(GzipHeader(name: [0x61], modified: 5, extraFlags: 2), length: bytes.count))
    for length in 2..<bytes.count {
      #expect(bytes[..<length].withUnsafeBytes { GzipHeader.parse($0) } == .incomplete)
    }
  }
}
