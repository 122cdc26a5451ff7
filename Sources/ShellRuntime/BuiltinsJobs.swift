internal import Box
internal import CLinux
internal import CRuntime
internal import Linux
internal import Shell
internal import Target

extension Interpreter {
  /// The job that `%1`, `%+`, `%name` or a PID means.
  func job(_ text: Bytes) -> Job? {
    guard text.first == "%" else {
      guard let pid = text.decimal else { return nil }
      return jobs.list.first { $0.members.contains { Int($0.pid) == pid } }
    }
    let name = Bytes(text.dropFirst())
    if name.isEmpty || name.equals("%") || name.equals("+") { return jobs.current }
    if name.equals("-") { return jobs.previous ?? jobs.current }
    if let number = name.decimal { return jobs.list.first { $0.number == number } }
    if name.first == "?" {
      let wanted = Bytes(name.dropFirst())
      return jobs.list.first { $0.text().contains(wanted) }
    }
    return jobs.list.first { $0.text().starts(with: name) }
  }

  func runJobs(_ arguments: [Bytes]) -> Int32 {
    var (long, pids, onlyRunning, onlyStopped) = (false, false, false, false)
    var rest = arguments.dropFirst()
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        switch letter {
        case "l": long = true
        case "p": pids = true
        case "r": onlyRunning = true
        case "s": onlyStopped = true
        case "n": break
        default: return unknownOption(arguments, letter)
        }
      }
    }
    pollJobs()
    var result: Int32 = 0
    var selected = jobs.list
    if !rest.isEmpty {
      selected = []
      for name in rest {
        if let job = job(name) {
          selected.append(job)
        } else {
          say(arguments, name, "no such job")
          result = 1
        }
      }
    }
    for job in selected {
      if onlyRunning && (job.isStopped || job.isDone) || onlyStopped && !job.isStopped { continue }
      if pids {
        out += Bytes(decimal: Int(job.members.first?.pid ?? 0)) + bytes("\n")
      } else {
        out += describe(job, long: long)
      }
      job.isChanged = false
      if job.isDone, !isSubshell { forget(job) }
    }
    return result
  }

  func runResume(_ arguments: [Bytes], isForeground: Bool) throws(Unwind) -> Int32 {
    guard options.has(Options.monitor) else {
      complain(arguments[0] + bytes(": no job control"))
      return 1
    }
    var names = Array(arguments.dropFirst())
    if names.first?.equals("--") == true { names.removeFirst() }
    if names.isEmpty { names = [bytes("%+")] }
    var result: Int32 = 0
    for name in names {
      pollJobs()
      guard let job = job(name), !job.isDone else {
        say(arguments, name, "no such job")
        result = 1
        continue
      }
      for index in job.members.indices { job.members[index].isStopped = false }
      job.isForeground = isForeground
      jobs.promote(job)
      out +=
        isForeground
        ? job.text() + bytes("\n")
        : bytes("[") + Bytes(decimal: job.number) + bytes("]+ ") + job.text() + bytes(" &\n")
      flushOutput()
      if isForeground { giveTerminal(to: job.group) }
      _ = System.kill(-job.group, SIGCONT)
      if isForeground {
        try finishForeground(job)
        if job.isDone { jobs.remove(job) }
        result = status
      }
    }
    return result
  }

  func runDisown(_ arguments: [Bytes]) -> Int32 {
    var rest = arguments.dropFirst()
    var (all, keeps) = (false, false)
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        switch letter {
        case "a", "r": all = true
        case "h": keeps = true
        default: return unknownOption(arguments, letter)
        }
      }
    }
    var selected = all ? jobs.list : []
    var result: Int32 = 0
    if !all {
      for name in rest.isEmpty ? [bytes("%+")] : Array(rest) {
        if let job = job(name) {
          selected.append(job)
        } else {
          say(arguments, name, "no such job")
          result = 1
        }
      }
    }
    for job in selected {
      if keeps { job.survivesHangUp = true } else { jobs.remove(job) }
    }
    return result
  }

  // MARK: wait

  func runWait(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    var (isAny, name) = (false, nil as Bytes?)
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      if word.equals("-n") {
        isAny = true
      } else if word.equals("-f") {
        continue
      } else if word.equals("-p") {
        name = rest.popFirst()
      } else {
        return unknownOption(arguments, word[1])
      }
    }
    if isAny { return try waitAny(Array(rest), name) }
    if rest.isEmpty {
      for job in jobs.list where !job.isStopped {
        if let interrupted = try waitFor(job) { return interrupted }
        jobs.remove(job)
      }
      jobs.finished = []
      return 0
    }
    var result: Int32 = 0
    for text in rest {
      if let job = job(text) {
        if let interrupted = try waitFor(job) { return interrupted }
        let member =
          text.first == "%" ? job.members.last : job.members.first { Int($0.pid) == text.decimal }
        result = Self.status(raw: member?.status ?? 0)
        forget(job)
        if let pid = text.decimal {
          jobs.finished.removeAll { Int($0.pid) == pid }
        } else {
          jobs.finished.removeAll { $0.pid == job.pid }
        }
      } else if let pid = text.decimal {
        if let index = jobs.finished.firstIndex(where: { Int($0.pid) == pid }) {
          result = jobs.finished[index].status
          continue
        }
        result = 127
      } else {
        say(arguments, text, text.first == "%" ? "no such job" : "not a PID or a job")
        result = text.first == "%" ? 127 : 2
      }
    }
    return result
  }

  /// Waits until a job has ended; the status where a trapped signal cut that short.
  private func waitFor(_ job: Job) throws(Unwind) -> Int32? {
    for index in job.members.indices where job.members[index].status == nil {
      var raw: Int32 = 0
      while true {
        if crt_has_signal() != 0, let status = try interruption() { return status }
        if waitpid(job.members[index].pid, &raw, 0) >= 0 { break }
        if System.errno != EINTR {
          raw = 127 << 8
          break
        }
      }
      note(raw, job, index)
    }
    return nil
  }

  /// Runs the traps of signals that have come; 128 and the signal, where one of them was.
  private func interruption() throws(Unwind) -> Int32? {
    var number: Int32 = 0
    for signal in 1..<65 where crt_signals_value(Int32(signal)) != 0 && signal != Int(SIGCHLD) {
      number = Int32(signal)
    }
    try runPendingTraps()
    return number == 0 ? nil : 128 + number
  }

  private func waitAny(_ names: [Bytes], _ variable: Bytes?) throws(Unwind) -> Int32 {
    let candidates = names.isEmpty ? jobs.list : names.compactMap { job($0) }
    if candidates.isEmpty { return 127 }
    while true {
      pollJobs()
      if let done = candidates.first(where: { $0.isDone }) {
        if let variable { try assign(symbols.intern(variable), Bytes(decimal: Int(done.pid))) }
        jobs.remove(done)
        return Self.status(raw: done.members.last?.status ?? 0)
      }
      if crt_has_signal() != 0, let status = try interruption() { return status }
      // The next child that changes ends this; it stays to be asked for by pollJobs.
      var info = siginfo_t()
      _ = waitid(P_ALL, 0, &info, WEXITED | WNOWAIT)
    }
  }

  // MARK: kill

  func runKill(_ arguments: [Bytes]) -> Int32 {
    var rest = arguments.dropFirst()
    var signal: Int32 = SIGTERM
    if let word = rest.first, word.count > 1, word[0] == "-" {
      let body = Bytes(word.dropFirst())
      if word.equals("-l") || word.equals("-L") {
        return listSignals(Array(rest.dropFirst()), arguments)
      }
      rest = rest.dropFirst()
      if !word.equals("--") {
        var name = body
        if word.equals("-s") || word.equals("-n") {
          guard let next = rest.popFirst() else { return usage(arguments, "-s: needs a value") }
          name = next
        } else if word[1] == "s", Signal(name: String(bytes: body)) == nil {
          name = Bytes(body.dropFirst())
        }
        guard let found = Signal(name: String(bytes: name)) else {
          say(arguments, name, "invalid signal specification")
          return 1
        }
        signal = found.number
        if rest.first?.equals("--") == true { rest = rest.dropFirst() }
      }
    }
    guard !rest.isEmpty else {
      return usage(arguments, "usage: kill [-s SIGNAL | -SIGNAL] PID | %JOB ...")
    }
    // A child that has ended is gone, whether anybody has waited for it or not.
    if !jobs.list.isEmpty { pollJobs() }
    let signaller = Signaller(context, Signal(signal))
    var result: Int32 = 0
    for target in rest {
      var error: Int32 = 0
      if target.first == "%" {
        guard let job = job(target) else {
          say(arguments, target, "no such job")
          result = 1
          continue
        }
        if job.group != 0 {
          error = System.kill(-job.group, signal)
          if job.isStopped, signal == SIGTERM || signal == SIGHUP {
            _ = System.kill(-job.group, SIGCONT)
          }
        } else {
          for member in job.members where member.status == nil {
            error = System.kill(member.pid, signal)
          }
        }
      } else if let number = target.decimal {
        if !send(signaller, to: Int32(clamping: number), arguments) { result = 1 }
      } else {
        say(arguments, target, "arguments must be process or job IDs")
        result = 1
        continue
      }
      if error != 0 {
        complain(arguments[0] + bytes(": ") + target + bytes(": ") + System.text(error))
        result = 1
      }
    }
    return result
  }

  /// Signals a process as the applet does, but says nothing of what would merely surprise a person.
  ///
  /// - Returns: whether the kernel took it.
  private func send(_ signaller: Signaller, to pid: Int32, _ arguments: [Bytes]) -> Bool {
    let loss = signaller.loss(pid)
    do throws(Failure) {
      try signaller.send(to: pid)
    } catch {
      remark(arguments, error.text ?? "", error.advice)
      return false
    }
    if let loss { remark(arguments, loss.text, loss.advice) }
    return true
  }

  private func remark(_ arguments: [Bytes], _ text: String, _ advice: String?) {
    complain(arguments[0] + bytes(": ") + text.bytes)
    if let advice { writeError(bytes("fix: ") + advice.bytes + bytes("\n")) }
  }

  private func listSignals(_ names: [Bytes], _ arguments: [Bytes]) -> Int32 {
    if names.isEmpty {
      listSignals()
      return 0
    }
    var result: Int32 = 0
    for name in names {
      if let number = name.decimal {
        let signal = number > 128 ? number - 128 : number
        guard signal >= 0, signal < 65 else {
          say(arguments, name, "invalid signal specification")
          result = 1
          continue
        }
        out += Signal(Int32(signal)).name.bytes + bytes("\n")
      } else if let signal = Signal(name: String(bytes: name)) {
        out += Bytes(decimal: Int(signal.number)) + bytes("\n")
      } else {
        say(arguments, name, "invalid signal specification")
        result = 1
      }
    }
    return result
  }

  // MARK: ulimit

  func runUlimit(_ arguments: [Bytes]) -> Int32 {
    typealias Limit = (letter: UInt8, unit: UInt, title: StaticString)
    let limits: [Limit] = [
      ("c", 1024, "core file size          (blocks, -c)"),
      ("d", 1024, "data seg size           (kbytes, -d)"),
      ("e", 1, "scheduling priority             (-e)"),
      ("f", 512, "file size               (blocks, -f)"),
      ("i", 1, "pending signals                 (-i)"),
      ("l", 1024, "max locked memory       (kbytes, -l)"),
      ("m", 1024, "max memory size         (kbytes, -m)"),
      ("n", 1, "open files                      (-n)"),
      ("q", 1, "POSIX message queues     (bytes, -q)"),
      ("r", 1, "real-time priority              (-r)"),
      ("s", 1024, "stack size              (kbytes, -s)"),
      ("t", 1, "cpu time               (seconds, -t)"),
      ("u", 1, "max user processes              (-u)"),
      ("v", 1024, "virtual memory          (kbytes, -v)"),
      ("x", 1, "file locks                      (-x)"),
    ]
    var (hard, soft, all) = (false, false, false)
    var asked: [Limit] = []
    var rest = arguments.dropFirst()
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        switch letter {
        case "H": hard = true
        case "S": soft = true
        case "a": all = true
        default:
          let letter: UInt8 = letter == "p" ? "u" : letter
          guard let limit = limits.first(where: { $0.letter == letter }) else {
            return unknownOption(arguments, letter)
          }
          asked.append(limit)
        }
      }
    }
    func show(_ limit: Limit, titled: Bool) {
      let values = System.limits(limit.letter)
      let value = hard && !soft ? values.hard : values.soft
      if titled {
        out.put(limit.title)
        out.append(" ")
      }
      out += value == UInt.max ? bytes("unlimited") : Bytes(decimal: Int(value / limit.unit))
      out.append("\n")
    }
    if all {
      for limit in limits { show(limit, titled: true) }
      return 0
    }
    if asked.isEmpty { asked = limits.filter { $0.letter == "f" } }
    guard let text = rest.first else {
      for limit in asked { show(limit, titled: asked.count > 1) }
      return 0
    }
    for limit in asked {
      var values = System.limits(limit.letter)
      var value = UInt.max
      if text.equals("hard") {
        value = values.hard
      } else if text.equals("soft") {
        value = values.soft
      } else if !text.equals("unlimited") {
        guard let number = text.decimal, number >= 0 else {
          say(arguments, text, "invalid number")
          return 1
        }
        value = UInt(number).multipliedReportingOverflow(by: limit.unit).partialValue
      }
      if soft || !hard { values.soft = value }
      if hard || !soft { values.hard = value }
      if !System.setLimits(limit.letter, values) {
        complain(arguments[0] + bytes(": ") + System.text(System.errno))
        return 1
      }
    }
    return 0
  }
}
