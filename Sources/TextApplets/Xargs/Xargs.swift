public import Box
internal import Linux
internal import Target

/// Builds and runs commands from standard input, POSIX xargs and GNU xargs(1).
public struct Xargs: Command {
  var separator: UInt8?
  var replaced: String?
  var most: Int?
  var lines: Int?
  var processes = 1
  var skipsEmpty = false
  var traces = false
  var asks = false
  var size = 131_072
  var end: String?
  var file: String?
  var isStrict = false
  var slot: String?
  var showsLimits = false

  public init() {}

  public static var manual: Manual<Xargs> {
    Manual(
      "xargs", "Run a command with arguments from standard input", family: .shell,
      operands: "[COMMAND [ARGUMENT]...]", grammar: .posix, options: options,
      examples: [
        ("find @/tmp -name '*.log' -print0 | xargs -0 grep -l ERROR", "Names of any kind"),
        ("pgrep -f worker | xargs -n 1 -I {} cat /proc/{}/status", "Each of several processes"),
      ],
      standard: "POSIX.1-2017 xargs, GNU findutils 4.9 xargs(1)",
      deviations: ["-o is refused: commands read /dev/null, or with -a our standard input"])
  }

  private static var options: [Option<Xargs>] {
    [
      .flag("0", "null", "Arguments end with NUL; nothing is quoted") { $0.separator = 0 },
      .value("a", "arg-file", "FILE", "Read arguments from FILE") { $0.file = $1 },
      .parsed("d", "delimiter", "CHAR", "Arguments end with CHAR; nothing is quoted") {
        (options: inout Xargs, text) throws(Failure) in
        options.separator = try delimiter(text)
      },
      .value("E", nil, "TEXT", "Input ends at an argument that is TEXT") {
        (options: inout Xargs, text: String) in options.end = text.isEmpty ? nil : text
      },
      .optional("e", "eof", "TEXT", "As -E; without TEXT nothing ends the input") {
        (options: inout Xargs, text) in options.end = text
      },
      .value("I", nil, "TEXT", "A command for each line, TEXT in it replaced by the line") {
        $0.replace($1)
      },
      .optional("i", "replace", "TEXT", "As -I; without TEXT -I {}") {
        (options: inout Xargs, text) in options.replace(text ?? "{}")
      },
      .parsed("L", nil, "NUM", "At most NUM lines a command") {
        (options: inout Xargs, text) throws(Failure) in
        options.setLines(try number(text, least: 1))
      },
      .optional("l", "max-lines", "NUM", "As -L; without NUM one line") {
        (options: inout Xargs, text) throws(Failure) in
        options.setLines(
          try text.map { (text: String) throws(Failure) in try number(text, least: 1) } ?? 1)
      },
      .parsed("n", "max-args", "NUM", "At most NUM arguments a command") {
        (options: inout Xargs, text) throws(Failure) in
        options.most = try number(text, least: 1)
        options.lines = nil
        if options.most != 1 { options.replaced = nil }
      },
      .refused("o", "open-tty", "is not supported"),
      .parsed("P", "max-procs", "NUM", "At most NUM commands at a time; 0 is 256") {
        (options: inout Xargs, text) throws(Failure) in
        let count = try number(text, least: 0)
        options.processes = count == 0 ? 256 : min(count, 4096)
      },
      .flag("p", "interactive", "Ask before each command") {
        $0.asks = true
        $0.traces = true
      },
      .value(nil, "process-slot-var", "NAME", "Number the commands of -P in variable NAME") {
        $0.slot = $1
      },
      .flag("r", "no-run-if-empty", "No command without arguments") { $0.skipsEmpty = true },
      .flag(nil, "show-limits", "Print the limits of a command's length") {
        $0.showsLimits = true
      },
      .parsed("s", "max-chars", "NUM", "At most NUM bytes a command") {
        (options: inout Xargs, text) throws(Failure) in
        options.size = min(try number(text, least: 1), 2_000_000)
      },
      .flag("t", "verbose", "Print each command on standard error") { $0.traces = true },
      .flag("x", "exit", "End where a command would be too long") { $0.isStrict = true },
    ]
  }

  private mutating func replace(_ text: String) {
    replaced = text
    most = nil
    lines = nil
  }

  private mutating func setLines(_ count: Int) {
    lines = count
    most = nil
    replaced = nil
  }

  private static func number(_ text: String, least: Int) throws(Failure) -> Int {
    guard let value = Int(text), value >= least else {
      throw .message("\(text): not a number of \(least) or more")
    }
    return value
  }

  private static func delimiter(_ text: String) throws(Failure) -> UInt8 {
    let bytes = text.bytes
    if bytes.count == 1 { return bytes[0] }
    let wrong = Failure.message("-d \(text): not a character, \\n, \\t, \\0NN or \\xNN")
    guard bytes.count > 1, bytes[0] == UInt8(ascii: "\\") else { throw wrong }
    let rest = String(bytes: bytes[1...])
    if bytes.count == 2 {
      switch bytes[1] {
      case UInt8(ascii: "a"): return 0x07
      case UInt8(ascii: "b"): return 0x08
      case UInt8(ascii: "f"): return 0x0C
      case UInt8(ascii: "n"): return 0x0A
      case UInt8(ascii: "r"): return 0x0D
      case UInt8(ascii: "t"): return 0x09
      case UInt8(ascii: "v"): return 0x0B
      case UInt8(ascii: "\\"): return 0x5C
      default: break
      }
    }
    let isHex = bytes[1] == UInt8(ascii: "x")
    guard let value = UInt8(isHex ? String(bytes: bytes[2...]) : rest, radix: isHex ? 16 : 8)
    else { throw wrong }
    return value
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if showsLimits {
      context.note("the longest command is \(size) bytes")
    }
    let source = try TextSource.openSource(file ?? "-", Paths(context), status: 1)
    let input = Input(File(owning: source.descriptor))
    var runner = XargsRunner(self, operands.isEmpty ? ["echo"] : operands, context)
    defer { context = runner.context }
    do throws(Failure) {
      try feed(input, source.display, &runner)
    } catch {
      runner.finish()
      throw error
    }
    runner.finish()
  }

