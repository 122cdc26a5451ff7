internal import CText
internal import Linux

/// Searches a run of bytes, each of which may have a second form (the other case of a letter).
///
/// The two rarest bytes of the run are looked for at their distance from each other, sixteen places
/// at a time; what they find is compared as a whole.
struct LiteralSearch {
  let count: Int
  private let lower: [UInt8]
  private let upper: [UInt8]
  private let near: Int
  private let far: Int

  /// - Parameter run: not empty.
  init(_ run: [(UInt8, UInt8)]) {
    count = run.count
    lower = run.map { $0.0 }
    upper = run.map { $0.1 }
    var best = 0
    for index in run.indices where Self.rank(run[index]) > Self.rank(run[best]) { best = index }
    var second = best
    for index in run.indices where index != best {
      if second == best || Self.rank(run[index]) > Self.rank(run[second]) { second = index }
    }
    near = min(best, second)
    far = max(best, second)
  }

  /// Bytes of text and of logs, the most frequent first.
  private static let frequent: StaticString =
    " etaoinsrhldcumfpgwybv0123456789\t.,-_:/kxjqz=\"'()ETAOINSRHLDCUMFPGWYBVKXJQZ[]{}<>;"

  /// The higher, the rarer.
  private static func rank(_ pair: (UInt8, UInt8)) -> Int {
    frequent.withUTF8Buffer { order in
      func place(_ byte: UInt8) -> Int {
        byte == 0 ? 0 : order.firstIndex(of: byte) ?? order.count
      }
      return min(place(pair.0), place(pair.1))
    }
  }

  /// Where the run starts first, from `start` on and wholly before `end`.
  func find(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int? {
    let first = [lower[near], upper[near]]
    let second = [lower[far], upper[far]]
    var index = start
    while index + count <= end {
      let places = end - count - index + 1
      let found = ctext_find_pair(bytes + index + near, places, far - near, first, second)
      if found == places { return nil }
      index += found
      if matches(bytes + index) { return index }
      index += 1
    }
    return nil
  }

  private func matches(_ bytes: UnsafePointer<UInt8>) -> Bool {
    lower.withUnsafeBufferPointer { lower in
      upper.withUnsafeBufferPointer { upper in
        for index in 0..<count where bytes[index] != lower[index] && bytes[index] != upper[index] {
          return false
        }
        return true
      }
    }
  }
}

/// What inner loops of text tools share.
public enum ByteScan {
  /// How many of `bytes` are `byte`.
  public static func count(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
    return ctext_count(base, bytes.count, byte)
  }

  /// How many characters of UTF-8 begin in `bytes`.
  public static func characters(in bytes: UnsafeRawBufferPointer) -> Int {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
    return ctext_count_characters(base, bytes.count)
  }

  /// How many words begin in `bytes`; `inside` is whether one is open.
  public static func words(
    in bytes: UnsafeRawBufferPointer, inside: inout Bool, isUTF8: Bool
  ) -> Int {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
    var flag: Int32 = inside ? 1 : 0
    defer { inside = flag != 0 }
    return ctext_count_words(base, bytes.count, &flag, isUTF8 ? 1 : 0)
  }

  /// Replaces each byte by its entry in `table`, which has 256.
  public static func translate(_ bytes: UnsafeMutableRawBufferPointer, _ table: [UInt8]) {
    guard table.count == 256, let base = bytes.bindMemory(to: UInt8.self).baseAddress else {
      return
    }
    ctext_translate(base, bytes.count, table)
  }
}
