internal import Linux
internal import ProcFS

/// What a path argument means, by its text alone.
enum TargetPath: Equatable {
  /// Nothing of a target.
  case own
  /// `@/path`: in the main target.
  case main(String)
  /// `/proc/N/root/path` or `@N:/path`.
  case root(Int32, String)
  /// `/proc/N/cwd/path`, `/proc/N/fd/3/path`: below what a link of the process names.
  case folder(Int32, String, String)
  /// Any other file of `/proc/N`.
  case file(Int32, String)

  /// - Parameter workingFolder: asked only for relative paths that could lie in `/proc`.
  init(_ argument: String, workingFolder: @autoclosure () -> String) {
    self = .own
    if argument.hasPrefix("@") {
      self = Self.short(argument)
    } else if argument.hasPrefix("/") {
      self = Self.absolute(argument)
    } else if !argument.isEmpty {
      let folder = workingFolder()
      if folder == "/" || folder == "/proc" || folder.hasPrefix("/proc/") {
        self = Self.absolute(folder + "/" + argument)
      }
    }
  }

  private static func short(_ argument: String) -> TargetPath {
    let rest = argument.dropFirst()
    if rest.hasPrefix("/") { return .main(String(rest)) }
    guard let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) else { return .own }
    let path = String(rest[rest.utf8.index(after: colon)...])
    guard let pid = decimal(Array(rest[..<colon].utf8)), path.isEmpty || path.hasPrefix("/") else {
      return .own
    }
    return .root(pid, path.isEmpty ? "/" : path)
  }

  private static func absolute(_ path: String) -> TargetPath {
    var rest = Substring(path)
    guard component(&rest) == "proc", let pid = decimal(Array(component(&rest).utf8)) else {
      return .own
    }
    return inside(pid, rest)
  }

  /// Walks the folders of `/proc/N`, which hold no links, until one that leaves them.
  private static func inside(_ pid: Int32, _ rest: Substring) -> TargetPath {
    var rest = rest
    var walked: [String] = []
    var owner = pid
    while true {
      let word = component(&rest)
      if word.isEmpty { break }
      if word == ".." {
        // Above /proc/N: not ours to interpret.
        guard walked.popLast() != nil else { return .own }
        if walked.isEmpty { owner = pid }
        continue
      }
      // /proc/N/task/T has the same links, of thread T.
      if walked.count == 1, walked[0] == "task", let thread = decimal(Array(word.utf8)) {
        owner = thread
      } else if walked.isEmpty || (walked.count == 2 && owner != pid) {
        if word == "root" { return .root(owner, rest.isEmpty ? "/" : String(rest)) }
        if word == "cwd" { return .folder(owner, "cwd", String(rest)) }
      } else if walked.last == "fd", !component(rest).isEmpty {
        return .folder(pid, (walked + [word]).joined(separator: "/"), String(rest))
      }
      walked.append(word)
    }
    return walked.isEmpty ? .own : .file(pid, walked.joined(separator: "/"))
  }

  /// The next component; `.` and repeated slashes are skipped.
  private static func component(_ rest: inout Substring) -> String {
    while true {
      let start = rest.utf8.drop { $0 == UInt8(ascii: "/") }
      let end = start.firstIndex(of: UInt8(ascii: "/")) ?? start.endIndex
      let word = String(Substring(start[..<end]))
      rest = Substring(start[end...])
      if word != "." { return word }
    }
  }

  private static func component(_ rest: Substring) -> String {
    var rest = rest
    return component(&rest)
  }
}
