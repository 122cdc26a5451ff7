internal import CLinux

/// This process.
public enum Process {
  public static var ownPID: Int32 { getpid() }
  public static var parentPID: Int32 { getppid() }

  /// The working folder, getcwd(2); nil where it cannot be named.
  public static var workingFolder: String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(foreign: path)
  }
}

extension Process {
  /// chdir(2).
  public static func change(to folder: String) throws(SystemError) {
    try check("chdir", folder) { folder.withPath { Int(chdir($0)) } }
  }

  /// fchdir(2): to the folder open at `descriptor`.
  public static func change(to descriptor: Int32, named name: String) throws(SystemError) {
    try check("fchdir", name) { Int(fchdir(descriptor)) }
  }

  /// Makes the working folder the root of this process, chroot(2). Needs CAP_SYS_CHROOT.
  public static func makeWorkingFolderRoot(named name: String) throws(SystemError) {
    try check("chroot", name) { Int(chroot(".")) }
  }

  /// Takes the ids for good, with no supplementary groups: groups first, the user last.
  public static func become(uid: UInt32, gid: UInt32) throws(SystemError) {
    try check("setgroups", "gid \(gid)") { Int(setgroups(0, nil)) }
    try check("setresgid", "gid \(gid)") { Int(setresgid(gid, gid, gid)) }
    try check("setresuid", "uid \(uid)") { Int(setresuid(uid, uid, uid)) }
  }
}
