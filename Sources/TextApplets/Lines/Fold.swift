public import Box
internal import Linux
internal import Target

/// Breaks long lines, POSIX fold and coreutils fold(1).
public struct Fold: Command {
  var countsBytes = false
  var atBlanks = false
  var width = 80

  public init() {}

  public static var manual: Manual<Fold> {
    Manual(
      "fold", "Break long lines", family: .text, operands: "[FILE]...",
      options: [
        .flag("b", "bytes", "Count bytes, not columns") { $0.countsBytes = true },
        .parsed("0123456789", nil, "NUM", "As -w NUM") {
          (options: inout Fold, text) throws(Failure) in options.width = try number(text)
        },
        .flag("s", "spaces", "Break at blanks") { $0.atBlanks = true },
        .parsed("w", "width", "NUM", "Lines of NUM columns, not 80") {
          (options: inout Fold, text) throws(Failure) in options.width = try number(text)
        },
      ],
      examples: [("fold -s -w 72 README", "Lines that fit")],
      standard: "POSIX.1-2017 fold, coreutils 9.1 fold(1)",
      deviations: ["a byte is a column, as with LC_ALL=C"])
  }

  private static func number(_ text: String) throws(Failure) -> Int {
    guard let value = Int(text), value > 0 else {
      throw .message("\(text): not a number of columns")
    }
    return value
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    try forEachReader(operands, 0x0A, &context) { (reader, output) throws(SystemError) in
      while output.failure == nil, let line = try reader.next() {
        write(line, output)
        if reader.hasEnd { output.write(0x0A) }
      }
    }
  }

  private func write(_ line: UnsafeRawBufferPointer, _ output: Output) {
    var start = 0
    var index = 0
    var column = 0
    while index < line.count {
      let next = advanced(column, line[index])
      if next <= width || index == start {
        column = next
        index += 1
        continue
      }
      var cut = index
      if atBlanks {
        var blank = index
        while blank > start, line[blank - 1] != 0x20, line[blank - 1] != 0x09 { blank -= 1 }
        if blank > start { cut = blank }
      }
      output.write(line.part(start..<cut))
      output.write(0x0A)
      start = cut
      column = 0
      for place in start..<index { column = advanced(column, line[place]) }
    }
    output.write(line.part(start..<line.count))
  }

  private func advanced(_ column: Int, _ byte: UInt8) -> Int {
    if countsBytes { return column + 1 }
    switch byte {
    case 0x08: return max(0, column - 1)
    case 0x0D: return 0
    case 0x09: return column + 8 - column % 8
    default: return column + 1
    }
  }
}
