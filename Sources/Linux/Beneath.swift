internal import CLinux

extension File {
  /// Opens `path` below the folder `base`, which neither links nor `..` can leave: openat2(2) with
  /// RESOLVE_BENEATH; where the kernel refuses that call, no link is followed at all.
  ///
  /// - Parameter inRoot: absolute links and `..` start at `base` instead of being refused.
  public static func open(
    beneath base: Int32, _ path: String, _ mode: OpenMode, inRoot: Bool = false
  ) throws(SystemError) -> File {
    let flags = UInt64(UInt32(bitPattern: mode.rawValue | O_CLOEXEC))
    let resolve = UInt64(inRoot ? RESOLVE_IN_ROOT : RESOLVE_BENEATH) | UInt64(RESOLVE_NO_MAGICLINKS)
    for _ in 0..<64 {
      do throws(SystemError) {
        let opened = try check("openat2", path) {
          path.withPath { Int(clinux_openat2(base, $0, flags, 0, resolve)) }
        }
        return File(owning: Int32(opened))
      } catch {
        if error.errno == .noSystemCall || error.errno == .notPermitted {
          return try openWithoutLinks(base, path, mode)
        }
        guard error.errno == .wouldBlock else { throw error }
      }
    }
    throw SystemError(.wouldBlock, "openat2", path)
  }

  private static func openWithoutLinks(_ base: Int32, _ path: String, _ mode: OpenMode)
    throws(SystemError) -> File
  {
    var words = path.bytes.split(separator: UInt8(ascii: "/")).map { String(bytes: $0) }
    words.removeAll { $0 == "." }
    guard let last = words.popLast() else {
      return try open(at: base, ".", mode)
    }
    if last == ".." || words.contains("..") { throw SystemError(.crossDevice, "open", path) }
    var folder = try open(at: base, ".", [.path, .directory])
    for word in words {
      folder = try open(at: folder.descriptor, word, [.path, .directory, .noFollow])
    }
    return try open(at: folder.descriptor, last, mode.union(.noFollow))
  }
}

extension File {
  /// A descriptor of our own for standard output, which stays open when this goes away.
  public static func standardOutput() throws(SystemError) -> File {
    let copy = try check("dup", "standard output") { Int(clinux_fcntl(1, F_DUPFD_CLOEXEC, 3)) }
    return File(owning: Int32(copy))
  }
}

extension Output {
  /// A stream into an open file that somebody else closes.
  public convenience init(file descriptor: Int32) { self.init(descriptor: descriptor) }
}

extension OpenMode {
  /// The flags of dd(1); nil for those that are none of open(2).
  public init?(flag: String) {
    switch flag {
    case "append": self = .append
    case "direct": self.init(rawValue: clinux_o_direct())
    case "directory": self = .directory
    case "dsync": self.init(rawValue: O_DSYNC)
    case "sync": self.init(rawValue: clinux_o_sync())
    case "nonblock": self = .nonBlocking
    case "noatime": self.init(rawValue: clinux_o_noatime())
    case "noctty": self = .noTerminal
    case "nofollow": self = .noFollow
    default: return nil
    }
  }
}
