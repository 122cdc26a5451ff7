internal import Box
internal import Linux
internal import Patterns

extension Grep {
  static var matchingOptions: [Option<Grep>] {
    [
      .flag("E", "extended-regexp", "Patterns are extended regular expressions") {
        $0.syntax = .extended
      },
      .flag("F", "fixed-strings", "Patterns are plain text") { $0.syntax = .literal },
      .flag("G", "basic-regexp", "Patterns are basic regular expressions") { $0.syntax = .basic },
      .refused(
        "P", "perl-regexp", "Perl's expressions are not supported; -E knows most of what is needed"),
      .value("e", "regexp", "PATTERN", "One more pattern; may be repeated") {
        (options: inout Grep, text: String) in
        options.patterns = (options.patterns ?? []) + lines(text.bytes)
      },
      .value("f", "file", "FILE", "Patterns from FILE, one a line") {
        $0.patternFiles.append($1)
      },
      .flag("iy", "ignore-case", "ASCII letters match in both cases") {
        $0.matching.insert(.ignoreCase)
      },
      .flag(nil, "no-ignore-case", "Undoes -i") { $0.matching.remove(.ignoreCase) },
      .flag("v", "invert-match", "The lines that do not match") { $0.inverts = true },
      .flag("w", "word-regexp", "A match is a whole word") { $0.matching.insert(.word) },
      .flag("x", "line-regexp", "A match is a whole line") { $0.matching.insert(.wholeLine) },
      .flag("z", "null-data", "Lines end with NUL, not newline") { $0.separator = 0 },
    ]
  }

  static var outputOptions: [Option<Grep>] {
    [
      .parsed("A", "after-context", "NUM", "NUM lines after each match too") {
        (options: inout Grep, text) throws(Failure) in options.after = try number(text)
      },
      .parsed("B", "before-context", "NUM", "NUM lines before each match too") {
        (options: inout Grep, text) throws(Failure) in options.before = try number(text)
      },
      .parsed("C", "context", "NUM", "NUM lines before and after each match too") {
        (options: inout Grep, text) throws(Failure) in options.around = try number(text)
      },
      .digits("As -C NUM") { $0.around = $1 },
      .value(nil, "group-separator", "TEXT", "TEXT between groups of lines, not --") {
        $0.groupSeparator = $1
      },
      .flag(nil, "no-group-separator", "Nothing between groups of lines") {
        $0.groupSeparator = nil
      },
      .flag("b", "byte-offset", "Where in the file the line starts") { $0.offsets = true },
      .flag("c", "count", "Only the number of lines") { $0.counts = true },
      .optional(nil, "color colour", "WHEN", "Mark matches: always, auto or never") {
        (options: inout Grep, text) throws(Failure) in
        switch text ?? "auto" {
        case "always", "yes", "force": options.colour = .always
        case "auto", "tty", "if-tty": options.colour = .auto
        case "never", "no", "none": options.colour = .never
        default: throw .usage("--color=\(text ?? ""): not always, auto or never")
        }
      },
      .flag("h", "no-filename", "Never the name of the file") { $0.names = false },
      .flag("H", "with-filename", "Always the name of the file") { $0.names = true },
      .value(nil, "label", "NAME", "What standard input is called") { $0.label = $1 },
      .flag("l", "files-with-matches", "Only the names of files with matches") {
        $0.listing = .matching
      },
      .flag("L", "files-without-match", "Only the names of files without a match") {
        $0.listing = .others
      },
      .flag(nil, "line-buffered", "Write each line at once") { $0.flushes = true },
      .parsed("m", "max-count", "NUM", "Stop after NUM lines of each file") {
        (options: inout Grep, text) throws(Failure) in options.limit = try number(text)
      },
      .flag("n", "line-number", "The number of each line") { $0.numbers = true },
      .flag("o", "only-matching", "Only what matches, each on its own line") {
        $0.onlyMatches = true
      },
      .flag("q", "quiet silent", "Write nothing; stop at the first match") { $0.isQuiet = true },
      .flag("s", "no-messages", "Nothing about files that cannot be read") { $0.isSilent = true },
      .flag("T", "initial-tab", "A tab before the line, so that tabs fit") { $0.aligns = true },
      .flag("u", "unix-byte-offsets", "As always here") { _ in },
      .flag("Z", "null", "NUL behind names of files") { $0.endsNames = true },
    ]
  }

  static var fileOptions: [Option<Grep>] {
    [
      .flag("a", "text", "Treat binary files as text") { $0.binary = .text },
      .flag("I", nil, "Binary files never match") { $0.binary = .skip },
      .parsed(nil, "binary-files", "TYPE", "Treat binary files as binary, text or without-match") {
        (options: inout Grep, text) throws(Failure) in
        switch text {
        case "binary": options.binary = .message
        case "text": options.binary = .text
        case "without-match": options.binary = .skip
        default: throw .usage("--binary-files=\(text): not binary, text or without-match")
        }
      },
      .parsed("d", "directories", "ACTION", "Folders: read, skip or recurse") {
        (options: inout Grep, text) throws(Failure) in
        switch text {
        case "read": options.folders = .read
        case "skip": options.folders = .skip
        case "recurse": options.folders = .recurse
        default: throw .usage("-d \(text): not read, skip or recurse")
        }
      },
      .parsed("D", "devices", "ACTION", "Devices, FIFOs and sockets: read or skip") {
        (options: inout Grep, text) throws(Failure) in
        switch text {
        case "read": options.devices = .read
        case "skip": options.devices = .skip
        default: throw .usage("-D \(text): not read or skip")
        }
      },
      .value(nil, "include", "GLOB", "Only files whose name matches GLOB") {
        (options: inout Grep, text: String) in
        options.filters.append(FileFilter(glob: text.bytes, includes: true))
      },
      .value(nil, "exclude", "GLOB", "No files whose name matches GLOB") {
        (options: inout Grep, text: String) in
        options.filters.append(FileFilter(glob: text.bytes, includes: false))
      },
      .parsed(nil, "exclude-from", "FILE", "As --exclude, with the lines of FILE") {
        (options: inout Grep, text) throws(Failure) in
        let file = try attempt { () throws(SystemError) in try File.open(text, .read) }
        let bytes = try attempt { () throws(SystemError) in try file.contents(limit: 1 << 24) }
        for line in bytes.split(separator: 0x0A) {
          options.filters.append(FileFilter(glob: Array(line), includes: false))
        }
      },
      .value(nil, "exclude-dir", "GLOB", "No folders whose name matches GLOB") {
        (options: inout Grep, text: String) in
        var glob = text.bytes
        while glob.count > 1, glob.last == UInt8(ascii: "/") { glob.removeLast() }
        options.folderFilters.append(glob)
      },
      .flag("r", "recursive", "All files below folders") { $0.folders = .recurse },
      .flag("R", "dereference-recursive", "As -r, and follow links") {
        $0.folders = .recurse
        $0.follows = true
      },
      .flag("U", "binary", "As always here: no byte is dropped") { _ in },
    ]
  }

  private static func number(_ text: String) throws(Failure) -> Int {
    guard let value = Int(text), value >= 0 else {
      throw .usage("\(text): not a number of lines")
    }
    return value
  }
}
