internal import Box
internal import Linux
internal import Target

/// A name to list and what is known about it.
final class FileEntry {
  let name: String
  /// The same name, for sorting.
  let bytes: [UInt8]
  var kind: FileStatus.Kind
  var inode: UInt64
  var status: FileStatus?
  /// When it was made, where that is asked for.
  var born: Instant?
  /// Where a link points.
  var link: String?
  /// What is behind a link, where that was looked at.
  var target: FileStatus?
  var isBroken = false
  /// The mark behind the mode: `+` for more access rules, `.` for a security context alone.
  var mark: Unicode.Scalar?
  var context: String?
  var hasCapabilities = false
  /// The name as it is printed, and its width in columns.
  var shown = ""
  var width = 0
  var isQuoted = false
  /// The place as typed, for operands.
  let place: Location?

  init(
    _ name: String, _ bytes: [UInt8], _ kind: FileStatus.Kind, _ inode: UInt64,
    _ place: Location? = nil
  ) {
    self.name = name
    self.bytes = bytes
    self.kind = kind
    self.inode = inode
    self.place = place
  }

  /// Whether it is a folder or a link to one.
  var leadsToFolder: Bool { kind == .directory || target?.kind == .directory }

  func instant(_ stamp: Ls.Stamp) -> Instant? {
    switch stamp {
    case .modified: status?.modified
    case .changed: status?.changed
    case .accessed: status?.accessed
    case .born: born
    }
  }
}
