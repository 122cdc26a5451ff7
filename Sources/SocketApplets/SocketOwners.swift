internal import Box
internal import Capabilities
internal import Linux
internal import Netlink
internal import ProcFS

/// A process that has a socket open.
struct SocketOwner {
  let pid: Int32
  let descriptor: Int32
  /// Index of its name.
  let name: Int
}

/// Which processes have which sockets open, by the links in `/proc/PID/fd`.
///
/// Only processes of our network namespace are looked at, with their owner's ids or CAP_SYS_PTRACE
/// where the kernel wants that; those that stay closed are counted.
struct SocketOwners {
  private let root: Root
  private var owners: [UInt32: [SocketOwner]] = [:]
  private(set) var names: [String] = []
  /// Users whose processes we may not look at.
  private var closedUsers: [UInt32] = []
  private var hidden = 0
  private var failure: SystemError?

  init(_ root: Root) { self.root = root }

  /// The owners of a socket, in the order of their processes.
  subscript(inode: UInt32) -> [SocketOwner] { owners[inode] ?? [] }

  func name(of owner: SocketOwner) -> String { names[owner.name] }

  /// Looks for the owners of the sockets at `rows` of a list.
  mutating func find(_ list: SocketList, _ rows: [Int]) {
    find(Set(rows.map { list.records[$0].inode }.filter { $0 != 0 }))
  }

  mutating func find(_ inodes: Set<UInt32>) {
    guard !inodes.isEmpty else { return }
    do throws(SystemError) {
      let processes = try ProcFS(root)
      let own = try? readLink(at: processes.descriptor, "self/ns/net")
      for pid in try processes.pids() { visit(pid, processes, own, inodes) }
    } catch {
      failure = error
    }
    hidden = closedUsers.isEmpty ? 0 : inodes.filter { owners[$0] == nil }.count
  }

  private mutating func visit(
    _ pid: Int32, _ processes: ProcFS, _ own: String?, _ inodes: Set<UInt32>
  ) {
    var found: [(inode: UInt32, descriptor: Int32)] = []
    let walk: () -> WalkResult = {
      found = []
      return Self.walk(pid, processes, own, inodes) { found.append((inode: $0, descriptor: $1)) }
    }
    var result = walk()
    if result == .refused, let status = try? processes.status(of: pid) {
      if let uid = status.effectiveUID, let gid = status.effectiveGID {
        result = Credentials.adopting(uid: uid, gid: gid, walk) ?? result
      }
      if result == .refused { result = Privilege.raising(.sysPtrace, walk) ?? result }
      if result == .refused, let uid = status.effectiveUID, !closedUsers.contains(uid),
        closedUsers.count < 64
      {
        closedUsers.append(uid)
      }
    }
    guard !found.isEmpty else { return }
    let comm = (try? processes.contents(pid, "comm", limit: 256)) ?? []
    names.append(String(bytes: comm.prefix { $0 != 0x0A }))
    for (inode, descriptor) in found {
      owners[inode, default: []].append(
        SocketOwner(pid: pid, descriptor: descriptor, name: names.count - 1))
    }
  }

  private enum WalkResult { case done, gone, refused }

  /// Calls `body` with each wanted socket of a process.
  private static func walk(
    _ pid: Int32, _ processes: ProcFS, _ own: String?, _ inodes: Set<UInt32>,
    _ body: (UInt32, Int32) -> Void
  ) -> WalkResult {
    do throws(SystemError) {
      if let own {
        let other = try readLink(at: processes.descriptor, "\(pid)/ns/net")
        if !other.sameBytes(as: own) { return .done }
      }
      let folder = Directory(
        try File.open(at: processes.descriptor, "\(pid)/fd", [.read, .directory]))
      var isRefused = false
      try folder.forEachSocketLink { (descriptor: Int32, inode: UInt32) in
        if inodes.contains(inode) { body(inode, descriptor) }
      } refused: {
        isRefused = true
      }
      return isRefused ? .refused : .done
    } catch {
      return error.errno == .denied || error.errno == .notPermitted ? .refused : .gone
    }
  }

  /// Says once how many sockets have owners that we may not see.
  func noteHidden(_ context: Context) {
    if let failure { context.note("owners are not known: \(failure.subject): \(failure.reason)") }
    guard hidden > 0 else { return }
    let users = closedUsers.sorted().map { String($0) }.joined(separator: ", ")
    context.note(
      "owners hidden for \(hidden) socket\(hidden == 1 ? "" : "s") "
        + "(uid \(users) processes; need CAP_SYS_PTRACE)")
    context.errors.line("fix: " + Self.advice)
    context.errors.flush()
  }

  private static let advice =
    "kubectl debug … --profile=general (or sysadmin), with runAsUser 0 where the pod sets another"
}
