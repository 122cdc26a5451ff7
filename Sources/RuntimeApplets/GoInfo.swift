public import Box
internal import ELF
internal import Linux
internal import ProcFS
internal import Target

/// Prints what a Go program was built from.
public struct GoInfo: Command {
  public init() {}

  public static var manual: Manual<GoInfo> {
    Manual(
      "go-info", "Print the Go version and the modules of a program", family: .runtimes,
      operands: "PID|FILE...",
      examples: [
        ("go-info 1", "Which version is this, built from which commit?"),
        ("go-info /proc/1/root/app/server", "The same of a file"),
      ],
      standard: "go version -m", deviations: ["an operand of digits only is a process"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.isEmpty { throw .usage("which program? give a PID or a file") }
    for operand in operands {
      do throws(Failure) {
        try show(operand, &context)
      } catch {
        context.report(error)
      }
    }
  }

  private func show(_ operand: String, _ context: inout Context) throws(Failure) {
    let isProcess = decimal(Array(operand.utf8)) != nil
    let path = isProcess ? "/proc/\(operand)/exe" : operand
    let place = try Paths(context).location(path)
    let name = isProcess ? (try? place.link()) ?? operand : operand
    let file = try place.shown(as: operand).openToRead()
    guard let program = ELFFile(ByteSource(file)) else {
      throw .message("\(operand): is no 64-bit ELF program")
    }
    guard let info = GoBuildInfo(program) else { throw .message("\(operand): is no Go program") }
    context.output.line(Sanitize.escaped(name) + ": " + Sanitize.escaped(info.version))
    for line in info.modules.split(separator: "\n") {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      context.output.line(
        "\t" + fields.map { Sanitize.escaped(String($0)) }.joined(separator: "\t"))
    }
  }
}
