public import Box

/// Fails. POSIX false(1).
public struct False: Command {
  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<False> {
    Manual(
      "false", "Do nothing, unsuccessfully", family: .shell, operands: "[IGNORED]...",
      grammar: .own, examples: [("false || echo failed", "Try what follows a failure")],
      standard: "POSIX false(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    throw .quiet(ExitStatus.failure)
  }
}
