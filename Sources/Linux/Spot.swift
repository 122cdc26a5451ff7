internal import CLinux

/// A name in an open folder: what the calls that change files are about.
///
/// The last component is never followed unless a call says so, and the folder in front of it was
/// resolved inside the root it belongs to.
public final class Spot {
  /// AT_FDCWD for paths of our own.
  public let folder: Int32
  public let name: String
  private let isOwner: Bool

  /// A name in a folder that somebody else keeps open.
  public init(folder: Int32, name: String) {
    self.folder = folder
    self.name = name
    isOwner = false
  }

  /// A name in `folder`, which is closed with this.
  public init(_ folder: consuming File, name: String) {
    self.folder = folder.release()
    self.name = name
    isOwner = true
  }

  deinit { if isOwner { _ = close(folder) } }

  /// The name `child` in the same folder.
  public func sibling(_ child: String) -> Spot { Spot(folder: folder, name: child) }

  public func status(follow: Bool = false) throws(SystemError) -> FileStatus {
    try statusAt(folder, name, follow: follow)
  }

  public func link() throws(SystemError) -> String { try linkAt(folder, name) }

  public func open(_ mode: OpenMode, permissions: UInt32 = 0o666) throws(SystemError) -> File {
    try File.open(at: folder, name, mode, permissions: permissions)
  }

  public func directory(follow: Bool = false) throws(SystemError) -> Directory {
    let mode: OpenMode = [.read, .directory, .nonBlocking]
    return Directory(try open(follow ? mode : mode.union(.noFollow)))
  }

  /// unlinkat(2): anything but a folder.
  public func remove() throws(SystemError) { try change("unlink") { unlinkat($0, $1, 0) } }

  /// unlinkat(2) with AT_REMOVEDIR: an empty folder.
  public func removeFolder() throws(SystemError) {
    try change("rmdir") { unlinkat($0, $1, AT_REMOVEDIR) }
  }

  public func makeFolder(_ permissions: UInt32 = 0o777) throws(SystemError) {
    try change("mkdir") { mkdirat($0, $1, permissions) }
  }

  /// mknodat(2): a FIFO, a device or a socket, by the type bits of `mode`.
  public func makeNode(_ mode: UInt32, major: UInt32 = 0, minor: UInt32 = 0) throws(SystemError) {
    let device = clinux_makedev(major, minor)
    try change("mknod") { mknodat($0, $1, mode, device) }
  }

  public func makeLink(to target: String) throws(SystemError) {
    try change("symlink") { folder, name in target.withPath { symlinkat($0, folder, name) } }
  }

  /// linkat(2): another name for `file`; a link itself gets the name unless `follow`.
  public func makeHardLink(to file: Spot, follow: Bool = false) throws(SystemError) {
    try change("link") { folder, name in
      file.name.withPath {
        linkat(file.folder, $0, folder, name, follow ? AT_SYMLINK_FOLLOW : 0)
      }
    }
  }

  /// renameat2(2); `replacing` false leaves alone what is there (EEXIST).
  public func rename(to other: Spot, replacing: Bool = true) throws(SystemError) {
    try change("rename") { folder, name in
      other.name.withPath {
        clinux_renameat2(folder, name, other.folder, $0, replacing ? 0 : 1)
      }
    }
  }

  /// fchmodat(2); a link is refused unless `follow`.
  public func setPermissions(_ permissions: UInt32, follow: Bool = false) throws(SystemError) {
    try change("chmod") { fchmodat($0, $1, permissions, follow ? 0 : AT_SYMLINK_NOFOLLOW) }
  }

  /// fchownat(2); nil leaves an id as it is.
  public func setOwner(uid: UInt32?, gid: UInt32?, follow: Bool = false) throws(SystemError) {
    try change("chown") {
      fchownat($0, $1, uid ?? .max, gid ?? .max, follow ? 0 : AT_SYMLINK_NOFOLLOW)
    }
  }

  /// utimensat(2); nil leaves a time as it is.
  public func setTimes(accessed: Instant?, modified: Instant?, follow: Bool = false)
    throws(SystemError)
  {
    var times = (accessed.timeSpecification, modified.timeSpecification)
    try change("utimensat") { folder, name in
      withUnsafePointer(to: &times) { pointer in
        pointer.withMemoryRebound(to: timespec.self, capacity: 2) {
          utimensat(folder, name, $0, follow ? 0 : AT_SYMLINK_NOFOLLOW)
        }
      }
    }
  }

  private func change(_ call: StaticString, _ body: (Int32, UnsafePointer<CChar>) -> Int32)
    throws(SystemError)
  {
    try check(call, name) { name.withPath { Int(body(folder, $0)) } }
  }
}

