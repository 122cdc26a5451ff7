public import Box
internal import Linux
internal import Target

/// Compares two sorted files line by line, POSIX comm and coreutils comm(1).
public struct Comm: Command {
  var shows = [true, true, true]
  var delimiter: [UInt8] = [0x09]
  var separator: UInt8 = 0x0A
  var checks: Bool?
  var showsTotal = false

  public init() {}

  public static var manual: Manual<Comm> {
    Manual(
      "comm", "Compare two sorted files line by line", family: .text, operands: "FILE1 FILE2",
      options: [
        .flag("1", nil, "Not the lines only in FILE1") { $0.shows[0] = false },
        .flag("2", nil, "Not the lines only in FILE2") { $0.shows[1] = false },
        .flag("3", nil, "Not the lines in both") { $0.shows[2] = false },
        .flag(nil, "check-order", "End where the input is not sorted") { $0.checks = true },
        .flag(nil, "nocheck-order", "Do not look whether the input is sorted") {
          $0.checks = false
        },
        .value(nil, "output-delimiter", "TEXT", "TEXT between columns") {
          (options: inout Comm, text: String) in
          options.delimiter = text.isEmpty ? [0] : text.bytes
        },
        .flag(nil, "total", "A last line with the numbers of lines") { $0.showsTotal = true },
        .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.separator = 0 },
      ],
      examples: [("comm -13 old new", "What is new?")],
      standard: "POSIX.1-2017 comm, coreutils 9.1 comm(1)",
      deviations: ["lines are compared as bytes, as with LC_ALL=C"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count == 2 else {
      throw .usage(operands.count < 2 ? "two files are needed" : "\(operands[2]): extra operand")
    }
    let paths = Paths(context)
    var sides: [CheckedReader] = []
    for operand in operands {
      let source = try TextSource.openSource(operand, paths, status: 1)
      sides.append(CheckedReader(source, separator))
    }
    try compare(sides[0], sides[1], &context)
  }

  private func compare(_ one: CheckedReader, _ two: CheckedReader, _ context: inout Context)
    throws(Failure)
  {
    var totals = [0, 0, 0]
    try one.advance()
    try two.advance()
    while context.output.failure == nil {
      let column: Int
      switch (one.line, two.line) {
      case (nil, nil):
        if showsTotal { writeTotal(totals, context.output) }
        if checks != false, one.isUnsorted || two.isUnsorted {
          throw .message("input is not in sorted order")
        }
        return
      case (let line?, let other?):
        let order = compareBytes(line, other)
        column = order < 0 ? 0 : order > 0 ? 1 : 2
      case (_?, nil): column = 0
      case (nil, _?): column = 1
      }
      totals[column] += 1
      if shows[column], let line = column == 1 ? two.line : one.line {
        for index in 0..<column where shows[index] { context.output.write(delimiter) }
        context.output.write(line)
        context.output.write(separator)
      }
      if column != 1 { try advance(one, 1, hasPair: column == 2, &context) }
      if column != 0 { try advance(two, 2, hasPair: column == 2, &context) }
    }
  }

  private func advance(
    _ side: CheckedReader, _ number: Int, hasPair: Bool, _ context: inout Context
  ) throws(Failure) {
    let was = side.isUnsorted
    try side.advance()
    guard side.isUnsorted, !was, checks != false else { return }
    // Without --check-order it only matters where lines stay without a pair.
    if checks == true { throw .message("file \(number) is not in sorted order") }
    context.report(.message("file \(number) is not in sorted order"))
  }

  private func writeTotal(_ totals: [Int], _ output: Output) {
    for total in totals {
      output.write(String(total))
      output.write(delimiter)
    }
    output.write("total")
    output.write(separator)
  }
}

/// Reads lines and notices when they are not sorted.
final class CheckedReader {
  private let reader: LineReader
  private let display: String
  private(set) var line: [UInt8]?
  private(set) var isUnsorted = false

  init(_ source: LineReaderSource, _ separator: UInt8) {
    reader = LineReader(File(owning: source.descriptor), separator: separator)
    display = source.display
  }

  func advance() throws(Failure) {
    do throws(SystemError) {
      let next = try reader.next().map { Array($0) }
      if let line, let next, compareBytes(line, next) > 0 { isUnsorted = true }
      line = next
    } catch {
      throw .system(error.about(display))
    }
  }
}
