public import Box
internal import Linux

/// Clears the terminal's screen.
public struct Clear: Command {
  var keepsScrollback = false

  public init() {}

  public static var manual: Manual<Clear> {
    Manual(
      "clear", "Clear the screen", family: .shell,
      options: [
        .flag("x", nil, "Keep what has scrolled off the screen") { $0.keepsScrollback = true },
        .parsed("T", nil, "TYPE", "The type of terminal: all are treated alike") {
          (_: inout Clear, _: String) throws(Failure) in
        },
      ],
      examples: [("clear", "Start with an empty screen")], standard: "ncurses clear(1)",
      deviations: ["the sequences are those of ECMA-48 and xterm; there is no terminfo"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let extra = operands.first { throw .usage("\(extra): takes no operand") }
    context.output.write("\u{1B}[H\u{1B}[2J" + (keepsScrollback ? "" : "\u{1B}[3J"))
  }
}
