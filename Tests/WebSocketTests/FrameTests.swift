import Testing

@testable import WebSocket

func events(_ bytes: [UInt8], step: Int, limit: Int = 1000) throws -> [WebSocketMessages.Event] {
  var messages = WebSocketMessages(limit: limit)
  var found: [WebSocketMessages.Event] = []
  var position = 0
  while position < bytes.count {
    messages.append(bytes[position..<min(bytes.count, position + step)])
    position += step
    while let event = try messages.next() { found.append(event) }
  }
  return found
}

@Test(arguments: 1...9)
func messages(_ step: Int) throws {
  let bytes: [UInt8] = [0x81, 2, 104, 105, 0x01, 1, 97, 0x89, 1, 112, 0x80, 1, 98, 0x88, 0]
  #expect(
    try events(bytes, step: step) == [
      .message([104, 105]), .ping([112]), .message([97, 98]), .close,
    ])
}

@Test func lyingLengths() {
  #expect(throws: WebSocketDamage.tooLong) {
    try events([0x82, 127] + [UInt8](repeating: 255, count: 8), step: 3)
  }
  #expect(throws: WebSocketDamage.tooLong) { try events([0x82, 126, 255, 255], step: 4) }
  #expect(throws: WebSocketDamage.badFrame) { try events([0x80, 1, 97], step: 3) }
  #expect(throws: WebSocketDamage.badFrame) { try events([0x81, 0x81, 1, 2, 3, 4, 97], step: 7) }
  #expect(throws: WebSocketDamage.badFrame) { try events([0x89, 126, 0, 200], step: 4) }
}

@Test func emptyAndCut() throws {
  #expect(try events([], step: 1) == [])
  #expect(try events([0x81, 5, 104], step: 1) == [])
  #expect(try events([0x81, 0], step: 1) == [.message([])])
}

@Test(arguments: [0, 125, 126, 65535, 65536])
func lengthsOfWhatWeSend(_ count: Int) {
  let payload = [UInt8](repeating: 0x55, count: count)
  let frame = WebSocketFrame.encode(.text, payload, mask: [1, 2, 3, 4])
  #expect(frame.count == count + (count < 126 ? 6 : count < 65536 ? 8 : 14) && frame[0] == 0x81)
  #expect(frame[1] & 0x80 != 0 && frame.suffix(min(1, count)).allSatisfy { $0 != 0x55 })
}
