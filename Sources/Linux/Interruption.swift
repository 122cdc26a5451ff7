internal import CLinux

/// Holds back SIGINT, SIGTERM and SIGHUP while it lives, so that what was begun can be put in order; and SIGPIPE, so that
/// a reader that goes away is an error of writing.
public final class Interruption {
  private var held = sigset_t()
  private var before = sigset_t()

  public init() {
    sigemptyset(&held)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&held, number) }
    sigprocmask(SIG_BLOCK, &held, &before)
  }

  deinit { sigprocmask(SIG_SETMASK, &before, nil) }

  /// Waits; returns early with the number of a signal that would have ended us. sigtimedwait(2).
  public func pause(seconds: Double) -> Int32? {
    let whole = min(max(0, seconds), 1e9).rounded(.down)
    var limit = timespec(
      tv_sec: Int(whole), tv_nsec: Int((min(max(0, seconds), 1e9) - whole) * 1e9))
    let number = sigtimedwait(&held, nil, &limit)
    return number > 0 ? number : nil
  }
}
