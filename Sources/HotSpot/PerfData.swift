internal import Linux

/// Why bytes are no performance data that can be read.
public enum PerfDataError: Error, Equatable {
  /// Not the format, or not version 2 of it.
  case foreign
  /// The virtual machine has not filled it yet.
  case starting
  /// Lengths in it do not fit together.
  case damaged
}

/// The performance counters that a HotSpot VM publishes in `hsperfdata_USER/PID`, version 2.0.
///
/// The VM goes on writing while we read, and the file may be another's: every offset is checked.
public struct PerfData: Sendable {
  /// Where a counter's name and value lie.
  struct Entry: Sendable {
    let name: Range<Int>
    let data: Range<Int>
    let isText: Bool
  }

  private let bytes: [UInt8]
  private let isBigEndian: Bool
  private let entries: [Entry]

  /// More than any VM writes: PerfDataMemorySize is at most 32 MiB, 32 KiB by default.
  public static let limit = 32 << 20

  private static let magic: [UInt8] = [0xCA, 0xFE, 0xC0, 0xC0]
  private static let headerSize = 32

  public init(_ bytes: [UInt8]) throws(PerfDataError) {
    guard bytes.count >= Self.headerSize, bytes.starts(with: Self.magic), bytes[5] == 2 else {
      throw .foreign
    }
    guard bytes[7] != 0 else { throw .starting }
    self.bytes = bytes
    isBigEndian = bytes[4] == 0
    entries = try Self.scan(bytes, isBigEndian: isBigEndian)
  }

  private static func scan(_ bytes: [UInt8], isBigEndian: Bool) throws(PerfDataError) -> [Entry] {
    var entries: [Entry] = []
    let isWhole = bytes.withUnsafeBytes { scan($0, isBigEndian, into: &entries) }
    if !isWhole { throw .damaged }
    return entries
  }

  /// - Returns: false where lengths do not fit together.
  private static func scan(
    _ bytes: UnsafeRawBufferPointer, _ isBigEndian: Bool, into entries: inout [Entry]
  ) -> Bool {
    var offset = int(bytes, 24, isBigEndian)
    let count = int(bytes, 28, isBigEndian)
    // The shortest entry has its head of 20 bytes and a name.
    guard offset >= headerSize, count >= 0, count <= bytes.count / 24 else { return false }
    entries.reserveCapacity(count)
    for _ in 0..<count {
      guard offset + 20 <= bytes.count else { return false }
      let length = int(bytes, offset, isBigEndian)
      let nameStart = int(bytes, offset + 4, isBigEndian)
      let elements = int(bytes, offset + 8, isBigEndian)
      let dataStart = int(bytes, offset + 16, isBigEndian)
      guard length >= 24, length <= bytes.count - offset, nameStart >= 20, nameStart < length,
        elements >= 0, dataStart >= 20, dataStart <= length
      else { return false }
      let end = offset + length
      var stop = offset + nameStart
      while stop < end, bytes[stop] != 0 { stop += 1 }
      if stop == end { return false }
      let isText = elements > 0 && bytes[offset + 12] == UInt8(ascii: "B")
      let size = isText ? elements : 8
      guard size <= length - dataStart else { return false }
      let data = (offset + dataStart)..<(offset + dataStart + size)
      entries.append(Entry(name: (offset + nameStart)..<stop, data: data, isText: isText))
      offset = end
    }
    return true
  }

  /// Four bytes; the caller has checked that they are there.
  private static func int(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ isBigEndian: Bool)
    -> Int
  {
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
    return Int(isBigEndian ? Int32(bigEndian: value) : Int32(littleEndian: value))
  }

  /// How many bytes the VM has filled; what lies behind it is zero.
  public var used: Int { Self.number(bytes, 8, 4, isBigEndian) }

