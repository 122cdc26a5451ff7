/// What to know about each process; only the files behind it are opened.
///
/// In brackets what one costs on an ordinary machine, in microseconds per process.
public struct ProcessFields: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Effective user and group: the owner of the folder `/proc/PID` (1).
  public static let owner = ProcessFields(rawValue: 1 << 0)
  /// The name alone: `comm` (4), or `stat` where that is read anyway.
  public static let name = ProcessFields(rawValue: 1 << 1)
  /// The numbers of `stat` up to the resident pages, and the name (9).
  public static let stat = ProcessFields(rawValue: 1 << 2)
  /// The other numbers of `stat`: addresses, processor, policy (nothing but the time to read them).
  public static let statTail = ProcessFields(rawValue: 1 << 9)
  /// The numbers of `status` (13).
  public static let statusNumbers = ProcessFields(rawValue: 1 << 8)
  /// The text of `status`, and its numbers (13).
  public static let status = ProcessFields(rawValue: 1 << 3)
  /// The arguments, `cmdline` (6).
  public static let arguments = ProcessFields(rawValue: 1 << 4)
  /// The text of `cgroup` (9).
  public static let cgroup = ProcessFields(rawValue: 1 << 5)
  /// The kernel function it sleeps in, `wchan` (7).
  public static let wchan = ProcessFields(rawValue: 1 << 6)
  /// The text of `statm` (6).
  public static let memory = ProcessFields(rawValue: 1 << 7)
}

/// Bytes that a `ProcessTable` holds.
public struct ByteRange: Sendable {
  var start = 0
  public private(set) var count = 0

  init() {}

  init(start: Int, count: Int) {
    self.start = start
    self.count = count
  }
}

/// A process or a thread as a `ProcessTable` read it; texts lie in the table.
///
/// A class, because half a kilobyte is too much to copy for each cell and each step of a sort. One reader fills it;
/// after that nobody changes it.
///
/// What was not asked for, or is refused, is zero or empty.
public final class ProcessRecord: @unchecked Sendable {
  public let pid: Int32
  /// The thread's own ID; the PID again where processes are listed.
  public let thread: Int32
  /// Effective user and group.
  public internal(set) var uid: UInt32 = 0
  public internal(set) var gid: UInt32 = 0
  public internal(set) var stat = StatLine()
  public internal(set) var numbers = StatusNumbers()

  var name = ByteRange()
  var arguments = ByteRange()
  var status = ByteRange()
  var cgroup = ByteRange()
  var wchan = ByteRange()
  var memory = ByteRange()

  init(pid: Int32, thread: Int32) {
    self.pid = pid
    self.thread = thread
  }

  func move(by offset: Int) {
    name.start += offset
    arguments.start += offset
    status.start += offset
    cgroup.start += offset
    wchan.start += offset
    memory.start += offset
  }
}
