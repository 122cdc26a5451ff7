public import Box
public import Linux
internal import ProcFS

/// Sends one signal and knows what the kernel will make of it.
public struct Signaller {
  private let processes: ProcFS?
  private let signal: Signal
  /// The number for a handler, sigqueue(3).
  private let value: Int32?
  /// A fixture's processes are not ours to signal.
  private let isReal: Bool

  public init(_ context: Context, _ signal: Signal, value: Int32? = nil) {
    processes = try? ProcFS(context.root)
    isReal = context.root.isOwn
    self.signal = signal
    self.value = value
  }

  /// Sends it.
  ///
  /// - Throws: the failure with the kernel's reason, computed where `/proc` tells it.
  public func send(to pid: Int32) throws(Failure) {
    guard isReal else { throw .message("\(pid): no process of this system") }
    do throws(SystemError) {
      if let value { try signal.queue(to: pid, value: value) } else { try signal.send(to: pid) }
    } catch {
      throw error.errno == .notPermitted ? refusal(pid) : .system(error.about(String(pid)))
    }
  }

  /// Why the kernel refused, kill(2): our real or effective user must be the target's real or saved one.
  private func refusal(_ pid: Int32) -> Failure {
    let subject = "\(pid): \(Errno.notPermitted.description)"
    guard pid > 0, let processes, let status = try? processes.status(of: pid),
      status.uids.count > 2
    else { return Failure(subject, errno: .notPermitted) }
    let (real, saved) = (status.uids[0], status.uids[2])
    let ours =
      Credentials.uid == Credentials.effectiveUID
      ? "\(Credentials.uid)" : "\(Credentials.uid) (effective \(Credentials.effectiveUID))"
    let capabilities = (try? processes.ownStatus())?.effective ?? 0
    if capabilities & (1 << 5) != 0 {
      return Failure(
        subject + ": it belongs to another user namespace or a security module forbids it",
        errno: .notPermitted)
    }
    let theirs = real == saved ? "uid \(real)" : "uid \(real), saved \(saved)"
    return Failure(
      subject + ": it runs as \(theirs), we run as uid \(ours) without CAP_KILL",
      advice: "debug as runAsUser \(real), or as root with CAP_KILL", errno: .notPermitted)
  }

  /// What the signal will not do, although the kernel took it; nil where there is nothing to tell.
  ///
  /// Asked before it is sent: afterwards the process may be gone.
  public func disappointment(_ pid: Int32) -> (text: String, advice: String?)? {
    guard signal.number > 0, pid > 0, let processes,
      let status = try? processes.status(of: pid)
    else { return nil }
    let name = "SIG" + signal.name
    if status.text("Kthread") == "1" || (try? processes.stat(of: pid))?.isKernelThread == true {
      return ("\(pid): is a kernel thread: \(name) does nothing", nil)
    }
    if status.text("State")?.hasPrefix("Z") == true {
      let parent = status.parent.map { "PID \($0)" } ?? "its parent"
      return ("\(pid): has ended already (zombie) and waits for \(parent) to collect it", nil)
    }
    if let loss = loss(pid, status) { return loss }
    return status.ignoredSignals & bit != 0 ? ("\(pid): ignores \(name)", nil) : nil
  }

  /// That the kernel will drop the signal, because the process is the first of its namespace; else nil.
  public func loss(_ pid: Int32) -> (text: String, advice: String?)? {
    guard signal.number > 0, pid > 0 else { return nil }
    return (try? processes?.status(of: pid)).flatMap { loss(pid, $0) }
  }

  private var bit: UInt64 { UInt64(1) << UInt64(signal.number - 1) }

  private func loss(_ pid: Int32, _ status: ProcessStatus) -> (text: String, advice: String?)? {
    guard isUnstoppable(pid, status) else { return nil }
    return (
      "\(pid): is PID 1 of its namespace and has no handler for SIG\(signal.name): the kernel drops it",
      advice(status)
    )
  }

  /// pid_namespaces(7): the first process of a namespace gets only signals it has a handler for;
  /// KILL and STOP reach it from an outer namespace alone.
  private func isUnstoppable(_ pid: Int32, _ status: ProcessStatus) -> Bool {
    guard status.namespacePIDs.last == 1 else { return false }
    if signal == .kill || signal == .stop { return pid == 1 }
    // By default CHLD, CONT, URG and WINCH end nothing.
    switch signal.number {
    case 17, 18, 23, 28: return false
    default: return (status.caughtSignals | status.ignoredSignals) & bit == 0
    }
  }

  private func advice(_ status: ProcessStatus) -> String {
    let handled = (1...31).filter { status.caughtSignals & (UInt64(1) << UInt64($0 - 1)) != 0 }
    let outside = "end the container from outside: kubectl delete pod, or its runtime"
    if handled.isEmpty { return "it has no handler at all; " + outside }
    let names = handled.map { Signal(Int32($0)).name }.joined(separator: " ")
    return "it has handlers for \(names); or " + outside
  }
}
