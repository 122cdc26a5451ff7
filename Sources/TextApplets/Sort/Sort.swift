public import Box
internal import Linux
internal import Sorting
internal import Target

/// Sorts lines, POSIX sort and coreutils sort(1).
public struct Sort: Command {
  enum Check { case none, tells, silent }

  var global: Ordering = []
  var keys: [SortKey] = []
  var fieldSeparator: UInt8?
  var lineEnd: UInt8 = 0x0A
  var isUnique = false
  var isStable = false
  var merges = false
  var check = Check.none
  var target: String?
  var memory: Int?
  var folders: [String] = []
  var threads = 2
  var lists: String?

  public init() {}

  public static var manual: Manual<Sort> {
    Manual(
      "sort", "Sort lines", family: .text, operands: "[FILE]...",
      options: orderOptions + otherOptions,
      examples: [
        ("sort -rn | head", "The largest numbers first"),
        ("du -a @/var | sort -h", "What takes the space?"),
        ("sort -t : -k 3,3n @/etc/passwd", "Users by their number"),
        ("sort access.log | uniq -c | sort -rn", "What is there most often?"),
      ],
      standard: "POSIX.1-2017 sort, coreutils 9.1 sort(1)",
      deviations: [
        "lines are compared as bytes, as with LC_ALL=C",
        "what does not fit into memory goes to files without a name in TMPDIR, -T or /tmp",
        "-R, --debug and --compress-program are refused; -g has the precision of double",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let conflict = ([global] + keys.map { $0.order }).compactMap({ $0.conflict }).first {
      throw .usage("-\(conflict): cannot be used together")
    }
    let paths = Paths(context)
    var operands = operands
    if let lists {
      guard operands.isEmpty else {
        throw .usage("\(operands[0]): no operands with --files0-from")
      }
      do throws(Failure) {
        operands = try NameList.read(lists, paths)
        if operands.isEmpty { throw .message("no input from \(lists)") }
        if let empty = operands.firstIndex(of: "") {
          throw .message("\(lists):\(empty + 1): a name that is empty")
        }
      } catch {
        throw Failure(error.text, advice: error.advice, status: 2, errno: error.errno)
      }
    }
    if operands.isEmpty { operands = ["-"] }
    let order = LineOrder(
      keys: keys, global: global, separator: fieldSeparator, stable: isStable || isUnique)
    if check != .none {
      guard operands.count == 1 else { throw .usage("\(operands[1]): -c takes one file only") }
      return try SortCheck(self, order).run(operands[0], paths, &context)
    }
    do throws(Failure) {
      if merges, target == nil {
        var sources: [LineReaderSource] = []
        for name in operands { sources.append(try TextSource.openSource(name, paths, status: 2)) }
        try SortMerge(order, unique: isUnique, lineEnd: lineEnd).run(sources, context.output)
      } else {
        try SortRun(self, order, paths, context).run(operands)
      }
    } catch {
      throw Failure(error.text, advice: error.advice, status: 2, errno: error.errno)
    }
  }
}

extension Sort {
  private static var orderOptions: [Option<Sort>] {
    [
      .flag("b", "ignore-leading-blanks", "Blanks in front do not count") {
        $0.global.formUnion([.skipsBlanks, .skipsBlanksAtEnd])
      },
      .flag("d", "dictionary-order", "Only blanks, letters and digits count") {
        $0.global.insert(.dictionary)
      },
      .flag("f", "ignore-case", "Lower case counts as upper case") { $0.global.insert(.fold) },
      .flag("g", "general-numeric-sort", "By floating point numbers, 1e3") {
        $0.global.insert(.general)
      },
      .flag("h", "human-numeric-sort", "By sizes, 2K before 1G") { $0.global.insert(.human) },
      .flag("i", "ignore-nonprinting", "Only what can be printed counts") {
        $0.global.insert(.printable)
      },
      .flag("M", "month-sort", "By names of months, JAN first") { $0.global.insert(.month) },
      .flag("n", "numeric-sort", "By numbers") { $0.global.insert(.numeric) },
      .refused("R", "random-sort", "is not supported; shuf shuffles"),
      .flag("r", "reverse", "The largest first") { $0.global.insert(.reverse) },
      .parsed(nil, "sort", "WORD", "By general-numeric, human-numeric, month, numeric or version") {
        (options: inout Sort, word) throws(Failure) in
        switch word {
        case "general-numeric": options.global.insert(.general)
        case "human-numeric": options.global.insert(.human)
        case "month": options.global.insert(.month)
        case "numeric": options.global.insert(.numeric)
        case "version": options.global.insert(.version)
        default: throw .usage("--sort=\(word): no such order")
        }
      },
      .flag("V", "version-sort", "By numbers in text, a9 before a10") {
        $0.global.insert(.version)
      },
    ]
  }

  private static var otherOptions: [Option<Sort>] {
    [
      .refused(nil, "batch-size", "all temporary files are merged at once"),
      .flag("c", nil, "Only say whether the input is sorted") { $0.check = .tells },
      .optional(nil, "check", "HOW", "As -c; --check=quiet as -C") {
        (options: inout Sort, how) throws(Failure) in
        switch how ?? "diagnose-first" {
        case "diagnose-first": options.check = .tells
        case "quiet", "silent": options.check = .silent
        default: throw .usage("--check=\(how ?? ""): not quiet or diagnose-first")
        }
      },
      .flag("C", nil, "As -c, and say nothing") { $0.check = .silent },
      .optional(nil, "compress-program", "PROGRAM", "Refused") {
        (_: inout Sort, _) throws(Failure) in
        throw .usage("--compress-program: is not supported")
      },
      .refused(nil, "debug", "is not supported"),
      .value(nil, "files0-from", "FILE", "The files named in FILE, each with a NUL behind") {
        $0.lists = $1
      },
      .parsed("k", "key", "KEY", "A key, F[.C][OPTS][,F[.C][OPTS]]; may be repeated") {
        (options: inout Sort, text) throws(Failure) in
        do throws(SortKey.Malformed) {
          options.keys.append(try SortKey(text))
        } catch {
          throw .usage("-k \(error.reason)")
        }
      },
      .flag("m", "merge", "Merge files that are sorted already") { $0.merges = true },
      .value("o", "output", "FILE", "Write to FILE, which may be one of the input") {
        $0.target = $1
      },
      .parsed(nil, "parallel", "NUM", "At most NUM threads") {
        (options: inout Sort, text) throws(Failure) in
        guard let count = Int(text), count > 0 else {
          throw .usage("--parallel=\(text): not a number of threads")
        }
        options.threads = min(count, 2)
      },
      .parsed("S", "buffer-size", "SIZE", "Memory for lines: 1024, 64M, 1G; b is bytes") {
        (options: inout Sort, text) throws(Failure) in options.memory = try size(text)
      },
      .flag("s", "stable", "Leave lines with the same keys in their order") { $0.isStable = true },
      .parsed("t", "field-separator", "CHAR", "Fields are parted by CHAR; \\0 is NUL") {
        (options: inout Sort, text) throws(Failure) in
        let bytes = text == "\\0" ? [0] : text.bytes
        guard bytes.count == 1 else {
          throw .usage("-t \(text): " + (bytes.isEmpty ? "empty tab" : "multi-character tab"))
        }
        if let other = options.fieldSeparator, other != bytes[0] {
          throw .usage("-t \(text): incompatible tabs")
        }
        options.fieldSeparator = bytes[0]
      },
      .value("T", "temporary-directory", "DIR", "Folder for temporary files") {
        $0.folders.append($1)
      },
      .flag("u", "unique", "Only the first of lines with the same keys") { $0.isUnique = true },
      .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.lineEnd = 0 },
    ]
  }

  /// A size of memory: KiB, or with a letter, `b` for bytes and `%` of what there is.
  private static func size(_ text: String) throws(Failure) -> Int {
    let bytes = text.bytes
    let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
    let wrong = Failure.usage("-S \(text): not a size")
    guard let value = Int(String(bytes: digits)), bytes.count <= digits.count + 1 else {
      throw wrong
    }
    let unit: Int
    switch bytes.dropFirst(digits.count).first ?? UInt8(ascii: "K") {
    case UInt8(ascii: "b"): unit = 1
    case UInt8(ascii: "K"), UInt8(ascii: "k"): unit = 1 << 10
    case UInt8(ascii: "M"), UInt8(ascii: "m"): unit = 1 << 20
    case UInt8(ascii: "G"), UInt8(ascii: "g"): unit = 1 << 30
    case UInt8(ascii: "T"), UInt8(ascii: "t"): unit = 1 << 40
    case UInt8(ascii: "%"): unit = SortRun.memory / 25
    default: throw wrong
    }
    let (size, overflow) = value.multipliedReportingOverflow(by: unit)
    return overflow ? .max : size
  }
}

/// Names of files in a file, each with a NUL behind: `--files0-from`. An empty one is the caller's to refuse.
enum NameList {
  static func read(_ list: String, _ paths: Paths) throws(Failure) -> [String] {
    let source = try TextSource.open(list, paths)
    let bytes = try source.contents(limit: 1 << 26)
    if bytes.isEmpty { return [] }
    var names: [String] = []
    for name in (bytes.last == 0 ? bytes.dropLast() : bytes[...])
      .split(separator: 0, omittingEmptySubsequences: false)
    {
      names.append(String(bytes: name))
    }
    return names
  }
}
