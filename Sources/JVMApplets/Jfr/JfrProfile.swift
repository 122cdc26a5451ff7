internal import Box
internal import JFR
internal import Linux
internal import Report

/// Adds up the stacks of a recording: the hottest methods, or all stacks in one line each.
struct JfrProfile {
  private let filter: JfrFilter

  /// - Parameter events: what to count; samples of running Java code where nil.
  init(_ events: String?) { filter = JfrFilter(events ?? "jdk.ExecutionSample") }

  struct Method {
    let name: String
    /// Samples with it on top, and samples with it anywhere.
    var own = 0
    var total = 0
  }

  func showHot(_ recording: Recording, _ context: inout Context) throws(Failure) {
    let stacks = try collect(recording, context)
    var methods: [Method] = []
    var indices: [String: Int] = [:]
    var samples = 0
    for (frames, count) in stacks.counted {
      samples += count
      var seen: [Int] = []
      for (level, name) in frames.enumerated() {
        let index = indices[name] ?? methods.count
        if index == methods.count {
          indices[name] = index
          methods.append(Method(name: name))
        }
        if level == 0 { methods[index].own += count }
        if !seen.contains(index) { methods[index].total += count }
        seen.append(index)
      }
    }
    let order = sortedIndices(methods.count) {
      (methods[$0].own, methods[$0].total) > (methods[$1].own, methods[$1].total)
    }
    let all = Double(max(1, samples))
    let columns: [Column<Method>] = [
      Column("SELF", "self", .right, help: "Samples with it on top") { .number($0.own) },
      Column("SELF%", "self_percent", .right, help: "Share of all samples") {
        .decimal(Double($0.own) * 100 / all, digits: 1)
      },
      Column("TOTAL%", "total_percent", .right, help: "Share of samples with it anywhere") {
        .decimal(Double($0.total) * 100 / all, digits: 1)
      },
      Column("METHOD", "method", help: "Class and method") { .text($0.name) },
    ]
    try context.report(order.map { methods[$0] }, columns)
  }

  /// `root;caller;callee count`, what flame graph tools read.
  func showCollapsed(_ recording: Recording, _ context: Context) throws(Failure) {
    let stacks = try collect(recording, context)
    var lines: [String] = []
    for (frames, count) in stacks.counted {
      lines.append(frames.reversed().joined(separator: ";") + " \(count)")
    }
    for index in sortedIndices(lines.count, { lines[$0].precedesBytewise(lines[$1]) }) {
      context.output.line(Sanitize.masked(lines[index]))
    }
  }

  private func collect(_ recording: Recording, _ context: Context) throws(Failure) -> Stacks {
    let stacks = Stacks()
    try recording.forEachChunk(context) { (chunk) throws(JFRError) in
      // Where a constant's number was seen in this chunk.
      var known: [Int64: Int] = [:]
      try chunk.forEachEvent { (event) throws(JFRError) in
        guard filter.admits(event.type.name), let field = event.type.field("stackTrace") else {
          return
        }
        let key = try chunk.key(field, of: event)
        if let place = known[key] { return stacks.count(place) }
        let value = try chunk.value(field, of: event)
        guard let (frames, _) = JFRFrame.frames(value) else { return }
        let names = frames.filter { !$0.isHidden }.map { $0.name }
        if !names.isEmpty { known[key] = stacks.add(names) }
      }
    }
    if stacks.counted.isEmpty { throw .message("\(recording.name): holds no such samples") }
    return stacks
  }

  /// Distinct stacks, the top frame first, and how often each was seen.
  private final class Stacks {
    private(set) var counted: [(frames: [String], count: Int)] = []
    private var places: [String: Int] = [:]

    func count(_ place: Int) { counted[place].count += 1 }

    func add(_ frames: [String]) -> Int {
      let key = frames.joined(separator: ";")
      if let place = places[key] {
        counted[place].count += 1
        return place
      }
      places[key] = counted.count
      counted.append((frames, 1))
      return counted.count - 1
    }
  }
}
