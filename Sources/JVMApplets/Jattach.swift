public import Box
internal import HotSpot
internal import Linux

/// Sends one raw command to a JVM's attach listener.
public struct Jattach: Command {
  public init() {}

  public static var manual: Manual<Jattach> {
    Manual(
      "jattach", "Send one raw attach command to a JVM", family: .runtimes,
      operands: "PID COMMAND [ARGUMENT]...", grammar: .own,
      options: [
        .flag(nil, "force", "Do not ask before what stops the process for long") { _ in }
      ],
      examples: [
        ("jattach 1 threaddump -l", "All threads with their stacks and locks"),
        ("jattach 1 inspectheap | head", "Which classes fill the heap?"),
        ("jattach 1 load instrument false /agent.jar", "Load a Java agent; paths are the target's"),
      ],
      standard: "jattach 2.1",
      deviations: [
        "the words behind jcmd are joined to one command line",
        "SIGQUIT is never sent to what would print its threads or die of it",
      ])
  }

  /// The commands of HotSpot's listener.
  private static let names: [StaticString] = [
    "agentProperties", "datadump", "dumpheap", "getversion", "inspectheap", "jcmd", "load",
    "printflag", "properties", "setflag", "threaddump",
  ]

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let force = operands.first == "--force"
    var rest = operands.dropFirst(force ? 1 : 0)
    guard let target = rest.popFirst() else { throw .usage("which process? give its PID") }
    if target.hasPrefix("-") { throw unknownOption(target, nearest: nil) }
    let pid = try parsePID(target)
    guard let command = rest.popFirst() else {
      let list = Self.names.map { "\($0)" }.joined(separator: ", ")
      throw .usage("which command? \(list)")
    }
    let arguments = command == "jcmd" ? [rest.joined(separator: " ")] : Array(rest)
    let finder = try JavaFinder(context)
    let attachment = try Attachment(finder, pid)
    let file = try prepare(command, arguments, attachment, force, finder, context)
    let printer = AnswerPrinter(context)
    let reply = try attachment.execute(AttachRequest(command, arguments)) { printer.take($0) }
    printer.end(reply)
    if reply.status != 0 { context.fail(Int32(truncatingIfNeeded: reply.status & 0xFF)) }
    if command == "load", let code = Self.agentCode(reply.head), code != 0 {
      context.fail(Int32(truncatingIfNeeded: code & 0xFF))
    }
    let line = command == "jcmd" ? arguments[0] : command
    if let text = Admission.find(line, reply.head) { throw .message("\(pid): \(text)") }
    if reply.status == 0 { file?.announce(context) }
  }

  private func prepare(
    _ command: String, _ arguments: [String], _ attachment: Attachment, _ force: Bool,
    _ finder: JavaFinder, _ context: Context
  ) throws(Failure) -> TargetFile? {
    let pid = attachment.process.pid
    if command == "dumpheap", let path = arguments.first {
      let file = try TargetFile(path, of: attachment, context)
      if !force { try file.checkRoom(for: attachment, finder, context) }
      try Pause(force: force).confirm("while its heap is dumped", pid, context)
      return file
    }
    if command == "inspectheap", arguments.first != "-all" {
      try Pause(force: force).confirm("for a full collection of its heap", pid, context)
    }
    return nil
  }

  /// What an agent's entry returned: `return code: N`, or a bare number in JDK 8.
  private static func agentCode(_ head: [UInt8]) -> Int? {
    var line = String(bytes: head.prefix { $0 != 0x0A })
    let prefix = "return code: "
    if line.hasPrefix(prefix) { line = String(line.dropFirst(prefix.utf8.count)) }
    return Int(line)
  }
}

/// Prints an answer as jattach does: two lines of its own, the text, an empty line.
private final class AnswerPrinter {
  private let context: Context
  private var printer: ReplyPrinter
  private var hasBegun = false

  init(_ context: Context) {
    self.context = context
    printer = ReplyPrinter(context)
  }

  func take(_ bytes: ArraySlice<UInt8>) -> Bool {
    begin(0)
    return printer.write(bytes)
  }

  func end(_ reply: AttachReply) {
    begin(reply.status)
    // The text of a refusal is not streamed.
    if reply.status != 0 { _ = printer.write(reply.head[...]) }
    printer.finishLine()
    context.output.line("")
  }

  private func begin(_ status: Int) {
    if hasBegun { return }
    hasBegun = true
    context.output.line("Connected to remote JVM")
    context.output.line("JVM response code = \(status)")
  }
}
