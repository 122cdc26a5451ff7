public import Box
internal import Accounts
internal import Linux
internal import Target

/// Draws folders as a tree, tree(1).
public struct Tree: Command {
  var all = false
  var onlyFolders = false
  var depth = Int.max
  var fullPaths = false
  var sizes = false
  var isHuman = false
  var permissions = false
  var user = false
  var group = false
  var date = false
  var colour: Bool?
  var ignored: [String] = []
  var patterns: [String] = []
  var foldersFirst = false
  var isReversed = false
  var byTime = false
  var unsorted = false
  var reports = true
  var indents = true
  var staysOnDevice = false
  var follows = false
  var marks = false
  var isASCII = false

  public init() {}

  public static var manual: Manual<Tree> {
    Manual(
      "tree", "Draw folders as a tree", family: .files, operands: "[FOLDER]...",
      options: [
        .flag("a", nil, "Names that start with a dot, too") { $0.all = true },
        .flag("d", nil, "Only folders") { $0.onlyFolders = true },
        .parsed("L", nil, "LEVELS", "No deeper than LEVELS") {
          (tree: inout Tree, text: String) throws(Failure) in
          guard let depth = Int(text), depth > 0 else {
            throw .usage("-L: \(text): must be greater than 0")
          }
          tree.depth = depth
        },
        .flag("f", nil, "Whole paths") { $0.fullPaths = true },
        .flag("i", nil, "Without the lines") { $0.indents = false },
        .flag("s", nil, "Sizes in bytes") { $0.sizes = true },
        .flag("h", nil, "Sizes as 1.5K, 12M") { ($0.sizes, $0.isHuman) = (true, true) },
        .flag("p", nil, "Kind and permissions") { $0.permissions = true },
        .flag("u", nil, "Owners") { $0.user = true },
        .flag("g", nil, "Groups") { $0.group = true },
        .flag("D", nil, "Times of modification") { $0.date = true },
        .flag("F", nil, "A mark for the kind, as ls -F") { $0.marks = true },
        .flag("C", nil, "With colours, always") { $0.colour = true },
        .flag("n", nil, "Without colours") { $0.colour = false },
        .value("I", nil, "PATTERN", "Leave out what one of A|B matches") { $0.ignored.append($1) },
        .value("P", nil, "PATTERN", "Only files that one of A|B matches") {
          $0.patterns.append($1)
        },
        .flag(nil, "dirsfirst", "Folders before files") { $0.foldersFirst = true },
        .flag("r", nil, "The order reversed") { $0.isReversed = true },
        .flag("t", nil, "By time, oldest first") { $0.byTime = true },
        .flag("U", nil, "As the folder has them") { $0.unsorted = true },
        .flag("x", nil, "Stay on the file system") { $0.staysOnDevice = true },
        .flag("l", nil, "Follow links to folders") { $0.follows = true },
        .flag(nil, "noreport", "Without the line of sums") { $0.reports = false },
        .parsed(nil, "charset", "NAME", "Lines in ascii or utf-8") {
          (tree: inout Tree, name: String) throws(Failure) in
          tree.isASCII = !name.asciiLowercased.hasPrefix("utf")
        },
      ],
      examples: [("tree -L 2 @1:/app", "How is the target's program laid out?")],
      standard: "tree 2.1.0", deviations: ["always UTF-8 unless --charset=ascii is given"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    var drawing = TreeDrawing(self, paths, context)
    for operand in operands.isEmpty ? ["."] : operands { drawing.draw(operand, &context) }
    guard reports else { return }
    let (folders, files) = (drawing.folders, drawing.files)
    var text = "\n\(folders) director\(folders == 1 ? "y" : "ies")"
    if !onlyFolders { text += ", \(files) file\(files == 1 ? "" : "s")" }
    context.output.line(text)
  }
}

/// One folder on the way down: its names in order, and how far they were drawn.
private struct TreeFolder {
  let place: Location
  let directory: FolderHandle
  let entries: [TreeEntry]
  let identity: FileIdentity?
  var next = 0
}

private final class FolderHandle {
  let directory: Directory
  init(_ directory: consuming Directory) { self.directory = directory }
}

private struct TreeEntry {
  let name: String
  let kind: FileStatus.Kind
  let status: FileStatus?
  let link: String?
  let target: FileStatus?

  /// Links to folders count as such.
  var isFolder: Bool { kind == .directory || target?.kind == .directory }
}

/// Draws the operands one after the other.
private struct TreeDrawing {
  private let options: Tree
  private let paths: Paths
  private let ignored: [ShellPattern]
  private let patterns: [ShellPattern]
  private var owners: OwnerBook
  private let isColoured: Bool
  private let now: Instant
  private(set) var folders = 0
  private(set) var files = 0

  init(_ options: Tree, _ paths: Paths, _ context: Context) {
    self.options = options
    self.paths = paths
    ignored = Self.split(options.ignored)
    patterns = Self.split(options.patterns)
    owners = OwnerBook(context, paths)
    isColoured = options.colour ?? context.wantsColour
    now = context.clock.now()
  }

  private static func split(_ patterns: [String]) -> [ShellPattern] {
    patterns.flatMap { pattern in
      pattern.bytes.split(separator: UInt8(ascii: "|")).map { ShellPattern(String(bytes: $0)) }
    }
  }

  mutating func draw(_ operand: String, _ context: inout Context) {
    let place: Location
    let status: FileStatus
    do throws(Failure) {
      place = try paths.location(operand)
      status = try place.status(follow: true)
    } catch {
      context.report(error)
      context.output.line(shown(operand) + "  [error opening dir]")
      return context.fail(2)
    }
    guard status.kind == .directory else {
      context.output.line(shown(operand) + "  [error opening dir]")
      files += 1
      return
    }
    context.output.line(
      details(status, place) + coloured(shown(operand), status.kind, status.permissions)
        + (options.marks ? "/" : ""))
    folders += 1
    var stack: [TreeFolder] = []
    if let folder = open(place, &context) { stack.append(folder) }
    while let last = stack.indices.last {
      guard stack[last].next < stack[last].entries.count, context.output.failure == nil else {
        stack.removeLast()
        continue
      }
      let entry = stack[last].entries[stack[last].next]
      stack[last].next += 1
      let child = stack[last].place.child(entry.name)
      line(entry, child, stack, context.output)
      let enters = entry.kind == .directory || (options.follows && entry.isFolder)
      guard enters, stack.count < options.depth else { continue }
      if options.staysOnDevice, let status = entry.status,
        let top = stack.first?.identity, status.device != top.device
      {
        continue
      }
      if let target = entry.target, stack.contains(where: { $0.identity == target.identity }) {
        continue
      }
      if let folder = open(child, &context) { stack.append(folder) }
    }
  }

  /// What is not graphic as octal escapes.
  private func shown(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      if Sanitize.isSafe(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        for byte in String(scalar).bytes { result += "\\" + octal(UInt32(byte), digits: 3) }
      }
    }
    return result
  }

  private func open(_ place: Location, _ context: inout Context) -> TreeFolder? {
    do throws(Failure) {
      let directory = try place.directory()
      let listed = try place.told { () throws(SystemError) in try directory.entries() }
      let identity = (try? directory.status())?.identity
      var entries: [TreeEntry] = []
      for item in listed {
        if let entry = entry(item, directory, place) { entries.append(entry) }
      }
      return TreeFolder(
        place: place, directory: FolderHandle(directory), entries: sorted(entries),
        identity: identity)
    } catch {
      context.report(error)
      return nil
    }
  }

  private func entry(_ item: DirectoryEntry, _ directory: borrowing Directory, _ place: Location)
    -> TreeEntry?
  {
    let name = item.name.bytes
    if !options.all, name.first == UInt8(ascii: ".") { return nil }
    if ignored.contains(where: { $0.matches(name) }) { return nil }
    let status = try? directory.status(item.name)
    let kind = status?.kind ?? item.kind
    var (link, target): (String?, FileStatus?) = (nil, nil)
    if kind == .link {
      link = try? directory.link(item.name)
      target = try? place.child(item.name).status(follow: true)
    }
    let isFolder = kind == .directory || target?.kind == .directory
    if options.onlyFolders, !isFolder { return nil }
    if !patterns.isEmpty, kind != .directory, !patterns.contains(where: { $0.matches(name) }) {
      return nil
    }
    return TreeEntry(name: item.name, kind: kind, status: status, link: link, target: target)
  }

  private func sorted(_ entries: [TreeEntry]) -> [TreeEntry] {
    if options.unsorted { return entries }
    let options = options
    return sortedIndices(entries.count) { first, second in
      let (a, b) = (entries[first], entries[second])
      if options.foldersFirst, a.isFolder != b.isFolder { return a.isFolder }
      let (left, right) = options.isReversed ? (b, a) : (a, b)
      if options.byTime, let old = left.status?.modified, let new = right.status?.modified,
        old != new
      {
        return old < new
      }
      return left.name.precedesBytewise(right.name)
    }.map { entries[$0] }
  }

  private mutating func line(
    _ entry: TreeEntry, _ child: Location, _ stack: [TreeFolder], _ output: Output
  ) {
    if entry.isFolder {
      folders += 1
    } else {
      files += 1
    }
    if options.indents {
      let (branch, last, bar) =
        options.isASCII ? ("|-- ", "`-- ", "|   ") : ("├── ", "└── ", "│\u{A0}\u{A0} ")
      for (index, folder) in stack.enumerated() {
        let isEnd = folder.next == folder.entries.count
        if index == stack.count - 1 {
          output.write(isEnd ? last : branch)
        } else {
          output.write(isEnd ? "    " : bar)
        }
      }
    }
    if let status = entry.status { output.write(details(status, child)) }
    let name = options.fullPaths ? child.display : entry.name
    output.write(coloured(shown(name), entry.kind, entry.status?.permissions ?? 0))
    if let link = entry.link {
      output.write(
        " -> "
          + coloured(shown(link), entry.target?.kind ?? .unknown, entry.target?.permissions ?? 0))
      if options.marks {
        output.write(Self.mark(entry.target?.kind ?? .unknown, entry.target?.permissions ?? 0))
      }
    } else if options.marks {
      output.write(Self.mark(entry.kind, entry.status?.permissions ?? 0))
    }
    output.write(UInt8(ascii: "\n"))
  }

  private static func mark(_ kind: FileStatus.Kind, _ permissions: UInt32) -> String {
    switch kind {
    case .directory: "/"
    case .socket: "="
    case .fifo: "|"
    case .regular: permissions & 0o111 != 0 ? "*" : ""
    default: ""
    }
  }

  /// What stands in brackets in front of a name.
  private mutating func details(_ status: FileStatus, _ place: Location) -> String {
    var parts: [String] = []
    if options.permissions { parts.append(modeText(status.kind, status.permissions)) }
    if options.user || options.group {
      let book = owners.owners(place)
      if options.user { parts.append(Self.name(book.user(status.uid), status.uid)) }
      if options.group { parts.append(Self.name(book.group(status.gid), status.gid)) }
    }
    if options.sizes {
      let size = UInt64(clamping: status.size)
      parts.append(
        options.isHuman
          ? leftPadded(Self.human(size), to: 4) : leftPadded(String(size), to: 11))
    }
    if options.date { parts.append(TimeStyle.locale.text(status.modified, now: now)) }
    return parts.isEmpty ? "" : "[" + parts.joined(separator: " ") + "]  "
  }

  private static func name(_ name: String?, _ id: UInt32) -> String {
    let text = name ?? String(id)
    return text + String(repeating: " ", count: max(0, 8 - text.unicodeScalars.count))
  }

  /// `1.5K`, `12M`; cut, not rounded up.
  private static func human(_ size: UInt64) -> String {
    guard size >= 1024 else { return String(size) }
    let units: [StaticString] = ["K", "M", "G", "T", "P", "E"]
    var (value, unit) = (Double(size) / 1024, 0)
    while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    return fixed(value, value < 10 ? 1 : 0) + "\(units[unit])"
  }

  private func coloured(_ name: String, _ kind: FileStatus.Kind, _ permissions: UInt32) -> String {
    guard isColoured else { return name }
    let code: StaticString
    switch kind {
    case .directory: code = "01;34"
    case .link: code = "01;36"
    case .fifo: code = "40;33"
    case .socket: code = "01;35"
    case .block, .character: code = "40;33;01"
    case .unknown: code = "40;31;01"
    case .regular:
      code = permissions & 0o111 != 0 ? "01;32" : "00"
    }
    return "\u{1B}[\(code)m" + name + "\u{1B}[0m"
  }
}
