public import Box
internal import Linux
internal import Target

/// Removes files and folders, coreutils rm(1).
public struct Rm: Command {
  enum Asking { case automatic, never, once, always }

  var recurses = false
  var asking = Asking.automatic
  var removesEmptyFolders = false
  var isVerbose = false
  var keepsRoot = true
  var staysOnDevice = false

  public init() {}

  public static var manual: Manual<Rm> {
    Manual(
      "rm", "Remove files and folders", family: .files, operands: "[FILE]...",
      options: [
        .flag("f", "force", "Ignore files that are not there, never ask") { $0.asking = .never },
        .flag("i", nil, "Ask before each removal") { $0.asking = .always },
        .flag("I", nil, "Ask once for more than three files or folders") { $0.asking = .once },
        .optional(nil, "interactive", "WHEN", "Ask never, once, or always") {
          (rm: inout Rm, text: String?) throws(Failure) in
          switch text ?? "always" {
          case "never", "no", "none": rm.asking = .never
          case "once": rm.asking = .once
          case "always", "yes": rm.asking = .always
          default: throw .usage("--interactive: \(text ?? ""): must be never, once or always")
          }
        },
        .flag("rR", "recursive", "Folders and all that is in them") { $0.recurses = true },
        .flag("d", "dir", "Empty folders") { $0.removesEmptyFolders = true },
        .flag("v", "verbose", "Tell what is removed") { $0.isVerbose = true },
        .flag(nil, "one-file-system", "Leave what lies on another file system") {
          $0.staysOnDevice = true
        },
        .optional(nil, "preserve-root", "all", "Refuse to remove / (default)") {
          (rm: inout Rm, text: String?) throws(Failure) in
          guard text == nil || text == "all" else { throw .usage("--preserve-root: \(text ?? "")") }
          rm.keepsRoot = true
        },
        .flag(nil, "no-preserve-root", "Do not treat / specially") { $0.keepsRoot = false },
      ],
      examples: [
        ("rm -rf @1:/tmp/cache", "A cache of the target"), ("rm -- -x", "A file with an odd name"),
      ],
      standard: "coreutils 9.1 rm(1)",
      deviations: ["--preserve-root also keeps the root of a target"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.isEmpty {
      if asking == .never { return }
      throw .usage("missing operand")
    }
    if asking == .once, recurses || operands.count > 3 {
      let count = operands.count
      let what = count == 1 ? "1 argument" : "\(count) arguments"
      let how = recurses ? " recursively" : ""
      guard confirms("remove \(what)\(how)?", context) else { return }
    }
    let paths = Paths(context)
    for operand in operands {
      do throws(Failure) {
        try remove(operand, paths, &context)
      } catch {
        if asking == .never, error.errno == .noEntry || error.errno == .notDirectory { continue }
        context.report(error)
      }
    }
  }

  private func remove(_ operand: String, _ paths: Paths, _ context: inout Context) throws(Failure) {
    let last = Destinations.lastName(operand)
    if last == "." || last == ".." {
      throw .message("refusing to remove '.' or '..' directory: skipping '\(operand)'")
    }
    let place = try paths.location(operand)
    let status = try place.status(follow: false)
    if status.kind == .directory {
      if recurses, keepsRoot, try isRoot(place, status) {
        throw .message(
          "it is dangerous to operate recursively on '\(operand)'; --no-preserve-root overrides")
      }
      guard recurses || removesEmptyFolders else {
        throw .message("cannot remove '\(operand)': Is a directory")
      }
    }
    guard status.kind == .directory, recurses, let root = place.root else {
      guard asks(status, operand, place, context) else { return }
      let spot = try place.spot()
      try place.told { () throws(SystemError) in
        if status.kind == .directory { try spot.removeFolder() } else { try spot.remove() }
      }
      return tell(operand, status.kind, context)
    }
    try tree(place, root, operand, &context)
  }

  private func isRoot(_ place: Location, _ status: FileStatus) throws(Failure) -> Bool {
    guard let root = place.root, let top = try? root.status("/", follow: true) else { return false }
    return top.isSame(as: status)
  }

  private func tree(
    _ place: Location, _ root: Root, _ operand: String, _ context: inout Context
  ) throws(Failure) {
    let walker = Walker()
    walker.staysOnDevice = staysOnDevice
    walker.begin(root, place.path, shown: operand)
    // Folders that something stays in.
    var kept: Set<Int> = []
    while true {
      switch walker.next() {
      case .end: return
      case .failure:
        // An empty folder that cannot be read can be removed all the same.
        if walker.failedToEnter, (try? walker.spot.removeFolder()) != nil {
          tell(walker.pathText, .directory, context)
        } else {
          kept.insert(walker.level - 1)
          report(walker.error, place, walker, &context)
        }
      case .entry:
        if walker.kind == .directory {
          if asking == .always,
            !confirms("descend into directory \(quoted(walker.pathText))?", context)
          {
            walker.skip()
            kept.insert(walker.level - 1)
          }
        } else {
          removeEntry(walker, place, &kept, &context)
        }
      case .leave:
        if kept.remove(walker.level) != nil {
          kept.insert(walker.level - 1)
        } else {
          removeEntry(walker, place, &kept, &context)
        }
      }
    }
  }

  private func removeEntry(
    _ walker: Walker, _ place: Location, _ kept: inout Set<Int>, _ context: inout Context
  ) {
    do throws(SystemError) {
      if asking != .never, asking != .once {
        let status = try walker.status()
        guard asks(status, walker.pathText, nil, context, walker) else {
          kept.insert(walker.level - 1)
          return
        }
      }
      if walker.kind == .directory {
        try walker.spot.removeFolder()
      } else {
        try walker.removeEntry()
      }
      if isVerbose { tell(walker.pathText, walker.kind, context) }
    } catch {
      kept.insert(walker.level - 1)
      report(error, place, walker, &context)
    }
  }

  private func report(
    _ error: SystemError, _ place: Location, _ walker: Walker, _ context: inout Context
  ) {
    if asking == .never, error.errno == .noEntry { return }
    do throws(Failure) {
      try place.shown(as: walker.pathText).told { () throws(SystemError) in throw error }
    } catch {
      context.report(error)
    }
  }

  /// Whether it may go: asked for with -i, and for files that are write-protected when a person is there.
  private func asks(
    _ status: FileStatus, _ path: String, _ place: Location?, _ context: Context,
    _ walker: Walker? = nil
  ) -> Bool {
    if asking == .never { return true }
    var isProtected = false
    if asking == .automatic || asking == .once {
      guard status.kind != .link, Terminal.isTerminal(0) else { return true }
      let permits =
        walker?.permits(.write) ?? place?.root.map { $0.permits(.write, to: place?.path ?? "") }
      isProtected = !(permits ?? true)
      if !isProtected { return true }
    }
    let kind = isProtected ? "write-protected " + Self.noun(status) : Self.noun(status)
    return confirms("remove \(kind) \(quoted(path))?", context)
  }

  static func noun(_ status: FileStatus) -> String {
    switch status.kind {
    case .regular: status.size == 0 ? "regular empty file" : "regular file"
    case .directory: "directory"
    case .link: "symbolic link"
    case .fifo: "fifo"
    case .socket: "socket"
    case .block: "block special file"
    case .character: "character special file"
    case .unknown: "weird file"
    }
  }

  private func tell(_ path: String, _ kind: FileStatus.Kind, _ context: Context) {
    guard isVerbose else { return }
    context.output.line((kind == .directory ? "removed directory " : "removed ") + quoted(path))
  }
}
