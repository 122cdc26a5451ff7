public import Box
internal import Linux
internal import Target

/// Cuts a file into several, POSIX split and coreutils split(1).
public struct Split: Command {
  enum Way { case lines(Int), bytes(Int), lineBytes(Int), chunks(Int), lineChunks(Int) }

  var way = Way.lines(1000)
  var length: Int?
  var digits: StaticString = "abcdefghijklmnopqrstuvwxyz"
  var first = 0
  var ending = ""
  var separator: UInt8 = 0x0A
  var tells = false
  var skipsEmpty = false

  public init() {}

  public static var manual: Manual<Split> {
    Manual(
      "split", "Cut a file into several", family: .text, operands: "[FILE [PREFIX]]",
      options: [
        .parsed("a", "suffix-length", "NUM", "Names end with NUL letters") {
          (options: inout Split, text) throws(Failure) in
          let value = try amount(text)
          guard value <= 16 else { throw .message("-a \(text): too long") }
          options.length = value == 0 ? nil : value
        },
        .value(nil, "additional-suffix", "TEXT", "TEXT at the end of all names") {
          $0.ending = $1
        },
        .parsed("b", "bytes", "SIZE", "SIZE bytes each") {
          (options: inout Split, text) throws(Failure) in options.way = .bytes(try positive(text))
        },
        .parsed("C", "line-bytes", "SIZE", "At most SIZE bytes of whole lines each") {
          (options: inout Split, text) throws(Failure) in
          options.way = .lineBytes(try positive(text))
        },
        .flag("d", nil, "Numbers in names, not letters") { $0.digits = "0123456789" },
        .flag("e", "elide-empty-files", "No empty files with -n") { $0.skipsEmpty = true },
        .optional(nil, "filter", "COMMAND", "Refused") { (_: inout Split, _) throws(Failure) in
          throw .usage("--filter: is not supported")
        },
        .optional(nil, "hex-suffixes", "FROM", "As -x, from FROM on") {
          (options: inout Split, text) throws(Failure) in
          options.digits = "0123456789abcdef"
          options.first = Int(text ?? "0", radix: 16) ?? 0
        },
        .parsed("l", "lines", "NUM", "NUM lines each, 1000 if not said") {
          (options: inout Split, text) throws(Failure) in options.way = .lines(try positive(text))
        },
        .parsed("n", "number", "CHUNKS", "NUM files of the same size; l/NUM with whole lines") {
          (options: inout Split, text) throws(Failure) in
          if text.hasPrefix("l/") {
            options.way = .lineChunks(try positive(String(text.dropFirst(2))))
          } else {
            options.way = .chunks(try positive(text))
          }
        },
        .optional(nil, "numeric-suffixes", "FROM", "As -d, from FROM on") {
          (options: inout Split, text) throws(Failure) in
          options.digits = "0123456789"
          options.first = Int(text ?? "0") ?? 0
        },
        .parsed("t", "separator", "CHAR", "Lines end with CHAR; \\0 is NUL") {
          (options: inout Split, text) throws(Failure) in
          let bytes = text == "\\0" ? [0] : text.bytes
          guard bytes.count == 1 else { throw .message("-t \(text): multi-character separator") }
          options.separator = bytes[0]
        },
        .flag("u", "unbuffered", "As always with -n") { _ in },
        .flag(nil, "verbose", "Tell the name of each file") { $0.tells = true },
        .flag("x", nil, "Hex numbers in names, not letters") { $0.digits = "0123456789abcdef" },
      ],
      examples: [("split -b 10M heap.hprof heap.", "Parts that can be carried away")],
      standard: "POSIX.1-2017 split, coreutils 9.1 split(1)",
      deviations: ["of -n only NUM and l/NUM; --filter is refused"])
  }

  private static func amount(_ text: String) throws(Failure) -> Int {
    guard let value = ByteFeed.amount(text) else { throw .message("\(text): not a number") }
    return value
  }

  private static func positive(_ text: String) throws(Failure) -> Int {
    let value = try amount(text)
    guard value > 0 else { throw .message("\(text): must be more than 0") }
    return value
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count <= 2 else { throw .usage("\(operands[2]): extra operand") }
    let paths = Paths(context)
    let source = try TextSource.open(operands.first ?? "-", paths)
    var parts = SplitParts(
      self, prefix: operands.count == 2 ? operands[1] : "x", paths, context.output)
    switch way {
    case .lines(let count): try byLines(source, count, &parts)
    case .bytes(let size): try byBytes(source, size, &parts)
    case .lineBytes(let size): try byWholeLines(source, size, &parts)
    case .chunks(let count): try byChunks(source, count, lines: false, &parts)
    case .lineChunks(let count): try byChunks(source, count, lines: true, &parts)
    }
    try parts.close()
  }

