internal import CLinux
internal import CRuntime
internal import Linux
internal import Shell

/// The processes of a pipeline.
final class Job {
  struct Member {
    let pid: Int32
    /// As wait(2) gave it; nil while it runs.
    var status: Int32?
    var isStopped = false
  }
  var number = 0
  let text: () -> Bytes
  /// Its process group; 0: that of the shell.
  var group: Int32 = 0
  var members: [Member] = []
  var isForeground: Bool
  /// The change of state that is still to be told.
  var isChanged = false
  var isDisowned = false
  /// `disown -h`: not to be hung up.
  var survivesHangUp = false
  /// Counts up as jobs become current.
  var rank = 0

  init(text: @escaping () -> Bytes, isForeground: Bool) {
    self.text = text
    self.isForeground = isForeground
  }

  var isDone: Bool { members.allSatisfy { $0.status != nil } }
  var isStopped: Bool { !isDone && members.contains { $0.isStopped } }
  var pid: Int32 { members.last?.pid ?? 0 }
}

/// The jobs that do not run in the foreground.
struct JobTable {
  var list: [Job] = []
  /// Statuses of background processes that nobody has asked for yet.
  var finished: [(pid: Int32, status: Int32)] = []
  private var ranks = 0

  mutating func add(_ job: Job) {
    if job.number == 0 { job.number = (list.map { $0.number }.max() ?? 0) + 1 }
    if !list.contains(where: { $0 === job }) { list.append(job) }
    promote(job)
  }

  mutating func promote(_ job: Job) {
    ranks += 1
    job.rank = ranks
  }

  mutating func remove(_ job: Job) {
    list.removeAll { $0 === job }
    job.number = 0
  }

  /// Jobs that can be current: stopped ones first, then the latest.
  private var ranked: [Job] {
    let order = list.indices.sortedBy {
      list[$0].isStopped != list[$1].isStopped ? list[$0].isStopped : list[$0].rank > list[$1].rank
    }
    return order.map { list[$0] }
  }

  var current: Job? { ranked.first }
  var previous: Job? { ranked.dropFirst().first }
}

extension Range<Int> {
  /// The numbers in the order of `precedes`: insertion, as jobs are few.
  func sortedBy(_ precedes: (Int, Int) -> Bool) -> [Int] {
    var order: [Int] = []
    for index in self {
      let place = order.firstIndex { precedes(index, $0) } ?? order.count
      order.insert(index, at: place)
    }
    return order
  }
}

struct ProcessSubstitution {
  let descriptor: Int32
  let pid: Int32
}

extension Interpreter {
  /// The status as `$?` tells it.
  static func status(raw: Int32) -> Int32 {
    if clinux_exited(raw) != 0 { return clinux_exit_status(raw) }
    if raw & 0xFF == 0x7F { return 128 + (raw >> 8 & 0xFF) }
    return 128 + clinux_term_signal(raw)
  }

  func startJob(text: @escaping () -> Bytes, isForeground: Bool) throws(Unwind) -> Job {
    Job(text: text, isForeground: isForeground)
  }

  /// A child in the job; 0 in the child.
  func fork(_ job: Job) throws(Unwind) -> Int32 {
    flushOutput()
    let pid = System.fork()
    if pid < 0 { throw fatal(bytes("fork: ") + System.text(-pid), status: 254) }
    if pid > 0 {
      job.members.append(Job.Member(pid: pid))
      if options.has(Options.monitor) {
        if job.group == 0 { job.group = pid }
        _ = setpgid(pid, job.group)
        if job.isForeground { giveTerminal(to: job.group) }
      }
    }
    return pid
  }

  /// What a child does first.
  func prepareChild(_ job: Job, isForeground: Bool) {
    if options.has(Options.monitor) {
      let group = job.group == 0 ? getpid() : job.group
      _ = setpgid(0, group)
      if isForeground { giveTerminal(to: group) }
      for number in [SIGTSTP, SIGTTIN, SIGTTOU] { meet(number, 0) }
    } else if !isForeground {
      meet(SIGINT, 1)
      meet(SIGQUIT, 1)
      traps.ignoredAtStart[Int(SIGINT)] = true
      traps.ignoredAtStart[Int(SIGQUIT)] = true
      let null = System.open(bytes("/dev/null"), O_RDONLY | O_CLOEXEC)
      if null > 0 {
        _ = System.duplicate(null, to: 0)
        System.close(null)
      }
    }
    becomeSubshell(keepsIgnored: !isForeground && !options.has(Options.monitor))
  }

