public import Box
internal import Linux
public import ProcFS
internal import Runtimes
internal import Target

/// A process with a .NET runtime in it, found without asking the runtime anything.
public struct DotnetProcess: Sendable {
  public let pid: Int32
  /// The PID that the runtime itself knows.
  public let innerPID: Int
  public let uid: UInt32
  public let gid: UInt32
  /// In clock ticks since boot; part of the socket's name.
  public let start: Int?
  /// `comm`.
  public let name: String
}

/// Finds .NET processes and their diagnostics sockets.
public final class DotnetFinder {
  public let processes: ProcFS
  let paths: Paths
  let inspector: RuntimeInspector
  private let sockets: DiagnosticSockets
  /// Threads of the process last asked for, by the numbers that it knows.
  private var innerThreads: (pid: Int32, numbers: [UInt64: Int32])?

  public init(_ context: Context) throws(Failure) {
    let root = context.root
    let processes = try attempt { () throws(SystemError) in try ProcFS(root) }
    self.processes = processes
    paths = Paths(context)
    inspector = RuntimeInspector(processes)
    sockets = Self.table("net/unix", processes)
  }

  private static func table(_ path: String, _ processes: ProcFS) -> DiagnosticSockets {
    DiagnosticSockets((try? processes.contents(path, limit: 64 << 20)) ?? [])
  }

  /// All .NET processes in sight, ascending.
  public func all() throws(Failure) -> [DotnetProcess] {
    let processes = processes
    let table = try attempt { () throws(SystemError) in
      try ProcessTable(processes, reading: .stat)
    }
    var found: [DotnetProcess] = []
    // No runtime gets along with fewer threads.
    for record in table.records where record.stat.threads >= 2 && !record.stat.isKernelThread {
      guard let process = try? process(record.pid), isDotnet(process) else { continue }
      found.append(process)
    }
    return found
  }

  private func isDotnet(_ process: DotnetProcess) -> Bool {
    if isListed(process) { return true }
    let guess = inspector.guess(
      process.pid, (try? processes.arguments(of: process.pid, limit: 65536)) ?? [])
    return guess.map { "\($0)" == ".net" } ?? false
  }

  public func process(_ pid: Int32) throws(Failure) -> DotnetProcess {
    do throws(SystemError) {
      let status = try processes.status(of: pid)
      return DotnetProcess(
        pid: pid, innerPID: status.namespacePIDs.last ?? Int(pid), uid: status.effectiveUID ?? 0,
        gid: status.effectiveGID ?? 0, start: (try? processes.stat(of: pid))?.startTicks,
        name: status.text("Name") ?? "")
    } catch {
      throw Explainer(processes).explain(error, pid: pid, subject: String(pid))
        ?? .system(error.about(String(pid)))
    }
  }

  /// Where the process's socket is by the kernel's list, as a path in its root; no right is needed.
  public func listedPath(of process: DotnetProcess) -> String? {
    if let path = sockets.path(innerPID: process.innerPID, start: process.start) { return path }
    // A process in another network namespace has a list of its own.
    return Self.table("\(process.pid)/net/unix", processes)
      .path(innerPID: process.innerPID, start: process.start)
  }

  /// Whether the kernel's list of our own network namespace has a socket of the process.
  public func isListed(_ process: DotnetProcess) -> Bool {
    sockets.path(innerPID: process.innerPID, start: process.start) != nil
  }

  /// A client for the process's runtime; nothing is sent yet.
  public func client(_ process: DotnetProcess) throws(Failure) -> DotnetClient {
    if let stat = try? processes.stat(of: process.pid), [0x54, 0x74].contains(stat.state) {
      throw Failure(
        "\(process.pid): the process is stopped", advice: "kill -CONT \(process.pid)")
    }
    let root = try paths.root(of: process.pid, subject: String(process.pid))
    var refusal: Failure?
    for path in candidates(process, root) {
      do throws(Failure) {
        return try DotnetClient(process, root, path)
      } catch {
        // What the kernel lists may have been removed since.
        if error.errno != .noEntry { refusal = refusal ?? error }
      }
    }
    throw refusal ?? absence(process)
  }

  /// Paths in the root where the socket may be, the likeliest first: the kernel's list, then the names in
  /// the folder for temporary files, those of this start in front, else the newest.
  private func candidates(_ process: DotnetProcess, _ root: Root) -> [String] {
    var paths: [String] = []
    if let path = listedPath(of: process) { paths.append(path) }
    var folders = ["/tmp"]
    if let folder = inspector.variable("TMPDIR", process.pid), folder.hasPrefix("/") {
      folders.insert(folder, at: 0)
    }
    for folder in folders {
      for name in names(in: folder, process, root) {
        let path = (folder.hasSuffix("/") ? folder : folder + "/") + name
        if !paths.contains(where: { $0.sameBytes(as: path) }) { paths.append(path) }
      }
    }
    return Array(paths.prefix(Self.mostCandidates))
  }

