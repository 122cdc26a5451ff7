internal import CLinux

/// Moving bytes between descriptors without copying them through our memory.
public enum Splice {
  /// Moves up to `count` bytes, one end being a pipe. splice(2).
  ///
  /// - Returns: 0 at the end of the source; nil where one of the two is not ready.
  public static func move(from source: Int32, to sink: Int32, count: Int) throws(SystemError)
    -> Int?
  {
    let flags = UInt32(SPLICE_F_MOVE) | UInt32(SPLICE_F_NONBLOCK)
    return try unlessBlocking {
      CLinux.splice(source, nil, sink, nil, count, flags)
    }
  }

  /// Moves up to `count` bytes of a regular file, from its position on. sendfile(2).
  ///
  /// - Returns: 0 at the end of the file; nil where the sink is not ready.
  public static func send(file: Int32, to sink: Int32, count: Int) throws(SystemError) -> Int? {
    try unlessBlocking { sendfile(sink, file, nil, count) }
  }

  /// Lets a pipe hold as much as it may without privileges; what is no pipe stays as it is.
  public static func widen(_ descriptor: Int32) {
    _ = clinux_fcntl(descriptor, F_SETPIPE_SZ, 1 << 20)
  }

  /// What an open descriptor is: `.fifo`, `.regular`, `.socket`…
  public static func kind(_ descriptor: Int32) -> FileStatus.Kind? {
    (try? statusOf(descriptor))?.kind
  }

  private static func unlessBlocking(_ body: () -> Int) throws(SystemError) -> Int? {
    do throws(SystemError) {
      return try check("splice", "", body)
    } catch {
      if error.errno == .wouldBlock { return nil }
      throw error
    }
  }
}
