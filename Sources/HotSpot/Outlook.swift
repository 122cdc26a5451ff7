public import Box
internal import Linux
internal import ProcFS
internal import Target

/// Whether a JVM could be attached to, found without touching it.
public enum AttachOutlook {
  /// Its listener runs already.
  case open
  /// It should start its listener when asked.
  case possible
  case refused(Failure)
}

extension Attachment {
  public func outlook() -> AttachOutlook {
    if hasSocket { return .open }
    do throws(Failure) {
      try checkSignal()
    } catch {
      return .refused(error)
    }
    if isReadOnly("/tmp"), isReadOnly(workingFolder) {
      return .refused(
        Failure(
          "\(process.pid): /tmp and the working folder are read-only", advice: "an emptyDir on /tmp"
        ))
    }
    return .possible
  }

  private var hasSocket: Bool {
    guard let status = try? root.status("/tmp/.java_pid\(process.innerPID)", follow: false) else {
      return false
    }
    return status.kind == .socket && status.uid == process.uid
  }

  private var workingFolder: String {
    (try? Doorway(finder.processes).link(process.pid, "cwd")) ?? "/tmp"
  }

  /// Whether the mount that `path` lies on is read-only, by `/proc/PID/mountinfo`.
  private func isReadOnly(_ path: String) -> Bool {
    let bytes = (try? finder.processes.contents(process.pid, "mountinfo", limit: 1 << 22)) ?? []
    var best: Mount?
    for mount in Mount.parse(bytes) {
      let covers =
        mount.point == "/" || path == mount.point || path.hasPrefix(mount.point + "/")
      if covers, mount.point.utf8.count >= (best?.point.utf8.count ?? 0) { best = mount }
    }
    return best?.isReadOnly ?? false
  }
}
