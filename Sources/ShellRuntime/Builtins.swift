internal import CLinux
internal import Linux
internal import Shell

/// The commands that the shell does itself, in the order of `Builtins.names`.
enum Builtin: UInt8 {
  case dot, colon, bracket, alias, background, bind, breaks, builtin, cd, command, continues,
    declare, dirs
  case disown, echo, eval, exec, exit, export, isFalse, fix, foreground, getopts, global, hash
  case help, history, integer, jobs
  case kill, letBuiltin, local, logout, mapfile, nameref, popd, print, printf, pushd, pwd, read
  case readarray, readonly, returns, set, shift, shopt, source, suspend, test, times, trap, isTrue
  case type, typeset, ulimit, umask, unalias, unset, wait, whence
}

enum Builtins {
  static var names: [StaticString] {
    [
      ".", ":", "[", "alias", "bg", "bind", "break", "builtin", "cd", "command", "continue",
      "declare",
      "dirs", "disown", "echo", "eval", "exec", "exit", "export", "false", "fc", "fg", "getopts",
      "global", "hash", "help", "history", "integer", "jobs", "kill", "let", "local", "logout",
      "mapfile",
      "nameref", "popd", "print", "printf", "pushd", "pwd", "read", "readarray", "readonly",
      "return", "set", "shift", "shopt", "source", "suspend", "test", "times", "trap", "true",
      "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait", "whence",
    ]
  }

  static func number(_ name: Bytes) -> Int? { names.firstIndex { name.equals($0) } }

  /// POSIX's special built-ins: errors in them end a script, assignments before them stay.
  static func isSpecial(_ builtin: Builtin) -> Bool {
    switch builtin {
    case .dot, .colon, .breaks, .continues, .eval, .exec, .exit, .export, .readonly, .returns,
      .set, .shift, .source, .times, .trap, .unset:
      true
    default: false
    }
  }

  /// Those that only print or answer.
  static func isPure(_ builtin: Builtin) -> Bool {
    switch builtin {
    case .colon, .bracket, .echo, .isFalse, .print, .pwd, .test, .isTrue, .printf, .type, .whence:
      true
    default: false
    }
  }
}

extension Interpreter {
  /// Runs a built-in; answers its status.
  func execute(
    _ builtin: Builtin, _ arguments: [Bytes], _ declared: [(Int, Assignment)]
  ) throws(Unwind) -> Int32 {
    switch builtin {
    case .colon, .isTrue: return 0
    case .isFalse: return 1
    case .bracket, .test: return try runTest(arguments)
    case .echo: return runEcho(arguments)
    case .print: return try runPrint(arguments)
    case .printf: return try runPrintf(arguments)
    case .breaks, .continues: return try runLoopControl(arguments, isBreak: builtin == .breaks)
    case .returns: return try runReturn(arguments)
    case .exit, .logout: return try runExit(arguments)
    case .eval: return try runEval(arguments)
    case .dot, .source: return try runDot(arguments)
    case .shift: return try runShift(arguments)
    case .set: return try runSet(arguments)
    case .shopt: return runShopt(arguments)
    case .trap: return try runTrapBuiltin(arguments)
    case .times: return runTimes()
    case .exec:
      try exec(Array(arguments.dropFirst()), [])
      return status
    case .export: return try runDeclare(arguments, declared, .export)
    case .readonly: return try runDeclare(arguments, declared, .readonly)
    case .declare, .typeset: return try runDeclare(arguments, declared, .declare)
    case .local: return try runDeclare(arguments, declared, .local)
    case .integer: return try runDeclare(arguments, declared, .integer)
    case .nameref: return try runDeclare(arguments, declared, .nameref)
    case .global: return try runDeclare(arguments, declared, .global)
    case .unset: return try runUnset(arguments)
    case .letBuiltin: return try runLet(arguments)
    case .read: return try runRead(arguments)
    case .mapfile, .readarray: return try runMapfile(arguments)
    case .cd: return try runCd(arguments)
    case .pwd: return runPwd(arguments)
    case .pushd, .popd, .dirs: return try runFolders(builtin, arguments)
    case .umask: return runUmask(arguments)
    case .ulimit: return runUlimit(arguments)
    case .alias: return runAlias(arguments)
    case .unalias: return runUnalias(arguments)
    case .command: return try runCommand(arguments, declared)
    case .builtin: return try runBuiltinBuiltin(arguments, declared)
    case .type, .whence: return runType(arguments, isWhence: builtin == .whence)
    case .hash: return runHash(arguments)
    case .getopts: return try runGetopts(arguments)
    case .jobs: return runJobs(arguments)
    case .foreground, .background:
      return try runResume(arguments, isForeground: builtin == .foreground)
    case .wait: return try runWait(arguments)
    case .kill: return runKill(arguments)
    case .disown: return runDisown(arguments)
    case .suspend:
      _ = System.kill(0, SIGSTOP)
      return 0
    case .bind:
      return usage(arguments, "the keys of the line editor cannot be changed")
    case .fix: return try runFix(arguments)
    case .history: return runHistory(arguments)
    case .help: return runHelp(arguments)
    }
  }

  // MARK: errors

  /// A mistake in the command line of a built-in: status 2, and the end of the script for special ones.
  func usage(_ arguments: [Bytes], _ text: Bytes) -> Int32 {
    complain(arguments[0] + bytes(": ") + text)
    return 2
  }

  func usage(_ arguments: [Bytes], _ text: StaticString) -> Int32 { usage(arguments, bytes(text)) }

  func unknownOption(_ arguments: [Bytes], _ letter: UInt8) -> Int32 {
    usage(arguments, bytes("-") + [letter] + bytes(": unknown option"))
  }

  func say(_ arguments: [Bytes], _ subject: Bytes, _ reason: StaticString) {
    complain(arguments[0] + bytes(": ") + subject + bytes(": ") + bytes(reason))
  }

  /// Ends the script because a special built-in was used wrongly.
  func special(_ status: Int32) -> Unwind {
    self.status = status
    return interactive == nil ? .fails : .fails
  }

  // MARK: running text

  /// Parses and runs `script` in this shell.
  func evaluate(script: Bytes) throws(Unwind) {
    let parser = ShellParser(
      script, symbols: symbols, line: max(line, 1), deepest: Self.deepest, features: features)
    try run(parser)
  }

  static var deepest: Int { 3000 }

  var features: ShellParser.Features {
    var features = ShellParser.Features()
    features.aliases = options.has(Options.expandAliases)
    features.posix = options.has(Options.posix)
    features.braces = options.has(Options.braces)
    return features
  }

  /// Runs everything that a parser gives.
  func run(_ parser: ShellParser, isLast: Bool = false) throws(Unwind) {
    try checkStack()
    var hasRun = false
    while true {
      let list: List?
      parser.features = features
      do throws(SyntaxError) {
        list = try parser.next()
      } catch {
        line = error.line
        complain(error.text)
        status = 2
        throw .fails
      }
      guard let list else { break }
      hasRun = true
      try run(list, isLast: isLast && parser.isAtEnd)
      if options.has(Options.oneCommand) { throw .exits }
    }
    if !hasRun { status = 0 }
  }
}
