internal import Box
internal import Completion
internal import LineEditor
internal import Linux
internal import Session
internal import Shell
internal import ShellRuntime

/// Joins the shell with the line editor, its completion and what a debug container says first.
struct Interactive {
  private let session: Session
  private let editor: LineEditor
  private let context: Context

  /// Greets in the first shell of a session.
  init(_ context: Context, _ shell: Interpreter) {
    self.context = context
    session = Session(context)
    var world = CompletionWorld(context)
    world.variables = { shell.variableNames.map { String(bytes: $0) } }
    world.variable = { name in shell.text(of: name.bytes).map { String(bytes: $0) } }
    world.shellCommands = {
      (shell.builtinNames + shell.functionNames + shell.aliasNames).map { .init(String(bytes: $0)) }
    }
    world.jobs = { shell.jobNumbers.map { .init(String($0)) } }
    editor = session.editor(context, world)
    editor.remembers = false
    if context.variable("SHLVL") == nil { greet() }
  }

  var conversation: Conversation {
    let (editor, session, context) = (editor, session, context)
    return Conversation(
      reader: { prompt, isContinuation in
        // The shell marks what takes no columns by bytes 1 and 2; the editor sees that for itself.
        let prompt = String(bytes: prompt.filter { $0 != 1 && $0 != 2 })
        switch editor.read(
          prompt: prompt, isContinuation: isContinuation, timeout: session.idleLimit)
        {
        case .line(let line): return .line(line)
        case .endOfFile: return .endOfFile
        case .interrupted: return .interrupted
        case .timedOut:
          context.note("nobody typed for long: the session ends (DEBUGBOX_IDLE sets the minutes)")
          return .timedOut
        }
      }, prompt: session.prompt(folder: "\\w").bytes, history: keeper)
  }

  /// The history of the shell is that of the editor.
  private var keeper: HistoryKeeper {
    let history = editor.history
    return HistoryKeeper(
      past: history.entries, add: { history.record($0) }, replaceLast: { history.replaceLast($0) },
      replaceAll: { history.replaceAll($0) })
  }

  private func greet() {
    for line in session.greeting { context.output.line(line) }
    context.output.flush()
  }
}
