import Linux
import Testing

@testable import LocalHTTP

func body(_ text: String, step: Int, limit: Int = 100) throws -> (ResponseReader, String) {
  var reader = ResponseReader(limit: limit)
  var all: [UInt8] = []
  let bytes = Array(text.utf8)
  var position = 0
  while position < bytes.count, !reader.isComplete {
    all += try reader.take(bytes[position..<min(bytes.count, position + step)])
    position += step
  }
  return (reader, String(decoding: all, as: UTF8.self))
}

@Test(arguments: [1, 2, 3, 5, 1000])
func bodies(_ step: Int) throws {
  let stated = try body("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", step: step)
  #expect(stated.0.status == 200 && stated.1 == "hello" && stated.0.isComplete)
  let chunks = try body(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=1\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
    step: step)
  #expect(chunks.1 == "hello" && chunks.0.isComplete)
  var (reader, text) = try body("HTTP/1.0 404 No\r\nX: Y\r\n\r\nhello", step: step)
  let wasComplete = reader.isComplete
  let isWhole = reader.end()
  #expect(text == "hello" && !wasComplete && isWhole && reader.field("x") == "y")
}

@Test func damaged() {
  #expect(throws: ResponseDamage.badHead) { try body("SSH-2.0-x\r\n\r\n\r\n\r\n", step: 100) }
  #expect(throws: ResponseDamage.bodyTooLong) {
    try body("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", step: 100)
  }
  #expect(throws: ResponseDamage.badHead) {
    try body("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", step: 100)
  }
  #expect(throws: ResponseDamage.badChunk) {
    try body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", step: 100)
  }
  #expect(throws: ResponseDamage.headTooLong) {
    try body("HTTP/1.1 200 OK\r\n" + String(repeating: "a", count: 70000), step: 5000)
  }
}

@Test func emptyAndCut() throws {
  var (reader, _) = try body("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", step: 100)
  let isWhole = reader.end()
  #expect(!isWhole)
  var nothing = ResponseReader(limit: 10)
  let isAnything = nothing.end()
  #expect(!isAnything && nothing.status == nil)
}

@Test func socketTables() {
  let text = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
       1: 0100007F:240D 0100007F:0050 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 100 0 0 10 0
       2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
       3: 0100007F:24 garbage
    """
  let found = Listener.parse(Array(text.utf8))
  #expect(found.map { $0.endpoint.description } == ["127.0.0.1:9229", "[::]:8080"])
  #expect(
    found.map { $0.inode } == [4711, 4713] && found.last?.reachable.description == "[::1]:8080")
  #expect(Listener.parse([]).isEmpty)
}
