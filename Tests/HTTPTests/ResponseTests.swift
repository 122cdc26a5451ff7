import Linux
import Testing
import Zlib

@testable import HTTP

private func head(_ lines: String...) throws -> ResponseHead {
  var head = try ResponseHead(statusLine: Array(lines[0].utf8)[...])
  for line in lines.dropFirst() { try head.add(line: Array(line.utf8)[...]) }
  return head
}

@Test func headsAreRead() throws {
  let read = try head(
    "HTTP/1.1 404 Not  Found\r\n", "Content-Type: text/plain\r\n", "no colon\r\n", "X : a\r\n",
    "\tb \r\n", "x: second\r\n")
  #expect(read.status == 404 && read.reason == "Not  Found" && read.version == "1.1")
  #expect(read.value("content-TYPE") == "text/plain")
  #expect(read.values("x") == ["a b", "second"] && read.fields.count == 3)
  #expect(try head("HTTP/2 200\r\n").version == "2")
  #expect(try head("HTTP/1.0 200").reason == "")
}

@Test(arguments: [
  ("hello", ResponseHead.Problem.notHTTP), ("", .notHTTP), ("HTTP/1.1", .unsupportedVersion),
  ("HTTP/1.1 2", .unsupportedVersion), ("HTTP/1.1 99x", .unsupportedVersion),
  ("HTTP/3.0 200 OK", .unsupportedVersion), ("HTTP/1.1 200 O\0K", .nulByte),
])
func statusLinesAreRefused(_ line: String, _ problem: ResponseHead.Problem) {
  #expect(throws: problem) { try ResponseHead(statusLine: Array(line.utf8)[...]) }
}

@Test func headsAreBounded() throws {
  var endless = try head("HTTP/1.1 200 OK")
  let line = Array(("X: " + String(repeating: "x", count: 90_000)).utf8)
  #expect(throws: ResponseHead.Problem.tooLarge) {
    for _ in 0..<10 { try endless.add(line: line[...]) }
  }
  var many = try head("HTTP/1.1 200 OK")
  #expect(throws: ResponseHead.Problem.tooManyFields) {
    for _ in 0..<6000 { try many.add(line: Array("a:b".utf8)[...]) }
  }
  #expect(throws: ResponseHead.Problem.lineTooLong) {
    try many.add(line: [UInt8](repeating: 0x61, count: 200_000)[...])
  }
}

@Test func lengthsAreRead() throws {
  #expect(try head("HTTP/1.1 200", "Content-Length: 5").contentLength() == 5)
  #expect(try head("HTTP/1.1 200", "Content-Length: 5, 5").contentLength() == 5)
  #expect(try head("HTTP/1.1 200").contentLength() == nil)
  for bad in ["-5", "5, 6", "", "0x5", "5 5"] {
    #expect(throws: ResponseHead.Problem.self) {
      try head("HTTP/1.1 200", "Content-Length: " + bad).contentLength()
    }
  }
  #expect(throws: ResponseHead.Problem.lengthTooLarge) {
    try head("HTTP/1.1 200", "Content-Length: 99999999999999999999").contentLength()
  }
}

@Test func connectionsAreKept() throws {
  #expect(try head("HTTP/1.1 200").keepsAlive)
  #expect(try !head("HTTP/1.1 200", "Connection: Foo, Close").keepsAlive)
  #expect(try !head("HTTP/1.0 200").keepsAlive)
  #expect(try head("HTTP/1.0 200", "Connection: keep-alive").keepsAlive)
}

@Test(arguments: [
  ("bytes 0-99/1234", 0, 99, 1234), ("Bytes 5-5/*", 5, 5, nil as Int?), ("bytes 0-0/1", 0, 0, 1),
])
func rangesAreRead(_ text: String, _ first: Int, _ last: Int, _ size: Int?) {
  let range = ContentRange(text)
  #expect(range?.first == first && range?.last == last && range?.size == size)
}

@Test func rangesAreRefused() {
  for bad in [
    "", "bytes", "bytes 5-1/10", "bytes 0-99/50", "lines 0-1/2", "bytes a-b/c", "bytes 1/2",
  ] {
    #expect(ContentRange(bad) == nil)
  }
  #expect(ContentRange("bytes */50")?.size == 50)
}

