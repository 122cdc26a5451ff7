public import Box

/// Prints the environment of a process, secrets masked.
public struct Penv: Command {
  var zero = false
  var reveal = false

  public init() {}

  public static var manual: Manual<Penv> {
    Manual(
      "penv", "Print the environment of a process, secrets masked", family: .target,
      operands: "PID...",
      options: [
        .flag("0", "null", "End each line with NUL, not newline") { $0.zero = true },
        .flag(nil, "reveal", "Show the secrets too") { $0.reveal = true },
      ],
      examples: [("penv 1", "What was the app started with?")],
      standard: "none; the same as env -p PID")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.isEmpty { throw .usage("which process? give its PID") }
    for operand in operands {
      do throws(Failure) {
        let pid = try parsePID(operand)
        try TargetEnvironment(pid: pid, reveal: reveal, zero: zero).show(&context)
      } catch {
        context.report(error)
      }
    }
  }
}
