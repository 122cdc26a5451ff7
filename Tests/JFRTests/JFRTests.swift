import Testing

@testable import JFR

private func error(_ bytes: [UInt8]) -> JFRError? {
  do throws(JFRError) {
    let chunk = try JFRChunk(bytes)
    try chunk.forEachEvent { (event) throws(JFRError) in _ = try chunk.values(of: event) }
    return nil
  } catch {
    return error
  }
}

@Suite struct JFRTests {
  private let bytes = ChunkBuilder.sample.bytes

  @Test func parses() throws {
    let chunk = try JFRChunk(bytes)
    #expect((chunk.header.major, chunk.header.minor) == (2, 1))
    #expect(chunk.header.duration == 2_000_000_000)
    #expect(chunk.header.nanoseconds(ticks: 1_500) == 1_750_000_000_000_000_500)
    var names: [String] = []
    var frames: [String] = []
    try chunk.forEachEvent { (event) throws(JFRError) in
      names.append(event.type.name)
      guard let field = event.type.field("stackTrace") else { return }
      let stack = JFRFrame.frames(try chunk.value(field, of: event))
      frames = stack?.frames.map { "\($0.name)(\($0.parameters)):\($0.line)" } ?? []
    }
    #expect(names == ["jdk.ExecutionSample", "jdk.ExecutionSample", "shop.Sold"])
    #expect(frames == ["shop.Cart.total():42", "shop.Main.main(String[], int):7"])
  }

  @Test func readsValues() throws {
    let chunk = try JFRChunk(bytes)
    var sold: [JFRValue] = []
    try chunk.forEachEvent { (event) throws(JFRError) in
      if event.type.name == "shop.Sold" { sold = try chunk.values(of: event) }
    }
    #expect(sold.count == 4)
    #expect(sold[1].integer == 2048)
    #expect(sold[2].text == "tea")
    guard case .real(let share) = sold[3] else { return #expect(Bool(false)) }
    #expect(share == 0.25)
  }

  @Test func recordsFillTheChunk() throws {
    let chunk = try JFRChunk(bytes)
    var sizes = 68
    try chunk.forEachRecord { sizes += $1 }
    #expect(sizes == bytes.count)
  }

  @Test func refusesWhatIsNone() {
    #expect(error([]) == .foreign)
    #expect(error(Array("PK\u{3}\u{4}".utf8) + bytes) == .foreign)
  }

  @Test func tellsTheUnfinished() {
    var open = bytes
    open[64] = 1
    #expect(error(open) == .unfinished)
  }

  @Test func refusesLyingLengths() {
    for (offset, value) in [(15, UInt8(0xFF)), (10, 0x7F), (31, 0xFF), (30, 0xFF), (71, 0x7F)] {
      var lying = bytes
      lying[offset] = value
      #expect(error(lying) == .damaged, "byte \(offset)")
    }
  }

  /// Whatever is cut off or changed, reading ends with an error or without one, but ends.
  @Test func survivesEveryCutAndFlip() {
    for count in 0..<bytes.count { #expect(error(Array(bytes[..<count])) != nil) }
    for offset in 68..<bytes.count {
      for value: UInt8 in [0, 0x7F, 0x80, 0xFF] {
        var lying = bytes
        lying[offset] = value
        _ = error(lying)
      }
    }
  }

  @Test func refusesTypesThatHoldThemselves() {
    var builder = ChunkBuilder()
    let loop = ChunkBuilder.type(
      50, "Loop", "jdk.jfr.Event", fields: [ChunkBuilder.field("self", 50)])
    builder.metadata(.node("root", [], [.node("metadata", [], [loop])]))
    builder.event(50, [1, 2, 3])
    #expect(error(builder.bytes) == nil)
    builder.pools([(50, [(1, [1])])])
    #expect(error(builder.bytes) == .damaged)
  }

  @Test(arguments: [
    ("()V", ""), ("(IJ[[Z)V", "int, long, boolean[][]"),
    ("(Ljava/util/Map$Entry;D)I", "Map$Entry, double"),
    ("", ""), ("([", ""), ("(L", ""),
  ]) func readsDescriptors(_ descriptor: String, _ expected: String) {
    let method = JFRValue.object(
      type(["name", "descriptor"]), [.text("m"), .text(descriptor)], key: nil)
    let frame = JFRFrame(.object(type(["method", "lineNumber"]), [method, .integer(1)], key: nil))
    #expect(frame?.parameters == expected)
  }

  private func type(_ names: [String]) -> JFRType {
    var builder = ChunkBuilder()
    builder.metadata(
      .node(
        "root", [],
        [
          .node(
            "metadata", [],
            [
              ChunkBuilder.type(1, "T", fields: names.map { ChunkBuilder.field($0, 8) }),
              ChunkBuilder.type(8, "java.lang.String"),
            ])
        ]))
    return (try? JFRChunk(builder.bytes))?.types.first { $0.name == "T" }
      ?? JFRType(id: 0, name: "", superName: "")
  }

  @Test func namesArrayTypes() {
    #expect(JFRFrame.typeName("[B") == "byte[]")
    #expect(JFRFrame.typeName("[[Ljava/lang/String;") == "java.lang.String[][]")
    #expect(JFRFrame.typeName("java/lang/Thread") == "java.lang.Thread")
    #expect(JFRFrame.typeName("[") == "[")
  }
}
