public import Box

/// Succeeds. POSIX true(1).
public struct True: Command {
  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<True> {
    Manual(
      "true", "Do nothing, successfully", family: .shell, operands: "[IGNORED]...", grammar: .own,
      examples: [("while true; do sleep 1; done", "Loop until interrupted")],
      standard: "POSIX true(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {}
}
