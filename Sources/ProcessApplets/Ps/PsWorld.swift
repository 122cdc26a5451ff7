internal import Box
internal import Linux
internal import ProcFS
internal import Target

/// What rows are measured against: clocks, memory, users, terminals.
final class PsWorld {
  let processes: ProcFS
  let names: ProcessNames
  let terminals: PsTerminals
  let calendar: PsCalendar
  let now: Instant
  let ticks: Int
  let pageKiB: Int
  /// Whether the clocks of the kernel are those of this `/proc`, and its files need not be asked.
  private let isLive: Bool

  init(_ context: Context, _ processes: ProcFS, _ names: ProcessNames) {
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
    if isLive, let total = Host.memoryKiB { return total }
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
