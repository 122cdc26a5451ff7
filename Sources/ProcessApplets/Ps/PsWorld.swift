internal import Accounts
internal import Box
internal import Linux
internal import ProcFS
internal import Target

/// What rows are measured against: clocks, memory, users, terminals.
final class PsWorld {
  let processes: ProcFS
  let names: PsNames
  let terminals: PsTerminals
  let calendar: PsCalendar
  let now: Instant
  let ticks: Int
  let pageKiB: Int
  /// Whether the clocks of the kernel are those of this `/proc`, and its files need not be asked.
  private let isLive: Bool

  init(_ context: Context, _ processes: ProcFS, _ names: PsNames) {
    self.processes = processes
    self.names = names
    terminals = PsTerminals(processes)
    isLive = context.root.isOwn
    now = context.clock.now()
    calendar = PsCalendar(now: now)
    ticks = max(1, Host.ticksPerSecond)
    pageKiB = max(1, Host.pageSize / 1024)
  }

  /// Seconds since boot.
  private(set) lazy var uptime: Double = {
    if isLive { return Clock.sinceBoot().since(Instant(seconds: 0)) }
    guard let bytes = try? processes.contents("uptime", limit: 4096) else { return 0 }
    let word = bytes.prefix { $0 != 0x20 && $0 != 0x0A }
    return parseDouble(String(decoding: word, as: UTF8.self)) ?? 0
  }()

  /// Seconds since 1970 at boot.
  private(set) lazy var bootTime: Int = {
    if isLive { return Int(Clock().now().since(Clock.sinceBoot())) }
    guard let bytes = try? processes.contents("stat", limit: 1 << 22) else {
      return now.seconds - Int(uptime)
    }
    for line in bytes.split(separator: 0x0A) where line.starts(with: "btime ".utf8) {
      if let seconds = Int(String(decoding: line.dropFirst(6), as: UTF8.self)) { return seconds }
    }
    return now.seconds - Int(uptime)
  }()

  /// KiB of memory of the node.
  private(set) lazy var memoryTotal: Int = {
    guard let bytes = try? processes.contents("meminfo", limit: 65536) else { return 0 }
    for line in bytes.split(separator: 0x0A) where line.starts(with: "MemTotal:".utf8) {
      let digits = line.dropFirst(9).drop { $0 == 0x20 }.prefix { $0 >= 0x30 && $0 <= 0x39 }
      return Int(String(decoding: digits, as: UTF8.self)) ?? 0
    }
    return 0
  }()

  /// Places that the largest process ID takes.
  private(set) lazy var pidWidth: Int = {
    let bytes = (try? processes.contents("sys/kernel/pid_max", limit: 64)) ?? []
    let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
    guard let most = Int(String(decoding: digits, as: UTF8.self)), most > 1 else { return 5 }
    return max(5, String(most - 1).utf8.count)
  }()

  /// The device number of our own terminal; 0 is none.
  private(set) lazy var ownTerminal: Int32 = {
    guard let bytes = try? processes.contents("self/stat", limit: 4096) else { return 0 }
    return ProcessStat(bytes)?.terminal ?? 0
  }()

  private(set) lazy var doorway = Doorway(processes)

  private lazy var pod: Pod? = try? Pod(processes)
  private lazy var containers: [Int32: String] = {
    var labels: [Int32: String] = [:]
    for container in pod?.containers ?? [] {
      for pid in container.processes { labels[pid] = container.label }
    }
    return labels
  }()

  var allContainers: [Container] { pod?.containers ?? [] }

  /// The label of the container a process is in.
  func container(_ pid: Int32) -> String? { containers[pid] }

  /// Whole seconds since a process started.
  func elapsed(_ stat: StatLine) -> Int { max(0, Int(elapsedExactly(stat))) }

  func elapsedExactly(_ stat: StatLine) -> Double {
    max(0, uptime - Double(stat.startTicks) / Double(ticks))
  }

  /// Seconds since 1970 when a process started.
  func started(_ stat: StatLine) -> Int { bootTime &+ stat.startTicks / ticks }
}

/// Names of users and groups: the target's, then ours.
final class PsNames {
  private let own: Accounts
  private let openTarget: () -> Root?
  private lazy var target: Accounts? = openTarget().map { Accounts(root: $0) }
  private var users: [UInt32: [UInt8]] = [:]
  private var groups: [UInt32: [UInt8]] = [:]

  /// - Parameter target: finds the root of the target, when the first name is looked up.
  init(own: Accounts, target: @escaping () -> Root?) {
    self.own = own
    openTarget = target
  }

  /// Where only root runs, no file is read for it.
  private static let root = Array("root".utf8)

  /// The bytes of a user's name; nil where nobody names it.
  func user(_ uid: UInt32) -> [UInt8]? {
    if uid == 0 { return Self.root }
    if let known = users[uid] { return known.isEmpty ? nil : known }
    let name = target?.user(uid) ?? own.user(uid)
    users[uid] = name?.bytes ?? []
    return name?.bytes
  }

  func group(_ gid: UInt32) -> [UInt8]? {
    if let known = groups[gid] { return known.isEmpty ? nil : known }
    let name = target?.group(gid) ?? own.group(gid)
    groups[gid] = name?.bytes ?? []
    return name?.bytes
  }

  /// The users of a list of names and numbers.
  func users(_ text: String, _ option: String) throws(Failure) -> [UInt32] {
    var found: [UInt32] = []
    for word in try PsList.words(text, option) {
      guard let uid = target?.uid(named: word) ?? own.uid(named: word) ?? UInt32(word) else {
        throw .message("\(option): \(word): no such user")
      }
      found.append(uid)
    }
    return found
  }

  func groups(_ text: String, _ option: String) throws(Failure) -> [UInt32] {
    var found: [UInt32] = []
    for word in try PsList.words(text, option) {
      guard let gid = target?.gid(named: word) ?? own.gid(named: word) ?? UInt32(word) else {
        throw .message("\(option): \(word): no such group")
      }
      found.append(gid)
    }
    return found
  }
}

extension PsNames {
  /// The names of the container that PID 1 is in, where that is not ours (`kubectl debug
  /// --target`), and our own.
  convenience init(_ context: Context, _ processes: ProcFS) {
    self.init(own: Accounts(root: context.root)) { Self.targetRoot(context, processes) }
  }

  private static func targetRoot(_ context: Context, _ processes: ProcFS) -> Root? {
    guard context.root.isOwn, Process.ownPID != 1,
      let file = try? Doorway(processes).open(1, "root", [.path, .directory]).take(),
      let theirs = try? file.status(),
      let ours = try? context.root.status("/", follow: true), !theirs.isSame(as: ours)
    else { return nil }
    return Root(file, name: "/proc/1/root")
  }
}
