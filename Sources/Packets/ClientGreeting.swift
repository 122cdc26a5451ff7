internal import Linux

/// The first message of TLS as far as it tells where it wants to go, RFC 8446 section 4.1.2.
struct ClientGreeting {
  /// Where the server's name lies, RFC 6066 section 3.
  var serverName: Range<Int>?
  /// The protocols that are offered, RFC 7301.
  var protocols: [Range<Int>] = []

  /// The most protocols that are told of.
  private static let mostProtocols = 8

  private struct End: Error {}

  /// nil where it is something else. What lies beyond `range` is left out.
  init?(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    let start = range.lowerBound
    // A record with a handshake, TLS 1.x, and in it the greeting.
    guard range.count >= 11, range.upperBound <= bytes.count, bytes[start] == 22,
      bytes[start + 1] == 3, bytes[start + 5] == 1, bytes[start + 6] == 0, bytes[start + 9] == 3
    else { return nil }
    do throws(End) { try read(bytes, start + 9, range.upperBound) } catch {}
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ limit: Int)
    throws(End)
  {
    func number(_ offset: Int, _ size: Int) throws(End) -> Int {
      guard offset + size <= limit else { throw End() }
      return (offset..<offset + size).reduce(0) { $0 << 8 | Int(bytes[$1]) }
    }
    // Version and random, then three lists: session, suites, compressions.
    var offset = start + 34
    offset += 1 + (try number(offset, 1))
    offset += 2 + (try number(offset, 2))
    offset += 1 + (try number(offset, 1))
    let end = min(limit, offset + 2 + (try number(offset, 2)))
    offset += 2
    while offset + 4 <= end {
      let kind = try number(offset, 2)
      let size = try number(offset + 2, 2)
      let start = offset + 4
      if kind == 0, size >= 5, try number(start + 2, 1) == 0 {
        let length = try number(start + 3, 2)
        if length + 5 <= size, start + 5 + length <= limit {
          serverName = start + 5..<start + 5 + length
        }
      }
      if kind == 16 {
        var place = start + 2
        while place < min(limit, start + size), protocols.count < Self.mostProtocols {
          let length = try number(place, 1)
          guard length > 0, place + 1 + length <= min(limit, start + size) else { break }
          protocols.append(place + 1..<place + 1 + length)
          place += 1 + length
        }
      }
      offset = start + size
    }
  }
}
