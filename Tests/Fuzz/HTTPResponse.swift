import HTTP
import Linux

/// A response of anybody, head and chunked or compressed body, is read to its end or refused.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  var rest = bytes[...]
  var head: ResponseHead?
  while let end = rest.firstIndex(of: 10) {
    let line = rest[...end]
    rest = rest[(end + 1)...]
    do throws(ResponseHead.Problem) {
      if head == nil {
        head = try ResponseHead(statusLine: line)
      } else {
        try head?.add(line: line)
      }
    } catch {
      return 0
    }
    if line.count <= 2 { break }
  }
  guard let head else { return 0 }
  precondition(head.fields.count <= ResponseHead.Limits.fields && head.size <= bytes.count)
  _ = try? head.contentLength()
  _ = head.keepsAlive
  let decoder = try? ContentDecoder(head.tokens("content-encoding"), limit: 1 << 20)
  let chunked = head.lists("transfer-encoding", "chunked")
  if chunked { readChunks(Array(rest), decoder) } else { expand(Array(rest), decoder) }
  return 0
}

func expand(_ bytes: [UInt8], _ decoder: ContentDecoder?) {
  var made = 0
  bytes.withUnsafeBytes { raw in
    try? decoder?.run(raw) { piece throws(TransferFailure) in
      made += piece.count
      if made > 1 << 22 { throw TransferFailure(.fileTooLarge, "enough") }
    }
  }
}

func readChunks(_ bytes: [UInt8], _ decoder: ContentDecoder?) {
  var chunks = ChunkedDecoder()
  var joined: [UInt8] = []
  bytes.withUnsafeBytes { raw in
    var rest = raw
    while let step = try? chunks.step(&rest) {
      switch step {
      case .data(let count):
        precondition(count > 0 && count <= rest.count)
        joined += rest[..<count]
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      case .trailer(let count):
        precondition(count >= 2 && count <= rest.count)
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      case .hungry, .end: return
      }
    }
  }
  precondition(joined.count <= bytes.count)
  expand(joined, decoder)
}
