public import Box
internal import Linux

/// Prints the last component of paths. POSIX basename(1), with the options of coreutils.
public struct Basename: Command {
  var takesMany = false
  var suffix: String?
  var terminator = UInt8(ascii: "\n")

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Basename> {
    Manual(
      "basename", "Print a path without its folder", family: .shell,
      operands: "PATH [SUFFIX] | -a PATH...", grammar: .posix,
      options: [
        .flag("a", "multiple", "Take every operand as a path") { $0.takesMany = true },
        .value("s", "suffix", "SUFFIX", "Take SUFFIX off the end; implies -a") {
          (options: inout Basename, suffix: String) in
          options.suffix = suffix
          options.takesMany = true
        },
        .flag("z", "zero", "End each line with NUL") { $0.terminator = 0 },
      ],
      examples: [
        ("basename /etc/ssl/openssl.cnf .cnf", "Prints openssl"),
        ("basename -a /bin/sh /bin/ls", "Several paths"),
      ],
      standard: "POSIX basename(1), coreutils basename(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let first = operands.first else { throw .usage("missing operand: needs a PATH") }
    if takesMany {
      for path in operands { show(path, suffix, context) }
      return
    }
    guard operands.count <= 2 else { throw .usage("\(operands[2]): extra operand") }
    show(first, operands.count == 2 ? operands[1] : nil, context)
  }

  private func show(_ path: String, _ suffix: String?, _ context: Context) {
    var name = PathText.base(path.bytes)
    if let end = suffix?.bytes, !end.isEmpty, name.count > end.count,
      name.suffix(end.count) == end[...]
    {
      name = name.dropLast(end.count)
    }
    context.output.write(name)
    context.output.write(terminator)
  }
}