  private func names(in folder: String, _ process: DotnetProcess, _ root: Root) -> [String] {
    guard let directory = try? root.directory(folder) else { return [] }
    var exact: [String] = []
    var others: [(name: String, changed: Instant)] = []
    var seen = 0
    try? directory.forEachName { name, _, _ in
      seen += 1
      if name.starts(with: "dotnet-diagnostic-".utf8) {
        let text = String(bytes: name)
        if let parts = DiagnosticName(text), parts.pid == process.innerPID {
          if parts.start == process.start {
            exact.append(text)
          } else if let status = try? directory.status(text) {
            others.append((text, status.changed))
          }
        }
      }
      return seen < Self.mostNames && others.count < Self.mostCandidates * 4
    }
    let order = sortedIndices(others.count) { others[$0].changed > others[$1].changed }
    return exact + order.map { others[$0].name }
  }

  /// A hostile `/tmp` may hold any number of names.
  private static let mostNames = 200_000
  private static let mostCandidates = 16

  /// Why a .NET process has no socket, and what helps.
  public func absence(_ process: DotnetProcess) -> Failure {
    let pid = process.pid
    if let name = disablingVariable(process) {
      return Failure(
        "\(pid): diagnostics are switched off: \(name)=0 in its environment",
        advice: "start it without \(name)")
    }
    if !isDotnet(process), inspector.facts(of: pid, arguments: []).kind != .dotnet {
      return .message("\(pid): is no .NET process")
    }
    if let stat = try? processes.stat(of: pid), stat.state == UInt8(ascii: "Z") {
      return .message("\(pid): the process has ended (zombie)")
    }
    if let path = listedPath(of: process) {
      return Failure(
        "\(pid): its diagnostics socket \(path) has been removed",
        advice: "only a restart makes it anew; keep cleaners of temporary files away from it")
    }
    let folder = temporaryFolder(of: process)
    return Failure(
      "\(pid): no diagnostics socket in \(folder): the runtime is starting, could not write there, "
        + "or a cleaner took it away",
      advice: "a writable \(folder) (an emptyDir) before the process starts")
  }

  /// The variable by which diagnostics are switched off, where one is.
  public func disablingVariable(_ process: DotnetProcess) -> StaticString? {
    let names: [StaticString] = [
      "DOTNET_EnableDiagnostics", "COMPlus_EnableDiagnostics", "DOTNET_EnableDiagnostics_IPC",
      "COMPlus_EnableDiagnostics_IPC",
    ]
    return names.first { inspector.variable("\($0)", process.pid) == "0" }
  }
}

extension DotnetFinder {
  /// The path of the process's program, where we may see it.
  public func program(of process: DotnetProcess) -> String? {
    try? Doorway(processes).link(process.pid, "exe")
  }

  /// The folder for temporary files, as the process knows it.
  public func temporaryFolder(of process: DotnetProcess) -> String {
    guard let folder = inspector.variable("TMPDIR", process.pid), folder.hasPrefix("/") else {
      return "/tmp"
    }
    return folder.utf8.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
  }
}

extension DotnetFinder {
  /// The name of a thread that the runtime knows by `inner`, its number in the innermost PID namespace.
  public func threadName(_ process: DotnetProcess, inner: UInt64) -> [UInt8]? {
    if innerThreads?.pid != process.pid {
      innerThreads = (process.pid, Self.innerNumbers(process, processes))
    }
    guard let thread = innerThreads?.numbers[inner],
      let name = try? processes.contents("\(process.pid)/task/\(thread)/comm", limit: 64)
    else { return nil }
    return Array(name.prefix { $0 != UInt8(ascii: "\n") })
  }

  private static func innerNumbers(_ process: DotnetProcess, _ processes: ProcFS) -> [UInt64: Int32]
  {
    var numbers: [UInt64: Int32] = [:]
    for thread in ((try? processes.threads(of: process.pid)) ?? []).prefix(1 << 16) {
      if process.innerPID == Int(process.pid) {
        numbers[UInt64(thread)] = thread
      } else if let bytes = try? processes.contents(
        "\(process.pid)/task/\(thread)/status", limit: 65536),
        let inner = ProcessStatus(bytes).namespacePIDs.last
      {
        numbers[UInt64(inner)] = thread
      }
    }
    return numbers
  }
}
