public import Box
internal import HotSpot
internal import Linux
internal import Target

/// Sends diagnostic commands to JVMs.
public struct Jcmd: Command {
  public init() {}

  public static var manual: Manual<Jcmd> {
    Manual(
      "jcmd", "Send a diagnostic command to a JVM", family: .runtimes,
      operands: "[PID|CLASS|0 [COMMAND [ARGUMENT]...|-f FILE]]", grammar: .own,
      options: [
        .value("f", nil, "FILE", "Take the commands from FILE, one per line") { (_, _: String) in },
        .flag(nil, "force", "Do not ask before what stops the process for long") { _ in },
        .flag("h", nil, "Show this help") { _ in },
        .flag("l", nil, "List the Java processes") { _ in },
      ],
      examples: [
        ("jcmd 1 Thread.print", "All threads with their stacks"),
        ("jcmd 1 help", "What can this JVM do?"),
        ("jcmd 1 GC.heap_dump /tmp/x.hprof", "The heap, into the target's /tmp"),
      ],
      standard: "JDK 17 jcmd(1)",
      deviations: [
        "a command that fails with status 0 inside the JVM ends with status 1 here",
        "PerfCounter.print reads the counters without attaching",
      ])
  }

  /// What of the command line concerns us; the rest is the JVM's.
  struct Request {
    var target: String?
    var commands: [String] = []
    var force = false
    var help = false
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let request = try Self.parse(operands, context)
    if request.help {
      let page = Page(Self.manual)
      return context.output.write(Box.help(page, calledAs: context.name))
    }
    let finder = try JavaFinder(context)
    guard let target = request.target else { return try list(finder, context) }
    for pid in try JVMTarget.find(target, finder) {
      context.output.line("\(pid):")
      do throws(Failure) {
        try execute(request, pid, finder, context)
      } catch {
        context.report(error)
      }
    }
  }

  private func list(_ finder: JavaFinder, _ context: Context) throws(Failure) {
    for process in try finder.all() {
      let command = process.command
      let text = command.main + (command.arguments.isEmpty ? "" : " " + command.arguments)
      context.output.line("\(process.pid) " + Sanitize.escaped(text.isEmpty ? "Unknown" : text))
    }
  }

  private func execute(
    _ request: Request, _ pid: Int32, _ finder: JavaFinder, _ context: Context
  ) throws(Failure) {
    if request.commands == ["PerfCounter.print"] { return try counters(pid, finder, context) }
    let attachment = try Attachment(finder, pid)
    for command in request.commands {
      if command == "stop" { return }
      try DiagnosticCommand(command).run(attachment, force: request.force, finder, context)
    }
  }

  /// What the JDK prints: sorted, texts in quotes.
  private func counters(_ pid: Int32, _ finder: JavaFinder, _ context: Context) throws(Failure) {
    let data = try finder.perfData(of: pid)
    var lines = data.all().map { counter in
      counter.name + "=" + (counter.isText ? "\"" + counter.value + "\"" : counter.value)
    }
    lines += data.head.map { $0.name + "=" + String($0.value) }
    let keys = lines.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "=") }) }
    for index in sortedIndices(lines.count, { keys[$0].lexicographicallyPrecedes(keys[$1]) }) {
      context.output.line(Sanitize.masked(lines[index]))
    }
  }

  static func parse(_ words: [String], _ context: Context) throws(Failure) -> Request {
    var request = Request()
    var rest = words[...]
    while let word = rest.first, word.hasPrefix("-") {
      rest.removeFirst()
      switch word {
      case "--force": request.force = true
      case "-l":
        if let more = rest.first { throw .usage("\(more): -l takes no operand") }
        return request
      case "-h", "-?", "-help", "--help":
        request.help = true
        return request
      case "-f": throw .usage("-f: comes behind the process, as in jcmd 1 -f FILE")
      default: throw unknownOption(word, nearest: nil)
      }
    }
    guard let target = rest.popFirst() else { return request }
    request.target = target
    if rest.first == "-f" {
      guard rest.count == 2, let file = rest.last else { throw .usage("-f: needs one FILE") }
      let bytes = try Paths(context).location(file).contents(limit: 1 << 20)
      request.commands = bytes.split(separator: UInt8(ascii: "\n")).map {
        trimmed(String(bytes: $0))
      }.filter { !$0.isEmpty }
    } else {
      request.commands = [rest.isEmpty ? "help" : rest.joined(separator: " ")]
    }
    return request
  }

  private static func trimmed(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard let first = bytes.firstIndex(where: { $0 > 0x20 }),
      let last = bytes.lastIndex(where: { $0 > 0x20 })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}

/// One command line of `jcmd`: what it will stop, what it leaves behind, whether it failed.
struct DiagnosticCommand {
  let line: String
  private let words: [String]

  init(_ line: String) {
    self.line = line
    words = line.split(separator: " ").map { String($0) }
  }

  private var verb: String { words.first ?? "" }

  func run(_ attachment: Attachment, force: Bool, _ finder: JavaFinder, _ context: Context)
    throws(Failure)
  {
    let file = try resultFile(attachment, context)
    try prepare(attachment, file, force, finder, context)
    let reply = try context.relay(AttachRequest("jcmd", [line]), to: attachment)
    let pid = attachment.process.pid
    guard reply.status == 0 else { throw .message("\(pid): \(reply.complaint)") }
    if reply.head.isEmpty { context.output.line("Command executed successfully") }
    if let text = Admission.find(line, reply.head) { throw .message("\(pid): \(verb): \(text)") }
    guard let file else { return }
    if verb == "JFR.start" {
      context.note("the recording will be written to \(file.display)")
    } else {
      file.announce(context)
    }
  }

  private func prepare(
    _ attachment: Attachment, _ file: TargetFile?, _ force: Bool, _ finder: JavaFinder,
    _ context: Context
  ) throws(Failure) {
    let pid = attachment.process.pid
    if verb == "GC.heap_dump" {
      if let file, !force { try file.checkRoom(for: attachment, finder, context) }
      try Pause(force: force).confirm("while its heap is dumped", pid, context)
    } else if verb == "GC.class_histogram", !words.contains("-all") {
      try Pause(force: force).confirm("for a full collection of its heap", pid, context)
    }
  }

  /// The file that the command makes in the target, if we know of one.
  private func resultFile(_ attachment: Attachment, _ context: Context) throws(Failure)
    -> TargetFile?
  {
    var path: String?
    switch verb {
    case "GC.heap_dump", "Thread.dump_to_file":
      path = words.dropFirst().first { !$0.hasPrefix("-") }
    case "JFR.start", "JFR.dump", "JFR.stop":
      let key = "filename="
      path = words.first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.utf8.count)) }
    case "Compiler.perfmap":
      path = words.dropFirst().first ?? "/tmp/perf-\(attachment.process.innerPID).map"
    default: break
    }
    guard var path, !path.isEmpty else { return nil }
    if path.hasPrefix("\"") { path = String(path.dropFirst().prefix { $0 != "\"" }) }
    return try TargetFile(path, of: attachment, context)
  }
}
