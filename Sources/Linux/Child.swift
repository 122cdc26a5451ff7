internal import CLinux

/// How a child ended.
public enum ExitReason: Equatable, Sendable {
  case exited(Int32)
  case signalled(Int32)

  /// The status as a shell tells it: 128 + signal for a killed child.
  public var status: Int32 {
    switch self {
    case .exited(let status): status
    case .signalled(let number): 128 + number
    }
  }
}

/// Programs: replacing ourselves, and children.
public enum Child {
  /// Replaces this process by the program at `path`; returns only by throwing. execve(2).
  public static func execute(_ path: String, _ arguments: [String], environment: [String])
    throws(SystemError) -> Never
  {
    try replace(path, arguments, environment) { path, argv, envp in execve(path, argv, envp) }
  }

  /// Replaces this process by the program open at `descriptor`. execveat(2) with AT_EMPTY_PATH.
  public static func execute(descriptor: Int32, _ arguments: [String], environment: [String])
    throws(SystemError) -> Never
  {
    try replace("", arguments, environment) { path, argv, envp in
      clinux_execveat(descriptor, path, argv, envp, AT_EMPTY_PATH)
    }
  }

  /// Runs `body` in a child of this process, which ends with the status it returns.
  public static func fork(_ body: () -> Int32) throws(SystemError) -> Int32 {
    let pid = try check("fork", "") { Int(CLinux.fork()) }
    if pid == 0 { _exit(body()) }
    return Int32(pid)
  }

  public static func wait(for pid: Int32) throws(SystemError) -> ExitReason {
    var status: Int32 = 0
    try check("waitpid", String(pid)) { Int(waitpid(pid, &status, 0)) }
    if clinux_exited(status) != 0 { return .exited(clinux_exit_status(status)) }
    return .signalled(clinux_term_signal(status))
  }

  private static func replace(
    _ path: String, _ arguments: [String], _ environment: [String],
    _ call: (
      UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
      UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) -> Int32
  ) throws(SystemError) -> Never {
    var argv = arguments.map { $0.withPath { strdup($0) } } + [nil]
    var envp = environment.map { $0.withPath { strdup($0) } } + [nil]
    _ = path.withPath { call($0, &argv, &envp) }
    let errno = Errno.last
    for pointer in argv + envp { free(pointer) }
    throw SystemError(errno, "exec", path)
  }
}
