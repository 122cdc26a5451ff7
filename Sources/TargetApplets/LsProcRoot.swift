public import Box
internal import Linux
internal import ProcFS
public import Report
internal import Runtimes
internal import Target

/// Lists the containers of the pod, or the files of one.
public struct LsProcRoot: Reporting {
  public var style = ReportStyle()

  public init() {}

  public static var manual: Manual<LsProcRoot> {
    Manual(
      "ls-proc-root", "List the pod's containers, or a target's files by its names",
      family: .target, operands: "[PID [PATH]...]", options: Option.reporting,
      examples: [
        ("ls-proc-root", "Which containers are here, and can I reach their files?"),
        ("ls-proc-root 1 /app", "List /app of the container of PID 1"),
      ],
      standard: "none",
      deviations: [
        "with a PID it is `ls -la` below /proc/PID/root, reached by whatever means the pod allows"
      ])
  }

  struct Row {
    let container: Container
    let reach: Reach
    let command: String
    let runtime: StaticString?
  }

  static var columns: [Column<Row>] {
    [
      Column("CONTAINER", "container", help: "self, pause, or the main process's name") {
        .text($0.container.label)
      },
      Column("PID", "pid", .right, help: "Main process") { .number(Int($0.container.mainProcess)) },
      Column("UID", "uid", .right, help: "Effective uid of the main process") {
        .number(Int($0.container.uid))
      },
      Column("GID", "gid", .right, help: "Effective gid of the main process") {
        .number(Int($0.container.gid))
      },
      Column("PROCS", "processes", .right, help: "Number of processes") {
        .number($0.container.processes.count)
      },
      Column("ROOT", "root", help: "Type of the root file system") { .text($0.container.rootType) },
      Column("MODE", "mode", help: "rw, or ro when the root file system is read-only") {
        .text($0.container.isReadOnly ? "ro" : "rw")
      },
      Column("RUNTIME", "runtime", help: "Language runtime of the main process, by its names") {
        $0.runtime.map { .text("\($0)") } ?? .missing
      },
      Column("ID", "id", help: "The runtime's container ID, from the cgroup path") { row in
        row.container.id.map { .text(String($0.prefix(12))) } ?? .missing
      },
      Column("REACHABLE", "reachable", help: "Whether its files can be read, and by which means") {
        .text($0.container.isOwn ? "yes, this container" : $0.reach.words)
      },
      Column("COMMAND", "command", help: "Command line of the main process") { .text($0.command) },
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let first = operands.first else { return try containers(&context) }
    let pid = try parsePID(first)
    guard let ls = context.applets.named("ls") else { throw .message("ls: no such applet") }
    let paths = operands.count > 1 ? Array(operands.dropFirst()) : ["/"]
    var inner = context.renamed("ls-proc-root")
    let places = paths.map { "/proc/\(pid)/root/" + $0.drop { $0 == "/" } }
    throw .quiet(ls.run(["-la", "--"] + places, &inner))
  }

  private func containers(_ context: inout Context) throws(Failure) {
    let root = context.root
    let processes = try attempt { () throws(SystemError) in try ProcFS(root) }
    let pod = try attempt { () throws(SystemError) in try Pod(processes) }
    let rows = pod.containers.map { container in
      let arguments = (try? processes.arguments(of: container.mainProcess, limit: 65536)) ?? []
      return Row(
        container: container,
        reach: container.isOwn ? .open(.plain) : Reach(container.mainProcess, processes),
        command: arguments.joined(separator: " "),
        runtime: RuntimeInspector(processes).guess(container.mainProcess, arguments))
    }
    try context.report(rows, Self.columns, style)
    guard !style.json else { return }
    var advised: [String] = []
    for row in rows {
      guard case .refused(let failure) = row.reach, let advice = failure.advice,
        !advised.contains(advice)
      else { continue }
      advised.append(advice)
      context.note("to reach \(row.container.label): " + advice)
    }
    if pod.targets.isEmpty {
      context.note(
        "no target: only this container's processes are visible (--target not given, or no shared PID namespace)"
      )
    }
  }
}
