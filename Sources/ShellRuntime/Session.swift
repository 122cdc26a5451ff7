public import Box
internal import CLinux
internal import CRuntime
internal import Linux
public import Shell

/// What came of asking for a line.
public enum ReadOutcome {
  /// A line without its newline.
  case line(Bytes)
  case endOfFile
  /// Ctrl-C: the line so far is dropped.
  case interrupted
  /// Nobody typed within the limit.
  case timedOut
}

/// Reads a line for an interactive shell: the prompt, and whether it continues a command.
public typealias LineReader = (_ prompt: Bytes, _ isContinuation: Bool) -> ReadOutcome

/// What an interactive shell on a terminal gets from outside: how it reads lines, and its prompt where `PS1` is unset.
public struct Conversation {
  let reader: LineReader
  let prompt: Bytes
  let history: HistoryKeeper?

  public init(reader: @escaping LineReader, prompt: Bytes, history: HistoryKeeper? = nil) {
    self.reader = reader
    self.prompt = prompt
    self.history = history
  }
}

/// What only an interactive shell has.
final class InteractiveState {
  var warnedOfJobs = false
  /// Commands so far.
  var count = 1
  let reader: LineReader

  init(_ reader: @escaping LineReader) { self.reader = reader }
}

/// What the command line of the shell asks for.
public struct Invocation {
  public var command: Bytes?
  public var script: Bytes?
  public var parameters: [Bytes] = []
  public var readsInput = false
  public var isInteractive = false
  public var isLogin = false
  /// Options as given: the letter or the name, and whether it is switched on.
  public var switches: [(letter: UInt8, name: Bytes, isOn: Bool)] = []
  /// Of `shopt`.
  public var extras: [(name: Bytes, isOn: Bool)] = []
  public var skipsProfile = false
  public var skipsStartupFile = false
  public var startupFile: Bytes?
  public var isPOSIX = false

  public init() {}
}

/// Runs a shell from its command line to its end.
public final class ShellSession {
  public let interpreter: Interpreter
  private let invocation: Invocation

  public init(_ context: Context, name: Bytes, _ invocation: Invocation) {
    self.invocation = invocation
    interpreter = Interpreter(context, name: name.first == "-" ? Bytes(name.dropFirst()) : name)
    interpreter.zero = invocation.script ?? name
  }

  /// Runs on a stack of its own, so that deep scripts do not end it; the exit status.
  ///
  /// - Parameter converse: asked once, when the shell turns out to be interactive and on a terminal; without it
  ///   lines come from standard input, as they are.
  public func run(_ converse: ((Interpreter) -> Conversation)? = nil) -> Int32 {
    let work = Work { [self] in runInside(converse) }
    let argument = Unmanaged.passRetained(work).toOpaque()
    return crt_on_large_stack(
      { pointer in
        guard let pointer else { return 1 }
        return Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
      }, argument)
  }

  private final class Work {
    let body: () -> Int32
    init(_ body: @escaping () -> Int32) { self.body = body }
  }

  private func runInside(_ converse: ((Interpreter) -> Conversation)?) -> Int32 {
    let shell = interpreter
    if let complaint = applySwitches() {
      shell.complain(complaint, "no such option")
      return 2
    }
    shell.positional = invocation.parameters
    if invocation.isPOSIX { shell.options.set(Options.posix, true) }
    if let command = invocation.command {
      shell.options.set(Options.commandString, true)
      if let first = shell.positional.first {
        shell.zero = first
        shell.positional.removeFirst()
      }
      prepare(converse)
      return finish { () throws(Unwind) in
        let parser = ShellParser(
          command, symbols: shell.symbols, deepest: Interpreter.deepest, features: shell.features)
        try shell.run(parser, isLast: shell.interactive == nil)
      }
    }
    if let script = invocation.script { return runFile(script, converse) }
    shell.options.set(Options.standardInput, true)
    if invocation.isInteractive || (System.isTerminal(0) && System.isTerminal(2)) {
      shell.options.set(Options.interactive, true)
    }
    prepare(converse)
    if shell.interactive != nil { return finish { () throws(Unwind) in try shell.interact() } }
    return finish { () throws(Unwind) in try shell.runInput() }
  }

  private func applySwitches() -> Bytes? {
    for item in invocation.switches {
      if item.letter == "o" {
        guard interpreter.setOption(item.name, item.isOn) else { return item.name }
      } else if let option = Options.letter(item.letter) {
        if option.bit == Options.monitor {
          interpreter.options.set(option.bit, item.isOn)
        } else {
          interpreter.apply(option.bit, item.isOn)
        }
      } else {
        return bytes("-") + [item.letter]
      }
    }
    for item in invocation.extras {
      guard let option = Options.named(item.name, extra: true) else { return item.name }
      interpreter.apply(option.bit, item.isOn)
    }
    if invocation.isInteractive { interpreter.options.set(Options.interactive, true) }
    return nil
  }

