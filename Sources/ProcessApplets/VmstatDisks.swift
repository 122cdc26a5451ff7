internal import Box
internal import Linux
internal import SystemStatistics

/// The tables of vmstat over disks and slab caches.
struct VmstatDisks {
  let wide: Bool
  let timestamps: Bool

  func run(_ source: SystemStatistics, _ pace: Pace, _ context: Context) throws(Failure) {
    try Self.repeating(pace, context) { (round: Int) throws(Failure) in
      let disks = try attempt { () throws(SystemError) in try source.disks() }
        .filter { !$0.isPartition }
      for (index, disk) in disks.enumerated() {
        if pace.headerOnce ? round + index == 0 : index % pace.page == 0 { header(context) }
        context.output.line(line(disk) + (timestamps ? timestamp(context) : ""))
      }
    }
  }

  /// The first round may be left out, later ones wait.
  private static func repeating(
    _ pace: Pace, _ context: Context, _ body: (Int) throws(Failure) -> Void
  ) throws(Failure) {
    if pace.skipsFirst { context.clock.sleep(seconds: Double(pace.delay)) }
    var round = 0
    while true {
      try body(round)
      context.output.flush()
      round += 1
      if round == pace.count || context.output.failure != nil { return }
      context.clock.sleep(seconds: Double(pace.delay))
    }
  }

  private func header(_ context: Context) {
    let groups =
      wide
      ? "disk- -------------------reads------------------- "
        + "-------------------writes------------------ ------IO-------"
      : "disk- ------------reads------------ ------------writes----------- -----IO------"
    let one = ["total", "merged", "sectors", "ms"]
    let (group, zone) = timestamps ? timestampTitles(context) : ("", "")
    context.output.line(groups + group)
    context.output.line(row("", one + one + ["cur", "sec"]) + zone)
  }

  private func line(_ disk: Disk) -> String {
    let values = [
      disk.reads, disk.readsMerged, disk.sectorsRead, disk.readTime, disk.writes,
      disk.writesMerged, disk.sectorsWritten, disk.writeTime, disk.inProgress, disk.time / 1000,
    ]
    return row(Sanitize.masked(disk.name), values.map { String($0) })
  }

  private func row(_ name: String, _ values: [String]) -> String {
    let widths =
      wide ? [9, 9, 11, 11, 9, 9, 11, 11, 7, 7] : [6, 6, 7, 7, 6, 6, 7, 7, 6, 6]
    return name.left(5) + zip(values, widths).map { " " + $0.right($1) }.joined()
  }

  static func sum(_ source: SystemStatistics, _ output: Output) throws(Failure) {
    let all = try attempt { () throws(SystemError) in try source.disks() }
    let disks = all.filter { !$0.isPartition }
    let total = { (value: (Disk) -> Int) in disks.reduce(0) { $0 &+ value($1) } }
    let lines: [(Int, StaticString)] = [
      (disks.count, "disks"), (all.count - disks.count, "partitions"),
      (total { $0.reads }, "total reads"), (total { $0.readsMerged }, "merged reads"),
      (total { $0.sectorsRead }, "read sectors"), (total { $0.readTime }, "milli reading"),
      (total { $0.writes }, "writes"), (total { $0.writesMerged }, "merged writes"),
      (total { $0.sectorsWritten }, "written sectors"), (total { $0.writeTime }, "milli writing"),
      (total { $0.inProgress }, "inprogress IO"), (total { $0.time }, "milli spent IO"),
      (total { $0.weightedTime }, "milli weighted IO"),
    ]
    for (value, name) in lines { output.line(String(value).right(13) + " \(name)") }
  }

  static func partition(
    _ argument: String, _ source: SystemStatistics, _ pace: Pace, _ context: Context
  ) throws(Failure) {
    let name = argument.hasPrefix("/dev/") ? String(argument.dropFirst(5)) : argument
    try repeating(pace, context) { (round: Int) throws(Failure) in
      let disks = try attempt { () throws(SystemError) in try source.disks() }
      guard let disk = disks.first(where: { $0.name.sameBytes(as: name) }) else {
        throw .message("\(argument): no such disk or partition")
      }
      if pace.wantsHeader(round) {
        let titles = ["reads", "read sectors", "writes", "requested writes"]
        context.output.line(partitionRow(Sanitize.masked(name), titles))
      }
      let values = [disk.reads, disk.sectorsRead, disk.writes, disk.sectorsWritten]
      context.output.line(partitionRow("", values.map { String($0) }))
    }
  }

  private static func partitionRow(_ name: String, _ values: [String]) -> String {
    name.left(10) + zip(values, [11, 18, 12, 18]).map { $0.right($1) }.joined()
  }

  static func slabs(_ source: SystemStatistics, _ pace: Pace, _ context: Context) throws(Failure) {
    try repeating(pace, context) { (round: Int) throws(Failure) in
      let slabs = try attempt { () throws(SystemError) in try source.slabs() }
        .sorted { $0.name.precedesBytewise($1.name) }
      for (index, slab) in slabs.enumerated() {
        if pace.headerOnce ? round + index == 0 : index % pace.page == 0 {
          context.output.line(slabRow("Cache", ["Num", "Total", "Size", "Pages"]))
        }
        let values = [slab.active, slab.total, slab.size, slab.perSlab]
        context.output.line(slabRow(Sanitize.masked(slab.name), values.map { String($0) }))
      }
    }
  }

  private static func slabRow(_ name: String, _ values: [String]) -> String {
    String(name.prefix(24)).left(24)
      + zip(values, [6, 6, 6, 6]).map { " " + $0.right($1) }.joined()
  }
}
