public import Box
internal import Linux

/// Counts processors. GNU nproc(1).
public struct Nproc: Command {
  var countsAll = false
  var ignored = 0

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Nproc> {
    Manual(
      "nproc", "Print how many CPUs this process may use", family: .system,
      options: [
        .flag(nil, "all", "All CPUs of the machine") { $0.countsAll = true },
        .parsed(nil, "ignore", "NUM", "Leave out NUM, but print at least 1") {
          (options: inout Nproc, text: String) throws(Failure) in
          guard let number = Int(text), number >= 0 else {
            throw .message("\(text): invalid number")
          }
          options.ignored = number
        },
      ],
      examples: [("nproc --all", "CPUs of the node")], standard: "coreutils nproc(1)",
      deviations: ["as there, limits of cgroups do not count"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let operand = operands.first { throw .usage("\(operand): extra operand") }
    var count = countsAll ? Host.processorsConfigured : Host.processors
    if !countsAll {
      let limit = Self.positive(context.variable("OMP_THREAD_LIMIT")) ?? .max
      count = min(Self.positive(context.variable("OMP_NUM_THREADS")) ?? count, limit)
    }
    context.output.line(String(max(1, count - min(ignored, count))))
  }

  /// The first number of a list as OpenMP has them; nil for zero and what is no number.
  static func positive(_ text: String?) -> Int? {
    guard let text else { return nil }
    let trimmed = text.utf8.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let digits = trimmed.prefix { (0x30...0x39).contains($0) }
    let rest = trimmed[digits.endIndex...].drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard !digits.isEmpty, rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
    guard let number = Int(String(Substring(digits))) else { return .max }
    return number > 0 ? number : nil
  }
}
