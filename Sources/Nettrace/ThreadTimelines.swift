internal import Linux

/// What each thread did over time: spans with the same stack.
public final class ThreadTimelines: SampleCollector {
  /// A time, a node and whether the code was managed, in eight bytes: there are millions.
  public struct Span {
    private let bits: UInt64

    init(start: UInt64, node: Int, isManaged: Bool) {
      bits = start << 21 | UInt64(node) << 1 | (isManaged ? 1 : 0)
    }

    /// In units of 0.1 µs since the trace began; at most ten days.
    public var start: UInt64 { bits >> 21 }
    public var node: Int { Int(bits >> 1 & 0xF_FFFF) }
    public var isManaged: Bool { bits & 1 == 1 }
    /// What is the same in spans that need not be told apart.
    var place: UInt64 { bits & 0x1F_FFFF }
  }

  /// The spans of a thread, in pieces: an array that grows as a whole is there twice for a moment.
  public final class Timeline {
    public let thread: UInt64
    /// When it was last sampled, in units of 0.1 µs.
    public fileprivate(set) var end: UInt64
    private var pieces: [[Span]] = []
    private var current: [Span] = []
    fileprivate var last: UInt64 = .max

    init(thread: UInt64, end: UInt64) {
      self.thread = thread
      self.end = end
    }

    /// In their order.
    var allPieces: [[Span]] { pieces + [current] }
    public var spans: [Span] { allPieces.flatMap { $0 } }
    var start: UInt64 { (pieces.first ?? current).first?.start ?? 0 }

    fileprivate func append(_ span: Span) {
      last = span.place
      current.append(span)
      if current.count < Self.pieceSize { return }
      pieces.append(current)
      current = []
    }

    private static let pieceSize = 4096
  }

  public private(set) var timelines: [Timeline] = []
  private var indices: [UInt64: Int] = [:]
  /// That of the last sample: the profiler tells all threads in turn, but many samples of one are written together.
  private var recent: Timeline?
  private var spans = 0
  /// Whether the trace holds more than what is kept.
  public private(set) var isCut = false

  /// 32 MB in memory.
  private static let mostSpans = 4 << 20
  private static let mostThreads = 1 << 14
  private static let latest: UInt64 = 1 << 43 - 1

  override public func sampled(_ event: NettraceEvent, node: Int, isManaged: Bool) {
    guard let timeline = timeline(event.thread) else { return isCut = true }
    // Buffers of several threads need not come in order.
    let time = max(units(event.timestamp), timeline.end)
    timeline.end = time
    let span = Span(start: time, node: node, isManaged: isManaged)
    if timeline.last == span.place { return }
    guard spans < Self.mostSpans else { return isCut = true }
    spans += 1
    timeline.append(span)
  }

  private func timeline(_ thread: UInt64) -> Timeline? {
    if let recent, recent.thread == thread { return recent }
    if let index = indices[thread] {
      recent = timelines[index]
      return recent
    }
    guard timelines.count < Self.mostThreads else { return nil }
    indices[thread] = timelines.count
    let timeline = Timeline(thread: thread, end: 0)
    timelines.append(timeline)
    return timeline
  }

  /// Units of 0.1 µs since the trace began, rounded.
  private func units(_ ticks: UInt64) -> UInt64 {
    let start = head?.startTicks ?? 0
    guard ticks > start else { return 0 }
    let rate = head?.ticksPerSecond ?? 1_000_000_000
    let passed = ticks - start
    if rate == 1_000_000_000 {
      return min(passed / 100, Self.latest - 1) + (passed % 100 >= 50 ? 1 : 0)
    }
    let exact = (Double(passed) / Double(rate) * 10_000_000).rounded()
    return exact < Double(Self.latest) ? UInt64(exact) : Self.latest
  }
}
