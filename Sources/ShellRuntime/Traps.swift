internal import CLinux
internal import CRuntime
internal import Linux
internal import Shell

/// What is done on signals, at the end and on errors.
struct Traps {
  static let exit = 0, error = 65, debug = 66, functionReturn = 67
  /// nil: the default; empty: ignored.
  private var actions = [Bytes?](repeating: nil, count: 68)
  var ignoredAtStart = [Bool](repeating: false, count: 68)
  /// How the signal was met at the start has been looked at.
  var isKnown = [Bool](repeating: false, count: 68)
  private var count = 0
  /// What a subshell still lists although it has dropped it.
  var listed: [Bytes?]?

  var isEmpty: Bool { count == 0 }

  func action(_ number: Int) -> Bytes? { actions[number] }

  mutating func set(_ number: Int, _ action: Bytes?) {
    if actions[number]?.isEmpty == false { count -= 1 }
    actions[number] = action
    if action?.isEmpty == false { count += 1 }
  }

  /// What `trap` lists.
  func shown(_ number: Int) -> Bytes? { listed?[number] ?? actions[number] }

  mutating func reset(wasInteractive: Bool, keepsIgnored: Bool) {
    if count > 0 || listed == nil { listed = count > 0 ? actions : listed }
    for number in actions.indices where actions[number]?.isEmpty == false {
      actions[number] = nil
      if number > 0, number < 65 { _ = crt_meet_signal(Int32(number), 0, 0) }
    }
    count = 0
    if wasInteractive {
      for number in [SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD, SIGWINCH] {
        if actions[Int(number)] == nil, !ignoredAtStart[Int(number)] {
          if keepsIgnored, number == SIGINT || number == SIGQUIT { continue }
          _ = crt_meet_signal(number, 0, 0)
        }
      }
    }
  }

  /// Signals with an action are met by default in a program.
  func restoreForExec() {
    for number in 1..<65 where actions[number]?.isEmpty == false {
      _ = crt_meet_signal(Int32(number), 0, 0)
    }
  }
}

extension Interpreter {
  /// The number of a condition of `trap`: a signal, or EXIT, ERR, RETURN, DEBUG.
  static func trapNumber(_ name: Bytes) -> Int? {
    let upper = name.map { $0.upper }
    if upper.equals("EXIT") || name.equals("0") { return Traps.exit }
    if upper.equals("ERR") { return Traps.error }
    if upper.equals("DEBUG") { return Traps.debug }
    if upper.equals("RETURN") { return Traps.functionReturn }
    if let number = name.decimal { return (0...64).contains(number) ? number : nil }
    guard let signal = Signal(name: String(bytes: name)) else { return nil }
    return Int(signal.number)
  }

  static func trapName(_ number: Int) -> Bytes {
    switch number {
    case Traps.exit: bytes("EXIT")
    case Traps.error: bytes("ERR")
    case Traps.debug: bytes("DEBUG")
    case Traps.functionReturn: bytes("RETURN")
    default: Signal(Int32(number)).name.bytes
    }
  }

  func setTrap(_ number: Int, _ action: Bytes?) {
    traps.listed = nil
    traps.set(number, action)
    guard number > 0, number < 65 else { return }
    if !traps.isKnown[number] {
      traps.isKnown[number] = true
      if crt_signal_met(Int32(number)) == 1 { traps.ignoredAtStart[number] = interactive == nil }
    }
    if traps.ignoredAtStart[number], interactive == nil { return }
    let how: Int32
    if let action { how = action.isEmpty ? 1 : 2 } else { how = defaultMeeting(Int32(number)) }
    _ = crt_meet_signal(Int32(number), how, number == Int(SIGCHLD) ? 1 : 0)
  }

  /// How the shell meets a signal without a trap.
  func defaultMeeting(_ number: Int32) -> Int32 {
    guard interactive != nil else { return 0 }
    switch number {
    case SIGINT: return 2
    case SIGTERM, SIGQUIT: return 1
    case SIGTSTP, SIGTTIN, SIGTTOU: return options.has(Options.monitor) ? 1 : 0
    default: return 0
    }
  }

  /// Runs the traps of the signals that have come.
  func runPendingTraps() throws(Unwind) {
    crt_forget_signals()
    for number in 1..<65 {
      let hasCome = crt_take_signal(Int32(number)) != 0
      guard hasCome else { continue }
      if let action = traps.action(number) {
        if !action.isEmpty { try runTrap(action) }
      } else if interactive != nil, number == Int(SIGINT) {
        writeError(bytes("\n"))
        status = 130
        throw .fails
      }
    }
  }

  func runTrap(_ action: Bytes) throws(Unwind) {
    try checkStack()
    let saved = (status, pipeStatus, line, ignoresErrors)
    let outer = (trapStatus, trapDepth)
    (trapStatus, trapDepth) = (status, functionDepth)
    defer { (trapStatus, trapDepth) = outer }
    try evaluate(script: action)
    // `return` and `exit` in the action have thrown with a status of their own.
    (status, pipeStatus, line, ignoresErrors) = saved
  }

  func runExitTrap() {
    guard let action = traps.action(Traps.exit), !action.isEmpty else { return }
    traps.set(Traps.exit, nil)
    let saved = status
    (trapStatus, trapDepth) = (saved, functionDepth)
    do throws(Unwind) {
      loopDepth = 0
      try evaluate(script: action)
      status = saved
    } catch {
      switch error {
      case .exits, .fails: break
      default: status = saved
      }
    }
  }
}