  /// Start-up files, and what an interactive shell changes.
  private func prepare(_ converse: ((Interpreter) -> Conversation)?) {
    let shell = interpreter
    let isInteractive = shell.options.has(Options.interactive)
    if isInteractive {
      let conversation = System.isTerminal(0) ? converse?(shell) : nil
      shell.interactive = InteractiveState(conversation?.reader ?? Self.plainReader)
      shell.history = CommandHistory(conversation?.history)
      shell.options.set(Options.history, true)
      shell.options.set(Options.expandAliases, true)
      if shell.known.ps1.variable == nil {
        shell.set(shell.known.ps1, conversation?.prompt ?? bytes("\\u@\\h:\\w\\$ "))
      }
      if shell.known.ps2.variable == nil { shell.set(shell.known.ps2, bytes("> ")) }
      for number in [SIGINT, SIGTERM, SIGQUIT] {
        _ = crt_meet_signal(number, shell.defaultMeeting(number), 0)
      }
      let wantsJobs = !invocation.switches.contains { $0.letter == "m" && !$0.isOn }
      if wantsJobs, System.isTerminal(0) || System.isTerminal(2) {
        shell.apply(Options.monitor, true)
      }
    } else if shell.options.has(Options.monitor) {
      shell.setJobControl(true)
    }
    if invocation.isLogin {
      shell.options.set(Options.login, true)
      if !invocation.skipsProfile {
        source(bytes("/etc/profile"))
        if let home = shell.value(shell.known.home) { source(home + bytes("/.profile")) }
      }
    }
    if isInteractive, !invocation.skipsStartupFile {
      if let file = invocation.startupFile { return source(file) }
      if let file = shell.value(shell.known.env), !file.isEmpty { source(shell.expandPrompt(file)) }
    }
  }

  private func source(_ path: Bytes) {
    guard System.status(path).map({ System.isRegular($0) }) == true else { return }
    do throws(Unwind) {
      _ = try interpreter.runDot([bytes("."), path])
    } catch {
      if case .exits = error { interpreter.leave() }
    }
  }

  private func runFile(_ path: Bytes, _ converse: ((Interpreter) -> Conversation)?)
    -> Int32
  {
    let shell = interpreter
    shell.zero = path
    var descriptor = shell.openFile(path, O_RDONLY | O_CLOEXEC)
    if descriptor == -ENOENT, !path.contains("/"),
      let found = shell.search(path, shell.value(shell.known.path) ?? [])
    {
      descriptor = shell.openFile(found, O_RDONLY | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      shell.zero = shell.name
      if descriptor != Int32.min {
        shell.writeError(
          shell.name + bytes(": ") + path + bytes(": ") + System.text(-descriptor) + bytes("\n"))
      }
      return descriptor == -ENOENT ? 127 : 126
    }
    let text = System.readAll(descriptor)
    System.close(descriptor)
    if System.status(path).map({ System.isDirectory($0) }) == true {
      shell.writeError(shell.name + bytes(": ") + path + bytes(": is a directory\n"))
      return 126
    }
    prepare(converse)
    return finish { () throws(Unwind) in
      let parser = ShellParser(
        text, symbols: shell.symbols, deepest: Interpreter.deepest, features: shell.features)
      shell.parser = parser
      if shell.options.has(Options.verbose) { shell.writeError(text) }
      try shell.run(parser, isLast: shell.interactive == nil)
    }
  }

  private func finish(_ body: () throws(Unwind) -> Void) -> Int32 {
    let shell = interpreter
    do throws(Unwind) {
      try body()
    } catch {
      if case .fails = error, shell.status == 0 { shell.status = 1 }
    }
    if shell.interactive != nil { shell.hangUp() }
    shell.leave()
  }

  /// Lines of standard input, with the prompt on standard error.
  private static func plainReader(_ prompt: Bytes, _ isContinuation: Bool) -> ReadOutcome {
    _ = System.writeAll(2, prompt.filter { $0 != 1 && $0 != 2 })
    var line: Bytes = []
    var source = ByteSource(0)
    while let byte = source.next() {
      if byte == "\n" {
        source.giveBack()
        return .line(line)
      }
      line.append(byte)
    }
    if source.isInterrupted { return .interrupted }
    return line.isEmpty ? .endOfFile : .line(line)
  }
}

extension Interpreter {
  /// Runs standard input, taking no more of it than the commands so far need.
  func runInput() throws(Unwind) {
    let parser = ShellParser([], symbols: symbols, deepest: Self.deepest, features: features)
    self.parser = parser
    parser.refill = { [self] in
      var source = ByteSource(0)
      var line: Bytes = []
      while let byte = source.next() {
        line.append(byte)
        if byte == "\n" { break }
      }
      source.giveBack()
      if self.options.has(Options.verbose) { self.writeError(line) }
      return line
    }
    try run(parser)
  }

