public import Box
internal import Linux
internal import Report

/// Lists processes by name and other properties; procps-ng 4 pgrep(1).
///
/// Names the kernel has cut at 15 bytes match by the name of their program. Regular expressions are
/// those of Patterns: a character is a byte.
public struct Pgrep: Selecting {
  public var selection = ProcessSelection()
  var listsName = false
  var listsCommand = false
  var counts = false
  var delimiter = "\n"
  var json = false

  public init() {}

  public static var manual: Manual<Pgrep> {
    Manual(
      "pgrep", "Print the PIDs of processes by name and other properties", family: .processes,
      operands: "[PATTERN]",
      options: Option<Pgrep>.selection + [
        .flag("v", "inverse", "All but those that match") { $0.selection.inverse = true },
        .flag("w", "lightweight", "List threads") { $0.selection.threads = true },
        .flag("l", "list-name", "Print the name, too") { $0.listsName = true },
        .flag("a", "list-full", "Print the command line, too") { $0.listsCommand = true },
        .flag("c", "count", "Print how many match") { $0.counts = true },
        .value("d", "delimiter", "TEXT", "What to print between two PIDs") {
          (options: inout Pgrep, text: String) in options.delimiter = text
        },
        .flag(nil, "json", "Print an array of objects") { $0.json = true },
      ],
      examples: [
        ("pgrep -af java", "Find the JVM and see how it was started"),
        ("pgrep -u 1000 -c .", "How many processes does uid 1000 run?"),
        ("pgrep --ns 1 --nslist net .", "Who shares the network of PID 1?"),
      ],
      standard: "procps-ng pgrep(1)",
      deviations: ["finds names longer than 15 bytes without -f"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let matcher = try matcher(
      operands, wantsCommand: listsCommand || json, selection, context)
    let found = try matcher.matches()
    if json {
      context.output.line(JSON.array(found.map { object($0) }).text)
    } else if counts {
      context.output.line(String(found.count))
    } else if !found.isEmpty {
      let delimiter = delimiter.bytes
      for (index, match) in found.enumerated() {
        if index > 0 { context.output.write(delimiter) }
        context.output.write(line(match))
      }
      context.output.write(UInt8(ascii: "\n"))
    }
    if found.isEmpty { context.fail() }
  }

  private func line(_ match: ProcessMatch) -> String {
    if listsCommand { return "\(match.pid) " + Sanitize.masked(String(bytes: match.command)) }
    if listsName { return "\(match.pid) " + Sanitize.masked(String(bytes: match.name)) }
    return String(match.pid)
  }

  private func object(_ match: ProcessMatch) -> JSON {
    .object([
      (key: "pid", value: .number(Int(match.pid))),
      (key: "name", value: .string(String(bytes: match.name))),
      (key: "command", value: .string(String(bytes: match.command))),
    ])
  }
}

/// The matcher for the operands of `pgrep` or `pkill`.
func matcher(
  _ operands: [String], wantsCommand: Bool, _ selection: ProcessSelection, _ context: Context
) throws(Failure) -> ProcessMatcher {
  try selection.check()
  if operands.count > 1 { throw .usage("\(operands[1]): only one pattern; quote it") }
  if operands.isEmpty, !selection.hasCriteria {
    throw .usage("no pattern and no criteria; . matches everything")
  }
  return try ProcessMatcher(selection, operands.first, wantsCommand: wantsCommand, context)
}
