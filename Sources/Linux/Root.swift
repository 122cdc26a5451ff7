internal import CLinux

/// A folder that paths resolve against, and never leave: our own `/`, a fixture, or a target's root.
///
/// Below any root but our own, `openat2(RESOLVE_IN_ROOT)` makes absolute links and `..` resolve
/// inside it, and no magic link of `/proc` is followed (openat2(2)).
public final class Root: Sendable {
  /// AT_FDCWD for our own root.
  let descriptor: Int32
  /// Whether the kernel keeps paths inside by openat2(2). Old kernels and some sandboxes refuse it:
  /// then absolute links of the folder resolve in our own root.
  public let staysInside: Bool
  /// What the root is called in messages, without a slash at its end: "" or "/proc/7/root".
  public let name: String

  /// Our own root and working folder.
  public init() {
    descriptor = AT_FDCWD
    name = ""
    staysInside = false
  }

  /// The folder `file` as a root.
  public init(_ file: consuming File, name: String) {
    descriptor = file.release()
    self.name = name
    let probe = clinux_openat2(
      descriptor, ".", UInt64(UInt32(bitPattern: O_PATH | O_CLOEXEC)), 0, UInt64(RESOLVE_IN_ROOT))
    staysInside = probe >= 0 || (Errno.last != .noSystemCall && Errno.last != .notPermitted)
    if probe >= 0 { _ = close(probe) }
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Whether this is our own root, where paths resolve as the kernel does it.
  public var isOwn: Bool { descriptor == AT_FDCWD }

  /// The folder's descriptor, for chroot(2) by way of `/proc/self/fd`; nil for our own root.
  public var folder: Int32? { isOwn ? nil : descriptor }

  public func open(_ path: String, _ mode: OpenMode, permissions: UInt32 = 0o666)
    throws(SystemError) -> File
  {
    if isOwn { return try File.open(path, mode, permissions: permissions) }
    if !staysInside {
      let relative = String(path.drop { $0 == "/" })
      return try File.open(
        at: descriptor, relative.isEmpty ? "." : relative, mode, permissions: permissions)
    }
    let creating = mode.contains(.create) ? UInt64(permissions) & 0o7777 : 0
    let flags = UInt64(UInt32(bitPattern: mode.rawValue | O_CLOEXEC))
    let resolve = UInt64(RESOLVE_IN_ROOT) | UInt64(RESOLVE_NO_MAGICLINKS)
    // EAGAIN: the path raced with a rename elsewhere on the system, which is not ours to report.
    for attempt in 1... {
      do throws(SystemError) {
        let opened = try check("openat2", name + path) {
          path.withPath { Int(clinux_openat2(descriptor, $0, flags, creating, resolve)) }
        }
        return File(owning: Int32(opened))
      } catch {
        guard error.errno == .wouldBlock, attempt < 64 else { throw error }
      }
    }
    throw SystemError(.wouldBlock, "openat2", name + path)
  }

  /// The status of `path`; its last component is followed if it is a link and `follow` is set.
  public func status(_ path: String, follow: Bool) throws(SystemError) -> FileStatus {
    if isOwn { return try statusAt(AT_FDCWD, path, follow: follow) }
    return try open(path, follow ? .path : [.path, .noFollow]).status()
  }

  /// Whether we, with our effective ids and capabilities, may do `access` to `path`. faccessat2(2).
  public func permits(_ access: Access, to path: String) -> Bool {
    if isOwn {
      return path.withPath { faccessat(AT_FDCWD, $0, access.rawValue, AT_EACCESS) } == 0
    }
    guard let file = try? open(path, .path) else { return false }
    return faccessat(file.descriptor, "", access.rawValue, AT_EACCESS | AT_EMPTY_PATH) == 0
  }

  public enum Access: Sendable {
    case read, write, execute
    var rawValue: Int32 {
      switch self {
      case .read: R_OK
      case .write: W_OK
      case .execute: X_OK
      }
    }
  }

  /// Where the link at `path` points, as stored.
  public func link(_ path: String) throws(SystemError) -> String {
    if isOwn { return try linkAt(AT_FDCWD, path) }
    let file = try open(path, [.path, .noFollow])
    return try linkAt(file.descriptor, "")
  }

  /// The whole file, at most `limit` bytes. Never blocks on a FIFO or device.
  public func contents(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
    let file = try open(path, [.read, .nonBlocking, .noTerminal])
    do throws(SystemError) {
      return try file.contents(limit: limit)
    } catch {
      throw error.about(name + path)
    }
  }

  public func directory(_ path: String) throws(SystemError) -> Directory {
    Directory(try open(path, [.read, .directory, .nonBlocking]))
  }
}
