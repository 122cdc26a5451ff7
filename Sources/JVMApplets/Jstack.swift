public import Box
internal import HotSpot
internal import Linux

/// Prints the stacks of all threads of a JVM.
public struct Jstack: Command {
  var locks = false
  var extended = false

  public init() {}

  public static var manual: Manual<Jstack> {
    Manual(
      "jstack", "Print the stacks of all threads of a JVM", family: .runtimes, operands: "PID",
      options: [
        .flag("e", nil, "More about each thread") { $0.extended = true },
        .flag("l", nil, "The locks that threads own, java.util.concurrent ones too") {
          $0.locks = true
        },
      ],
      examples: [
        ("jstack 1", "What does the app do right now? Any deadlock?"),
        ("jstack -l 1 | grep -A3 BLOCKED", "Who waits for which lock?"),
      ],
      standard: "JDK 17 jstack(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count == 1 else { throw .usage("which process? give one PID") }
    let finder = try JavaFinder(context)
    let pid = try JVMTarget.one(operands[0], finder)
    let arguments = (locks ? ["-l"] : []) + (extended ? ["-e"] : [])
    let reply = try context.relay(
      AttachRequest("threaddump", arguments), to: try Attachment(finder, pid))
    if reply.status != 0 { throw .message("\(pid): \(reply.complaint)") }
  }
}
