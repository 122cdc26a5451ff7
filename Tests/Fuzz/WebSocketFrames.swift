import Linux
import WebSocket

/// What a server sends is messages or is refused, however it is cut.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let step = max(1, Int(bytes.first ?? 1))
  var messages = WebSocketMessages(limit: 4096)
  var position = 0
  while position < count {
    let end = min(count, position + step)
    messages.append(bytes[position..<end])
    position = end
    while true {
      guard let event = try? messages.next() else { break }
      if case .message(let message) = event { precondition(message.count <= 4096) }
    }
  }
  _ = WebSocketFrame.encode(.text, bytes, mask: Array(bytes.prefix(4)))
  return 0
}
