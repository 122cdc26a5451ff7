public import Box
internal import DotnetIPC
internal import HotSpot
internal import Linux
internal import ProcFS
public import Report
internal import Runtimes
internal import Target

/// Tells of every process which runtime it is, and whether and how tools can attach to it.
public struct RuntimesCommand: Reporting {
  public var style = ReportStyle()
  var all = false

  public init() {}

  public static var manual: Manual<RuntimesCommand> {
    Manual(
      "runtimes", "Which runtime is each process, and can tools attach?", family: .runtimes,
      operands: "[PID]...",
      options: Option.reporting + [
        .flag("a", "all", "This container's own processes too") { $0.all = true }
      ],
      examples: [
        ("runtimes", "What runs in this pod, and which tools fit?"),
        ("runtimes --json", "The same for scripts"),
      ],
      standard: "none",
      deviations: [
        "without rights over a process it goes by names, threads and sockets that anybody may see"
      ])
  }

  struct Row {
    let pid: Int32
    let uid: Int?
    let name: String
    let facts: RuntimeFacts
    let attach: AttachAnswer
  }

  static var columns: [Column<Row>] {
    [
      Column("PID", "pid", .right, help: "Process") { .number(Int($0.pid)) },
      Column("UID", "uid", .right, help: "Effective uid") {
        $0.uid.map { .number($0) } ?? .missing
      },
      Column("RUNTIME", "runtime", help: "jvm, .net, node, python, go, ruby, native, …") {
        .text("\($0.facts.kind.name)")
      },
      Column("VERSION", "version", help: "Version of the runtime; language of a native program") {
        row in
        if let version = row.facts.version { return .text(version) }
        return row.facts.language.map { .text("\($0)") } ?? .missing
      },
      Column("MAIN", "main", help: "Main class, module or script") { row in
        row.facts.entry.map { .text($0) } ?? .missing
      },
      Column("TOOLS", "tools", help: "Applets that fit") { .list($0.attach.tools) },
      Column("NAME", "name", help: "Name of the process") { .text($0.name) },
      Column("ATTACH", "attach", help: "Whether tools can attach, by which means, or why not") {
        .text($0.attach.words)
      },
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let root = context.root
    let processes = try attempt { () throws(SystemError) in try ProcFS(root) }
    var wanted: [Int32] = []
    for operand in operands { wanted.append(try targetPID(operand)) }
    if wanted.isEmpty { wanted = try pids(processes) }
    let judge = try AttachJudge(context)
    var rows: [Row] = []
    for pid in wanted {
      guard let row = judge.row(pid) else {
        if !operands.isEmpty { context.report(.message("\(pid): no such process")) }
        continue
      }
      rows.append(row)
    }
    try context.report(rows, Self.columns, style)
    guard !style.json else { return }
    var said: [String] = []
    for row in rows {
      guard let advice = row.attach.advice, !said.contains(advice) else { continue }
      said.append(advice)
      context.note("to attach to \(row.pid): " + advice)
    }
  }

  /// All processes but the kernel's, and but this container's unless they are wanted.
  private func pids(_ processes: ProcFS) throws(Failure) -> [Int32] {
    let hidden = all ? [] : (try? Pod(processes))?.own?.processes ?? []
    return try attempt { () throws(SystemError) in
      let listed = try ProcessTable(processes, reading: [.stat])
      return listed.records.filter { record in
        !record.stat.isKernelThread && record.stat.state != UInt8(ascii: "Z")
          && record.pid != Process.ownPID && !hidden.contains(record.pid)
      }.map { $0.pid }
    }
  }
}

/// Whether tools can attach, and by which means.
struct AttachAnswer {
  var words: String
  var tools: [String] = []
  var advice: String?

  init(_ words: String, _ tools: [String] = []) {
    self.words = words
    self.tools = tools
  }

  /// A refusal, without the process and the words that stand in the column anyway.
  init(_ failure: Failure, _ tools: [String] = []) {
    var text = Substring(failure.text ?? "")
    if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
      text = text[text.utf8.index(after: colon)...].drop { $0 == " " }
    }
    if text.hasPrefix("permission denied: ") { text = text.dropFirst(19) }
    words = "no: " + text
    self.tools = tools
    advice = failure.advice
  }
}

/// Judges processes one by one.
struct AttachJudge {
  private let finder: JavaFinder
  private let inspector: RuntimeInspector
  private let dotnets: DotnetFinder
  private var processes: ProcFS { finder.processes }

  init(_ context: Context) throws(Failure) {
    finder = try JavaFinder(context)
    inspector = RuntimeInspector(finder.processes)
    dotnets = try DotnetFinder(context)
  }

