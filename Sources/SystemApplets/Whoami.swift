internal import Accounts
public import Box
internal import Linux

/// Names the effective user. GNU whoami(1).
public struct Whoami: Command {
  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Whoami> {
    Manual(
      "whoami", "Print the name of the effective user", family: .system,
      examples: [("whoami", "As id -un")], standard: "coreutils whoami(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let operand = operands.first { throw .usage("\(operand): extra operand") }
    let uid = Credentials.effectiveUID
    guard let name = Accounts(root: context.root).user(uid) else {
      throw .message("cannot find name for user ID \(uid)")
    }
    context.output.line(Sanitize.escaped(name))
  }
}
