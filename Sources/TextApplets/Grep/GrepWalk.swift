internal import Box
internal import Linux
internal import Patterns
internal import Target

/// Goes through the operands of grep, and below folders.
struct GrepWalk {
  private let options: Grep
  private let paths: Paths
  private let search: GrepSearch
  private(set) var context: Context
  private(set) var hasMatched = false
  private(set) var hasFailed = false
  private var isDone = false
  /// The folders above, so that links do not lead in circles.
  private var above: [FileStatus] = []

  init(_ options: Grep, _ matcher: LineMatcher, _ paths: Paths, _ context: Context) {
    self.options = options
    self.paths = paths
    self.context = context
    search = GrepSearch(options, matcher, context)
  }

  mutating func search(_ operands: [String]) {
    let recurses = options.folders == .recurse
    search.showsNames = options.names ?? (operands.count > 1)
    if operands.isEmpty {
      if recurses { return walkHere() }
      return searchInput()
    }
    for operand in operands where !isDone {
      if operand == "-" {
        searchInput()
        continue
      }
      do throws(Failure) {
        try visit(try paths.location(operand), isOperand: true)
      } catch {
        tell(error)
      }
      if context.output.failure != nil { return }
    }
  }

  /// What -r means without operands: all below the working folder, without `./`.
  private mutating func walkHere() {
    search.showsNames = options.names ?? true
    do throws(Failure) {
      let here = try paths.location(".")
      try walk(here, prefix: "")
    } catch {
      tell(error)
    }
  }

  private mutating func searchInput() {
    do throws(Failure) {
      let input = try attempt { () throws(SystemError) in try File.standardInput() }
      let name = options.label ?? "(standard input)"
      try take(input, name, isForeign: false, isInput: true)
    } catch {
      tell(error)
    }
  }

  private mutating func visit(_ place: Location, isOperand: Bool) throws(Failure) {
    let name = place.display.bytes
    let needsStatus =
      options.folders != .read || options.devices == .skip || !options.folderFilters.isEmpty
    if isOperand, needsStatus, let status = try? place.status(follow: true) {
      if status.kind == .directory {
        if options.folders == .skip { return }
        if options.folderFilters.contains(where: { Self.matches(name, $0) }) { return }
        if options.folders == .recurse {
          if options.names == nil { search.showsNames = true }
          return try walk(place, prefix: place.display)
        }
      } else if options.devices == .skip, status.kind != .regular {
        return
      }
    }
    if isOperand, !isWanted(name, isOperand: true) { return }
    let file = try place.openToRead()
    try take(file, place.display, isForeign: place.isForeign, isInput: false)
  }

  private mutating func take(
    _ file: borrowing File, _ name: String, isForeign: Bool, isInput: Bool
  ) throws(Failure) {
    if !options.isQuiet, options.listing == .none, !options.counts, options.limit != 0,
      context.output.feeds(file)
    {
      throw Failure("\(name): input file is also the output", status: 2)
    }
    do throws(SystemError) {
      let selected = try search.run(file, name, isForeign: isForeign, isInput: isInput)
      if selected { hasMatched = true }
      if selected, options.isQuiet { isDone = true }
    } catch {
      throw .system(error.about(name), status: 2)
    }
  }

  private mutating func walk(_ folder: Location, prefix: String) throws(Failure) {
    let directory = try folder.directory()
    let status = try folder.told { () throws(SystemError) in try directory.status(".") }
    if above.contains(where: { $0.isSame(as: status) }) {
      context.note("\(folder.display): warning: recursive directory loop")
      return
    }
    guard above.count < 1000 else { throw .message("\(folder.display): nested too deeply") }
    var entries: [DirectoryEntry] = []
    entries = try folder.told { () throws(SystemError) in try directory.entries() }
    above.append(status)
    defer { above.removeLast() }
    for index in sortedIndices(
      entries.count, { entries[$0].name.precedesBytewise(entries[$1].name) })
    {
      if isDone || context.output.failure != nil { return }
      let entry = entries[index]
      let shown = prefix.isEmpty ? entry.name : Self.join(prefix, entry.name)
      let place = folder.child(entry.name).shown(as: shown)
      do throws(Failure) {
        try enter(place, entry, shown)
      } catch {
        tell(error)
      }
    }
  }

  private mutating func enter(_ place: Location, _ entry: DirectoryEntry, _ shown: String)
    throws(Failure)
  {
    var kind = entry.kind
    if kind == .unknown || (kind == .link && options.follows) {
      kind = try place.status(follow: options.follows).kind
    }
    let name = entry.name.bytes
    switch kind {
    case .directory:
      if options.folderFilters.contains(where: { matchesWildcard(name, $0) }) { return }
      try walk(place, prefix: shown)
    case .regular:
      if isWanted(name, isOperand: false) { try visit(place, isOperand: false) }
    case .link: return
    default:
      if options.devices == .read, isWanted(name, isOperand: false) {
        try visit(place, isOperand: false)
      }
    }
  }

  /// The last of `--include` and `--exclude` that matches decides; else whether the first is `--exclude`.
  private func isWanted(_ name: [UInt8], isOperand: Bool) -> Bool {
    guard let first = options.filters.first else { return true }
    for filter in options.filters.reversed() {
      let matches =
        isOperand ? Self.matches(name, filter.glob) : matchesWildcard(name, filter.glob)
      if matches { return filter.includes }
    }
    return !first.includes
  }

  /// Whether the name, or an end of it behind a slash, matches.
  private static func matches(_ name: [UInt8], _ glob: [UInt8]) -> Bool {
    var name = name[...]
    while name.count > 1, name.last == UInt8(ascii: "/") { name = name.dropLast() }
    while true {
      if matchesWildcard(Array(name), glob) { return true }
      guard let slash = name.firstIndex(of: UInt8(ascii: "/")) else { return false }
      name = name[(slash + 1)...]
    }
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }

  private mutating func tell(_ failure: Failure) {
    hasFailed = true
    if options.isSilent { return }
    if options.isQuiet {
      if let text = failure.text { context.note(text) }
    } else {
      context.report(
        Failure(failure.text, advice: failure.advice, status: 2, errno: failure.errno))
    }
  }
}
