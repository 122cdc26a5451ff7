internal import Linux
internal import ProcFS

/// Whether a process runs a program, by name or by path, as `pidof` and `killall` ask.
struct ProgramName {
  let name: String
  private let bytes: [UInt8]
  private let file: FileStatus?

  init(_ name: String, _ root: Root) {
    self.name = name
    bytes = name.bytes
    file = name.hasPrefix("/") ? try? root.status(name, follow: true) : nil
  }

  var isPath: Bool { name.utf8.contains(UInt8(ascii: "/")) }

  /// Whether the program of `pid` is the file at this path: in the target's view of it, or ours.
  ///
  /// - Parameter first: the first argument, all there is where the kernel guards `exe`.
  func isFile(of pid: Int32, _ processes: ProcFS, first: String?) -> Bool {
    do throws(SystemError) {
      var link = try processes.link(pid, "exe").bytes
      if link.ends(with: " (deleted)") { link.removeLast(10) }
      if link == bytes { return true }
      guard let file else { return false }
      let opened = try File.open(at: processes.descriptor, "\(pid)/exe", .path)
      return try opened.status().isSame(as: file)
    } catch {
      return first.map { $0.bytes == bytes } ?? false
    }
  }
}

extension [UInt8] {
  fileprivate func ends(with text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
  }
}
