public import Box
internal import Linux
internal import Target

/// Makes links, coreutils ln(1).
public struct Ln: Command {
  var isSymbolic = false
  var force = false
  var asks = false
  var isPlain = false
  var isLinkPlain = false
  var isRelative = false
  var isVerbose = false
  var followsSource = false
  var folder: String?

  public init() {}

  public static var manual: Manual<Ln> {
    Manual(
      "ln", "Make links", family: .files, operands: "TARGET... [LINK|FOLDER]",
      options: [
        .flag("s", "symbolic", "Symbolic links") { $0.isSymbolic = true },
        .flag("f", "force", "Replace what is there") { $0.force = true },
        .flag("i", "interactive", "Ask before replacing") { $0.asks = true },
        .flag("n", "no-dereference", "A link to a folder is no folder to link into") {
          $0.isLinkPlain = true
        },
        .flag("r", "relative", "With -s: relative to the place of the link") {
          $0.isRelative = true
        },
        .flag("v", "verbose", "Tell what is made") { $0.isVerbose = true },
        .value("t", "target-directory", "DIR", "Put all links into DIR") { $0.folder = $1 },
        .flag("T", "no-target-directory", "LINK is no folder to link into") { $0.isPlain = true },
        .flag("L", "logical", "Hard links to what links point to") { $0.followsSource = true },
        .flag("P", "physical", "Hard links to links themselves (default)") {
          $0.followsSource = false
        },
      ],
      examples: [
        ("ln -sfn releases/42 current", "Switch a link over"),
        ("ln -s /usr/bin/x .", "A link here"),
      ],
      standard: "coreutils 9.1 ln(1)", deviations: ["-b and --backup are refused"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if isRelative, !isSymbolic { throw .usage("-r is for symbolic links; give -s too") }
    guard let first = operands.first else { throw .usage("missing file operand") }
    let paths = Paths(context)
    let pairs: [(source: String, target: String)]
    if operands.count == 1, folder == nil {
      if isPlain { throw .usage("missing destination file operand after '\(first)'") }
      pairs = [(first, Destinations.lastName(first))]
    } else {
      pairs = try Destinations(
        operands, folder: folder, isPlain: isPlain, paths, follow: !isLinkPlain
      ).pairs
    }
    for (source, target) in pairs {
      do throws(Failure) {
        try link(source, target, paths, context)
      } catch {
        context.report(error)
      }
    }
  }

  private func link(
    _ source: String, _ target: String, _ paths: Paths, _ context: Context
  ) throws(Failure) {
    let place = try paths.location(target)
    let spot = try place.spot()
    if let there = try? spot.status() {
      if there.kind == .directory { throw .message("\(target): cannot overwrite directory") }
      if asks, !confirms("replace \(quoted(target))?", context) { return }
      if force || asks {
        if !isSymbolic, let origin = try? paths.location(source).status(follow: followsSource),
          origin.isSame(as: there)
        {
          if source.sameBytes(as: target) {
            throw .message("'\(source)' and '\(target)' are the same file")
          }
          return tell(source, target, context)
        }
        try place.told { () throws(SystemError) in try spot.remove() }
      }
    }
    var text = source
    if isSymbolic {
      if isRelative { text = try relative(source, to: target, paths) }
      try place.told { () throws(SystemError) in try spot.makeLink(to: text) }
    } else {
      let origin = try paths.location(source)
      if try origin.status(follow: followsSource).kind == .directory {
        throw .message("\(source): hard link not allowed for directory")
      }
      let from = try origin.spot()
      try place.told { () throws(SystemError) in
        try spot.makeHardLink(to: from, follow: followsSource)
      }
    }
    tell(text, target, context)
  }

  private func tell(_ source: String, _ target: String, _ context: Context) {
    guard isVerbose else { return }
    context.output.line(quoted(target) + (isSymbolic ? " -> " : " => ") + quoted(source))
  }

  private func relative(_ source: String, to target: String, _ paths: Paths) throws(Failure)
    -> String
  {
    let resolver = Resolver(missing: .anything)
    let start = try resolver.resolve(Link.folder(of: target), paths)
    let end = try resolver.resolve(source, paths)
    guard start.prefix.sameBytes(as: end.prefix) else {
      throw .message("'\(source)' and '\(target)' lie in different roots")
    }
    return end.relative(to: start)
  }
}
