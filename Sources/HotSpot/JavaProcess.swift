public import Box
public import Linux
public import ProcFS
internal import Target

/// A process with a JVM in it, found without asking the JVM anything.
public struct JavaProcess: Sendable {
  public let pid: Int32
  /// The PID that the JVM itself knows.
  public let innerPID: Int
  public let uid: UInt32
  public let gid: UInt32
  public let command: JavaCommand
}

/// Finds JVMs and what they publish about themselves.
public final class JavaFinder {
  public let processes: ProcFS
  let paths: Paths
  /// Whether the PIDs are those of this system, so that signals may be sent to them.
  let isLive: Bool

  public init(_ context: Context) throws(Failure) {
    let root = context.root
    isLive = root.isOwn
    processes = try attempt { () throws(SystemError) in try ProcFS(root) }
    paths = Paths(context)
  }

  /// All JVMs in sight, ascending.
  public func all() throws(Failure) -> [JavaProcess] {
    let processes = processes
    let table = try attempt { () throws(SystemError) in
      try ProcessTable(processes, reading: .stat)
    }
    var found: [JavaProcess] = []
    // No JVM gets along with fewer threads.
    for record in table.records where record.stat.threads >= 6 {
      guard isCandidate(record.pid), let process = try? process(record.pid) else { continue }
      found.append(process)
    }
    return found
  }

  /// The JVM of process `pid`.
  public func process(_ pid: Int32) throws(Failure) -> JavaProcess {
    let process = process(pid, try status(of: pid))
    let command = command(of: process)
    return JavaProcess(
      pid: pid, innerPID: process.innerPID, uid: process.uid, gid: process.gid, command: command)
  }

  /// The same, without looking for what it runs.
  func process(_ pid: Int32, _ status: ProcessStatus) -> JavaProcess {
    JavaProcess(
      pid: pid, innerPID: status.namespacePIDs.last ?? Int(pid), uid: status.effectiveUID ?? 0,
      gid: status.effectiveGID ?? 0, command: JavaCommand(launcher: []))
  }

  private func command(of process: JavaProcess) -> JavaCommand {
    let pid = process.pid
    if let data = try? perfData(of: pid, innerPID: process.innerPID, uid: process.uid),
      let text = data.javaCommand
    {
      return JavaCommand(counter: text, options: data.text("java.rt.vmArgs") ?? "")
    }
    return JavaCommand(launcher: (try? processes.arguments(of: pid)) ?? [])
  }

  func status(of pid: Int32) throws(Failure) -> ProcessStatus {
    do throws(SystemError) {
      return try processes.status(of: pid)
    } catch {
      throw Explainer(processes).explain(error, pid: pid, subject: String(pid))
        ?? .system(error.about(String(pid)))
    }
  }

  /// By what anybody may read: the launcher's name, or a thread that only HotSpot starts.
  private func isCandidate(_ pid: Int32) -> Bool {
    let name = (try? processes.contents(pid, "comm", limit: 64)) ?? []
    return name.elementsEqual("java\n".utf8) || hasVMThread(pid)
  }

  /// Whether one of its first threads is HotSpot's: it starts `VM Thread` among its first dozens.
  public func hasVMThread(_ pid: Int32) -> Bool {
    guard let threads = try? processes.threads(of: pid) else { return false }
    return threads.prefix(96).contains { thread in
      (try? processes.contents("\(pid)/task/\(thread)/comm", limit: 64))?
        .elementsEqual("VM Thread\n".utf8) ?? false
    }
  }
}

extension JavaFinder {
  /// The counters of a JVM, read from its file: it is not disturbed, and need not let us attach.
  public func perfData(of pid: Int32) throws(Failure) -> PerfData {
    let status = try status(of: pid)
    return try perfData(
      of: pid, innerPID: status.namespacePIDs.last ?? Int(pid), uid: status.effectiveUID ?? 0)
  }

  func perfData(of pid: Int32, innerPID: Int, uid: UInt32) throws(Failure) -> PerfData {
    let file = try perfFile(of: pid, innerPID: innerPID, uid: uid)
    return try Self.read(file, pid)
  }

  /// The counters file, opened, for reading it again and again.
  public func perfFile(of pid: Int32) throws(Failure) -> File {
    let status = try status(of: pid)
    return try perfFile(
      of: pid, innerPID: status.namespacePIDs.last ?? Int(pid), uid: status.effectiveUID ?? 0)
  }

  /// Reads the counters from their start.
  public static func read(_ file: borrowing File, _ pid: Int32) throws(Failure) -> PerfData {
    var bytes: [UInt8] = []
    do throws(SystemError) {
      // In one piece: the VM writes meanwhile.
      bytes = [UInt8](repeating: 0, count: min(try file.status().size, PerfData.limit))
      try file.seek(to: 0)
      let count = try file.read(into: &bytes)
      bytes.removeLast(bytes.count - count)
    } catch {
      throw .system(error.about("hsperfdata of \(pid)"))
    }
    do throws(PerfDataError) {
      return try PerfData(bytes)
    } catch {
      switch error {
      case .foreign: throw .message("\(pid): its hsperfdata file is none")
      case .starting: throw .message("\(pid): the JVM is starting")
      case .damaged: throw .message("\(pid): its hsperfdata file is damaged")
      }
    }
  }

  /// HotSpot on Linux writes to `/tmp` of its own root, whatever TMPDIR says. The user's name in the
  /// folder is the target's business: we go by the owner.
  private func perfFile(of pid: Int32, innerPID: Int, uid: UInt32) throws(Failure) -> File {
    let root = try paths.root(of: pid, subject: String(pid))
    var folders: [String] = []
    do throws(SystemError) {
      let folder = try root.directory("/tmp")
      var seen = 0
      try folder.forEachName { name, _, _ in
        if name.starts(with: "hsperfdata_".utf8) { folders.append(String(bytes: name)) }
        seen += 1
        return seen < Self.mostNames && folders.count < Self.mostFolders
      }
      for name in folders {
        if let file = try Self.trusted(root, "/tmp/" + name, String(innerPID), uid) { return file }
      }
    } catch {
      if error.errno != .noEntry { throw .system(error.about("/proc/\(pid)/root/tmp")) }
    }
    throw Failure("\(pid): publishes no counters (hsperfdata)", errno: .noEntry)
  }

  /// A regular file that belongs to the JVM's user, in a folder that does: anybody may plant others in `/tmp`.
  private static func trusted(_ root: Root, _ folder: String, _ name: String, _ uid: UInt32)
    throws(SystemError) -> File?
  {
    guard let parent = try? root.status(folder, follow: false), parent.kind == .directory,
      isTrusted(parent.uid, uid)
    else { return nil }
    do throws(SystemError) {
      let file = try root.open(
        folder + "/" + name, [.read, .nonBlocking, .noTerminal, .noFollow])
      let status = try file.status()
      guard status.kind == .regular, isTrusted(status.uid, uid), status.size <= PerfData.limit
      else { return nil }
      return file
    } catch {
      // ENXIO: a socket.
      let passed = [Errno.noEntry, .tooManyLinks, Errno(code: 6)]
      if passed.contains(error.errno) { return nil }
      throw error
    }
  }

  private static func isTrusted(_ owner: UInt32, _ uid: UInt32) -> Bool {
    owner == uid || owner == 0 || owner == Credentials.effectiveUID
  }

  /// A hostile `/tmp` may hold any number of names.
  private static let mostNames = 200_000
  private static let mostFolders = 256
}
