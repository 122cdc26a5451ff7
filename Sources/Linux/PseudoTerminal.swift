internal import CLinux

/// A pseudo-terminal, pty(7): what a child takes for its terminal is ours to read and write.
public struct PseudoTerminal: ~Copyable {
  /// Our end.
  public let master: File
  /// The child's end.
  public let peer: File

  /// The peer is opened through the master, so that no path of `/dev/pts` is needed. TIOCGPTPEER.
  public init() throws(SystemError) {
    let master = try File.open("/dev/ptmx", [.readWrite, .noTerminal])
    let descriptor = master.descriptor
    let peer = try check("ioctl", "/dev/ptmx") { Int(clinux_terminal_peer(descriptor)) }
    self.master = master
    self.peer = File(owning: Int32(peer))
  }

  /// Tells the child how large its terminal is. TIOCSWINSZ.
  public borrowing func resize(columns: Int, rows: Int) {
    Terminal.setSize(master.descriptor, columns: columns, rows: rows)
  }

  public var peerDescriptor: Int32 { peer.descriptor }

  /// In the parent: only the child keeps its end open.
  public consuming func closePeer() -> File { master }

  /// In the child: makes the peer its controlling terminal and its standard streams.
  public static func adopt(_ descriptor: Int32) throws(SystemError) {
    _ = setsid()
    try check("ioctl", "terminal") { Int(clinux_control_terminal(descriptor)) }
    for stream in Int32(0)...2 { try check("dup2", "terminal") { Int(dup2(descriptor, stream)) } }
  }
}

extension Terminal {
  /// TIOCSWINSZ.
  public static func setSize(_ descriptor: Int32, columns: Int, rows: Int) {
    var size = winsize()
    size.ws_col = UInt16(clamping: columns)
    size.ws_row = UInt16(clamping: rows)
    _ = clinux_set_window_size(descriptor, &size)
  }
}

extension Terminal {
  /// A descriptor of our own for a standard stream.
  public static func duplicate(_ stream: Int32) -> File? {
    let copy = clinux_fcntl(stream, F_DUPFD_CLOEXEC, 3)
    return copy >= 0 ? File(owning: copy) : nil
  }
}

extension Terminal {
  /// Columns and rows as the kernel has them, 0 where they are not known.
  public static func windowSize(_ descriptor: Int32) -> (columns: Int, rows: Int) {
    var size = winsize()
    guard clinux_window_size(descriptor, &size) == 0 else { return (0, 0) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
