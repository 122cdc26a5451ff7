public import Box
internal import Linux
internal import Target

/// Records a session on a terminal, in the format of asciinema, version 2.
public struct Script: Command {
  var command: String?
  var appends = false
  var isQuiet = false
  var returnsStatus = false
  var reveals = false

  public init() {}

  public static var manual: Manual<Script> {
    Manual(
      "script", "Record a session in the terminal, secrets masked", family: .shell,
      operands: "[FILE]",
      options: [
        .flag("a", "append", "Go on behind what FILE holds") { $0.appends = true },
        .value("c", "command", "COMMAND", "Run COMMAND, not a shell") { $0.command = $1 },
        .flag("e", "return", "End with the command's status") { $0.returnsStatus = true },
        .flag("f", "flush", "Write each event at once, as it always is") { _ in },
        .flag("q", "quiet", "Do not tell of start and end") { $0.isQuiet = true },
        .flag(nil, "reveal", "Record secrets too") { $0.reveals = true },
      ],
      examples: [
        ("script /tmp/session.cast", "Record, then kubectl cp it"),
        ("script -q -e -c 'ps aux' ps.cast", "Record one command"),
      ],
      standard: "util-linux script(1), asciicast v2",
      deviations: [
        "the file is an asciicast, played by asciinema play; default typescript",
        "words that look like secrets are masked in the recording; what is typed is recorded by words",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.count > 1 { throw .usage("\(operands[1]): one FILE only") }
    let name = operands.first ?? "typescript"
    let place = try Paths(context).location(name)
    let start = appends ? Recording.end(of: place) : nil
    let file = try place.open([.write, .create, start == nil ? .truncate : .append])
    let size = Terminal.size(0) ?? Terminal.size(1) ?? (columns: 80, rows: 24)
    let recording = Recording(file, masks: !reveals, clock: context.clock, offset: start ?? 0)
    if start == nil {
      recording.begin(
        columns: size.columns, rows: max(1, size.rows), command: command,
        term: context.variable("TERM"), shell: context.variable("SHELL"))
    }
    if !isQuiet {
      context.output.line("Script started, output log file is '\(Sanitize.escaped(name))'.")
    }
    context.output.flush()
    let line = command.map { ["sh", "-c", $0] } ?? [shell(context)]
    let reason = try RecordedSession(line, recording, context).run(size)
    if !isQuiet { context.output.line("Script done.") }
    if let failure = recording.failure { throw .system(failure.about(name)) }
    if returnsStatus, reason.status != 0 { throw .quiet(reason.status) }
  }

  private func shell(_ context: Context) -> String {
    guard let shell = context.variable("SHELL"), !shell.isEmpty,
      context.root.permits(.execute, to: shell)
    else { return "sh" }
    return shell
  }
}
