internal import Cgroup
public import Linux
public import ProcFS

/// A container: the processes that share the mount of `/`.
public struct Container: Sendable {
  /// What to call it: `self`, `pause`, or the name of its main process, made unique by its PID.
  public let label: String
  /// The runtime's ID; nil where the cgroup path does not show it.
  public let id: String?
  public let cgroup: String
  /// The ID of the mount of its `/`: unique on the system, and readable without any right.
  public let rootMount: Int
  /// The file system of its `/`, and whether it is mounted read-only.
  public let rootType: String
  public let isReadOnly: Bool
  /// All its processes, ascending.
  public let processes: [Int32]
  /// The first process that was started in it from outside.
  public let mainProcess: Int32
  public let uid: UInt32
  public let gid: UInt32
  /// The container we run in.
  public let isOwn: Bool
  /// The sandbox that only holds the pod's namespaces.
  public let isPause: Bool
}

/// The containers in sight: those whose processes share our PID namespace.
public struct Pod: Sendable {
  /// In the order of their main processes' start.
  public let containers: [Container]

  public init(_ processes: ProcFS) throws(SystemError) {
    var census = Census(processes)
    try census.take()
    containers = census.containers()
  }

  init(containers: [Container]) { self.containers = containers }

  public var own: Container? { containers.first { $0.isOwn } }
  public var targets: [Container] { containers.filter { !$0.isOwn && !$0.isPause } }

  /// The target meant where none is named: that of PID 1 (`kubectl debug --target`), else the first.
  public var mainTarget: Container? { targets.first { $0.mainProcess == 1 } ?? targets.first }

  /// The container that `pid` is in.
  public func container(of pid: Int32) -> Container? {
    containers.first { $0.processes.contains(pid) }
  }
}

/// Counts who lives where.
private struct Census {
  struct Resident {
    let pid: Int32
    let stat: ProcessStat
    let root: Mount?
  }

  let processes: ProcFS
  var homes: [Int: [Resident]] = [:]
  var strays: [Resident] = []

  init(_ processes: ProcFS) { self.processes = processes }

  mutating func take() throws(SystemError) {
    for pid in try processes.pids() {
      // A process that ends meanwhile is no error, and kernel threads live in no container.
      guard let stat = try? processes.stat(of: pid), !stat.isKernelThread else { continue }
      let mounts =
        (try? processes.contents(pid, "mountinfo", limit: 1 << 22)).map { Mount.parse($0) } ?? []
      let resident = Resident(pid: pid, stat: stat, root: mounts.last { $0.point == "/" })
      if let root = resident.root {
        homes[root.id, default: []].append(resident)
      } else {
        strays.append(resident)
      }
    }
    settleStrays()
  }

  /// A chrooted process sees no mount of `/`: it belongs where its parent does. Zombies have no mounts at all.
  private mutating func settleStrays() {
    for stray in strays.sorted(by: { $0.pid < $1.pid }) {
      let home = homes.first { $0.value.contains { $0.pid == stray.stat.parent } }?.key
      if let home { homes[home]?.append(stray) }
    }
  }

  func containers() -> [Container] {
    let ownPID = (try? processes.ownPID()) ?? 0
    let homes = homes.map { (mount: $0.key, residents: $0.value, main: Self.main($0.value)) }
      .sorted { ($0.main.stat.startTicks, $0.main.pid) < ($1.main.stat.startTicks, $1.main.pid) }
    var labels: [String] = []
    return homes.map { home in
      let container = describe(home.mount, home.residents, home.main, ownPID, labels)
      labels.append(container.label)
      return container
    }
  }

  /// The oldest of those whose parent is not in the same container.
  private static func main(_ residents: [Resident]) -> Resident {
    let pids = Set(residents.map { $0.pid })
    let roots = residents.filter { !pids.contains($0.stat.parent) }
    let candidates = roots.isEmpty ? residents : roots
    return candidates.reduce(candidates[0]) { a, b in
      (b.stat.startTicks, b.pid) < (a.stat.startTicks, a.pid) ? b : a
    }
  }

  private func describe(
    _ mount: Int, _ residents: [Resident], _ main: Resident, _ ownPID: Int32, _ labels: [String]
  ) -> Container {
    let status = try? processes.status(of: main.pid)
    let membership = CgroupMembership(
      (try? processes.contents(main.pid, "cgroup", limit: 65536)) ?? [])
    let name = String(bytes: main.stat.name)
    let isOwn = residents.contains { $0.pid == ownPID }
    let isPause = !isOwn && residents.count == 1 && Self.pauseNames.contains { "\($0)" == name }
    var label = isOwn ? "self" : isPause ? "pause" : name
    if labels.contains(label) { label += ":\(main.pid)" }
    return Container(
      label: label, id: membership.containerID, cgroup: membership.path, rootMount: mount,
      rootType: main.root?.type ?? "", isReadOnly: main.root?.isReadOnly ?? false,
      processes: residents.map { $0.pid }.sorted(), mainProcess: main.pid,
      uid: status?.effectiveUID ?? 0, gid: status?.effectiveGID ?? 0, isOwn: isOwn, isPause: isPause
    )
  }

  /// The sandbox processes of containerd, CRI-O and podman.
  private static let pauseNames: [StaticString] = ["pause", "pod", "catatonit"]
}
