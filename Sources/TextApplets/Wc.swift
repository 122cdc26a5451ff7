public import Box
internal import Linux
internal import Patterns
internal import Report
internal import Target

/// Counts lines, words and bytes, POSIX wc and coreutils wc(1).
public struct Wc: Command {
  enum Total { case auto, always, only, never }

  var lines = false
  var words = false
  var characters = false
  var bytes = false
  var longest = false
  var list: String?
  var total = Total.auto

  public init() {}

  public static var manual: Manual<Wc> {
    Manual(
      "wc", "Count lines, words and bytes", family: .text, operands: "[FILE]...",
      options: [
        .flag("c", "bytes", "The number of bytes") { $0.bytes = true },
        .value(nil, "files0-from", "FILE", "The files named in FILE, each with a NUL behind") {
          $0.list = $1
        },
        .flag("l", "lines", "The number of newlines") { $0.lines = true },
        .flag("L", "max-line-length", "The width of the longest line") { $0.longest = true },
        .flag("m", "chars", "The number of characters") { $0.characters = true },
        .parsed(nil, "total", "WHEN", "The line of totals: auto, always, only or never") {
          (options: inout Wc, text) throws(Failure) in
          switch text {
          case "auto": options.total = .auto
          case "always": options.total = .always
          case "only": options.total = .only
          case "never": options.total = .never
          default: throw .usage("--total=\(text): not auto, always, only or never")
          }
        },
        .flag("w", "words", "The number of words") { $0.words = true },
      ],
      examples: [
        ("wc -l @/var/log/*.log", "How long are the logs?"),
        ("ls /proc/1/fd | wc -l", "How many files has the app open?"),
      ],
      standard: "POSIX.1-2017 wc, coreutils 9.1 wc(1)",
      deviations: [
        "characters are those of UTF-8 unless LC_ALL or LC_CTYPE is C or POSIX",
        "-L counts every character of UTF-8 as one column",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    var names = operands
    if let list {
      guard operands.isEmpty else {
        throw .usage("\(operands[0]): no operands with --files0-from")
      }
      names = try NameList.read(list, paths)
    }
    let isInput = names.isEmpty && list == nil
    if isInput { names = ["-"] }
    let counter = WcCounter(self, isUTF8: Self.isUTF8(context))
    let width = isStream(paths) ? 1 : width(names, isInput: isInput, paths)
    var sum = WcCounts()
    for name in names {
      var counts = WcCounts()
      do throws(Failure) {
        if name.isEmpty, let list { throw .message("\(list): a name that is empty") }
        let source = try TextSource.open(name, paths)
        do throws(Failure) {
          try counter.count(source, &counts)
        } catch {
          context.report(error)
        }
        if total != .only { write(counts, isInput ? nil : name, width, context) }
      } catch {
        context.report(error)
      }
      sum.add(counts)
      if context.output.failure != nil { return }
    }
    let wantsTotal = total == .auto ? names.count > 1 : total != .never
    if wantsTotal {
      write(sum, total == .only ? nil : "total", total == .only ? 1 : width, context)
    }
  }

  /// Whether the names come one by one, so that sizes are not known before.
  private func isStream(_ paths: Paths) -> Bool {
    guard let list, let source = try? TextSource.open(list, paths) else { return false }
    return (try? source.file.status())?.kind != .regular
  }

  private static func isUTF8(_ context: Context) -> Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      if let value = context.variable(name), !value.isEmpty {
        return value != "C" && value != "POSIX"
      }
    }
    return true
  }

  private var isDefault: Bool { !lines && !words && !characters && !bytes && !longest }

  private var columns: Int {
    isDefault ? 3 : [lines, words, characters, bytes, longest].reduce(0) { $0 + ($1 ? 1 : 0) }
  }

  /// Digits of the largest number there can be, as far as sizes tell.
  private func width(_ names: [String], isInput: Bool, _ paths: Paths) -> Int {
    if names.count == 1, columns == 1 { return 1 }
    var size = 0
    var least = 1
    for name in names {
      var status: FileStatus?
      if name == "-" {
        if let input = try? File.standardInput() { status = try? input.status() }
      } else {
        status = try? paths.location(name).status(follow: true)
      }
      guard let status else { continue }
      if status.kind == .regular { size += max(0, status.size) } else { least = 7 }
    }
    return max(least, String(size).utf8.count)
  }

  private func write(_ counts: WcCounts, _ name: String?, _ width: Int, _ context: Context) {
    var numbers: [Int] = []
    if lines || isDefault { numbers.append(counts.lines) }
    if words || isDefault { numbers.append(counts.words) }
    if characters { numbers.append(counts.characters) }
    if bytes || isDefault { numbers.append(counts.bytes) }
    if longest { numbers.append(counts.longest) }
    for (index, number) in numbers.enumerated() {
      let digits = String(number)
      if index > 0 { context.output.write(0x20) }
      for _ in digits.utf8.count..<max(width, digits.utf8.count) { context.output.write(0x20) }
      context.output.write(digits)
    }
    if let name {
      context.output.write(" " + (context.isInteractive ? Sanitize.escaped(name) : name))
    }
    context.output.write(0x0A)
  }

  var needsContents: Bool { lines || words || characters || longest || isDefault }
  var needsWords: Bool { words || isDefault }
}

struct WcCounts {
  var lines = 0
  var words = 0
  var characters = 0
  var bytes = 0
  var longest = 0

  mutating func add(_ other: WcCounts) {
    lines += other.lines
    words += other.words
    characters += other.characters
    bytes += other.bytes
    longest = max(longest, other.longest)
  }
}

/// Counts what is asked for, and no more.
struct WcCounter {
  private let options: Wc
  private let isUTF8: Bool

  init(_ options: Wc, isUTF8: Bool) {
    self.options = options
    self.isUTF8 = isUTF8
  }

  func count(_ source: borrowing TextSource, _ counts: inout WcCounts) throws(Failure) {
    if !options.needsContents, let size = remaining(source.file) {
      counts.bytes = size
      return
    }
    var found = counts
    var inside = false
    var width = 0
    try source.forEachPiece { piece in
      let piece = UnsafeRawBufferPointer(piece)
      found.bytes += piece.count
      found.lines += ByteScan.count(0x0A, in: piece)
      if options.needsWords {
        found.words += ByteScan.words(in: piece, inside: &inside, isUTF8: isUTF8)
      }
      if options.characters {
        found.characters += isUTF8 ? ByteScan.characters(in: piece) : piece.count
      }
      if options.longest { measure(piece, &width, &found.longest) }
      return true
    }
    found.longest = max(found.longest, width)
    counts = found
  }

  /// The bytes of a regular file from its position on; nil where only reading tells.
  private func remaining(_ file: borrowing File) -> Int? {
    guard let status = try? file.status(), status.kind == .regular, status.size > 0,
      let position = try? file.seek(to: 0, .current)
    else { return nil }
    return max(0, status.size - position)
  }

  private func measure(_ bytes: UnsafeRawBufferPointer, _ width: inout Int, _ longest: inout Int) {
    for byte in bytes {
      switch byte {
      case 0x0A, 0x0C, 0x0D:
        longest = max(longest, width)
        width = 0
      case 0x09: width += 8 - width % 8
      case 0x20..<0x7F: width += 1
      case 0xC0...: if isUTF8 { width += 1 }
      default: break
      }
    }
  }
}
