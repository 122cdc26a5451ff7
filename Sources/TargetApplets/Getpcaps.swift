public import Box
internal import Capabilities
internal import Linux
internal import ProcFS

/// Prints the capabilities of processes.
public struct Getpcaps: Command {
  var verbose = false
  var iab = false

  public init() {}

  public static var manual: Manual<Getpcaps> {
    Manual(
      "getpcaps", "Print the capabilities of processes", family: .target, operands: "PID...",
      options: [
        .flag(nil, "iab", "Print the inheritable, ambient and bounding sets") { $0.iab = true },
        .flag(nil, "ugly", "Name all sets, as old versions did") { $0.verbose = true },
        .flag(nil, "verbose", "Name all sets, as old versions did") { $0.verbose = true },
      ],
      examples: [("getpcaps 1", "What may the target do?")], standard: "libcap getpcaps(8)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.isEmpty { throw .usage("which process? give its PID") }
    for operand in operands {
      guard let pid = decimal(Array(operand.utf8)) else {
        context.report(.usage("\(operand): not a process ID"))
        continue
      }
      guard let text = iab ? CapabilityState.iab(pid: pid) : CapabilityState.text(pid: pid) else {
        context.report(.message("\(operand): no such process"))
        continue
      }
      if verbose {
        context.output.line("Capabilities for `\(operand)': \(text)")
      } else {
        context.output.line("\(operand): \(text)")
      }
    }
  }
}
