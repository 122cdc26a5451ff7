import Box
import Testing

@testable import Nettrace

@Suite struct CollectorTests {
  @Test func namesFramesAndCounts() throws {
    let collector = SampleCollector()
    try read(TraceBuilder.sample.bytes, collector)
    #expect(collector.samples == 4)
    #expect(collector.methods.count == 2)
    let hot = HotMethods(collector, managedOnly: false)
    let leaf = try #require(hot.methods.first { $0.name == "Program!Space.Type.Leaf(string)" })
    let root = try #require(hot.methods.first { $0.name == "Program!Space.Type.Root()" })
    #expect((leaf.own, leaf.total) == (3, 3))
    #expect((root.own, root.total) == (1, 4))
    let managed = HotMethods(collector, managedOnly: true)
    #expect(managed.samples == 3)
  }

  @Test func findsMethodsByAddress() throws {
    let collector = SampleCollector()
    try read(TraceBuilder.sample.bytes, collector)
    #expect(collector.methods.find(0xFFF) == nil)
    #expect(collector.methods.find(0x1000) != nil)
    #expect(collector.methods.find(0x10FF) != nil)
    #expect(collector.methods.find(0x1100) == nil)
    #expect(collector.name(0x1100) == "0x1100")
    #expect(collector.name(0x1000, isShort: true) == "Program!Space.Type.Leaf")
  }

  @Test func keepsTheLastStackOfEachThread() throws {
    let collector = ThreadStacks()
    try read(TraceBuilder.sample.bytes, collector)
    #expect(collector.threads.map { $0.id } == [7, 8])
    #expect(collector.threads.map { $0.samples } == [3, 1])
    #expect(collector.tree.frames(collector.threads[0].node) == [0x1010, 0x2010])
  }

  @Test func drawsTimelines() throws {
    let collector = ThreadTimelines()
    try read(TraceBuilder.spans().bytes, collector)
    #expect(collector.timelines.map { $0.spans.count } == [4, 1])
    #expect(collector.timelines[0].spans.map { $0.start } == [0, 12_345, 20_000_000, 30_000_000])
    #expect(collector.timelines[0].end == 30_000_000)
  }

  @Test(arguments: [10_000_000, 100_000_000, 1_000_000_000]) func keepsTimeInAnyClock(rate: Int)
    throws
  {
    let collector = ThreadTimelines()
    try read(TraceBuilder.spans(rate: rate).bytes, collector)
    let scale = UInt64(1_000_000_000 / rate)
    #expect(collector.timelines[0].end == 30_000_000 * scale)
    #expect(collector.timelines[0].spans[2].start == 20_000_000 * scale)
  }

  @Test func endsAfterTenDays() throws {
    let collector = ThreadTimelines()
    try read(TraceBuilder.spans(rate: 1000).bytes, collector)
    #expect(collector.timelines[0].end == 8_796_093_022_207)
  }

