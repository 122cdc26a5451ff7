internal import CLinux

/// How to open a file, open(2).
public struct OpenMode: OptionSet, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let read: OpenMode = []
  public static let write = OpenMode(rawValue: O_WRONLY)
  public static let readWrite = OpenMode(rawValue: O_RDWR)
  public static let create = OpenMode(rawValue: O_CREAT)
  public static let exclusive = OpenMode(rawValue: O_EXCL)
  public static let truncate = OpenMode(rawValue: O_TRUNC)
  public static let append = OpenMode(rawValue: O_APPEND)
  public static let nonBlocking = OpenMode(rawValue: O_NONBLOCK)
  public static let noTerminal = OpenMode(rawValue: O_NOCTTY)
  public static let noFollow = OpenMode(rawValue: O_NOFOLLOW)
  public static let directory = OpenMode(rawValue: O_DIRECTORY)
  /// A handle on the path only; needs no permission on the file itself.
  public static let path = OpenMode(rawValue: O_PATH)
}

/// An open file that closes itself.
public struct File: ~Copyable, Sendable {
  /// -1 once it has been given away.
  public private(set) var descriptor: Int32

  /// Takes ownership of `descriptor`.
  public init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Gives the descriptor away; the caller closes it.
  public consuming func release() -> Int32 {
    let given = descriptor
    descriptor = -1
    return given
  }

  /// Opens `path` relative to the working folder, without following anything special.
  public static func open(_ path: String, _ mode: OpenMode, permissions: UInt32 = 0o666)
    throws(SystemError) -> File
  {
    try open(at: AT_FDCWD, path, mode, permissions: permissions)
  }

  /// Opens `path` relative to the folder `directory`.
  public static func open(
    at directory: Int32, _ path: String, _ mode: OpenMode, permissions: UInt32 = 0o666
  ) throws(SystemError) -> File {
    let descriptor = try check("open", path) {
      path.withPath { Int(clinux_openat(directory, $0, mode.rawValue | O_CLOEXEC, permissions)) }
    }
    return File(owning: Int32(descriptor))
  }

  /// Reads once into `buffer`; 0 is the end.
  public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
  {
    let descriptor = descriptor
    return try check("read", "") { CLinux.read(descriptor, buffer.baseAddress, buffer.count) }
  }

  /// Reads once into `bytes` from index `start` on; 0 is the end.
  public borrowing func read(into bytes: inout [UInt8], from start: Int = 0) throws(SystemError)
    -> Int
  {
    let descriptor = descriptor
    return try check("read", "") {
      bytes.withUnsafeMutableBytes { all in
        guard start < all.count, let base = all.baseAddress else { return 0 }
        return CLinux.read(descriptor, base + start, all.count - start)
      }
    }
  }

  /// Reads once at `offset`; 0 is the end. Does not move the file position.
  public borrowing func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int)
    throws(SystemError) -> Int
  {
    let descriptor = descriptor
    return try check("pread", "") { pread(descriptor, buffer.baseAddress, buffer.count, offset) }
  }

  /// Everything up to the end, but never more than `limit` bytes: beyond it the call fails with EFBIG.
  public borrowing func contents(limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var size = 4096
    while true {
      let room = min(size, limit + 1 - bytes.count)
      let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
      defer { piece.deallocate() }
      let count = try read(into: piece)
      if count == 0 { return bytes }
      bytes.append(raw: UnsafeRawBufferPointer(rebasing: piece[..<count]))
      if bytes.count > limit { throw SystemError(.tooLarge, "read", "") }
      size = min(size * 2, 1 << 20)
    }
  }

  /// Writes all of `bytes`.
  public borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try writeAll(bytes, to: descriptor)
  }

  /// Whether another process has locked it, as daemons lock their PID files.
  public borrowing func isLocked() -> Bool { clinux_is_locked(descriptor) == 1 }

  public borrowing func status() throws(SystemError) -> FileStatus {
    var raw = stat()
    let descriptor = descriptor
    try check("fstat", "") { Int(fstat(descriptor, &raw)) }
    return FileStatus(raw)
  }

  /// Moves the file position; `whence` is SEEK_SET, SEEK_CUR or SEEK_END.
  @discardableResult
  public borrowing func seek(to offset: Int, _ whence: Whence = .start) throws(SystemError) -> Int {
    let descriptor = descriptor
    return try check("lseek", "") { lseek(descriptor, offset, whence.rawValue) }
  }

  public enum Whence: Sendable {
    case start, current, end
    var rawValue: Int32 {
      switch self {
      case .start: SEEK_SET
      case .current: SEEK_CUR
      case .end: SEEK_END
      }
    }
  }

  /// Turns O_NONBLOCK off again after an open that must not hang, or on.
  public borrowing func setBlocking(_ isBlocking: Bool = true) throws(SystemError) {
    let descriptor = descriptor
    let flags = try check("fcntl", "") { Int(clinux_fcntl(descriptor, F_GETFL, 0)) }
    let others = Int32(flags) & ~O_NONBLOCK
    let wanted = isBlocking ? others : others | O_NONBLOCK
    try check("fcntl", "") { Int(clinux_fcntl(descriptor, F_SETFL, wanted)) }
  }

  /// What of a file is brought to the disk.
  public enum Extent: Sendable { case contents, file, fileSystem }

  /// Waits until the disk holds what was written. fdatasync(2), fsync(2), syncfs(2).
  public borrowing func synchronize(_ extent: Extent) throws(SystemError) {
    let descriptor = descriptor
    try check("sync", "") {
      switch extent {
      case .contents: Int(fdatasync(descriptor))
      case .file: Int(fsync(descriptor))
      case .fileSystem: Int(syncfs(descriptor))
      }
    }
  }

  /// Brings all file systems to the disk, sync(2).
  public static func synchronizeAll() { sync() }

  /// A second descriptor for the same open file, closed on exec.
  public borrowing func duplicate() throws(SystemError) -> File {
    let descriptor = descriptor
    let copy = try check("dup", "") { Int(clinux_fcntl(descriptor, F_DUPFD_CLOEXEC, 3)) }
    return File(owning: Int32(copy))
  }
}

/// Writes all of `bytes` to `descriptor`, however often the kernel takes only a part.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
  var rest = bytes
  while !rest.isEmpty {
    let count = try check("write", "write error") {
      write(descriptor, rest.baseAddress, rest.count)
    }
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
  }
}
