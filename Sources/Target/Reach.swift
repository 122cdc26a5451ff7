public import Box
internal import Linux
public import ProcFS

/// Whether a process's files can be had, tried and not only computed.
public enum Reach {
  case open(Means)
  case refused(Failure)

  /// Opens and closes `/proc/PID/root`.
  public init(_ pid: Int32, _ processes: ProcFS) {
    do throws(SystemError) {
      self = .open(try Doorway(processes).open(pid, "root", [.path, .directory]).means)
    } catch {
      let subject = "/proc/\(pid)/root"
      self = .refused(
        Explainer(processes).explain(error, pid: pid, subject: subject)
          ?? .system(error.about(subject)))
    }
  }

  public var isOpen: Bool { if case .open = self { true } else { false } }

  /// `yes`, `yes, as uid 1000 gid 1000`, or why not.
  public var words: String {
    switch self {
    case .open(.plain): return "yes"
    case .open(.adopted(let uid, let gid)): return "yes, as \(uid):\(gid)"
    case .open(.capability): return "yes, by cap_sys_ptrace"
    case .refused(let failure):
      // The subject and the words "permission denied" are the column's to say.
      var reason = Substring(failure.text ?? "")
      for prefix in [(failure.text ?? "").prefix { $0 != ":" } + ": ", "permission denied: "]
      where reason.hasPrefix(prefix) {
        reason = reason.dropFirst(prefix.count)
      }
      return "no: " + reason
    }
  }

  /// A word for JSON and scripts.
  public var word: String {
    switch self {
    case .open(.plain): "plain"
    case .open(.adopted): "adopted"
    case .open(.capability): "capability"
    case .refused: "denied"
    }
  }
}
