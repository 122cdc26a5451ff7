internal import CLinux
internal import CRuntime

/// A terminal whose keys come to us byte by byte, until `restore` or the end of this process, by
/// whatever signal.
///
/// One at a time: the modes to put back are kept where a signal handler finds them. termios(3), ppoll(2).
public final class RawTerminal {
  public enum Event {
    case bytes([UInt8])
    /// The other descriptor can be read.
    case other
    /// A signal came: the window may have another size, or we were stopped and go on.
    case woken
    case timeout
    /// There is nobody at the keyboard any more.
    case ended
  }

  public let input: Int32
  public let output: Int32
  private var saved = termios()
  private var raw = termios()
  /// The signals that were blocked before us.
  private var outerMask = sigset_t()
  private let goodbye: String
  private var isTaken = false
  /// How many bytes to take at a time: one, where what follows a key may be for the next reader.
  public var appetite = 4096

  /// - Parameter goodbye: the escapes that undo what the caller switches on; written at the end.
  public init(input: Int32, output: Int32, goodbye: String) throws(SystemError) {
    self.input = input
    self.output = output
    self.goodbye = goodbye
    try take()
  }

  deinit { restore() }

  /// Makes the terminal raw, again after `restore`.
  public func take() throws(SystemError) {
    if isTaken { return }
    try check("tcgetattr", "terminal") { Int(tcgetattr(input, &saved)) }
    raw = saved
    clinux_make_raw(&raw)
    crt_guard_terminal(output, &saved, UInt32(MemoryLayout<termios>.size), goodbye)
    var wakes = sigset_t()
    sigemptyset(&wakes)
    sigaddset(&wakes, SIGWINCH)
    sigaddset(&wakes, SIGCONT)
    sigprocmask(SIG_BLOCK, &wakes, &outerMask)
    isTaken = true
    try check("tcsetattr", "terminal") { Int(tcsetattr(input, TCSANOW, &raw)) }
  }

  /// Gives the terminal back as it was.
  public func restore() {
    guard isTaken else { return }
    isTaken = false
    crt_restore_terminal()
    // The guard knows the output only; modes are those of the device, but be exact about the input.
    tcsetattr(input, TCSANOW, &saved)
    crt_release_terminal()
    sigprocmask(SIG_SETMASK, &outerMask, nil)
  }

  /// For a child that goes its own way: it must not touch the terminal when it ends.
  public func forget() {
    guard isTaken else { return }
    isTaken = false
    crt_release_terminal()
    sigprocmask(SIG_SETMASK, &outerMask, nil)
  }

  /// Stops us as Ctrl-Z does, with the terminal given back meanwhile.
  public func suspend() {
    raise(SIGTSTP)
    reapply()
  }

  /// Sends the signal that Ctrl-C means to all of our process group but ourselves.
  public func interruptOthers() {
    clinux_interrupt_others()
  }

  /// Waits for keys, for data on `other`, or for nil or more `seconds` to pass.
  public func wait(seconds: Double?, other: Int32 = -1) -> Event {
    var polls = [
      pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    guard let seconds else { return answer(ppoll(&polls, 2, nil, &outerMask), polls) }
    let bounded = min(max(0, seconds), 1e9)
    let whole = bounded.rounded(.down)
    var limit = timespec(tv_sec: Int(whole), tv_nsec: Int((bounded - whole) * 1e9))
    return answer(ppoll(&polls, 2, &limit, &outerMask), polls)
  }

  /// Whether a key waits to be read.
  public var hasInput: Bool {
    var polls = [pollfd(fd: input, events: Int16(POLLIN), revents: 0)]
    return poll(&polls, 1, 0) > 0
  }

  private func answer(_ count: Int32, _ polls: [pollfd]) -> Event {
    if count < 0 {
      // Stopped and continued, somebody else may have set the modes.
      reapply()
      return .woken
    }
    if count == 0 { return .timeout }
    if polls[0].revents != 0 { return keys() }
    return .other
  }

  private func keys() -> Event {
    var bytes = [UInt8](repeating: 0, count: max(1, appetite))
    let count = read(input, &bytes, bytes.count)
    if count > 0 { return .bytes(Array(bytes[..<count])) }
    let code = clinux_errno()
    return count < 0 && (code == EINTR || code == EAGAIN) ? .woken : .ended
  }

  private func reapply() {
    if isTaken { tcsetattr(input, TCSANOW, &raw) }
  }

  /// Writes all of `bytes`; a terminal that is gone is noticed when it is read.
  public func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      do throws(SystemError) { try writeAll(bytes, to: output) } catch {}
    }
  }

  public func write(_ text: String) { write(text.bytes) }

  /// Columns and rows; 80×24 while the terminal does not know (0×0, as kubectl starts).
  public var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard clinux_window_size(output, &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
  }
}

extension Terminal {
  /// As `RawTerminal.wait`, where the input is no terminal; -1 for none.
  public static func wait(input: Int32, other: Int32, seconds: Double) -> RawTerminal.Event {
    var polls = [
      pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&polls, 2, Int32(min(max(0, seconds) * 1000, 2e9).rounded(.up)))
    if count < 0 { return .woken }
    if polls[1].revents != 0 { return .other }
    guard polls[0].revents != 0 else { return .timeout }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let got = read(input, &bytes, bytes.count)
    return got > 0 ? .bytes(Array(bytes[..<got])) : .ended
  }
}
