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
