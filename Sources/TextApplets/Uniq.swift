public import Box
internal import Linux
internal import Target

/// Drops or counts repeated lines that follow each other, POSIX uniq and coreutils uniq(1).
public struct Uniq: Command {
  enum Groups { case none, prepend, append, separate, both }

  var counts = false
  var showsRepeated = true
  var showsUnique = true
  var showsAll = false
  var groups = Groups.none
  var isGrouping = false
  var ignoresCase = false
  var fields = 0
  var skipped = 0
  var width = Int.max
  var separator: UInt8 = 0x0A

  public init() {}

  public static var manual: Manual<Uniq> {
    Manual(
      "uniq", "Drop or count repeated lines", family: .text, operands: "[INPUT [OUTPUT]]",
      options: [
        .flag("c", "count", "The number of times before each line") { $0.counts = true },
        .flag("d", "repeated", "Only lines that are repeated, once each") {
          $0.showsUnique = false
        },
        .flag("D", nil, "All lines that are repeated") {
          $0.showsAll = true
          $0.showsUnique = false
        },
        .optional(nil, "all-repeated", "HOW", "As -D, groups parted: none, prepend, separate") {
          (options: inout Uniq, how) throws(Failure) in
          switch how ?? "none" {
          case "none": options.groups = .none
          case "prepend": options.groups = .prepend
          case "separate": options.groups = .separate
          default: throw .usage("--all-repeated=\(how ?? ""): not none, prepend or separate")
          }
          options.showsAll = true
          options.showsUnique = false
        },
        .value("f", "skip-fields", "NUM", "Do not compare the first NUM fields") {
          $0.fields = max(0, $1)
        },
        .optional(nil, "group", "HOW", "All lines, groups parted: separate, prepend, append, both")
        { (options: inout Uniq, how) throws(Failure) in
          switch how ?? "separate" {
          case "separate": options.groups = .separate
          case "prepend": options.groups = .prepend
          case "append": options.groups = .append
          case "both": options.groups = .both
          default: throw .usage("--group=\(how ?? ""): not separate, prepend, append or both")
          }
          options.isGrouping = true
        },
        .flag("i", "ignore-case", "ASCII letters are equal in both cases") {
          $0.ignoresCase = true
        },
        .value("s", "skip-chars", "NUM", "Do not compare the first NUM bytes") {
          $0.skipped = max(0, $1)
        },
        .flag("u", "unique", "Only lines that are not repeated") { $0.showsRepeated = false },
        .value("w", "check-chars", "NUM", "Compare at most NUM bytes") { $0.width = max(0, $1) },
        .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.separator = 0 },
      ],
      examples: [("sort log | uniq -c | sort -rn", "What is there most often?")],
      standard: "POSIX.1-2017 uniq, coreutils 9.1 uniq(1)",
      deviations: ["-s and -w count bytes, as with LC_ALL=C"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count <= 2 else { throw .usage("\(operands[2]): extra operand") }
    if isGrouping, counts || showsAll || !showsRepeated || !showsUnique {
      throw .usage("--group: cannot be used with -c, -d, -D or -u")
    }
    if showsAll, counts { throw .usage("-D: with -c is meaningless") }
    let paths = Paths(context)
    let source = try TextSource.openSource(operands.first ?? "-", paths, status: 1)
    let reader = LineReader(File(owning: source.descriptor), separator: separator)
    var output = context.output
    if operands.count == 2, operands[1] != "-" {
      let file = try paths.location(operands[1]).open([.write, .create, .truncate])
      output = Output(descriptor: file.release())
    }
    do throws(SystemError) {
      try copy(reader, output)
    } catch {
      throw .system(error.about(source.display))
    }
    output.flush()
    if operands.count == 2, let failure = output.failure {
      throw .system(failure.about(operands[1]))
    }
  }

  private func copy(_ reader: LineReader, _ output: Output) throws(SystemError) {
    var held: [UInt8] = []
    var count = 0
    var hasGroup = false
    while output.failure == nil {
      let line = try reader.next()
      if let line, count > 0, isSame(held, line) {
        count += 1
        if isGrouping || showsAll {
          if showsAll, count == 2 {
            begin(&hasGroup, output)
            write(held, output)
          }
          output.write(line)
          output.write(separator)
        }
        continue
      }
      if count > 0, !isGrouping, !showsAll { finish(held, count, output) }
      guard let line else { break }
      held.removeAll(keepingCapacity: true)
      held.append(contentsOf: line)
      count = 1
      if isGrouping {
        begin(&hasGroup, output)
        write(held, output)
      }
    }
    if isGrouping, hasGroup, groups == .append || groups == .both { output.write(separator) }
  }

  /// An empty line where the groups want it.
  private func begin(_ hasGroup: inout Bool, _ output: Output) {
    if groups == .prepend || groups == .both || (hasGroup && groups != .none) {
      output.write(separator)
    }
    hasGroup = true
  }

  private func write(_ line: [UInt8], _ output: Output) {
    output.write(line)
    output.write(separator)
  }

  private func finish(_ line: [UInt8], _ count: Int, _ output: Output) {
    guard count > 1 ? showsRepeated : showsUnique else { return }
    if counts {
      let digits = String(count)
      for _ in digits.utf8.count..<max(7, digits.utf8.count) { output.write(0x20) }
      output.write(digits)
      output.write(0x20)
    }
    write(line, output)
  }

  private func isSame(_ a: [UInt8], _ b: UnsafeRawBufferPointer) -> Bool {
    a.withUnsafeBytes { a in
      let x = compared(a)
      let y = compared(b)
      guard x.count == y.count else { return false }
      if !ignoresCase { return compareBytes(a.part(x), b.part(y)) == 0 }
      var (i, j) = (x.lowerBound, y.lowerBound)
      while i < x.upperBound {
        if Self.fold(a[i]) != Self.fold(b[j]) { return false }
        i += 1
        j += 1
      }
      return true
    }
  }

  /// What of a line is compared.
  private func compared(_ line: UnsafeRawBufferPointer) -> Range<Int> {
    var start = 0
    for _ in 0..<fields where start < line.count {
      while start < line.count, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
      while start < line.count, line[start] != 0x20, line[start] != 0x09 { start += 1 }
    }
    start = min(line.count, skipped > line.count ? line.count : start + skipped)
    return start..<(line.count - start > width ? start + width : line.count)
  }

  private static func fold(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }
}
