internal import Linux

/// Where the code of methods lies, and what they are called; gathered from load and rundown events.
public final class MethodTable {
  private var starts: [UInt64] = []
  private var sizes: [UInt32] = []
  private var modules: [UInt64] = []
  /// Where each method's name begins in `names`, and where its parameters do.
  private var nameStarts: [UInt32] = []
  private var parameterStarts: [UInt32] = []
  private var names: [UInt8] = []
  private var moduleNames: [UInt64: String] = [:]
  private var order: [Int] = []
  private var isSorted = false
  /// Methods that found no room.
  public private(set) var dropped = 0

  /// Bounds for hostile traces: some 50 times what large programs have.
  private static let mostMethods = 1 << 19
  private static let mostBytes = 40 << 20
  private static let mostModules = 1 << 16

  public init() {}

  public var count: Int { starts.count }

  /// Takes the event if it tells of a method or a module.
  public func take(_ event: NettraceEvent) {
    let isRundown = event.source == .rundown
    do throws(NettraceError) {
      switch event.id {
      // MethodLoadVerbose of the runtime; MethodDCStartVerbose and MethodDCEndVerbose of the rundown.
      case 143: try method(event.payload)
      case 144 where isRundown: try method(event.payload)
      // ModuleLoad; ModuleDCStart and ModuleDCEnd of the rundown.
      case 152 where !isRundown: try module(event.payload)
      case 153 where isRundown, 154 where isRundown: try module(event.payload)
      default: break
      }
    } catch {
      // An event of another layout tells nothing; the stack then shows an address.
    }
  }

  private func method(_ payload: UnsafeRawBufferPointer) throws(NettraceError) {
    var cursor = NettraceCursor(payload)
    _ = try cursor.uint64()
    let module = try cursor.uint64()
    let start = try cursor.uint64()
    let size = try cursor.uint32()
    _ = try cursor.uint32()
    _ = try cursor.uint32()
    let space = try cursor.wideText()
    let name = try cursor.wideText()
    let signature = try cursor.wideText()
    guard size > 0, count < Self.mostMethods, names.count < Self.mostBytes else {
      if size > 0 { dropped += 1 }
      return
    }
    isSorted = false
    starts.append(start)
    sizes.append(size)
    modules.append(module)
    nameStarts.append(UInt32(names.count))
    names.append(utf16: space)
    if !space.isEmpty { names.append(UInt8(ascii: ".")) }
    names.append(utf16: name)
    parameterStarts.append(UInt32(names.count))
    names.append(utf16: Self.parameters(signature))
  }

  /// From the first parenthesis on: what stands before is the type of the result.
  private static func parameters(_ signature: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var index = 0
    while index + 1 < signature.count {
      if signature[index] == UInt8(ascii: "("), signature[index + 1] == 0 { break }
      index += 2
    }
    return signature.part(min(index, signature.count)..<signature.count)
  }

  private func module(_ payload: UnsafeRawBufferPointer) throws(NettraceError) {
    var cursor = NettraceCursor(payload)
    let id = try cursor.uint64()
    try cursor.skip(16)
    let path = try cursor.text()
    guard moduleNames.count < Self.mostModules, !path.isEmpty else { return }
    moduleNames[id] = Self.fileName(path)
  }

  private static func fileName(_ path: String) -> String {
    // Paths of Windows appear in traces that were made there.
    let bytes = path.utf8
    guard let cut = bytes.lastIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") })
    else { return path }
    return String(path[bytes.index(after: cut)...])
  }

  /// `System.Private.CoreLib.dll`; nil where the trace does not tell.
  public func moduleName(_ id: UInt64) -> String? { moduleNames[id] }

  /// The method that the code at `address` belongs to.
  public func find(_ address: UInt64) -> Int? {
    sort()
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if starts[order[middle]] <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let method = order[low - 1]
    return address - starts[method] < UInt64(sizes[method]) ? method : nil
  }

  private func sort() {
    if isSorted { return }
    // Of code that was placed where older code was, the later one counts.
    order = sortedIndices(starts.count) { (starts[$0], $0) < (starts[$1], $1) }
    isSorted = true
  }

  /// `Module!Namespace.Type.Method(parameters)`, as Microsoft's tools write it.
  public func name(_ method: Int) -> String {
    let end = method + 1 < nameStarts.count ? Int(nameStarts[method + 1]) : names.count
    let text = String(decoding: names[Int(nameStarts[method])..<end], as: UTF8.self)
    guard let module = moduleNames[modules[method]] else { return text }
    return Self.stem(module) + "!" + text
  }

  /// Without the parameters: what fits in a flame graph.
  public func shortName(_ method: Int) -> String {
    let range = Int(nameStarts[method])..<Int(parameterStarts[method])
    let text = String(decoding: names[range], as: UTF8.self)
    guard let module = moduleNames[modules[method]] else { return text }
    return Self.stem(module) + "!" + text
  }

  private static func stem(_ module: String) -> String {
    for ending in [".dll", ".exe"] where module.hasSuffix(ending) {
      return String(module.dropLast(4))
    }
    return module
  }
}
