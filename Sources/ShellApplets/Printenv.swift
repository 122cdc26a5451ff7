public import Box
internal import Linux

/// Prints environment variables. GNU printenv(1).
public struct Printenv: Command {
  var terminator = UInt8(ascii: "\n")

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Printenv> {
    Manual(
      "printenv", "Print this container's environment", family: .shell, operands: "[NAME]...",
      grammar: .posix,
      options: [.flag("0", "null", "End each line with NUL") { $0.terminator = 0 }],
      examples: [
        ("printenv PATH", "The value of one variable"),
        ("env -p 1", "The environment of a process of the target"),
      ],
      standard: "coreutils printenv(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else {
      for entry in context.environment { show(entry, context) }
      return
    }
    for name in operands {
      var isThere = false
      if !name.utf8.contains(UInt8(ascii: "=")) {
        let prefix = Array((name + "=").utf8)
        for entry in context.environment where entry.utf8.starts(with: prefix) {
          isThere = true
          show(String(entry.utf8.dropFirst(prefix.count)) ?? "", context)
        }
      }
      if !isThere { context.fail() }
    }
  }

  private func show(_ text: String, _ context: Context) {
    context.output.write(text)
    context.output.write(terminator)
  }
}
