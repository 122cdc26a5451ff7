public import Box
internal import Linux
internal import ProcFS

/// Prints the PIDs of programs by their exact names, the newest first; sysvinit pidof(8), with procps's `-S`.
public struct Pidof: Command {
  var single = false
  var sameRoot = false
  var quiet = false
  var scripts = false
  var zombies = false
  var separator = " "
  var omitted: [String] = []

  public init() {}

  public static var manual: Manual<Pidof> {
    Manual(
      "pidof", "Print the PIDs of programs by their exact names", family: .processes,
      operands: "PROGRAM...",
      options: [
        .flag("s", "single-shot", "Print one PID of each program only") { $0.single = true },
        .flag("c", "check-root", "Only programs with the same root folder as ours") {
          $0.sameRoot = true
        },
        .flag("q", nil, "Print nothing, only answer by the exit status") { $0.quiet = true },
        .flag("x", nil, "Shells that run a script of that name, too") { $0.scripts = true },
        .flag("z", nil, "Zombies, too") { $0.zombies = true },
        .value("dS", "separator", "TEXT", "What to print between two PIDs, in place of a blank") {
          (options: inout Pidof, text: String) in options.separator = text
        },
        .value("o", "omit-pid", "PIDS", "Leave out these; %PPID is our parent") {
          (options: inout Pidof, text: String) in
          options.omitted += text.split(whereSeparator: { $0 == "," || $0 == ";" }).map {
            String($0)
          }
        },
      ],
      examples: [
        ("pidof java", "The PID of the JVM"),
        ("pidof -s /app/server", "By the path of its program"),
      ],
      standard: "sysvinit pidof(8)",
      deviations: ["-x finds sh SCRIPT, too, not only scripts started by name"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.isEmpty { throw .usage("which program?") }
    let (processes, table) = try attempt { () throws(SystemError) in
      let processes = try ProcFS(context.root)
      return (processes, try ProcessTable(processes, reading: [.stat, .arguments]))
    }
    let own = try? processes.ownPID()
    let omitted = try omittedPIDs(own, processes)
    let root =
      sameRoot
      ? try attempt { () throws(SystemError) in
        try context.root.status("/", follow: true)
      } : nil
    var found: [String] = []
    for operand in operands {
      let program = ProgramName(operand, context.root)
      for record in table.records.reversed() where record.pid != own {
        if omitted.contains(record.pid) || !isMeant(record, table, program, processes) { continue }
        if let root, !hasRoot(record.pid, root, processes) { continue }
        found.append(String(record.pid))
        if single { break }
      }
    }
    if !quiet, !found.isEmpty { context.output.line(found.joined(separator: separator)) }
    if found.isEmpty { context.fail() }
  }

  private func isMeant(
    _ record: ProcessRecord, _ table: ProcessTable, _ program: ProgramName, _ processes: ProcFS
  ) -> Bool {
    let isZombie = record.stat.state == UInt8(ascii: "Z")
    if isZombie, !zombies { return false }
    let words = table.arguments(of: record).split(separator: 0, maxSplits: 16)
      .map { String(bytes: $0) }
    // An empty argument or one with blanks is a title: the kernel's name counts.
    let isTitle = words.isEmpty || table.arguments(of: record).first == 0 || words[0].contains(" ")
    if isTitle, table.name(of: record).elementsEqual(program.name.bytes) { return true }
    guard let first = words.first else { return false }
    if program.isPath {
      if program.isFile(of: record.pid, processes, first: first) { return true }
    } else if baseName(first).sameBytes(as: program.name)
      // A login shell has a dash in front.
      || (first.hasPrefix("-") && first.dropFirst().utf8.elementsEqual(program.name.utf8))
    {
      return true
    }
    guard scripts, let script = words.dropFirst().first(where: { !$0.hasPrefix("-") }) else {
      return false
    }
    return (program.isPath ? script : baseName(script)).sameBytes(as: program.name)
  }

  private func hasRoot(_ pid: Int32, _ root: FileStatus, _ processes: ProcFS) -> Bool {
    do throws(SystemError) {
      let theirs = try File.open(at: processes.descriptor, "\(pid)/root", [.path, .directory])
      return try theirs.status().isSame(as: root)
    } catch {
      return false
    }
  }

  private func omittedPIDs(_ own: Int32?, _ processes: ProcFS) throws(Failure) -> Set<Int32> {
    var pids: Set<Int32> = []
    for word in omitted {
      if word == "%PPID" {
        if let own, let parent = (try? processes.stat(of: own))?.parent { pids.insert(parent) }
      } else if let pid = Int32(word), pid > 0 {
        pids.insert(pid)
      } else {
        throw .usage("\(word): not a process ID")
      }
    }
    return pids
  }
}
