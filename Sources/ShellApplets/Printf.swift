public import Box
internal import Linux

/// Prints its arguments by a format. GNU printf(1).
public struct Printf: Command {
  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Printf> {
    Manual(
      "printf", "Print arguments by a format, as often as they last", family: .shell,
      operands: "FORMAT [ARGUMENT]...", grammar: .own,
      examples: [
        ("printf '%-10s %5d\\n' a 1 b 2", "Print a table of two lines"),
        ("printf '%q ' \"$@\"", "Quote words for a shell"),
        ("printf '%x %d\\n' 255 \"'A\"", "Convert numbers; 'A is the code of A"),
      ],
      standard: "coreutils printf(1)",
      deviations: ["text is UTF-8 in every locale; %q escapes characters that reorder text"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let words = operands.first == "--" ? operands.dropFirst() : operands[...]
    guard let format = words.first else { throw .usage("missing operand: needs a FORMAT") }
    var evaluator = FormatEvaluator(format: format.bytes, arguments: words.dropFirst())
    var failure: Failure?
    var goesOn = true
    while goesOn {
      do throws(Failure) {
        goesOn = try evaluator.pass()
      } catch {
        failure = error
        goesOn = false
      }
      context.output.write(evaluator.output)
      evaluator.output.removeAll()
      for complaint in evaluator.complaints { context.report(complaint) }
      evaluator.complaints.removeAll()
      for remark in evaluator.remarks { context.note("warning: " + remark) }
      evaluator.remarks.removeAll()
      if context.output.failure != nil { return }
    }
    if let failure { throw failure }
  }
}
