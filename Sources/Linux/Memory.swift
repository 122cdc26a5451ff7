internal import CLinux

extension UnsafeRawBufferPointer {
  /// The offset of the first `byte` from `start` on, memchr(3).
  public func offset(of byte: UInt8, from start: Int = 0) -> Int? {
    guard start >= 0, start < count, let base = baseAddress,
      let found = memchr(base + start, Int32(byte), count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// The offset of the last `byte` before `end`, memrchr(3).
  public func lastOffset(of byte: UInt8, before end: Int) -> Int? {
    guard end > 0, end <= count, let base = baseAddress,
      let found = memrchr(base, Int32(byte), end)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// The bytes from `range.lowerBound` up to `range.upperBound`, without copying.
  public func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[range])
  }
}

/// Less than, equal to or greater than zero, by memcmp(3); what is a prefix of the other comes first.
public func compareBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
  guard let first = a.baseAddress, let second = b.baseAddress else { return a.count - b.count }
  let order = Int(memcmp(first, second, min(a.count, b.count)))
  return order != 0 ? order : a.count - b.count
}

/// Copies `bytes` to `target`, which has room for them; both may overlap. memmove(3).
public func copyBytes(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
  if let base = bytes.baseAddress { memmove(target, base, bytes.count) }
}

extension File {
  /// Reads once into `bytes` from index `start` up to `end`; 0 is the end.
  public borrowing func read(into bytes: inout [UInt8], from start: Int, upTo end: Int)
    throws(SystemError) -> Int
  {
    let descriptor = descriptor
    return try check("read", "") {
      bytes.withUnsafeMutableBytes { all in
        guard start >= 0, start < end, end <= all.count, let base = all.baseAddress else {
          return 0
        }
        return CLinux.read(descriptor, base + start, end - start)
      }
    }
  }
}
