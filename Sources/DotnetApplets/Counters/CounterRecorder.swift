internal import Box
internal import DotnetIPC
internal import Linux
internal import Nettrace
internal import Report

/// `dotnet-counters collect`: values with their times, to a file.
struct CounterRecorder {
  let choices: DotnetChoices
  let selection: CounterSelection
  let interval: Int
  let isJSON: Bool

  func run(_ context: inout Context) throws(Failure) {
    let finder = try DotnetFinder(context)
    let process = try choices.process(finder)
    let client = try finder.client(process)
    let title = DotnetTitle(process, finder)
    let name = choices.output ?? (isJSON ? "counter.json" : "counter.csv")
    let file = try ResultFile(name, context)
    let session = try CounterSession(client, selection, interval: interval, context)
    let words = file.isStandardOutput ? context.errors : context.output
    words.line("Starting a counter session. Press Q to quit.")
    words.flush()
    if Terminal.isTerminal(0), !file.isStandardOutput {
      session.pump.keyboard = { Self.isGoingOn() }
    }
    let writer = CounterWriter(file, interval: interval, isJSON: isJSON)
    try writer.begin(process: title.name, context)
    var failure: Failure?
    try session.run(limit: choices.duration) { values in
      do throws(Failure) {
        try writer.write(values, context)
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    try writer.end()
    words.line("File saved to " + Sanitize.escaped(name))
    words.flush()
    if let signal = session.pump.signal, signal != 2 || choices.duration != nil {
      context.fail(128 + signal)
    }
    if writer.count == 0 {
      throw .message("\(process.pid): none of these counters came; list tells well-known ones")
    }
  }

  /// Whether the line that was typed is not the wish to quit.
  private static func isGoingOn() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 256)
    guard let count = try? File(owning: 0).duplicate().read(into: &bytes), count > 0 else {
      return false
    }
    return !bytes[..<count].contains { $0 | 0x20 == UInt8(ascii: "q") }
  }
}

/// Rows of CSV, or the events of a JSON object, in the form of Microsoft's tool.
final class CounterWriter {
  private let file: ResultFile
  private let interval: Int
  private let isJSON: Bool
  private(set) var count = 0

  init(_ file: ResultFile, interval: Int, isJSON: Bool) {
    self.file = file
    self.interval = interval
    self.isJSON = isJSON
  }

  func begin(process: String, _ context: Context) throws(Failure) {
    if !isJSON { return try write("Timestamp,Provider,Counter Name,Counter Type,Mean/Increment\n") }
    let now = format(context.clock.now().local, "%m/%d/%Y %H:%M:%S")
    try write("{\n  \"TargetProcess\": " + JSON.string(process).text + ",\n")
    try write("  \"StartTime\": " + JSON.string(now).text + ",\n  \"Events\": [")
  }

  func write(_ values: [CounterValue], _ context: Context) throws(Failure) {
    let now = context.clock.now()
    let local = format(now.local, "%m/%d/%Y %H:%M:%S")
    let utc = format(now.utc, "%Y-%m-%d %H:%M:%SZ")
    var text = ""
    for value in values {
      let label = value.label(interval: interval, showsTotal: false)
      let shape = value.shape == .rate ? "Rate" : "Metric"
      if isJSON {
        text += count > 0 ? ",\n    " : "\n    "
        text += event(value, utc, label, shape)
      } else {
        // Commas separate tags; in CSV they would separate cells.
        let tags = value.tags.split(separator: ",").joined(separator: ";")
        let name = label + (tags.isEmpty ? "" : "[" + tags + "]")
        text += local + "," + Self.cell(value.provider) + "," + Self.cell(name) + "," + shape + ","
        text += Self.number(value.value) + "\n"
      }
      count += 1
    }
    try write(text)
  }

  private func event(_ value: CounterValue, _ time: String, _ label: String, _ shape: String)
    -> String
  {
    "{ \"timestamp\": \"" + time + "\", \"provider\": " + JSON.string(value.provider).text
      + ", \"name\": " + JSON.string(label).text + ", \"tags\": " + JSON.string(value.tags).text
      + ", \"counterType\": \"" + shape + "\", \"value\": "
      + (value.value.isFinite ? Self.number(value.value) : "null") + " }"
  }

  func end() throws(Failure) {
    if isJSON { try write("\n  ]\n}\n") }
  }

  private func write(_ text: String) throws(Failure) {
    var failure: Failure?
    text.bytes.withUnsafeBytes { raw in
      do throws(Failure) {
        try file.write(raw)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// RFC 4180: quoted where it must be.
  private static func cell(_ text: String) -> String {
    let safe = Sanitize.masked(text)
    guard safe.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
      return safe
    }
    let parts = safe.split(separator: "\"", omittingEmptySubsequences: false)
    return "\"" + parts.joined(separator: "\"\"") + "\""
  }

  /// As short as tells the number exactly; whole ones without a point.
  private static func number(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
