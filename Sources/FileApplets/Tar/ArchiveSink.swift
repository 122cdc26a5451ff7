internal import Archive
internal import Box
internal import Linux
internal import Zlib

/// Where an archive goes: big writes, or through gzip.
final class ArchiveSink {
  private let file: File
  private let name: String
  /// As much as a pipe takes, and little enough to stay in the processor's cache between read and write.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 4096)
  private var filled = 0
  private var deflater: Deflater?
  private var packed: UnsafeMutableRawBufferPointer?
  private var sum: UInt32 = 0
  private var length: UInt32 = 0
  private var failure: SystemError?
  /// Bytes of the archive so far, before compression.
  private(set) var position: Int

  /// - Parameter position: bytes that the file holds already.
  init(_ file: consuming File, named name: String, gzipLevel: Int?, position: Int = 0)
    throws(Failure)
  {
    self.file = file
    self.name = name
    self.position = position
    guard let gzipLevel else { return }
    deflater = Deflater(level: gzipLevel)
    packed = .allocate(byteCount: 1 << 17, alignment: 4096)
    guard deflater != nil else { throw .message("out of memory", status: 2) }
    raw(GzipHeader().bytes)
  }

  deinit {
    buffer.deallocate()
    packed?.deallocate()
  }

  var status: FileStatus? { try? file.status() }

  func write(_ bytes: [UInt8]) throws(Failure) {
    var offset = 0
    while offset < bytes.count {
      let part = min(buffer.count - filled, bytes.count - offset)
      bytes.withUnsafeBytes { all in
        UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: all[offset..<(offset + part)]))
      }
      offset += part
      try take(part)
    }
  }

  /// Copies exactly `count` bytes of `source` at `offset`, zeros where it has ended early.
  ///
  /// - Returns: how many bytes were really there.
  func copy(_ source: borrowing File, at offset: Int, count: Int) throws(SystemError) -> Int {
    var done = 0
    while done < count {
      let room = UnsafeMutableRawBufferPointer(
        rebasing: buffer[filled..<min(buffer.count, filled + count - done)])
      let got = try source.read(into: room, at: offset + done)
      if got == 0 { break }
      done += got
      collect(got)
    }
    return done
  }

  func zeros(_ count: Int) throws(Failure) {
    var count = count
    while count > 0 {
      let part = min(buffer.count - filled, count)
      for index in filled..<(filled + part) { buffer[index] = 0 }
      count -= part
      try take(part)
    }
  }

  /// Two blocks of zeros, then zeros up to a whole record.
  func finish(record: Int) throws(Failure) {
    try zeros(2 * blockSize)
    try zeros((record - position % record) % record)
    flush(isLast: true)
    if deflater != nil {
      var trailer: [UInt8] = []
      for word in [sum, length] {
        for shift in 0..<4 { trailer.append(UInt8(truncatingIfNeeded: word >> UInt32(8 * shift))) }
      }
      raw(trailer)
    }
    try told()
  }

  func told() throws(Failure) {
    if let failure { throw .system(failure.about(name), status: 2) }
  }

  private func take(_ count: Int) throws(Failure) {
    collect(count)
    try told()
  }

  private func collect(_ count: Int) {
    filled += count
    position += count
    if filled == buffer.count { flush(isLast: false) }
  }

  private func flush(isLast: Bool) {
    let piece = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
    filled = 0
    guard let deflater, let packed else { return send(piece) }
    sum = checksum(sum, piece)
    length &+= UInt32(truncatingIfNeeded: piece.count)
    deflater.run(piece, isLast: isLast, packed) { self.send($0) }
  }

  private func raw(_ bytes: [UInt8]) { bytes.withUnsafeBytes { send($0) } }

  private func send(_ bytes: UnsafeRawBufferPointer) {
    guard failure == nil else { return }
    do throws(SystemError) {
      try file.write(bytes)
    } catch {
      failure = error
    }
  }
}
