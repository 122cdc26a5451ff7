public import Box
internal import Linux
internal import Patterns
internal import ProcFS
internal import Target

/// Signals all processes with given names; psmisc killall(1).
public struct Killall: Command {
  var signal = Signal.terminate
  var exact = false
  var ignoreCase = false
  var wholeGroup = false
  var asks = false
  var lists = false
  var quiet = false
  var regular = false
  var verbose = false
  var waits = false
  var user: String?
  var namespaceOf: Int32?
  /// Seconds.
  var olderThan: Double?
  var youngerThan: Double?

  public init() {}

  public static var manual: Manual<Killall> {
    Manual(
      "killall", "Signal all processes with given names", family: .processes,
      operands: "NAME...", grammar: .signals,
      options: [
        .flag("e", "exact", "Skip names over 15 bytes that cannot be told for sure") {
          $0.exact = true
        },
        .flag("I", "ignore-case", "Match ASCII letters in both cases") { $0.ignoreCase = true },
        .flag("g", "process-group", "Signal the process groups, each once") {
          $0.wholeGroup = true
        },
        .flag("i", "interactive", "Ask before each") { $0.asks = true },
        .flag("l", "list", "List the names of signals") { $0.lists = true },
        .parsed("n", "ns", "PID", "Only in the PID namespace that PID is in") {
          (options: inout Killall, text: String) throws(Failure) in
          guard let pid = Int32(text), pid >= 0 else { throw .usage("\(text): not a process ID") }
          options.namespaceOf = pid
        },
        .parsed("o", "older-than", "TIME", "Only older than TIME: 90s, 5m, 2h, 1d, 1w, 1M, 1y") {
          (options: inout Killall, text: String) throws(Failure) in
          options.olderThan = try Self.seconds(text)
        },
        .parsed("y", "younger-than", "TIME", "Only younger than TIME") {
          (options: inout Killall, text: String) throws(Failure) in
          options.youngerThan = try Self.seconds(text)
        },
        .flag("q", "quiet", "Say nothing where no process is found") { $0.quiet = true },
        .flag("r", "regexp", "NAME is an extended regular expression") { $0.regular = true },
        .parsed("s", "signal", "SIGNAL", "Send SIGNAL in place of TERM; also -SIGNAL, -NUMBER") {
          (options: inout Killall, text: String) throws(Failure) in
          guard let signal = Signal(name: text) else {
            throw .usage("\(text): unknown signal; killall -l lists them")
          }
          options.signal = signal
        },
        .value("u", "user", "USER", "Only processes of USER; then NAME may be left out") {
          (options: inout Killall, text: String) in options.user = text
        },
        .flag("v", "verbose", "Tell what was signalled") { $0.verbose = true },
        .flag("w", "wait", "Wait until all of them are gone") { $0.waits = true },
      ],
      examples: [
        ("killall -v -HUP nginx", "Make all nginx processes reload"),
        ("killall -w -o 1h worker", "End old workers and wait for it"),
      ],
      standard: "psmisc killall(1)",
      deviations: [
        "-w looks ten times a second", "there is no -Z: containers show no other context",
        "tells when the kernel will drop the signal, and why it refuses one",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if lists { return Kill.printNames(context) }
    if operands.isEmpty, user == nil { throw .usage("which program? give a name") }
    let processes = try attempt { () throws(SystemError) in try ProcFS(context.root) }
    let targets = try candidates(processes, context)
    let signaller = Signaller(context, signal)
    var signalled: [KillallTarget] = []
    if operands.isEmpty {
      signalled = send(signaller, targets, &context)
      if signalled.isEmpty { context.fail() }
    }
    for operand in operands {
      let matched = try matching(operand, targets, processes, context)
      let taken = send(signaller, matched, &context)
      signalled += taken
      guard taken.isEmpty else { continue }
      // Refused ones have been told one by one.
      if matched.isEmpty, !quiet { context.note("\(operand): no process found") }
      context.fail()
    }
    if waits { wait(for: signalled, processes, context) }
  }

  /// The processes that the options leave, without ourselves.
  private func candidates(_ processes: ProcFS, _ context: Context) throws(Failure)
    -> [KillallTarget]
  {
    let table = try attempt { () throws(SystemError) in
      try ProcessTable(processes, reading: [.stat, .owner])
    }
    var uid: UInt32?
    if let user {
      uid = UInt32(user) ?? ProcessNames(context, processes).uid(named: user)
      if uid == nil { throw .message("\(user): no such user") }
    }
    let namespace = try namespaceOf.map { (pid: Int32) throws(Failure) in
      try attempt { () throws(SystemError) in try processes.link(pid, "ns/pid") }
    }
    let own = try? processes.ownPID()
    let uptime = parseDouble(
      String(bytes: ((try? processes.contents("uptime", limit: 4096)) ?? []).prefix { $0 != 0x20 }))
    var targets: [KillallTarget] = []
    for record in table.records where record.pid != own {
      let age = (uptime ?? 0) - Double(record.stat.startTicks) / Double(Host.ticksPerSecond)
      if let uid, record.uid != uid { continue }
      if let olderThan, age < olderThan { continue }
      if let youngerThan, age > youngerThan { continue }
      if let namespace, (try? processes.link(record.pid, "ns/pid")) != namespace { continue }
      targets.append(
        KillallTarget(
          pid: record.pid, name: Array(table.name(of: record)), group: record.stat.group,
          startTicks: record.stat.startTicks))
    }
    return targets
  }

  private func matching(
    _ operand: String, _ targets: [KillallTarget], _ processes: ProcFS, _ context: Context
  ) throws(Failure) -> [KillallTarget] {
    let program = ProgramName(operand, context.root)
    if !regular, program.isPath {
      return targets.filter { target in
        program.isFile(
          of: target.pid, processes,
          first: try? processes.arguments(of: target.pid, limit: 65536).first)
      }
    }
    var options: Pattern.Options = regular ? [] : [.whole]
    if ignoreCase { options.insert(.ignoreCase) }
    do throws(Pattern.Malformed) {
      let pattern = try Pattern(operand, regular ? .extended : .literal, options)
      let prefix = try Pattern(Array(operand.bytes.prefix(15)), .literal, options)
      let isLong = !regular && operand.bytes.count > 15
      return targets.filter { target in
        if target.name.count >= 15 {
          if let whole = wholeName(target, processes) { return pattern.matches(whole) }
          if !isLong { return pattern.matches(target.name) }
          if exact, verbose { context.note("\(target.pid): skipped: its whole name is not known") }
          return !exact && prefix.matches(target.name)
        }
        return pattern.matches(target.name)
      }
    } catch {
      throw .usage("\(operand): \(error.reason)")
    }
  }

  /// The name of the program, where the kernel's 15 bytes are the start of it.
  private func wholeName(_ target: KillallTarget, _ processes: ProcFS) -> [UInt8]? {
    guard let first = try? processes.arguments(of: target.pid, limit: 65536).first else {
      return nil
    }
    let name = baseName(first).bytes
    return name.starts(with: target.name) ? name : nil
  }

  private func send(
    _ signaller: Signaller, _ targets: [KillallTarget], _ context: inout Context
  ) -> [KillallTarget] {
    var taken: [KillallTarget] = []
    var groups: Set<Int32> = []
    for target in targets {
      let name = Sanitize.masked(String(bytes: target.name))
      let pid = wholeGroup ? target.group : target.pid
      // A group outside our namespace has no number here.
      if wholeGroup, pid <= 0 || !groups.insert(pid).inserted { continue }
      if asks, !confirmed("Signal \(name)(\(wholeGroup ? "pgid " : "")\(pid)) ? (y/N) ", context) {
        continue
      }
      guard context.send(signaller, to: wholeGroup ? -pid : pid, failing: false) else { continue }
      taken.append(target)
      if verbose {
        let group = wholeGroup ? "pgid " : ""
        context.note("Killed \(name)(\(group)\(pid)) with signal \(signal.number)")
      }
    }
    return taken
  }

  private func confirmed(_ question: String, _ context: Context) -> Bool {
    context.output.write(question)
    context.output.flush()
    guard let input = try? context.input(), let line = try? input.line(limit: 4096) else {
      return false
    }
    return line.first == UInt8(ascii: "y") || line.first == UInt8(ascii: "Y")
  }

  /// A PID that another process got meanwhile has another start.
  private func wait(for targets: [KillallTarget], _ processes: ProcFS, _ context: Context) {
    var left = targets
    while true {
      left = left.filter { (try? processes.stat(of: $0.pid))?.startTicks == $0.startTicks }
      if left.isEmpty { return }
      context.clock.sleep(seconds: 0.1)
    }
  }

  private static func seconds(_ text: String) throws(Failure) -> Double {
    let units: [(letter: StaticString, seconds: Double)] = [
      ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("w", 604_800), ("M", 2_629_746),
      ("y", 31_556_952),
    ]
    for unit in units where text.hasSuffix("\(unit.letter)") {
      if let value = parseDouble(String(text.dropLast())), value >= 0 {
        return value * unit.seconds
      }
    }
    throw .usage("\(text): not a time such as 90s, 5m or 1.5h")
  }
}

/// A process that may be meant.
struct KillallTarget {
  let pid: Int32
  let name: [UInt8]
  let group: Int32
  let startTicks: Int
}
