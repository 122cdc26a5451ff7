internal import Box
internal import HotSpot
internal import Linux
internal import ProcFS
internal import Target

/// Which JVM an operand names: a PID, or a part of the main class's name.
enum JVMTarget {
  /// All that match; never empty.
  static func find(_ text: String, _ finder: JavaFinder) throws(Failure) -> [Int32] {
    if let pid = decimal(Array(text.utf8)), pid > 0 { return [pid] }
    let matches = try finder.all().filter { text == "0" || $0.command.main.contains(text) }
    if matches.isEmpty { throw .message("\(text): no Java process in sight has such a main class") }
    return matches.map { $0.pid }
  }

  /// The one that matches.
  static func one(_ text: String, _ finder: JavaFinder) throws(Failure) -> Int32 {
    let matches = try find(text, finder)
    if matches.count > 1 {
      let list = matches.map { String($0) }.joined(separator: ", ")
      throw .message("\(text): matches several processes (\(list)); give the PID")
    }
    return matches[0]
  }
}

extension String {
  /// Whether `part` occurs in this, byte by byte.
  func contains(_ part: String) -> Bool {
    let all = Array(utf8)
    let wanted = Array(part.utf8)
    guard wanted.count <= all.count else { return false }
    return (0...(all.count - wanted.count)).contains { start in
      all[start..<(start + wanted.count)].elementsEqual(wanted)
    }
  }
}

/// A file that a command makes in the target.
struct TargetFile {
  let pid: Int32
  /// Absolute, in the target's root.
  let path: String

  init(pid: Int32, path: String) {
    self.pid = pid
    self.path = path
  }

  /// - Parameter text: as the JVM takes it: a relative path lies in its working folder.
  init(_ text: String, of attachment: Attachment, _ context: Context) throws(Failure) {
    pid = attachment.process.pid
    if text.hasPrefix("/") {
      path = text
    } else {
      let folder = try Paths(context).location("/proc/\(pid)/cwd").link()
      path = (folder == "/" ? "" : folder) + "/" + text
    }
  }

  /// Where it lies for us.
  var display: String { "/proc/\(pid)/root" + path }

  func location(_ context: Context) throws(Failure) -> Location {
    try Paths(context).location(display)
  }

  /// Says where it is, and how to get it.
  func announce(_ context: Context) {
    guard let status = try? location(context).status(follow: false) else {
      return context.note("\(display): is not there; the JVM could not write it")
    }
    context.note("wrote \(display), \(status.size) bytes; to fetch it and remove it there:")
    context.note(
      "cat \(ShellQuote.quoted(display)) > \(ShellQuote.quoted(baseName(path))) "
        + "&& rm \(ShellQuote.quoted(display))")
  }

  /// Refuses a file whose folder is not there: the JVM would complain in the app's log, not to us.
  func checkFolder(_ context: Context) throws(Failure) {
    let folder = Link.folder(of: display)
    guard try Paths(context).location(folder).status(follow: true).kind == .directory else {
      throw .message("\(folder): is not a folder")
    }
  }

  /// Refuses a heap dump that the target's file system has no room for.
  func checkRoom(for attachment: Attachment, _ finder: JavaFinder, _ context: Context)
    throws(Failure)
  {
    let folder = Link.folder(of: display)
    let place = try Paths(context).location(folder).open([.read, .directory])
    let free = try attempt { () throws(SystemError) in try place.freeSpace() }
    guard let used = (try? finder.perfData(of: pid))?.heapUsed else {
      return context.note("\(folder): \(free >> 20) MiB free; how full the heap is cannot be seen")
    }
    if used > free {
      throw Failure(
        "\(folder): \(free >> 20) MiB free, but the heap holds \(used >> 20) MiB",
        advice: "another folder, gz=1, or --force")
    }
  }
}
