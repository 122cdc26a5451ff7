internal import CLinux

/// Open folders from a first one downwards, where something is put together as deep as it may get.
///
/// Those further up than `most` are closed and opened again by `..`.
public final class FolderStack {
  private struct Level {
    var descriptor: Int32
    var device: UInt64 = 0
    var inode: UInt64 = 0
  }

  private var levels: [Level] = []
  private static let most = 48

  public init() {}

  deinit { for level in levels where level.descriptor >= 0 { _ = close(level.descriptor) } }

  public var depth: Int { levels.count }
  /// The folder that is open now; -1 where there is none.
  public var top: Int32 { levels.last?.descriptor ?? -1 }

  public func push(_ folder: consuming File) {
    levels.append(Level(descriptor: folder.release()))
    let index = levels.count - 1 - Self.most
    guard index >= 0, levels[index].descriptor >= 0 else { return }
    if let status = try? statusOf(levels[index].descriptor) {
      (levels[index].device, levels[index].inode) = (status.device, status.inode)
    }
    _ = close(levels[index].descriptor)
    levels[index].descriptor = -1
  }

  /// Leaves the folder; what is above is opened again where it was closed.
  public func pop() throws(SystemError) {
    guard let last = levels.popLast() else { return }
    defer { if last.descriptor >= 0 { _ = close(last.descriptor) } }
    guard let parent = levels.last, parent.descriptor < 0 else { return }
    let again = try File.open(at: last.descriptor, "..", [.path, .directory])
    let status = try again.status()
    guard status.device == parent.device, status.inode == parent.inode else {
      throw SystemError(.noEntry, "open", "..")
    }
    levels[levels.count - 1].descriptor = again.release()
  }
}