  private func meet(_ number: Int32, _ how: Int32) { _ = crt_meet_signal(number, how, 0) }

  func giveTerminal(to group: Int32) {
    guard let terminal = jobTerminal else { return }
    // A background process that sets the group is stopped by SIGTTOU, unless that is ignored.
    let before = crt_signal_met(SIGTTOU)
    meet(SIGTTOU, 1)
    _ = tcsetpgrp(terminal, group)
    if before != 1 { meet(SIGTTOU, before < 0 ? 0 : before) }
  }

  /// This process is a copy of the shell from here on.
  func becomeSubshell(keepsIgnored: Bool = false) {
    isSubshell = true
    subshellDepth += 1
    out = []
    captures = 0
    let wasInteractive = interactive != nil
    interactive = nil
    history?.detach()
    options.set(Options.monitor, false)
    jobTerminal = nil
    traps.reset(wasInteractive: wasInteractive, keepsIgnored: keepsIgnored)
    jobs.list.forEach { $0.isDisowned = true }
    processes = []
    random = random ^ UInt32(truncatingIfNeeded: Int(getpid()))
  }

  /// Runs the rest of a subshell, and ends the process.
  func finishSubshell(_ body: () throws(Unwind) -> Void) -> Never {
    scopes = scopes.filter { $0.isFunction }
    do throws(Unwind) {
      try body()
    } catch {
      if case .fails = error, status == 0 { status = 1 }
    }
    leave()
  }

  /// Runs the EXIT trap, writes what is left, and ends the process.
  func leave() -> Never {
    runExitTrap()
    if !flushOutput(), status == 0 { status = 1 }
    System.quit(status & 0xFF)
  }

  /// `( … )`.
  func runSubshell(_ list: List, isLast: Bool) throws(Unwind) {
    if isLast, traps.isEmpty, captures == 0, isSubshell, !options.has(Options.monitor),
      processes.isEmpty
    {
      subshellDepth += 1
      return try run(list, isLast: true)
    }
    let job = try startJob(
      text: { bytes("( ") + Unparser.text(list) + bytes(" )") }, isForeground: true)
    if try fork(job) == 0 {
      prepareChild(job, isForeground: true)
      finishSubshell { () throws(Unwind) in try self.run(list, isLast: true) }
    }
    try finishForeground(job)
  }

  /// Waits for one child that is no job; the status.
  func wait(for pid: Int32) -> Int32 {
    var raw: Int32 = 0
    while waitpid(pid, &raw, 0) < 0 {
      if System.errno != EINTR { return 127 }
    }
    return Self.status(raw: raw)
  }

  // MARK: pipelines

  func runPipeline(_ pipeline: Pipeline) throws(Unwind) {
    let job = try startJob(text: { Unparser.text(pipeline) }, isForeground: true)
    let runsLastHere = options.has(Options.lastPipe) && !options.has(Options.monitor)
    var input: Int32 = -1
    let count = runsLastHere ? pipeline.commands.count - 1 : pipeline.commands.count
    for index in 0..<count {
      let isFinal = index == pipeline.commands.count - 1
      var ends: (read: Int32, write: Int32)?
      if !isFinal {
        ends = System.pipe()
        guard ends != nil else {
          if input >= 0 { System.close(input) }
          throw fatal(bytes("pipe: ") + System.text(System.errno))
        }
      }
      let child = try fork(job)
      if child == 0 {
        connect(input, ends)
        prepareChild(job, isForeground: true)
        finishSubshell { () throws(Unwind) in
          try self.run(pipeline.commands[index], isLast: true)
        }
      }
      if input >= 0 { System.close(input) }
      if let ends { System.close(ends.write) }
      input = ends?.read ?? -1
    }
    var lastStatus: Int32?
    if runsLastHere, let last = pipeline.commands.last {
      lastStatus = try runLast(last, input)
    }
    try finishForeground(job, lastStatus: lastStatus)
  }

