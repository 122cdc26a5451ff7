/// The head of a chunk: 68 bytes, big-endian. A recording is nothing but chunks one after the other.
public struct JFRHeader: Equatable, Sendable {
  public let major: Int
  public let minor: Int
  /// Bytes of the whole chunk.
  public let size: Int
  let checkpoint: Int
  let metadata: Int
  /// Nanoseconds since 1970.
  public let start: Int64
  /// Nanoseconds.
  public let duration: Int64
  let startTicks: Int64
  let ticksPerSecond: Int64
  /// 0 once the chunk is finished.
  let state: UInt8
  let isCompressed: Bool

  public static let length = 68

  public init(_ bytes: [UInt8]) throws(JFRError) {
    guard bytes.count >= Self.length, bytes.starts(with: [0x46, 0x4C, 0x52, 0]) else {
      throw .foreign
    }
    var cursor = try JFRCursor(bytes, 4, end: Self.length)
    major = Int(try cursor.bigEndian(2))
    minor = Int(try cursor.bigEndian(2))
    size = Int(truncatingIfNeeded: try cursor.bigEndian(8))
    checkpoint = Int(truncatingIfNeeded: try cursor.bigEndian(8))
    metadata = Int(truncatingIfNeeded: try cursor.bigEndian(8))
    start = Int64(bitPattern: try cursor.bigEndian(8))
    duration = Int64(bitPattern: try cursor.bigEndian(8))
    startTicks = Int64(bitPattern: try cursor.bigEndian(8))
    ticksPerSecond = Int64(bitPattern: try cursor.bigEndian(8))
    state = bytes[64]
    isCompressed = bytes[67] & 1 == 1
    guard major == 2 || major == 1 else { throw .unsupported }
    if state != 0 { throw .unfinished }
    guard size >= Self.length, ticksPerSecond > 0, metadata >= Self.length, metadata < size
    else { throw .damaged }
  }

  /// Nanoseconds since 1970 of the recorder's clock.
  public func nanoseconds(ticks: Int64) -> Int64 {
    start.addingReportingOverflow(span(ticks.subtractingReportingOverflow(startTicks).partialValue))
      .partialValue
  }

  /// Nanoseconds that so many ticks last.
  public func span(_ ticks: Int64) -> Int64 {
    if ticksPerSecond == 1_000_000_000 { return ticks }
    let value = Double(ticks) * 1e9 / Double(ticksPerSecond)
    return value.magnitude < 9e18 ? Int64(value) : value < 0 ? .min : .max
  }
}
