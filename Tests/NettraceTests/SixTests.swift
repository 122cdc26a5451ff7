import Testing

@testable import Nettrace

/// Writes traces of version 6, block by block.
private struct SixBuilder {
  var bytes: [UInt8]

  init(major: Int = 6) {
    bytes = Array("Nettrace".utf8) + little(0) + little(major) + little(0)
  }

  mutating func block(_ kind: Int, _ content: [UInt8]) {
    bytes += little(content.count, 3) + [UInt8(kind)] + content
  }

  mutating func head(
    pairs: [(String, String)] = [("ProcessId", "42"), ("HardwareThreadCount", "2")]
  ) {
    var content = [2026, 11, 6, 21, 14, 15, 13, 771].flatMap { little($0, 2) }
    content += little(1000, 8) + little(1_000_000_000, 8) + little(8) + little(pairs.count)
    for (key, value) in pairs { content += text(key) + text(value) }
    block(1, content)
  }

  mutating func metadata(_ rows: [[UInt8]]) {
    // Whatever may stand in front of the rows one day.
    block(3, little(3, 2) + [9, 9, 9] + rows.flatMap { little($0.count, 2) + $0 })
  }

  mutating func events(_ rows: [[UInt8]], isCompressed: Bool = true) {
    block(
      2, [20, 0, isCompressed ? 1 : 0, 0] + [UInt8](repeating: 0, count: 16) + rows.flatMap { $0 })
  }
}

private func little(_ value: Int, _ size: Int = 4) -> [UInt8] { TraceBuilder.little(value, size) }
private func text(_ text: String) -> [UInt8] {
  TraceBuilder.varint(text.utf8.count) + Array(text.utf8)
}

private func kind(
  _ number: Int, _ provider: String, _ id: Int, _ name: String = "",
  fields: [(name: String, type: [UInt8])] = [], extra: [UInt8] = [], rest: [UInt8] = []
) -> [UInt8] {
  var row = TraceBuilder.varint(number) + text(provider) + TraceBuilder.varint(id) + text(name)
  row += list(fields)
  return row + little(extra.count, 2) + extra + rest
}

private func list(_ fields: [(name: String, type: [UInt8])]) -> [UInt8] {
  little(fields.count, 2)
    + fields.flatMap { field in
      let content = text(field.name) + field.type
      return little(content.count, 2) + content
    }
}

private func event(_ kind: Int, time: Int = 1, thread: Int = 3, stack: Int = 0, _ payload: [UInt8])
  -> [UInt8]
{
  let head: [UInt8] = [1 | 2 | 4 | 8 | 16 | 128] + TraceBuilder.varint(kind) + [0, 3, 0]
  return head + TraceBuilder.varint(thread) + TraceBuilder.varint(stack) + TraceBuilder.varint(time)
    + [7] + TraceBuilder.varint(payload.count) + payload
}

/// Keeps what a reader tells.
private final class Notes: NettraceSink {
  var head: NettraceHead?
  var events: [(provider: String, id: UInt32, time: UInt64, thread: UInt64, payload: Int)] = []
  var values: [(name: String, value: String)] = []
  var kinds: [NettraceKind] = []
  var points = 0

  func head(_ head: NettraceHead) { self.head = head }
  func sequencePoint() { points += 1 }
  func event(_ event: NettraceEvent) {
    kinds.append(event.kind)
    events.append(
      (event.kind.provider, event.id, event.timestamp, event.thread, event.payload.count))
    for (name, value) in (try? event.values()) ?? [] { values.append((name, "\(value)")) }
  }
}

@Suite struct SixTests {
  @Test(arguments: [1, 2, 3, 7, 64, 1 << 20]) func readsBlocks(step: Int) throws {
    var builder = SixBuilder()
    builder.head()
    builder.block(
      6,
      little(3, 2) + [3, 3, 99] + little(14, 2) + [4, 1, 4] + Array("name".utf8)
        + [2, 42, 3, 0xC8, 0x01, 200, 1])
    builder.block(8, [1, 2, 3])
    builder.block(77, [UInt8](repeating: 6, count: 100))
    builder.metadata([
      kind(
        1, "P", 9, "N", extra: [3] + little(5, 8) + [4, 1, 65, 8, 4, 9, 2, 200, 1], rest: [1, 2])
    ])
    builder.events([event(1, [1, 2]), event(1, thread: 4, []), event(1, thread: 5, [1])])
    builder.block(7, [4, 0])
    builder.events([event(1, thread: 4, [])])
    builder.block(4, little(5, 8) + little(1) + little(0))
    builder.events([event(1, thread: 3, []), [0, 1]])
    builder.block(0, [])
    let notes = Notes()
    let reader = try read(builder.bytes, notes, step: step)
    #expect(reader.isComplete)
    #expect(notes.head?.version == 6)
    #expect((notes.head?.pid, notes.head?.processors) == (42, 2))
    #expect(notes.events.map { $0.thread } == [99, 200, 5, 4, 3, 3])
    #expect(notes.events.map { $0.time } == [1, 2, 3, 1, 1, 2])
    #expect(notes.events.map { $0.payload } == [2, 0, 1, 0, 0, 0])
    #expect(notes.events.allSatisfy { $0.provider == "P" && $0.id == 9 })
    let kind = try #require(notes.kinds.first)
    #expect((kind.name, kind.keywords, kind.level, kind.version) == ("N", 5, 4, 2))
    #expect(notes.points == 1)
  }

