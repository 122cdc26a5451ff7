internal import CLinux

/// Signals that are taken one by one, instead of interrupting: signalfd(2).
///
/// They stay blocked in this process and in its children, until `release` is called there.
public final class SignalWatch {
  /// Readable while a signal waits to be taken.
  public let descriptor: Int32
  private let numbers: [Int32]

  public init(_ signals: [Signal]) throws(SystemError) {
    numbers = signals.map { $0.number }
    var set = Self.set(numbers)
    sigprocmask(SIG_BLOCK, &set, nil)
    let flags = Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)
    descriptor = Int32(try check("signalfd", "") { Int(signalfd(-1, &set, flags)) })
  }

  deinit { _ = close(descriptor) }

  /// A signal that has come from somebody else; nil where there is none.
  public func next() -> Int32? {
    var info = signalfd_siginfo()
    while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size)
      == MemoryLayout<signalfd_siginfo>.size
    {
      // What we send to our own group comes here, too.
      if info.ssi_pid != UInt32(bitPattern: getpid()) { return Int32(bitPattern: info.ssi_signo) }
    }
    return nil
  }

  /// Waits until a signal came, `other` can be read, or the time is over.
  ///
  /// - Parameter seconds: nil waits without limit.
  public func wait(seconds: Double? = nil, reading other: Int32 = -1) {
    var polled = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    var limit: Int32 = -1
    if let seconds { limit = Int32(clamping: Int((max(0, min(seconds, 1e6)) * 1000).rounded(.up))) }
    _ = poll(&polled, nfds_t(polled.count), limit)
  }

  /// Lets the signals through again, with what they do by default.
  public func release() {
    for number in numbers { _ = clinux_signal_default(number) }
    var set = Self.set(numbers)
    sigprocmask(SIG_UNBLOCK, &set, nil)
  }

  private static func set(_ numbers: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    return set
  }
}

extension Signal {
  /// Ignores this signal from now on, in programs started from here too.
  public func ignore() { _ = clinux_signal_ignore(number) }
  public func restore() { _ = clinux_signal_default(number) }
}

extension Child {
  /// How the child ended; nil while it runs. waitpid(2) with WNOHANG.
  public static func poll(_ pid: Int32) throws(SystemError) -> ExitReason? {
    var status: Int32 = 0
    let found = try check("waitpid", String(pid)) { Int(waitpid(pid, &status, WNOHANG)) }
    if found == 0 { return nil }
    if clinux_exited(status) != 0 { return .exited(clinux_exit_status(status)) }
    return .signalled(clinux_term_signal(status))
  }
}

extension File {
  /// Makes `descriptor` another name for this file, which programs started from here inherit. dup2(2).
  public borrowing func replace(_ descriptor: Int32) throws(SystemError) {
    let own = self.descriptor
    try check("dup2", "") { Int(dup2(own, descriptor)) }
  }
}
