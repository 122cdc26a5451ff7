internal import Linux

/// Counts the objects of a heap that the runtime walks for us, by type and size.
public final class HeapCollector: NettraceSink {
  public struct Line {
    public let type: String
    /// The file of the type's module, where the trace tells.
    public let module: String?
    public let count: Int
    /// Of all its objects.
    public let bytes: Int
  }

  private struct Kind {
    let module: UInt64
    let name: String
    let flags: UInt32
    let parameters: [UInt64]
  }

  private let methods = MethodTable()
  private var kinds: [UInt64: Kind] = [:]
  /// Index of each type met in `counts` and `bytes`, eight classes of size each.
  private var indices: [UInt64: Int] = [:]
  private var types: [UInt64] = []
  private var counts: [Int] = []
  private var bytes: [Int] = []
  public private(set) var objects = 0
  public private(set) var heapBytes = 0
  /// Whether a collection ended after its objects were told: nothing more will come.
  public private(set) var isDone = false

  private static let classes = 8
  private static let mostKinds = 1 << 18
  private static let mostParameters = 64

  public init() {}

  public func event(_ event: NettraceEvent) {
    switch event.source {
    case .runtime:
      switch event.id {
      // GCEnd.
      case 2: if objects > 0 { isDone = true }
      // Of a damaged event the objects up to the damage are counted.
      case 15: try? bulkType(event.payload)
      case 18: try? bulkNode(event.payload)
      default: methods.take(event)
      }
    case .rundown: methods.take(event)
    default: break
    }
  }

  /// GCBulkType: names of types.
  private func bulkType(_ payload: UnsafeRawBufferPointer) throws(NettraceError) {
    var cursor = NettraceCursor(payload)
    let count = try cursor.uint32()
    _ = try cursor.uint16()
    for _ in 0..<count {
      let id = try cursor.uint64()
      let module = try cursor.uint64()
      _ = try cursor.uint32()
      let flags = try cursor.uint32()
      _ = try cursor.byte()
      let name = try cursor.text()
      let parameterCount = Int(try cursor.uint32())
      guard parameterCount <= Self.mostParameters else { throw .damaged }
      var parameters: [UInt64] = []
      for _ in 0..<parameterCount { parameters.append(try cursor.uint64()) }
      guard kinds.count < Self.mostKinds else { continue }
      kinds[id] = Kind(module: module, name: name, flags: flags, parameters: parameters)
    }
  }

  /// GCBulkNode: address, size, type and number of references of each object.
  private func bulkNode(_ payload: UnsafeRawBufferPointer) throws(NettraceError) {
    var cursor = NettraceCursor(payload)
    _ = try cursor.uint32()
    let count = try cursor.uint32()
    _ = try cursor.uint16()
    for _ in 0..<count {
      try cursor.skip(8)
      let size = Int(truncatingIfNeeded: try cursor.uint64() & 0xFFFF_FFFF_FFFF)
      let type = try cursor.uint64()
      try cursor.skip(8)
      add(type, size)
    }
  }

  private func add(_ type: UInt64, _ size: Int) {
    var index = indices[type] ?? -1
    if index < 0 {
      guard types.count < Self.mostKinds else { return }
      index = types.count
      indices[type] = index
      types.append(type)
      counts += [Int](repeating: 0, count: Self.classes)
      bytes += [Int](repeating: 0, count: Self.classes)
    }
    let place = index * Self.classes + Self.sizeClass(size)
    counts[place] += 1
    bytes[place] &+= size
    objects += 1
    heapBytes &+= size
  }

  /// Powers of ten from a thousand bytes on.
  private static func sizeClass(_ size: Int) -> Int {
    var bound = 1000
    var number = 0
    while size > bound, number < classes - 1 {
      bound *= 10
      number += 1
    }
    return number
  }

  private static func suffix(_ sizeClass: Int) -> StaticString {
    switch sizeClass {
    case 0: ""
    case 1: " (Bytes > 1K)"
    case 2: " (Bytes > 10K)"
    case 3: " (Bytes > 100K)"
    case 4: " (Bytes > 1M)"
    case 5: " (Bytes > 10M)"
    case 6: " (Bytes > 100M)"
    default: " (Bytes > 1G)"
    }
  }

  /// All lines, those with the most bytes first.
  public func lines() -> [Line] {
    var lines: [Line] = []
    for (index, type) in types.enumerated() {
      let name = name(of: type, depth: 0)
      let module = kinds[type].flatMap { methods.moduleName($0.module) }
      for number in 0..<Self.classes where counts[index * Self.classes + number] > 0 {
        let place = index * Self.classes + number
        lines.append(
          Line(
            type: name + "\(Self.suffix(number))", module: module, count: counts[place],
            bytes: bytes[place]))
      }
    }
    let order = sortedIndices(lines.count) { a, b in
      if lines[a].bytes != lines[b].bytes { return lines[a].bytes > lines[b].bytes }
      return lines[a].type.precedesBytewise(lines[b].type)
    }
    return order.map { lines[$0] }
  }

  /// Types whose names the runtime did not send.
  public var unnamed: Int { types.count { kinds[$0] == nil } }

  private static let array: UInt32 = 8

  private func name(of type: UInt64, depth: Int) -> String {
    guard let kind = kinds[type], depth < 8 else { return "Type 0x" + String(type, radix: 16) }
    if kind.flags & Self.array != 0, let element = kind.parameters.first {
      return name(of: element, depth: depth + 1) + "[]"
    }
    var text = kind.parameters.isEmpty ? kind.name : Self.plain(kind.name)
    if text.isEmpty { text = "Type 0x" + String(type, radix: 16) }
    if !kind.parameters.isEmpty {
      text +=
        "<" + kind.parameters.map { name(of: $0, depth: depth + 1) }.joined(separator: ",") + ">"
    }
    return kind.flags & Self.array != 0 ? text + "[]" : text
  }

  /// Without the `` `2 `` that tells the number of parameters at the end, and without those in brackets
  /// that older runtimes put there beside telling them.
  private static func plain(_ name: String) -> String {
    var name = name[...]
    if name.hasSuffix("]"), let bracket = name.utf8.firstIndex(of: UInt8(ascii: "[")) {
      name = name[..<bracket]
    }
    guard let tick = name.utf8.lastIndex(of: UInt8(ascii: "`")) else { return String(name) }
    let digits = name.utf8[name.utf8.index(after: tick)...]
    let isNumber = digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    return String(isNumber ? name[..<tick] : name)
  }
}