  /// What speedscope.app reads: each frame that is opened is closed again, the innermost first.
  @Test func writesSpeedscope() throws {
    let collector = ThreadTimelines()
    try read(TraceBuilder.spans().bytes, collector)
    var bytes: [UInt8] = []
    try SpeedscopeText(collector) { (piece) throws(Failure) in bytes += piece }.write(title: "a\"b")
    let text = String(decoding: bytes, as: UTF8.self)
    let root = "Program!Space.Type.Root()"
    let leaf = "Program!Space.Type.Leaf(string)"
    #expect(text.hasPrefix(#"{"exporter":"swift-debugbox","name":"a\"b","activeProfileIndex":0,"#))
    #expect(
      text.contains(
        #""frames":[{"name":"UNMANAGED_CODE_TIME"},{"name":"CPU_TIME"},{"name":"\#(root)"},{"name":"\#(leaf)"}]"#
      ))
    let first = [
      #"{"type":"O","frame":2,"at":0}"#, #"{"type":"O","frame":3,"at":0}"#,
      #"{"type":"O","frame":1,"at":0}"#, #"{"type":"C","frame":1,"at":1.2345}"#,
      #"{"type":"O","frame":3,"at":1.2345}"#, #"{"type":"O","frame":1,"at":1.2345}"#,
      #"{"type":"C","frame":1,"at":2000}"#, #"{"type":"C","frame":3,"at":2000}"#,
      #"{"type":"O","frame":0,"at":2000}"#, #"{"type":"C","frame":0,"at":3000}"#,
      #"{"type":"C","frame":3,"at":3000}"#, #"{"type":"C","frame":2,"at":3000}"#,
    ]
    let head =
      #"{"type":"evented","name":"Thread (7)","unit":"milliseconds","startValue":0,"endValue":3000,"#
    #expect(text.contains(head + #""events":["# + first.joined(separator: ",") + "]}"))
  }

  @Test func writesCollapsedStacks() throws {
    let collector = SampleCollector()
    try read(TraceBuilder.spans().bytes, collector)
    var bytes: [UInt8] = []
    try CollapsedText(collector) { (piece) throws(Failure) in bytes += piece }.write()
    let (root, leaf) = ("Program!Space.Type.Root", "Program!Space.Type.Leaf")
    #expect(
      String(decoding: bytes, as: UTF8.self) == """
        \(root);UNMANAGED_CODE_TIME 1
        \(root);\(leaf) 1
        \(root);\(leaf);UNMANAGED_CODE_TIME 2
        \(root);\(leaf);\(leaf) 1

        """)
  }

  @Test(
    arguments: [
      (0, "0"), (9, "0.0009"), (10, "0.001"), (10_000, "1"), (12_340, "1.234"),
      (1 << 43, "879609302.2208"),
    ] as [(UInt64, String)])
  func writesMilliseconds(units: UInt64, text: String) {
    var bytes = [UInt8](repeating: 0, count: 25)
    let count = bytes.withUnsafeMutableBytes {
      TraceText.write(milliseconds: units, $0.baseAddress!)
    }
    #expect(String(decoding: bytes[..<count], as: UTF8.self) == text)
  }

  @Test(arguments: [
    0, 9, 10, 99, 100, 999_999_999_999_999_999, 1_000_000_000_000_000_000, UInt64.max,
  ])
  func writesNumbers(number: UInt64) {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = bytes.withUnsafeMutableBytes { TraceText.write(number, $0.baseAddress!) }
    #expect(String(decoding: bytes[..<count], as: UTF8.self) == String(number))
  }

  @Test func readsRealSamples() throws {
    let collector = ThreadStacks()
    try read(fixture("samples.nettrace"), collector)
    #expect(collector.samples == 400)
    let names = collector.threads.flatMap { collector.tree.frames($0.node) }
      .map { collector.name($0) }
    #expect(names.allSatisfy { !$0.hasPrefix("0x") })
    #expect(names.count { $0 == "Workload!Workload.WaitAtGate()" } == 3)
  }

  @Test func countsARealHeap() throws {
    let heap = HeapCollector()
    try read(fixture("heap.nettrace"), heap)
    #expect(heap.isDone)
    #expect(heap.objects == 395)
    #expect(heap.heapBytes == 380_858)
    #expect(heap.unnamed == 0)
    let lines = heap.lines()
    #expect(lines[0].type == "System.Byte[] (Bytes > 10K)")
    #expect((lines[0].count, lines[0].bytes) == (29, 290_696))
    #expect(lines.reduce(0) { $0 + $1.bytes } == heap.heapBytes)
    #expect(lines.contains { $0.type == "Entry<System.String,System.Object>[]" })
  }

  @Test func readsRealCounters() throws {
    let collector = CounterCollector(interval: 1, client: "")
    try read(fixture("counters.nettrace"), collector)
    let values = collector.drain()
    let own = values.filter { $0.provider == "Workload-Counters" }
    #expect(own.contains { $0.title == "The Answer" && $0.value == 42 && $0.shape == .metric })
    #expect(values.contains { $0.name == "alloc-rate" && $0.shape == .rate && $0.unit == "B" })
    #expect(collector.drain().isEmpty)
  }

  @Test func readsRealInstruments() throws {
    let collector = CounterCollector(interval: 1, client: "")
    try read(fixture("metrics.nettrace"), collector)
    #expect(collector.meters == ["System.Runtime"])
    let values = collector.drain()
    let heap = values.filter { $0.name == "dotnet.gc.last_collection.heap.size" }
    #expect(heap.contains { $0.tags == "gc.heap.generation=gen2" && $0.unit == "By" })
    let total = values.first { $0.name == "dotnet.gc.heap.total_allocated" }
    #expect((total?.total ?? 0) > 1e6)
    #expect(total?.shape == .rate)
  }

  @Test func leavesOutWhatAnotherSessionLeftBehind() throws {
    let collector = CounterCollector(interval: 100, client: "")
    try read(fixture("counters.nettrace"), collector)
    #expect(collector.drain().isEmpty)
  }

  @Test func splitsHistograms() throws {
    let little = TraceBuilder.little
    var builder = TraceBuilder()
    builder.trace()
    let names = ["meterName", "instrumentName", "unit", "tags", "quantiles"]
    builder.block(
      "MetadataBlock",
      TraceBuilder.head
        + TraceBuilder.metadata(
          1, "System.Diagnostics.Metrics", 6, "HistogramValuePublished",
          fields: names.map { (18, $0) } + [(9, "count")]))
    let texts = ["M", "latency", "s", "a=b", "0.5=1.5;0.995=4;bad;x=y"]
    builder.block(
      "EventBlock",
      TraceBuilder.head
        + TraceBuilder.event(1, texts.flatMap { TraceBuilder.text($0) } + little(3, 4)))
    builder.end()
    let collector = CounterCollector(interval: 1, client: "")
    try read(builder.bytes, collector)
    let values = collector.drain()
    #expect(values.map { $0.tags } == ["a=b,Percentile=50", "a=b,Percentile=99.5"])
    #expect(values.map { $0.value } == [1.5, 4])
  }
}
