internal import Linux

/// Reads a trace of .NET's EventPipe as it comes, in pieces of any size.
///
/// The format is that of dotnet/diagnostics' EventPipeFormat, versions 4 and 5, and PerfView's
/// NetTraceFormat, version 6. At most one block is held in memory.
public final class NettraceReader {
  private let sink: any NettraceSink
  private let buffer = NettraceBuffer()
  private var state = State.start
  /// Offset in the stream of the first byte that is held: blocks are aligned by it.
  private var offset = 0
  private var kinds: [NettraceKind?] = []
  /// The same as events carry them.
  private var entries: [KindEntry?] = []
  private var pointerSize = 8
  private var objectVersion = 0
  private let six = NettraceSix()

  public private(set) var head: NettraceHead?
  /// Blocks read so far.
  public private(set) var blocks = 0
  /// Events handed out so far.
  public private(set) var events = 0
  /// Whether the stream came to its proper end.
  public private(set) var isComplete = false

  /// The largest block that is read: the runtime's are 100 KB, and 24 bits bound those of version 6.
  public static let largestBlock = 1 << 24
  /// A hostile stream may describe any number of kinds of events.
  private static let mostKinds = 1 << 16

  enum Block { case events, metadata, stacks, sequencePoint, unknown }

  private enum State {
    case start, object, trace
    case size(Block)
    case block(Block, Int)
    case skip(Int)
    case objectEnd
    case sixBlock
    case sixBody(NettraceSix.Kind, Int)
    case sixSkip(Int)
    case finished
  }

  public init(_ sink: any NettraceSink) { self.sink = sink }

  /// Takes the next bytes of the stream.
  public func take(_ bytes: UnsafeRawBufferPointer) throws(NettraceError) {
    if isComplete { return }
    buffer.append(bytes)
    while try step() {}
    buffer.compact()
  }

  /// To be called once the stream has ended.
  public func finish() throws(NettraceError) {
    if isComplete { return }
    if case .start = state, buffer.count < 8 { throw .foreign }
    throw .truncated
  }

  /// - Returns: false where more bytes are needed.
  private func step() throws(NettraceError) -> Bool {
    switch state {
    case .start: return try start()
    case .object: return try object()
    case .trace: return try trace()
    case .size(let block): return try size(block)
    case .block(let block, let size):
      guard buffer.count > size else { return false }
      try read(block, buffer.bytes.part(0..<size))
      guard buffer.bytes[size] == Self.endTag else { throw .damaged }
      blocks += 1
      consume(size + 1)
      state = .object
    case .skip(let left):
      let count = min(left, buffer.count)
      consume(count)
      state = count == left ? .objectEnd : .skip(left - count)
      return count > 0 || left == 0
    case .objectEnd:
      guard buffer.count > 0 else { return false }
      guard buffer.bytes[0] == Self.endTag else { throw .damaged }
      blocks += 1
      consume(1)
      state = .object
    case .sixBlock: return try sixBlock()
    case .sixBody(let kind, let size):
      guard buffer.count >= size else { return false }
      try read(kind, buffer.bytes.part(0..<size))
      consume(size)
      state = .sixBlock
    case .sixSkip(let left):
      let count = min(left, buffer.count)
      consume(count)
      state = count == left ? .sixBlock : .sixSkip(left - count)
      return count > 0 || left == 0
    case .finished: return false
    }
    return true
  }

  private func consume(_ count: Int) {
    buffer.consume(count)
    offset += count
  }

  private static let nullTag: UInt8 = 1
  private static let beginTag: UInt8 = 5
  private static let endTag: UInt8 = 6
}

/// The frame around the blocks.
extension NettraceReader {
  private func start() throws(NettraceError) -> Bool {
    let magic = "Nettrace"
    let held = buffer.bytes.prefix(8)
    guard held.elementsEqual(magic.utf8.prefix(held.count)) else { throw .foreign }
    guard buffer.count >= 12 else { return false }
    var cursor = NettraceCursor(buffer.bytes)
    try cursor.skip(8)
    let length = try cursor.int32()
    if length == 0 {
      guard buffer.count >= 20 else { return false }
      let major = try cursor.int32()
      guard major == 6 else { throw .unsupported }
      consume(20)
      state = .sixBlock
      return true
    }
    let format = "!FastSerialization.1"
    guard length == format.utf8.count else { throw .foreign }
    guard buffer.count >= 12 + length else { return false }
    guard try cursor.part(length).elementsEqual(format.utf8) else { throw .foreign }
    consume(12 + length)
    state = .object
    return true
  }

