public import Box
internal import Linux
internal import Report
internal import Target

/// Sums up the disk usage of files, coreutils du(1).
public struct Du: Command {
  var format = SizeFormat.blocks(1024, suffix: "")
  var summarizes = false
  var listsAll = false
  var total = false
  var depth = Int.max
  var staysOnDevice = false
  var isApparent = false
  var endsWithZero = false
  var countsLinks = false
  var separate = false
  var inodes = false
  var follow = Walker.Follow.never
  var excludes: [String] = []
  var time: TimeStyle?
  var timeKind = FindTime.modified
  var threshold: Int?
  var startList: String?

  public init() {}

  public static var manual: Manual<Du> {
    Manual(
      "du", "Sum up the disk usage of files", family: .files, operands: "[FILE]...",
      options: options,
      examples: [
        ("du -xhd1 @/ | sort -h", "What fills the target's disk?"),
        ("du -sh /proc/1/root/var/log", "One number"),
      ],
      standard: "coreutils 9.1 du(1)", deviations: ["DU_BLOCK_SIZE and its like are not looked at"])
  }

  static var options: [Option<Du>] {
    [
      .flag("s", "summarize", "Only the sum of each operand") { $0.summarizes = true },
      .flag("h", "human-readable", "Sizes as 1.5K, 12M") { $0.format = .human(base: 1024) },
      .flag(nil, "si", "The same, in powers of 1000") { $0.format = .human(base: 1000) },
      .flag("a", "all", "Files too, not only folders") { $0.listsAll = true },
      .flag("c", "total", "A sum of all at the end") { $0.total = true },
      .parsed("d", "max-depth", "DEPTH", "Print no deeper than DEPTH below the operands") {
        (du: inout Du, text: String) throws(Failure) in
        guard let depth = Int(text), depth >= 0 else {
          throw .usage("\(text): invalid maximum depth")
        }
        du.depth = depth
      },
      .flag("x", "one-file-system", "Stay on the file system") { $0.staysOnDevice = true },
      .flag(nil, "apparent-size", "Sizes of files, not what they take on the disk") {
        $0.isApparent = true
      },
      .flag("b", "bytes", "As --apparent-size --block-size=1") {
        $0.isApparent = true
        $0.format = .bytes
      },
      .flag("k", nil, "In units of 1024 bytes (default)") {
        $0.format = .blocks(1024, suffix: "")
      },
      .flag("m", nil, "In units of 1048576 bytes") { $0.format = .blocks(1 << 20, suffix: "") },
      .parsed("B", "block-size", "SIZE", "In units of SIZE") {
        (du: inout Du, text: String) throws(Failure) in
        guard let format = SizeFormat(text) else { throw .usage("\(text): invalid block size") }
        du.format = format
      },
      .flag("0", "null", "Lines end with NUL") { $0.endsWithZero = true },
      .flag("L", "dereference", "Follow all links") { $0.follow = .always },
      .flag("DH", "dereference-args", "Follow links on the command line") {
        $0.follow = .operands
      },
      .flag("P", "no-dereference", "Follow no links (default)") { $0.follow = .never },
      .flag("l", "count-links", "Count hard links as often as they come") {
        $0.countsLinks = true
      },
      .flag("S", "separate-dirs", "Folders without the folders in them") { $0.separate = true },
      .flag(nil, "inodes", "Numbers of files instead of sizes") { $0.inodes = true },
      .parsed("t", "threshold", "SIZE", "Only what is at least SIZE; -SIZE: at most") {
        (du: inout Du, text: String) throws(Failure) in
        let isNegative = text.hasPrefix("-")
        guard let size = Quantity.parse(isNegative ? String(text.dropFirst()) : text) else {
          throw .usage("\(text): invalid threshold")
        }
        du.threshold = isNegative ? -size : size
      },
      .value(nil, "exclude", "PATTERN", "Leave out what PATTERN matches") {
        $0.excludes.append($1)
      },
      .optional(nil, "time", "WORD", "The latest modification too; or atime, ctime") {
        (du: inout Du, word: String?) throws(Failure) in
        du.time = du.time ?? TimeStyle("long-iso")
        switch word ?? "mtime" {
        case "mtime": du.timeKind = .modified
        case "atime", "access", "use": du.timeKind = .accessed
        case "ctime", "status": du.timeKind = .changed
        default: throw .usage("--time: \(word ?? ""): must be atime, access, use, ctime or status")
        }
      },
      .parsed(nil, "time-style", "STYLE", "Times as full-iso, long-iso, iso or +FORMAT") {
        (du: inout Du, text: String) throws(Failure) in
        guard let style = TimeStyle(text) else { throw .usage("\(text): invalid time style") }
        du.time = style
      },
      .value(nil, "files0-from", "FILE", "Operands from FILE, which NUL bytes end") {
        $0.startList = $1
      },
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if summarizes, listsAll { throw .usage("cannot both summarize and show all entries") }
    var starts = operands.isEmpty ? ["."] : operands
    let paths = Paths(context)
    if let startList {
      guard operands.isEmpty else { throw .usage("\(operands[0]): extra operand") }
      let bytes =
        startList == "-"
        ? try attempt { () throws(SystemError) in
          try File.standardInput().contents(limit: 1 << 28)
        } : try paths.location(startList).contents(limit: 1 << 28)
      starts = bytes.split(separator: 0).map { String(bytes: $0) }
    }
    let run = DiskUsage(self, hasSeveral: starts.count > 1, context)
    for start in starts {
      do throws(Failure) {
        try run.measure(start, paths, &context)
      } catch {
        context.report(error)
      }
      if context.output.failure != nil { return }
    }
    if total { run.writeTotal(context.output) }
  }
}

/// What was found in a folder so far.
private struct UsageSum {
  var size = 0
  var count = 0
  var latest = Instant(seconds: .min)

