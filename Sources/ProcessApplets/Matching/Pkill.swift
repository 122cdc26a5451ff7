public import Box
internal import Linux
internal import Report
internal import Target

/// Signals processes chosen by name and other properties; procps-ng 4 pkill(1).
public struct Pkill: Selecting {
  public var selection = ProcessSelection()
  var signal = Signal.terminate
  var value: Int32?
  var echoes = false
  var counts = false
  var dryRun = false
  var json = false

  public init() {}

  public static var manual: Manual<Pkill> {
    Manual(
      "pkill", "Signal processes by name and other properties", family: .processes,
      operands: "[PATTERN]", grammar: .signals,
      options: Option<Pkill>.selection + [
        .parsed(nil, "signal", "SIGNAL", "Send SIGNAL in place of TERM; also -SIGNAL, -NUMBER") {
          (options: inout Pkill, text: String) throws(Failure) in
          guard let signal = Signal(name: text) else { throw .usage("\(text): unknown signal") }
          options.signal = signal
        },
        .value("q", "queue", "VALUE", "Send VALUE along with the signal") {
          (options: inout Pkill, value: Int) in options.value = Int32(truncatingIfNeeded: value)
        },
        .flag("e", "echo", "Print what is signalled") { $0.echoes = true },
        .flag("c", "count", "Print how many match") { $0.counts = true },
        .flag(nil, "inverse", "All but those that match") { $0.selection.inverse = true },
        .flag(nil, "dry-run", "Send nothing, only print what would be signalled") {
          $0.dryRun = true
        },
        .flag(nil, "json", "Print an array of objects: what is signalled") { $0.json = true },
      ],
      examples: [
        ("pkill -HUP -x nginx", "Make nginx reload"),
        ("pkill --dry-run -f worker", "See whom it would hit"),
      ],
      standard: "procps-ng pkill(1)",
      deviations: ["tells when the kernel will drop the signal, and why it refuses one"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let matcher = try matcher(operands, wantsCommand: json, selection, context)
    let found = try matcher.matches()
    let signaller = Signaller(context, signal, value: value)
    var taken: [ProcessMatch] = []
    for match in found {
      let name = Sanitize.masked(String(bytes: match.name))
      if dryRun {
        taken.append(match)
        if !json {
          context.output.line("would send SIG\(signal.name) to \(name) (pid \(match.pid))")
        }
      } else if context.send(signaller, to: match.pid, failing: false) {
        taken.append(match)
        if echoes, !json { context.output.line("\(name) killed (pid \(match.pid))") }
      }
    }
    if json { context.output.line(JSON.array(taken.map { object($0) }).text) }
    if counts, !json { context.output.line(String(found.count)) }
    // As procps: some success is success, whatever else was refused.
    if taken.isEmpty { context.fail() }
  }

  private func object(_ match: ProcessMatch) -> JSON {
    .object([
      (key: "pid", value: .number(Int(match.pid))),
      (key: "name", value: .string(String(bytes: match.name))),
      (key: "command", value: .string(String(bytes: match.command))),
      (key: "signal", value: .string("SIG" + signal.name)),
      (key: "sent", value: .flag(!dryRun)),
    ])
  }
}
