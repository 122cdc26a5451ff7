/// The last lines of a stream, and what is certain not to be among them.
///
/// Kept in pieces as they came; a line without its end counts as a line when the stream is over.
struct LineRing {
  private struct Piece {
    var bytes: ArraySlice<UInt8>
    var ends: Int
  }

  let keep: Int
  let separator: UInt8
  private var pieces: [Piece] = []
  /// Pieces before this one have been given away.
  private var first = 0
  private var ends = 0

  init(keeping keep: Int, _ separator: UInt8) {
    self.keep = keep
    self.separator = separator
  }

  /// Takes the next bytes; answers those that are now certain to lie before the last lines.
  mutating func add(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let count = bytes.reduce(0) { $1 == separator ? $0 + 1 : $0 }
    if let last = pieces.indices.last, last >= first, pieces[last].bytes.count + bytes.count < 65536
    {
      pieces[last].bytes += bytes
      pieces[last].ends += count
    } else {
      pieces.append(Piece(bytes: bytes[...], ends: count))
    }
    ends += count
    var released: [ArraySlice<UInt8>] = []
    // The first kept line starts behind an end: one end more than lines are kept must remain.
    while first < pieces.count, keep == 0 || ends - pieces[first].ends > keep {
      released.append(pieces[first].bytes)
      ends -= pieces[first].ends
      pieces[first].bytes = []
      first += 1
    }
    if first > 64, first > pieces.count / 2 {
      pieces.removeFirst(first)
      first = 0
    }
    return released
  }

  /// The stream is over: answers all that lies before the last lines; `rest` holds those then.
  mutating func finish() -> [ArraySlice<UInt8>] {
    let hasOpenLine = pieces.last.map { !$0.bytes.isEmpty && $0.bytes.last != separator } ?? false
    var excess = ends + (hasOpenLine ? 1 : 0) - keep
    var released: [ArraySlice<UInt8>] = []
    while excess > 0, first < pieces.count {
      if let cut = index(behind: excess, pieces[first].bytes) {
        released.append(pieces[first].bytes[..<cut])
        pieces[first].bytes = pieces[first].bytes[cut...]
        return released
      }
      released.append(pieces[first].bytes)
      excess -= pieces[first].ends
      first += 1
    }
    return released
  }

  /// The last lines, once the stream is over.
  var rest: [ArraySlice<UInt8>] { pieces[min(first, pieces.count)...].map { $0.bytes } }

  /// The index behind the `count`th end of a line; nil where there are fewer.
  private func index(behind count: Int, _ bytes: ArraySlice<UInt8>) -> Int? {
    var left = count
    for index in bytes.indices where bytes[index] == separator {
      left -= 1
      if left == 0 { return index + 1 }
    }
    return nil
  }
}
