public import Box
internal import Linux
internal import Target

/// Runs a command that outlives the terminal, coreutils nohup(1).
public struct Nohup: Command {
  public init() {}

  public static var manual: Manual<Nohup> {
    Manual(
      "nohup", "Run a command that outlives the terminal", family: .processes,
      operands: "COMMAND [ARGUMENT]...", grammar: .posix,
      examples: [("nohup ./collect &", "Goes on when the session ends; output in nohup.out")],
      standard: "coreutils 9.1 nohup(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw Failure("no command given", status: 125) }
    let (ignoresInput, appends, joins) = (
      Terminal.isTerminal(0), Terminal.isTerminal(1), Terminal.isTerminal(2)
    )
    var name: String?
    if ignoresInput {
      let null = try attempt { () throws(SystemError) in try File.open("/dev/null", .write) }
      try attempt { () throws(SystemError) in try null.replace(0) }
    }
    if appends || (joins && !Terminal.isTerminal(1)) {
      if appends { name = try openOutput(context) }
    }
    if let name {
      context.note("\(ignoresInput ? "ignoring input and " : "")appending output to '\(name)'")
    } else if ignoresInput {
      context.note("ignoring input\(joins ? " and redirecting stderr to stdout" : "")")
    } else if joins {
      context.note("redirecting stderr to stdout")
    }
    if joins {
      let output = try attempt { () throws(SystemError) in try File.standardOutput() }
      try attempt { () throws(SystemError) in try output.replace(2) }
    }
    Signal(1).ignore()
    try context.become(operands)
  }

  /// `nohup.out` here, or in the home folder.
  private func openOutput(_ context: Context) throws(Failure) -> String {
    var names = ["nohup.out"]
    if let home = context.variable("HOME") { names.append(home + "/nohup.out") }
    var last: Failure?
    for name in names {
      do throws(Failure) {
        let file = try attempt { () throws(SystemError) in
          try File.open(name, [.write, .create, .append], permissions: 0o600)
        }
        try attempt { () throws(SystemError) in try file.replace(1) }
        return name
      } catch {
        last = error
      }
    }
    throw Failure(last?.text, status: 125)
  }
}

/// Runs a command with another niceness, coreutils nice(1).
public struct Nice: Command {
  var adjustment: Int?

  public init() {}

  public static var manual: Manual<Nice> {
    Manual(
      "nice", "Run a command with another niceness", family: .processes,
      operands: "[COMMAND [ARGUMENT]...]", grammar: .own,
      options: [
        .value("n", "adjustment", "N", "Add N to the niceness (10)") { $0.adjustment = $1 }
      ],
      examples: [
        ("nice -n 19 gzip core", "Without disturbing the target"), ("nice", "Our niceness"),
      ],
      standard: "coreutils 9.1 nice(1)",
      deviations: ["-N and --adjustment=N as well; COMMAND is one of our applets first"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var rest = operands[...]
    var adjustment: Int?
    while let word = rest.first, word.hasPrefix("-"), word.utf8.count > 1 {
      rest = rest.dropFirst()
      if word == "--" { break }
      var text = String(word.dropFirst())
      if word == "-n" || word == "--adjustment" {
        guard let value = rest.popFirst() else {
          throw Failure("\(word): needs a value", status: 125)
        }
        text = value
      } else if word.hasPrefix("--adjustment=") {
        text = String(word.dropFirst(13))
      } else if word.hasPrefix("-n") {
        text = String(word.dropFirst(2))
      }
      guard let value = Int(text) else {
        if word == "-n" || text.utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 }) ?? false {
          throw Failure("\(text): invalid adjustment", status: 125)
        }
        throw Failure("\(word): unknown option; --help lists them", status: 125)
      }
      adjustment = value
    }
    guard !rest.isEmpty else {
      if adjustment != nil {
        throw Failure("a command must be given with an adjustment", status: 125)
      }
      return context.output.line(String(Process.niceness))
    }
    let wanted = Int(Process.niceness) + (adjustment ?? 10)
    do throws(SystemError) {
      try Process.setNiceness(Int32(clamping: min(19, max(-20, wanted))))
    } catch {
      // The command runs all the same.
      context.note("cannot set niceness: \(error.reason)")
    }
    try context.become(Array(rest))
  }
}

/// Runs a command in a session of its own, util-linux setsid(1).
public struct Setsid: Command {
  var takesTerminal = false
  var forks = false
  var waits = false

  public init() {}

  public static var manual: Manual<Setsid> {
    Manual(
      "setsid", "Run a command in a session of its own", family: .processes,
      operands: "COMMAND [ARGUMENT]...", grammar: .posix,
      options: [
        .flag("c", "ctty", "Make our terminal that of the session") { $0.takesTerminal = true },
        .flag("f", "fork", "Always in a new process") { $0.forks = true },
        .flag("w", "wait", "Wait, and end with the status of the command") { $0.waits = true },
      ],
      examples: [("setsid -w ./tool", "Out of reach of Ctrl-C")],
      standard: "util-linux 2.38 setsid(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("no command given") }
    let takes = takesTerminal
    if forks || Process.leadsGroup {
      let child = try context.spawn(operands) { () throws(SystemError) in
        try Process.startSession()
        if takes { try Process.takeTerminal() }
      }
      guard waits else { return }
      throw .quiet(try attempt { () throws(SystemError) in try Child.wait(for: child) }.status)
    }
    try attempt { () throws(SystemError) in
      try Process.startSession()
      if takes { try Process.takeTerminal() }
    }
    try context.become(operands)
  }
}
