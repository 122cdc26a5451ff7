/// A buffered reader over an open file: lines, single bytes, or whatever came.
public final class Input {
  let file: File
  private var buffer: [UInt8] = []
  private var position = 0
  private var ended = false

  public init(_ file: consuming File) { self.file = file }

  /// Standard input, which stays open when this goes away.
  public static func standard() throws(SystemError) -> Input {
    Input(try File(owning: 0).duplicateOfBorrowed())
  }

  /// The next bytes that are there, at most 64 KiB; nil at the end.
  public func chunk() throws(SystemError) -> ArraySlice<UInt8>? {
    guard try fill() else { return nil }
    defer { position = buffer.count }
    return buffer[position...]
  }

  /// The next line with its newline; the last one may lack it; nil at the end.
  ///
  /// - Parameter limit: longest line in bytes; a longer one comes in pieces.
  public func line(limit: Int = 1 << 24) throws(SystemError) -> [UInt8]? {
    var line: [UInt8] = []
    while line.count < limit {
      guard try fill() else { break }
      let rest = buffer[position...]
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        line += rest[...end]
        position = end + 1
        return line
      }
      line += rest
      position = buffer.count
    }
    return line.isEmpty ? nil : line
  }

  public func byte() throws(SystemError) -> UInt8? {
    guard try fill() else { return nil }
    defer { position += 1 }
    return buffer[position]
  }

  private func fill() throws(SystemError) -> Bool {
    if position < buffer.count { return true }
    if ended { return false }
    if buffer.count < 65536 { buffer = [UInt8](repeating: 0, count: 65536) }
    var count = 0
    do throws(SystemError) {
      count = try file.read(into: &buffer)
    } catch {
      buffer = []
      position = 0
      throw error
    }
    position = 0
    if count < buffer.count { buffer.removeLast(buffer.count - count) }
    ended = count == 0
    return !ended
  }
}

extension File {
  /// A second descriptor, where this one is only borrowed from the process and must stay open.
  fileprivate consuming func duplicateOfBorrowed() throws(SystemError) -> File {
    let descriptor = release()
    let borrowed = File(owning: descriptor)
    do throws(SystemError) {
      let copy = try borrowed.duplicate()
      _ = borrowed.release()
      return copy
    } catch {
      _ = borrowed.release()
      throw error
    }
  }
}