  private func feed(_ input: Input, _ display: String, _ runner: inout XargsRunner) throws(Failure)
  {
    var splitter = ArgumentSplitter(
      separator: separator ?? (replaced == nil ? nil : 0x0A),
      mode: separator != nil ? .plain : replaced != nil ? .lines : .words)
    var isEnded = false
    while !isEnded, !runner.isDone {
      let chunk: ArraySlice<UInt8>?
      do throws(SystemError) {
        chunk = try input.chunk()
      } catch {
        throw .system(error.about(display))
      }
      var found: [ArgumentSplitter.Item] = []
      do throws(ArgumentSplitter.Unmatched) {
        if let chunk {
          for byte in chunk { if let item = try splitter.take(byte) { found.append(item) } }
        } else {
          if let item = try splitter.finish() { found.append(item) }
          isEnded = true
        }
      } catch {
        // What came before the mistake is still run.
        for item in found where !runner.isDone { try runner.add(item) }
        try runner.runPending()
        throw .message(error.reason)
      }
      for item in found where !runner.isDone {
        if let end, separator == nil, item.text == end.bytes {
          isEnded = true
          break
        }
        try runner.add(item)
      }
    }
    if !runner.isDone { try runner.endInput() }
  }
}

/// Parts input into arguments as xargs does: blanks, quotes and backslashes, or one separator.
struct ArgumentSplitter {
  enum Mode {
    /// Blanks part arguments; quotes and backslashes take that from them.
    case words
    /// As `words`, but only newlines part, and blanks in front go.
    case lines
    /// Only the separator parts, and nothing is quoted.
    case plain
  }

  struct Item: Equatable {
    var text: [UInt8]
    /// Whether a line ends behind it, not to be continued.
    var endsLine: Bool
  }

  struct Unmatched: Error { let reason: String }

  private let separator: UInt8?
  private let mode: Mode
  private var current: [UInt8] = []
  private var isOpen = false
  private var quote: UInt8?
  private var isEscaped = false
  /// An argument whose line may go on: a blank behind it says so.
  private var held: Item?
  private var blankBefore = false

  init(separator: UInt8?, mode: Mode) {
    self.separator = separator
    self.mode = mode
  }

  /// The argument that `byte` ends, if any.
  mutating func take(_ byte: UInt8) throws(Unmatched) -> Item? {
    if mode == .plain { return plain(byte) }
    if isEscaped {
      isEscaped = false
      return begin(byte)
    }
    if let quote {
      if byte == quote {
        self.quote = nil
        return nil
      }
      if byte == 0x0A {
        let kind = quote == UInt8(ascii: "'") ? "single" : "double"
        throw Unmatched(reason: "unmatched \(kind) quote; quotes are special unless -0 is given")
      }
      current.append(byte)
      return nil
    }
    switch byte {
    case UInt8(ascii: "\\"):
      isEscaped = true
      return open()
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      quote = byte
      return open()
    case 0x0A: return endLine()
    case 0x20, 0x09, 0x0B, 0x0C, 0x0D:
      if mode == .lines {
        if isOpen { current.append(byte) }
        return nil
      }
      return endWord()
    default: return begin(byte)
    }
  }

  /// What is left at the end of the input.
  mutating func finish() throws(Unmatched) -> Item? {
    if let quote {
      let kind = quote == UInt8(ascii: "'") ? "single" : "double"
      throw Unmatched(reason: "unmatched \(kind) quote; quotes are special unless -0 is given")
    }
    if isOpen {
      isOpen = false
      let item = Item(text: current, endsLine: true)
      current = []
      return item
    }
    defer { held = nil }
    return held
  }

  private mutating func plain(_ byte: UInt8) -> Item? {
    guard byte == separator else {
      isOpen = true
      current.append(byte)
      return nil
    }
    defer {
      current = []
      isOpen = false
    }
    return Item(text: current, endsLine: true)
  }

  private mutating func open() -> Item? {
    isOpen = true
    blankBefore = false
    defer { held = nil }
    return held
  }

  private mutating func begin(_ byte: UInt8) -> Item? {
    let before = isOpen ? nil : open()
    current.append(byte)
    return before
  }

  /// A blank ended a word; whether its line ends is known when more comes.
  private mutating func endWord() -> Item? {
    blankBefore = true
    guard isOpen else { return nil }
    isOpen = false
    held = Item(text: current, endsLine: false)
    current = []
    return nil
  }

  private mutating func endLine() -> Item? {
    if isOpen {
      isOpen = false
      defer { current = [] }
      return Item(text: current, endsLine: true)
    }
    // A blank at the end of a line continues it on the next.
    return nil
  }
}
