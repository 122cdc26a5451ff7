/// Writes traces as a runtime does, so that tests can say what is in them and lie about it.
struct TraceBuilder {
  var bytes: [UInt8] = Array("Nettrace".utf8) + [20, 0, 0, 0] + Array("!FastSerialization.1".utf8)

  static func little(_ value: Int, _ size: Int = 4) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func text(_ text: String) -> [UInt8] {
    text.utf16.flatMap { little(Int($0), 2) } + [0, 0]
  }

  mutating func begin(_ name: String, version: Int) {
    bytes += [5, 5, 1] + Self.little(version) + Self.little(version) + Self.little(name.utf8.count)
    bytes += Array(name.utf8) + [6]
  }

  mutating func trace(version: Int = 4, pointerSize: Int = 8, rate: Int = 1_000_000_000) {
    begin("Trace", version: version)
    for part in [2026, 11, 6, 21, 14, 15, 13, 771] { bytes += Self.little(part, 2) }
    bytes += Self.little(1000, 8) + Self.little(rate, 8) + Self.little(pointerSize)
    bytes += Self.little(42) + Self.little(2) + Self.little(1_000_000) + [6]
  }

  /// - Parameter size: what the block claims; the truth where nil.
  mutating func block(_ name: String, _ content: [UInt8], size: Int? = nil) {
    begin(name, version: 2)
    bytes += Self.little(size ?? content.count)
    while bytes.count % 4 != 0 { bytes.append(0) }
    bytes += content + [6]
  }

  static let head: [UInt8] = [20, 0, 1, 0] + [UInt8](repeating: 0, count: 16)

  static func event(_ kind: Int, time: Int = 1, thread: Int = 7, stack: Int = 0, _ payload: [UInt8])
    -> [UInt8]
  {
    [1 | 2 | 4 | 8 | 128] + varint(kind) + varint(0) + varint(thread) + varint(0) + varint(thread)
      + varint(stack) + varint(time) + varint(payload.count) + payload
  }

  static func metadata(
    _ number: Int, _ provider: String, _ id: Int, _ name: String = "",
    fields: [(type: Int, name: String)] = []
  ) -> [UInt8] {
    var payload = little(number) + text(provider) + little(id) + text(name)
    payload += little(0, 8) + little(0) + little(4) + little(fields.count)
    for field in fields { payload += little(field.type) + text(field.name) }
    return event(0, payload)
  }

  mutating func end() { bytes.append(1) }

  /// Two threads, three stacks, a method for each address.
  static var sample: TraceBuilder {
    var builder = TraceBuilder()
    builder.trace()
    builder.block(
      "MetadataBlock",
      head + metadata(1, "Microsoft-DotNETCore-SampleProfiler", 0)
        + metadata(2, "Microsoft-Windows-DotNETRuntimeRundown", 144)
        + metadata(3, "Microsoft-Windows-DotNETRuntimeRundown", 154))
    let stacks: [[Int]] = [[0x1010, 0x2010], [0x2020], [0x1010, 0x1020, 0x2010]]
    var content = little(5) + little(stacks.count)
    for stack in stacks { content += little(stack.count * 8) + stack.flatMap { little($0, 8) } }
    builder.block("StackBlock", content)
    let managed = little(2)
    let native = little(1)
    builder.block(
      "EventBlock",
      head + event(1, stack: 5, managed) + event(1, thread: 8, stack: 6, native)
        + event(1, stack: 7, managed) + event(1, stack: 5, managed))
    builder.block("SPBlock", [])
    builder.block(
      "EventBlock",
      head + event(2, method(0x1000, "Space.Type", "Leaf", "int32  (string)"))
        + event(2, method(0x2000, "Space.Type", "Root", "void  ()")) + event(3, module(0x99)))
    builder.end()
    return builder
  }

  /// Two threads over three seconds; times are ticks of a nanosecond, each event's since the one before it.
  static func spans(rate: Int = 1_000_000_000) -> TraceBuilder {
    var builder = TraceBuilder()
    builder.trace(rate: rate)
    builder.block(
      "MetadataBlock",
      head + metadata(1, "Microsoft-DotNETCore-SampleProfiler", 0)
        + metadata(2, "Microsoft-Windows-DotNETRuntimeRundown", 144)
        + metadata(3, "Microsoft-Windows-DotNETRuntimeRundown", 154))
    // Two addresses of one method are one frame.
    let stacks: [[Int]] = [
      [0x1010, 0x2010], [0x2020], [0x1010, 0x1020, 0x2010], [0x1011, 0x2010],
    ]
    var content = little(5) + little(stacks.count)
    for stack in stacks { content += little(stack.count * 8) + stack.flatMap { little($0, 8) } }
    builder.block("StackBlock", content)
    let (managed, native) = (little(2), little(1))
    builder.block(
      "EventBlock",
      head + event(1, time: 1000, stack: 5, managed)
        + event(1, time: 1_234_512, stack: 7, managed)
        + event(1, time: 1_998_765_488, stack: 8, native)
        + event(1, time: 1_000_000_000, stack: 5, native)
        + event(1, time: 1, thread: 8, stack: 6, native))
    builder.block(
      "EventBlock",
      head + event(2, method(0x1000, "Space.Type", "Leaf", "int32  (string)"))
        + event(2, method(0x2000, "Space.Type", "Root", "void  ()")) + event(3, module(0x99)))
    builder.end()
    return builder
  }

  static func method(_ start: Int, _ space: String, _ name: String, _ signature: String) -> [UInt8]
  {
    little(start, 8) + little(0x99, 8) + little(start, 8) + little(0x100) + little(0) + little(0)
      + text(space) + text(name) + text(signature) + little(0, 2)
  }

  static func module(_ id: Int) -> [UInt8] {
    little(id, 8) + little(0, 8) + little(0) + little(0) + text("/app/Program.dll") + text("")
  }
}
