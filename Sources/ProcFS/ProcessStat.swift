internal import Linux

/// `/proc/PID/stat`, proc_pid_stat(5): the name, and the numbers of `StatLine`.
public struct ProcessStat: Sendable {
  public let pid: Int32
  /// The name of the executable or what the process made of it: any bytes, at most 15 (63 for kernel threads).
  public let name: [UInt8]
  /// The numbers as they came.
  public let line: StatLine

  /// - Returns: nil for anything that is not a whole line of that format.
  public init?(_ bytes: [UInt8]) {
    var line = StatLine()
    let found = bytes.withUnsafeBytes { raw in
      line.parse(raw).map { (pid: $0.pid, name: Array(raw[$0.name])) }
    }
    guard let found else { return nil }
    pid = found.pid
    name = found.name
    self.line = line
  }

  /// `R S D T t Z X I`.
  public var state: UInt8 { line.state }
  public var parent: Int32 { line.parent }
  public var group: Int32 { line.group }
  public var session: Int32 { line.session }
  /// Device number of the controlling terminal; 0 is none.
  public var terminal: Int32 { line.terminal }
  /// The group in the foreground of that terminal; -1 is none.
  public var foreground: Int32 { line.foreground }
  public var flags: UInt32 { line.flags }
  public var isExiting: Bool { line.isExiting }
  public var minorFaults: Int { line.minorFaults }
  public var majorFaults: Int { line.majorFaults }
  public var userTicks: Int { line.userTicks }
  public var systemTicks: Int { line.systemTicks }
  public var childUserTicks: Int { line.childUserTicks }
  public var childSystemTicks: Int { line.childSystemTicks }
  public var priority: Int { line.priority }
  public var nice: Int { line.nice }
  public var threads: Int { line.threads }
  /// Ticks since boot.
  public var startTicks: Int { line.startTicks }
  /// Bytes.
  public var virtualSize: Int { line.virtualSize }
  /// Pages.
  public var residentPages: Int { line.residentPages }
  public var processor: Int { line.processor }
  public var realTimePriority: Int { line.realTimePriority }
  public var policy: Int { line.policy }
  public var isKernelThread: Bool { line.isKernelThread }
}
