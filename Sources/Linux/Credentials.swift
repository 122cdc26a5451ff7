internal import CLinux

/// Who we are, and who we may be for one call.
public enum Credentials {
  public static var uid: UInt32 { getuid() }
  public static var gid: UInt32 { getgid() }
  public static var effectiveUID: UInt32 { geteuid() }
  public static var effectiveGID: UInt32 { getegid() }

  /// Supplementary groups, getgroups(2).
  public static var groups: [UInt32] {
    let count = getgroups(0, nil)
    guard count > 0 else { return [] }
    var groups = [gid_t](repeating: 0, count: Int(count))
    let filled = getgroups(count, &groups)
    return Array(groups.prefix(Int(max(filled, 0))))
  }

  /// Runs `body` with the file-system ids `uid` and `gid`, then takes our own again: the user last
  /// on the way in, first on the way out, because changing the group needs the privilege.
  ///
  /// The kernel checks `/proc/N` access against these ids (ptrace(2), "access mode checking", FSCREDS).
  /// They belong to this thread alone; capabilities other than those over files stay.
  /// - Returns: nil, without running `body`, where we may not change our ids.
  public static func adopting<Result>(uid: UInt32, gid: UInt32, _ body: () -> Result) -> Result? {
    let ownUID = effectiveUID
    let ownGID = effectiveGID
    defer {
      _ = clinux_setfsuid(ownUID)
      _ = clinux_setfsgid(ownGID)
    }
    // Both calls answer the previous id and never an error: ask again with an impossible one.
    _ = clinux_setfsgid(gid)
    guard UInt32(bitPattern: clinux_setfsgid(.max)) == gid else { return nil }
    _ = clinux_setfsuid(uid)
    guard UInt32(bitPattern: clinux_setfsuid(.max)) == uid else { return nil }
    return body()
  }
}
