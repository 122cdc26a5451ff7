public import Box
internal import Archive
internal import Dates
internal import Linux
internal import Target

/// Makes, lists and unpacks archives, GNU tar(1).
public struct Tar: Command {
  enum Action { case create, extract, list, append, update }
  enum Existing { case replace, keep, skip, overwrite, keepNewer, unlinkFirst }

  /// A name on the command line, with the folder that `-C` set before it.
  struct Operand {
    var name: String
    var folder: String
  }

  var actions: [Action] = []
  var archive: String?
  var folder = ""
  var operands: [Operand] = []
  var lists: [(path: String, folder: String)] = []
  var excludes: [String] = []
  var excludeLists: [String] = []
  var isGzip = false
  var gzipBySuffix = false
  var verbosity = 0
  var existing = Existing.replace
  var keepsPermissions: Bool?
  var keepsOwner: Bool?
  var keepsTimes = true
  var toOutput = false
  var strip = 0
  var follows = false
  var isAbsolute = false
  var listsEndWithZero = false
  var wildcards = false
  var matchesSlash = true
  var isAnchored = false
  var ignoresCase = false
  var recurses = true
  var staysOnDevice = false
  var numericOwner = false
  var owner: String?
  var group: String?
  var mode: String?
  var time: String?
  var sorts = false
  var isSparse = false
  var dialect = Dialect.gnu
  var ignoresZeros = false
  var fullTime = false
  var isUTC = false
  var blocking = 20
  var ignoresReadErrors = false
  var removesFiles = false

  public init() {}

  public static var manual: Manual<Tar> {
    Manual(
      "tar", "Make, list and unpack archives", family: .files, operands: "[-]ctxru [NAME]...",
      grammar: .own, options: options,
      examples: [
        (
          "tar czf - -C /proc/1/root/app . | base64",
          "The target's program, out through the terminal"
        ),
        ("tar tvf backup.tgz", "What is in there?"),
        ("tar xf fix.tar -C @1:/app", "Unpack into the target"),
        ("tar cf - -C @1:/var log | tar xf -", "Copy a folder of the target here"),
      ],
      standard: "GNU tar 1.34",
      deviations: [
        "-j, -J, --zstd and --transform are refused; gzip is recognised when reading",
        "members never leave the folder they are unpacked in, links in the way included; -P lifts that",
        "-S writes the pax form of sparse files; errors end with status 2",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var tar = try Self.manual.readInOrder(Self.modern(operands)) { tar, name in
      tar.operands.append(Operand(name: name, folder: tar.folder))
    }
    guard let action = tar.actions.first else {
      throw .usage("one of -c, -t, -x, -r and -u must be given")
    }
    guard tar.actions.allSatisfy({ $0 == action }) else {
      throw .usage("only one of -c, -t, -x, -r and -u can be given")
    }
    let paths = Paths(context)
    try tar.readLists(paths)
    if tar.gzipBySuffix, action == .create { try tar.chooseBySuffix() }
    do throws(Failure) {
      switch action {
      case .create, .append, .update: try TarWriter(tar, paths, context).run(action, &context)
      case .extract, .list: try TarReader(tar, paths, context).run(action, &context)
      }
    } catch {
      throw Failure(
        error.text, advice: error.advice, status: max(2, error.status), errno: error.errno)
    }
  }

  /// `czvf a.tar x` as `-c -z -v -f a.tar x`: letters without a dash take their values in order.
  static func modern(_ arguments: [String]) -> [String] {
    guard let letters = arguments.first, !letters.hasPrefix("-"), !letters.isEmpty else {
      return arguments
    }
    let takesValue = manual.lettersWithValue
    var rest = arguments.dropFirst()
    var modern: [String] = []
    for letter in letters.unicodeScalars {
      modern.append("-" + String(letter))
      if takesValue.contains(letter), let value = rest.popFirst() { modern.append(value) }
    }
    return modern + rest
  }

  private mutating func chooseBySuffix() throws(Failure) {
    let name = archive ?? "-"
    if name.hasSuffix(".gz") || name.hasSuffix(".tgz") || name.hasSuffix(".taz") { isGzip = true }
    let refused: [StaticString] = [".bz2", ".tbz2", ".tbz", ".xz", ".txz", ".zst", ".lz", ".lzma"]
    for suffix in refused where name.hasSuffix("\(suffix)") {
      throw .usage("\(name): -a: only gzip is supported, not \(suffix)")
    }
  }

  /// Names of `-T` and patterns of `-X`.
  private mutating func readLists(_ paths: Paths) throws(Failure) {
    for list in lists {
      let end: UInt8 = listsEndWithZero ? 0 : 0x0A
      for name in try Self.lines(list.path, end, paths) where !name.isEmpty {
        operands.append(Operand(name: name, folder: list.folder))
      }
    }
    for list in excludeLists {
      excludes += try Self.lines(list, 0x0A, paths).filter { !$0.isEmpty }
    }
  }

  private static func lines(_ path: String, _ end: UInt8, _ paths: Paths) throws(Failure)
    -> [String]
  {
    let limit = 1 << 28
    let bytes: [UInt8]
    if path == "-" {
      bytes = try attempt { () throws(SystemError) in
        try File.standardInput().contents(limit: limit)
      }
    } else {
      bytes = try paths.location(path).contents(limit: limit)
    }
    return bytes.split(separator: end).map { String(bytes: $0) }
  }

  /// The place of `name` as seen from the folder that `-C` set.
  func location(_ name: String, in folder: String, _ paths: Paths) throws(Failure) -> Location {
    if folder.isEmpty || name.hasPrefix("/") || name.hasPrefix("@") {
      return try paths.location(name)
    }
    return try paths.location(Self.join(folder, name))
  }

  static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty || name.hasPrefix("/") || name.hasPrefix("@") { return name }
    return folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }

  /// Whether an `--exclude` pattern matches: at the start or behind any slash.
  func excludes(_ name: UnsafeRawBufferPointer, _ patterns: [ShellPattern]) -> Bool {
    if patterns.isEmpty { return false }
    if isAnchored { return patterns.contains { $0.matches(name) } }
    var start = 0
    while start <= name.count {
      let rest = UnsafeRawBufferPointer(rebasing: name[start...])
      if patterns.contains(where: { $0.matches(rest) }) { return true }
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return false }
      start += slash + 1
    }
    return false
  }

  var excludePatterns: [ShellPattern] {
    var options: ShellPattern.Options = .leadingFolder
    if !matchesSlash { options.insert(.pathName) }
    if ignoresCase { options.insert(.ignoreCase) }
    return excludes.map { pattern in
      let bytes = pattern.bytes
      let isFolder = bytes.count > 1 && bytes.last == UInt8(ascii: "/")
      return ShellPattern(isFolder ? String(bytes: bytes.dropLast()) : pattern, options)
    }
  }
}
