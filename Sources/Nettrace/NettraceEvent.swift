/// The senders of events whose meaning is known here.
public enum NettraceSource: Sendable {
  /// The profiler that stops all threads to see what they do.
  case sampler
  case runtime
  /// What the runtime tells at the end of a session of what was there before it.
  case rundown
  /// System.Diagnostics.Metrics, which publishes instruments of meters.
  case metrics
  case other

  init(_ provider: String) {
    switch provider {
    case "Microsoft-DotNETCore-SampleProfiler": self = .sampler
    case "Microsoft-Windows-DotNETRuntime": self = .runtime
    case "Microsoft-Windows-DotNETRuntimeRundown": self = .rundown
    case "System.Diagnostics.Metrics": self = .metrics
    default: self = .other
    }
  }
}

/// What is told once of all events of a kind: who sends them, and what is in them.
public final class NettraceKind {
  public let provider: String
  public let source: NettraceSource
  public let id: UInt32
  /// Empty for the runtime's own events, whose layouts go by `id`.
  public let name: String
  public let keywords: UInt64
  public let version: UInt32
  public let level: UInt32
  public let fields: [NettraceField]
  /// Whether it comes from version 6 of the format, where a date is another thing.
  let isSix: Bool

  init(
    provider: String, id: UInt32, name: String, keywords: UInt64, version: UInt32, level: UInt32,
    fields: [NettraceField], isSix: Bool = false
  ) {
    self.isSix = isSix
    self.provider = provider
    source = NettraceSource(provider)
    self.id = id
    self.name = name
    self.keywords = keywords
    self.version = version
    self.level = level
    self.fields = fields
  }

  /// Reads a metadata event; answers the number that events refer to it by.
  static func read(_ payload: UnsafeRawBufferPointer) throws(NettraceError) -> (
    number: UInt32, kind: NettraceKind
  ) {
    var cursor = NettraceCursor(payload)
    let number = try cursor.uint32()
    let provider = try cursor.text()
    let id = try cursor.uint32()
    let name = try cursor.text()
    let keywords = try cursor.uint64()
    let version = try cursor.uint32()
    let level = try cursor.uint32()
    let fields = try NettraceField.list(&cursor, depth: 0)
    let kind = NettraceKind(
      provider: provider, id: id, name: name, keywords: keywords, version: version, level: level,
      fields: fields)
    return (number, kind)
  }
}

/// A field of an event: its name and its type, a type code of .NET (System.TypeCode) or an object.
public struct NettraceField {
  public let name: String
  public let type: UInt32
  /// What is in an object; of an array what each of its elements is.
  public let fields: [NettraceField]
  /// How many elements an array of fixed length has.
  let count: Int

  static let object: UInt32 = 1
  static let array: UInt32 = 19
  static let fixedArray: UInt32 = 22
  /// Elsewhere in the payload: counted from behind this, or from the payload's begin.
  static let relative: UInt32 = 24
  static let absolute: UInt32 = 25
  static let mostFields = 512
  static let deepest = 8

  init(name: String, type: UInt32, fields: [NettraceField], count: Int = 0) {
    self.name = name
    self.type = type
    self.fields = fields
    self.count = count
  }

  static func list(_ cursor: inout NettraceCursor, depth: Int) throws(NettraceError)
    -> [NettraceField]
  {
    let count = try cursor.int32()
    // A field takes six bytes at least.
    guard count >= 0, count <= mostFields, count <= cursor.remaining / 6, depth < deepest else {
      throw .damaged
    }
    var fields: [NettraceField] = []
    for _ in 0..<count {
      let type = try cursor.uint32()
      let inner = type == object ? try list(&cursor, depth: depth + 1) : []
      fields.append(NettraceField(name: try cursor.text(), type: type, fields: inner))
    }
    return fields
  }
}

/// One event; it is valid only while it is handed out.
public struct NettraceEvent {
  let entry: KindEntry
  /// In ticks of the trace's clock.
  public let timestamp: UInt64
  /// The kernel's number of the thread.
  public let thread: UInt64
  /// The number of its stack; 0 is none.
  public let stack: UInt32
  public let payload: UnsafeRawBufferPointer

  public var kind: NettraceKind { entry.kind.takeUnretainedValue() }
  public var source: NettraceSource { entry.source }
  /// The number of its kind, by which its sender tells the kinds apart.
  public var id: UInt32 { entry.id }
}

/// A kind as events carry it: the reader holds the kind itself, since counting references of each of millions of events
/// takes longer than reading them.
struct KindEntry {
  let kind: Unmanaged<NettraceKind>
  let source: NettraceSource
  let id: UInt32

  init(_ kind: NettraceKind) {
    self.kind = Unmanaged.passUnretained(kind)
    source = kind.source
    id = kind.id
  }
}

/// What the head of a trace tells.
public struct NettraceHead: Sendable {
  /// 4 or 5, by the Trace object; 6 for the later format.
  public let version: Int
  /// UTC: year, month, weekday, day, hour, minute, second, millisecond.
  public let started: [Int]
  public let startTicks: UInt64
  public let ticksPerSecond: UInt64
  public let pointerSize: Int
  public let pid: Int
  public let processors: Int
}

/// Takes what a reader finds, in the order of the stream.
public protocol NettraceSink: AnyObject {
  func head(_ head: NettraceHead)
  func event(_ event: NettraceEvent)
  /// Instruction pointers of a stack, the innermost first.
  func stack(_ number: UInt32, _ addresses: UnsafeRawBufferPointer)
  /// Numbers of stacks and threads start anew.
  func sequencePoint()
}

extension NettraceSink {
  public func head(_ head: NettraceHead) {}
  public func stack(_ number: UInt32, _ addresses: UnsafeRawBufferPointer) {}
  public func sequencePoint() {}
}
