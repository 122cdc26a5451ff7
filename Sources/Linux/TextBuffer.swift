internal import CLinux

extension [UInt8] {
  /// Appends raw memory as a block: as a sequence of bytes it would be walked byte by byte.
  public mutating func append(raw bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: UInt8.self) { append(contentsOf: $0) }
  }
}

/// Bytes under construction, for code that runs for each cell of thousands of rows: no array to check or copy.
public final class TextBuffer {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  public private(set) var count = 0

  public init(capacity: Int = 512) {
    self.capacity = max(16, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  public func removeAll() { count = 0 }

  /// Takes back what was appended since there were `length` bytes.
  public func truncate(to length: Int) { count = min(count, max(0, length)) }

  @inline(__always)
  public func append(_ byte: UInt8) {
    if count == capacity { grow(1) }
    base[count] = byte
    count += 1
  }

  public func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    if bytes.count > capacity - count { grow(bytes.count) }
    memcpy(base + count, source, bytes.count)
    count += bytes.count
  }

  /// Appends ASCII bytes as `shown` wants them, up to the first byte that is none; answers how many.
  public func appendASCII(
    _ bytes: UnsafeRawBufferPointer, shown: (UInt8) -> UInt8
  ) -> Int {
    if bytes.count > capacity - count { grow(bytes.count) }
    let target = base + count
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 0x80 { break }
      target[index] = byte >= 0x20 && byte != 0x7F ? byte : shown(byte)
      index += 1
    }
    count += index
    return index
  }

  /// `number` in decimal, with zeros in front up to `places`; answers how many bytes that is.
  public func append(_ number: Int, places: Int = 1) -> Int {
    let start = count
    if capacity - count < 64 { grow(64) }
    var rest = number.magnitude
    // The least digit first, at the end of the room that is there, then moved to its place.
    let end = base + count + 64
    var digits = 0
    repeat {
      digits += 1
      end[-digits] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
      rest /= 10
    } while rest > 0
    while digits < min(places, 20) {
      digits += 1
      end[-digits] = 0x30
    }
    if number < 0 {
      base[count] = UInt8(ascii: "-")
      count += 1
    }
    memmove(base + count, end - digits, digits)
    count += digits
    return count - start
  }

  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  private func grow(_ room: Int) {
    let larger = max(capacity * 2, count + room)
    let target = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    memcpy(target, base, count)
    base.deallocate()
    base = target
    capacity = larger
  }
}
