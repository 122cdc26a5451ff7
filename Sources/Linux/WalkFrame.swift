internal import CLinux

/// A folder on the way of a walk: its descriptor and the names in it, as getdents64(2) wrote them.
final class WalkFrame {
  private(set) var descriptor: Int32 = -1
  private(set) var device: UInt64 = 0
  private(set) var inodeOfFolder: UInt64 = 0
  var pathCount = 0
  var nameOffset = 0
  var isBehindLink = false
  var isExhausted = false
  var status: stat?
  var entryInode: UInt64 = 0

  private(set) var name = UnsafeRawBufferPointer(start: nil, count: 0)
  private(set) var kind = FileStatus.Kind.unknown
  private(set) var inode: UInt64 = 0

  private var buffer: UnsafeMutableRawBufferPointer
  private var filled = 0
  private var cursor = 0
  private var order: [Int]?
  private var sorts = false

  init() { buffer = .allocate(byteCount: 32768, alignment: 8) }

  deinit {
    close()
    buffer.deallocate()
  }

  func open(_ descriptor: Int32, sorts: Bool) throws(SystemError) {
    self.descriptor = descriptor
    self.sorts = sorts
    (filled, cursor, order, isExhausted) = (0, 0, nil, false)
  }

  func close() {
    if descriptor >= 0 { _ = CLinux.close(descriptor) }
    descriptor = -1
  }

  /// Remembers which folder this is.
  func identify() {
    var raw = stat()
    guard descriptor >= 0, fstat(descriptor, &raw) == 0 else { return }
    (device, inodeOfFolder) = (UInt64(raw.st_dev), UInt64(raw.st_ino))
  }

  func closeForNow() {
    guard descriptor >= 0 else { return }
    identify()
    close()
  }

  /// Opens the folder again as the parent of `child`; if it is not the same, nothing in it is touched.
  func reopen(from child: Int32) {
    let wanted = (device, inodeOfFolder)
    descriptor = clinux_openat(child, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK, 0)
    identify()
    if descriptor < 0 || wanted != (device, inodeOfFolder) {
      close()
      isExhausted = true
    }
  }

  /// Reads all names. getdents64(2).
  func read() throws(SystemError) {
    while true {
      if buffer.count - filled < 4096 { grow() }
      let count = try check("getdents", "") {
        clinux_getdents(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      }
      if count == 0 { break }
      filled += count
    }
    if sorts { sort() }
  }

  private func grow() {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 8)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    buffer.deallocate()
    buffer = larger
  }

  /// Goes to the next name but `.` and `..`.
  func advance() -> Bool {
    if isExhausted { return false }
    if let order {
      guard cursor < order.count else { return false }
      cursor += 1
      _ = load(order[cursor - 1])
      return true
    }
    while let length = load(cursor) {
      cursor += length
      if !isDots { return true }
    }
    return false
  }

  private var isDots: Bool {
    guard name.count <= 2, name.count > 0, name[0] == UInt8(ascii: ".") else { return false }
    return name.count == 1 || name[1] == UInt8(ascii: ".")
  }

  /// Takes the record at `offset`; answers its length, nil behind the last.
  private func load(_ offset: Int) -> Int? {
    guard offset + 19 < filled, let base = buffer.baseAddress else { return nil }
    let record = base + offset
    let length = Int(record.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
    guard length > 19, offset + length <= filled else { return nil }
    inode = record.loadUnaligned(as: UInt64.self)
    kind = FileStatus.Kind(record.load(fromByteOffset: 18, as: UInt8.self))
    let start = record + 19
    let count = strnlen(start.assumingMemoryBound(to: CChar.self), length - 19)
    name = UnsafeRawBufferPointer(start: start, count: count)
    return length
  }

  private func sort() {
    var offsets: [Int] = []
    var names: [UnsafeRawBufferPointer] = []
    var offset = 0
    while let length = load(offset) {
      if !isDots {
        offsets.append(offset)
        names.append(name)
      }
      offset += length
    }
    order = sortedIndices(names.count) { a, b in
      let (first, second) = (names[a], names[b])
      guard let left = first.baseAddress, let right = second.baseAddress else {
        return first.count < second.count
      }
      let difference = memcmp(left, right, min(first.count, second.count))
      return difference != 0 ? difference < 0 : first.count < second.count
    }.map { offsets[$0] }
  }
}
