public import Box
internal import Capabilities
internal import Linux
internal import ProcFS
internal import Report
internal import Target

/// Explains, rule by rule, what the kernel lets us do with a process.
public struct Why: Command {
  var json = false

  public init() {}

  public static var manual: Manual<Why> {
    Manual(
      "why", "Explain what denies access to a process, and what would help",
      family: .target,
      operands: "PID...",
      options: [.flag(nil, "json", "Print an array of objects") { $0.json = true }],
      examples: [("why 1", "Why can I not see the files of PID 1?")],
      standard: "none; the rules are those of ptrace(2) and proc(5)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.isEmpty { throw .usage("which process? give its PID") }
    let root = context.root
    let processes = try attempt { () throws(SystemError) in try ProcFS(root) }
    var reports: [JSON] = []
    for operand in operands {
      do throws(Failure) {
        let inquiry = try Inquiry(try parsePID(operand), processes)
        if json { reports.append(inquiry.json) } else { context.output.write(inquiry.text) }
      } catch {
        context.report(error)
      }
    }
    if json { context.output.line(JSON.array(reports).text) }
  }
}

/// Everything there is to say about one process.
private struct Inquiry {
  let pid: Int32
  let processes: ProcFS
  let diagnosis: Diagnosis
  let reach: Reach
  let name: String
  let isKernelThread: Bool

  init(_ pid: Int32, _ processes: ProcFS) throws(Failure) {
    self.pid = pid
    self.processes = processes
    let explainer = Explainer(processes)
    do throws(SystemError) {
      let stat = try processes.stat(of: pid)
      name = String(bytes: stat.name)
      isKernelThread = stat.isKernelThread
      diagnosis = Diagnosis(
        ours: try Standing(of: nil, in: processes), theirs: try Standing(of: pid, in: processes))
    } catch {
      throw explainer.explain(error, pid: pid, subject: String(pid)) ?? .system(error)
    }
    reach = Reach(pid, processes)
  }

  private var guarded: [(name: StaticString, mode: OpenMode)] {
    [
      ("root", [.path, .directory]), ("cwd", [.path, .directory]), ("exe", .path),
      ("environ", .read),
      ("maps", .read), ("mem", .read), ("fd", [.read, .directory]), ("ns/mnt", .read),
    ]
  }

  var text: String {
    let theirs = diagnosis.theirs
    let ours = diagnosis.ours
    var lines = ["PID \(pid) (\(name)): " + (reach.isOpen ? "reachable" : "not reachable")]
    lines.append("  target  " + describe(theirs))
    lines.append("  you     " + describe(ours))
    lines.append("  rules")
    for rule in rules { lines.append("    " + (rule.holds ? "ok   " : "FAIL ") + rule.text) }
    lines.append("  tried")
    for item in guarded {
      let opened = (try? Doorway(processes).open(pid, "\(item.name)", item.mode).means)
      let outcome = opened.map { Reach.open($0).words } ?? "no"
      let gap = String(repeating: " ", count: max(1, 9 - "\(item.name)".utf8.count))
      lines.append("    \(item.name)\(gap)\(outcome)")
    }
    if isKernelThread {
      lines.append("  note    a kernel thread: it has no files, memory or environment of its own")
    }
    if case .refused(let failure) = reach {
      lines.append("  why     " + (failure.text ?? ""))
      if let advice = failure.advice { lines.append("  fix     " + advice) }
    }
    return lines.map { Sanitize.escaped($0) + "\n" }.joined()
  }

  private var rules: [(holds: Bool, text: String)] {
    let ours = diagnosis.ours
    if ours.effective.contains(.sysPtrace) {
      return [(true, "CAP_SYS_PTRACE is effective: all rules are waived")]
    }
    if ours.permitted.contains(.sysPtrace) {
      return [(true, "CAP_SYS_PTRACE is permitted and raised when needed: all rules are waived")]
    }
    var rules: [(holds: Bool, text: String)] = [
      (false, "CAP_SYS_PTRACE: you do not have it, so each rule below must hold")
    ]
    let failed = diagnosis.obstacles
    let ids = failed.first { $0.concern == .ids }
    if let ids {
      rules.append((false, diagnosis.words(ids)))
    } else if case .adopted(let uid, let gid) = diagnosis.means {
      rules.append(
        (true, "ids differ, but CAP_SETUID and CAP_SETGID let us adopt \(uid):\(gid) for the open"))
    } else {
      rules.append((true, "your uid and gid are the target's"))
    }
    let lacking = failed.first { $0.concern == .capabilities }
    rules.append(
      (
        lacking == nil,
        lacking.map { diagnosis.words($0) } ?? "you hold every capability the target has"
      ))
    let undumpable = failed.first { $0.concern == .dumpable }
    let dumpable =
      diagnosis.theirs.dumpable == nil
      ? "dumpable, as far as can be seen (root's files look the same either way)"
      : "the target is dumpable"
    rules.append((undumpable == nil, undumpable.map { diagnosis.words($0) } ?? dumpable))
    if let mine = ours.label, let other = diagnosis.theirs.label {
      rules.append(
        (reach.isOpen || mine == other, "security module: you are \(mine), target is \(other)"))
    }
    return rules
  }

  private func describe(_ standing: Standing) -> String {
    var text = "uid \(standing.uid) gid \(standing.gid)"
    let names = standing.permitted.names
    text +=
      names.isEmpty
      ? ", no capabilities"
      : standing.permitted == .all
        ? ", all capabilities" : ", " + names.map { String($0.dropFirst(4)) }.joined(separator: " ")
    if standing.noNewPrivileges { text += ", no_new_privs" }
    if standing.seccomp == 2 { text += ", seccomp filter" }
    return text
  }

  var json: JSON {
    let obstacles = diagnosis.obstacles.map { obstacle in
      JSON.object([
        (key: "rule", value: .string("\(obstacle.rule)")),
        (key: "text", value: .string(diagnosis.words(obstacle))),
        (key: "need", value: .string("CAP_SYS_PTRACE")),
      ])
    }
    var advice = JSON.null
    if case .refused(let failure) = reach { advice = failure.advice.map { .string($0) } ?? .null }
    return .object([
      (key: "pid", value: .number(Int(pid))), (key: "name", value: .string(name)),
      (key: "reachable", value: .flag(reach.isOpen)), (key: "means", value: .string(reach.word)),
      (key: "uid", value: .number(Int(diagnosis.theirs.uid))),
      (key: "gid", value: .number(Int(diagnosis.theirs.gid))),
      (key: "denied", value: .array(obstacles)), (key: "fix", value: advice),
    ])
  }
}
