internal import Box
internal import DotnetIPC
internal import Linux
internal import Report

/// The command `ps` of each tool: PID, name, program and arguments, as Microsoft's tools list them.
struct ProcessList {
  struct Row {
    let pid: Int32
    let title: DotnetTitle
  }

  let json: Bool

  func show(_ context: inout Context) throws(Failure) {
    let finder = try DotnetFinder(context)
    let rows = try finder.all().map { Row(pid: $0.pid, title: DotnetTitle($0, finder)) }
    var style = ReportStyle()
    style.json = json
    style.headers = false
    try context.report(rows, Self.columns, style)
    if rows.isEmpty, !json { context.note("no .NET process in sight; runtimes lists all kinds") }
  }

  private static var columns: [Column<Row>] {
    [
      Column("PID", "pid", .right, help: "Process") { .number(Int($0.pid)) },
      Column("NAME", "name", help: "Name of its program") { .text($0.title.name) },
      Column("PROGRAM", "program", help: "Path of its program") { .text($0.title.program) },
      Column("ARGUMENTS", "arguments", help: "Its arguments") {
        .text($0.title.arguments.dropFirst().joined(separator: " "))
      },
    ]
  }
}
