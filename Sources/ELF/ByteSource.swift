public import Linux

/// Bytes that can be read anywhere: a file, another process's memory, or an array in tests.
public struct ByteSource {
  private let fetch: (_ offset: UInt64, _ buffer: UnsafeMutableRawBufferPointer) -> Int

  /// - Parameter fetch: fills the buffer from `offset` on, and answers how many bytes it got; less than
  ///   asked for is the end, negative an error.
  public init(_ fetch: @escaping (UInt64, UnsafeMutableRawBufferPointer) -> Int) {
    self.fetch = fetch
  }

  public init(_ bytes: [UInt8]) {
    fetch = { offset, buffer in
      guard offset < UInt64(bytes.count) else { return 0 }
      let start = Int(offset)
      let count = min(buffer.count, bytes.count - start)
      bytes.withUnsafeBytes { all in
        if count > 0 {
          buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start..<(start + count)]))
        }
      }
      return count
    }
  }

  /// The file, which stays open as long as this lives.
  public init(_ file: consuming File) {
    let shared = SharedFile(file)
    fetch = { offset, buffer in
      guard offset <= UInt64(Int.max) else { return -1 }
      return (try? shared.file.read(into: buffer, at: Int(offset))) ?? -1
    }
  }

  /// Exactly `count` bytes; nil where they are not all there.
  public func read(_ offset: UInt64, _ count: Int) -> [UInt8]? {
    guard count >= 0, count <= Self.longest else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let (position, overflow) = offset.addingReportingOverflow(UInt64(filled))
      if overflow { return nil }
      let got = bytes.withUnsafeMutableBytes { all in
        fetch(position, UnsafeMutableRawBufferPointer(rebasing: all[filled...]))
      }
      if got <= 0 { return nil }
      filled += got
    }
    return bytes
  }

  /// At most `count` bytes.
  public func prefix(_ offset: UInt64, _ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(0, min(count, Self.longest)))
    let got = bytes.withUnsafeMutableBytes { fetch(offset, $0) }
    bytes.removeLast(bytes.count - max(0, min(got, bytes.count)))
    return bytes
  }

  /// What a hostile length may make us allocate.
  public static let longest = 64 << 20

  private final class SharedFile {
    let file: File
    init(_ file: consuming File) { self.file = file }
  }
}

/// Little-endian numbers in bytes, nil beyond their end.
public struct LittleEndian {
  private let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public func number(_ offset: Int, _ size: Int) -> UInt64? {
    guard offset >= 0, offset <= bytes.count, size <= bytes.count - offset else { return nil }
    var value: UInt64 = 0
    for index in stride(from: size - 1, through: 0, by: -1) {
      value = value << 8 | UInt64(bytes[offset + index])
    }
    return value
  }

  /// A number that is an offset or a length, at most 2^62.
  public func int(_ offset: Int, _ size: Int) -> Int? {
    guard let value = number(offset, size), value < 1 << 62 else { return nil }
    return Int(value)
  }
}
