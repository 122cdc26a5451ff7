internal import Box
internal import JFR
internal import Linux
internal import Target

/// A recording file, read chunk by chunk.
struct Recording {
  let name: String

  init(_ name: String) { self.name = name }

  /// Longest chunk that is held in memory; a JVM begins a new one at 12 MB.
  private static let longest = 512 << 20

  /// Calls `body` with each chunk; what lies behind the last must be the end of the file.
  func forEachChunk(_ context: Context, _ body: (JFRChunk) throws(JFRError) -> Void) throws(Failure)
  {
    let file =
      name == "-"
      ? try attempt { () throws(SystemError) in try File.standardInput() }
      : try Paths(context).location(name).openToRead()
    var count = 0
    while let bytes = try nextChunk(file) {
      do throws(JFRError) {
        try body(try JFRChunk(bytes))
      } catch {
        throw .message("\(name): chunk \(count + 1) \(error.words)")
      }
      count += 1
      if context.output.failure != nil { return }
    }
    if count == 0 { throw .message("\(name): \(JFRError.foreign.words)") }
  }

  private func nextChunk(_ file: borrowing File) throws(Failure) -> [UInt8]? {
    var bytes = try fill(file, [], JFRHeader.length)
    if bytes.isEmpty { return nil }
    var size = 0
    do throws(JFRError) {
      size = try JFRHeader(bytes).size
    } catch {
      throw .message("\(name): \(error.words)")
    }
    guard size <= Self.longest else { throw .message("\(name): \(JFRError.tooLarge.words)") }
    bytes = try fill(file, bytes, size)
    guard bytes.count == size else { throw .message("\(name): ends in the middle of a chunk") }
    return bytes
  }

  /// Reads on until there are `count` bytes, or the file ends.
  private func fill(_ file: borrowing File, _ begun: [UInt8], _ count: Int) throws(Failure)
    -> [UInt8]
  {
    var bytes = begun
    do throws(SystemError) {
      while bytes.count < count {
        let start = bytes.count
        // A hostile length must not allocate before the bytes are there.
        bytes.append(contentsOf: repeatElement(0, count: min(count - start, 1 << 20)))
        let got = try file.read(into: &bytes, from: start)
        bytes.removeLast(bytes.count - start - got)
        if got == 0 { break }
      }
    } catch {
      throw .system(error.about(name))
    }
    return bytes
  }
}
