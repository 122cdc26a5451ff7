public import Box
internal import Linux
internal import Patterns
internal import Target

/// Prints the lines of files that match a pattern, POSIX grep and GNU grep(1).
///
/// Called as `egrep` or `fgrep` it starts with -E or -F.
public struct Grep: Command {
  enum Devices { case byDefault, read, skip }
  enum Folders { case read, skip, recurse }
  enum Binary { case message, text, skip }
  enum Listing { case none, matching, others }
  enum When { case never, always, auto }

  var syntax: Pattern.Syntax?
  var patterns: [[UInt8]]?
  var patternFiles: [String] = []
  var matching: LineMatcher.Options = []
  var inverts = false
  var counts = false
  var onlyMatches = false
  var listing = Listing.none
  var isQuiet = false
  var isSilent = false
  var numbers = false
  var offsets = false
  var names: Bool?
  var label: String?
  var before: Int?
  var after: Int?
  var around: Int?
  var limit: Int?
  var separator: UInt8 = 0x0A
  var endsNames = false
  var aligns = false
  var flushes = false
  var binary = Binary.message
  var devices = Devices.byDefault
  var folders = Folders.read
  var follows = false
  var filters: [FileFilter] = []
  var folderFilters: [[UInt8]] = []
  var colour = When.never
  var groupSeparator: String? = "--"

  public init() {}

  public static var manual: Manual<Grep> {
    Manual(
      "grep", "Print the lines that match a pattern", family: .text,
      operands: "PATTERN [FILE]...",
      options: matchingOptions + outputOptions + fileOptions,
      examples: [
        ("grep -i error @/var/log/app.log", "What went wrong in the target?"),
        ("grep -rn --include='*.conf' listen @/etc", "Where is the port configured?"),
        ("ps aux | grep -v grep | grep -E 'java|dotnet'", "Lines of either"),
        ("grep -c . /proc/1/maps", "How many lines?"),
      ],
      standard: "POSIX.1-2017 grep, GNU grep 3.8 grep(1)",
      deviations: [
        "a character is a byte, as with LC_ALL=C; case is that of ASCII",
        "-P is refused: there is no PCRE in the box",
        "folders are read in the order of their names",
        "on a terminal, control characters in files of a target are escaped; in a pipe they are not",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var operands = operands[...]
    let paths = Paths(context)
    let wanted = try collectPatterns(&operands, paths)
    let matcher: LineMatcher
    do throws(Pattern.Malformed) {
      matcher = try LineMatcher(wanted, syntax(context), matching, lineEnd: separator)
    } catch {
      throw .usage(error.reason)
    }
    var walk = GrepWalk(self, matcher, paths, context)
    walk.search(Array(operands))
    context = walk.context
    if isQuiet, walk.hasMatched { return }
    if walk.hasFailed { context.fail(2) } else if !walk.hasMatched { context.fail(1) }
  }

  private func syntax(_ context: Context) -> Pattern.Syntax {
    if let syntax { return syntax }
    if context.name == "egrep" { return .extended }
    return context.name == "fgrep" ? .literal : .basic
  }

  private func collectPatterns(_ operands: inout ArraySlice<String>, _ paths: Paths)
    throws(Failure) -> [[UInt8]]
  {
    var wanted = patterns ?? []
    for name in patternFiles { wanted += try Self.lines(of: name, paths) }
    if patterns == nil, patternFiles.isEmpty {
      guard let first = operands.popFirst() else { throw .usage("no pattern given") }
      wanted = Self.lines(first.bytes)
    }
    return wanted
  }

  /// Patterns stand on lines of their own.
  static func lines(_ text: [UInt8]) -> [[UInt8]] {
    text.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
  }

  private static func lines(of name: String, _ paths: Paths) throws(Failure) -> [[UInt8]] {
    let source = try TextSource.open(name, paths)
    var bytes = try source.contents(limit: 1 << 28)
    if bytes.isEmpty { return [] }
    if bytes.last == 0x0A { bytes.removeLast() }
    return lines(bytes)
  }

  /// Lines before and after a match; nil where no context is asked for.
  var contextBefore: Int? { before ?? around }
  var contextAfter: Int? { after ?? around }
}

/// `--include` and `--exclude`, in the order given.
struct FileFilter {
  let glob: [UInt8]
  let includes: Bool
}
