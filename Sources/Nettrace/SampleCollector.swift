internal import Linux

/// Gathers the samples of the runtime's profiler, and the names of the methods in them.
public class SampleCollector: NettraceSink {
  public let tree = CallTree()
  public let methods = MethodTable()
  public private(set) var head: NettraceHead?
  /// How many samples have each node innermost: in native code or waiting, and in managed code.
  public private(set) var native: [UInt32] = [0]
  public private(set) var managed: [UInt32] = [0]
  public private(set) var samples = 0
  /// Samples whose stack the trace does not hold.
  public private(set) var strays = 0
  /// Nodes by the numbers of stacks, which start anew at each sequence point.
  private var nodes: [Int32] = []
  private var firstStack: UInt32 = 0

  /// Between two sequence points; the runtime sets one after every tenth of its buffer.
  private static let mostStacks = 1 << 20
  static let mostFrames = 4096

  public init() {}

  public func head(_ head: NettraceHead) { self.head = head }

  public func sequencePoint() { nodes.removeAll(keepingCapacity: true) }

  public func stack(_ number: UInt32, _ bytes: UnsafeRawBufferPointer) {
    if nodes.isEmpty { firstStack = number }
    let index = Int(number) - Int(firstStack)
    guard index >= 0, index < Self.mostStacks else { return }
    while nodes.count <= index { nodes.append(0) }
    nodes[index] = Int32(node(bytes))
  }

  /// The node of a stack that is told from its innermost frame on.
  private func node(_ bytes: UnsafeRawBufferPointer) -> Int {
    var node = CallTree.root
    let width = head?.pointerSize ?? 8
    var index = min(bytes.count / width, Self.mostFrames) * width
    while index > 0 {
      index -= width
      let address =
        width == 8
        ? bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        : UInt64(bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
      node = tree.child(of: node, at: address)
    }
    return node
  }

  public func event(_ event: NettraceEvent) {
    switch event.source {
    case .sampler: if event.id == 0 { sample(event) }
    case .runtime, .rundown: methods.take(event)
    case .metrics, .other: break
    }
  }

  private func sample(_ event: NettraceEvent) {
    guard event.payload.count >= 4 else { return }
    let index = Int(event.stack) - Int(firstStack)
    guard index >= 0, index < nodes.count, nodes[index] != 0 else {
      strays += 1
      return
    }
    let node = Int(nodes[index])
    while native.count <= node {
      native.append(0)
      managed.append(0)
    }
    samples += 1
    let isManaged = event.payload[0] == 2
    if isManaged { managed[node] &+= 1 } else { native[node] &+= 1 }
    sampled(event, node: node, isManaged: isManaged)
  }

  /// Called for every sample; for collectors that want to know more of them than their number.
  public func sampled(_ event: NettraceEvent, node: Int, isManaged: Bool) {}

  /// The name of the frame at `address`: a method's, else the address.
  public func name(_ address: UInt64, isShort: Bool = false) -> String {
    guard let method = methods.find(address) else { return "0x" + String(address, radix: 16) }
    return isShort ? methods.shortName(method) : methods.name(method)
  }
}
