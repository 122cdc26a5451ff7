/// How often each method was sampled, by itself and with what it called.
public struct HotMethods {
  public struct Method {
    public let name: String
    public var own = 0
    public var total = 0
  }

  public private(set) var methods: [Method] = []
  /// All samples that were counted.
  public private(set) var samples = 0

  /// - Parameter managedOnly: leave out samples of threads that were in native code or waited.
  public init(_ collector: SampleCollector, managedOnly: Bool) {
    let tree = collector.tree
    var totals = [Int](repeating: 0, count: tree.count)
    for node in 0..<min(tree.count, collector.managed.count) {
      totals[node] = Int(collector.managed[node])
      if !managedOnly { totals[node] += Int(collector.native[node]) }
      samples += totals[node]
    }
    let owners = methodsOfNodes(collector)
    for node in totals.indices where node != CallTree.root {
      methods[owners[node]].own += totals[node]
    }
    // A callee comes behind its caller, so that this adds up whole branches.
    for node in totals.indices.reversed() where node != CallTree.root {
      totals[tree.parent(node)] += totals[node]
    }
    for node in totals.indices where node != CallTree.root && totals[node] > 0 {
      if !isRecursive(node, owners, tree) { methods[owners[node]].total += totals[node] }
    }
  }

  /// Which of `methods` each node belongs to.
  private mutating func methodsOfNodes(_ collector: SampleCollector) -> [Int] {
    var owners = [Int](repeating: 0, count: collector.tree.count)
    var known: [UInt64: Int] = [:]
    var named: [String: Int] = [:]
    for node in owners.indices where node != CallTree.root {
      let address = collector.tree.address(node)
      if let index = known[address] {
        owners[node] = index
        continue
      }
      // One method has several pieces of code: it is compiled again once it is hot.
      let name = collector.name(address)
      let index = named[name] ?? methods.count
      if index == methods.count {
        named[name] = index
        methods.append(Method(name: name))
      }
      known[address] = index
      owners[node] = index
    }
    return owners
  }

  /// Whether the method called itself, however indirectly, so that its caller counts for both.
  private func isRecursive(_ node: Int, _ owners: [Int], _ tree: CallTree) -> Bool {
    var above = tree.parent(node)
    while above != CallTree.root {
      if owners[above] == owners[node] { return true }
      above = tree.parent(above)
    }
    return false
  }
}
