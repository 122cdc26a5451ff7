internal import Linux

/// Bytes that came but do not make a whole block yet.
final class NettraceBuffer {
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private var start = 0
  private(set) var count = 0

  init() {
    capacity = 1 << 18
    base = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { base.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base + start, count: count) }

  func append(_ more: UnsafeRawBufferPointer) {
    if start + count + more.count > capacity { grow(more.count) }
    copyBytes(more, to: base + start + count)
    count += more.count
  }

  func consume(_ size: Int) {
    start += size
    count -= size
  }

  /// Moves what is left to the begin, where the next bytes will follow it.
  func compact() {
    if start == 0 { return }
    copyBytes(bytes, to: base)
    start = 0
  }

  private func grow(_ room: Int) {
    let larger = max(capacity * 2, count + room)
    let target = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    copyBytes(bytes, to: target)
    base.deallocate()
    base = target
    capacity = larger
    start = 0
  }
}
