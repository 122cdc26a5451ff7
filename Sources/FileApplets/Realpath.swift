public import Box
internal import Linux
internal import Target

/// Prints absolute paths without links, coreutils realpath(1).
public struct Realpath: Command {
  var resolver = Resolver()
  var isQuiet = false
  var endsWithZero = false
  var relativeTo: String?
  var relativeBase: String?

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Realpath> {
    Manual(
      "realpath", "Print absolute paths without links", family: .files, operands: "FILE...",
      options: [
        .flag("e", "canonicalize-existing", "Everything must exist") {
          $0.resolver.missing = .nothing
        },
        .flag("m", "canonicalize-missing", "Nothing must exist") {
          $0.resolver.missing = .anything
        },
        .flag("L", "logical", "Take .. away before looking at links") {
          $0.resolver.isLogical = true
        },
        .flag("P", "physical", "Look at links as they come, which is the default") {
          $0.resolver.isLogical = false
        },
        .flag("q", "quiet", "Print no messages") { $0.isQuiet = true },
        .value(nil, "relative-to", "DIR", "Print paths as seen from DIR") {
          (options: inout Realpath, folder: String) in options.relativeTo = folder
        },
        .value(nil, "relative-base", "DIR", "Print paths below DIR as seen from it") {
          (options: inout Realpath, folder: String) in options.relativeBase = folder
        },
        .flag("s", "strip no-symlinks", "Do not follow links") {
          $0.resolver.followsLinks = false
        },
        .flag("z", "zero", "End paths with NUL, not newline") { $0.endsWithZero = true },
      ],
      examples: [
        ("realpath /proc/1/cwd/config", "Where the target's own relative path leads"),
        ("realpath --relative-to=@/app @/app/lib", "The way from one to the other"),
      ],
      standard: "coreutils 9.1 realpath(1)",
      deviations: [
        "paths in a target resolve in its root and are printed with /proc/N/root in front"
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("missing operand") }
    let paths = Paths(context)
    let base = try relativeBase.map { (text: String) throws(Failure) in try folder(text, paths) }
    var start = try relativeTo.map { (text: String) throws(Failure) in try folder(text, paths) }
    if let base {
      // A start outside of the base means absolute paths for all.
      start = start.map { $0.isBelow(base) ? $0 : nil } ?? base
    }
    for operand in operands {
      do throws(Failure) {
        let resolved = try resolver.resolve(operand, paths)
        write(text(resolved, start, base), isForeign: resolved.isForeign, context)
        context.output.write(endsWithZero ? 0 : UInt8(ascii: "\n"))
      } catch {
        if isQuiet { context.fail(error.status) } else { context.report(error) }
      }
    }
  }

  private func text(
    _ resolved: Resolver.Result, _ start: Resolver.Result?, _ base: Resolver.Result?
  ) -> String {
    guard let start, start.prefix.sameBytes(as: resolved.prefix) else { return resolved.text }
    if let base, !resolved.isBelow(base) { return resolved.text }
    return resolved.relative(to: start)
  }

  private func folder(_ operand: String, _ paths: Paths) throws(Failure) -> Resolver.Result {
    let resolved = try resolver.resolve(operand, paths)
    guard resolver.missing == .nothing else { return resolved }
    guard try paths.location(operand).status(follow: true).kind == .directory else {
      throw .system(SystemError(.notDirectory, "realpath", operand))
    }
    return resolved
  }
}
