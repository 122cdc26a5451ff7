internal import Box
internal import Linux
internal import Target

/// What test(1) asks about files. `/proc` is opened only when the first path is asked about.
final class FileQuestions {
  private let context: Context
  private var paths: Paths?

  init(_ context: Context) { self.context = context }

  func isTerminal(_ descriptor: Int32) -> Bool { Terminal.isTerminal(descriptor) }

  /// The answer to a primary with one path; what cannot be reached is not there.
  func answer(_ name: String, _ path: String) -> Bool {
    switch name {
    case "-r": return permits(.read, path)
    case "-w": return permits(.write, path)
    case "-x": return permits(.execute, path)
    case "-h", "-L": return status(path, follow: false)?.kind == .link
    default: break
    }
    guard let status = status(path) else { return false }
    switch name {
    case "-e": return true
    case "-b": return status.kind == .block
    case "-c": return status.kind == .character
    case "-d": return status.kind == .directory
    case "-f": return status.kind == .regular
    case "-p": return status.kind == .fifo
    case "-S": return status.kind == .socket
    case "-s": return status.size > 0
    case "-g": return status.mode & 0o2000 != 0
    case "-k": return status.mode & 0o1000 != 0
    case "-u": return status.mode & 0o4000 != 0
    case "-G": return status.gid == Credentials.effectiveGID
    case "-O": return status.uid == Credentials.effectiveUID
    case "-N": return status.accessed < status.modified
    default: return false
    }
  }

  /// `-nt`, `-ot` and `-ef`. A file that is there is newer than one that is not.
  func compare(_ left: String, _ name: String, _ right: String) -> Bool {
    let a = status(left)
    let b = status(right)
    switch name {
    case "-ef":
      guard let a, let b else { return false }
      return a.isSame(as: b)
    case "-nt":
      guard let a else { return false }
      return b.map { $0.modified < a.modified } ?? true
    default:
      guard let b else { return false }
      return a.map { $0.modified < b.modified } ?? true
    }
  }

  private func status(_ path: String, follow: Bool = true) -> FileStatus? {
    guard !path.isEmpty else { return nil }
    return try? location(path)?.status(follow: follow)
  }

  private func permits(_ access: Root.Access, _ path: String) -> Bool {
    guard !path.isEmpty, let location = location(path) else { return false }
    guard let root = location.root else { return context.root.permits(access, to: path) }
    return root.permits(access, to: location.path)
  }

  private func location(_ path: String) -> Location? {
    let funnel = paths ?? Paths(context)
    paths = funnel
    return try? funnel.location(path)
  }
}
