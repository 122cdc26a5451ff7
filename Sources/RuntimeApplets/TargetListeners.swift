internal import Box
internal import Linux
internal import LocalHTTP
internal import ProcFS
internal import Target

/// The ports of TCP that a process listens on.
struct TargetListeners {
  let processes: ProcFS
  let pid: Int32

  /// The most descriptors that are looked at.
  private static let mostDescriptors = 65536

  /// All of its network namespace, in which a pod's containers are together.
  func all() -> [Listener] {
    var found: [Listener] = []
    for name in ["tcp", "tcp6"] {
      let text = (try? processes.contents("\(pid)/net/" + name, limit: 64 << 20)) ?? []
      found += Listener.parse(text)
    }
    return found
  }

  /// Those of the process itself; nil where its descriptors are hidden from us.
  func own() -> [Listener]? {
    guard let inodes = socketInodes() else { return nil }
    return all().filter { inodes.contains($0.inode) }
  }

  private func socketInodes() -> Set<UInt64>? {
    let doorway = Doorway(processes)
    guard let folder = try? doorway.open(pid, "fd", [.read, .directory]).take() else { return nil }
    var inodes: Set<UInt64> = []
    var hasSeen = false
    for entry in ((try? Directory(folder).entries()) ?? []).prefix(Self.mostDescriptors) {
      guard let link = try? doorway.link(pid, "fd/" + entry.name) else { continue }
      hasSeen = true
      guard link.hasPrefix("socket:["), let inode = UInt64(String(link.dropFirst(8).dropLast()))
      else { continue }
      inodes.insert(inode)
    }
    return hasSeen ? inodes : nil
  }
}

/// The process that an operand names.
func targetPID(_ text: String) throws(Failure) -> Int32 {
  guard let pid = decimal(Array(text.utf8)), pid > 0 else {
    throw .usage("\(text): not a process ID")
  }
  return pid
}
