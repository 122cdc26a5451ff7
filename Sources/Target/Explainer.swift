public import Box
internal import Capabilities
public import Linux
public import ProcFS

/// Finds the words for what the kernel refused, and what would help.
public struct Explainer {
  let processes: ProcFS

  public init(_ processes: ProcFS) { self.processes = processes }

  /// What to say of an error about `/proc/PID`; nil where there is nothing to add to the kernel's word.
  public func explain(_ error: SystemError, pid: Int32, subject: String) -> Failure? {
    switch error.errno {
    case .denied, .notPermitted: denied(pid, subject)
    case .noEntry, .noProcess: gone(pid, subject)
    default: nil
    }
  }

  /// What to say of a file below a target's root that the file's own mode denies us.
  public func explainFile(_ error: SystemError, subject: String) -> Failure? {
    guard error.errno == .denied, let ours = try? Standing(of: nil, in: processes),
      !ours.effective.contains(.dacOverride)
    else { return nil }
    return .denied(
      subject,
      "permission denied: its mode does not let uid \(ours.uid) in, and you have no CAP_DAC_OVERRIDE",
      advice: Advice.asRoot)
  }

  private func denied(_ pid: Int32, _ subject: String) -> Failure? {
    guard let ours = try? Standing(of: nil, in: processes),
      let theirs = try? Standing(of: pid, in: processes)
    else { return gone(pid, subject) }
    let diagnosis = Diagnosis(ours: ours, theirs: theirs)
    let reason = diagnosis.reason ?? "permission denied"
    return .denied(subject, reason, advice: diagnosis.advice)
  }

  /// - Returns: nil where the process is there, so that the missing file is news of its own.
  private func gone(_ pid: Int32, _ subject: String) -> Failure? {
    if let stat = try? processes.stat(of: pid) {
      guard stat.state == UInt8(ascii: "Z") || stat.isKernelThread else { return nil }
      let what = stat.isKernelThread ? "a kernel thread" : "a zombie: it has ended"
      return Failure("\(subject): process \(pid) is \(what) and has no files", errno: .noEntry)
    }
    let hidden = isHidden ? ", or /proc hides it (hidepid)" : ""
    return Failure("\(subject): no process \(pid)\(hidden)", errno: .noProcess)
  }

  /// Whether this `/proc` is mounted so that foreign processes are hidden.
  public var isHidden: Bool {
    guard let bytes = try? processes.contents("self/mountinfo", limit: 1 << 22) else {
      return false
    }
    return Mount.parse(bytes).contains { mount in
      mount.type == "proc"
        && mount.superOptions.split(separator: ",").contains { option in
          option.hasPrefix("hidepid=") && option != "hidepid=0" && option != "hidepid=off"
        }
    }
  }
}

extension Diagnosis {
  /// Why the access is denied, in one line; nil where the ordinary rules allow it and no label hints at more.
  public var reason: String? {
    guard !obstacles.isEmpty else { return labelReason }
    return "permission denied: " + obstacles.map { words($0) }.joined(separator: "; ")
  }

  /// The `kubectl debug` line, or the custom profile, that gives access.
  public var advice: String? {
    if let inactive = inactiveReason { return inactive }
    if obstacles.isEmpty { return labelReason == nil ? nil : Advice.unconfined }
    let needsRight = obstacles.contains { obstacle in
      switch obstacle {
      case .uid, .gid: false
      case .mixedIDs, .capabilities, .undumpable: true
      }
    }
    if needsRight || ours.uid == 0 { return Advice.asRoot }
    return Advice.sameIDs(uid: theirs.uid, gid: theirs.gid)
  }

  /// One obstacle, in words.
  public func words(_ obstacle: Obstacle) -> String {
    switch obstacle {
    case .uid(let target, let ours):
      "target runs as uid \(target), you are uid \(ours) without CAP_SYS_PTRACE"
    case .gid(let target, let ours):
      "same uid, but your gid \(ours) is not the target's \(target)"
    case .mixedIDs:
      "target's real, effective and saved ids differ (set-id program): needs CAP_SYS_PTRACE"
    case .capabilities(let missing):
      "target holds capabilities you lack (\(Self.short(missing))): needs CAP_SYS_PTRACE"
    case .undumpable:
      "target is not dumpable (prctl, set-id or file-capability program): needs CAP_SYS_PTRACE"
    }
  }

  /// A profile granted the capability, but it stayed in the bounding set of a non-root container.
  private var inactiveReason: String? {
    guard !obstacles.isEmpty, ours.uid != 0, ours.bounding.contains(.sysPtrace),
      !ours.permitted.contains(.sysPtrace)
    else { return nil }
    let cause =
      ours.noNewPrivileges
      ? "allowPrivilegeEscalation: false blocks the image's file capabilities"
      : "the image lost its file capabilities"
    return
      "sys_ptrace was granted but is inactive for uid \(ours.uid): \(cause); \(Advice.runAsRoot)"
  }

  /// Nothing ordinary is in the way and still the kernel said no.
  private var labelReason: String? {
    guard let mine = ours.label, let other = theirs.label, mine != other else { return nil }
    return "permission denied, though ids and capabilities allow it: a security module refuses "
      + "(you are \"\(mine)\", target is \"\(other)\")"
  }

  static func short(_ set: CapabilitySet) -> String {
    let names = set.names.map { String($0.hasPrefix("cap_") ? $0.dropFirst(4) : $0[...]) }
    return names.count > 6
      ? names.prefix(6).joined(separator: ", ") + ", …" : names.joined(separator: ", ")
  }
}

/// What to type next.
public enum Advice {
  /// The built-in profile with CAP_SYS_PTRACE, as root.
  public static let asRoot =
    "kubectl debug … --profile=general (or sysadmin), with runAsUser 0 where the pod sets another"

  public static let runAsRoot =
    "use --custom with {\"securityContext\":{\"runAsUser\":0,\"runAsNonRoot\":false,"
    + "\"allowPrivilegeEscalation\":true,\"capabilities\":{\"add\":[\"SYS_PTRACE\"]}}}"

  public static let unconfined =
    "a profile that runs unconfined (kubectl debug … --profile=sysadmin), "
    + "or the same AppArmor/SELinux type as the target"

  /// The ids of the target, for `kubectl debug --custom`.
  public static func sameIDs(uid: UInt32, gid: UInt32) -> String {
    "kubectl debug … --custom=FILE with {\"securityContext\":{\"runAsUser\":\(uid),\"runAsGroup\":\(gid)}}"
  }
}
