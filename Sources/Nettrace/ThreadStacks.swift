/// The stack of each thread at its last sample.
public final class ThreadStacks: SampleCollector {
  public struct Thread {
    /// The kernel's number.
    public let id: UInt64
    public var node: Int
    public var isManaged: Bool
    public var samples: Int
    public var managedSamples: Int
  }

  /// In the order in which they were first seen.
  public private(set) var threads: [Thread] = []
  private var indices: [UInt64: Int] = [:]

  private static let mostThreads = 1 << 16

  override public func sampled(_ event: NettraceEvent, node: Int, isManaged: Bool) {
    let index = indices[event.thread] ?? threads.count
    if index == threads.count {
      guard index < Self.mostThreads else { return }
      indices[event.thread] = index
      threads.append(
        Thread(id: event.thread, node: node, isManaged: isManaged, samples: 0, managedSamples: 0))
    }
    threads[index].node = node
    threads[index].isManaged = isManaged
    threads[index].samples += 1
    if isManaged { threads[index].managedSamples += 1 }
  }
}

/// What each thread did over time: spans with the same stack.
public final class ThreadTimelines: SampleCollector {
  public struct Span {
    /// In ticks of the trace's clock.
    public let start: UInt64
    public let node: Int32
    public let isManaged: Bool
  }

  public struct Timeline {
    public let thread: UInt64
    public var spans: [Span]
    public var end: UInt64
  }

  public private(set) var timelines: [Timeline] = []
  private var indices: [UInt64: Int] = [:]
  private var spans = 0
  /// Whether the trace holds more than what is kept.
  public private(set) var isCut = false

  /// 48 MB in memory.
  private static let mostSpans = 3 << 20
  private static let mostThreads = 1 << 14

  override public func sampled(_ event: NettraceEvent, node: Int, isManaged: Bool) {
    let index = indices[event.thread] ?? timelines.count
    if index == timelines.count {
      guard index < Self.mostThreads else { return isCut = true }
      indices[event.thread] = index
      timelines.append(Timeline(thread: event.thread, spans: [], end: event.timestamp))
    }
    // Buffers of several threads need not come in order.
    let time = max(event.timestamp, timelines[index].end)
    timelines[index].end = time
    if let last = timelines[index].spans.last, last.node == Int32(node), last.isManaged == isManaged
    {
      return
    }
    guard spans < Self.mostSpans else { return isCut = true }
    spans += 1
    timelines[index].spans.append(
      Span(start: time, node: Int32(node), isManaged: isManaged))
  }
}
