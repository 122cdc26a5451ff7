internal import Linux

/// The head of an event; in compressed form what is absent is as in the event before.
struct NettraceEventHeader {
  var kind = 0
  var thread: UInt64 = 0
  var stack: UInt32 = 0
  var timestamp: UInt64 = 0
  var size = 0

  /// - Parameter labels: as version 6 has it: the number of a list of labels instead of activities.
  @inline(__always)
  mutating func readCompressed(_ cursor: inout NettraceCursor, labels: Bool = false)
    throws(NettraceError)
  {
    let flags = try cursor.byte()
    if flags & 1 != 0 { kind = Int(truncatingIfNeeded: try cursor.varint() & 0x7FFF_FFFF) }
    if flags & 2 != 0 {
      // Sequence number, thread that wrote the event, processor.
      _ = try cursor.varint()
      _ = try cursor.varint()
      _ = try cursor.varint()
    }
    if flags & 4 != 0 { thread = try cursor.varint() }
    if flags & 8 != 0 { stack = UInt32(truncatingIfNeeded: try cursor.varint()) }
    timestamp = timestamp &+ (try cursor.varint())
    if labels {
      if flags & 16 != 0 { _ = try cursor.varint() }
    } else {
      // Activity and related activity; 64 marks order.
      if flags & 16 != 0 { try cursor.skip(16) }
      if flags & 32 != 0 { try cursor.skip(16) }
    }
    if flags & 128 != 0 {
      let count = try cursor.varint()
      guard count <= UInt64(cursor.remaining) else { throw .damaged }
      size = Int(count)
    }
  }

  /// What a compressed head takes at most: its flags, eight numbers, two activities.
  static let longest = 1 + 8 * 10 + 2 * 16

  /// The same, where so many bytes can be read.
  ///
  /// - Returns: the length; 0 where a number is none.
  @inline(__always)
  mutating func readCompressed(_ head: UnsafeRawPointer) -> Int {
    var numbers = UncheckedNumbers(next: head + 1)
    let flags = head.load(as: UInt8.self)
    if flags & 1 != 0 { kind = Int(truncatingIfNeeded: numbers.varint() & 0x7FFF_FFFF) }
    if flags & 2 != 0 {
      _ = numbers.varint()
      _ = numbers.varint()
      _ = numbers.varint()
    }
    if flags & 4 != 0 { thread = numbers.varint() }
    if flags & 8 != 0 { stack = UInt32(truncatingIfNeeded: numbers.varint()) }
    timestamp = timestamp &+ numbers.varint()
    if flags & 48 != 0 { numbers.next += (flags & 48 == 48) ? 32 : 16 }
    if flags & 128 != 0 { size = Int(truncatingIfNeeded: numbers.varint() & 0x7FFF_FFFF_FFFF) }
    return numbers.isBroken ? 0 : numbers.next - head
  }

  mutating func readPlainSix(_ cursor: inout NettraceCursor) throws(NettraceError) {
    _ = try cursor.uint32()
    kind = Int(try cursor.uint32() & 0x7FFF_FFFF)
    _ = try cursor.uint32()
    thread = try cursor.uint64()
    _ = try cursor.uint64()
    _ = try cursor.uint32()
    stack = try cursor.uint32()
    timestamp = try cursor.uint64()
    _ = try cursor.uint32()
    size = Int(try cursor.uint32())
  }

  mutating func readPlain(_ cursor: inout NettraceCursor) throws(NettraceError) {
    // The size of the event without itself; what is in it says the same.
    _ = try cursor.int32()
    kind = Int(try cursor.uint32() & 0x7FFF_FFFF)
    _ = try cursor.uint32()
    thread = try cursor.uint64()
    _ = try cursor.uint64()
    _ = try cursor.uint32()
    stack = try cursor.uint32()
    timestamp = try cursor.uint64()
    try cursor.skip(32)
    size = try cursor.int32()
  }
}

/// Numbers in groups of 7 bits, the lowest first, read from where there are bytes enough.
struct UncheckedNumbers {
  var next: UnsafeRawPointer
  /// Whether a number had more than 64 bits.
  var isBroken = false

  init(next: UnsafeRawPointer) { self.next = next }

  @inline(__always)
  mutating func varint() -> UInt64 {
    let first = next.load(as: UInt8.self)
    next += 1
    return first < 0x80 ? UInt64(first) : rest(UInt64(first & 0x7F))
  }

  @inline(__always)
  private mutating func rest(_ begun: UInt64) -> UInt64 {
    var value = begun
    var shift: UInt64 = 7
    while shift < 64 {
      let byte = next.load(as: UInt8.self)
      next += 1
      value |= UInt64(byte & 0x7F) &<< shift
      if byte < 0x80 { return value }
      shift &+= 7
    }
    isBroken = true
    return value
  }
}
