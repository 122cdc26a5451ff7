internal import Box
internal import Linux

/// The bytes of a file, or of a pipe as far as it has been read, by lines and by offsets; only what is looked at is
/// in memory.
///
/// A line without end is cut at multiples of 64 KiB where none of the 64 KiB before holds a newline: that can be told
/// from anywhere in the file.
final class PagerDocument {
  let name: String
  private let store: File
  /// A pipe to read on from; what came is in `store`.
  private let pipe: File?
  private(set) var size = 0
  /// Whether the pipe has ended; a file can always grow.
  private(set) var hasEnded: Bool
  private(set) var trouble: SystemError?
  /// Waits for the pipe, and says whether to read on; false: the user has had enough.
  var mayRead: () -> Bool = { true }

  private var blocks: [(index: Int, bytes: [UInt8])] = []
  /// Newlines in the first n MiB.
  private var newlines = [0]

  static let block = 65536
  private static let cached = 48
  private static let megabyte = 1 << 20
  /// What is kept of a pipe.
  static let pipeLimit = 1 << 29

  init(_ file: consuming File, name: String, isPipe: Bool) throws(SystemError) {
    self.name = name
    hasEnded = !isPipe
    if isPipe {
      pipeDescriptor = file.descriptor
      store = try File.anonymous("less")
      pipe = .some(file)
    } else {
      pipeDescriptor = -1
      store = file
      pipe = nil
      refresh()
    }
  }

  var isPipe: Bool { pipeDescriptor >= 0 }
  /// -1 where there is none.
  let pipeDescriptor: Int32

  /// Notices that the file has grown or shrunk.
  ///
  /// - Returns: whether it has shrunk.
  @discardableResult func refresh() -> Bool {
    guard !isPipe, let status = try? store.status() else { return false }
    let isShorter = status.size < size
    if isShorter {
      blocks = []
      newlines = [0]
    }
    // Files of /proc have size 0 and contents all the same.
    size = status.size == 0 ? measured() : status.size
    return isShorter
  }

