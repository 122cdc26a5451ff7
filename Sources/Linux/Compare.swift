internal import CLinux

/// The index of the first byte that differs; nil where the shorter one is how the other begins.
public func firstDifference(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int? {
  let count = min(a.count, b.count)
  guard count > 0, let left = a.baseAddress, let right = b.baseAddress else { return nil }
  if memcmp(left, right, count) == 0 { return nil }
  var (low, high) = (0, count)
  while high - low > 16 {
    let middle = (low + high) / 2
    if memcmp(left + low, right + low, middle - low) == 0 { low = middle } else { high = middle }
  }
  while low < high, a[low] == b[low] { low += 1 }
  return low
}

/// How many of the first `count` bytes are newlines.
public func countNewlines(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> Int {
  var found = 0
  guard var next = bytes.baseAddress else { return 0 }
  let end = next + min(count, bytes.count)
  while next < end, let hit = memchr(next, 0x0A, end - next) {
    found += 1
    next = UnsafeRawPointer(hit) + 1
  }
  return found
}
