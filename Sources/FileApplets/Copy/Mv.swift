public import Box
internal import Linux
internal import Target

/// Moves and renames files and folders, coreutils mv(1).
public struct Mv: Command {
  var existing = CopySettings.Existing.replace
  var force = false
  var isVerbose = false
  var folder: String?
  var isPlain = false
  var stripsSlashes = false

  public init() {}

  public static var manual: Manual<Mv> {
    Manual(
      "mv", "Move or rename files and folders", family: .files, operands: "SOURCE... TARGET",
      options: [
        .flag("f", "force", "Never ask") {
          $0.force = true
          $0.existing = .replace
        },
        .flag("i", "interactive", "Ask before overwriting") { $0.existing = .ask },
        .flag("n", "no-clobber", "Never overwrite") { $0.existing = .skip },
        .flag("u", "update", "Only what is newer than the target") { $0.existing = .olderOnly },
        .flag("v", "verbose", "Tell what is moved") { $0.isVerbose = true },
        .value("t", "target-directory", "DIR", "Move all into DIR") { $0.folder = $1 },
        .flag("T", "no-target-directory", "TARGET is no folder to move into") {
          $0.isPlain = true
        },
        .flag(nil, "strip-trailing-slashes", "Without slashes at the end of SOURCE") {
          $0.stripsSlashes = true
        },
      ],
      examples: [("mv core.1234 /tmp/", "Out of the way"), ("mv -n a b", "Unless b is there")],
      standard: "coreutils 9.1 mv(1)",
      deviations: ["-b and --backup are refused; extended attributes do not cross file systems"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    let operands = stripsSlashes ? operands.map { Cp.stripped($0) } : operands
    let destinations = try Destinations(operands, folder: folder, isPlain: isPlain, paths)
    for (source, target) in destinations.pairs {
      do throws(Failure) {
        try move(source, target, paths, &context)
      } catch {
        context.report(error)
      }
    }
  }

  private func move(
    _ source: String, _ target: String, _ paths: Paths, _ context: inout Context
  ) throws(Failure) {
    let from = try paths.location(source)
    let to = try paths.location(target)
    let status = try from.status(follow: false)
    let (old, new) = (try from.spot(), try to.spot())
    if let there = try? new.status() {
      if there.isSame(as: status) {
        throw .message("'\(source)' and '\(target)' are the same file")
      }
      if there.kind == .directory, status.kind != .directory {
        throw .message("cannot overwrite directory '\(target)' with non-directory '\(source)'")
      }
      if there.kind != .directory, status.kind == .directory {
        throw .message("cannot overwrite non-directory '\(target)' with directory '\(source)'")
      }
      guard mayReplace(there, status, target, to, context) else { return }
    }
    do throws(SystemError) {
      try old.rename(to: new, replacing: existing != .skip)
    } catch {
      if error.errno == .crossDevice { return try across(source, target, old, paths, &context) }
      if error.errno == .exists, existing == .skip { return }
      if error.errno == .invalid {
        throw .message("cannot move '\(source)' to a subdirectory of itself, '\(target)'")
      }
      throw .message("cannot move '\(source)' to '\(target)': \(error.reason)")
    }
    if isVerbose { context.output.line("renamed \(quoted(source)) -> \(quoted(target))") }
  }

  private func mayReplace(
    _ there: FileStatus, _ status: FileStatus, _ target: String, _ place: Location,
    _ context: Context
  ) -> Bool {
    switch existing {
    case .skip: return false
    case .olderOnly: return there.modified < status.modified
    case .ask: return confirms("overwrite \(quoted(target))?", context)
    case .replace:
      // As coreutils: a write-protected file is asked for where a person is there.
      guard !force, there.kind != .link, Terminal.isTerminal(0),
        let root = place.root, !root.permits(.write, to: place.path)
      else { return true }
      return confirms("replace \(quoted(target)), overriding its mode?", context)
    }
  }

  /// To another file system: a copy, and away with the original if all of it came over.
  private func across(
    _ source: String, _ target: String, _ old: Spot, _ paths: Paths, _ context: inout Context
  ) throws(Failure) {
    var settings = CopySettings()
    settings.archive()
    settings.removesFirst = true
    settings.isVerbose = isVerbose
    let copier = Copier(settings, paths)
    try copier.copy(source, to: target, &context)
    guard copier.isWhole else { return }
    let place = try paths.location(source)
    guard let root = place.root else { return }
    let walker = Walker()
    walker.begin(root, place.path, shown: source)
    while true {
      switch walker.next() {
      case .end: return
      case .failure: context.report(.system(walker.error.about(walker.pathText)))
      case .entry where walker.kind == .directory: continue
      case .entry: remove(walker, &context) { () throws(SystemError) in try walker.removeEntry() }
      case .leave:
        remove(walker, &context) { () throws(SystemError) in try walker.spot.removeFolder() }
      }
    }
  }

  private func remove(
    _ walker: Walker, _ context: inout Context, _ body: () throws(SystemError) -> Void
  ) {
    do throws(SystemError) {
      try body()
    } catch {
      context.report(.system(error.about(walker.pathText)))
    }
  }
}
