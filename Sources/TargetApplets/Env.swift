public import Box
internal import Linux
internal import Target

/// Prints the environment, ours or a target's, or runs a command in a changed one.
public struct Env: Command {
  var ignore = false
  var zero = false
  var unset: [String] = []
  var folder: String?
  var pid: Int32?
  var reveal = false

  public init() {}

  public static var manual: Manual<Env> {
    Manual(
      "env", "Print the environment, or a target's, or run with another",
      family: .target, operands: "[NAME=VALUE]... [COMMAND [ARGUMENT]...]", grammar: .posix,
      options: [
        .flag("0", "null", "End each line with NUL, not newline") { $0.zero = true },
        .value("C", "chdir", "DIR", "Change to DIR before the command runs") { $0.folder = $1 },
        .flag("i", "ignore-environment", "Start with an empty environment") { $0.ignore = true },
        .parsed("p", "pid", "PID", "The environment of process PID, secrets masked") {
          (options: inout Env, text: String) throws(Failure) in options.pid = try parsePID(text)
        },
        .flag(nil, "reveal", "Show the secrets of a target too") { $0.reveal = true },
        .parsed("S", "split-string", "TEXT", "Split TEXT at blanks into arguments, for #! lines") {
          (_: inout Env, _: String) throws(Failure) in
          throw .usage("-S: is only for #! lines, which this image does not have")
        },
        .value("u", "unset", "NAME", "Remove NAME") { $0.unset.append($1) },
      ],
      examples: [
        ("env -p 1", "What was the app started with?"),
        ("env TZ=UTC date", "Run a command with one more variable"),
      ],
      standard: "POSIX.1-2024 env, GNU coreutils env(1)",
      deviations: [
        "-p and --reveal are additions: what an attached session prints is kept in the container's log"
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let pid {
      guard operands.isEmpty else {
        throw .usage("\(operands[0]): -p only prints, it takes no operand")
      }
      return try TargetEnvironment(pid: pid, reveal: reveal, zero: zero).show(&context)
    }
    if reveal { throw .usage("--reveal: needs -p PID") }
    var rest = operands[...]
    var variables = ignore ? [] : context.environment
    if rest.first == "-" {
      variables = []
      rest = rest.dropFirst()
    }
    for name in unset {
      guard !name.isEmpty, !name.contains("=") else {
        throw .usage("-u \(name): not a variable's name")
      }
      variables.removeAll { $0.hasPrefix(name + "=") }
    }
    while let word = rest.first, let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) {
      let prefix = String(word[...equals])
      if let index = variables.firstIndex(where: { $0.hasPrefix(prefix) }) {
        variables[index] = word
      } else {
        variables.append(word)
      }
      rest = rest.dropFirst()
    }
    if rest.isEmpty {
      if folder != nil { throw .usage("-C: needs a command") }
      for variable in variables { context.output.write(variable + (zero ? "\0" : "\n")) }
      return
    }
    if zero { throw .usage("-0: prints only, it takes no command") }
    if let folder { try attempt { () throws(SystemError) in try Process.change(to: folder) } }
    context.environment = variables
    try context.become(Array(rest))
  }
}

/// `/proc/PID/environ`, sorted, with the secrets masked.
struct TargetEnvironment {
  let pid: Int32
  let reveal: Bool
  let zero: Bool

  /// The kernel shows what the process was started with: at most its argument pages.
  private static let limit = 8 << 20

  func show(_ context: inout Context) throws(Failure) {
    let place = try Paths(context).location("/proc/\(pid)/environ")
    let bytes = try place.contents(limit: Self.limit)
    var entries = bytes.split(separator: 0).map { String(bytes: $0) }
    entries.sort { $0.precedesBytewise($1) }
    var hidden = 0
    for entry in entries {
      let shown = reveal ? entry : Secrets.masked(entry)
      if !shown.sameBytes(as: entry) { hidden += 1 }
      context.output.write(zero ? shown + "\0" : Sanitize.escaped(shown) + "\n")
    }
    if hidden > 0 {
      context.note("\(hidden) masked; --reveal shows them (and the container's log keeps them)")
    }
  }
}
