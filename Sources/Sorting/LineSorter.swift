internal import Linux

/// Sorts the lines of a piece of text in memory, stable, by two threads where it is large.
///
/// Lines are records of a pointer and the first eight bytes of what decides: most comparisons
/// look at nothing else.
public final class LineSorter: @unchecked Sendable {
  struct Record {
    var prefix: UInt64
    var start: UnsafeRawPointer
    var count: Int

    var line: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }
  }

  private let order: LineOrder
  private let threads: Int
  private var records: UnsafeMutablePointer<Record>
  private var spare: UnsafeMutablePointer<Record>
  private var capacity: Int
  public private(set) var count = 0

  private static let runLength = 12
  private static let smallest = 20_000

  public init(_ order: LineOrder, threads: Int) {
    self.order = order
    self.threads = threads
    capacity = 1024
    records = .allocate(capacity: 1024)
    spare = .allocate(capacity: 0)
  }

  deinit {
    records.deallocate()
    spare.deallocate()
  }

  /// Bytes that a line costs beside its text.
  public static var lineCost: Int { 2 * MemoryLayout<Record>.stride }

  /// Takes the lines of `text`, which stays where it is until they are written.
  ///
  /// - Returns: the offset of the first line whose end is missing.
  public func add(_ text: UnsafeRawBufferPointer, lineEnd: UInt8) -> Int {
    guard let base = text.baseAddress else { return 0 }
    var start = 0
    while let end = text.offset(of: lineEnd, from: start) {
      if count == capacity { widen() }
      records[count] = Record(prefix: 0, start: base + start, count: end - start)
      count += 1
      start = end + 1
    }
    return start
  }

  /// Forgets the lines.
  public func clear() { count = 0 }

  private func widen() {
    let wider = UnsafeMutablePointer<Record>.allocate(capacity: capacity * 2)
    wider.update(from: records, count: count)
    records.deallocate()
    records = wider
    capacity *= 2
  }

  public func sort() {
    spare.deallocate()
    spare = .allocate(capacity: count)
    let count = count
    guard threads > 1, count > Self.smallest else { return sort(0, count) }
    let middle = count / 2
    Threads.parallel(2) { half in
      if half == 0 { self.sort(0, middle) } else { self.sort(middle, count) }
    }
    merge(records, 0, middle, count, into: spare)
    swap(&records, &spare)
    capacity = count
  }

  /// Calls `body` with each line in order; with `unique` only with the first of equal ones.
  public func forEach(unique: Bool, _ body: (UnsafeRawBufferPointer) -> Void) {
    for index in 0..<count {
      let line = records[index].line
      if unique, index > 0, order.compare(records[index - 1].line, line) == 0 { continue }
      body(line)
    }
  }

  /// Sorts a part: runs by insertion, then merged by turns between the two arrays.
  private func sort(_ from: Int, _ to: Int) {
    for index in from..<to { records[index].prefix = order.prefix(records[index].line) }
    var start = from
    while start < to {
      let end = min(start + Self.runLength, to)
      insert(start, end)
      start = end
    }
    var (source, target) = (records, spare)
    var length = Self.runLength
    while length < to - from {
      var start = from
      while start < to {
        let middle = min(start + length, to)
        let end = min(start + 2 * length, to)
        merge(source, start, middle, end, into: target)
        start = end
      }
      swap(&source, &target)
      length *= 2
    }
    if source != records { (records + from).update(from: source + from, count: to - from) }
  }

  private func insert(_ from: Int, _ to: Int) {
    var index = from + 1
    while index < to {
      let record = records[index]
      var place = index
      while place > from, precedes(record, records[place - 1]) {
        records[place] = records[place - 1]
        place -= 1
      }
      records[place] = record
      index += 1
    }
  }

  private func merge(
    _ source: UnsafeMutablePointer<Record>, _ from: Int, _ middle: Int, _ to: Int,
    into target: UnsafeMutablePointer<Record>
  ) {
    var (left, right, out) = (from, middle, from)
    // What is in order already is copied as a whole.
    if middle < to, middle > from, !precedes(source[middle], source[middle - 1]) {
      (target + from).update(from: source + from, count: to - from)
      return
    }
    while left < middle, right < to {
      if precedes(source[right], source[left]) {
        target[out] = source[right]
        right += 1
      } else {
        target[out] = source[left]
        left += 1
      }
      out += 1
    }
    if left < middle { (target + out).update(from: source + left, count: middle - left) }
    if right < to { (target + out).update(from: source + right, count: to - right) }
  }

  @inline(__always)
  private func precedes(_ a: Record, _ b: Record) -> Bool {
    a.prefix != b.prefix ? a.prefix < b.prefix : isLess(a, b)
  }

  @inline(never)
  private func isLess(_ a: Record, _ b: Record) -> Bool { order.compare(a.line, b.line) < 0 }
}