  private func connect(_ input: Int32, _ ends: (read: Int32, write: Int32)?) {
    if input >= 0 {
      _ = System.duplicate(input, to: 0)
      System.close(input)
    }
    if let ends {
      System.close(ends.read)
      _ = System.duplicate(ends.write, to: 1)
      System.close(ends.write)
    }
  }

  /// The last command of a pipeline in this shell.
  private func runLast(_ command: CommandNode, _ input: Int32) throws(Unwind) -> Int32 {
    let saved = System.copyHigh(0)
    _ = System.duplicate(input, to: 0)
    System.close(input)
    defer {
      if saved >= 0 {
        _ = System.duplicate(saved, to: 0)
        System.close(saved)
      } else {
        System.close(0)
      }
    }
    ignoresErrors += 1
    defer { ignoresErrors -= 1 }
    try run(command, isLast: false)
    return status
  }

  /// Waits for a job in the foreground.
  func finishForeground(_ job: Job, lastStatus: Int32? = nil) throws(Unwind) {
    waitAll(job)
    if options.has(Options.monitor) { giveTerminal(to: getpgrp()) }
    if job.isStopped {
      job.isForeground = false
      jobs.add(job)
      if interactive != nil { writeError(bytes("\n")) }
      writeError(describe(job))
      job.isChanged = false
      status = 128 + SIGTSTP
      return
    }
    var statuses = job.members.map { Self.status(raw: $0.status ?? 0) }
    if let lastStatus { statuses.append(lastStatus) }
    pipeStatus = statuses
    status = statuses.last ?? 0
    if options.has(Options.pipeFail) { status = statuses.last { $0 != 0 } ?? 0 }
    tellSignal(job)
    if crt_has_signal() != 0 { try runPendingTraps() }
    try obeyInterrupt(of: job)
  }

  /// Ctrl-C reaches the job alone; what the shell had in mind behind it ends all the same, as in bash.
  private func obeyInterrupt(of job: Job) throws(Unwind) {
    guard interactive != nil, options.has(Options.monitor), let raw = job.members.last?.status,
      clinux_exited(raw) == 0, clinux_term_signal(raw) == SIGINT,
      traps.action(Int(SIGINT)) == nil || loopDepth > 0
    else { return }
    throw .fails
  }

  private func waitAll(_ job: Job) {
    let flags = options.has(Options.monitor) ? WUNTRACED : 0
    for index in job.members.indices where job.members[index].status == nil {
      var raw: Int32 = 0
      while waitpid(job.members[index].pid, &raw, flags) < 0 {
        if System.errno != EINTR {
          raw = 127 << 8
          break
        }
      }
      note(raw, job, index)
      if job.members[index].isStopped { break }
    }
  }

  /// A child that a signal killed is told about, unless that is how pipelines end.
  private func tellSignal(_ job: Job) {
    guard let raw = job.members.last?.status else { return }
    if clinux_exited(raw) != 0 {
      // What caught Ctrl-C itself, and says so.
      if interactive != nil, Self.status(raw: raw) == 130 { writeError(bytes("\n")) }
      return
    }
    let number = clinux_term_signal(raw)
    if interactive != nil, number == SIGINT { return writeError(bytes("\n")) }
    guard number != SIGINT, number != SIGPIPE, !isSubshell || interactive != nil else { return }
    var text = Bytes(
      UnsafeRawBufferPointer(start: strsignal(number), count: strlen(strsignal(number))))
    if raw & 0x80 != 0 { text.put(" (core dumped)") }
    text.append("\n")
    writeError(text)
  }

  func note(_ raw: Int32, _ job: Job, _ index: Int) {
    if raw & 0xFF == 0x7F {
      job.members[index].isStopped = true
    } else if raw == 0xFFFF {
      job.members[index].isStopped = false
    } else {
      job.members[index].status = raw
      job.members[index].isStopped = false
    }
    job.isChanged = true
  }

  /// Looks what has become of the jobs, without waiting.
  func pollJobs() {
    for job in jobs.list where !job.isDisowned || !isSubshell {
      for index in job.members.indices where job.members[index].status == nil {
        var raw: Int32 = 0
        let result = waitpid(job.members[index].pid, &raw, WNOHANG | WUNTRACED | WCONTINUED)
        if result > 0 { note(raw, job, index) }
        if result < 0, System.errno == ECHILD { note(127 << 8, job, index) }
      }
    }
  }

