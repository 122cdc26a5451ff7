internal import CLinux

extension Process {
  /// getpriority(2): -20 is greedy, 19 is nice.
  public static var niceness: Int32 {
    clinux_set_errno(0)
    return clinux_getpriority()
  }

  public static func setNiceness(_ value: Int32) throws(SystemError) {
    try check("setpriority", "") { Int(clinux_setpriority(value)) }
  }

  /// setpgid(2): a process group of its own.
  public static func leadGroup() { _ = setpgid(0, 0) }

  public static var leadsGroup: Bool { getpgrp() == getpid() }

  /// setsid(2).
  public static func startSession() throws(SystemError) {
    try check("setsid", "") { Int(setsid()) }
  }

  /// Makes the terminal of standard input the one of this session. tty_ioctl(2), TIOCSCTTY.
  public static func takeTerminal() throws(SystemError) {
    try check("ioctl", "") { Int(clinux_take_terminal(0)) }
  }

  /// setns(2): into the namespace open at `descriptor`.
  public static func enter(namespace descriptor: Int32) throws(SystemError) {
    try check("setns", "") { Int(setns(descriptor, 0)) }
  }

  /// setgroups(2).
  public static func setGroups(_ groups: [UInt32]) throws(SystemError) {
    try check("setgroups", "") { Int(setgroups(groups.count, groups)) }
  }

  /// setresgid(2); nil leaves an id.
  public static func setGID(real: UInt32?, effective: UInt32?) throws(SystemError) {
    try check("setresgid", "") {
      Int(setresgid(real ?? .max, effective ?? .max, effective ?? .max))
    }
  }

  /// setresuid(2); nil leaves an id.
  public static func setUID(real: UInt32?, effective: UInt32?) throws(SystemError) {
    try check("setresuid", "") {
      Int(setresuid(real ?? .max, effective ?? .max, effective ?? .max))
    }
  }

  /// prctl(2) PR_SET_NO_NEW_PRIVS.
  public static func renouncePrivileges() throws(SystemError) {
    try check("prctl", "") { Int(clinux_prctl5(PR_SET_NO_NEW_PRIVS, 1)) }
  }

  /// prctl(2) PR_SET_PDEATHSIG; 0 is none.
  public static func setParentDeathSignal(_ number: Int32) throws(SystemError) {
    try check("prctl", "") { Int(clinux_prctl5(PR_SET_PDEATHSIG, UInt(number))) }
  }

  public static var parentDeathSignal: Int32 { clinux_parent_death_signal() }
  public static var renouncesPrivileges: Bool { clinux_prctl5(PR_GET_NO_NEW_PRIVS, 0) == 1 }
}

/// The kernel's ring buffer of messages, syslog(2).
public enum KernelLog {
  public enum Action: Int32, Sendable {
    case clear = 5, consoleOff = 6, consoleOn = 7, consoleLevel = 8
  }

  /// All that the buffer holds, SYSLOG_ACTION_READ_ALL; `clearing` empties it.
  public static func contents(clearing: Bool = false) throws(SystemError) -> [UInt8] {
    let size = try check("syslog", "") { Int(klogctl(10, nil, 0)) }
    var bytes = [UInt8](repeating: 0, count: max(1 << 16, min(size, 1 << 26)))
    let count = try check("syslog", "") {
      bytes.withUnsafeMutableBytes { buffer in
        Int(
          klogctl(
            clearing ? 4 : 3, buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
            Int32(clamping: buffer.count)))
      }
    }
    return Array(bytes.prefix(count))
  }

  public static func perform(_ action: Action, _ value: Int32 = 0) throws(SystemError) {
    try check("syslog", "") { Int(klogctl(action.rawValue, nil, value)) }
  }
}
