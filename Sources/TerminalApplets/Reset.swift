public import Box
internal import Linux

/// Makes a terminal usable again after a program that died.
public struct Reset: Command {
  public init() {}

  public static var manual: Manual<Reset> {
    Manual(
      "reset", "Make the terminal usable again", family: .shell,
      examples: [("reset", "After a binary file or a crash")], standard: "ncurses reset(1)",
      deviations: ["the sequences are those of ECMA-48 and xterm; there is no terminfo"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let extra = operands.first { throw .usage("\(extra): takes no operand") }
    guard let stream = [Int32(2), 1, 0].first(where: { Terminal.isTerminal($0) }) else {
      throw .message("standard error: not a terminal")
    }
    let modes = try attempt { () throws(SystemError) in
      try TerminalModes(of: stream, named: "standard error")
    }
    let size = Terminal.windowSize(stream)
    var change = SttyChange(modes, size, 80)
    try change.make(["sane"])
    let sane = change.modes
    try attempt { () throws(SystemError) in try sane.apply(to: stream, named: "standard error") }
    // All at once, then what some terminals do not count among it: the other screen, mouse, paste mode.
    context.errors.write(
      "\u{1B}c\u{1B}[!p\u{1B}[?1049l\u{1B}[?1000l\u{1B}[?1006l\u{1B}[?2004l\u{1B}[?25h\u{1B}[0m")
    context.errors.write("\r\u{1B}[J")
    context.errors.flush()
  }
}