  private func tell(_ head: NettraceHead) {
    self.head = head
    sink.head(head)
  }

  /// A begin tag, the begin of a type, its versions and its name; or the end of all.
  private func object() throws(NettraceError) -> Bool {
    guard buffer.count > 0 else { return false }
    if buffer.bytes[0] == Self.nullTag {
      consume(1)
      isComplete = true
      state = .finished
      return false
    }
    guard buffer.count >= 15 else { return false }
    var cursor = NettraceCursor(buffer.bytes)
    guard try cursor.byte() == Self.beginTag, try cursor.byte() == Self.beginTag,
      try cursor.byte() == Self.nullTag
    else { throw .damaged }
    objectVersion = try cursor.int32()
    _ = try cursor.int32()
    let length = try cursor.int32()
    guard length > 0, length <= 64 else { throw .damaged }
    guard cursor.remaining > length else { return false }
    let name = try cursor.part(length)
    guard try cursor.byte() == Self.endTag else { throw .damaged }
    switch String(decoding: name, as: UTF8.self) {
    case "Trace": state = .trace
    case "EventBlock": state = .size(.events)
    case "MetadataBlock": state = .size(.metadata)
    case "StackBlock": state = .size(.stacks)
    case "SPBlock": state = .size(.sequencePoint)
    default: state = .size(.unknown)
    }
    consume(cursor.position)
    return true
  }

  private func trace() throws(NettraceError) -> Bool {
    guard buffer.count >= 49 else { return false }
    guard objectVersion == 4 || objectVersion == 5 else { throw .unsupported }
    var cursor = NettraceCursor(buffer.bytes)
    var started: [Int] = []
    for _ in 0..<8 { started.append(Int(try cursor.uint16())) }
    let ticks = try cursor.uint64()
    let rate = try cursor.uint64()
    pointerSize = try cursor.int32()
    guard pointerSize == 4 || pointerSize == 8 else { throw .damaged }
    let pid = try cursor.int32()
    let processors = try cursor.int32()
    _ = try cursor.int32()
    guard try cursor.byte() == Self.endTag else { throw .damaged }
    tell(
      NettraceHead(
        version: objectVersion, started: started, startTicks: ticks, ticksPerSecond: max(1, rate),
        pointerSize: pointerSize, pid: pid, processors: processors))
    consume(49)
    state = .object
    return true
  }

  /// The size, and the zeros that align what follows to four bytes of the stream.
  private func size(_ block: Block) throws(NettraceError) -> Bool {
    let padding = (4 - (offset + 4) % 4) % 4
    guard buffer.count >= 4 + padding else { return false }
    var cursor = NettraceCursor(buffer.bytes)
    let size = try cursor.int32()
    guard size >= 0 else { throw .damaged }
    consume(4 + padding)
    if block == .unknown {
      state = .skip(size)
    } else {
      guard head != nil else { throw .damaged }
      guard size <= Self.largestBlock else { throw .tooLarge }
      state = .block(block, size)
    }
    return true
  }

  /// Version 6: three bytes of size and one of kind.
  private func sixBlock() throws(NettraceError) -> Bool {
    guard buffer.count >= 4 else { return false }
    var cursor = NettraceCursor(buffer.bytes)
    let word = try cursor.uint32()
    consume(4)
    blocks += 1
    let size = Int(word & 0xFF_FFFF)
    switch NettraceSix.Kind(rawValue: word >> 24) {
    case .end:
      isComplete = true
      state = .finished
      return false
    case .labels, nil: state = .sixSkip(size)
    case .some(let kind):
      guard kind == .trace || head != nil else { throw .damaged }
      state = .sixBody(kind, size)
    }
    return true
  }
}

/// What is in the blocks.
extension NettraceReader {
  private func read(_ block: Block, _ bytes: UnsafeRawBufferPointer) throws(NettraceError) {
    switch block {
    case .events: try eventBlock(bytes, isMetadata: false)
    case .metadata: try eventBlock(bytes, isMetadata: true)
    case .stacks: try stackBlock(bytes)
    case .sequencePoint: sink.sequencePoint()
    case .unknown: break
    }
  }

