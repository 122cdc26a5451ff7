internal import CLinux

/// A pipe whose one end a child writes to.
public struct ChildOutput: ~Copyable {
  public let reader: File
  private let writer: File

  public init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    try check("pipe", "") { Int(pipe2(&ends, O_CLOEXEC)) }
    reader = File(owning: ends[0])
    writer = File(owning: ends[1])
  }

  public var writerDescriptor: Int32 { writer.descriptor }

  /// In the child: standard output and errors go into the pipe, and there is no input.
  public static func adopt(_ output: Int32) throws(SystemError) {
    let nothing = try File.open("/dev/null", .read)
    let input = nothing.descriptor
    try check("dup2", "") { Int(dup2(input, 0)) }
    try check("dup2", "") { Int(dup2(output, 1)) }
    try check("dup2", "") { Int(dup2(output, 2)) }
  }

  /// In the parent: the reader sees the end when the child is gone.
  public consuming func read() -> File { reader }
}

/// What a child used, wait4(2), getrusage(2).
public struct ResourceUsage: Sendable {
  /// Seconds.
  public let user: Double
  public let system: Double
  /// KiB.
  public let largestResident: Int
  public let majorFaults: Int
  public let minorFaults: Int
  public let blocksRead: Int
  public let blocksWritten: Int
  public let voluntarySwitches: Int
  public let forcedSwitches: Int

  init(_ raw: rusage) {
    user = Double(raw.ru_utime.tv_sec) + Double(raw.ru_utime.tv_usec) / 1e6
    system = Double(raw.ru_stime.tv_sec) + Double(raw.ru_stime.tv_usec) / 1e6
    largestResident = raw.ru_maxrss
    majorFaults = raw.ru_majflt
    minorFaults = raw.ru_minflt
    blocksRead = raw.ru_inblock
    blocksWritten = raw.ru_oublock
    voluntarySwitches = raw.ru_nvcsw
    forcedSwitches = raw.ru_nivcsw
  }
}

extension Child {
  /// Waits, and tells what the child used. As time(1) does, Ctrl-C and Ctrl-\ are the child's alone meanwhile.
  public static func measure(_ pid: Int32) throws(SystemError) -> (ExitReason, ResourceUsage) {
    var status: Int32 = 0
    var usage = rusage()
    _ = clinux_signal_ignore(SIGINT)
    _ = clinux_signal_ignore(SIGQUIT)
    defer {
      _ = clinux_signal_default(SIGINT)
      _ = clinux_signal_default(SIGQUIT)
    }
    try check("wait4", String(pid)) { Int(wait4(pid, &status, 0, &usage)) }
    let reason: ExitReason =
      clinux_exited(status) != 0
      ? .exited(clinux_exit_status(status)) : .signalled(clinux_term_signal(status))
    return (reason, ResourceUsage(usage))
  }
}
