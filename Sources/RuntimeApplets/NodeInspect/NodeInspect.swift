public import Box
internal import Linux
internal import ProcFS
internal import Report
internal import Target

/// Looks into a running Node.js process through its own inspector.
public struct NodeInspect: Command {
  var output: String?
  var wait = 5.0
  var keeps = false
  var evaluation = EvaluationSettings()

  struct EvaluationSettings {
    var awaits = false
  }

  public init() {}

  public static var manual: Manual<NodeInspect> {
    Manual(
      "node-inspect", "Stack, profile and heap of a running Node.js process", family: .runtimes,
      operands: "PID stack|eval|cpu-profile|heap-snapshot|close",
      options: [
        .flag(nil, "await", "eval: wait for the promise that the expression is") {
          $0.evaluation.awaits = true
        },
        .flag("k", "keep", "Leave the inspector open") { $0.keeps = true },
        .value("o", "output", "FILE", "Where the profile or snapshot goes; - is standard output") {
          $0.output = $1
        },
        .parsed("w", "wait", "SECONDS", "stack: wait so long for JavaScript to run") {
          (options: inout NodeInspect, text) throws(Failure) in
          guard let value = parseDouble(text), value > 0, value <= 3600 else {
            throw .usage("--wait: \(text): not a number of seconds")
          }
          options.wait = value
        },
      ],
      examples: [
        ("node-inspect 1 stack", "Where is it right now?"),
        ("node-inspect 1 cpu-profile 10 -o app.cpuprofile", "What takes the time? For DevTools"),
        ("node-inspect 1 heap-snapshot -o app.heapsnapshot", "What fills the memory?"),
        ("node-inspect 1 eval 'process.memoryUsage()'", "A value of the running process"),
      ],
      standard: "Node.js inspector, Chrome DevTools protocol 1.3",
      deviations: [
        "the inspector is opened with SIGUSR1, where the process catches it, and closed again",
        "Node.js writes three lines to its standard error when it is opened",
        "a heap snapshot stops the process while it is made",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count >= 2 else {
      throw .usage("which process, and what? stack, eval, cpu-profile, heap-snapshot or close")
    }
    let pid = try targetPID(operands[0])
    let action = try action(Array(operands.dropFirst()))
    // What was begun in the process is undone before we end.
    let interruption = Interruption()
    let door = try InspectorDoor(pid, context)
    let session = try door.open()
    do throws(Failure) {
      try perform(action, session, interruption, &context)
    } catch {
      try? leave(door, session, action)
      throw error
    }
    try leave(door, session, action)
  }

  enum Action {
    case stack, close, heap(SaveTarget)
    case evaluate(String)
    case profile(seconds: Double, SaveTarget)
  }

  private func action(_ words: [String]) throws(Failure) -> Action {
    func only(_ count: Int) throws(Failure) {
      if words.count > count { throw .usage("\(words[count]): one operand too many") }
    }
    switch words[0] {
    case "stack":
      try only(1)
      return .stack
    case "close":
      try only(1)
      return .close
    case "eval":
      guard words.count == 2 else { throw .usage("eval: give one expression") }
      return .evaluate(words[1])
    case "cpu-profile":
      try only(2)
      let seconds = words.count > 1 ? parseDouble(words[1]) : 5
      guard let seconds, seconds > 0, seconds <= 3600 else {
        throw .usage("cpu-profile: \(words[1]): not a number of seconds up to 3600")
      }
      return .profile(seconds: seconds, SaveTarget(output))
    case "heap-snapshot":
      try only(1)
      return .heap(SaveTarget(output))
    default:
      throw .usage("\(words[0]): not stack, eval, cpu-profile, heap-snapshot or close")
    }
  }

  private func perform(
    _ action: Action, _ session: InspectorSession, _ interruption: Interruption,
    _ context: inout Context
  ) throws(Failure) {
    switch action {
    case .close: return
    case .stack: try NodeStack(session, wait: wait).tell(to: context.output)
    case .evaluate(let text):
      try session.evaluate(text, awaits: evaluation.awaits, output: context.output)
    case .profile(let seconds, let target):
      try NodeProfile(session).run(seconds, target, interruption, &context)
    case .heap(let target): try NodeHeap(session).save(target, context)
    }
  }

  private func leave(_ door: InspectorDoor, _ session: InspectorSession, _ action: Action)
    throws(Failure)
  {
    if case .close = action { return try door.close(session) }
    // What was open before us stays open.
    if door.hasOpened, !keeps { try door.close(session) }
  }
}
