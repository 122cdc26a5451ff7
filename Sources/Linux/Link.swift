internal import CLinux

/// Symbolic links and the paths they make.
public enum Link {
  /// readlink(2).
  public static func target(of path: String) throws(SystemError) -> String {
    try linkAt(AT_FDCWD, path)
  }

  /// Makes a link at `path`, replacing a link or file that is there. symlink(2), rename(2).
  public static func make(to target: String, at path: String) throws(SystemError) {
    let temporary = path + ".new"
    _ = temporary.withPath { unlink($0) }
    try check("symlink", path) {
      target.withPath { target in temporary.withPath { Int(symlink(target, $0)) } }
    }
    try check("rename", path) {
      temporary.withPath { temporary in path.withPath { Int(rename(temporary, $0)) } }
    }
  }

  /// The folder part of a path, `.` where it has none.
  public static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The absolute path without links, realpath(3), in our own root.
  public static func resolve(_ path: String) throws(SystemError) -> String {
    guard let resolved = path.withPath({ realpath($0, nil) }) else {
      throw SystemError(.last, "realpath", path)
    }
    defer { free(resolved) }
    return String(foreign: resolved)
  }
}

/// The last component of a path: `ps` of `/bin/ps`.
public func baseName(_ path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
  return String(path[path.utf8.index(after: slash)...])
}

/// readlinkat(2): where the link `path` below the folder `directory` points.
public func readLink(at directory: Int32, _ path: String) throws(SystemError) -> String {
  try linkAt(directory, path)
}
