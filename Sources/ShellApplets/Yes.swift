public import Box
internal import Linux

/// Prints the same line for ever. GNU yes(1).
public struct Yes: Command {
  public init() {}

  public static var manual: Manual<Yes> {
    Manual(
      "yes", "Print a line until nobody reads it", family: .shell, operands: "[STRING]...",
      examples: [("yes | head -c 1G >/dev/null", "Make data")], standard: "coreutils yes(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let words = operands.isEmpty ? ["y"] : operands
    let line = words.joined(separator: " ").bytes + [UInt8(ascii: "\n")]
    var block = line
    while block.count < 65536 { block += line }
    while context.output.failure == nil {
      block.withUnsafeBytes { context.output.write($0) }
    }
  }
}
