public import Box
internal import Linux
internal import Report

/// The file format of speedscope.app: for each thread when its frames began and ended.
///
/// A trace of half a gigabyte makes some fifteen million of such events: their text is put together from bytes.
public final class SpeedscopeText {
  private let collector: ThreadTimelines
  private let text: TraceText
  private let names: NodeNames
  /// Two stacks of frames, the innermost last, each filled from its end.
  private var open: Stack
  private var next: Stack
  /// `,"at":` and what follows, the same for all events of a moment.
  private let tail = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)

  private struct Stack {
    let frames = UnsafeMutablePointer<Int32>.allocate(capacity: Stack.capacity)
    var count = 0

    static let capacity = SampleCollector.mostFrames + 2

    /// The outermost frame.
    var first: UnsafeMutablePointer<Int32> { frames + (Self.capacity - count) }

    mutating func push(_ frame: Int32) {
      guard count < Self.capacity else { return }
      count += 1
      frames[Self.capacity - count] = frame
    }
  }

  /// - Parameter sink: takes the text, piece by piece.
  public init(
    _ collector: ThreadTimelines, sink: @escaping (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) {
    self.collector = collector
    text = TraceText(sink)
    names = NodeNames(collector, first: [PseudoFrame.native, PseudoFrame.managed]) {
      collector.name($0)
    }
    open = Stack()
    next = Stack()
  }

  deinit {
    open.frames.deallocate()
    next.frames.deallocate()
    tail.deallocate()
  }

  public func write(title: String) throws(Failure) {
    try text.append("{\"exporter\":\"swift-debugbox\",\"name\":" + JSON.string(title).text)
    try text.constant(",\"activeProfileIndex\":0,\"$schema\":")
    try text.constant("\"https://www.speedscope.app/file-format-schema.json\",")
    try text.constant("\"shared\":{\"frames\":[")
    for (index, name) in names.names.enumerated() {
      try text.append((index > 0 ? "," : "") + JSON.object([("name", .string(name))]).text)
    }
    try text.constant("]},\"profiles\":[")
    for (index, timeline) in collector.timelines.enumerated() {
      if index > 0 { try text.constant(",") }
      try write(timeline)
    }
    try text.constant("]}\n")
    try text.flush()
  }

  private func write(_ timeline: ThreadTimelines.Timeline) throws(Failure) {
    try text.append("{\"type\":\"evented\",\"name\":\"Thread (\(timeline.thread))\",")
    try text.constant("\"unit\":\"milliseconds\",\"startValue\":")
    try text.append(milliseconds(timeline.start))
    try text.constant(",\"endValue\":")
    try text.append(milliseconds(timeline.end))
    try text.constant(",\"events\":[")
    open.count = 0
    var isFirst = true
    for spans in timeline.allPieces {
      for span in spans { try change(span, &isFirst) }
    }
    let end = moment(timeline.end)
    for index in stride(from: open.count - 1, through: 0, by: -1) {
      try event(false, open.first[index], end, &isFirst)
    }
    try text.constant("]}")
  }

  /// Closes what is open and not in the new span's stack, and opens what is new in it.
  private func change(_ span: ThreadTimelines.Span, _ isFirst: inout Bool) throws(Failure) {
    next.count = 0
    next.push(span.isManaged ? 1 : 0)
    var node = span.node
    while node != CallTree.root {
      next.push(names.ofNode[node])
      node = collector.tree.parent(node)
    }
    let before = open.first
    let after = next.first
    var same = 0
    while same < min(open.count, next.count), before[same] == after[same] { same += 1 }
    let tail = moment(span.start)
    for index in stride(from: open.count - 1, through: same, by: -1) {
      try event(false, before[index], tail, &isFirst)
    }
    for index in same..<next.count { try event(true, after[index], tail, &isFirst) }
    swap(&open, &next)
  }

  private func event(
    _ isOpened: Bool, _ frame: Int32, _ tail: UnsafeRawBufferPointer, _ isFirst: inout Bool
  ) throws(Failure) {
    if !isFirst { try text.constant(",") }
    isFirst = false
    try text.constant(isOpened ? "{\"type\":\"O\",\"frame\":" : "{\"type\":\"C\",\"frame\":")
    try text.append(number: UInt64(frame))
    try text.append(tail)
  }

  /// The end of the text of all events at a time.
  private func moment(_ time: UInt64) -> UnsafeRawBufferPointer {
    let head: StaticString = ",\"at\":"
    var count = head.utf8CodeUnitCount
    tail.copyMemory(from: head.utf8Start, byteCount: count)
    count += TraceText.write(milliseconds: time, tail + count)
    tail.storeBytes(of: UInt8(ascii: "}"), toByteOffset: count, as: UInt8.self)
    return UnsafeRawBufferPointer(start: tail, count: count + 1)
  }

  private func milliseconds(_ time: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = bytes.withUnsafeMutableBytes { raw in
      raw.baseAddress.map { TraceText.write(milliseconds: time, $0) } ?? 0
    }
    return Array(bytes.prefix(count))
  }
}
