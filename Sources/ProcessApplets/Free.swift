public import Box
internal import Linux
internal import Report
internal import SystemStatistics

/// Free and used memory of the machine; procps-ng 4 free(1).
public struct Free: Command {
  /// Bytes in the unit of the table; nil lets each figure choose.
  enum Unit {
    case bytes
    /// A power of 1024, or of 1000 with `--si`.
    case power(Int)
    case human
  }

  var unit: Unit?
  var isAmbiguous = false
  var decimal = false
  var wide = false
  var lowAndHigh = false
  var total = false
  var committed = false
  var delay: Double?
  var count: Int?
  var json = false

  public init() {}

  public static var manual: Manual<Free> {
    Manual(
      "free", "Show free and used memory of the node", family: .processes,
      options: [
        .flag("b", "bytes", "Show bytes") { $0.choose(.bytes) },
        .flag("k", "kibi", "Show kibibytes, the default") { $0.choose(.power(1)) },
        .flag("m", "mebi", "Show mebibytes") { $0.choose(.power(2)) },
        .flag("g", "gibi", "Show gibibytes") { $0.choose(.power(3)) },
        .flag(nil, "tebi", "Show tebibytes") { $0.choose(.power(4)) },
        .flag(nil, "pebi", "Show pebibytes") { $0.choose(.power(5)) },
        .flag(nil, "kilo", "Show kilobytes") { $0.choose(.power(1), decimal: true) },
        .flag(nil, "mega", "Show megabytes") { $0.choose(.power(2), decimal: true) },
        .flag(nil, "giga", "Show gigabytes") { $0.choose(.power(3), decimal: true) },
        .flag(nil, "tera", "Show terabytes") { $0.choose(.power(4), decimal: true) },
        .flag(nil, "peta", "Show petabytes") { $0.choose(.power(5), decimal: true) },
        .flag("h", "human", "Show each figure in the unit that fits") { $0.choose(.human) },
        .flag(nil, "si", "Use powers of 1000, not 1024") { $0.decimal = true },
        .flag("l", "lohi", "Show low and high memory") { $0.lowAndHigh = true },
        .flag("t", "total", "Show the sum of memory and swap") { $0.total = true },
        .flag("v", "committed", "Show committed memory and its limit") { $0.committed = true },
        .parsed("s", "seconds", "N", "Show again every N seconds") {
          (options: inout Free, text: String) throws(Failure) in
          let value = parseDouble(String(text.map { $0 == "," ? "." : $0 }))
          guard let value, value > 0, value.isFinite else {
            throw .usage("\(text): not a positive number of seconds")
          }
          options.delay = value
        },
        .parsed("c", "count", "N", "Show N times, every second unless -s says otherwise") {
          (options: inout Free, text: String) throws(Failure) in
          guard let value = Int(text), value > 0 else {
            throw .usage("\(text): not a positive number of times")
          }
          options.count = value
        },
        .flag("w", "wide", "Show buffers and cache apart") { $0.wide = true },
        .flag(nil, "json", "Print one object per sample, in bytes") { $0.json = true },
      ],
      examples: [
        ("free -h", "How much memory the node has left"),
        ("free -m -s 5 -c 12", "Watch it for a minute"),
      ],
      standard: "procps-ng free(1)",
      deviations: [
        "as everywhere, /proc/meminfo is the node's: the limit of a container is in its cgroup"
      ])
  }

  mutating func choose(_ unit: Unit, decimal: Bool = false) {
    if self.unit != nil { isAmbiguous = true }
    self.unit = unit
    if decimal { self.decimal = true }
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let extra = operands.first { throw .usage("\(extra): takes no operands") }
    if isAmbiguous { throw .usage("more than one unit") }
    let statistics = SystemStatistics(context.root)
    var left = count ?? (delay == nil ? 1 : Int.max)
    while true {
      let memory = try attempt { () throws(SystemError) in try statistics.memory() }
      if json { object(memory, context.output) } else { table(memory, context.output) }
      left -= 1
      if left == 0 || context.output.failure != nil { return }
      if !json { context.output.line("") }
      context.output.flush()
      context.clock.sleep(seconds: delay ?? 1)
    }
  }

  private func table(_ memory: Memory, _ output: Output) {
    let middle = wide ? ["buffers", "cache"] : ["buff/cache"]
    let titles = ["total", "used", "free", "shared"] + middle + ["available"]
    output.line("         " + titles.map { $0.right(11) }.joined(separator: " "))
    let caches =
      wide ? [memory.buffers, memory.cache] : [memory.buffers &+ memory.cache]
    row(
      "Mem:",
      [memory.total, memory.used, memory.free, memory.shared] + caches + [memory.available], output)
    if lowAndHigh {
      row(
        "Low:", [memory.lowTotal, max(0, memory.lowTotal &- memory.lowFree), memory.lowFree], output
      )
      row(
        "High:", [memory.highTotal, max(0, memory.highTotal &- memory.highFree), memory.highFree],
        output)
    }
    row("Swap:", [memory.swapTotal, memory.swapUsed, memory.swapFree], output)
    if total {
      row(
        "Total:",
        [
          memory.total &+ memory.swapTotal, memory.used &+ memory.swapUsed,
          memory.free &+ memory.swapFree,
        ], output)
    }
    if committed {
      row(
        "Comm:",
        [memory.commitLimit, memory.committed, memory.commitLimit &- memory.committed], output)
    }
  }

  private func row(_ label: String, _ values: [Int], _ output: Output) {
    output.line(label.left(9) + values.map { figure($0).right(11) }.joined(separator: " "))
  }

  /// - Parameter kibibytes: may be negative, where the kernel's own figures do not add up.
  private func figure(_ kibibytes: Int) -> String {
    let bytes = kibibytes.multipliedReportingOverflow(by: 1024)
    guard !bytes.overflow else { return "-" }
    switch unit ?? .power(1) {
    case .bytes: return String(bytes.partialValue)
    case .power(let power):
      let divisor = (0..<power).reduce(1) { product, _ in product * (decimal ? 1000 : 1024) }
      return String(bytes.partialValue / divisor)
    case .human: return human(bytes.partialValue)
    }
  }

  /// The smallest unit in which the figure takes three places: `9.9Mi`, `99Mi`, with `--si` `9.9M`.
  private func human(_ bytes: Int) -> String {
    if String(bytes).utf8.count < 4 { return "\(bytes)B" }
    let units: [StaticString] = ["K", "M", "G", "T", "P"]
    let base = decimal ? 1000.0 : 1024.0
    let width = decimal ? 4 : 5
    var value = Double(bytes)
    for unit in units {
      value /= base
      let name = "\(unit)" + (decimal ? "" : "i")
      for text in [fixed(value, 1) + name, String(Int(value)) + name]
      where text.utf8.count <= width {
        return text
      }
    }
    return String(Int(value / base))
  }

  private func object(_ memory: Memory, _ output: Output) {
    let members: [(key: String, value: Int)] = [
      ("total", memory.total), ("used", memory.used), ("free", memory.free),
      ("shared", memory.shared), ("buffers", memory.buffers), ("cache", memory.cache),
      ("available", memory.available), ("low_total", memory.lowTotal), ("low_free", memory.lowFree),
      ("high_total", memory.highTotal), ("high_free", memory.highFree),
      ("swap_total", memory.swapTotal), ("swap_used", memory.swapUsed),
      ("swap_free", memory.swapFree), ("commit_limit", memory.commitLimit),
      ("committed", memory.committed),
    ]
    output.line(JSON.object(members.map { (key: $0.key, value: .number($0.value &* 1024)) }).text)
  }
}
