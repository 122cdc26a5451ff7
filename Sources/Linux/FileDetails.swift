internal import CLinux

/// What statfs(2) knows about a file system.
public struct FileSystemStatus: Sendable {
  let raw: statfs
  /// The kernel's number of the kind of file system, statfs(2).
  public var type: UInt64 { UInt64(truncatingIfNeeded: raw.f_type) & 0xFFFF_FFFF }
  public var identifier: UInt64 { withUnsafePointer(to: raw) { clinux_fsid($0) } }
  public var longestName: Int { Int(raw.f_namelen) }
  /// The block size that is best for transfers, in bytes.
  public var transferSize: Int { Int(raw.f_bsize) }
  /// The unit that blocks are counted in, in bytes.
  public var blockSize: Int { raw.f_frsize > 0 ? Int(raw.f_frsize) : Int(raw.f_bsize) }
  public var blocks: UInt64 { UInt64(raw.f_blocks) }
  public var freeBlocks: UInt64 { UInt64(raw.f_bfree) }
  /// Blocks that users without privilege may still fill.
  public var availableBlocks: UInt64 { UInt64(raw.f_bavail) }
  public var inodes: UInt64 { UInt64(raw.f_files) }
  public var freeInodes: UInt64 { UInt64(raw.f_ffree) }
}

extension File {
  /// When the file was made; nil where the file system does not say. statx(2).
  public borrowing func birth() throws(SystemError) -> Instant? {
    try birthAt(descriptor, "", AT_EMPTY_PATH)
  }

  /// The file system this file lies on. fstatfs(2).
  public borrowing func fileSystem() throws(SystemError) -> FileSystemStatus {
    var raw = statfs()
    let descriptor = descriptor
    try check("statfs", "") { Int(fstatfs(descriptor, &raw)) }
    return FileSystemStatus(raw: raw)
  }

  /// What an extended attribute holds, at most 64 KiB; nil where the file has none of that name.
  ///
  /// By way of `/proc/self/fd`, because fgetxattr(2) refuses a path handle.
  public borrowing func attribute(_ name: String) -> [UInt8]? {
    attributeAt("/proc/self/fd/\(descriptor)", name, follow: true)
  }

  /// Whether it has any extended attribute: one question instead of one for each. listxattr(2).
  public borrowing func hasAttributes() -> Bool {
    "/proc/self/fd/\(descriptor)".withPath { listxattr($0, nil, 0) } > 0
  }
}

extension Directory {
  /// The status of the folder itself.
  public borrowing func status() throws(SystemError) -> FileStatus { try file.status() }

  /// When `name` in this folder was made; nil where the file system does not say.
  public borrowing func birth(_ name: String, follow: Bool = false) throws(SystemError) -> Instant?
  {
    try birthAt(descriptor, name, follow ? 0 : AT_SYMLINK_NOFOLLOW)
  }

  /// Whether `name` has any extended attribute.
  public borrowing func hasAttributes(_ name: String) -> Bool {
    ("/proc/self/fd/\(descriptor)/" + name).withPath { llistxattr($0, nil, 0) } > 0
  }

  /// What an extended attribute of `name` holds; nil where there is none. Links are not followed.
  public borrowing func attribute(_ attribute: String, of name: String) -> [UInt8]? {
    attributeAt("/proc/self/fd/\(descriptor)/" + name, attribute, follow: false)
  }

  /// Where the link `name` in this folder points, as stored.
  public borrowing func link(_ name: String) throws(SystemError) -> String {
    try linkAt(descriptor, name)
  }
}

private func birthAt(_ directory: Int32, _ name: String, _ flags: Int32) throws(SystemError)
  -> Instant?
{
  var time = timespec()
  let known = try check("statx", name) {
    name.withPath { Int(clinux_birth_time(directory, $0, flags, &time)) }
  }
  return known == 1 ? Instant(time) : nil
}

private func attributeAt(_ path: String, _ name: String, follow: Bool) -> [UInt8]? {
  path.withPath { path in
    name.withPath { name in
      let size =
        follow ? getxattr(path, name, nil, 0) : lgetxattr(path, name, nil, 0)
      guard size >= 0 else { return nil }
      var value = [UInt8](repeating: 0, count: min(size, 65536))
      let count = value.withUnsafeMutableBytes { buffer in
        follow
          ? getxattr(path, name, buffer.baseAddress, buffer.count)
          : lgetxattr(path, name, buffer.baseAddress, buffer.count)
      }
      guard count >= 0 else { return nil }
      return Array(value.prefix(count))
    }
  }
}
