public import Box
internal import Linux
internal import Shell
internal import ShellRuntime

/// The shell: POSIX.1-2024 with what is common of bash and ksh.
public struct Sh: Command {
  public init() {}

  public static var manual: Manual<Sh> {
    Manual(
      "sh", "Run commands, from a terminal, a script or the command line", family: .shell,
      operands: "[SCRIPT [ARGUMENT]...]", grammar: .own,
      options: [
        .flag("c", nil, "Run the first operand as commands; the next ones are $0, $1, …") { _ in },
        .flag("s", nil, "Run standard input; operands are $1, $2, …") { _ in },
        .flag("i", nil, "Be interactive: prompt, and survive errors") { _ in },
        .flag("l", "login", "Read /etc/profile and ~/.profile first") { _ in },
        .flag("aefnuvxbCmhBEPT", nil, "Switch options on, as set does; + switches off") { _ in },
        .value("o", nil, "OPTION", "Switch an option on by its name: errexit, pipefail, …") {
          (_: inout Sh, _: String) in
        },
        .value("O", nil, "OPTION", "Switch an option of shopt on") { (_: inout Sh, _: String) in },
        .flag(nil, "posix", "Behave by the standard where bash differs") { _ in },
        .flag(nil, "norc", "Read no start-up file") { _ in },
        .flag(nil, "noprofile", "Read no profile") { _ in },
      ],
      examples: [
        ("sh -c 'echo \"$1\"' sh hello", "Run a command with an argument"),
        ("sh -x script.sh", "Show each command of a script before it runs"),
        ("echo > /dev/tcp/10.0.0.1/5432", "Can a port be reached?"),
        ("for f in @1:/etc/*.conf; do echo \"$f\"; done", "Walk through files of a target"),
      ],
      standard: "POSIX.1-2024 sh(1), bash(1)",
      deviations: [
        "local without a value leaves the variable unset, as in bash",
        "applets come before programs of the same name on PATH",
        "coproc, history expansion and traps on DEBUG and RETURN are refused",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let invocation = try Self.read(operands.map { $0.bytes })
    let session = ShellSession(context, name: context.name.bytes, invocation)
    let world = context
    throw .quiet(session.run { Interactive(world, $0).conversation })
  }

  /// Reads the command line as POSIX has it: options, then operands.
  static func read(_ words: [Bytes]) throws(Failure) -> Invocation {
    var invocation = Invocation()
    var isCommand = false
    var rest = words[...]
    while let word = rest.first, word.count > 1, word[0] == "-" || word[0] == "+" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      if word.count > 2, word[0] == "-", word[1] == "-" {
        try readLong(word, &rest, &invocation)
        continue
      }
      for letter in word.dropFirst() {
        switch letter {
        case "c" where word[0] == "-": isCommand = true
        case "s": invocation.readsInput = true
        case "i": invocation.isInteractive = word[0] == "-"
        case "l": invocation.isLogin = true
        case "o":
          guard let name = rest.popFirst() else { throw .usage("-o: needs a value (OPTION)") }
          invocation.switches.append((letter, name, word[0] == "-"))
        case "O":
          guard let name = rest.popFirst() else { throw .usage("-O: needs a value (OPTION)") }
          invocation.extras.append((name, word[0] == "-"))
        default: invocation.switches.append((letter, [], word[0] == "-"))
        }
      }
    }
    if rest.first?.equals("-") == true, !isCommand { rest = rest.dropFirst() }
    if isCommand {
      guard let command = rest.popFirst() else { throw .usage("-c: needs commands") }
      invocation.command = command
    } else if !invocation.readsInput {
      invocation.script = rest.popFirst()
    }
    invocation.parameters = Array(rest)
    return invocation
  }

  private static func readLong(
    _ word: Bytes, _ rest: inout ArraySlice<Bytes>, _ invocation: inout Invocation
  ) throws(Failure) {
    if word.equals("--login") {
      invocation.isLogin = true
    } else if word.equals("--posix") {
      invocation.isPOSIX = true
    } else if word.equals("--norc") {
      invocation.skipsStartupFile = true
    } else if word.equals("--noprofile") {
      invocation.skipsProfile = true
    } else if word.equals("--rcfile") || word.equals("--init-file") {
      guard let file = rest.popFirst() else {
        throw .usage("\(String(bytes: word)): needs a value (FILE)")
      }
      invocation.startupFile = file
    } else if word.equals("--noediting") || word.equals("--verbose") || word.equals("--restricted")
    {
      if word.equals("--verbose") { invocation.switches.append(("v", [], true)) }
      if word.equals("--restricted") { throw .usage("--restricted: is not supported") }
    } else {
      throw .usage("\(String(bytes: word)): unknown option; --help lists them")
    }
  }
}
