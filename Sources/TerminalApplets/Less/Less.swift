public import Box
internal import Linux
internal import Target

/// Shows files a screen at a time. POSIX more(1), less(1).
public struct Less: Command {
  var settings = PagerSettings()

  public init() {}

  public static var manual: Manual<Less> {
    Manual(
      "less", "Show files a screen at a time, with search", family: .text,
      operands: "[+COMMAND] [FILE]...",
      options: [
        .flag("e", "quit-at-eof", "End when the end is passed a second time") {
          $0.settings.quitsAtSecondEnd = true
        },
        .flag("E", "QUIT-AT-EOF", "End when the end is reached") { $0.settings.quitsAtEnd = true },
        .flag("F", "quit-if-one-screen", "Only print what fits on one screen") {
          $0.settings.quitsIfShort = true
        },
        .flag("i", "ignore-case", "Searches without capitals match both cases") {
          $0.settings.ignoresCase = true
        },
        .flag("I", "IGNORE-CASE", "All searches match both cases") {
          $0.settings.alwaysIgnoresCase = true
        },
        .flag("K", "quit-on-intr", "End on Ctrl-C") { $0.settings.quitsOnInterrupt = true },
        .flag("m", "long-prompt", "Show the percentage in the prompt") {
          $0.settings.prompt = .medium
        },
        .flag("M", "LONG-PROMPT", "Show lines and percentage in the prompt") {
          $0.settings.prompt = .long
        },
        .flag("n", "line-numbers", "Do not count lines for the status") {
          $0.settings.countsLines = false
        },
        .flag("N", "LINE-NUMBERS", "Number the lines") { $0.settings.showsNumbers = true },
        .value("p", "pattern", "PATTERN", "Start at the first line that matches") {
          $0.settings.commands.append("/" + $1)
        },
        .flag("qQ", "quiet silent QUIET SILENT", "Never ring the bell") {
          $0.settings.rings = false
        },
        .flag("R", "RAW-CONTROL-CHARS", "Pass colours on; other escapes are shown") {
          $0.settings.passesColour = true
        },
        .flag("s", "squeeze-blank-lines", "Show one empty line for many") {
          $0.settings.squeezes = true
        },
        .flag("S", "chop-long-lines", "Cut long lines; arrows move sideways") {
          $0.settings.chops = true
        },
        .flag("X", "no-init", "Leave what was shown on the screen") {
          $0.settings.keepsScreen = true
        },
        .value("x", "tabs", "NUM", "A tab stop every NUM columns") {
          $0.settings.tab = min(max(1, $1), 100)
        },
        .flag("~", "tilde", "Show nothing behind the end") { $0.settings.tilde = false },
      ],
      examples: [
        ("less -S +F /proc/1/root/var/log/app.log", "Follow a target's log, long lines cut"),
        ("ps aux | less", "Scroll and search"),
      ],
      standard: "POSIX more(1), less(1)",
      deviations: [
        "v, ! and | are refused: no editor, no shell from here",
        "-r is refused: escapes other than colours never reach the terminal",
        "LESS and LESSOPEN are not read",
        "of a pipe at most 512 MiB are kept",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var settings = settings
    settings.commands += operands.filter { $0.hasPrefix("+") }.map { String($0.dropFirst()) }
    var names = operands.filter { !$0.hasPrefix("+") }
    if names.isEmpty {
      if Terminal.isTerminal(0) { throw .usage("no file given; \(context.name) --help tells more") }
      names = ["-"]
    }
    if context.name == "more" {
      settings.quitsAtEnd = true
      settings.keepsScreen = true
    }
    guard context.isInteractive else { return copy(names, &context) }
    let keyboard = try keyboard()
    let pager = try Pager(names, settings, Paths(context), keyboard.descriptor)
    try pager.run()
  }

  /// Where no terminal shows it, it is cat.
  private func copy(_ names: [String], _ context: inout Context) {
    let paths = Paths(context)
    for name in names {
      do throws(Failure) {
        let file = try Self.open(name, paths)
        let output = context.output
        try attempt { () throws(SystemError) in
          do throws(SystemError) {
            try output.copy(file)
          } catch {
            throw error.about(name)
          }
        }
      } catch {
        context.report(error)
      }
    }
  }

  static func open(_ name: String, _ paths: Paths) throws(Failure) -> File {
    if name == "-" { return try attempt { () throws(SystemError) in try File.standardInput() } }
    let file = try paths.location(name).openToRead()
    let status = try attempt { () throws(SystemError) in try file.status() }
    if status.kind == .directory { throw .message("\(name): is a folder") }
    return file
  }

  /// The controlling terminal; standard input may be the text.
  private func keyboard() throws(Failure) -> File {
    if let file = try? File.open("/dev/tty", .readWrite) { return file }
    for stream in [Int32(2), 1, 0] where Terminal.isTerminal(stream) {
      if let copy = Terminal.duplicate(stream) { return copy }
    }
    throw .message("there is no terminal to read keys from")
  }
}

/// What options and commands switch.
struct PagerSettings {
  enum Prompt { case short, medium, long }

  var quitsAtEnd = false
  var quitsAtSecondEnd = false
  var quitsIfShort = false
  var quitsOnInterrupt = false
  var ignoresCase = false
  var alwaysIgnoresCase = false
  var countsLines = true
  var showsNumbers = false
  var rings = true
  var passesColour = false
  var squeezes = false
  var chops = false
  var keepsScreen = false
  var tilde = true
  var tab = 8
  var prompt = Prompt.short
  /// What `+` and `-p` ask for.
  var commands: [String] = []
}
