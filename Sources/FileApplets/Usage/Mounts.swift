internal import Box
internal import Linux
internal import ProcFS
internal import Target

/// The mounts that a process sees, with what the kernel says about each.
struct Mounts {
  let list: [Mount]

  /// - Parameter pid: whose mounts; nil is ourselves.
  init(_ pid: Int32?, _ context: Context) throws(Failure) {
    let name = "/proc/" + (pid.map { String($0) } ?? "self") + "/mountinfo"
    let root = context.root
    let bytes = try attempt { () throws(SystemError) in
      // In a fixture there is no `self`.
      do throws(SystemError) {
        return try root.contents(name, limit: 1 << 26)
      } catch {
        guard pid == nil, !root.isOwn else { throw error }
        return try root.contents("/proc/1/mountinfo", limit: 1 << 26)
      }
    }
    list = Mount.parse(bytes)
  }

  /// The mount that `path` lies on, by the longest mount point that is a prefix.
  func holding(_ path: String) -> Mount? {
    let bytes = path.bytes
    var best: Mount?
    var longest = -1
    for mount in list {
      let point = mount.point.bytes
      let fits =
        bytes.starts(with: point)
        && (point.count == bytes.count || point.count == 1
          || bytes[point.count] == UInt8(ascii: "/"))
      // Of several mounts on one point the last covers the others.
      if fits, point.count >= longest {
        best = mount
        longest = point.count
      }
    }
    return best
  }
}

extension Mount {
  /// The options of the mount, then those of the file system, as mount(8) shows them.
  var allOptions: String {
    let isReadOnly =
      options.split(separator: ",").contains("ro")
      || superOptions.split(separator: ",").contains("ro")
    var words = [isReadOnly ? "ro" : "rw"]
    for word in (options + "," + superOptions).split(separator: ",")
    where word != "rw" && word != "ro" {
      if !words.contains(String(word)) { words.append(String(word)) }
    }
    return words.joined(separator: ",")
  }

  /// Whether a list of `-t` holds the type: `a,b`, or `noa,b` for all others.
  func isType(in list: String?) -> Bool {
    guard var list else { return true }
    let negates = list.hasPrefix("no") && !list.hasPrefix("none") && list != "nodev"
    if negates { list = String(list.dropFirst(2)) }
    return list.split(separator: ",").contains { $0 == type } != negates
  }
}
