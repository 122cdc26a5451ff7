import Box
import Linux
import Testing

@testable import HotSpot

/// A transport that answers with captured pieces and keeps what was sent.
private final class Replay {
  var sent: [UInt8] = []
  var pieces: [[UInt8]]

  init(_ pieces: [String]) { self.pieces = pieces.map { Array($0.utf8) } }

  var transport: Transport {
    Transport(
      send: { (bytes) throws(SystemError) in self.sent += bytes },
      receive: { (buffer) throws(SystemError) in
        guard !self.pieces.isEmpty else { return 0 }
        let piece = self.pieces.removeFirst()
        buffer.replaceSubrange(..<piece.count, with: piece)
        return piece.count
      })
  }
}

private func exchange(_ pieces: [String], _ request: AttachRequest = AttachRequest("properties"))
  throws(Failure) -> (reply: AttachReply?, text: String, sent: [UInt8])
{
  let replay = Replay(pieces)
  var text: [UInt8] = []
  let reply = try replay.transport.exchange(request) {
    text += $0
    return true
  }
  return (reply, String(decoding: text, as: UTF8.self), replay.sent)
}

@Suite struct AttachTests {
  @Test(
    arguments: [
      (
        "Repository path: /tmp/2026_11_21_17_51_54_7\n\nStack depth: 64\n",
        "/tmp/2026_11_21_17_51_54_7"
      ),
      (
        "Dump path: /x\nRepository path: /var/a b/2026_11_21_17_51_54_7_2\n",
        "/var/a b/2026_11_21_17_51_54_7_2"
      ),
      ("Repository path: N/A\n", nil), ("", nil), ("Repository path: \n", nil),
      ("Repository path: /\n", nil),
      ("Repository path: tmp/2026_11_21_17_51_54_7\n", nil),
      ("Repository path: /tmp/2026_11_21_17_51_54_8\n", nil),
      ("Repository path: /tmp/2026_11_21_17_51_54_7/..\n", nil), ("Repository path: /home\n", nil),
      ("Repository path: /tmp/6_11_21_17_51_54_7\n", nil),
      ("Repository path: /tmp/2026_11_21_x_51_54_7\n", nil),
    ] as [(String, String?)])
  func findsTheFolderOfRecordings(answer: String, path: String?) {
    #expect(FlightRepository.path(Array(answer.utf8), pid: 7) == path)
  }

  @Test func encodesTheFirstVersion() throws {
    let bytes = try AttachRequest("threaddump", ["-l"]).encoded()
    #expect(bytes == Array("1\0threaddump\0-l\0\0\0".utf8))
    #expect(
      try AttachRequest("jcmd", ["a", "b", "c"]).encoded() == Array("1\0jcmd\0a\0b\0c\0".utf8))
  }

  @Test func encodesTheSecondWhereTheFirstIsTooShort() throws {
    let long = String(repeating: "x", count: 1025)
    let request = AttachRequest("jcmd", [long])
    #expect(request.needsSecondVersion)
    #expect(try request.encoded() == Array("2\01031\0jcmd\0\(long)\0".utf8))
    #expect(!AttachRequest("jcmd", [String(repeating: "x", count: 1024)]).needsSecondVersion)
    #expect(AttachRequest("x", ["1", "2", "3", "4"]).needsSecondVersion)
  }

  @Test func refusesWhatNoVersionTakes() {
    #expect(throws: Failure.self) { try AttachRequest("jcmd", ["a\0b"]).encoded() }
    #expect(throws: Failure.self) {
      try AttachRequest("jcmd", [String(repeating: "x", count: 300_000)]).encoded()
    }
  }

  @Test func readsAnAnswerHoweverItIsCut() throws {
    for pieces in [["0\nline\nmore"], ["0", "\nline", "\nmore"], ["0\n", "line\nmore"]] {
      let result = try exchange(pieces)
      #expect(result.reply?.status == 0)
      #expect(result.text == "line\nmore")
    }
    #expect(try exchange(["0\n"]).reply?.head.isEmpty == true)
  }

  @Test func keepsTheTextOfARefusalFromTheOutput() throws {
    let result = try exchange([
      "-1\njava.lang.IllegalArgumentException: Unknown diagnostic command\n"
    ])
    #expect(result.reply?.status == -1)
    #expect(result.text.isEmpty)
    #expect(
      result.reply?.complaint == "java.lang.IllegalArgumentException: Unknown diagnostic command")
    #expect(try exchange(["101\n"]).reply?.status == 101)
  }

  @Test func anEmptyAnswerIsARejection() throws { #expect(try exchange([]).reply == nil) }

  @Test(arguments: [
    ["HTTP/1.1 400 Bad Request\r\n"], ["\n"], ["12345678901234567890"], ["0"], ["x\n"],
  ])
  func refusesOtherAnswers(_ pieces: [String]) {
    #expect(throws: Failure.self) { try exchange(pieces) }
  }

  @Test func keepsOnlyTheBeginning() throws {
    let result = try exchange(
      ["0\n"] + Array(repeating: String(repeating: "x", count: 60_000), count: 3))
    #expect(result.reply?.head.count == AttachReply.headSize)
    #expect(result.text.utf8.count == 180_000)
  }

  @Test func stopsWhereNobodyReadsOn() throws {
    let replay = Replay(["0\n", "a", "b", "c"])
    var calls = 0
    _ = try replay.transport.exchange(AttachRequest("x")) { _ in
      calls += 1
      return false
    }
    #expect(calls == 1)
    #expect(replay.pieces.count == 2)
  }

  @Test func readsOpenJ9sInfo() {
    let info = OpenJ9Info(
      Array("#Java Properties\nversion=0.1\ndisplayName=com.shop.Main\\:x\nbroken\n".utf8))
    #expect(info.version == "0.1")
    #expect(info.displayName == "com.shop.Main:x")
    #expect(OpenJ9Info([]).version == nil)
  }
}
