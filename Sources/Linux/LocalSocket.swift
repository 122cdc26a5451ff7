internal import CLinux

/// A connected stream socket of this machine, unix(7), that closes itself.
public final class LocalSocket {
  let file: File

  private init(_ file: consuming File) { self.file = file }

  /// Connects to the socket that `handle`, opened with `.path`, stands for.
  ///
  /// - Parameters:
  ///   - ids: taken as effective ids while connecting, where we may: what the listener reads by
  ///     SO_PEERCRED. They belong to this thread alone and are ours again afterwards.
  ///   - seconds: the longest that connecting and each send may wait.
  public static func connect(
    to handle: borrowing File, as ids: (uid: UInt32, gid: UInt32)?, seconds: Int32
  ) throws(SystemError) -> LocalSocket {
    let path = "/proc/self/fd/\(handle.descriptor)"
    let descriptor = try check("connect", "") {
      Credentials.effectively(ids) { Int(clinux_connect_local(path, seconds)) }
    }
    return LocalSocket(File(owning: Int32(descriptor)))
  }

  /// Sends all of `bytes`; EPIPE where the other side has gone.
  public func send(_ bytes: [UInt8]) throws(SystemError) {
    let descriptor = file.descriptor
    var sent = 0
    while sent < bytes.count {
      sent += try check("send", "") {
        bytes.withUnsafeBytes { raw in
          guard let base = raw.baseAddress else { return 0 }
          return CLinux.send(descriptor, base + sent, raw.count - sent, Int32(MSG_NOSIGNAL))
        }
      }
    }
  }

  /// Receives once into `buffer`; 0 is the end.
  public func receive(into buffer: inout [UInt8]) throws(SystemError) -> Int {
    try file.read(into: &buffer)
  }

  /// Whether something can be received within `seconds`.
  public func isReadable(within seconds: Double) -> Bool {
    var polled = pollfd(fd: file.descriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(min(max(0, seconds) * 1000, 2_000_000_000).rounded(.up))
    return poll(&polled, 1, milliseconds) > 0
  }
}

extension Credentials {
  /// Runs `body` with other effective ids, where they are given and we may take them, else as we are.
  static func effectively(_ ids: (uid: UInt32, gid: UInt32)?, _ body: () -> Int) -> Int {
    guard let ids else { return body() }
    let own = (uid: effectiveUID, gid: effectiveGID)
    if own.uid == ids.uid, own.gid == ids.gid { return body() }
    guard clinux_setegid(ids.gid) == 0 else { return body() }
    guard clinux_seteuid(ids.uid) == 0 else {
      _ = clinux_setegid(own.gid)
      return body()
    }
    let result = body()
    let code = clinux_errno()
    // Back: the user first, because changing the group needs the privilege that comes with it.
    _ = clinux_seteuid(own.uid)
    _ = clinux_setegid(own.gid)
    clinux_set_errno(code)
    return result
  }
}