private func unchunked(_ text: String, piece: Int) throws -> (String, Bool) {
  let bytes = Array(text.utf8)
  var decoder = ChunkedDecoder()
  var result: [UInt8] = []
  var held: [UInt8] = []
  var start = 0
  while !decoder.isDone, start < bytes.count {
    held += bytes[start..<min(start + piece, bytes.count)]
    start += piece
    var isHungry = false
    while !isHungry, !decoder.isDone {
      try held.withUnsafeBytes { raw in
        var rest = raw
        let step = try decoder.step(&rest)
        var taken = raw.count - rest.count
        switch step {
        case .data(let count):
          result += rest[..<count]
          taken += count
        case .trailer(let count): taken += count
        case .hungry: isHungry = true
        case .end: break
        }
        held = Array(raw[taken...])
      }
    }
  }
  return (String(decoding: result, as: UTF8.self), decoder.isDone)
}

@Test(arguments: 1...12)
func chunksAreJoined(_ piece: Int) throws {
  let (text, isDone) = try unchunked(
    "5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nX: y\r\n\r\n", piece: piece)
  #expect(text == "hello world" && isDone)
  #expect(try unchunked("5\r\nhel", piece: piece) == ("hel", false))
  #expect(try unchunked("", piece: piece) == ("", false))
}

@Test(arguments: [
  ("zz\r\n", ChunkedDecoder.Problem.noSize), ("\r\n", .noSize), ("1\r\nab\r\n", .badEnd),
  ("1000000000000000\r\n", .sizeTooLarge),
])
func chunksAreRefused(_ text: String, _ problem: ChunkedDecoder.Problem) {
  #expect(throws: problem) { try unchunked(text, piece: 64) }
}

private func decoded(_ codings: [String], _ bytes: [UInt8], piece: Int = 7) throws -> String {
  let decoder = try ContentDecoder(codings.map { Array($0.utf8) })
  var result: [UInt8] = []
  var start = 0
  while start < bytes.count {
    let end = min(start + piece, bytes.count)
    try bytes[start..<end].withUnsafeBytes { raw in
      try decoder.run(raw) { piece throws(TransferFailure) in result += Array(piece) }
    }
    start = end
  }
  return String(decoding: result, as: UTF8.self)
}

private func deflated(_ text: String) throws -> [UInt8] {
  let deflater = try #require(Deflater(level: 9))
  var result: [UInt8] = []
  let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
  defer { room.deallocate() }
  Array(text.utf8).withUnsafeBytes { raw in
    deflater.run(raw, isLast: true, room) { result += Array($0) }
  }
  return result
}

@Test func contentIsExpanded() throws {
  let text = String(repeating: "hello ", count: 100)
  let raw = try deflated(text)
  #expect(try decoded(["deflate"], raw) == text)
  // The header of the zlib format; its check value goes unread.
  #expect(try decoded(["deflate"], [0x78, 0xDA] + raw + [0, 0, 0, 0]) == text)
  #expect(try decoded(["identity"], Array("as it is".utf8)) == "as it is")
  #expect(try decoded(["deflate"], []) == "")
}

@Test func contentIsRefused() throws {
  #expect(throws: ContentDecoder.Problem.unknown("br")) {
    try ContentDecoder([Array("br".utf8)])
  }
  #expect(throws: ContentDecoder.Problem.tooManyLayers) {
    try ContentDecoder([[UInt8]](repeating: Array("gzip".utf8), count: 6))
  }
  #expect(throws: TransferFailure.self) { try decoded(["gzip"], Array("hello hello hello".utf8)) }
}

@Test func bombsAreRefused() throws {
  let deflater = try #require(Deflater(level: 9))
  let zeros = [UInt8](repeating: 0, count: 4 << 20)
  let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  defer { room.deallocate() }
  let decoder = try ContentDecoder([Array("deflate".utf8)])
  var made = 0
  var failure: TransferFailure?
  for _ in 0..<80 where failure == nil {
    var piece: [UInt8] = []
    zeros.withUnsafeBytes { deflater.run($0, isLast: false, room) { piece += Array($0) } }
    piece.withUnsafeBytes { raw in
      do throws(TransferFailure) {
        try decoder.run(raw) { bytes throws(TransferFailure) in made += bytes.count }
      } catch {
        failure = error
      }
    }
  }
  #expect(failure?.code == .fileTooLarge)
  #expect(made > ContentDecoder.Limits.bomb / 2 && made < ContentDecoder.Limits.bomb + 1 << 20)
}
