internal import CLinux

/// What standard streams are connected to.
public enum Terminal {
  public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Columns and rows; nil when it is no terminal or does not know its size yet (0x0, as kubectl starts).
  public static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard clinux_window_size(descriptor, &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// The path of the terminal, ttyname(3).
  public static func name(_ descriptor: Int32) -> String? {
    guard isTerminal(descriptor) else { return nil }
    return try? linkAt(AT_FDCWD, "/proc/self/fd/\(descriptor)")
  }
}
