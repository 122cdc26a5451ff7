import Box
import HotSpot
import Linux

/// What the socket of a would-be JVM answers; the first byte says into which pieces it is cut.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 0 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let step = Int(all[0]) + 1
  var position = 1
  let transport = Transport(
    send: { (_) throws(SystemError) in },
    receive: { (buffer) throws(SystemError) in
      let piece = all[position..<min(position + step, all.count)]
      buffer.replaceSubrange(..<piece.count, with: piece)
      position += piece.count
      return piece.count
    })
  do throws(Failure) {
    var text = 0
    let reply = try transport.exchange(AttachRequest("properties")) {
      text += $0.count
      return true
    }
    precondition(text < count)
    _ = reply?.complaint
  } catch {
    return 0
  }
  return 0
}