  mutating func add(_ other: UsageSum) {
    size += other.size
    count += other.count
    if other.latest > latest { latest = other.latest }
  }
}

/// Walks the operands and adds up.
final class DiskUsage {
  private let options: Du
  private let excludes: [ShellPattern]
  private let walker = Walker()
  private let seen = IdentityTable()
  private let now: Instant
  private let hasSeveral: Bool
  private let mostDepth: Int
  private var sums: [UsageSum] = []
  private var all = UsageSum()

  /// - Parameter hasSeveral: operands, which may overlap.
  init(_ options: Du, hasSeveral: Bool, _ context: Context) {
    self.hasSeveral = hasSeveral
    self.options = options
    excludes = options.excludes.map { ShellPattern($0) }
    walker.follow = options.follow
    walker.staysOnDevice = options.staysOnDevice
    now = context.clock.now()
    mostDepth = options.summarizes ? 0 : options.depth
  }

  func measure(_ start: String, _ paths: Paths, _ context: inout Context) throws(Failure) {
    let place = try paths.location(start)
    if let root = place.root {
      walker.begin(root, place.path, shown: start)
    } else {
      walker.begin(try place.open(.path), shown: start)
    }
    sums = []
    while context.output.failure == nil {
      switch walker.next() {
      case .end: return
      case .leave:
        let sum = sums.popLast() ?? UsageSum()
        finish(sum, context.output)
      case .failure:
        if walker.failedToEnter { finish(sums.popLast() ?? UsageSum(), context.output) }
        if !walker.isLoop { report(walker.error, place, &context) }
      case .entry:
        do throws(SystemError) {
          try entry(context.output)
        } catch {
          walker.skip()
          report(error, place, &context)
        }
      }
    }
  }

  private func report(_ error: SystemError, _ place: Location, _ context: inout Context) {
    do throws(Failure) {
      try place.shown(as: walker.pathText).told { () throws(SystemError) in throw error }
    } catch {
      context.report(error)
    }
  }

  private func entry(_ output: Output) throws(SystemError) {
    if isExcluded {
      walker.skip()
      return
    }
    let status = try walker.status()
    let isFolder = walker.kind == .directory
    if options.staysOnDevice, walker.level > 0, isFolder, walker.isOtherDevice {
      walker.skip()
      return
    }
    // Files with several names count once; with -L every file may come twice, and operands may overlap.
    if !options.countsLinks,
      isFolder ? remembersFolders : status.links > 1 || options.follow == .always
    {
      if seen.first(status) != nil {
        walker.skip()
        return
      }
    }
    var sum = UsageSum()
    sum.count = 1
    if options.inodes {
      sum.size = 1
    } else if options.isApparent {
      sum.size =
        walker.kind == .regular || walker.kind == .link ? status.size : isFolder ? status.size : 0
    } else {
      sum.size = status.blocks * 512
    }
    if options.time != nil {
      switch options.timeKind {
      case .accessed: sum.latest = status.accessed
      case .changed: sum.latest = status.changed
      default: sum.latest = status.modified
      }
    }
    if isFolder { sums.append(sum) } else { finish(sum, output) }
  }

  /// Whether a folder may come twice.
  private var remembersFolders: Bool { options.follow == .always || hasSeveral }

  private var isExcluded: Bool {
    if excludes.isEmpty { return false }
    let (path, name) = (walker.pathBytes, walker.nameBytes)
    return excludes.contains { $0.matches(path) || $0.matches(name) }
  }

  /// An entry is complete: it is printed and counts for the folder it is in.
  private func finish(_ sum: UsageSum, _ output: Output) {
    let level = walker.level
    let isFolder = walker.kind == .directory
    if level > 0, let last = sums.indices.last {
      if options.separate, isFolder {
        if sums[last].latest < sum.latest { sums[last].latest = sum.latest }
        carried.add(sum)
      } else {
        sums[last].add(sum)
      }
    } else {
      all.add(sum)
      if options.separate {
        all.add(carried)
        carried = UsageSum()
      }
    }
    guard level == 0 || (level <= mostDepth && (isFolder || options.listsAll)) else { return }
    write(sum, walker.pathBytes, output)
  }

  /// With -S: what lies in folders of folders, for the sum of all.
  private var carried = UsageSum()

  private func write(_ sum: UsageSum, _ path: UnsafeRawBufferPointer, _ output: Output) {
    if let threshold = options.threshold {
      if threshold >= 0 ? sum.size < threshold : sum.size > -threshold { return }
    }
    let size = UInt64(clamping: sum.size)
    if options.inodes {
      if case .human = options.format {
        output.write(options.format.text(size))
      } else {
        output.write(String(size))
      }
    } else {
      output.write(options.format.text(size))
    }
    output.write(UInt8(ascii: "\t"))
    if let style = options.time {
      output.write(style.text(sum.latest, now: now))
      output.write(UInt8(ascii: "\t"))
    }
    if !options.endsWithZero, Terminal.isTerminal(1) {
      output.write(Sanitize.escaped(String(bytes: path)))
    } else {
      output.write(path)
    }
    output.write(options.endsWithZero ? 0 : UInt8(ascii: "\n"))
  }

  func writeTotal(_ output: Output) {
    let label: StaticString = "total"
    label.withUTF8Buffer { write(all, UnsafeRawBufferPointer($0), output) }
  }
}
