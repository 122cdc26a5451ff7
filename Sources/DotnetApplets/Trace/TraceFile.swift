internal import Box
internal import Linux
internal import Nettrace
internal import Report
internal import Target

/// Reads a trace from a file, or from standard input for `-`.
struct TraceFile {
  let name: String

  @discardableResult
  func read(_ sink: any NettraceSink, _ context: Context) throws(Failure) -> NettraceReader {
    let reader = NettraceReader(sink)
    let file =
      name == "-"
      ? try attempt { () throws(SystemError) in try File(owning: 0).duplicate() }
      : try Paths(context).location(name).openToRead()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    file.willReadOnce()
    while true {
      var count = 0
      do throws(SystemError) {
        count = try file.read(into: buffer)
      } catch {
        throw .system(error.about(name))
      }
      do throws(NettraceError) {
        if count == 0 {
          try reader.finish()
          return reader
        }
        try reader.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if reader.isComplete { return reader }
      } catch {
        // What was read so far is worth showing: a trace of a process that died ends anywhere.
        if error == .truncated, reader.events > 0 {
          context.note("\(name): \(error.words); what came before is used")
          return reader
        }
        throw .message("\(name): \(error.words)")
      }
    }
  }

  /// Reads samples, and says why there are none.
  func samples(_ collector: SampleCollector, _ context: Context) throws(Failure) {
    let reader = try read(collector, context)
    if collector.samples == 0 {
      throw Failure(
        "\(name): holds no samples of threads (\(reader.events) events in all)",
        advice: "dotnet-trace collect with --profile cpu-sampling")
    }
    if collector.methods.count == 0 {
      context.note("\(name): names no methods; frames are shown as addresses")
    }
  }
}

/// `dotnet-trace report FILE topN`
struct TopMethods {
  let count: Int
  let inclusive: Bool
  let verbose: Bool
  let managedOnly: Bool
  let json: Bool

  func show(_ name: String, _ context: inout Context) throws(Failure) {
    let collector = SampleCollector()
    try TraceFile(name: name).samples(collector, context)
    let hot = HotMethods(collector, managedOnly: managedOnly)
    let methods = hot.methods
    let order = sortedIndices(methods.count) { a, b in
      let first = inclusive ? methods[a].total : methods[a].own
      let second = inclusive ? methods[b].total : methods[b].own
      return first != second ? first > second : methods[a].name.precedesBytewise(methods[b].name)
    }
    if hot.samples == 0 {
      throw .message("\(name): none of its \(collector.samples) samples is in managed code")
    }
    let shown = order.prefix(count).map { methods[$0] }.filter {
      (inclusive ? $0.total : $0.own) > 0
    }
    let all = Double(max(1, hot.samples))
    if json { return try table(shown, all, &context) }
    let output = context.output
    let kind = inclusive ? "Inclusive" : "Exclusive"
    let title = "Top \(shown.count) Functions (\(kind))"
    output.line(title + pad(title, 78) + "Inclusive" + pad("Inclusive", 20) + "Exclusive")
    for (index, method) in shown.enumerated() {
      let number = "\(index + 1)."
      var name = Sanitize.escaped(method.name)
      if !verbose { name = String(name.prefix(70)) }
      let total = Self.percent(method.total, all)
      let place = number + pad(number, 4) + name
      let gap = place.utf8.count > 74 ? "    " : pad(place, 78)
      output.line(place + gap + total + pad(total, 20) + Self.percent(method.own, all))
    }
  }

  private static func percent(_ part: Int, _ all: Double) -> String {
    Grouped.trimmed(fixed(Double(part) * 100 / all, 2)) + "%"
  }

  private func table(_ methods: [HotMethods.Method], _ all: Double, _ context: inout Context)
    throws(Failure)
  {
    let rows: [JSON] = methods.map { method in
      .object([
        ("method", .string(method.name)), ("inclusive", .number(method.total)),
        ("exclusive", .number(method.own)),
        ("inclusive_percent", .decimal(Double(method.total) * 100 / all, digits: 2)),
        ("exclusive_percent", .decimal(Double(method.own) * 100 / all, digits: 2)),
      ])
    }
    context.output.line(JSON.array(rows).text)
  }
}
