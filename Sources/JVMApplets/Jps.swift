public import Box
internal import HotSpot
internal import Linux

/// Lists Java processes: by what they publish, and those that publish nothing too.
public struct Jps: Command {
  var quiet = false
  var long = false
  var arguments = false
  var options = false
  var flags = false

  public init() {}

  public static var manual: Manual<Jps> {
    Manual(
      "jps", "List the Java processes in sight", family: .runtimes,
      options: [
        .flag("l", nil, "The whole name of the main class, or the path of the archive") {
          $0.long = true
        },
        .flag("m", nil, "The arguments of main") { $0.arguments = true },
        .flag("q", nil, "Only PIDs") { $0.quiet = true },
        .flag("v", nil, "The options of the JVM") { $0.options = true },
        .flag("V", nil, "The options that came from a flags file") { $0.flags = true },
      ],
      examples: [
        ("jps -l", "Which Java programs run in this pod?"),
        ("jps -v", "With which heap and options?"),
      ],
      standard: "JDK 17 jps(1)",
      deviations: [
        "JVMs of all containers are listed, also those without hsperfdata (-XX:-UsePerfData, no passwd entry)",
        "remote hosts are refused: there is no jstatd",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let host = operands.first {
      throw .usage("\(host): only this pod's processes can be listed")
    }
    let finder = try JavaFinder(context)
    for process in try finder.all() {
      context.output.line(line(process, finder))
    }
  }

  private func line(_ process: JavaProcess, _ finder: JavaFinder) -> String {
    let pid = String(process.pid)
    if quiet { return pid }
    let command = process.command
    let main = long ? command.main : command.shortMain
    var text = pid + " " + (main.isEmpty ? "-- process information unavailable" : main)
    if arguments, !command.arguments.isEmpty { text += " " + command.arguments }
    if options, !command.options.isEmpty { text += " " + command.options }
    if flags, let file = (try? finder.perfData(of: process.pid))?.text("java.rt.vmFlags"),
      !file.isEmpty
    {
      text += " " + file
    }
    return Sanitize.escaped(text)
  }
}
