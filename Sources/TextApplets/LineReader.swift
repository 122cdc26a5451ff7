internal import Linux

/// Reads a file line by line without copying: a line is valid until the next one is asked for.
final class LineReader {
  private let file: File
  private let separator: UInt8
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  private var start = 0
  private var filled = 0
  private var isEnd = false
  /// Whether the last line had its end.
  private(set) var hasEnd = true

  private static let longestLine = 1 << 30

  init(_ file: consuming File, separator: UInt8 = 0x0A) {
    self.file = file
    self.separator = separator
  }

  deinit { buffer.deallocate() }

  /// The next line without its end; nil at the end of the file.
  func next() throws(SystemError) -> UnsafeRawBufferPointer? {
    var searched = start
    while true {
      let view = UnsafeRawBufferPointer(buffer).part(0..<filled)
      if let end = view.offset(of: separator, from: searched) {
        defer { start = end + 1 }
        hasEnd = true
        return view.part(start..<end)
      }
      searched = filled
      if isEnd {
        guard start < filled else { return nil }
        defer { start = filled }
        hasEnd = false
        return view.part(start..<filled)
      }
      searched -= try fill()
    }
  }

  /// Reads once; answers by how much what is in the buffer has moved.
  private func fill() throws(SystemError) -> Int {
    let moved = start
    if start > 0, let base = buffer.baseAddress {
      copyBytes(UnsafeRawBufferPointer(buffer).part(start..<filled), to: base)
      filled -= start
      start = 0
    }
    if filled == buffer.count {
      guard buffer.count < Self.longestLine else { throw SystemError(.tooLarge, "read", "") }
      let wider = UnsafeMutableRawBufferPointer.allocate(byteCount: filled * 2, alignment: 16)
      if let base = wider.baseAddress { copyBytes(UnsafeRawBufferPointer(buffer), to: base) }
      buffer.deallocate()
      buffer = wider
    }
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
    let count = try file.read(into: room)
    filled += count
    isEnd = count == 0
    return moved
  }
}
