public import Box
internal import Linux
internal import SystemStatistics

/// Processes, memory, paging, I/O and CPU of the machine over time; procps-ng 4 vmstat(8).
public struct Vmstat: Command {
  enum Mode { case memory, forks, slabs, events, disks, diskSum, partition(String) }

  var mode = Mode.memory
  var active = false
  var oneHeader = false
  var skipsFirst = false
  var timestamps = false
  var wide = false
  /// Bytes in the unit of memory figures, with its letter.
  var unit: (letter: String, bytes: Int) = ("K", 1024)

  public init() {}

  public static var manual: Manual<Vmstat> {
    Manual(
      "vmstat", "Report processes, memory, paging, I/O and CPU of the node", family: .processes,
      operands: "[DELAY [COUNT]]",
      options: [
        .flag("a", "active", "Show active and inactive memory in place of buffers and cache") {
          $0.active = true
        },
        .flag("f", "forks", "Show the number of forks since boot") { $0.mode = .forks },
        .flag("m", "slabs", "Show the kernel's slab caches; needs root") { $0.mode = .slabs },
        .flag("n", "one-header", "Show the header only once") { $0.oneHeader = true },
        .flag("s", "stats", "Show counters and memory one per line") { $0.mode = .events },
        .flag("d", "disk", "Show disks") { $0.mode = .disks },
        .flag("D", "disk-sum", "Show the sum over all disks") { $0.mode = .diskSum },
        .value("p", "partition", "DEVICE", "Show one disk or partition") {
          (options: inout Vmstat, name: String) in options.mode = .partition(name)
        },
        .parsed("S", "unit", "UNIT", "Unit of memory: k 1000, K 1024, m, M, b") {
          (options: inout Vmstat, text: String) throws(Failure) in
          options.unit = try Self.unit(text)
        },
        .flag("t", "timestamp", "Add the time to each line") { $0.timestamps = true },
        .flag("w", "wide", "Use wide columns") { $0.wide = true },
        .flag("y", "no-first", "Leave out the first line, the average since boot") {
          $0.skipsFirst = true
        },
      ],
      examples: [
        ("vmstat 1 5", "Is the node swapping or out of CPU?"),
        ("vmstat -s -S M", "All memory counters in MiB"),
      ],
      standard: "procps-ng vmstat(8)",
      deviations: [
        "memory is read anew for each line",
        "cur counts I/O in progress, and milli in -D is milliseconds",
        "as in procps, rates since boot are per CPU second",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.count > 2 { throw .usage("\(operands[2]): one delay and one count at most") }
    let numbers = try operands.map { (text: String) throws(Failure) -> Int in
      guard let number = Int(text), number > 0, number < 1 << 31 else {
        throw .usage("\(text): not a positive whole number")
      }
      return number
    }
    let delay = numbers.first
    let count = numbers.count > 1 ? numbers[1] : delay == nil ? 1 : Int.max
    let source = SystemStatistics(context.root)
    let pace = Pace(
      delay: delay ?? 1, count: count, page: Self.page, headerOnce: oneHeader,
      skipsFirst: skipsFirst)
    switch mode {
    case .memory:
      let table = VmstatMemory(active: active, wide: wide, unit: unit.bytes, timestamps: timestamps)
      try table.run(source, pace, context)
    case .forks:
      let activity = try attempt { () throws(SystemError) in try source.activity() }
      context.output.line(String(activity.forks).right(13) + " forks")
    case .events: try VmstatEvents(unit: unit).run(source, context.output)
    case .slabs: try VmstatDisks.slabs(source, pace, context)
    case .disks: try VmstatDisks(wide: wide, timestamps: timestamps).run(source, pace, context)
    case .diskSum: try VmstatDisks.sum(source, context.output)
    case .partition(let name): try VmstatDisks.partition(name, source, pace, context)
    }
  }

  private static func unit(_ text: String) throws(Failure) -> (letter: String, bytes: Int) {
    switch text {
    case "b", "B": (text, 1)
    case "k": (text, 1000)
    case "K": (text, 1024)
    case "m": (text, 1_000_000)
    case "M": (text, 1_048_576)
    default: throw .usage("\(text): not a unit (b, k, K, m, M)")
    }
  }

  /// Lines between two headers: those of the terminal, or of the one procps imagines.
  private static var page: Int {
    max(1, (Terminal.size(1)?.rows ?? 24) - 3)
  }
}

/// When lines come, and when the header comes again.
struct Pace {
  let delay: Int
  let count: Int
  let page: Int
  let headerOnce: Bool
  let skipsFirst: Bool

  /// Whether a header belongs before line `index`.
  func wantsHeader(_ index: Int) -> Bool {
    index == 0 || (!headerOnce && index % page == 0)
  }
}

/// The time as the last column of a line.
func timestamp(_ context: Context) -> String {
  " " + format(context.clock.now().local, "%Y-%m-%d %H:%M:%S")
}

func timestampTitles(_ context: Context) -> (String, String) {
  (" -----timestamp-----", " " + format(context.clock.now().local, "%Z").right(19))
}