  private func measured() -> Int {
    var end = size
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.block, alignment: 16)
    defer { buffer.deallocate() }
    while end < 1 << 26, let count = try? store.read(into: buffer, at: end), count > 0 {
      end += count
    }
    return end
  }

  /// Reads once from the pipe.
  ///
  /// - Returns: whether something came.
  func readPipe() -> Bool {
    guard isPipe, !hasEnded, size < Self.pipeLimit else { return false }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.block, alignment: 16)
    defer { buffer.deallocate() }
    do throws(SystemError) {
      let count = try pipe?.read(into: buffer) ?? 0
      if count == 0 {
        hasEnded = true
        return false
      }
      try store.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      size += count
      return true
    } catch {
      trouble = error
      hasEnded = true
      return false
    }
  }

  /// Sees to it that the byte at `offset` is there, if ever it will be.
  private func reach(_ offset: Int) -> Bool {
    while offset >= size {
      guard isPipe, !hasEnded, size < Self.pipeLimit, mayRead() else { return false }
      if !readPipe() { return false }
    }
    return true
  }

  // MARK: Bytes

  /// The block that holds `offset`, which is below `size`.
  private func bytes(_ index: Int) -> [UInt8] {
    if let at = blocks.lastIndex(where: { $0.index == index }) {
      let known = blocks.remove(at: at)
      // The last block grows.
      if known.bytes.count == min(Self.block, size - index * Self.block) {
        blocks.append(known)
        return known.bytes
      }
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.block, alignment: 16)
    defer { buffer.deallocate() }
    let start = index * Self.block
    let wanted = min(Self.block, size - start)
    var count = 0
    while count < wanted {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count..<wanted])
      guard let got = try? store.read(into: rest, at: start + count), got > 0 else { break }
      count += got
    }
    let bytes = Array(buffer[..<count])
    if blocks.count >= Self.cached { blocks.removeFirst() }
    blocks.append((index, bytes))
    return bytes
  }

  /// At most 128 KiB and a bit from `range`.
  func bytes(in range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let block = bytes(start / Self.block)
      let first = start % Self.block
      let last = min(block.count, first + range.upperBound - start)
      guard first < last else { break }
      result += block[first..<last]
      start += last - first
    }
    return result
  }

  // MARK: Lines

  /// The line that begins at `start`, without its newline, and where the next begins; nil at the end.
  func line(at start: Int) -> (text: [UInt8], next: Int)? {
    guard let next = end(of: start) else { return nil }
    var text = bytes(in: start..<next)
    if text.last == 0x0A { text.removeLast() }
    if text.last == 0x0D { text.removeLast() }
    return (text, next)
  }

  /// Where the line that begins at `start` ends, its newline included; nil where nothing is.
  func end(of start: Int) -> Int? {
    guard reach(start) else { return nil }
    var index = start
    while true {
      let stop = (index / Self.block + 1) * Self.block
      if let newline = newline(in: index..<min(stop, size)) { return newline + 1 }
      if stop <= size, isCut(stop) { return stop }
      // A pipe must come as far as the end of the line.
      index = min(stop, size)
      if index >= size, !reach(index) { return size }
    }
  }

  /// Where the line before the one at `start` begins; nil at the first.
  func start(before start: Int) -> Int? {
    guard start > 0 else { return nil }
    // The newline directly before belongs to that line.
    var index = min(start, size) - 1
    if index % Self.block == 0, isCut(index) { return index }
    while index > 0 {
      let floor = (index - 1) / Self.block * Self.block
      if let newline = lastNewline(in: floor..<index) { return newline + 1 }
      if floor == 0 || isCut(floor) { return floor }
      index = floor
    }
    return 0
  }

  private func isCut(_ offset: Int) -> Bool {
    offset >= Self.block && newline(in: (offset - Self.block)..<offset) == nil
  }

  /// The start of the line that holds `offset`.
  func start(at offset: Int) -> Int {
    if offset <= 0 { return 0 }
    return start(before: min(offset, size) + 1) ?? 0
  }

  private func newline(in range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    let block = bytes(range.lowerBound / Self.block)
    let first = range.lowerBound % Self.block
    let last = min(block.count, first + range.count)
    guard first < last else { return nil }
    return firstIndex(of: 0x0A, in: block[first..<last]).map { range.lowerBound - first + $0 }
  }

  private func lastNewline(in range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    let block = bytes(range.lowerBound / Self.block)
    let first = range.lowerBound % Self.block
    let last = min(block.count, first + range.count)
    guard first < last else { return nil }
    return lastIndex(of: 0x0A, in: block[first..<last]).map { range.lowerBound - first + $0 }
  }

  /// Passes over whole blocks from the one of `start` on, while `isDull` says that nothing is in them.
  ///
  /// - Returns: the start of a line, at or behind `start`, before which nothing is.
  func skip(from start: Int, while isDull: (ArraySlice<UInt8>) -> Bool) -> Int {
    var offset = start
    while true {
      let stop = (offset / Self.block + 1) * Self.block
      guard stop <= size else { break }
      let block = bytes(offset / Self.block)
      guard block.count == Self.block, isDull(block[(offset % Self.block)...]) else { break }
      // The line that the block ends in may go on: it is looked at by itself.
      guard let newline = lastIndex(of: 0x0A, in: block[(offset % Self.block)...]) else { break }
      let next = stop - Self.block + newline + 1
      if next <= offset { break }
      offset = next
      // What is left of this block is the begin of a line in the next.
      guard let end = end(of: offset), end <= size else { break }
      if !isDull(bytes(in: offset..<end)[...]) { break }
      offset = end
    }
    return offset
  }

  // MARK: Numbers

  /// The number of the line at `offset`, from 1 on; nil when `mayGoOn` said no.
  func number(at offset: Int, mayGoOn: () -> Bool = { true }) -> Int? {
    let whole = offset / Self.megabyte
    guard count(upTo: whole, mayGoOn) else { return nil }
    return newlines[whole] + newlineCount(in: (whole * Self.megabyte)..<min(offset, size)) + 1
  }

  private func count(upTo whole: Int, _ mayGoOn: () -> Bool) -> Bool {
    while newlines.count <= whole {
      guard mayGoOn() else { return false }
      let start = (newlines.count - 1) * Self.megabyte
      newlines.append(
        newlines[newlines.count - 1] + newlineCount(in: start..<(start + Self.megabyte)))
    }
    return true
  }

  private func newlineCount(in range: Range<Int>) -> Int {
    var count = 0
    var start = range.lowerBound
    while start < min(range.upperBound, size) {
      let block = bytes(start / Self.block)
      let first = start % Self.block
      let last = min(block.count, first + range.upperBound - start)
      guard first < last else { break }
      block.withUnsafeBytes { bytes in
        for index in first..<last where bytes[index] == 0x0A { count += 1 }
      }
      start += last - first
    }
    return count
  }

  /// Where line `number` begins; the last line where there are fewer.
  func offset(ofLine number: Int, mayGoOn: () -> Bool = { true }) -> Int? {
    var offset = 0
    var line = 1
    // Along the counted megabytes, then by lines.
    while (offset / Self.megabyte + 1) * Self.megabyte <= size {
      let next = offset / Self.megabyte + 1
      guard count(upTo: next, mayGoOn) else { return nil }
      if newlines[next] + 1 >= number { break }
      offset = next * Self.megabyte
      line = newlines[next] + 1
    }
    // The megabyte may begin inside of a line: go on from its start.
    if offset > 0 { offset = start(at: offset) }
    while line < number {
      guard mayGoOn() else { return nil }
      guard let next = end(of: offset), next < size || reach(next) else { return offset }
      if bytes(in: (next - 1)..<next) == [0x0A] { line += 1 }
      offset = next
    }
    return offset
  }
}
