public import Box
internal import Linux

/// How reading a line ended.
public enum ReadOutcome: Equatable, Sendable {
  /// The line, without its last newline.
  case line([UInt8])
  case endOfFile
  /// Ctrl-C.
  case interrupted
  /// Nobody pressed a key in time.
  case timedOut
}

/// Reads lines from a terminal with the keys of Emacs, history, completion, suggestions and colours.
///
/// The terminal is raw only while `read` runs. Sequences are those of ECMA-48 that every terminal knows; there is no
/// terminfo. Where `TERM` is unset or dumb it is a prompt and the terminal's own line editing.
public final class LineEditor {
  public let history: History
  /// What Tab proposes for a line with the cursor at an offset.
  public var complete: ([UInt8], Int) -> Proposal = { _, _ in .none }
  /// How the pieces of a line are shown, ascending.
  public var classify: ([UInt8]) -> [StyledRange] = { _ in [] }
  /// Whether Enter ends the line, or goes on below.
  public var isComplete: ([UInt8]) -> Bool = { _ in true }
  /// Whether lines go to the history by themselves, or their reader sees to that.
  public var remembers = true
  /// Called when a signal came while waiting, for a shell's traps.
  public var attend: () -> Void = {}

  let input: Int32
  let output: Int32
  let isPlain: Bool
  let hasColour: Bool

  var terminal: RawTerminal?
  var screen = Screen()
  var decoder = KeyDecoder()
  /// Keys that came behind the end of a line.
  var waiting: [Key] = []
  var buffer = EditBuffer()
  var prompt: [UInt8] = []
  var walk: HistoryWalk?
  var search: HistorySearch?
  var wordWalk: WordWalk?
  /// The next key is taken as it is, Ctrl-V.
  var isQuoting = false
  /// Ctrl-X was pressed.
  var isExtended = false
  private var lastSize = (columns: 0, rows: 0)

  /// - Parameters:
  ///   - isPlain: the terminal understands no escapes.
  ///   - hasColour: colours and suggestions are wanted.
  public init(
    input: Int32 = 0, output: Int32 = 1, history: History, isPlain: Bool, hasColour: Bool
  ) {
    self.input = input
    self.output = output
    self.history = history
    self.isPlain = isPlain
    self.hasColour = hasColour
    screen.hasColour = hasColour
  }

  /// For the terminal of a context: `TERM`, `NO_COLOR` and `HISTFILE` decide.
  public convenience init(_ context: Context) {
    let term = context.variable("TERM") ?? ""
    let isPlain = term.isEmpty || term == "dumb"
    self.init(
      history: History(path: context.variable("HISTFILE")), isPlain: isPlain,
      hasColour: !isPlain && (context.variable("NO_COLOR") ?? "").isEmpty)
  }

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - prompt: may hold SGR sequences.
  ///   - isContinuation: the line goes on the one before, in history too.
  ///   - timeout: seconds without a key after which it gives up; nil for none.
  public func read(prompt: String, isContinuation: Bool = false, timeout: Double? = nil)
    -> ReadOutcome
  {
    self.prompt = prompt.bytes
    let outcome: ReadOutcome
    do throws(SystemError) {
      outcome = isPlain ? readPlainly(timeout) : try edit(timeout)
    } catch {
      outcome = readPlainly(timeout)
    }
    if case .line(let line) = outcome, remembers { remember(line, isContinuation) }
    return outcome
  }

  private func remember(_ line: [UInt8], _ isContinuation: Bool) {
    if isContinuation { history.extend(line) } else { history.add(line) }
  }

  // MARK: With a terminal

  private static let begin = "\u{1B}[?2004h"
  private static let goodbye = "\u{1B}[?2004l\u{1B}[0m"

  private func edit(_ timeout: Double?) throws(SystemError) -> ReadOutcome {
    let terminal = try RawTerminal(input: input, output: output, goodbye: Self.goodbye)
    self.terminal = terminal
    defer {
      terminal.restore()
      self.terminal = nil
    }
    buffer.clear()
    (walk, search, wordWalk) = (nil, nil, nil)
    lastSize = terminal.size
    screen.reset(columns: lastSize.columns, rows: lastSize.rows)
    terminal.write(Array(Self.begin.utf8) + screen.draw(layout()))
    let outcome = loop(terminal, timeout)
    end(terminal)
    return outcome
  }

  private func loop(_ terminal: RawTerminal, _ timeout: Double?) -> ReadOutcome {
    let clock = Clock()
    var last = clock.monotonic()
    while true {
      while !waiting.isEmpty {
        if let outcome = press(waiting.removeFirst()) { return outcome }
      }
      if !terminal.hasInput { draw() }
      var wait = timeout.map { $0 - clock.monotonic().since(last) }
      if let left = wait, left <= 0 { return .timedOut }
      if decoder.isPending { wait = min(wait ?? 1, 0.5) }
      // What follows the line is for the program that it starts.
      terminal.appetite = decoder.isPasting ? 4096 : 1
      switch terminal.wait(seconds: wait) {
      case .bytes(let bytes):
        last = clock.monotonic()
        waiting += decoder.feed(bytes)
      case .timeout: waiting += decoder.flush()
      case .woken: wake(terminal)
      case .ended: return .endOfFile
      case .other: break
      }
    }
  }

  private func wake(_ terminal: RawTerminal) {
    attend()
    let size = terminal.size
    if size == lastSize { return }
    lastSize = size
    terminal.write(screen.resize(columns: size.columns, rows: size.rows))
    draw()
  }

  /// Shows the whole line once more, without a suggestion, and leaves it above.
  private func end(_ terminal: RawTerminal) {
    search = nil
    buffer.move(to: buffer.bytes.count)
    terminal.write(screen.draw(layout(suggests: false)) + screen.leave())
  }

  func draw() {
    guard let terminal else { return }
    let bytes = screen.draw(layout())
    if !bytes.isEmpty { terminal.write(bytes) }
  }

  /// Draws all from a fresh line on, below whatever was written.
  func drawAnew() {
    screen.reset(columns: lastSize.columns, rows: lastSize.rows)
    draw()
  }

  var size: (columns: Int, rows: Int) { lastSize }

  private func layout(suggests: Bool = true) -> Layout {
    var layout = Layout(columns: lastSize.columns)
    if let search {
      search.lay(out: &layout, history)
      return layout
    }
    layout.add(prompt: prompt)
    let styles = hasColour ? classify(buffer.bytes) : []
    layout.add(
      line: buffer.bytes, styles: styles, cursor: buffer.cursor, continuation: [0x3E, 0x20])
    if suggests { layout.add(suggestion, .suggestion) }
    return layout
  }

  /// What history would add at the end of the line.
  var suggestion: [UInt8] {
    guard hasColour, buffer.isAtEnd, walk == nil, search == nil else { return [] }
    return history.suggestion(for: buffer.bytes)
  }

  func ring() { terminal?.write([0x07]) }

  // MARK: Without

  /// A prompt, and the line as the terminal gives it.
  private func readPlainly(_ timeout: Double?) -> ReadOutcome {
    let out = Output(descriptor: output)
    out.write(prompt)
    out.flush()
    switch Terminal.readLine(input, seconds: timeout) {
    case .line(let line): return .line(line)
    case .ended: return .endOfFile
    case .interrupted: return .interrupted
    case .timeout: return .timedOut
    }
  }
}