  private func read(_ kind: NettraceSix.Kind, _ bytes: UnsafeRawBufferPointer) throws(NettraceError)
  {
    switch kind {
    case .trace: tell(try six.head(bytes))
    case .events: try eventBlock(bytes, isMetadata: false)
    case .metadata: try six.metadata(bytes) { define($0, $1) }
    case .stacks: try stackBlock(bytes)
    case .threads: try six.threads(bytes)
    case .removedThreads: try six.removedThreads(bytes)
    case .sequencePoint:
      if try six.sequencePoint(bytes) {
        kinds = []
        entries = []
      }
      sink.sequencePoint()
    case .end, .labels: break
    }
  }

  private func stackBlock(_ bytes: UnsafeRawBufferPointer) throws(NettraceError) {
    var cursor = NettraceCursor(bytes)
    let first = try cursor.uint32()
    let count = try cursor.int32()
    guard count >= 0, count <= cursor.remaining / 4 else { throw .damaged }
    for index in 0..<count {
      let size = try cursor.int32()
      sink.stack(first &+ UInt32(truncatingIfNeeded: index), try cursor.part(size))
    }
  }

  private func eventBlock(_ bytes: UnsafeRawBufferPointer, isMetadata: Bool) throws(NettraceError) {
    var cursor = NettraceCursor(bytes)
    let headerSize = Int(try cursor.uint16())
    let flags = try cursor.uint16()
    guard headerSize >= 4 else { throw .damaged }
    try cursor.skip(headerSize - 4)
    let isCompressed = flags & 1 != 0
    if head?.version == 6 { return try sixEvents(&cursor, isCompressed) }
    if isCompressed, !isMetadata { return try compressedEvents(&cursor) }
    var header = NettraceEventHeader()
    while cursor.remaining > 0 {
      if isCompressed {
        try header.readCompressed(&cursor)
      } else {
        // The last bytes of a block may be padding.
        if cursor.remaining < 4 { return }
        try header.readPlain(&cursor)
      }
      let payload = try cursor.part(header.size)
      if !isCompressed { try cursor.skip(min(cursor.remaining, (4 - cursor.position % 4) % 4)) }
      if isMetadata { try describe(payload) } else { hand(header, payload) }
    }
  }

  /// What nearly all of a trace consists of: heads are read without a check per byte, but for the last of a block.
  private func compressedEvents(_ cursor: inout NettraceCursor) throws(NettraceError) {
    var header = NettraceEventHeader()
    while cursor.remaining > 0 {
      if let head = cursor.ahead(NettraceEventHeader.longest) {
        let length = header.readCompressed(head)
        guard length > 0 else { throw .damaged }
        try cursor.skip(length)
      } else {
        try header.readCompressed(&cursor)
      }
      hand(header, try cursor.part(header.size))
    }
  }

  private func sixEvents(_ cursor: inout NettraceCursor, _ isCompressed: Bool) throws(NettraceError)
  {
    var header = NettraceEventHeader()
    // By index; what is handed out is what the thread table says.
    var thread: UInt64 = 0
    while cursor.remaining > 0 {
      header.thread = thread
      if isCompressed {
        try header.readCompressed(&cursor, labels: true)
      } else {
        try header.readPlainSix(&cursor)
      }
      thread = header.thread
      header.thread = six.thread(thread)
      hand(header, try cursor.part(header.size))
    }
  }

  private func describe(_ payload: UnsafeRawBufferPointer) throws(NettraceError) {
    let (number, kind) = try NettraceKind.read(payload)
    define(number, kind)
  }

  private func define(_ number: UInt32, _ kind: NettraceKind) {
    let index = Int(number)
    guard index < Self.mostKinds else { return }
    while kinds.count <= index {
      kinds.append(nil)
      entries.append(nil)
    }
    kinds[index] = kind
    entries[index] = KindEntry(kind)
  }

  @inline(__always)
  private func hand(_ header: NettraceEventHeader, _ payload: UnsafeRawBufferPointer) {
    events += 1
    guard header.kind < entries.count, let entry = entries[header.kind] else { return }
    sink.event(
      NettraceEvent(
        entry: entry, timestamp: header.timestamp, thread: header.thread, stack: header.stack,
        payload: payload))
  }
}
