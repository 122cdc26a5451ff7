public import Box
internal import DotnetIPC
internal import Linux
internal import Nettrace
internal import Report

/// Counts the objects on a .NET process's heap.
public struct DotnetGcdump: DotnetTool {
  public var choices = DotnetChoices()
  var timeout = 30

  public init() {}

  public static var manual: Manual<DotnetGcdump> {
    Manual(
      "dotnet-gcdump", "Count the objects on a .NET process's heap", family: .runtimes,
      operands: "{ps|collect|report [FILE]}",
      options: Option.process + [
        .json,
        .output("In collect: write the events to FILE of this container; - is standard output"),
        .value("t", "timeout", "SECONDS", "Give up after so long, 30 unless told") {
          (options: inout DotnetGcdump, seconds: Int) in
          options.timeout = seconds
          options.choices.given.append("timeout")
        },
      ],
      examples: [
        ("dotnet-gcdump report -p 1 | head -30", "Which types fill the heap?"),
        ("dotnet-gcdump collect -p 1 -o heap.nettrace", "Keep it; PerfView opens the file"),
      ],
      standard: "Microsoft dotnet-gcdump 9",
      deviations: [
        "collect keeps the runtime's events as .nettrace: files of .gcdump form are neither written nor read",
        "Object Bytes is the sum over the objects of a line, not the size of one",
        "modules of types are told by .NET 9 and later alone",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let (verb, rest) = try DotnetChoices.verb(operands, among: ["ps", "collect", "report"])
    guard timeout > 0 else { throw .usage("--timeout \(timeout): at least a second") }
    switch verb {
    case "ps":
      try choices.check(verb, allows: ["json"])
      try DotnetChoices.noOperands(rest, verb)
      try ProcessList(json: choices.json).show(&context)
    case "collect":
      try choices.check(verb, allows: ["process-id", "name", "output", "timeout"])
      try DotnetChoices.noOperands(rest, verb)
      try collect(context)
    default:
      try choices.check(verb, allows: ["process-id", "name", "timeout", "json"])
      let isLive = choices.pid != nil || choices.name != nil
      guard rest.count <= 1, isLive || rest.count == 1 else {
        throw .usage("report: needs a FILE, or a process by --process-id or --name")
      }
      if isLive, let file = rest.first { throw .usage("\(file): not together with a process") }
      try report(rest.first, &context)
    }
  }

  private func collect(_ context: Context) throws(Failure) {
    let finder = try DotnetFinder(context)
    let process = try choices.process(finder)
    let client = try finder.client(process)
    let title = DotnetTitle(process, finder)
    let name =
      choices.output ?? TraceCollection.defaultName(title.name, context) + ".gcdump.nettrace"
    let file = try ResultFile(name, context)
    let words = file.isStandardOutput ? context.errors : context.output
    words.line("Writing gcdump to '" + Sanitize.escaped(name) + "'...")
    words.flush()
    let heap = HeapCollector()
    do throws(Failure) {
      try run(client, heap, file, context)
    } catch {
      file.removeIfEmpty()
      throw error
    }
    words.line("\tFinished writing \(file.size) bytes.")
    words.flush()
  }

  private func report(_ name: String?, _ context: inout Context) throws(Failure) {
    let heap = HeapCollector()
    if let name {
      try TraceFile(name: name).read(heap, context)
      if heap.objects == 0 { throw .message("\(name): holds no objects of a heap") }
    } else {
      let finder = try DotnetFinder(context)
      try run(try finder.client(try choices.process(finder)), heap, nil, context)
    }
    if choices.json { table(heap, context) } else { HeapReport(heap).write(context.output) }
    if heap.unnamed > 0 {
      context.note(
        "\(heap.unnamed) types have no name: .NET Core 3.1 tells names only the first time it is asked"
      )
    }
  }

  /// Keywords GC, GCHeapDump, GCHeapCollect, Type and GCHeapAndTypeNames: the runtime collects garbage and
  /// then tells of every object.
  private static let keywords: UInt64 = 0x198_0001

  private func run(
    _ client: DotnetClient, _ heap: HeapCollector, _ file: ResultFile?, _ context: Context
  ) throws(Failure) {
    let pid = client.process.pid
    context.note("process \(pid) stands still for a full collection and a walk of its heap")
    let provider = EventProvider(TraceProfile.runtime, keywords: Self.keywords, level: 5)
    let request = SessionRequest([provider], rundown: SessionRequest.modules)
    let pump = try SessionPump(context)
    let reader = NettraceReader(heap)
    let session = try client.collect(request, fallback: 0)
    try pump.run(session, limit: Double(timeout)) {
      (bytes: UnsafeRawBufferPointer) throws(Failure) -> Bool in
      try file?.write(bytes)
      try client.taken { () throws(NettraceError) in try reader.take(bytes) }
      return !heap.isDone
    }
    if let signal = pump.signal { throw .quiet(128 + signal) }
    try client.taken { () throws(NettraceError) in try reader.finish() }
    if !heap.isDone {
      throw Failure(
        "\(pid): the runtime did not walk its heap to the end within \(timeout) s "
          + "(\(heap.objects) objects told)", advice: "a longer --timeout")
    }
  }

  private func table(_ heap: HeapCollector, _ context: Context) {
    let rows: [JSON] = heap.lines().map { line in
      .object([
        ("type", .string(line.type)), ("module", line.module.map { .string($0) } ?? .null),
        ("count", .number(line.count)), ("bytes", .number(line.bytes)),
      ])
    }
    context.output.line(JSON.array(rows).text)
  }
}

/// The table that dotnet-gcdump prints.
struct HeapReport {
  private let heap: HeapCollector

  init(_ heap: HeapCollector) { self.heap = heap }

  func write(_ output: Output) {
    output.line(Self.right(Grouped.text(heap.heapBytes), 15) + "  GC Heap bytes")
    output.line(Self.right(Grouped.text(heap.objects), 15) + "  GC Heap objects")
    output.line("")
    output.line("   Object Bytes     Count  Type")
    for line in heap.lines() {
      let module = line.module.map { "  [" + Sanitize.escaped($0) + "]" } ?? ""
      output.line(
        Self.right(Grouped.text(line.bytes), 15) + Self.right(Grouped.text(line.count), 10) + "  "
          + Sanitize.escaped(line.type) + module)
      if output.failure != nil { return }
    }
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
}
