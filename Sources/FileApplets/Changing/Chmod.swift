public import Box
internal import Linux
internal import Target

/// Changes permissions, coreutils chmod(1).
public struct Chmod: Command {
  var change = TreeChange()
  var isVerbose = false
  var tellsChanges = false
  var reference: String?
  var modes: [String] = []

  public init() {}

  public static var manual: Manual<Chmod> {
    Manual(
      "chmod", "Change permissions", family: .files, operands: "MODE[,MODE]... FILE...",
      grammar: .own,
      options: [
        .flag("R", "recursive", "Folders and all that is in them") { $0.change.recurses = true },
        .flag("v", "verbose", "Tell about every file") { $0.isVerbose = true },
        .flag("c", "changes", "Tell what is changed") { $0.tellsChanges = true },
        .flag("f", "silent quiet", "No messages about failures") { $0.change.isQuiet = true },
        .value(nil, "reference", "FILE", "The permissions of FILE") { $0.reference = $1 },
        .flag(nil, "preserve-root", "Refuse -R on /") { $0.change.keepsRoot = true },
        .flag(nil, "no-preserve-root", "Do not treat / specially (default)") {
          $0.change.keepsRoot = false
        },
      ],
      examples: [
        ("chmod u+x run.sh", "Executable for us"), ("chmod -R go-w .", "Writable for us alone"),
      ],
      standard: "coreutils 9.1 chmod(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    // A mode may start with a dash: `chmod -w file`.
    var names: [String] = []
    let (words, mode) = Self.split(operands)
    let chmod = try Self.manual.readInOrder(words) { (_: inout Chmod, name) in names.append(name) }
    try chmod.apply(names, mode, &context)
  }

  /// Takes words such as `-rwx` out of the options.
  private static func split(_ words: [String]) -> (words: [String], mode: String?) {
    var rest: [String] = []
    var modes: [String] = []
    for (index, word) in words.enumerated() {
      if word == "--" {
        rest += words[index...]
        break
      }
      let letters = word.utf8.dropFirst()
      if word.hasPrefix("-"), let first = letters.first, "rwxXst01234567ugoa,".utf8.contains(first)
      {
        modes.append(word)
      } else {
        rest.append(word)
      }
    }
    return (rest, modes.isEmpty ? nil : modes.joined(separator: ","))
  }

  private func apply(_ names: [String], _ mode: String?, _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    var files = names[...]
    var fixed: UInt32?
    var change: ModeChange?
    if let reference {
      fixed = try paths.location(reference).status(follow: true).permissions
    } else {
      guard let text = mode ?? files.popFirst() else { throw .usage("missing operand") }
      guard let parsed = ModeChange(text) else { throw .usage("\(text): invalid mode") }
      change = parsed
    }
    guard !files.isEmpty else { throw .usage("missing operand: which files?") }
    self.change.apply(Array(files), paths, &context) {
      (walker, place, context) throws(SystemError) in
      try set(walker, place, fixed, change, context)
    }
  }

  private func set(
    _ walker: Walker, _ place: Location, _ fixed: UInt32?, _ change: ModeChange?, _ context: Context
  ) throws(SystemError) {
    var status = try walker.status()
    if status.kind == .link {
      // Links have no permissions of their own: what one on the command line points to is changed.
      guard walker.level == 0 else { return }
      guard let behind = walker.statusBehind() else {
        throw SystemError(.noEntry, "chmod", "")
      }
      status = behind
    }
    let old = status.permissions
    let new = fixed ?? change?.applied(to: old, isFolder: status.kind == .directory) ?? old
    try walker.changing(place, follow: walker.level == 0) { (spot, follow) throws(SystemError) in
      try spot.setPermissions(new, follow: follow)
    }
    guard isVerbose || (tellsChanges && new != old) else { return }
    let name = quoted(walker.pathText)
    let text = { (mode: UInt32) in
      octal(mode, digits: 4) + " (" + String(modeText(status.kind, mode).dropFirst()) + ")"
    }
    context.output.line(
      new == old
        ? "mode of \(name) retained as \(text(old))"
        : "mode of \(name) changed from \(text(old)) to \(text(new))")
  }
}
