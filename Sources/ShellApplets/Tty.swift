public import Box
internal import Linux

/// Names the terminal of standard input. POSIX tty(1).
public struct Tty: Command {
  var isSilent = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Tty> {
    Manual(
      "tty", "Print the terminal that standard input is", family: .shell,
      options: [
        .flag("s", "silent quiet", "Print nothing; only the status tells") { $0.isSilent = true }
      ],
      examples: [("tty -s && echo interactive", "Is anybody typing?")],
      standard: "POSIX tty(1), coreutils tty(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let operand = operands.first { throw .usage("\(operand): extra operand") }
    guard Terminal.isTerminal(0) else {
      if !isSilent { context.output.line("not a tty") }
      throw .quiet(ExitStatus.failure)
    }
    if !isSilent { context.output.line(Terminal.name(0) ?? "/dev/tty") }
  }
}
