public import Box
internal import Linux
internal import Target

/// Prints where links point, coreutils readlink(1).
public struct Readlink: Command {
  var missing: Resolver.Missing?
  var omitsNewline = false
  var isVerbose = false
  var endsWithZero = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Readlink> {
    Manual(
      "readlink", "Print where links point, or paths without links", family: .files,
      operands: "FILE...",
      options: [
        .flag("f", "canonicalize", "Follow all links; all but the last component must exist") {
          $0.missing = .last
        },
        .flag("e", "canonicalize-existing", "Follow all links; everything must exist") {
          $0.missing = Resolver.Missing.nothing
        },
        .flag("m", "canonicalize-missing", "Follow all links; nothing must exist") {
          $0.missing = .anything
        },
        .flag("n", "no-newline", "Print no newline behind a single path") {
          $0.omitsNewline = true
        },
        .flag("qs", "quiet silent", "Print no messages, which is the default") {
          $0.isVerbose = false
        },
        .flag("v", "verbose", "Say why it failed") { $0.isVerbose = true },
        .flag("z", "zero", "End paths with NUL, not newline") { $0.endsWithZero = true },
      ],
      examples: [
        ("readlink -f /proc/1/root/etc/localtime", "Resolved inside the target"),
        ("readlink /proc/1/exe", "Which program process 1 runs"),
      ],
      standard: "coreutils 9.1 readlink(1)",
      deviations: [
        "paths in a target resolve in its root and are printed with /proc/N/root in front"
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("missing operand") }
    let paths = Paths(context)
    let omits = omitsNewline && operands.count == 1
    if omitsNewline, !omits { context.note("--no-newline: only for a single path") }
    for operand in operands {
      do throws(Failure) {
        let (text, isForeign) = try self.text(operand, paths)
        write(text, isForeign: isForeign, context)
        if !omits { context.output.write(endsWithZero ? 0 : UInt8(ascii: "\n")) }
      } catch {
        if isVerbose { context.report(error) } else { context.fail(error.status) }
      }
    }
  }

  private func text(_ operand: String, _ paths: Paths) throws(Failure) -> (String, Bool) {
    guard let missing else {
      let place = try paths.location(operand)
      guard try place.status(follow: false).kind == .link else {
        throw .system(SystemError(.invalid, "readlink", operand))
      }
      return (try place.link(), place.isForeign)
    }
    let resolved = try Resolver(missing: missing).resolve(operand, paths)
    return (resolved.text, resolved.isForeign)
  }
}

/// Writes a path: that of a target without control characters where a terminal would obey them.
func write(_ path: String, isForeign: Bool, _ context: Context) {
  context.output.write(isForeign && context.isInteractive ? Sanitize.escaped(path) : path)
}
