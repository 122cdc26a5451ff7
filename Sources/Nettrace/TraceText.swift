internal import Box
internal import Linux

/// Text for a file, gathered to pieces worth a call.
final class TraceText {
  private let base: UnsafeMutableRawPointer
  private var count = 0
  private let sink: (UnsafeRawBufferPointer) throws(Failure) -> Void

  private static let capacity = 1 << 18

  init(_ sink: @escaping (UnsafeRawBufferPointer) throws(Failure) -> Void) {
    base = .allocate(byteCount: Self.capacity, alignment: 16)
    self.sink = sink
  }

  deinit { base.deallocate() }

  func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    if count + bytes.count > Self.capacity { try flush() }
    if bytes.count > Self.capacity { return try sink(bytes) }
    copyBytes(bytes, to: base + count)
    count += bytes.count
  }

  func append(_ bytes: [UInt8]) throws(Failure) {
    var failure: Failure?
    bytes.withUnsafeBytes { raw in
      do throws(Failure) { try append(raw) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// A text of the program itself: nothing is allocated for it.
  func constant(_ text: StaticString) throws(Failure) {
    try append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func append(_ text: String) throws(Failure) { try append(Array(text.utf8)) }

  func append(number: UInt64) throws(Failure) {
    if count + 20 > Self.capacity { try flush() }
    count += Self.write(number, base + count)
  }

  func flush() throws(Failure) {
    let held = UnsafeRawBufferPointer(start: base, count: count)
    count = 0
    try sink(held)
  }

  /// - Returns: how many digits.
  static func write(_ number: UInt64, _ target: UnsafeMutableRawPointer) -> Int {
    var digits = 1
    var bound: UInt64 = 10
    while digits < 19, number >= bound {
      digits += 1
      bound &*= 10
    }
    if digits == 19, number >= 10_000_000_000_000_000_000 { digits = 20 }
    var rest = number
    var position = digits
    while position > 0 {
      position &-= 1
      target.storeBytes(
        of: UInt8(truncatingIfNeeded: 0x30 &+ rest % 10), toByteOffset: position, as: UInt8.self)
      rest /= 10
    }
    return digits
  }

  /// Milliseconds from units of 0.1 µs, without zeros at the end.
  ///
  /// - Returns: how many bytes, at most 25.
  static func write(milliseconds units: UInt64, _ target: UnsafeMutableRawPointer) -> Int {
    let length = write(units / 10_000, target)
    var fraction = units % 10_000
    if fraction == 0 { return length }
    var places = 4
    while fraction % 10 == 0 {
      fraction /= 10
      places -= 1
    }
    target.storeBytes(of: UInt8(ascii: "."), toByteOffset: length, as: UInt8.self)
    for place in stride(from: places, to: 0, by: -1) {
      target.storeBytes(
        of: UInt8(truncatingIfNeeded: 0x30 &+ fraction % 10), toByteOffset: length + place,
        as: UInt8.self)
      fraction /= 10
    }
    return length + 1 + places
  }
}

/// What a thread was doing where it was not in managed code, in Microsoft's words.
enum PseudoFrame {
  static let native = "UNMANAGED_CODE_TIME"
  static let managed = "CPU_TIME"
}

/// Which name each node of a tree bears; names are told once, and one method's pieces of code share theirs.
struct NodeNames {
  private(set) var names: [String]
  /// Index of the name of each node.
  private(set) var ofNode: [Int32]

  init(_ collector: SampleCollector, first: [String], name: (UInt64) -> String) {
    names = first
    ofNode = [Int32](repeating: 0, count: collector.tree.count)
    var byAddress: [UInt64: Int32] = [:]
    var byName: [String: Int32] = [:]
    for node in ofNode.indices where node != CallTree.root {
      let address = collector.tree.address(node)
      if let index = byAddress[address] {
        ofNode[node] = index
        continue
      }
      let text = name(address)
      let index = byName[text] ?? Int32(names.count)
      if Int(index) == names.count {
        byName[text] = index
        names.append(text)
      }
      byAddress[address] = index
      ofNode[node] = index
    }
  }
}
