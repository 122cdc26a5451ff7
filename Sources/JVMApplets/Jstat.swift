public import Box
internal import HotSpot
internal import Linux
internal import ProcFS

/// Prints counters of a JVM, once or again and again; the JVM is not disturbed.
public struct Jstat: Command {
  public init() {}

  public static var manual: Manual<Jstat> {
    Manual(
      "jstat", "Print statistics of a JVM without disturbing it", family: .runtimes,
      operands: "-TABLE [-t] [-h LINES] PID [INTERVAL[ms|s] [COUNT]]", grammar: .own,
      options: [
        .word("class", "", "Class loading"),
        .word("compiler", "", "Compilation"),
        .word("gc", "", "Spaces of the heap, and collections"),
        .word("gccapacity", "", "Capacities of the generations"),
        .word("gccause", "", "As -gcutil, with the causes of the last and the current collection"),
        .word("gcmetacapacity", "", "Capacities of the metaspace"),
        .word("gcnew", "", "The young generation"),
        .word("gcnewcapacity", "", "Capacities of the young generation"),
        .word("gcold", "", "The old generation and the metaspace"),
        .word("gcoldcapacity", "", "Capacities of the old generation"),
        .word("gcutil", "", "Use of the spaces in per cent, and collections"),
        .value("h", nil, "LINES", "The titles again after so many lines") { (_, _: String) in },
        .word("options", "", "The names of the tables"),
        .word("printcompilation", "", "The last method compiled"),
        .flag("t", nil, "Seconds since the JVM's start in front") { _ in },
      ],
      examples: [
        ("jstat -gcutil 1 1000 5", "Five seconds of garbage collection"),
        ("jstat -gccause -t 1 5s", "What triggers collections, and when?"),
      ],
      standard: "JDK 17 jstat(1)",
      deviations: ["-J and remote vmids are refused: there is no Java here"])
  }

  struct Request {
    var table: Statistics?
    var names = false
    var timestamp = false
    var headerRate = 0
    var pid: Int32 = 0
    var interval: Double?
    var count = Int.max
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let request = try Self.parse(operands)
    if request.names {
      for table in Statistics.allCases { context.output.line("-\(table.name)") }
      return
    }
    guard let table = request.table else { throw .usage("which table? -options lists them") }
    let columns = (request.timestamp ? [Statistics.timestamp] : []) + table.columns
    let finder = try JavaFinder(context)
    let file = try finder.perfFile(of: request.pid)
    let data = try JavaFinder.read(file, request.pid)
    Self.headings(columns, context.output)
    Self.sample(columns, data, context)
    guard let interval = request.interval else { return }
    var next = context.clock.monotonic().since(Instant(seconds: 0))
    var taken = 1
    while taken < request.count {
      context.output.flush()
      if context.output.failure != nil { return }
      next += interval
      context.clock.sleep(
        seconds: next - context.clock.monotonic().since(Instant(seconds: 0)))
      // A JVM that ends removes its file, or is killed.
      guard Self.isAlive(finder, request.pid, file) else { return }
      let data = try JavaFinder.read(file, request.pid)
      if request.headerRate > 0, taken % request.headerRate == 0 {
        Self.headings(columns, context.output)
      }
      Self.sample(columns, data, context)
      taken += 1
    }
  }

  private static func isAlive(_ finder: JavaFinder, _ pid: Int32, _ file: borrowing File) -> Bool {
    guard let status = try? file.status(), status.links > 0,
      let stat = try? finder.processes.stat(of: pid)
    else { return false }
    return stat.state != UInt8(ascii: "Z")
  }

  private static func headings(_ columns: [StatisticsColumn], _ output: Output) {
    output.line(columns.map { $0.heading }.joined(separator: " "))
  }

  private static func sample(_ columns: [StatisticsColumn], _ data: PerfData, _ context: Context) {
    let now = context.clock.now()
    let milliseconds = now.seconds * 1000 + now.nanoseconds / 1_000_000
    for (index, column) in columns.enumerated() {
      if index > 0 { context.output.write(" ") }
      context.output.write(Sanitize.masked(column.cell(data, now: milliseconds)))
    }
    context.output.write("\n")
  }
}

extension Jstat {
  static func parse(_ words: [String]) throws(Failure) -> Request {
    var request = Request()
    var rest = words[...]
    while let word = rest.first, word.hasPrefix("-"), word != "-" {
      rest.removeFirst()
      let name = String(word.dropFirst())
      if name == "options" || name == "-options" {
        request.names = true
        return request
      } else if name == "t" {
        request.timestamp = true
      } else if let table = Statistics(name) {
        if request.table != nil { throw .usage("\(word): only one table at a time") }
        request.table = table
      } else if name.hasPrefix("h") {
        guard let text = name.utf8.count > 1 ? String(name.dropFirst()) : rest.popFirst(),
          let lines = Int(text), lines >= 0
        else { throw .usage("\(word): needs a number of lines") }
        request.headerRate = lines
      } else {
        let names = Statistics.allCases.map { "-\($0.name)" } + ["-t", "-h", "-options"]
        throw unknownOption(word, nearest: nearest(to: word, among: names))
      }
    }
    guard let target = rest.popFirst() else { throw .usage("which process? give its PID") }
    if target.contains("@") { throw .usage("\(target): only this pod's processes can be read") }
    request.pid = try parsePID(target)
    if let text = rest.popFirst() { request.interval = try interval(text) }
    if let text = rest.popFirst() {
      guard let count = Int(text), count > 0 else { throw .usage("\(text): not a positive count") }
      request.count = count
    }
    if let more = rest.first { throw .usage("\(more): one operand too many") }
    return request
  }

  /// Seconds of `1000`, `1000ms`, `1s`.
  private static func interval(_ text: String) throws(Failure) -> Double {
    let digits = text.prefix { $0 >= "0" && $0 <= "9" }
    let unit = String(text.dropFirst(digits.count))
    guard let number = Int(String(digits)), number > 0, number < 1 << 40,
      unit.isEmpty || unit == "ms" || unit == "s"
    else { throw .usage("\(text): not an interval, as in 500, 500ms or 2s") }
    return unit == "s" ? Double(number) : Double(number) / 1000
  }
}
