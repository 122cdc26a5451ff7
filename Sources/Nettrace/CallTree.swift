/// All stacks of a trace as one tree from their outermost frames on; each node is a frame below its caller.
public final class CallTree {
  /// The caller of each node; that of node 0, the root, is itself.
  private(set) var parents: [Int32] = [0]
  private(set) var addresses: [UInt64] = [0]
  /// Open addressing: the node, or 0 for none.
  private var table = [Int32](repeating: 0, count: 1 << 12)

  /// Bound for hostile traces; what comes later is counted at the deepest frame known.
  private static let mostNodes = 1 << 20
  public static let root = 0

  public init() {}

  public var count: Int { parents.count }
  public func parent(_ node: Int) -> Int { Int(parents[node]) }
  public func address(_ node: Int) -> UInt64 { addresses[node] }

  /// The node of a frame at `address` called from `parent`.
  func child(of parent: Int, at address: UInt64) -> Int {
    var slot = slot(parent, address)
    while table[slot] != 0 {
      let node = Int(table[slot])
      if addresses[node] == address, parents[node] == Int32(parent) { return node }
      slot = (slot + 1) & (table.count - 1)
    }
    guard count < Self.mostNodes else { return parent }
    let node = count
    parents.append(Int32(parent))
    addresses.append(address)
    table[slot] = Int32(node)
    if count * 2 > table.count { grow() }
    return node
  }

  private func slot(_ parent: Int, _ address: UInt64) -> Int {
    let mixed = (address ^ UInt64(parent) &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: mixed >> 32) & (table.count - 1)
  }

  private func grow() {
    table = [Int32](repeating: 0, count: table.count * 2)
    for node in 1..<count {
      var slot = slot(Int(parents[node]), addresses[node])
      while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
      table[slot] = Int32(node)
    }
  }

  /// The frames of a node, itself first, its outermost caller last.
  public func frames(_ node: Int) -> [UInt64] {
    var frames: [UInt64] = []
    var node = node
    while node != Self.root {
      frames.append(addresses[node])
      node = Int(parents[node])
    }
    return frames
  }
}
