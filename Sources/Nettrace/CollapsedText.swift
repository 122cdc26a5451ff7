public import Box
internal import Linux

/// `root;caller;callee count`, what flame graph tools read: a line for each stack of names, in their order.
///
/// The tree of addresses becomes a tree of names, which is walked with one line in hand: no stack's text is kept.
public struct CollapsedText {
  private let text: TraceText
  private let names: NodeNames
  /// Each node is a name below its caller's.
  private let tree = CallTree()
  private var native: [UInt64] = [0]
  private var managed: [UInt64] = [0]

  /// - Parameter sink: takes the text, piece by piece.
  public init(
    _ collector: SampleCollector, sink: @escaping (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) {
    text = TraceText(sink)
    names = NodeNames(collector, first: [""]) { Self.safe(collector.name($0, isShort: true)) }
    // Of nodes of the tree of addresses; a caller comes before what it calls.
    var merged = [Int32](repeating: 0, count: collector.tree.count)
    for node in 1..<max(1, collector.tree.count) {
      let caller = Int(merged[collector.tree.parent(node)])
      merged[node] = Int32(tree.child(of: caller, at: UInt64(names.ofNode[node])))
    }
    native = [UInt64](repeating: 0, count: tree.count)
    managed = native
    for node in 0..<min(collector.native.count, merged.count) {
      native[Int(merged[node])] += UInt64(collector.native[node])
      managed[Int(merged[node])] += UInt64(collector.managed[node])
    }
  }

  public func write() throws(Failure) {
    let (first, next) = family()
    var line: [UInt8] = []
    // How long the line was before each name of it.
    var lengths: [Int] = []
    var node = Int(first[CallTree.root])
    while node != CallTree.root {
      lengths.append(line.count)
      if !line.isEmpty { line.append(UInt8(ascii: ";")) }
      line += Array(names.names[Int(tree.address(node))].utf8)
      try tell(node, line)
      if first[node] != 0 {
        node = Int(first[node])
        continue
      }
      while node != CallTree.root {
        line.removeLast(line.count - (lengths.popLast() ?? 0))
        if next[node] != 0 { break }
        node = tree.parent(node)
      }
      if node != CallTree.root { node = Int(next[node]) }
    }
    try text.flush()
  }

  private func tell(_ node: Int, _ line: [UInt8]) throws(Failure) {
    if managed[node] > 0 {
      try text.append(line)
      try text.constant(" ")
      try text.append(number: managed[node])
      try text.constant("\n")
    }
    if native[node] > 0 {
      try text.append(line)
      try text.constant(";UNMANAGED_CODE_TIME ")
      try text.append(number: native[node])
      try text.constant("\n")
    }
  }

  /// The first callee of each node, and the next callee of the same caller, by name.
  private func family() -> (first: [Int32], next: [Int32]) {
    let names = names.names
    let order = sortedIndices(names.count) { names[$0].precedesBytewise(names[$1]) }
    var ranks = [Int](repeating: 0, count: names.count)
    for (rank, name) in order.enumerated() { ranks[name] = rank }
    // Nodes by the rank of their names, as many lists as names.
    var heads = [Int32](repeating: 0, count: names.count)
    var links = [Int32](repeating: 0, count: tree.count)
    for node in 1..<max(1, tree.count) {
      let rank = ranks[Int(tree.address(node))]
      links[node] = heads[rank]
      heads[rank] = Int32(node)
    }
    var first = [Int32](repeating: 0, count: tree.count)
    var next = first
    for rank in heads.indices.reversed() {
      var node = Int(heads[rank])
      while node != CallTree.root {
        let caller = tree.parent(node)
        next[node] = first[caller]
        first[caller] = Int32(node)
        node = Int(links[node])
      }
    }
    return (first, next)
  }

  /// Blanks and semicolons separate.
  private static func safe(_ name: String) -> String {
    let masked = Sanitize.masked(name)
    guard masked.utf8.contains(where: { $0 == 0x20 || $0 == UInt8(ascii: ";") }) else {
      return masked
    }
    let bytes = masked.utf8.map { $0 == 0x20 || $0 == UInt8(ascii: ";") ? UInt8(ascii: "_") : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}
