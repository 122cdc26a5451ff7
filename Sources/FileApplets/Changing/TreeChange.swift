internal import Box
internal import Linux
internal import Target

/// Walks operands for `chmod` and `chown`, and applies a change to each entry.
struct TreeChange {
  var recurses = false
  var follow = Walker.Follow.never
  var keepsRoot = false
  var isQuiet = false

  /// - Parameter body: told of each entry, folders before what is in them unless `isPostorder`.
  func apply(
    _ operands: [String], _ paths: Paths, _ context: inout Context, isPostorder: Bool = false,
    _ body: (Walker, Location, inout Context) throws(SystemError) -> Void
  ) {
    let walker = Walker()
    walker.follow = recurses ? follow : .never
    for operand in operands {
      var place: Location?
      do throws(Failure) {
        place = try paths.location(operand)
      } catch {
        report(error, &context)
      }
      guard let place else { continue }
      guard let root = place.root else {
        report(.message("\(operand): files of /proc are not changed"), &context)
        continue
      }
      if recurses, keepsRoot, let top = try? root.status("/", follow: true),
        let status = try? place.status(follow: true), status.isSame(as: top)
      {
        report(.message("it is dangerous to operate recursively on '\(operand)'"), &context)
        continue
      }
      walker.begin(root, place.path, shown: operand)
      run(walker, place, isPostorder, &context, body)
    }
  }

  private func run(
    _ walker: Walker, _ place: Location, _ isPostorder: Bool, _ context: inout Context,
    _ body: (Walker, Location, inout Context) throws(SystemError) -> Void
  ) {
    while true {
      var changes = false
      switch walker.next() {
      case .end: return
      case .failure: report(walker.error, walker, place, &context)
      case .entry:
        if !recurses { walker.skip() }
        changes = !recurses || !isPostorder || walker.kind != .directory
      case .leave: changes = isPostorder
      }
      guard changes else { continue }
      do throws(SystemError) {
        try body(walker, place, &context)
      } catch {
        report(error, walker, place, &context)
      }
    }
  }

  private func report(
    _ error: SystemError, _ walker: Walker, _ place: Location, _ context: inout Context
  ) {
    do throws(Failure) {
      try place.shown(as: walker.pathText).told { () throws(SystemError) in throw error }
    } catch {
      report(error, &context)
    }
  }

  private func report(_ failure: Failure, _ context: inout Context) {
    if isQuiet { context.fail(failure.status) } else { context.report(failure) }
  }
}

extension Walker {
  /// The file a change is meant for: what is behind a link of the command line, inside its root.
  func changing(
    _ place: Location, follow: Bool, _ body: (Spot, Bool) throws(SystemError) -> Void
  ) throws(SystemError) {
    guard follow, place.isForeign else { return try body(spot, follow) }
    let file = try openBehind(.path)
    try body(Spot(folder: -1, name: "/proc/self/fd/\(file.descriptor)"), true)
  }
}