  private func byLines(_ source: borrowing TextSource, _ count: Int, _ parts: inout SplitParts)
    throws(Failure)
  {
    try distribute(source, count, &parts) { bytes, start, left in
      var end = start
      while end < bytes.count, left > 0 {
        guard let found = bytes.offset(of: separator, from: end) else { return bytes.count }
        end = found + 1
        left -= 1
      }
      return end
    }
  }

  private func byBytes(_ source: borrowing TextSource, _ size: Int, _ parts: inout SplitParts)
    throws(Failure)
  {
    try distribute(source, size, &parts) { bytes, start, left in
      let count = min(left, bytes.count - start)
      left -= count
      return start + count
    }
  }

  /// Fills one part after the other, each up to `size` of what `take` counts: it says where what goes into this
  /// part ends, and subtracts that from what is left of the size.
  private func distribute(
    _ source: borrowing TextSource, _ size: Int, _ parts: inout SplitParts,
    _ take: (UnsafeRawBufferPointer, _ start: Int, _ left: inout Int) -> Int
  ) throws(Failure) {
    var left = 0
    var failure: Failure?
    try source.forEachPiece { piece in
      let bytes = UnsafeRawBufferPointer(piece)
      var start = 0
      do throws(Failure) {
        while start < bytes.count {
          if left == 0 {
            try parts.next()
            left = size
          }
          let end = take(bytes, start, &left)
          parts.write(bytes.part(start..<end))
          start = end
        }
      } catch {
        failure = error
      }
      return failure == nil
    }
    if let failure { throw failure }
  }

  private func byWholeLines(
    _ source: borrowing TextSource, _ size: Int, _ parts: inout SplitParts
  ) throws(Failure) {
    let bytes = try source.contents(limit: 1 << 30)
    var start = 0
    var left = 0
    while start < bytes.count {
      var end = bytes[start...].firstIndex(of: separator).map { $0 + 1 } ?? bytes.count
      if end - start > left {
        try parts.next()
        left = size
        // A line that is longer than a file goes on in the next one.
        end = min(end, start + size)
      }
      bytes.withUnsafeBytes { parts.write($0.part(start..<end)) }
      left -= end - start
      start = end
    }
  }

  private func byChunks(
    _ source: borrowing TextSource, _ count: Int, lines: Bool, _ parts: inout SplitParts
  ) throws(Failure) {
    let bytes = try source.contents(limit: 1 << 30)
    var start = 0
    for index in 1...count {
      let size = max(1, bytes.count / count)
      var end = index == count ? bytes.count : min(bytes.count, max(start, size * index))
      if lines, index < count, end > start {
        end = bytes[(end - 1)...].firstIndex(of: separator).map { $0 + 1 } ?? bytes.count
      }
      if start < end || !skipsEmpty { try parts.next() }
      bytes.withUnsafeBytes { parts.write($0.part(start..<max(start, end))) }
      start = max(start, end)
    }
  }
}

/// The files that split makes, one after the other.
struct SplitParts {
  private let options: Split
  private let prefix: String
  private let paths: Paths
  private let told: Output
  private var number: Int
  private var output: Output?
  private var name = ""

  init(_ options: Split, prefix: String, _ paths: Paths, _ told: Output) {
    self.options = options
    self.prefix = prefix
    self.paths = paths
    self.told = told
    number = options.first
  }

  mutating func next() throws(Failure) {
    try close()
    name = prefix + (try suffix()) + options.ending
    number += 1
    if options.tells { told.line("creating file '\(name)'") }
    let file = try paths.location(name).open([.write, .create, .truncate])
    output = Output(descriptor: file.release())
  }

  func write(_ bytes: UnsafeRawBufferPointer) { output?.write(bytes) }

  mutating func close() throws(Failure) {
    guard let output else { return }
    output.flush()
    let failure = output.failure
    output.close()
    self.output = nil
    if let failure { throw .system(failure.about(name)) }
  }

  private func suffix() throws(Failure) -> String {
    let letters = options.digits.withUTF8Buffer { Array($0) }
    let base = letters.count
    var length = options.length ?? 2
    var value = number
    if options.length == nil, options.first == 0 {
      // xyz is followed by xzaaa: names get longer, and still sort.
      var room = base * (base - 1)
      var extra = 0
      while value >= room, length < 16 {
        value -= room
        extra += 1
        length += 1
        room *= base
      }
      return String(repeating: String(Unicode.Scalar(letters[base - 1])), count: extra)
        + Self.digits(value, length, letters)
    }
    let text = Self.digits(value, length, letters)
    guard text.utf8.count <= length else { throw .message("output file suffixes exhausted") }
    return text
  }

  private static func digits(_ value: Int, _ length: Int, _ letters: [UInt8]) -> String {
    var result: [UInt8] = []
    var value = value
    while value > 0 || result.count < length {
      result.append(letters[value % letters.count])
      value /= letters.count
    }
    return String(bytes: result.reversed())
  }
}
