import Linux
import LocalHTTP

/// What a server answers is read or refused, and never more than was agreed on; so is a table of sockets.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let step = max(1, Int(bytes.first ?? 1))
  var reader = ResponseReader(limit: 10000)
  var position = min(1, count)
  var taken = 0
  while position < count, !reader.isComplete {
    let end = min(count, position + step)
    guard let piece = try? reader.take(bytes[position..<end]) else { break }
    taken += piece.count
    precondition(taken <= 10000)
    position = end
  }
  _ = reader.field("content-type")
  _ = reader.end()
  _ = reader.takeRest()
  for listener in Listener.parse(bytes) { _ = listener.reachable.description }
  return 0
}
