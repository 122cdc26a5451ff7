public import Linux

/// An opened `/proc`, proc(5). Every path below it is relative to one descriptor.
public final class ProcFS: Sendable {
  /// The opened folder `/proc`.
  public let descriptor: Int32
  private let directory: Directory

  /// - Throws: ENOENT about `/proc` where it is not mounted.
  public init(_ root: Root) throws(SystemError) {
    directory = try root.directory("/proc")
    descriptor = directory.descriptor
    do throws(SystemError) {
      _ = try directory.status("self")
    } catch {
      // A fixture has no `self`; an empty folder is a `/proc` that nobody mounted.
      var isEmpty = true
      try directory.forEachName { _, _, _ in
        isEmpty = false
        return false
      }
      if isEmpty { throw SystemError(.noEntry, "open", "/proc: not mounted") }
    }
  }

  /// All process IDs in sight, ascending.
  public func pids() throws(SystemError) -> [Int32] {
    try numbers(in: directory).sorted()
  }

  /// The thread IDs of a process, ascending.
  public func threads(of pid: Int32) throws(SystemError) -> [Int32] {
    let tasks = Directory(try File.open(at: descriptor, "\(pid)/task", [.read, .directory]))
    return try numbers(in: tasks).sorted()
  }

  /// The file `name` of a process, at most `limit` bytes.
  public func contents(_ pid: Int32, _ name: String, limit: Int = 1 << 20) throws(SystemError)
    -> [UInt8]
  {
    try contents("\(pid)/" + name, limit: limit)
  }

  /// The file at `path` below `/proc`, at most `limit` bytes.
  public func contents(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
    do throws(SystemError) {
      return try File.open(at: descriptor, path, [.read, .nonBlocking]).contents(limit: limit)
    } catch {
      throw error.about("/proc/" + path)
    }
  }

  /// Where a link of a process points: `ns/mnt`, `exe`, `cwd`, `fd/3`.
  public func link(_ pid: Int32, _ name: String) throws(SystemError) -> String {
    try readLink(at: descriptor, "\(pid)/" + name)
  }

  /// The status of `path` below `/proc`; links are not followed.
  public func fileStatus(_ path: String) throws(SystemError) -> FileStatus {
    try directory.status(path)
  }

  public func stat(of pid: Int32) throws(SystemError) -> ProcessStat {
    guard let stat = ProcessStat(try contents(pid, "stat", limit: 4096)) else {
      throw SystemError(.invalid, "read", "/proc/\(pid)/stat")
    }
    return stat
  }

  public func status(of pid: Int32) throws(SystemError) -> ProcessStatus {
    ProcessStatus(try contents(pid, "status", limit: 65536))
  }

  /// Our own `/proc/self/status`, whatever our PID is called in this `/proc`.
  public func ownStatus() throws(SystemError) -> ProcessStatus {
    ProcessStatus(try contents("self/status", limit: 65536))
  }

  /// The arguments of a process; empty for kernel threads and zombies.
  public func arguments(of pid: Int32, limit: Int = 1 << 20) throws(SystemError) -> [String] {
    let bytes = try contents(pid, "cmdline", limit: limit)
    return bytes.split(separator: 0, omittingEmptySubsequences: false)
      .dropLast(bytes.last == 0 ? 1 : 0).map { String(bytes: $0) }
  }

  private func numbers(in directory: borrowing Directory) throws(SystemError) -> [Int32] {
    var numbers: [Int32] = []
    try directory.forEachName { name, _, _ in
      if let number = decimal(name) { numbers.append(number) }
      return true
    }
    return numbers
  }
}

/// The number that all of `bytes` spell in decimal.
public func decimal(_ bytes: some Collection<UInt8>) -> Int32? {
  guard !bytes.isEmpty, bytes.count < 11 else { return nil }
  var value = 0
  for byte in bytes {
    guard byte >= 0x30, byte <= 0x39 else { return nil }
    value = value * 10 + Int(byte - 0x30)
  }
  return Int32(exactly: value)
}

extension ProcFS {
  /// Our own PID as this `/proc` counts it.
  public func ownPID() throws(SystemError) -> Int32 {
    let text = try readLink(at: descriptor, "self")
    guard let pid = decimal(Array(text.utf8)) else {
      throw SystemError(.invalid, "readlink", "/proc/self")
    }
    return pid
  }
}
