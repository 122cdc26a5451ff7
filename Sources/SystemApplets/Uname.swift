public import Box
internal import Linux

/// Names the kernel and the machine. POSIX uname(1), with the options of coreutils.
public struct Uname: Command {
  struct Fields: OptionSet {
    let rawValue: Int
    static let system = Fields(rawValue: 1)
    static let node = Fields(rawValue: 2)
    static let release = Fields(rawValue: 4)
    static let version = Fields(rawValue: 8)
    static let machine = Fields(rawValue: 16)
    static let processor = Fields(rawValue: 32)
    static let platform = Fields(rawValue: 64)
    static let name = Fields(rawValue: 128)
  }

  var fields: Fields = []
  var takesAll = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Uname> {
    Manual(
      "uname", "Print the names of kernel and machine", family: .system,
      options: [
        .flag("a", "all", "All of it, but -p and -i where unknown") { $0.takesAll = true },
        .flag("i", "hardware-platform", "The platform (unknown)") { $0.fields.insert(.platform) },
        .flag("m", "machine", "The architecture (x86_64)") { $0.fields.insert(.machine) },
        .flag("n", "nodename", "The host name") { $0.fields.insert(.node) },
        .flag("o", "operating-system", "The operating system (GNU/Linux)") {
          $0.fields.insert(.name)
        },
        .flag("p", "processor", "The processor (unknown)") { $0.fields.insert(.processor) },
        .flag("r", "kernel-release", "The release of the kernel") { $0.fields.insert(.release) },
        .flag("s", "kernel-name sysname", "The kernel (the default)") { $0.fields.insert(.system) },
        .flag("v", "kernel-version", "The version of the kernel") { $0.fields.insert(.version) },
      ],
      examples: [("uname -r", "The kernel of the node"), ("uname -a", "All of it")],
      standard: "POSIX uname(1), coreutils uname(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let operand = operands.first { throw .usage("\(operand): extra operand") }
    let host = Host()
    let wanted: Fields = fields.isEmpty && !takesAll ? .system : fields
    let all: [(field: Fields, text: String)] = [
      (.system, host.system), (.node, host.node), (.release, host.release),
      (.version, host.version), (.machine, host.machine), (.processor, "unknown"),
      (.platform, "unknown"), (.name, "GNU/Linux"),
    ]
    let isUnknown: Fields = [.processor, .platform]
    let shown = all.filter { item in
      takesAll ? !isUnknown.contains(item.field) : wanted.contains(item.field)
    }
    context.output.line(shown.map { $0.text }.joined(separator: " "))
  }
}
