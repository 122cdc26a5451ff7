public import Box
public import Linux
internal import ProcFS

/// A place that a path argument names: in our own root, in a target's root, or a file of `/proc/PID`.
public struct Location {
  enum Place {
    /// A path below a root.
    case below(Root, String)
    /// `/proc/PID/name`, which the kernel guards.
    case guarded(Doorway, String)
  }

  let place: Place
  /// The process whose root or `/proc` files these are; nil for our own files.
  public let pid: Int32?
  /// The path as the user typed it.
  public let display: String
  /// Finds the words for a refusal.
  let explainer: Explainer?

  /// Whether this lies in a target: what is there is hostile.
  public var isForeign: Bool { pid != nil }

  /// The path below the root it resolves in: `/etc` for `/proc/7/root/etc`.
  public var path: String {
    switch place {
    case .below(_, let path): path
    case .guarded(_, let name): "/proc/\(pid ?? 0)/" + name
    }
  }

  /// The root that `path` resolves in; nil for a guarded file of `/proc`.
  public var root: Root? {
    if case .below(let root, _) = place { return root }
    return nil
  }

  /// Opens with exactly `mode`. For what may be a FIFO or a device of a target use `openToRead`.
  public func open(_ mode: OpenMode, permissions: UInt32 = 0o666) throws(Failure) -> File {
    try told { () throws(SystemError) in
      switch place {
      case .below(let root, let path): try root.open(path, mode, permissions: permissions)
      case .guarded(let doorway, let name): try doorway.open(pid ?? 0, name, mode).take()
      }
    }
  }

  /// Opens for reading. In a target only regular files and folders: to open a FIFO or a device of a
  /// stranger can hang, and to read its pipe takes the data away from the one it was meant for.
  public func openToRead() throws(Failure) -> File {
    guard isForeign else { return try open(.read) }
    let file = try open([.read, .nonBlocking, .noTerminal])
    let status = try told { () throws(SystemError) in try file.status() }
    guard status.kind == .regular || status.kind == .directory else {
      throw .message("\(display): is \(status.kind.noun) of the target; it is not read")
    }
    try told { () throws(SystemError) in try file.setBlocking() }
    return file
  }

  /// The status; the last component is followed if it is a link and `follow` is set.
  public func status(follow: Bool) throws(Failure) -> FileStatus {
    try told { () throws(SystemError) in
      switch place {
      case .below(let root, let path): try root.status(path, follow: follow)
      case .guarded(let doorway, let name):
        if follow {
          try doorway.open(pid ?? 0, name, .path).take().status()
        } else {
          try doorway.processes.fileStatus("\(pid ?? 0)/" + name)
        }
      }
    }
  }

  /// Where the link points, as stored.
  public func link() throws(Failure) -> String {
    try told { () throws(SystemError) in
      switch place {
      case .below(let root, let path): try root.link(path)
      case .guarded(let doorway, let name): try doorway.link(pid ?? 0, name)
      }
    }
  }

  /// The folder, for listing and for the status of what is in it.
  public func directory() throws(Failure) -> Directory {
    Directory(try open([.read, .directory, .nonBlocking]))
  }

  /// The whole file, at most `limit` bytes.
  public func contents(limit: Int) throws(Failure) -> [UInt8] {
    let file = try openToRead()
    return try told { () throws(SystemError) in try file.contents(limit: limit) }
  }

  /// The place `name` in this folder.
  public func child(_ name: String) -> Location {
    let inner: Place =
      switch place {
      case .below(let root, let path): .below(root, Self.join(path, name))
      case .guarded(let doorway, let folder): .guarded(doorway, Self.join(folder, name))
      }
    return Location(place: inner, pid: pid, display: Self.join(display, name), explainer: explainer)
  }

  /// The same place, under another name in messages and output.
  public func shown(as display: String) -> Location {
    Location(place: place, pid: pid, display: display, explainer: explainer)
  }

  /// Runs `body` and tells its error about the path as typed, with the reason where we know it.
  public func told<Result: ~Copyable>(
    _ body: () throws(SystemError) -> Result
  ) throws(Failure) -> Result {
    do throws(SystemError) {
      return try body()
    } catch {
      if let pid, let failure = explainer?.explain(error, pid: pid, subject: display) {
        throw failure
      }
      throw .system(error.about(display))
    }
  }

  private func explanation(_ error: SystemError) -> Failure? {
    guard let pid, let explainer else { return nil }
    switch place {
    case .below: return explainer.explainFile(error, subject: display)
    case .guarded: return explainer.explain(error, pid: pid, subject: display)
    }
  }

  private static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    return folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }
}

extension FileStatus.Kind {
  /// With its article, for messages.
  public var noun: String {
    switch self {
    case .regular: "a regular file"
    case .directory: "a folder"
    case .link: "a link"
    case .fifo: "a FIFO"
    case .socket: "a socket"
    case .block: "a block device"
    case .character: "a character device"
    case .unknown: "a file of unknown kind"
    }
  }
}