  /// The loop of an interactive shell.
  func interact() throws(Unwind) {
    guard let interactive else { return }
    let parser = ShellParser([], symbols: symbols, deepest: Self.deepest, features: features)
    self.parser = parser
    var isFirst = true
    var outcome = ReadOutcome.endOfFile
    // The parser may ask again what lies behind the end.
    var hasEnded = false
    parser.refill = { [self] in
      if hasEnded { return nil }
      self.flushOutput()
      if isFirst { self.reportJobs() }
      let prompt = self.expandPrompt(self.value(isFirst ? self.known.ps1 : self.known.ps2) ?? [])
      outcome = interactive.reader(prompt, !isFirst)
      guard case .line(let line) = outcome else {
        hasEnded = true
        return nil
      }
      if self.options.has(Options.history) {
        if isFirst {
          self.history?.begin(line, self.historyRules)
        } else {
          self.history?.extend(line)
        }
      }
      // A line without a command is no start of one.
      if !line.allSatisfy({ $0.isSpace }) { isFirst = false }
      if self.options.has(Options.verbose) { self.writeError(line + bytes("\n")) }
      return line + bytes("\n")
    }
    var ends = 0
    while true {
      isFirst = true
      hasEnded = false
      do throws(Unwind) {
        guard try step(parser) else {
          if case .interrupted = outcome {
            crt_forget_signals()
            _ = crt_take_signal(SIGINT)
            status = 130
            writeError(bytes("\n"))
            parser.dropLine()
            continue
          }
          if case .timedOut = outcome { return complain("timed out waiting for input") }
          if options.has(Options.ignoreEOF), ends < 10 {
            ends += 1
            complain("use exit to leave the shell")
            continue
          }
          if !interactive.warnedOfJobs, jobs.list.contains(where: { $0.isStopped }) {
            interactive.warnedOfJobs = true
            complain("there are stopped jobs")
            continue
          }
          if System.isTerminal(0) { writeError(bytes("\n")) }
          return
        }
        ends = 0
      } catch {
        switch error {
        case .exits: throw error
        default:
          parser.dropLine()
          recover()
          if status == 0 { status = 1 }
        }
      }
      interactive.count += 1
    }
  }

  /// Reads and runs one command line; false where the input ended.
  private func step(_ parser: ShellParser) throws(Unwind) -> Bool {
    let list: List?
    parser.features = features
    do throws(SyntaxError) {
      list = try parser.next()
    } catch {
      if error.isIncomplete { return false }
      complain(error.text)
      status = 2
      throw .fails
    }
    guard let list else { return false }
    if crt_has_signal() != 0 {
      crt_forget_signals()
      _ = crt_take_signal(SIGINT)
    }
    try run(list)
    // A Ctrl-C that ended something in this process.
    if crt_has_signal() != 0 { try runPendingTraps() }
    return true
  }

  /// Back to the state of the prompt after an error somewhere deep.
  private func recover() {
    flushOutput()
    for scope in scopes.reversed() { restore(scope) }
    scopes = []
    functionDepth = 0
    loopDepth = 0
    dotDepth = 0
    ignoresErrors = 0
    captures = 0
    trapStatus = nil
  }

  // MARK: job control

  /// Takes the terminal into our hands, or gives it back.
  func setJobControl(_ isOn: Bool) {
    if !isOn {
      for number in [SIGTSTP, SIGTTIN, SIGTTOU] where traps.action(Int(number)) == nil {
        _ = crt_meet_signal(number, 0, 0)
      }
      if let jobTerminal { System.close(jobTerminal) }
      jobTerminal = nil
      return
    }
    guard interactive != nil || options.has(Options.interactive) else { return }
    var terminal = System.open(bytes("/dev/tty"), O_RDWR | O_CLOEXEC)
    if terminal < 0, System.isTerminal(0) { terminal = System.copyHigh(0) }
    guard terminal >= 0 else {
      options.set(Options.monitor, false)
      return
    }
    if terminal < 10 {
      let copy = System.copyHigh(terminal)
      System.close(terminal)
      terminal = copy
    }
    // Wait until we are in the foreground, then lead a group of our own.
    for _ in 0..<100 {
      let group = tcgetpgrp(terminal)
      if group < 0 || group == getpgrp() { break }
      _ = System.kill(0, SIGTTIN)
    }
    for number in [SIGTSTP, SIGTTIN, SIGTTOU] { _ = crt_meet_signal(number, 1, 0) }
    if getpgrp() != getpid(), setpgid(0, 0) != 0, tcgetpgrp(terminal) < 0 {
      System.close(terminal)
      options.set(Options.monitor, false)
      return
    }
    _ = tcsetpgrp(terminal, getpgrp())
    jobTerminal = terminal
  }

  /// Tells the jobs that the shell goes.
  func hangUp() {
    guard options.has(Options.monitor) else { return }
    for job in jobs.list where job.isStopped && !job.survivesHangUp {
      _ = System.kill(-job.group, SIGHUP)
      _ = System.kill(-job.group, SIGCONT)
    }
  }
}
