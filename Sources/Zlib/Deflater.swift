internal import CZ

/// Compresses a raw deflate stream, RFC 1951, by zlib.
public final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>

  /// - Parameter level: 1 is fast, 9 is small.
  public init?(level: Int) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard cz_deflate_start(stream, Int32(clamping: level)) == Z_OK else { return nil }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses `input`, and calls `sink` with each piece of output; `isLast` ends the stream.
  public func run(
    _ input: UnsafeRawBufferPointer, isLast: Bool, _ output: UnsafeMutableRawBufferPointer,
    _ sink: (UnsafeRawBufferPointer) -> Void
  ) {
    guard let room = output.baseAddress else { return }
    stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
      .assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(clamping: input.count)
    while true {
      stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(clamping: output.count)
      let code = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
      let made = output.count - Int(stream.pointee.avail_out)
      if made > 0 { sink(UnsafeRawBufferPointer(start: room, count: made)) }
      if code != Z_OK || (stream.pointee.avail_out > 0 && !isLast) { return }
    }
  }
}

/// Expands a raw deflate stream, RFC 1951, by zlib.
public final class Inflater {
  public enum Outcome { case more, end, broken }

  private let stream: UnsafeMutablePointer<z_stream>

  public init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard cz_inflate_start(stream) == Z_OK else { return nil }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Expands what it can of `input` into `output`.
  ///
  /// - Returns: how many bytes it took and made, and whether the stream is at its end.
  public func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer)
    -> (taken: Int, made: Int, outcome: Outcome)
  {
    stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
      .assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(clamping: input.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(clamping: output.count)
    let code = inflate(stream, Z_NO_FLUSH)
    let taken = input.count - Int(stream.pointee.avail_in)
    let made = output.count - Int(stream.pointee.avail_out)
    switch code {
    case Z_STREAM_END: return (taken, made, .end)
    // Z_BUF_ERROR: nothing could be done for now.
    case Z_OK, Z_BUF_ERROR: return (taken, made, .more)
    default: return (taken, made, .broken)
    }
  }

  /// Makes ready for another stream.
  public func reset() { inflateReset(stream) }
}

/// CRC-32 of `bytes` behind what has the sum `sum`, RFC 1952 section 8.
public func checksum(_ sum: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
  guard let base = bytes.baseAddress else { return sum }
  return UInt32(
    truncatingIfNeeded: crc32_z(UInt(sum), base.assumingMemoryBound(to: UInt8.self), bytes.count))
}
