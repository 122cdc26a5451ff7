public import Box
internal import Capabilities
public import Completion
public import LineEditor
internal import Linux
internal import ProcFS
internal import Target

/// What an interactive shell in a debug container says and shows around its commands.
public struct Session {
  /// Lines to print before the first prompt.
  public let greeting: [String]
  /// Seconds without a key after which the session ends; nil: it does not.
  public let idleLimit: Double?
  private let prompt: Prompt

  /// Reads what the greeting tells: a few files of `/proc` for each process of a pod.
  public init(_ context: Context) {
    let survey = Survey(context.root)
    greeting = Greeting(survey).lines
    idleLimit = Self.idleLimit(context.variable("DEBUGBOX_IDLE"))
    prompt = Prompt(
      host: Host().node, target: survey.main?.label, isRoot: Credentials.effectiveUID == 0,
      home: context.variable("HOME"), hasColour: context.wantsColour)
  }

  /// The prompt for a working folder: `host:app /srv# `.
  public func prompt(folder: String) -> String { prompt.text(folder) }

  /// A line editor that completes in `world` and colours what it knows.
  public func editor(_ context: Context, _ world: CompletionWorld) -> LineEditor {
    let editor = LineEditor(context)
    let completer = Completer(world)
    editor.complete = { line, cursor in completer.proposal(line, cursor) }
    let known = CommandNames(world)
    editor.classify = { line in Highlighter.styles(line) { known.contains($0) } }
    editor.isComplete = Highlighter.isComplete
    return editor
  }

  /// Minutes, 60 where nothing is said; 0 is never.
  static func idleLimit(_ text: String?) -> Double? {
    guard let text, let minutes = parseDouble(text), minutes.isFinite, minutes >= 0 else {
      return 3600
    }
    return minutes == 0 ? nil : minutes * 60
  }
}

/// Whether a word names a command; programs on PATH are looked up once each.
private final class CommandNames {
  private let world: CompletionWorld
  private var known: [String: Bool] = [:]

  init(_ world: CompletionWorld) { self.world = world }

  func contains(_ name: String) -> Bool {
    if world.page(name) != nil { return true }
    // Functions and aliases come and go, so they are asked for each time.
    if world.shellCommands().contains(where: { $0.text.sameBytes(as: name) }) { return true }
    if let answer = known[name] { return answer }
    let answer = world.isProgram(name)
    if known.count < 1000 { known[name] = answer }
    return answer
  }
}