  @Test func readsSamples() throws {
    var builder = SixBuilder()
    builder.head()
    builder.block(6, little(3, 2) + [3, 3, 99])
    builder.metadata([
      kind(1, "Microsoft-DotNETCore-SampleProfiler", 0),
      kind(2, "Microsoft-Windows-DotNETRuntimeRundown", 144),
    ])
    builder.block(5, little(5) + little(1) + little(16) + little(0x1010, 8) + little(0x2010, 8))
    builder.events([event(1, stack: 5, little(2)), event(1, stack: 5, little(1))])
    builder.events([event(2, TraceBuilder.method(0x1000, "Space.Type", "Leaf", "int32  (string)"))])
    builder.block(0, [])
    let collector = ThreadStacks()
    try read(builder.bytes, collector)
    #expect((collector.samples, collector.strays) == (2, 0))
    #expect(collector.threads.map { $0.id } == [99])
    #expect(collector.name(0x1010) == "Space.Type.Leaf(string)")
  }

  @Test func readsHeadsThatAreNotCompressed() throws {
    var builder = SixBuilder()
    builder.head()
    builder.metadata([kind(1, "P", 9)])
    var row = little(0) + little(1) + little(0) + little(5, 8) + little(5, 8) + little(0)
    row += little(3) + little(77, 8) + little(0) + little(3) + [1, 2, 3]
    builder.events([row, row], isCompressed: false)
    builder.block(0, [])
    let notes = Notes()
    try read(builder.bytes, notes)
    #expect(notes.events.map { $0.payload } == [3, 3])
    #expect(notes.events.map { $0.time } == [77, 77])
  }

  @Test func readsTheNewTypes() throws {
    let fields: [(name: String, type: [UInt8])] = [
      ("signed", [20]), ("unsigned", [21]), ("letter", [23]), ("date", [16]),
      ("list", [19, 6]), ("wide", [19, 4]), ("narrow", [19, 23]), ("fixed", [22, 7, 2, 0]),
      ("near", [24, 23]), ("far", [25, 6]), ("pairs", [19, 1] + list([("a", [6]), ("b", [6])])),
    ]
    var builder = SixBuilder()
    builder.head()
    builder.metadata([kind(1, "P", 9, fields: fields)])
    var payload: [UInt8] =
      [3, 0xAC, 2, 65] + [2026, 11, 6, 21, 14, 5, 9, 71].flatMap { little($0, 2) }
    payload += [2, 0, 7, 8] + [2, 0, 65, 0, 66, 0] + [2, 0, 0xC3, 0xA4] + [0xFE, 0xFF, 3, 0]
    // 2 bytes at 15 behind the field; 2 bytes at the payload's begin.
    payload += [15, 0, 2, 0] + [0, 0, 2, 0] + [2, 0, 1, 2, 3, 4] + [0, 0, 0, 0, 0, 72, 105]
    builder.events([event(1, payload)])
    builder.block(0, [])
    let notes = Notes()
    try read(builder.bytes, notes)
    let values = notes.values.map { $0.value }
    #expect(notes.values.map { $0.name } == fields.map { $0.name })
    #expect(
      values == [
        "integer(-2)", "integer(300)", "integer(65)", #"text("2026-11-21T14:05:09.071")"#,
        #"text("7,8")"#, #"text("AB")"#, #"text("ä")"#, #"text("-2,3")"#, #"text("Hi")"#,
        #"text("3,172")"#, #"text("{1,2},{3,4}")"#,
      ])
  }

  /// Arrays of arrays of nothing do not end; a place may lie outside; a type may hold itself a thousand times.
  @Test func survivesLies() throws {
    let hostile: [[UInt8]] = [
      [22, 22, 22, 22, 22, 22, 1, 0, 0] + [UInt8](repeating: 0xFF, count: 12),
      [24, 24, 24, 23], [25, 23], [99], [22, 23, 0xFF, 0xFF],
    ]
    for type in hostile {
      var builder = SixBuilder()
      builder.head()
      builder.metadata([kind(1, "P", 9, fields: [("x", type)])])
      builder.events([event(1, [UInt8](repeating: 0xFF, count: 64))])
      builder.block(0, [])
      let notes = Notes()
      try read(builder.bytes, notes)
      #expect(notes.events.count == 1)
      #expect(notes.values.isEmpty)
    }
    var deep = SixBuilder()
    deep.head()
    deep.metadata([kind(1, "P", 9, fields: [("x", [UInt8](repeating: 19, count: 100))])])
    #expect(throws: NettraceError.damaged) { try read(deep.bytes, Notes()) }
  }

  @Test func refusesLyingLengths() throws {
    let bad: [(Int, [UInt8])] = [
      (3, [9, 0]), (3, [0, 0, 9, 0]), (3, [0, 0, 2, 0, 1, 0x7F]), (5, little(1) + little(9)),
      (6, [9, 0, 1]), (6, [2, 0, 1, 1]), (7, [0x80]), (4, [1, 2]), (2, [20, 0, 1, 0]),
    ]
    for (kind, content) in bad {
      var builder = SixBuilder()
      builder.head()
      builder.block(kind, content)
      #expect(throws: NettraceError.damaged) { try read(builder.bytes, Notes()) }
    }
    var headless = SixBuilder()
    headless.block(4, little(5, 8) + little(1) + little(0))
    #expect(throws: NettraceError.damaged) { try read(headless.bytes, Notes()) }
    var later = SixBuilder(major: 7)
    later.head()
    #expect(throws: NettraceError.unsupported) { try read(later.bytes, Notes()) }
    var cut = SixBuilder()
    cut.head()
    #expect(throws: NettraceError.truncated) { try read(cut.bytes, Notes()) }
  }
}
