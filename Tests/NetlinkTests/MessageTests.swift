import Linux
import Testing

@testable import Netlink

/// Bytes of a field in the machine's order.
func bytes<Value>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

/// A message around a payload.
func message(_ type: UInt16, sequence: UInt32 = 1, _ payload: [UInt8]) -> [UInt8] {
  bytes(UInt32(16 + payload.count)) + bytes(type) + bytes(UInt16(2)) + bytes(sequence)
    + bytes(UInt32(0)) + payload
}

/// An attribute around a value.
func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
  bytes(UInt16(4 + value.count)) + bytes(type) + value
    + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
}

@Suite struct MessageTests {
  @Test func parses() {
    let datagram = message(20, [1, 2, 3, 4]) + message(21, [])
    var types: [UInt16] = []
    let isWhole = datagram.withUnsafeBytes { all in
      NetlinkMessage.forEach(in: all) { found in
        types.append(found.type)
        return true
      }
    }
    #expect(isWhole)
    #expect(types == [20, 21])
  }

  @Test(arguments: [0, 1, 15, 17, 4096, UInt32.max])
  func lyingLength(_ length: UInt32) {
    var datagram = message(20, [])
    datagram.replaceSubrange(0..<4, with: bytes(length))
    var count = 0
    let isWhole = datagram.withUnsafeBytes { all in
      NetlinkMessage.forEach(in: all) { _ in
        count += 1
        return true
      }
    }
    #expect(!isWhole)
    #expect(count == 0)
  }

  @Test func empty() {
    #expect(NetlinkMessage.forEach(in: UnsafeRawBufferPointer(start: nil, count: 0)) { _ in true })
  }

  @Test func endsAbruptly() {
    let datagram = message(20, [1, 2, 3, 4]) + message(21, [5, 6, 7, 8]).dropLast(3)
    var types: [UInt16] = []
    let isWhole = datagram.withUnsafeBytes { all in
      NetlinkMessage.forEach(in: all) { found in
        types.append(found.type)
        return true
      }
    }
    #expect(!isWhole)
    #expect(types == [20])
  }

  @Test func attributesStopAtTheFirstLie() {
    let payload = attribute(1, [7]) + bytes(UInt16(200)) + bytes(UInt16(2)) + [1, 2]
    var found: [Int] = []
    payload.withUnsafeBytes { all in
      Attributes.forEach(in: all) { type, value in
        found.append(type)
        #expect(value.byte(0) == 7)
        // Beyond the end there is nothing.
        #expect(value.long(0) == 0)
      }
    }
    #expect(found == [1])
  }

  @Test func exchangeEndsWithDone() throws {
    let done = message(3, bytes(Int32(0)))
    let transport = NetlinkTransport(replaying: [message(16, [1]) + message(16, [2]), done])
    var count = 0
    try transport.exchange(NetlinkRequest(18, isDump: true)) { _ in count += 1 }
    #expect(count == 2)
  }

  @Test func exchangeFailsWithTheKernelsError() {
    let refused = message(2, bytes(Int32(-13)) + [UInt8](repeating: 0, count: 16))
    let transport = NetlinkTransport(replaying: [refused])
    #expect(throws: SystemError.self) {
      try transport.exchange(NetlinkRequest(18, isDump: true)) { _ in }
    }
  }

  @Test func exchangeThatNeverEndsFails() {
    let transport = NetlinkTransport(replaying: [message(16, sequence: 99, [1])])
    #expect(throws: SystemError.self) {
      try transport.exchange(NetlinkRequest(18, isDump: true)) { _ in }
    }
  }
}
