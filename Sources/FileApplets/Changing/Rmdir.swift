public import Box
internal import Linux
internal import Target

/// Removes empty folders, coreutils rmdir(1).
public struct Rmdir: Command {
  var parents = false
  var isVerbose = false
  var ignoresFull = false

  public init() {}

  public static var manual: Manual<Rmdir> {
    Manual(
      "rmdir", "Remove empty folders", family: .files, operands: "FOLDER...",
      options: [
        .flag("p", "parents", "Then the folders above, a/b and a") { $0.parents = true },
        .flag("v", "verbose", "Tell what is removed") { $0.isVerbose = true },
        .flag(nil, "ignore-fail-on-non-empty", "A folder that is not empty is no failure") {
          $0.ignoresFull = true
        },
      ],
      examples: [("rmdir -p a/b/c", "All three, if empty")], standard: "coreutils 9.1 rmdir(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("missing operand") }
    let paths = Paths(context)
    for operand in operands {
      do throws(Failure) {
        try remove(operand, paths, context)
      } catch {
        if ignoresFull, error.errno?.isNotEmpty ?? false { continue }
        context.report(error)
      }
    }
  }

  private func remove(_ operand: String, _ paths: Paths, _ context: Context) throws(Failure) {
    var path = operand
    while true {
      if isVerbose { context.output.line("rmdir: removing directory, " + quoted(path)) }
      let place = try paths.location(path)
      let spot = try place.spot()
      try place.told { () throws(SystemError) in try spot.removeFolder() }
      guard parents else { return }
      path = Link.folder(of: Cp.stripped(path))
      if path == "." || path == "/" { return }
    }
  }
}

extension Errno {
  /// ENOTEMPTY.
  var isNotEmpty: Bool { code == 39 || self == .exists }
}
