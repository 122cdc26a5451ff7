import HTTP
import Linux

/// What anybody sends as HTTP/2 in answer to a request, in pieces of any size: the first byte is the size.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = all.first else { return 0 }
  let limit = 1 << 12
  let fields = [
    HeaderField(":method", "POST"), HeaderField(":scheme", "http"),
    HeaderField(":authority", "a:1"), HeaderField(":path", "/a.B/C"),
    HeaderField("te", "trailers"),
  ]
  guard let call = try? HTTP2Call(fields, body: [0, 0, 0, 0, 0], limit: limit) else { return 0 }
  guard (try? call.nextToSend())?.isEmpty == false else { preconditionFailure("no request") }
  var rest = all.dropFirst()
  do throws(TransferFailure) {
    while !rest.isEmpty, !call.isEnded {
      let piece = rest.prefix(max(1, Int(first)))
      rest = rest.dropFirst(piece.count)
      try call.receive(piece)
      _ = try call.nextToSend()
    }
  } catch {
    return 0
  }
  precondition(call.body.count <= limit && call.body.count <= count)
  precondition(call.fields.count + call.trailers.count <= ResponseHead.Limits.fields)
  precondition(call.status >= 0 && call.status < 1000)
  _ = (call.reset, call.isBroken)
  return 0
}
