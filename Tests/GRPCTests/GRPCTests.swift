import Linux
import Testing

@testable import GRPC

@Test func messagesAreRead() throws {
  // 1: 150, 2: "testing", 3: fixed32 1, 4: fixed64 2, RFC-less: protobuf.dev/programming-guides/encoding
  let bytes: [UInt8] =
    [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8) + [0x1D, 1, 0, 0, 0]
    + [0x21, 2, 0, 0, 0, 0, 0, 0, 0]
  var reader = ProtobufReader(bytes[...])
  var found = try reader.next()
  #expect(found?.number == 1 && found?.value == .number(150))
  found = try reader.next()
  #expect(found?.number == 2 && found?.value == .bytes(Array("testing".utf8)[...]))
  found = try reader.next()
  #expect(found?.value == .fixed32(1))
  found = try reader.next()
  #expect(found?.value == .fixed64(2))
  #expect(try reader.next() == nil)
}

@Test(arguments: [
  ([0x12, 0x07, 0x61] as [UInt8], ProtobufReader.Problem.truncated), ([0x08], .truncated),
  ([0x1D, 1], .truncated), ([0x00], .badTag), ([0x0B], .badType),
  ([0x08] + [UInt8](repeating: 0xFF, count: 10), .numberTooLong),
  ([0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], .truncated),
])
func messagesAreRefused(_ bytes: [UInt8], _ problem: ProtobufReader.Problem) {
  var reader = ProtobufReader(bytes[...])
  #expect(throws: problem) { while try reader.next() != nil {} }
}

@Test func framesAreTakenApart() throws {
  var frames = FrameReader()
  let all = FrameReader.framed([1, 2, 3]) + FrameReader.framed([])
  for byte in all.dropLast() { [byte].withUnsafeBytes { frames.add($0) } }
  #expect(try frames.next() == [1, 2, 3])
  #expect(try frames.next() == nil)
  [all[all.count - 1]].withUnsafeBytes { frames.add($0) }
  #expect(try frames.next() == [])
  #expect(try frames.next() == nil)
  [1, 0, 0, 0, 0].withUnsafeBytes { _ in }
  for (bytes, problem) in [
    ([1, 0, 0, 0, 0] as [UInt8], FrameReader.Problem.compressed), ([7, 0, 0, 0, 0], .badFlag(7)),
    ([0, 0xFF, 0xFF, 0xFF, 0xFF], .tooLarge(0xFFFF_FFFF)),
  ] {
    var frames = FrameReader()
    bytes.withUnsafeBytes { frames.add($0) }
    #expect(throws: problem) { try frames.next() }
  }
}

@Test func healthIsRead() throws {
  #expect(Health.request("ab") == [0x0A, 2, 0x61, 0x62] && Health.request("") == [])
  #expect(try Health.status([8, 1]) == "SERVING" && Health.status([8, 2]) == "NOT_SERVING")
  #expect(try Health.status([]) == "UNKNOWN" && Health.status([8, 9]) == "9")
}

private func text(_ field: Int, _ value: [UInt8]) -> [UInt8] {
  var writer = ProtobufWriter()
  writer.add(field, value)
  return writer.bytes
}

private func text(_ field: Int, _ value: String) -> [UInt8] { text(field, Array(value.utf8)) }

@Test func reflectionIsRead() throws {
  let list = text(6, text(1, text(1, "a.B")) + text(1, text(1, "c.D")))
  guard case .services(let names) = try Reflection.parse(list) else {
    Issue.record("no services")
    return
  }
  #expect(names == ["a.B", "c.D"])
  guard case .error(let code, let words) = try Reflection.parse(text(7, [8, 5] + text(2, "no")))
  else {
    Issue.record("no error")
    return
  }
  #expect(code == 5 && words == "no")
}

@Test func descriptorsAreShown() throws {
  let field = text(1, "name") + [0x18, 1, 0x20, 1, 0x28, 9]
  let map =
    text(1, "Entry") + text(2, text(1, "key") + [0x18, 1, 0x28, 9])
    + text(2, text(1, "value") + [0x18, 2, 0x28, 5]) + text(7, [0x38, 1])
  let entries = text(1, "all") + [0x18, 2, 0x20, 3, 0x28, 11] + text(6, ".p.M.Entry")
  let message = text(1, "M") + text(2, field) + text(2, entries) + text(3, map)
  let method = text(1, "Do") + text(2, ".p.M") + text(3, ".p.M") + [0x30, 1]
  let file = try FileDescriptor(
    text(1, "f.proto") + text(2, "p") + text(12, "proto3") + text(4, message)
      + text(6, text(1, "S") + text(2, method)))
  guard case .message(let found) = file.symbol("p.M"),
    case .service(let service) = file.symbol("p.S")
  else {
    Issue.record("not found")
    return
  }
  #expect(
    found.text(isProto3: true)
      == "message M {\n  string name = 1;\n  map<string, int32> all = 2;\n}")
  #expect(service.text == "service S {\n  rpc Do ( .p.M ) returns ( stream .p.M );\n}")
  #expect(file.symbol("p.Nothing") == nil && file.symbol("M") == nil)
  #expect(throws: ProtobufReader.Problem.truncated) { try FileDescriptor([0x0A, 9, 1]) }
}

@Test func depthIsBounded() {
  var message = text(1, "M")
  for _ in 0..<40 { message = text(1, "M") + text(3, message) }
  #expect(throws: ProtobufReader.Problem.tooDeep) { try FileDescriptor(text(4, message)) }
}
