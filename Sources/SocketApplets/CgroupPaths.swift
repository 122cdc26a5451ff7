internal import Linux

/// Paths of cgroups (v2) by the numbers the kernel gives them: the inodes of their folders.
final class CgroupPaths {
  private let root: Root
  private var paths: [UInt64: String]?

  init(_ root: Root) { self.root = root }

  /// Where a cgroup is below its mount; nil where we cannot see it.
  func path(_ number: UInt64) -> String? {
    if paths == nil { paths = walk() }
    return paths?[number]
  }

  /// As many folders as a node has; what is deeper than any runtime makes them is left out.
  private static let limit = 100_000
  private static let depth = 32

  private func walk() -> [UInt64: String] {
    var paths: [UInt64: String] = [:]
    for mount in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
    where (try? root.status(mount + "/cgroup.procs", follow: false)) != nil {
      walk(mount, "/", 0, &paths)
      break
    }
    return paths
  }

  private func walk(_ mount: String, _ path: String, _ level: Int, _ paths: inout [UInt64: String])
  {
    guard level < Self.depth, paths.count < Self.limit,
      let status = try? root.status(mount + path, follow: false), status.kind == .directory
    else { return }
    paths[status.inode] = path
    guard let entries = try? root.directory(mount + path).entries() else { return }
    for entry in entries where entry.kind == .directory {
      walk(mount, (level == 0 ? "/" : path + "/") + entry.name, level + 1, &paths)
    }
  }
}
