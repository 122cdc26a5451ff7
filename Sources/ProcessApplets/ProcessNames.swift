internal import Accounts
internal import Box
internal import Linux
internal import ProcFS
internal import Target

/// Names of users and groups for whole lists of processes: those of PID 1's container, ours, then those of the
/// container that the process itself is in.
///
/// With `kubectl debug --target`, PID 1 is the target. In a pod of one PID namespace it is the pause process, whose
/// image names nobody.
final class ProcessNames {
  private let own: Accounts
  private let openRoot: (Int32) -> Root?
  private let takeCensus: () -> Pod?
  private lazy var first: Accounts? = openRoot(1).map { Accounts(root: $0) }
  private lazy var pod: Pod? = takeCensus()
  /// By the main process of the container.
  private var containers: [Int32: Accounts] = [:]
  private var users: [UInt32: [UInt8]] = [:]
  private var groups: [UInt32: [UInt8]] = [:]

  /// - Parameters:
  ///   - root: opens the root of a process that is not in our container.
  ///   - pod: finds the containers, when a name is in neither of the first two places.
  init(own: Accounts, root: @escaping (Int32) -> Root?, pod: @escaping () -> Pod?) {
    self.own = own
    openRoot = root
    takeCensus = pod
  }

  convenience init(_ context: Context, _ processes: ProcFS) {
    self.init(
      own: Accounts(root: context.root), root: { Self.foreignRoot(of: $0, context, processes) },
      pod: { context.root.isOwn ? try? Pod(processes) : nil })
  }

  /// Where only root runs, no file is read for it.
  private static let root = Array("root".utf8)

  /// The bytes of the name of `uid`, a user of process `pid`; nil where nobody names it.
  func user(_ uid: UInt32, of pid: Int32) -> [UInt8]? {
    if uid == 0 { return Self.root }
    if let known = users[uid] {
      return known.isEmpty ? container(of: pid)?.user(uid)?.bytes : known
    }
    users[uid] = (first?.user(uid) ?? own.user(uid))?.bytes ?? []
    return user(uid, of: pid)
  }

  func group(_ gid: UInt32, of pid: Int32) -> [UInt8]? {
    if let known = groups[gid] {
      return known.isEmpty ? container(of: pid)?.group(gid)?.bytes : known
    }
    groups[gid] = (first?.group(gid) ?? own.group(gid))?.bytes ?? []
    return group(gid, of: pid)
  }

  /// The number of a user: of the first container that knows the name.
  func uid(named name: String) -> UInt32? {
    first?.uid(named: name) ?? own.uid(named: name) ?? others { $0.uid(named: name) }
  }

  func gid(named name: String) -> UInt32? {
    first?.gid(named: name) ?? own.gid(named: name) ?? others { $0.gid(named: name) }
  }

  private func others(_ find: (Accounts) -> UInt32?) -> UInt32? {
    for container in pod?.targets ?? [] {
      if let found = accounts(container.mainProcess).flatMap(find) { return found }
    }
    return nil
  }

  private func container(of pid: Int32) -> Accounts? {
    guard let container = pod?.container(of: pid), !container.isOwn else { return nil }
    return accounts(container.mainProcess)
  }

  private func accounts(_ main: Int32) -> Accounts? {
    if main == 1 { return first }
    if let known = containers[main] { return known }
    guard let root = openRoot(main) else { return nil }
    let accounts = Accounts(root: root)
    containers[main] = accounts
    return accounts
  }

  private static func foreignRoot(of pid: Int32, _ context: Context, _ processes: ProcFS) -> Root? {
    guard context.root.isOwn, Process.ownPID != pid,
      let file = try? Doorway(processes).open(pid, "root", [.path, .directory]).take(),
      let theirs = try? file.status(),
      let ours = try? context.root.status("/", follow: true), !theirs.isSame(as: ours)
    else { return nil }
    return Root(file, name: "/proc/\(pid)/root")
  }
}
