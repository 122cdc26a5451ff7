public import CLinux

/// What stat(2) knows about a file.
public struct FileStatus: Sendable {
  public let raw: stat

  init(_ raw: stat) { self.raw = raw }

  public enum Kind: Sendable {
    case regular, directory, link, fifo, socket, block, character, unknown

    /// Of a `d_type`, getdents(2).
    init(_ type: UInt8) {
      switch type {
      case UInt8(DT_REG): self = .regular
      case UInt8(DT_DIR): self = .directory
      case UInt8(DT_LNK): self = .link
      case UInt8(DT_FIFO): self = .fifo
      case UInt8(DT_SOCK): self = .socket
      case UInt8(DT_BLK): self = .block
      case UInt8(DT_CHR): self = .character
      default: self = .unknown
      }
    }
  }

  public var kind: Kind {
    switch Int32(bitPattern: raw.st_mode) & S_IFMT {
    case S_IFREG: .regular
    case S_IFDIR: .directory
    case S_IFLNK: .link
    case S_IFIFO: .fifo
    case S_IFSOCK: .socket
    case S_IFBLK: .block
    case S_IFCHR: .character
    default: .unknown
    }
  }

  /// Type and permission bits, as in `st_mode`.
  public var mode: UInt32 { raw.st_mode }
  /// Permission, setuid, setgid and sticky bits only.
  public var permissions: UInt32 { raw.st_mode & 0o7777 }
  public var uid: UInt32 { raw.st_uid }
  public var gid: UInt32 { raw.st_gid }
  /// Bytes.
  public var size: Int { Int(raw.st_size) }
  /// Units of 512 bytes.
  public var blocks: Int { Int(raw.st_blocks) }
  public var blockSize: Int { Int(raw.st_blksize) }
  public var inode: UInt64 { UInt64(raw.st_ino) }
  public var device: UInt64 { UInt64(raw.st_dev) }
  public var links: Int { Int(clamping: raw.st_nlink) }
  public var deviceMajor: UInt32 { clinux_major(raw.st_dev) }
  public var deviceMinor: UInt32 { clinux_minor(raw.st_dev) }
  /// The device that a special file stands for, as one number.
  public var specialDevice: UInt64 { UInt64(raw.st_rdev) }
  public var specialMajor: UInt32 { clinux_major(raw.st_rdev) }
  public var specialMinor: UInt32 { clinux_minor(raw.st_rdev) }
  public var accessed: Instant { Instant(raw.st_atim) }
  public var modified: Instant { Instant(raw.st_mtim) }
  public var changed: Instant { Instant(raw.st_ctim) }

  public func isSame(as other: FileStatus) -> Bool {
    inode == other.inode && device == other.device
  }
}