extension Instant? {
  /// As utimensat(2) takes it: nil is UTIME_OMIT.
  var timeSpecification: timespec {
    guard let self else { return timespec(tv_sec: 0, tv_nsec: clinux_utime_omit()) }
    return timespec(tv_sec: self.seconds, tv_nsec: self.nanoseconds)
  }
}

extension Root {
  /// The place of the last component of `path`, which is not followed; the folders in front are,
  /// inside this root.
  public func spot(_ path: String) throws(SystemError) -> Spot {
    if isOwn { return Spot(folder: AT_FDCWD, name: path) }
    var bytes = path.bytes
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    let cut = bytes.lastIndex(of: UInt8(ascii: "/"))
    let name = String(bytes: bytes[(cut.map { $0 + 1 } ?? 0)...])
    if name.isEmpty || name == "." || name == ".." {
      return Spot(try open(path, [.path, .directory]), name: ".")
    }
    let front = cut.map { String(bytes: bytes[...$0]) } ?? "."
    return Spot(try open(front, [.path, .directory]), name: name)
  }
}

extension File {
  public borrowing func setPermissions(_ permissions: UInt32) throws(SystemError) {
    let descriptor = descriptor
    try check("fchmod", "") { Int(fchmod(descriptor, permissions)) }
  }

  public borrowing func setOwner(uid: UInt32?, gid: UInt32?) throws(SystemError) {
    let descriptor = descriptor
    try check("fchown", "") { Int(fchown(descriptor, uid ?? .max, gid ?? .max)) }
  }

  public borrowing func setTimes(accessed: Instant?, modified: Instant?) throws(SystemError) {
    var times = (accessed.timeSpecification, modified.timeSpecification)
    let descriptor = descriptor
    try check("futimens", "") {
      withUnsafePointer(to: &times) { pointer in
        pointer.withMemoryRebound(to: timespec.self, capacity: 2) {
          Int(futimens(descriptor, $0))
        }
      }
    }
  }

  /// ftruncate(2).
  public borrowing func setSize(_ size: Int) throws(SystemError) {
    let descriptor = descriptor
    try check("ftruncate", "") { Int(ftruncate(descriptor, size)) }
  }

  /// The next region that holds data at or behind `offset`, lseek(2) with SEEK_DATA; nil: only holes follow.
  ///
  /// Where the file system cannot tell, all of the file is data.
  public borrowing func data(from offset: Int, size: Int) -> Range<Int>? {
    guard offset < size else { return nil }
    let start = lseek(descriptor, offset, clinux_seek_data())
    if start < 0 { return Errno.last.code == ENXIO ? nil : offset..<size }
    let end = lseek(descriptor, start, clinux_seek_hole())
    return start < size ? start..<(end > start ? min(end, size) : size) : nil
  }

  /// Writes all of `bytes` at `offset`.
  public borrowing func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
    var rest = bytes
    var position = offset
    let descriptor = descriptor
    while !rest.isEmpty {
      let count = try check("pwrite", "write error") {
        pwrite(descriptor, rest.baseAddress, rest.count, position)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      position += count
    }
  }

  /// Makes this file share the blocks of `source`, ioctl_ficlone(2); false where that cannot be.
  public borrowing func clone(_ source: borrowing File) -> Bool {
    clinux_clone(descriptor, source.descriptor) == 0
  }

  /// Copies up to `count` bytes inside the kernel, copy_file_range(2); nil where it will not.
  public borrowing func copyRange(from source: borrowing File, at offset: Int, count: Int) -> Int? {
    var input = offset
    var output = offset
    let copied = copy_file_range(source.descriptor, &input, descriptor, &output, count, 0)
    return copied < 0 ? nil : copied
  }

  /// Tells the kernel that the file is read from its begin to its end, posix_fadvise(2).
  public borrowing func willReadOnce() {
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  /// A pipe: what is written to the second end can be read from the first. pipe2(2).
  public static func pipe() throws(SystemError) -> (reading: Int32, writing: Int32) {
    var ends: (Int32, Int32) = (-1, -1)
    try check("pipe", "") {
      withUnsafeMutablePointer(to: &ends) { pointer in
        pointer.withMemoryRebound(to: Int32.self, capacity: 2) { Int(pipe2($0, O_CLOEXEC)) }
      }
    }
    return (ends.0, ends.1)
  }
}

extension Process {
  /// The file mode creation mask, umask(2).
  public static var mask: UInt32 {
    let mask = umask(0)
    umask(mask)
    return mask
  }

  /// - Returns: the mask before.
  @discardableResult
  public static func setMask(_ mask: UInt32) -> UInt32 { umask(mask) }
}
