internal import Box
internal import Linux

extension Ls {
  static var contentOptions: [Option<Ls>] {
    [
      .flag("a", "all", "Do not ignore names starting with a dot") { $0.hidden = .all },
      .flag("A", "almost-all", "As -a, without the folder itself and its parent") {
        $0.hidden = .almostAll
      },
      .flag(nil, "author", "With -l, print the author, which is the owner") {
        $0.showsAuthor = true
      },
      .flag("B", "ignore-backups", "Do not list names ending with ~") { $0.ignoresBackups = true },
      .flag("d", "directory", "List folders themselves, not what they hold") {
        $0.listsFolders = false
      },
      .flag("H", "dereference-command-line", "Follow links on the command line") {
        $0.dereference = .commandLine
      },
      .flag(
        nil, "dereference-command-line-symlink-to-dir",
        "Follow links on the command line that point to folders"
      ) { $0.dereference = .commandLineFolders },
      .flag("L", "dereference", "Show what links point to, not the links") {
        $0.dereference = .always
      },
      .value(nil, "hide", "PATTERN", "Do not list matching names, unless -a or -A is given") {
        (options: inout Ls, pattern: String) in options.hiding.append(pattern)
      },
      .value("I", "ignore", "PATTERN", "Do not list matching names") {
        (options: inout Ls, pattern: String) in options.ignored.append(pattern)
      },
      .flag("R", "recursive", "List folders in folders too") { $0.isRecursive = true },
      .flag(nil, "json", "Print an array of objects, with raw numbers") { $0.json = true },
    ]
  }

  static var layoutOptions: [Option<Ls>] {
    [
      .flag("l", nil, "Long: mode, links, owner, group, size, time, name") { $0.layout = .long },
      .flag("1", nil, "One name per line") { if $0.layout != .long { $0.layout = .single } },
      .flag("C", nil, "Columns, sorted downwards") { $0.layout = .columns },
      .flag("x", nil, "Columns, sorted across") { $0.layout = .across },
      .flag("m", nil, "Names separated by commas") { $0.layout = .commas },
      .parsed(
        nil, "format", "WORD", "One of long, verbose, single-column, vertical, across, commas"
      ) {
        (options: inout Ls, word) throws(Failure) in
        options.layout = try choice("--format", word, Self.layouts)
      },
      .flag("g", nil, "As -l, without the owner") {
        $0.layout = .long
        $0.showsOwner = false
      },
      .flag("o", nil, "As -l, without the group") {
        $0.layout = .long
        $0.showsGroup = false
      },
      .flag("G", "no-group", "With -l, print no group") { $0.showsGroup = false },
      .flag("n", "numeric-uid-gid", "As -l, with numbers for owner and group") {
        $0.layout = .long
        $0.isNumeric = true
      },
      .flag("i", "inode", "Print inode numbers") { $0.showsInode = true },
      .flag("s", "size", "Print allocated sizes in blocks") { $0.showsBlocks = true },
      .flag("k", "kibibytes", "Blocks of 1024 bytes for -s and totals") {
        $0.usesKibibytes = true
      },
      .parsed(nil, "block-size", "SIZE", "Scale sizes by SIZE: M, 512, human-readable, si") {
        (options: inout Ls, text) throws(Failure) in
        guard let size = SizeFormat(text) else {
          throw .usage("\(text): not a block size (--block-size)")
        }
        options.sizes = size
        options.blockSizes = size
      },
      .flag("h", "human-readable", "Sizes such as 1K 234M 2G") {
        $0.sizes = .human(base: 1024)
        $0.blockSizes = .human(base: 1024)
      },
      .flag(nil, "si", "As -h, in powers of 1000") {
        $0.sizes = .human(base: 1000)
        $0.blockSizes = .human(base: 1000)
      },
      .flag(nil, "full-time", "As -l --time-style=full-iso") {
        $0.layout = .long
        $0.timeStyle = "full-iso"
      },
      .value(
        nil, "time-style", "STYLE", "Write times as full-iso, long-iso, iso, locale or +FORMAT"
      ) {
        (options: inout Ls, style: String) in options.timeStyle = style
      },
      .flag("Z", "context", "Print security contexts") { $0.showsContext = true },
      .parsed("w", "width", "COLUMNS", "Width of the output; 0 is no limit") {
        (options: inout Ls, text) throws(Failure) in
        options.width = try count(text, "line width")
      },
      .parsed("T", "tabsize", "COLUMNS", "Tab stops are so far apart, not 8") {
        (options: inout Ls, text) throws(Failure) in
        options.tabSize = try count(text, "tab size")
      },
    ]
  }

