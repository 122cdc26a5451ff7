public import Box
internal import DotnetIPC
internal import Linux
internal import Nettrace
internal import Report

/// Prints the managed stacks of a .NET process's threads.
public struct DotnetStack: DotnetTool {
  public var choices = DotnetChoices()

  public init() {}

  public static var manual: Manual<DotnetStack> {
    Manual(
      "dotnet-stack", "Print the managed stacks of a .NET process's threads", family: .runtimes,
      operands: "{report|ps}",
      options: Option.process + [
        .duration("Sample for so long, 20 ms unless told; all threads stop at each sample"), .json,
      ],
      examples: [("dotnet-stack report -p 1", "What does each thread do right now?")],
      standard: "Microsoft dotnet-stack 9",
      deviations: [
        "threads have their names behind #, and threads with the same stack stand together"
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let (verb, rest) = try DotnetChoices.verb(operands, among: ["report", "ps"])
    try DotnetChoices.noOperands(rest, verb)
    if verb == "ps" {
      try choices.check(verb, allows: ["json"])
      return try ProcessList(json: choices.json).show(&context)
    }
    try choices.check(verb, allows: ["process-id", "name", "duration", "json"])
    let finder = try DotnetFinder(context)
    let client = try finder.client(try choices.process(finder))
    let collector = try sample(client, context)
    let stacks = ThreadReport(collector, client.process, finder)
    if choices.json { stacks.writeJSON(context.output) } else { stacks.write(context.output) }
  }

  /// Samples until each thread was seen; on a busy machine the sampler may need longer to begin.
  private func sample(_ client: DotnetClient, _ context: Context) throws(Failure) -> ThreadStacks {
    var lengths: [Double] = [0.02, 0.3, 2]
    if let duration = choices.duration { lengths = [duration] }
    for seconds in lengths {
      let collector = ThreadStacks()
      try run(client, seconds, collector, context)
      if !collector.threads.isEmpty { return collector }
    }
    throw .message("\(client.process.pid): no thread ran managed code while it was sampled")
  }

  private func run(
    _ client: DotnetClient, _ seconds: Double, _ collector: ThreadStacks, _ context: Context
  ) throws(Failure) {
    let provider = EventProvider(TraceProfile.sampler, keywords: 0, level: 4)
    let pump = try SessionPump(context)
    let reader = NettraceReader(collector)
    let session = try client.collect(SessionRequest([provider], rundown: SessionRequest.names))
    try pump.run(session, limit: seconds) {
      (bytes: UnsafeRawBufferPointer) throws(Failure) -> Bool in
      try client.taken { () throws(NettraceError) in try reader.take(bytes) }
      return true
    }
    if let signal = pump.signal { throw .quiet(128 + signal) }
    try client.taken { () throws(NettraceError) in try reader.finish() }
  }
}

extension DotnetClient {
  /// Runs a step of reading and tells its error about the process.
  func taken(_ body: () throws(NettraceError) -> Void) throws(Failure) {
    do throws(NettraceError) {
      try body()
    } catch {
      let reason: StaticString =
        error == .truncated ? "ends in the middle: the process has ended, or ends" : error.words
      throw .message("\(process.pid): its trace \(reason)")
    }
  }
}

/// Threads with the same stack together, in the order of their numbers.
struct ThreadReport {
  private struct Group {
    var threads: [Int]
    let node: Int
    let isManaged: Bool
  }

  private let collector: ThreadStacks
  private let process: DotnetProcess
  private let names: [String]
  private var groups: [Group] = []

  init(_ collector: ThreadStacks, _ process: DotnetProcess, _ finder: DotnetFinder) {
    self.collector = collector
    self.process = process
    let threads = collector.threads
    names = threads.map { thread in
      // The runtime numbers threads as in its own PID namespace.
      let bytes = finder.threadName(process, inner: thread.id) ?? []
      return String(bytes: bytes)
    }
    let order = sortedIndices(threads.count) { threads[$0].id < threads[$1].id }
    for index in order {
      let thread = threads[index]
      let place = groups.firstIndex {
        $0.node == thread.node && $0.isManaged == thread.isManaged
      }
      if let place {
        groups[place].threads.append(index)
      } else {
        groups.append(Group(threads: [index], node: thread.node, isManaged: thread.isManaged))
      }
    }
  }

  func write(_ output: Output) {
    for group in groups {
      for index in group.threads {
        let id = String(collector.threads[index].id, radix: 16).asciiUppercased
        let name = names[index].isEmpty ? "" : " # " + Sanitize.escaped(names[index])
        output.line("Thread (0x\(id)):" + name)
      }
      for frame in frames(group) { output.line("  " + Sanitize.escaped(frame)) }
      output.line("")
    }
  }

  func writeJSON(_ output: Output) {
    var rows: [JSON] = []
    for group in groups {
      let frames = JSON.array(frames(group).map { .string($0) })
      for index in group.threads {
        let thread = collector.threads[index]
        rows.append(
          .object([
            ("thread", .number(Int(clamping: thread.id))), ("name", .string(names[index])),
            ("managed", .flag(thread.isManaged)), ("samples", .number(thread.samples)),
            ("managed_samples", .number(thread.managedSamples)), ("frames", frames),
          ]))
      }
    }
    output.line(JSON.array(rows).text)
  }

  private func frames(_ group: Group) -> [String] {
    let names = collector.tree.frames(group.node).map { collector.name($0) }
    return (group.isManaged ? [] : ["[Native Frames]"]) + names
  }
}