  // MARK: background

  func runInBackground(_ list: AndOr) throws(Unwind) {
    if !jobs.list.isEmpty { pollJobs() }
    if jobs.list.count > 256 { dropFinished() }
    let job = try startJob(text: { Unparser.text(list) }, isForeground: false)
    if try fork(job) == 0 {
      prepareChild(job, isForeground: false)
      finishSubshell { () throws(Unwind) in try self.run(list, isLast: true) }
    }
    lastBackground = job.pid
    jobs.add(job)
    status = 0
    if interactive != nil {
      writeError(
        bytes("[") + Bytes(decimal: job.number) + bytes("] ") + Bytes(decimal: Int(job.pid))
          + bytes("\n"))
    }
  }

  private func dropFinished() {
    for job in jobs.list where job.isDone { forget(job) }
  }

  /// Takes a finished job off the list; its status can still be asked for.
  func forget(_ job: Job) {
    for member in job.members {
      jobs.finished.append((member.pid, Self.status(raw: member.status ?? 0)))
    }
    if jobs.finished.count > 1024 { jobs.finished.removeFirst(jobs.finished.count - 1024) }
    jobs.remove(job)
  }

  /// `[1]+  Running                 sleep 9 &`.
  func describe(_ job: Job, long: Bool = false) -> Bytes {
    var line = bytes("[") + Bytes(decimal: job.number) + bytes("]")
    line.append(job === jobs.current ? "+" : job === jobs.previous ? "-" : " ")
    line.put(long ? " " : "  ")
    if long {
      line.append(decimal: Int(job.members.first?.pid ?? 0))
      line.append(" ")
    }
    var state = bytes("Running")
    if job.isStopped {
      state = bytes("Stopped")
    } else if job.isDone {
      let raw = job.members.last?.status ?? 0
      let status = Self.status(raw: raw)
      if clinux_exited(raw) == 0 {
        let text = strsignal(clinux_term_signal(raw))
        state = text.map { Bytes(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
      } else if status == 0 {
        state = bytes("Done")
      } else {
        state = bytes("Exit ") + Bytes(decimal: Int(status))
      }
    }
    line += state + Bytes(repeating: " ", count: max(1, 24 - state.count))
    line += job.text()
    if !job.isDone, !job.isStopped { line.put(" &") }
    line.append("\n")
    return line
  }

  /// Tells what has happened to jobs since the last prompt.
  func reportJobs() {
    pollJobs()
    for job in jobs.list where job.isChanged {
      if job.isDone {
        writeError(describe(job))
        forget(job)
      } else if job.isStopped {
        writeError(describe(job))
      }
      job.isChanged = false
    }
  }

  // MARK: process substitution

  /// `<(…)` and `>(…)`: the path of a pipe to a child.
  func substituteProcess(_ list: List, isOutput: Bool) throws(Unwind) -> Bytes {
    flushOutput()
    guard let ends = System.pipe() else {
      throw fatal(bytes("pipe: ") + System.text(System.errno))
    }
    let child = System.fork()
    if child < 0 { throw fatal(bytes("fork: ") + System.text(-child)) }
    if child == 0 {
      _ = System.duplicate(isOutput ? ends.read : ends.write, to: isOutput ? 0 : 1)
      System.close(ends.read)
      System.close(ends.write)
      becomeSubshell()
      finishSubshell { () throws(Unwind) in try self.run(list, isLast: true) }
    }
    let ours = isOutput ? ends.write : ends.read
    System.close(isOutput ? ends.read : ends.write)
    System.setCloseOnExec(ours, false)
    // Finished ones make room: their descriptors stay open only while the command runs.
    closeProcesses(keeping: 32)
    processes.append(ProcessSubstitution(descriptor: ours, pid: child))
    lastBackground = child
    return bytes("/dev/fd/") + Bytes(decimal: Int(ours))
  }

  func closeProcesses(keeping count: Int) {
    while processes.count > count {
      let first = processes.removeFirst()
      System.close(first.descriptor)
      var raw: Int32 = 0
      _ = waitpid(first.pid, &raw, WNOHANG)
    }
  }
}
