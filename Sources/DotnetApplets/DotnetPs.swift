public import Box
internal import DotnetIPC
internal import Linux
internal import ProcFS
public import Report
internal import Target

/// Lists .NET processes with what their runtimes tell, or the environment of one.
public struct DotnetPs: Reporting {
  public var style = ReportStyle()
  var showsEnvironment = false
  var reveal = false

  public init() {}

  public static var manual: Manual<DotnetPs> {
    Manual(
      "dotnet-ps", "List .NET processes and what their runtimes tell", family: .runtimes,
      operands: "[PID]...",
      options: Option.reporting + [
        .flag(nil, "env", "The environment of one PID as its runtime sees it, secrets masked") {
          $0.showsEnvironment = true
        },
        .flag(nil, "reveal", "Show the secrets too") { $0.reveal = true },
      ],
      examples: [
        ("dotnet-ps", "Which .NET apps run in this pod, and can tools attach?"),
        ("dotnet-ps --env 1", "What does the app see in its environment?"),
      ],
      standard: "none",
      deviations: ["--env needs .NET 6; env -p shows what a process was started with"])
  }

  struct Row {
    let process: DotnetProcess
    let title: DotnetTitle
    var information: ProcessInformation?
    var refusal: Failure?
  }

  static var columns: [Column<Row>] {
    [
      Column("PID", "pid", .right, help: "Process") { .number(Int($0.process.pid)) },
      Column("UID", "uid", .right, help: "Effective uid") { .number(Int($0.process.uid)) },
      Column("NAME", "name", help: "Name of its program") { .text($0.title.name) },
      Column("VERSION", "version", help: "Version of the runtime") { row in
        row.information?.version.map { .text($0) } ?? .missing
      },
      Column("RID", "rid", help: "Platform of the runtime") { row in
        guard let information = row.information else { return .missing }
        return .text(
          information.runtimeIdentifier
            ?? information.operatingSystem + " " + information.architecture)
      },
      Column("MAIN", "main", help: "Assembly that it runs") { row in
        (row.information?.entryAssembly ?? row.title.assembly).map { .text($0) } ?? .missing
      },
      Column("ATTACH", "attach", help: "Whether tools can attach, or why not") { row in
        guard let refusal = row.refusal else { return .text("yes") }
        // The PID stands in a column of its own.
        let text = refusal.text ?? ""
        let prefix = "\(row.process.pid): "
        let isTold = text.hasPrefix(prefix)
        return .text("no: " + (isTold ? String(text.dropFirst(prefix.utf8.count)) : text))
      },
      Column("COMMAND", "command", help: "Its command line") {
        .text($0.title.arguments.joined(separator: " "))
      },
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let finder = try DotnetFinder(context)
    var pids: [Int32] = []
    for text in operands {
      guard let pid = decimal(Array(text.utf8)), pid > 0 else {
        throw .usage("\(text): not a process ID")
      }
      pids.append(pid)
    }
    if showsEnvironment {
      guard pids.count == 1 else { throw .usage("--env: needs one PID") }
      return try environment(try finder.process(pids[0]), finder, context)
    }
    if reveal { throw .usage("--reveal: needs --env") }
    var found: [DotnetProcess] = []
    if pids.isEmpty { found = try finder.all() }
    for pid in pids { found.append(try finder.process(pid)) }
    let rows = found.map { row($0, finder) }
    try context.report(rows, Self.columns, style)
    guard !style.json else { return }
    for row in rows {
      if let advice = row.refusal?.advice {
        context.note("to attach to \(row.process.pid): " + advice)
      }
    }
  }

  private func row(_ process: DotnetProcess, _ finder: DotnetFinder) -> Row {
    var row = Row(process: process, title: DotnetTitle(process, finder))
    do throws(Failure) {
      row.information = try finder.client(process).information()
    } catch {
      row.refusal = error
    }
    return row
  }

  private func environment(
    _ process: DotnetProcess, _ finder: DotnetFinder, _ context: Context
  ) throws(Failure) {
    guard let entries = try finder.client(process).variables() else {
      throw Failure(
        "\(process.pid): a runtime before .NET 6 does not tell its environment",
        advice: "env -p \(process.pid) shows what the process was started with")
    }
    var hidden = 0
    for index in sortedIndices(entries.count, { entries[$0].precedesBytewise(entries[$1]) }) {
      let shown = reveal ? entries[index] : Secrets.masked(entries[index])
      if !shown.sameBytes(as: entries[index]) { hidden += 1 }
      context.output.line(Sanitize.escaped(shown))
    }
    if hidden > 0 {
      context.note("\(hidden) masked; --reveal shows them (and the container's log keeps them)")
    }
  }
}
