import Linux
import Testing

@testable import ProbeApplets

/// A frame of HTTP/2, RFC 9113 section 4.1.
private func frame(_ kind: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
  [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), kind, flags, 0, 0, 0, stream] + payload
}

/// A field as it is, RFC 7541 section 6.2.2.
private func field(_ name: String, _ value: String) -> [UInt8] {
  [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
}

private let settings = frame(4, 0, 0, [])
private let head = frame(1, 4, 1, [0x88] + field("content-type", "application/grpc"))

private func message(_ bytes: [UInt8]) -> [UInt8] {
  frame(0, 0, 1, [0, 0, 0, 0, UInt8(bytes.count)] + bytes)
}

private func trailers(_ status: String, _ text: String? = nil) -> [UInt8] {
  frame(1, 5, 1, field("grpc-status", status) + (text.map { field("grpc-message", $0) } ?? []))
}

private func judged(_ bytes: [UInt8], step: Int, secure: Bool = false) throws -> (Bool, String) {
  let target = ProbeTarget(
    scheme: secure ? .grpcs : .grpc, host: "api", port: 9000, path: "/shop.Cart")
  let talk = try HealthConversation(target)
  let request = talk.nextToSend()
  #expect(request.starts(with: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
  var position = 0
  while position < bytes.count {
    let end = min(bytes.count, position + step)
    if talk.received(bytes[position..<end]) { break }
    _ = talk.nextToSend()
    position = end
  }
  let (isGood, detail) = talk.judge()
  return (isGood, detail)
}

@Suite struct HealthTests {
  @Test(
    arguments: [
      (settings + head + message([8, 1]) + trailers("0"), true, "SERVING"),
      (settings + head + message([8, 2]) + trailers("0"), false, "NOT_SERVING"),
      (settings + head + message([]) + trailers("0"), false, "UNKNOWN"),
      (
        settings + head + trailers("5", "who%20is%1b[31m%20that"), false,
        "NotFound: who%20is%1b[31m%20that"
      ),
      (settings + head + trailers("5", "no%20such"), false, "NotFound: no such"),
      (settings + head + trailers("12"), false, "no health service (Unimplemented)"),
      (settings + head + message([255]) + trailers("0"), false, "the answer is damaged"),
      (
        settings + head + frame(1, 5, 1, field("a", "b")), false,
        "the stream ended without a gRPC status"
      ),
      (settings + frame(1, 5, 1, [0x8D]), false, "no gRPC: HTTP/2 404"),
      (settings + head, false, "closed before the answer was whole"),
      (settings + frame(3, 0, 1, [0, 0, 0, 2]), false, "the stream was reset: INTERNAL_ERROR"),
      (settings + frame(1, 4, 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), false, "broken HTTP/2"),
      ([], false, "closed without an answer; if it speaks TLS, it is grpcs://"),
      (Array("HTTP/1.1 400 Bad\r\n\r\n".utf8), false, "no HTTP/2: \"HTTP/1.1 400 Bad\""),
      (Array("SSH-2.0-\u{1B}x\r\n".utf8), false, "no HTTP/2: \"SSH-2.0-\\ex\""),
      ([0x15, 3, 3, 0, 2, 2, 70], false, "it speaks TLS: try grpcs://"),
    ] as [([UInt8], Bool, String)], [1, 7, 1000])
  func verdicts(_ answer: ([UInt8], Bool, String), _ step: Int) throws {
    let (isGood, detail) = try judged(answer.0, step: step)
    #expect(isGood == answer.1 && detail == answer.2)
  }

  @Test func overTLSNobodyIsToldOfTLS() throws {
    #expect(try judged([], step: 1, secure: true) == (false, "closed without an answer"))
  }

  /// A server that sends without end is not kept.
  @Test func endless() throws {
    let piece = frame(0, 0, 1, [UInt8](repeating: 0, count: 16384))
    let flood = settings + head + piece + piece + piece + piece + piece
    #expect(try judged(flood, step: 4096).1 == "no HTTP/2: more than 65536 bytes came")
  }
}