  /// - Returns: nil where the process is gone.
  func row(_ pid: Int32) -> RuntimesCommand.Row? {
    guard let status = try? processes.status(of: pid) else { return nil }
    let arguments = (try? processes.arguments(of: pid)) ?? []
    var facts = inspector.facts(of: pid, arguments: arguments)
    let inner = status.namespacePIDs.last ?? Int(pid)
    // A program in one file looks like any other where we may not see what is mapped.
    if facts.kind == .unknown || facts.kind == .native, isDotnet(pid) { facts.kind = .dotnet }
    let answer: AttachAnswer
    switch facts.kind {
    case .hotspot:
      describeJVM(pid, &facts)
      answer = hotspot(pid)
    case .dotnet: answer = dotnet(pid, &facts)
    case .node: answer = node(status)
    case .openj9: answer = openJ9(pid, inner, &facts)
    case .python: answer = python(pid, facts)
    case .go:
      answer = AttachAnswer("no: only by HTTP where it serves pprof", ["go-info", "go-pprof"])
    case .unknown: answer = unknown(pid)
    default: answer = AttachAnswer("no: nothing to attach to")
    }
    // It may have ended while it was looked at.
    if facts.kind == .unknown, (try? processes.status(of: pid)) == nil { return nil }
    return RuntimesCommand.Row(
      pid: pid, uid: status.effectiveUID.map { Int($0) }, name: status.text("Name") ?? "",
      facts: facts, attach: answer)
  }

  private func describeJVM(_ pid: Int32, _ facts: inout RuntimeFacts) {
    if let process = try? finder.process(pid) {
      facts.entry = process.command.main.isEmpty ? nil : process.command.main
    }
    facts.version = (try? finder.perfData(of: pid))?.text("java.property.java.version")
    if facts.version == nil { facts.version = inspector.variable("JAVA_VERSION", pid) }
  }

  private func hotspot(_ pid: Int32) -> AttachAnswer {
    let tools = ["jcmd", "jstack", "jmap", "jfr"]
    do throws(Failure) {
      let outlook = try Attachment(finder, pid).outlook()
      let counters = (try? finder.perfData(of: pid)) != nil ? ["jstat"] : []
      switch outlook {
      case .open: return AttachAnswer("yes, its socket is open", tools + counters)
      case .possible: return AttachAnswer("yes", tools + counters)
      case .refused(let failure): return AttachAnswer(failure, counters)
      }
    } catch {
      return AttachAnswer(error)
    }
  }

  private func isDotnet(_ pid: Int32) -> Bool {
    guard let process = try? dotnets.process(pid) else { return false }
    return dotnets.isListed(process)
  }

  /// The runtime of a program in one file tells its version itself; that of others lies in a folder of its name.
  private func dotnet(_ pid: Int32, _ facts: inout RuntimeFacts) -> AttachAnswer {
    let tools = ["dotnet-stack", "dotnet-counters", "dotnet-trace", "dotnet-gcdump", "dotnet-dump"]
    do throws(Failure) {
      let process = try dotnets.process(pid)
      let client = try dotnets.client(process)
      if facts.version == nil, let information = try client.information() {
        facts.version = information.version
        facts.entry = information.entryAssembly ?? facts.entry
      }
      return AttachAnswer("yes, at \(client.path)", tools)
    } catch {
      return AttachAnswer(error)
    }
  }

  private func node(_ status: ProcessStatus) -> AttachAnswer {
    let usr1: UInt64 = 1 << 9
    if status.caughtSignals & usr1 == 0 { return AttachAnswer("no: does not catch SIGUSR1") }
    return AttachAnswer("yes, SIGUSR1 opens its inspector on 127.0.0.1:9229", ["node-inspect"])
  }

  private func python(_ pid: Int32, _ facts: RuntimeFacts) -> AttachAnswer {
    if case .refused(let failure) = Reach(pid, processes) { return AttachAnswer(failure) }
    return AttachAnswer("yes, by its memory", ["pystack"])
  }

  private func openJ9(_ pid: Int32, _ inner: Int, _ facts: inout RuntimeFacts) -> AttachAnswer {
    if let info = try? OpenJ9Info(finder, pid, inner) {
      facts.version = info.version
      facts.entry = info.displayName
    }
    return AttachAnswer("no: OpenJ9's protocol is not spoken; kill -QUIT makes it write a javacore")
  }

  private func unknown(_ pid: Int32) -> AttachAnswer {
    if case .refused(let failure) = Reach(pid, processes) { return AttachAnswer(failure) }
    return AttachAnswer("no: nothing known to attach to")
  }
}
