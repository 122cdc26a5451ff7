public import Box
internal import Linux
internal import ProcFS
internal import Target

/// Sends a signal; POSIX kill(1), with the options of procps, util-linux and shells.
public struct Kill: Command {
  var signal = Signal.terminate
  var value: Int32?
  var lists = false
  var listed: String?
  var table = false

  public init() {}

  public static var manual: Manual<Kill> {
    Manual(
      "kill", "Send a signal to processes", family: .processes, operands: "PID...",
      grammar: .signals,
      options: [
        .parsed("s", "signal", "SIGNAL", "Send SIGNAL in place of TERM; also -SIGNAL, -NUMBER") {
          (options: inout Kill, text: String) throws(Failure) in
          options.signal = try Self.signal(text)
        },
        .parsed("n", nil, "NUMBER", "Send the signal of that number") {
          (options: inout Kill, text: String) throws(Failure) in
          options.signal = try Self.signal(text)
        },
        .value("q", "queue", "VALUE", "Send VALUE along with the signal") {
          (options: inout Kill, value: Int) in options.value = Int32(truncatingIfNeeded: value)
        },
        .optional("l", "list", "SIGNAL", "List signals, or translate number and name") {
          (options: inout Kill, text: String?) in
          options.lists = true
          options.listed = text
        },
        .flag("L", "table", "List signals with their numbers") { $0.table = true },
      ],
      examples: [
        ("kill -HUP 1", "Make the main process reload; says if it has no handler"),
        ("kill -0 1", "May I signal it at all?"),
        ("kill -9 -- -17", "End the whole process group 17"),
      ],
      standard: "POSIX kill; procps-ng kill(1)",
      deviations: [
        "tells when the kernel will drop the signal, and why it refuses one"
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if table { return printTable(context) }
    if lists { return try list((listed.map { [$0] } ?? []) + operands, &context) }
    if operands.isEmpty { throw .usage("which process? give a PID") }
    var pids: [Int32] = []
    for operand in operands {
      guard let pid = Int32(operand), !operand.hasPrefix("+") else {
        context.report(.message("\(operand): not a process ID"))
        continue
      }
      pids.append(pid)
    }
    let signaller = Signaller(context, signal, value: value)
    for pid in pids { _ = context.send(signaller, to: pid) }
  }

  private static func signal(_ text: String) throws(Failure) -> Signal {
    guard let signal = Signal(name: text) else {
      throw .usage("\(text): unknown signal; kill -l lists them")
    }
    return signal
  }

  /// Numbers become names and names numbers; 128 and more is the status of a killed program.
  private func list(_ words: [String], _ context: inout Context) throws(Failure) {
    if words.isEmpty { return Self.printNames(context) }
    for word in words {
      if let number = Int32(word) {
        let signal = Signal(number > 128 ? number - 128 : number)
        if signal.number >= 0, signal.number <= Signal.last {
          context.output.line(signal.name)
          continue
        }
      } else if let signal = Signal(name: word) {
        context.output.line(String(signal.number))
        continue
      }
      context.report(.message("\(word): unknown signal"))
    }
  }

  /// All but the real-time signals, by number.
  static func printNames(_ context: Context) {
    var line = ""
    for name in (1...31).map({ Signal($0).name }) {
      if line.utf8.count + 1 + name.utf8.count > 78 {
        context.output.line(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + name
    }
    context.output.line(line)
  }

  private func printTable(_ context: Context) {
    for first in stride(from: 1, through: 31, by: 7) {
      // As procps: only a full row ends without blanks.
      let cells = (first...min(first + 6, 31)).map { number in
        let name = Signal(Int32(number)).name
        return String(number).right(2) + " " + (number % 7 == 0 ? name : name.left(8))
      }
      context.output.line(cells.joined())
    }
  }
}
