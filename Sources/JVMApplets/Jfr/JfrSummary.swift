internal import Box
internal import JFR
internal import Linux

/// What `jfr summary` prints: when, how long, and how many events of which type.
struct JfrSummary {
  func show(_ recording: Recording, _ context: Context) throws(Failure) {
    var totals = Totals()
    try recording.forEachChunk(context) { (chunk) throws(JFRError) in try totals.add(chunk) }
    let output = context.output
    output.line("")
    output.line(" Version: \(totals.major).\(totals.minor)")
    output.line(" Chunks: \(totals.chunks)")
    let start = Instant(seconds: Int(totals.start / 1_000_000_000))
    output.line(" Start: " + format(start.utc, "%Y-%m-%d %H:%M:%S") + " (UTC)")
    output.line(" Duration: \((totals.duration + 500_000_000) / 1_000_000_000) s")
    output.line("")
    table(totals, output)
  }

  private func table(_ totals: Totals, _ output: Output) {
    let names = totals.names
    let width = names.reduce(10) { max($0, $1.utf8.count) }
    let head = " Event Type" + spaces(width - 10) + "     Count  Size (bytes) "
    output.line(head)
    output.line(String(repeating: "=", count: head.utf8.count))
    let hashed = totals.hashed
    let order = sortedIndices(names.count) {
      (-totals.counts[$0], hashed[$0], -totals.ids[$0])
        < (-totals.counts[$1], hashed[$1], -totals.ids[$1])
    }
    for index in order {
      let count = String(totals.counts[index])
      let size = String(totals.sizes[index])
      output.line(
        " " + Sanitize.masked(names[index]) + spaces(width - names[index].utf8.count)
          + spaces(10 - count.utf8.count) + count + spaces(14 - size.utf8.count) + size)
    }
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  private struct Totals {
    var chunks = 0
    var major = 0
    var minor = 0
    var start: Int64 = 0
    var duration: Int64 = 0
    private(set) var names: [String] = []
    private(set) var counts: [Int] = []
    private(set) var sizes: [Int] = []
    private var indices: [String: Int] = [:]
    private(set) var ids: [Int64] = []

    /// Where a Java hash map with as many types has each: the JDK's order of equal counts.
    var hashed: [Int64] {
      var capacity: Int64 = 16
      while Int64(ids.count) * 4 > capacity * 3 { capacity *= 2 }
      return ids.map { ($0 ^ ($0 >> 16)) & (capacity - 1) }
    }

    mutating func add(_ chunk: JFRChunk) throws(JFRError) {
      if chunks == 0 { start = chunk.header.start }
      (major, minor) = (chunk.header.major, chunk.header.minor)
      chunks += 1
      duration = duration.addingReportingOverflow(max(0, chunk.header.duration)).partialValue
      var places: [Int64: Int] = [:]
      for type in chunk.types where type.isEvent { places[type.id] = place(of: type.name, type.id) }
      places[0] = place(of: "jdk.Metadata", 0)
      places[1] = place(of: "jdk.CheckPoint", 1)
      var counts = counts
      var sizes = sizes
      try chunk.forEachRecord { type, size in
        guard let place = places[type] else { return }
        counts[place] += 1
        sizes[place] += size
      }
      (self.counts, self.sizes) = (counts, sizes)
    }

    private mutating func place(of name: String, _ id: Int64) -> Int {
      if let index = indices[name] { return index }
      indices[name] = names.count
      names.append(name)
      ids.append(id)
      counts.append(0)
      sizes.append(0)
      return names.count - 1
    }
  }
}
