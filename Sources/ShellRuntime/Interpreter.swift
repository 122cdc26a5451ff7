public import Box
internal import CLinux
internal import CRuntime
internal import Linux
public import Shell

/// Why a piece of a script ends before its end; the status is the interpreter's.
enum Unwind: Error {
  case breaks(Int)
  case continues(Int)
  case returns
  case exits
  /// An error that ends a script, and takes an interactive shell back to its prompt.
  case fails
}

/// A function or a script that is being run, with what it hides.
final class Scope {
  /// nil for `.` and for assignments in front of a command.
  let function: FunctionDefinition?
  let line: Int
  var hidden: [(symbol: Symbol, variable: Variable?)] = []
  /// Options to put back, of `local -`.
  var options: Options?
  let isFunction: Bool

  init(_ function: FunctionDefinition?, line: Int) {
    self.function = function
    self.line = line
    isFunction = function != nil
  }
}

/// The state of a shell, and what runs its commands.
public final class Interpreter {
  public let symbols: SymbolTable
  var context: Context
  /// What errors are told in the name of.
  public var name: Bytes
  /// `$0`.
  var zero: Bytes
  var positional: [Bytes] = []
  var status: Int32 = 0
  var pid: Int32
  var isSubshell = false
  var subshellDepth = 0
  public var options = Options()

  /// What built-ins print, until it is flushed or captured.
  var out: Bytes = []
  /// How many in-process command substitutions collect `out`.
  var captures = 0

  var scopes: [Scope] = []
  var functionDepth = 0
  /// How many loops surround the command, in this function.
  var loopDepth = 0
  /// How many files `.` is reading.
  var dotDepth = 0
  var line = 0
  /// Lines before the function, for LINENO.
  var ignoresErrors = 0
  var evalDepth = 0
  var lastBackground: Int32 = 0
  var lastArgument: Bytes = []
  /// The status of the last command substitution, for commands without a name.
  var substitutionStatus: Int32?
  /// The statuses of the last pipeline; nil: it was a single command.
  var pipeStatus: [Int32]?

  /// For each byte: 1 for white space of IFS, 2 for its other bytes.
  var separators = [UInt8](repeating: 0, count: 256)
  /// What `"$*"` joins with.
  var joiner: Bytes = [" "]

  var environment: [String]?
  var environmentBytes: [Bytes]?
  var random: UInt32 = 0
  var secondsStart = 0
  var startTime = Instant(seconds: 0)

  var traps = Traps()
  var jobs = JobTable()
  var getoptsOffset = 1
  var getoptsIndex = 1
  var folder: Bytes = []
  var folders: [Bytes] = []
  /// Descriptors of ours that children must not see: where `saved` copies lie.
  var processes: [ProcessSubstitution] = []
  /// The status before the trap that is running, which `exit` there gives.
  var trapStatus: Int32?
  /// How many functions were running when that trap began.
  var trapDepth = 0
  /// What a pattern without a match ends the command with, under `failglob`.
  var globError: Unwind?
  /// The last `[[ … ]]` had a regular expression that is none.
  var isMalformed = false
  /// The redirections of the last command failed.
  var redirectionFailed = false
  var sourceError: Int32 = 0
  /// The terminal whose foreground we give to jobs.
  var jobTerminal: Int32?
  /// Called by a name of bash.
  var isBash: Bool { name.lastComponent.equals("bash") }
  var parser: ShellParser?
  var interactive: InteractiveState?
  /// What was typed; nil where nobody types.
  var history: CommandHistory?
  /// The seam for names that a resolver will know: host, port, whether by datagrams; a descriptor.
  public var connect: (Bytes, Int, Bool) -> Int32 = { Interpreter.connectByFile($0, $1, $2) }
  /// Symbols used all the time.
  let known: KnownSymbols

  public init(_ context: Context, name: Bytes) {
    self.context = context
    self.name = name
    zero = name
    pid = Process.ownPID
    let parent = getppid()
    symbols = SymbolTable { Self.adorn($0, parent: parent) }
    known = KnownSymbols(symbols)
    prepareVariables()
  }

  /// Names for completion.
  public var variableNames: [Bytes] { variables { $0.isSet }.map { $0.name } }
  public var functionNames: [Bytes] { symbols.sorted { $0.function != nil }.map { $0.name } }
  public var aliasNames: [Bytes] { symbols.sorted { $0.alias != nil }.map { $0.name } }
  public var builtinNames: [Bytes] { Builtins.names.map { bytes($0) } }
  public var jobNumbers: [Int] { jobs.list.map { $0.number } }
  /// The value of a variable as it is now.
  public func text(of name: Bytes) -> Bytes? {
    guard let symbol = symbols.lookUp(name) else { return nil }
    return value(symbol)
  }

