public import Box
internal import Linux

/// Finds programs. Debian's which(1).
public struct Which: Command {
  var showsAll = false
  var isSilent = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Which> {
    Manual(
      "which", "Print the path of the program a name stands for", family: .shell,
      operands: "NAME...", grammar: .posix,
      options: [
        .flag("a", nil, "Print every match, not just the first") { $0.showsAll = true },
        .flag("s", nil, "Print nothing; only the status tells") { $0.isSilent = true },
      ],
      examples: [("which -a sh", "All of that name on PATH")], standard: "debianutils which(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.isEmpty { throw .quiet(ExitStatus.failure) }
    let folders = (context.variable("PATH") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    for name in operands {
      var matches: [String] = []
      if name.utf8.contains(UInt8(ascii: "/")) {
        if isProgram(name, context) { matches = [name] }
      } else if !name.isEmpty {
        matches = folders.map { ($0.isEmpty ? "." : $0) + "/" + name }.filter {
          isProgram($0, context)
        }
      }
      if matches.isEmpty { context.fail() }
      if isSilent { continue }
      for match in showsAll ? matches[...] : matches.prefix(1) { context.output.line(match) }
    }
  }

  private func isProgram(_ path: String, _ context: Context) -> Bool {
    guard let status = try? context.root.status(path, follow: true) else { return false }
    return status.kind == .regular && context.root.permits(.execute, to: path)
  }
}
