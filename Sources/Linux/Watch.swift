internal import CLinux

/// Waits for files to change, for signals that end us, and for a reader that goes away.
///
/// inotify(7), signalfd(2) and poll(2). As PID 1, in a container of its own, it takes SIGINT and
/// SIGTERM while it lives, because the kernel drops what a PID 1 has no handler for.
public final class Watch {
  public enum Event: Sendable {
    case changed, timeout
    /// Standard output has no reader any more.
    case readerGone
    case signal(Int32)
  }

  private let notifications: Int32
  private let signals: Int32
  private var taken = sigset_t()
  private let isPipe: Bool

  public init() {
    notifications = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    sigemptyset(&taken)
    if getpid() == 1 {
      sigaddset(&taken, SIGINT)
      sigaddset(&taken, SIGTERM)
    }
    sigprocmask(SIG_BLOCK, &taken, nil)
    signals =
      getpid() == 1 ? signalfd(-1, &taken, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)) : -1
    isPipe = (try? statusOf(1))?.kind == .fifo
  }

  deinit {
    if notifications >= 0 { _ = close(notifications) }
    if signals >= 0 { _ = close(signals) }
    sigprocmask(SIG_UNBLOCK, &taken, nil)
  }

  /// Watches the file, or the names in the folder, at `path`.
  ///
  /// - Returns: whether the kernel will tell; where not, ask again after a time.
  public func add(_ path: String) -> Bool {
    guard notifications >= 0 else { return false }
    let events = IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_CREATE | IN_MOVED_TO
    return path.withPath { inotify_add_watch(notifications, $0, UInt32(events)) } >= 0
  }

  /// Waits at most `seconds`.
  public func wait(seconds: Double) -> Event {
    var polls = [
      pollfd(fd: notifications, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      pollfd(fd: isPipe ? 1 : -1, events: 0, revents: 0),
    ]
    let milliseconds = Int32(min(max(0, seconds) * 1000, 2_000_000_000).rounded(.up))
    guard poll(&polls, nfds_t(polls.count), milliseconds) > 0 else { return .timeout }
    if polls[1].revents != 0, let number = taken(from: signals) { return .signal(number) }
    if polls[2].revents != 0 { return .readerGone }
    if polls[0].revents != 0 {
      drain()
      return .changed
    }
    return .timeout
  }

  private func taken(from descriptor: Int32) -> Int32? {
    var info = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard read(descriptor, &info, size) == size else { return nil }
    return Int32(info.ssi_signo)
  }

  private func drain() {
    var buffer = [UInt8](repeating: 0, count: 16384)
    while read(notifications, &buffer, buffer.count) > 0 {}
  }
}
