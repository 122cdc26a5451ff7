internal import CLinux

/// A name in a folder, with the type the file system gave for free.
public struct DirectoryEntry: Sendable {
  public let name: String
  /// `.unknown` where the file system does not tell.
  public let kind: FileStatus.Kind
  public let inode: UInt64
}

/// A folder opened for listing and for reaching the names in it.
public struct Directory: ~Copyable, Sendable {
  let file: File

  public var descriptor: Int32 { file.descriptor }

  public init(_ file: consuming File) { self.file = file }

  public static func open(_ path: String) throws(SystemError) -> Directory {
    Directory(try File.open(path, [.read, .directory, .nonBlocking]))
  }

  /// Calls `body` with the bytes of each name but `.` and `..`, in the order of the kernel; false stops.
  ///
  /// The buffer behind the name is only valid during the call; each call starts at the first name.
  /// getdents64(2), 64 KiB at a time.
  /// - Parameter dots: whether `.` and `..` are wanted too, where the kernel has them.
  public borrowing func forEachName(
    dots: Bool = false, _ body: (UnsafeRawBufferPointer, FileStatus.Kind, UInt64) -> Bool
  ) throws(SystemError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 8)
    defer { buffer.deallocate() }
    let descriptor = file.descriptor
    try check("lseek", "") { lseek(descriptor, 0, SEEK_SET) }
    while true {
      let count = try check("getdents", "") {
        clinux_getdents(descriptor, buffer.baseAddress, buffer.count)
      }
      if count == 0 { return }
      var offset = 0
      while offset + 19 < count {
        let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt16.self))
        guard length > 19, offset + length <= count else { return }
        let inode = buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let kind = FileStatus.Kind(buffer[offset + 18])
        let field = buffer[(offset + 19)..<(offset + length)]
        let name = UnsafeRawBufferPointer(
          rebasing: field[..<(field.firstIndex(of: 0) ?? field.endIndex)])
        offset += length
        if !dots, name.count <= 2, name.allSatisfy({ $0 == UInt8(ascii: ".") }) { continue }
        if !body(name, kind, inode) { return }
      }
    }
  }

  /// All entries but `.` and `..`, in the order of the kernel.
  public borrowing func entries() throws(SystemError) -> [DirectoryEntry] {
    var entries: [DirectoryEntry] = []
    try forEachName { name, kind, inode in
      entries.append(DirectoryEntry(name: String(bytes: name), kind: kind, inode: inode))
      return true
    }
    return entries
  }

  /// The status of `name` in this folder; links are not followed unless `follow`.
  public borrowing func status(_ name: String, follow: Bool = false) throws(SystemError)
    -> FileStatus
  {
    try statusAt(file.descriptor, name, follow: follow)
  }
}

/// fstatat(2).
func statusAt(_ directory: Int32, _ name: String, follow: Bool) throws(SystemError) -> FileStatus {
  var raw = stat()
  try check("stat", name) {
    name.withPath { Int(fstatat(directory, $0, &raw, follow ? 0 : AT_SYMLINK_NOFOLLOW)) }
  }
  return FileStatus(raw)
}

/// readlinkat(2); an empty `name` reads the link that `directory` is a path handle of.
func linkAt(_ directory: Int32, _ name: String) throws(SystemError) -> String {
  var buffer = [UInt8](repeating: 0, count: 4097)
  let count = try check("readlink", name) {
    buffer.withUnsafeMutableBytes { bytes in
      name.withPath { path in
        clinux_readlinkat(directory, path, bytes.baseAddress, bytes.count)
      }
    }
  }
  return String(bytes: buffer[..<min(count, buffer.count)])
}
