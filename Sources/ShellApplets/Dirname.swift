public import Box
internal import Linux

/// Prints paths without their last component. POSIX dirname(1), with the options of coreutils.
public struct Dirname: Command {
  var terminator = UInt8(ascii: "\n")

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Dirname> {
    Manual(
      "dirname", "Print the folder of a path", family: .shell, operands: "PATH...", grammar: .posix,
      options: [.flag("z", "zero", "End each line with NUL") { $0.terminator = 0 }],
      examples: [("dirname /etc/ssl/openssl.cnf", "Prints /etc/ssl")],
      standard: "POSIX dirname(1), coreutils dirname(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("missing operand: needs a PATH") }
    for path in operands {
      context.output.write(PathText.folder(path.bytes))
      context.output.write(terminator)
    }
  }
}
