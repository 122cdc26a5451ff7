/// Writes chunks as a flight recorder does, so that tests can say what is in them and lie about it.
struct ChunkBuilder {
  indirect enum Element {
    case node(String, [(String, String)], [Element])
  }

  var body: [UInt8] = []
  var metadataOffset = 0
  var checkpointOffset = 0
  var startTicks = 1_000
  var ticksPerSecond = 1_000_000_000

  static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    for _ in 0..<8 {
      if rest < 0x80 { return bytes + [UInt8(rest)] }
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
  }

  static func text(_ text: String) -> [UInt8] { [3] + varint(text.utf8.count) + Array(text.utf8) }

  /// Adds an event; its size counts itself.
  mutating func event(_ type: Int, _ payload: [UInt8]) {
    let rest = Self.varint(type) + payload
    body += Self.varint(rest.count + 1) + rest
  }

  /// Adds an event whose size needs more than one byte, in four as recorders reserve them.
  mutating func longEvent(_ type: Int, _ payload: [UInt8]) {
    let rest = Self.varint(type) + payload
    let size = rest.count + 4
    body += (0..<4).map { UInt8(size >> ($0 * 7) & 0x7F) | ($0 < 3 ? 0x80 : 0) } + rest
  }

  mutating func metadata(_ root: Element) {
    metadataOffset = 68 + body.count
    var texts: [String] = []
    let tree = Self.encoded(root, &texts)
    var payload = Self.varint(5) + Self.varint(0) + Self.varint(1) + Self.varint(texts.count)
    for item in texts { payload += Self.text(item) }
    longEvent(0, payload + tree)
  }

  private static func encoded(_ element: Element, _ texts: inout [String]) -> [UInt8] {
    guard case .node(let name, let attributes, let children) = element else { return [] }
    func index(_ text: String) -> [UInt8] {
      if let place = texts.firstIndex(of: text) { return varint(place) }
      texts.append(text)
      return varint(texts.count - 1)
    }
    var bytes = index(name) + varint(attributes.count)
    for (key, value) in attributes { bytes += index(key) + index(value) }
    bytes += varint(children.count)
    for child in children { bytes += encoded(child, &texts) }
    return bytes
  }

  /// Adds a checkpoint with one pool for each type.
  mutating func pools(_ pools: [(type: Int, constants: [(key: Int, value: [UInt8])])]) {
    checkpointOffset = 68 + body.count
    var payload = Self.varint(7) + Self.varint(0) + Self.varint(0) + [0] + Self.varint(pools.count)
    for pool in pools {
      payload += Self.varint(pool.type) + Self.varint(pool.constants.count)
      for constant in pool.constants { payload += Self.varint(constant.key) + constant.value }
    }
    longEvent(1, payload)
  }

  /// The chunk with its head.
  var bytes: [UInt8] {
    func big(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    return Array("FLR\0".utf8) + big(2, 2) + big(1, 2) + big(68 + body.count, 8)
      + big(checkpointOffset, 8) + big(metadataOffset, 8) + big(1_750_000_000_000_000_000, 8)
      + big(2_000_000_000, 8) + big(startTicks, 8) + big(ticksPerSecond, 8) + [0, 0, 0, 1] + body
  }
}

extension ChunkBuilder {
  static func type(
    _ id: Int, _ name: String, _ superType: String? = nil, fields: [Element] = []
  ) -> Element {
    var attributes = [("id", "\(id)"), ("name", name)]
    if let superType { attributes.append(("superType", superType)) }
    return .node("class", attributes, fields)
  }

  static func field(
    _ name: String, _ type: Int, pooled: Bool = false, array: Bool = false,
    annotation: (Int, String)? = nil
  ) -> Element {
    var attributes = [("name", name), ("class", "\(type)")]
    if pooled { attributes.append(("constantPool", "true")) }
    if array { attributes.append(("dimension", "1")) }
    let children: [Element] =
      annotation.map { [.node("annotation", [("class", "\($0.0)"), ("value", $0.1)], [])] } ?? []
    return .node("field", attributes, children)
  }

  /// Two samples of `shop.Cart.total` under `shop.Main.main`, and an event with a size in it.
  static var sample: ChunkBuilder {
    var builder = ChunkBuilder()
    let types: [Element] = [
      type(4, "long"), type(5, "int"), type(6, "boolean"), type(7, "float"),
      type(8, "java.lang.String"), type(20, "jdk.jfr.DataAmount"), type(21, "jdk.jfr.Timestamp"),
      type(30, "jdk.types.Symbol", fields: [field("string", 8)]),
      type(31, "java.lang.Class", fields: [field("name", 30, pooled: true)]),
      type(
        32, "jdk.types.Method",
        fields: [
          field("type", 31, pooled: true), field("name", 30, pooled: true),
          field("descriptor", 30, pooled: true),
        ]),
      type(
        33, "jdk.types.StackFrame",
        fields: [field("method", 32, pooled: true), field("lineNumber", 5)]),
      type(
        34, "jdk.types.StackTrace",
        fields: [field("truncated", 6), field("frames", 33, array: true)]),
      type(
        101, "jdk.ExecutionSample", "jdk.jfr.Event",
        fields: [
          field("startTime", 4, annotation: (21, "TICKS")), field("stackTrace", 34, pooled: true),
        ]),
      type(
        102, "shop.Sold", "jdk.jfr.Event",
        fields: [
          field("startTime", 4, annotation: (21, "TICKS")),
          field("bytes", 4, annotation: (20, "BYTES")), field("what", 8), field("share", 7),
        ]),
    ]
    builder.metadata(.node("root", [], [.node("metadata", [], types), .node("region", [], [])]))
    builder.pools([
      (
        30,
        [
          (1, text("shop/Main")), (2, text("main")), (3, text("([Ljava/lang/String;I)V")),
          (4, text("shop/Cart")), (5, text("total")), (6, text("()J")),
        ]
      ),
      (31, [(1, [1]), (2, [4])]), (32, [(1, [1, 2, 3]), (2, [2, 5, 6])]),
      (34, [(9, [0, 2] + [2, 42] + [1, 7])]),
    ])
    builder.event(101, varint(1_500) + [9])
    builder.event(101, varint(2_500) + [9])
    builder.event(102, varint(3_000) + varint(2048) + text("tea") + [0x3E, 0x80, 0, 0])
    return builder
  }
}
