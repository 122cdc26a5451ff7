internal import Archive
internal import Box
internal import Linux
internal import Zlib

/// The bytes of an archive, expanded where it is a gzip file.
final class ArchiveSource {
  private let file: File
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
  private var start = 0
  private var end = 0
  private var gunzipper: Gunzipper?
  private var packed: UnsafeMutableRawBufferPointer?
  private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
  private var isSeekable = false
  private let name: String
  /// Bytes taken so far.
  private(set) var position = 0

  init(_ file: consuming File, named name: String, gzip: Bool) throws(Failure) {
    let isRegular = (try? file.status())?.kind == .regular
    file.willReadOnce()
    self.file = file
    self.name = name
    try detect(mustBeGzip: gzip)
    isSeekable = isRegular && gunzipper == nil
  }

  deinit {
    buffer.deallocate()
    packed?.deallocate()
  }

  var descriptor: Int32 { file.descriptor }

  /// The next block, valid until the next call; nil at the end.
  func block() throws(Failure) -> UnsafeRawBufferPointer? {
    if end - start < blockSize { try fill(atLeast: blockSize) }
    guard end > start else { return nil }
    guard end - start >= blockSize else { throw broken("ends in the middle of a block") }
    defer { advance(blockSize) }
    return UnsafeRawBufferPointer(rebasing: buffer[start..<(start + blockSize)])
  }

  /// At most `count` of the next bytes, valid until the next call.
  func bytes(_ count: Int) throws(Failure) -> UnsafeRawBufferPointer {
    if end == start { try fill(atLeast: 1) }
    guard end > start else { throw broken("unexpected end of the archive") }
    let part = min(count, end - start)
    defer { advance(part) }
    return UnsafeRawBufferPointer(rebasing: buffer[start..<(start + part)])
  }

  func skip(_ count: Int) throws(Failure) {
    var count = count
    if isSeekable, count > end - start {
      let gap = count - (end - start)
      // A seek goes beyond the end without a word: the last byte is read.
      if gap > 1, (try? file.seek(to: gap - 1, .current)) != nil {
        position += count - 1
        (start, end) = (0, 0)
        count = 1
      }
    }
    while count > 0 { count -= try bytes(count).count }
  }

  private func advance(_ count: Int) {
    start += count
    position += count
  }

  private func fill(atLeast wanted: Int) throws(Failure) {
    if start > 0 {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      (start, end) = (0, end - start)
    }
    while end - start < wanted {
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
      let count = gunzipper == nil ? try read(room) : try expand(room)
      if count == 0 { return }
      end += count
    }
  }

  private func read(_ room: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    do throws(SystemError) {
      return try file.read(into: room)
    } catch {
      throw .system(error.about(name), status: 2)
    }
  }

  private func expand(_ room: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    guard let gunzipper, let packed else { return 0 }
    while true {
      if rest.isEmpty {
        let count = try read(packed)
        if count == 0 {
          guard gunzipper.isBetweenMembers else {
            throw broken("gzip: unexpected end of the compressed data")
          }
          return 0
        }
        rest = UnsafeRawBufferPointer(rebasing: packed[..<count])
      }
      do throws(Gunzipper.Broken) {
        if case .output(let count) = try gunzipper.step(&rest, room) { return count }
      } catch {
        // What is behind the last member does not count.
        if error == .notGzip, gunzipper.isBetweenMembers {
          rest = UnsafeRawBufferPointer(start: nil, count: 0)
          return 0
        }
        throw broken("gzip: " + error.words)
      }
    }
  }

  /// Looks at the first bytes: gzip is expanded, other compressions are refused by name.
  private func detect(mustBeGzip: Bool) throws(Failure) {
    try fill(atLeast: 6)
    let magic = Array(buffer[..<min(end, 6)])
    if magic.starts(with: [0x1F, 0x8B]) {
      let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 4096)
      // What was read already comes first: it has room there, for the first read is no longer.
      let first = min(end, packed.count)
      packed.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<first]))
      if end > first { _ = try? file.seek(to: first - end, .current) }
      rest = UnsafeRawBufferPointer(rebasing: packed[..<first])
      (start, end) = (0, 0)
      self.packed = packed
      do throws(Gunzipper.Broken) {
        gunzipper = try Gunzipper()
      } catch {
        throw broken("gzip: " + error.words)
      }
      return
    }
    if mustBeGzip { throw broken("is not in gzip format") }
    let foreign: [(bytes: [UInt8], name: StaticString)] = [
      ([0x42, 0x5A, 0x68], "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"),
      ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([0x4C, 0x5A, 0x49, 0x50], "lzip"),
      ([0x1F, 0x9D], "compress"), ([0x50, 0x4B, 3, 4], "zip"),
    ]
    for (bytes, format) in foreign where magic.starts(with: bytes) {
      throw broken("is compressed with \(format), which this tar does not read")
    }
  }

  func broken(_ reason: String) -> Failure { .message("\(name): \(reason)", status: 2) }
}

extension Gunzipper.Broken {
  var words: String {
    switch self {
    case .notGzip: "not in gzip format"
    case .unsupported: "unknown method or flags"
    case .data: "invalid compressed data--format violated"
    case .checksum: "invalid compressed data--crc error"
    case .length: "invalid compressed data--length error"
    case .memory: "out of memory"
    }
  }
}
