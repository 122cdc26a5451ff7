internal import Box
internal import Linux
internal import Nettrace
internal import Report

/// A trace in a form that other tools draw.
struct Conversion {
  let format: TraceFormat

  /// - Parameter target: the file to write; beside the trace where nil.
  func run(_ trace: String, to target: String?, _ context: Context) throws(Failure) {
    let name = target ?? stem(trace) + "\(format.ending)"
    let words = name == "-" ? context.errors : context.output
    if format == .speedscope {
      let collector = ThreadTimelines()
      try TraceFile(name: trace).samples(collector, context)
      let file = try ResultFile(name, context)
      let text = SpeedscopeText(collector) { (bytes) throws(Failure) in try file.write(bytes) }
      try text.write(title: baseName(trace))
      if collector.isCut {
        context.note("\(trace): is too long to be converted whole; its end is missing")
      }
    } else {
      let collector = SampleCollector()
      try TraceFile(name: trace).samples(collector, context)
      let file = try ResultFile(name, context)
      let text = CollapsedText(collector) { (bytes) throws(Failure) in try file.write(bytes) }
      try text.write()
    }
    if name != "-" { words.line("Conversion complete: " + Sanitize.escaped(name)) }
    words.flush()
  }

  private func stem(_ trace: String) -> String {
    let ending = ".nettrace"
    return trace.hasSuffix(ending) ? String(trace.dropLast(ending.utf8.count)) : trace
  }
}
