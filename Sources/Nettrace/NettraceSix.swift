internal import Linux

/// The blocks of version 6 of the format: no objects around them, threads by index, texts in UTF-8.
///
/// Runtimes do not send it; it is what collectors write that trace whole machines. PerfView's NetTraceFormat.
final class NettraceSix {
  enum Kind: UInt32 {
    case end, trace, events, metadata, sequencePoint, stacks, threads, removedThreads, labels
  }

  /// The kernel's numbers of threads, by the index that events refer to them by.
  private var threads: [UInt64: UInt64] = [:]
  private var lastIndex: UInt64 = .max
  private var lastThread: UInt64 = 0

  /// Bound for hostile traces; threads beyond go by their index.
  private static let mostThreads = 1 << 16
  private static let mostPairs = 1 << 12

  /// The first block: when it began, and what is told of the machine.
  func head(_ bytes: UnsafeRawBufferPointer) throws(NettraceError) -> NettraceHead {
    var cursor = NettraceCursor(bytes)
    var started: [Int] = []
    for _ in 0..<8 { started.append(Int(try cursor.uint16())) }
    let ticks = try cursor.uint64()
    let rate = try cursor.uint64()
    let pointerSize = try cursor.int32()
    guard pointerSize == 4 || pointerSize == 8 else { throw .damaged }
    let count = try cursor.int32()
    guard count >= 0, count <= Self.mostPairs else { throw .damaged }
    var pid = 0
    var processors = 0
    for _ in 0..<count {
      let key = try cursor.shortText()
      let value = Int(try cursor.shortText()) ?? 0
      if key == "ProcessId" { pid = value }
      if key == "HardwareThreadCount" { processors = value }
    }
    return NettraceHead(
      version: 6, started: started, startTicks: ticks, ticksPerSecond: max(1, rate),
      pointerSize: pointerSize, pid: pid, processors: processors)
  }

  /// Rows of an index and what is known of the thread.
  func threads(_ bytes: UnsafeRawBufferPointer) throws(NettraceError) {
    var cursor = NettraceCursor(bytes)
    lastIndex = .max
    while cursor.remaining > 0 {
      var row = NettraceCursor(try cursor.part(Int(try cursor.uint16())))
      let index = try row.varint()
      while row.remaining > 0 {
        switch try row.byte() {
        case 1: _ = try row.shortBytes()
        case 2: _ = try row.varint()
        case 3:
          let id = try row.varint()
          if threads.count < Self.mostThreads { threads[index] = id }
        case 4:
          _ = try row.shortBytes()
          _ = try row.shortBytes()
        // What it is cannot be told, nor how long; the row's end can.
        default: try row.skip(row.remaining)
        }
      }
    }
  }

  func removedThreads(_ bytes: UnsafeRawBufferPointer) throws(NettraceError) {
    var cursor = NettraceCursor(bytes)
    lastIndex = .max
    while cursor.remaining > 0 {
      threads[try cursor.varint()] = nil
      _ = try cursor.varint()
    }
  }

  /// - Returns: whether kinds of events start anew, too.
  func sequencePoint(_ bytes: UnsafeRawBufferPointer) throws(NettraceError) -> Bool {
    var cursor = NettraceCursor(bytes)
    _ = try cursor.uint64()
    let flags = try cursor.uint32()
    if flags & 1 != 0 {
      threads = [:]
      lastIndex = .max
    }
    return flags & 2 != 0
  }

  func thread(_ index: UInt64) -> UInt64 {
    if index == lastIndex { return lastThread }
    lastIndex = index
    lastThread = threads[index] ?? index
    return lastThread
  }

  /// Rows that describe kinds of events.
  func metadata(
    _ bytes: UnsafeRawBufferPointer, _ define: (UInt32, NettraceKind) -> Void
  ) throws(NettraceError) {
    var cursor = NettraceCursor(bytes)
    try cursor.skip(Int(try cursor.uint16()))
    while cursor.remaining > 0 {
      var row = NettraceCursor(try cursor.part(Int(try cursor.uint16())))
      let number = UInt32(truncatingIfNeeded: try row.varint())
      let provider = try row.shortText()
      let id = UInt32(truncatingIfNeeded: try row.varint())
      let name = try row.shortText()
      let fields = try NettraceField.sixList(&row, depth: 0)
      let extra = try Extra(&row)
      define(
        number,
        NettraceKind(
          provider: provider, id: id, name: name, keywords: extra.keywords, version: extra.version,
          level: extra.level, fields: fields, isSix: true))
    }
  }

  /// What need not be told of a kind.
  private struct Extra {
    var keywords: UInt64 = 0
    var version: UInt32 = 0
    var level: UInt32 = 0

    init(_ row: inout NettraceCursor) throws(NettraceError) {
      var cursor = NettraceCursor(try row.part(Int(try row.uint16())))
      while cursor.remaining > 0 {
        switch try cursor.byte() {
        case 1: _ = try cursor.byte()
        case 3: keywords = try cursor.uint64()
        case 4, 5: _ = try cursor.shortBytes()
        case 6:
          _ = try cursor.shortBytes()
          _ = try cursor.shortBytes()
        case 7: try cursor.skip(16)
        case 8: level = UInt32(try cursor.byte())
        case 9: version = UInt32(try cursor.byte())
        default: try cursor.skip(cursor.remaining)
        }
      }
    }
  }
}

extension NettraceField {
  /// Fields with their names and types; each may have more behind them that is not known.
  static func sixList(_ cursor: inout NettraceCursor, depth: Int) throws(NettraceError)
    -> [NettraceField]
  {
    let count = Int(try cursor.uint16())
    guard count <= mostFields, count <= cursor.remaining / 2, depth < deepest else {
      throw .damaged
    }
    var fields: [NettraceField] = []
    for _ in 0..<count {
      var field = NettraceCursor(try cursor.part(Int(try cursor.uint16())))
      let name = try field.shortText()
      fields.append(try sixType(&field, name, depth))
    }
    return fields
  }

  private static func sixType(_ cursor: inout NettraceCursor, _ name: String, _ depth: Int)
    throws(NettraceError) -> NettraceField
  {
    guard depth < deepest else { throw .damaged }
    let type = UInt32(try cursor.byte())
    switch type {
    case object:
      return NettraceField(name: name, type: type, fields: try sixList(&cursor, depth: depth + 1))
    case array, fixedArray, relative, absolute:
      let element = try sixType(&cursor, "", depth + 1)
      let count = type == fixedArray ? Int(try cursor.uint16()) : 0
      return NettraceField(name: name, type: type, fields: [element], count: count)
    default: return NettraceField(name: name, type: type, fields: [])
    }
  }
}

extension NettraceCursor {
  /// Bytes behind their number.
  mutating func shortBytes() throws(NettraceError) -> UnsafeRawBufferPointer {
    let count = try varint()
    guard count <= UInt64(remaining) else { throw .damaged }
    return try part(Int(count))
  }

  /// UTF-8 behind its length.
  mutating func shortText() throws(NettraceError) -> String {
    String(decoding: try shortBytes(), as: UTF8.self)
  }
}
