internal import Linux

/// Which file: a file system and a number on it.
struct FileIdentity: Hashable {
  let device: UInt64
  let inode: UInt64
}

extension FileStatus {
  var identity: FileIdentity { FileIdentity(device: device, inode: inode) }
}

/// Files that were seen, and under which name first.
final class IdentityTable {
  private var names: [FileIdentity: [UInt8]] = [:]

  /// The name the file was first seen under; nil, and remembered, where this is the first time.
  func first(_ status: FileStatus, _ name: @autoclosure () -> [UInt8] = []) -> [UInt8]? {
    let identity = status.identity
    if let known = names[identity] { return known }
    names[identity] = name()
    return nil
  }

  func name(of status: FileStatus) -> [UInt8]? { names[status.identity] }
}