  static var orderOptions: [Option<Ls>] {
    [
      .flag("t", nil, "Sort by time, newest first") { $0.order = .time },
      .flag("S", nil, "Sort by size, largest first") { $0.order = .size },
      .flag("X", nil, "Sort by extension") { $0.order = .fileExtension },
      .flag("v", nil, "Sort numbers in names by value") { $0.order = .version },
      .flag("U", nil, "Do not sort") { $0.order = Order.none },
      .flag("f", nil, "List all names, unsorted, neither long nor coloured") {
        $0.hidden = .all
        $0.order = Order.none
        if $0.layout == .long { $0.layout = .automatic }
        $0.colour = .never
        $0.showsBlocks = false
      },
      .parsed(nil, "sort", "WORD", "By name, none, size, time, version, extension or width") {
        (options: inout Ls, word) throws(Failure) in
        options.order = try choice("--sort", word, Self.orders)
      },
      .flag("r", "reverse", "Reverse the order") { $0.isReverse = true },
      .flag(nil, "group-directories-first", "Folders before files") { $0.foldersFirst = true },
      .flag("c", nil, "Show and sort by the time of the last status change") {
        $0.stamp = .changed
        $0.stampWasGiven = true
      },
      .flag("u", nil, "Show and sort by the time of the last access") {
        $0.stamp = .accessed
        $0.stampWasGiven = true
      },
      .parsed(nil, "time", "WORD", "Show and sort by atime, ctime, mtime or birth") {
        (options: inout Ls, word) throws(Failure) in
        options.stamp = try choice("--time", word, Self.stamps)
        options.stampWasGiven = true
      },
    ]
  }

  static var nameOptions: [Option<Ls>] {
    [
      .optional("F", "classify", "WHEN", "Append one of */=@| to names: always, auto, never") {
        (options: inout Ls, word) throws(Failure) in
        let when = try word.map { (word: String) throws(Failure) in
          try choice("--classify", word, Self.whens)
        }
        let isOn = when == .automatic ? Terminal.isTerminal(1) : when != .never
        if isOn { options.indicator = .classify }
      },
      .flag(nil, "file-type", "As -F, without *") { $0.indicator = .fileType },
      .flag("p", nil, "Append / to folders") { $0.indicator = .slash },
      .parsed(nil, "indicator-style", "WORD", "One of none, slash, file-type, classify") {
        (options: inout Ls, word) throws(Failure) in
        options.indicator = try choice("--indicator-style", word, Self.indicators)
      },
      .optional(nil, "color colour", "WHEN", "Colour names by LS_COLORS: always, auto, never") {
        (options: inout Ls, word) throws(Failure) in
        options.colour =
          try word.map { (word: String) throws(Failure) in
            try choice("--color", word, Self.whens)
          } ?? .always
      },
      .flag("N", "literal", "Print names without quotes") { $0.quoting = .literal },
      .flag("b", "escape", "Print unprintable characters as in C") { $0.quoting = .escape },
      .flag("Q", "quote-name", "Put names in double quotes") { $0.quoting = .c },
      .parsed(
        nil, "quoting-style", "WORD", "One of literal, shell, shell-escape, c, escape, locale"
      ) {
        (options: inout Ls, word) throws(Failure) in
        options.quoting = try choice("--quoting-style", word, QuotingStyle.names)
      },
      .flag("q", "hide-control-chars", "Print ? for unprintable characters") { $0.masks = true },
      .flag(nil, "show-control-chars", "Print unprintable characters as they are") {
        $0.masks = false
      },
      .flag(nil, "zero", "End lines with NUL, without quotes and colours") {
        $0.endsWithZero = true
        $0.masks = false
        if $0.layout != .long { $0.layout = .single }
        $0.colour = .never
        $0.quoting = .literal
      },
    ]
  }

  private static let layouts: [(StaticString, Layout)] = [
    ("verbose", .long), ("long", .long), ("commas", .commas), ("horizontal", .across),
    ("across", .across), ("vertical", .columns), ("single-column", .single),
  ]
  private static let orders: [(StaticString, Order)] = [
    ("none", .none), ("time", .time), ("size", .size), ("extension", .fileExtension),
    ("version", .version), ("width", .width), ("name", .name),
  ]
  private static let stamps: [(StaticString, Stamp)] = [
    ("atime", .accessed), ("access", .accessed), ("use", .accessed), ("ctime", .changed),
    ("status", .changed), ("birth", .born), ("creation", .born), ("mtime", .modified),
    ("modification", .modified),
  ]
  private static let indicators: [(StaticString, Indicator)] = [
    ("none", .none), ("slash", .slash), ("file-type", .fileType), ("classify", .classify),
  ]
  private static let whens: [(StaticString, When)] = [
    ("always", .always), ("yes", .always), ("force", .always), ("never", .never), ("no", .never),
    ("none", .never), ("auto", .automatic), ("tty", .automatic), ("if-tty", .automatic),
  ]
}

/// The meaning of `word`, which may be cut short where that is clear.
func choice<Value: Equatable>(
  _ option: String, _ word: String, _ choices: [(StaticString, Value)]
) throws(Failure) -> Value {
  if let exact = choices.first(where: { "\($0.0)" == word }) { return exact.1 }
  let matches = choices.filter { "\($0.0)".hasPrefix(word) }.map { $0.1 }
  if let first = matches.first, !word.isEmpty, matches.allSatisfy({ $0 == first }) { return first }
  let known = choices.map { "\($0.0)" }.joined(separator: ", ")
  throw .usage("\(option)=\(word): not one of \(known)")
}

private func count(_ text: String, _ what: String) throws(Failure) -> Int {
  guard let number = Int(text), number >= 0 else { throw .usage("\(text): not a \(what)") }
  return min(number, 100_000)
}
