import Linux
import Testing

@testable import Nettrace

/// Keeps what a reader tells.
private final class Notes: NettraceSink {
  var head: NettraceHead?
  var events: [(provider: String, id: UInt32, time: UInt64, thread: UInt64, payload: Int)] = []
  var stacks: [UInt32: Int] = [:]
  var points = 0

  func head(_ head: NettraceHead) { self.head = head }
  func stack(_ number: UInt32, _ addresses: UnsafeRawBufferPointer) {
    stacks[number] = addresses.count
  }
  func sequencePoint() { points += 1 }
  func event(_ event: NettraceEvent) {
    events.append(
      (event.kind.provider, event.kind.id, event.timestamp, event.thread, event.payload.count))
  }
}

@discardableResult
func read(_ bytes: [UInt8], _ sink: any NettraceSink, step: Int = 1 << 20) throws(NettraceError)
  -> NettraceReader
{
  let reader = NettraceReader(sink)
  var failure: NettraceError?
  var position = 0
  while position < bytes.count, failure == nil {
    let end = min(bytes.count, position + step)
    bytes[position..<end].withUnsafeBytes { raw in
      do throws(NettraceError) { try reader.take(raw) } catch { failure = error }
    }
    position = end
  }
  if let failure { throw failure }
  try reader.finish()
  return reader
}

/// A trace that a real runtime wrote.
func fixture(_ name: String) throws -> [UInt8] {
  let folder = Link.folder(of: Link.folder(of: Link.folder(of: #filePath)))
  return try File.open(folder + "/Tests/Fuzz/Seeds/Nettrace/" + name, .read)
    .contents(limit: 1 << 20)
}

@Suite struct ReaderTests {
  @Test(arguments: [1, 2, 3, 7, 64, 1 << 20]) func parsesInPiecesOfAnySize(step: Int) throws {
    let notes = Notes()
    let reader = try read(TraceBuilder.sample.bytes, notes, step: step)
    #expect(reader.isComplete)
    #expect(notes.head?.pid == 42)
    #expect(notes.head?.ticksPerSecond == 1_000_000_000)
    #expect(notes.events.count == 7)
    #expect(notes.events.map { $0.time } == [1, 2, 3, 4, 1, 2, 3])
    #expect(notes.events.map { $0.thread } == [7, 8, 7, 7, 7, 7, 7])
    #expect(notes.stacks == [5: 16, 6: 8, 7: 24])
    #expect(notes.points == 1)
  }

  @Test(arguments: ["samples", "heap", "counters", "metrics"]) func parsesRealTraces(name: String)
    throws
  {
    let bytes = try fixture(name + ".nettrace")
    let whole = Notes()
    let pieces = Notes()
    #expect(try read(bytes, whole).isComplete)
    #expect(try read(bytes, pieces, step: 11).events == whole.events.count)
    #expect(whole.head?.version == 4)
    #expect(whole.events.map { $0.time } == pieces.events.map { $0.time })
  }

  @Test func refusesWhatIsNone() {
    #expect(throws: NettraceError.foreign) { try read([], Notes()) }
    #expect(throws: NettraceError.foreign) { try read(Array("Nettrash".utf8), Notes()) }
    var other = TraceBuilder().bytes
    other[12] = UInt8(ascii: "?")
    #expect(throws: NettraceError.foreign) { try read(other, Notes()) }
  }

  @Test func tellsWhereItEndsAbruptly() {
    let bytes = TraceBuilder.sample.bytes
    for count in [9, 20, 40, 100, 101, 150, bytes.count - 1] {
      #expect(throws: NettraceError.truncated) { try read(Array(bytes[..<count]), Notes()) }
    }
  }

  @Test func refusesLyingLengths() {
    for size in [-1, 3] {
      var builder = TraceBuilder()
      builder.trace()
      builder.block("EventBlock", TraceBuilder.head, size: size)
      builder.end()
      #expect(throws: NettraceError.damaged) { try read(builder.bytes, Notes()) }
    }
    var large = TraceBuilder()
    large.trace()
    large.block("StackBlock", [], size: 1 << 25)
    #expect(throws: NettraceError.tooLarge) { try read(large.bytes, Notes()) }
    var stack = TraceBuilder()
    stack.trace()
    stack.block(
      "StackBlock", TraceBuilder.little(1) + TraceBuilder.little(1) + TraceBuilder.little(8))
    stack.end()
    #expect(throws: NettraceError.damaged) { try read(stack.bytes, Notes()) }
    var event = TraceBuilder()
    event.trace()
    event.block("EventBlock", TraceBuilder.head + [129, 1, 0, 0, 0x7F])
    event.end()
    #expect(throws: NettraceError.damaged) { try read(event.bytes, Notes()) }
  }

  @Test func skipsBlocksItDoesNotKnow() throws {
    var builder = TraceBuilder()
    builder.trace()
    builder.block("NewerBlock", [UInt8](repeating: 6, count: 1000))
    builder.end()
    #expect(try read(builder.bytes, Notes(), step: 13).isComplete)
  }

  @Test func readsHeadsThatAreNotCompressed() throws {
    let little = TraceBuilder.little
    var builder = TraceBuilder()
    builder.trace()
    builder.block("MetadataBlock", TraceBuilder.head + TraceBuilder.metadata(1, "P", 9))
    let head: [UInt8] = [20, 0, 0, 0] + [UInt8](repeating: 0, count: 16)
    var event = little(0, 4) + little(1, 4) + little(0, 4) + little(5, 8) + little(5, 8)
    event += little(0, 4) + little(3, 4) + little(77, 8) + [UInt8](repeating: 0, count: 32)
    event += little(3, 4) + [1, 2, 3, 0]
    builder.block("EventBlock", head + event + event)
    builder.end()
    let notes = Notes()
    try read(builder.bytes, notes)
    #expect(notes.events.map { $0.payload } == [3, 3])
    #expect(notes.events.map { $0.time } == [77, 77])
  }

  @Test func refusesOlderObjects() {
    var builder = TraceBuilder()
    builder.trace(version: 3)
    #expect(throws: NettraceError.unsupported) { try read(builder.bytes, Notes()) }
  }

  @Test func readsWideText() {
    let bytes: [UInt8] = [0x41, 0, 0xE4, 0, 0x3D, 0xD8, 0x00, 0xDE, 0x3D, 0xD8, 0x42, 0]
    bytes.withUnsafeBytes { raw in
      #expect(String(utf16: raw) == "Aä\u{1F600}\u{FFFD}B")
    }
  }
}