  /// A counter by its name; nil where it is absent or text.
  public func number(_ name: StaticString) -> Int? {
    guard let entry = entry(name), !entry.isText else { return nil }
    return Self.number(bytes, entry.data.lowerBound, 8, isBigEndian)
  }

  /// The number called `head` and then `tail`.
  public func number(_ head: StaticString, _ tail: StaticString) -> Int? {
    let count = head.utf8CodeUnitCount
    for entry in entries
    where !entry.isText && entry.name.count == count + tail.utf8CodeUnitCount {
      let middle = entry.name.lowerBound + count
      if matches(entry.name.lowerBound..<middle, head),
        matches(middle..<entry.name.upperBound, tail)
      {
        return Self.number(bytes, entry.data.lowerBound, 8, isBigEndian)
      }
    }
    return nil
  }

  /// A text by its name, up to its NUL.
  public func text(_ name: StaticString) -> String? {
    guard let entry = entry(name), entry.isText else { return nil }
    return text(entry)
  }

  /// All counters with their values as text, in the order of the file.
  public func all() -> [(name: String, value: String, isText: Bool)] {
    entries.map { entry in
      let value =
        entry.isText
        ? text(entry) : String(Self.number(bytes, entry.data.lowerBound, 8, isBigEndian))
      return (name: String(bytes: bytes[entry.name]), value: value, isText: entry.isText)
    }
  }

  /// What the file's head tells, under the names that the JDK's tools give it.
  public var head: [(name: String, value: Int)] {
    [
      (name: "sun.perfdata.majorVersion", value: Int(bytes[5])),
      (name: "sun.perfdata.minorVersion", value: Int(bytes[6])),
      (name: "sun.perfdata.overflow", value: Self.number(bytes, 12, 4, isBigEndian)),
      (name: "sun.perfdata.size", value: bytes.count),
      (name: "sun.perfdata.timestamp", value: Self.number(bytes, 16, 8, isBigEndian)),
      (name: "sun.perfdata.used", value: used),
    ]
  }

  private func text(_ entry: Entry) -> String {
    let data = bytes[entry.data]
    return String(bytes: data.prefix { $0 != 0 })
  }

  private func entry(_ name: StaticString) -> Entry? {
    let count = name.utf8CodeUnitCount
    return entries.first { $0.name.count == count && matches($0.name, name) }
  }

  private func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
    name.withUTF8Buffer { bytes[range].elementsEqual($0) }
  }

  /// A signed number of 4 or 8 bytes; the caller has checked that they are there.
  private static func number(
    _ bytes: [UInt8], _ offset: Int, _ size: Int, _ isBigEndian: Bool
  ) -> Int {
    var value: UInt64 = 0
    for index in 0..<size {
      let byte = bytes[offset + (isBigEndian ? index : size - 1 - index)]
      value = value << 8 | UInt64(byte)
    }
    return size == 4
      ? Int(Int32(truncatingIfNeeded: value)) : Int(truncatingIfNeeded: value)
  }
}

extension PerfData {
  /// Bytes of the heap that are in use, by the last word of the VM; nil where it does not tell.
  public var heapUsed: Int? {
    var sum = 0
    var isKnown = false
    for generation: StaticString in ["sun.gc.generation.0", "sun.gc.generation.1"] {
      for space: StaticString in [".space.0.used", ".space.1.used", ".space.2.used"] {
        guard let used = number(generation, space), used >= 0 else { continue }
        isKnown = true
        sum = sum.addingReportingOverflow(used).partialValue
      }
    }
    return isKnown ? sum : nil
  }

  /// Whether the VM lets tools attach: the first of its capabilities; nil where it does not tell.
  public var allowsAttach: Bool? {
    guard let first = text("sun.rt.jvmCapabilities")?.utf8.first else { return nil }
    return first == UInt8(ascii: "1")
  }

  /// The command line behind `java`, options left out: the main class or archive, then its arguments.
  public var javaCommand: String? { text("sun.rt.javaCommand") }
}
