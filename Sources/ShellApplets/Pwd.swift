public import Box
internal import Linux

/// Prints the working folder. POSIX pwd(1); without an option as `-P`, like coreutils.
public struct Pwd: Command {
  var isLogical = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Pwd> {
    Manual(
      "pwd", "Print the working folder", family: .shell,
      options: [
        .flag("L", "logical", "Use PWD of the environment, links and all") { $0.isLogical = true },
        .flag("P", "physical", "Resolve all links (the default)") { $0.isLogical = false },
      ],
      examples: [("pwd -L", "As the shell shows it")], standard: "coreutils pwd(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if !operands.isEmpty { context.note("ignoring non-option arguments") }
    if isLogical, let logical = logical(context) { return context.output.line(logical) }
    guard let folder = Process.workingFolder else {
      throw .message("the working folder has no path here: it was removed or lies outside our root")
    }
    context.output.line(folder)
  }

  /// `PWD`, if it is an absolute path without `.` and `..` to where we are.
  private func logical(_ context: Context) -> String? {
    guard let path = context.variable("PWD"), path.hasPrefix("/") else { return nil }
    let parts = path.split(separator: "/")
    if parts.contains(".") || parts.contains("..") { return nil }
    let own = Root()
    guard let there = try? own.status(path, follow: true),
      let here = try? own.status(".", follow: true),
      there.isSame(as: here)
    else { return nil }
    return path
  }
}