  // MARK: messages

  /// `sh: script: line 3: text`.
  func complain(_ text: Bytes) {
    var message = prefix
    message += text
    message.append("\n")
    writeError(message)
  }

  func complain(_ text: StaticString) { complain(bytes(text)) }

  func complain(_ subject: Bytes, _ reason: StaticString) {
    complain(subject + bytes(": ") + bytes(reason))
  }

  func complain(_ subject: Bytes, _ error: SystemError) {
    complain(subject + bytes(": ") + error.reason.bytes)
  }

  var prefix: Bytes {
    // A script speaks in its own name, as a program of its own would.
    var message = interactive == nil && !zero.isEmpty ? zero : name
    message.put(": ")
    if interactive == nil {
      message.put("line ")
      message.append(decimal: max(line, 1))
      message.put(": ")
    }
    return message
  }

  /// An error that ends the script.
  func fatal(_ text: Bytes, status: Int32 = 1) -> Unwind {
    complain(text)
    self.status = status
    return .fails
  }

  func fatal(_ subject: Bytes, _ reason: StaticString, status: Int32 = 1) -> Unwind {
    fatal(subject + bytes(": ") + bytes(reason), status: status)
  }

  func writeError(_ text: Bytes) {
    flushOutput()
    // Control characters of foreign text stay out of the terminal, newlines and tabs do not.
    let safe = System.isTerminal(2) ? Sanitize.escapedLines(text) : text
    _ = System.writeAll(2, safe)
  }

  // MARK: output of built-ins

  /// Writes what built-ins have printed; false where that failed, which has been said.
  @discardableResult
  func flushOutput() -> Bool {
    if captures > 0 || out.isEmpty { return true }
    let error = System.writeAll(1, out)
    out.removeAll(keepingCapacity: out.capacity < 1 << 16)
    if error == 0 { return true }
    // Without a signal nobody else would tell.
    if error != System.brokenPipe || crt_signal_met(SIGPIPE) == 1 {
      complain(bytes("write error: ") + System.text(error))
    }
    return false
  }

  /// Whether the stack has room for another level of commands.
  func checkStack() throws(Unwind) {
    if crt_stack_left() < 400_000 { throw fatal(bytes("nested too deeply: the stack is used up")) }
  }
}

extension Sanitize {
  /// `text` with everything dangerous for a terminal escaped but newlines and tabs.
  static func escapedLines(_ text: Bytes) -> Bytes {
    if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 10 || $0 == 9 }) { return text }
    var result: Bytes = []
    for line in text.split(separator: 10, omittingEmptySubsequences: false) {
      if !result.isEmpty || line.startIndex > 0 { result.append(10) }
      for (index, field) in line.split(separator: 9, omittingEmptySubsequences: false).enumerated()
      {
        if index > 0 { result.append(9) }
        result += escaped(String(bytes: field)).bytes
      }
    }
    return result
  }
}

/// Symbols that the interpreter asks for itself: those of every command are at hand, the others are looked up.
struct KnownSymbols {
  let ifs, path, optind, underscore, functionLimit: Symbol
  private let table: SymbolTable

  init(_ table: SymbolTable) {
    self.table = table
    ifs = table.intern("IFS")
    path = table.intern("PATH")
    optind = table.intern("OPTIND")
    underscore = table.intern("_")
    functionLimit = table.intern("FUNCNEST")
  }

  var home: Symbol { table.intern("HOME") }
  var pwd: Symbol { table.intern("PWD") }
  var oldpwd: Symbol { table.intern("OLDPWD") }
  var cdpath: Symbol { table.intern("CDPATH") }
  var ps1: Symbol { table.intern("PS1") }
  var ps2: Symbol { table.intern("PS2") }
  var ps3: Symbol { table.intern("PS3") }
  var ps4: Symbol { table.intern("PS4") }
  var optarg: Symbol { table.intern("OPTARG") }
  var opterr: Symbol { table.intern("OPTERR") }
  var reply: Symbol { table.intern("REPLY") }
  var lineno: Symbol { table.intern("LINENO") }
  var random: Symbol { table.intern("RANDOM") }
  var seconds: Symbol { table.intern("SECONDS") }
  var histfile: Symbol { table.intern("HISTFILE") }
  var env: Symbol { table.intern("ENV") }
  var bashRematch: Symbol { table.intern("BASH_REMATCH") }
  var ppid: Symbol { table.intern("PPID") }
  var mapfile: Symbol { table.intern("MAPFILE") }
  var localeAll: Symbol { table.intern("LC_ALL") }
  var localeType: Symbol { table.intern("LC_CTYPE") }
  var language: Symbol { table.intern("LANG") }
}
