public import Box
internal import Linux
internal import Target

/// Prints parts of lines, POSIX cut and coreutils cut(1).
public struct Cut: Command {
  var list: String?
  var byFields = false
  var delimiter: UInt8 = 0x09
  var hasDelimiter = false
  var onlyDelimited = false
  var complements = false
  var outputDelimiter: [UInt8]?
  var separator: UInt8 = 0x0A

  public init() {}

  public static var manual: Manual<Cut> {
    Manual(
      "cut", "Print parts of lines", family: .text, operands: "[FILE]...",
      options: [
        .parsed("b", "bytes", "LIST", "These bytes: 1,3-5,-2,7-") {
          (options: inout Cut, text) throws(Failure) in try options.take(text, fields: false)
        },
        .parsed("c", "characters", "LIST", "As -b") {
          (options: inout Cut, text) throws(Failure) in try options.take(text, fields: false)
        },
        .flag(nil, "complement", "All but these") { $0.complements = true },
        .parsed("d", "delimiter", "CHAR", "Fields are parted by CHAR, not a tab") {
          (options: inout Cut, text) throws(Failure) in
          let bytes = text.bytes
          guard bytes.count <= 1 else {
            throw .usage("-d \(text): the delimiter must be a single character")
          }
          options.delimiter = bytes.first ?? 0
          options.hasDelimiter = true
        },
        .parsed("f", "fields", "LIST", "These fields") {
          (options: inout Cut, text) throws(Failure) in try options.take(text, fields: true)
        },
        .flag("n", nil, "Taken and without meaning") { _ in },
        .value(nil, "output-delimiter", "TEXT", "TEXT between parts of the output") {
          (options: inout Cut, text: String) in
          options.outputDelimiter = text.isEmpty ? [0] : text.bytes
        },
        .flag("s", "only-delimited", "No lines without a delimiter") { $0.onlyDelimited = true },
        .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.separator = 0 },
      ],
      examples: [
        ("cut -d : -f 1,7 @/etc/passwd", "Users and their shells"),
        ("cut -c 1-80", "Not more than the terminal shows"),
      ],
      standard: "POSIX.1-2017 cut, coreutils 9.1 cut(1)",
      deviations: ["-c counts bytes, as that of coreutils does"])
  }

  private mutating func take(_ text: String, fields: Bool) throws(Failure) {
    guard list == nil else { throw .usage("\(text): only one list may be given") }
    list = text
    byFields = fields
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let list else { throw .usage("a list of bytes, characters or fields is needed") }
    if !byFields, hasDelimiter { throw .usage("-d: only with fields") }
    if !byFields, onlyDelimited { throw .usage("-s: only with fields") }
    let positions: PositionList
    do throws(PositionList.Malformed) {
      positions = try PositionList(list)
    } catch {
      throw .usage(error.reason)
    }
    let ranges = (complements ? positions.complement : positions).ranges
    try forEachReader(operands, separator, &context) { (reader, output) throws(SystemError) in
      while output.failure == nil, let line = try reader.next() {
        if byFields {
          writeFields(of: line, ranges, output)
        } else {
          writeBytes(of: line, ranges, output)
          output.write(separator)
        }
      }
    }
  }

  private func writeBytes(
    of line: UnsafeRawBufferPointer, _ ranges: [ClosedRange<Int>], _ output: Output
  ) {
    var isFirst = true
    for range in ranges {
      guard range.lowerBound <= line.count else { return }
      if !isFirst, let outputDelimiter { output.write(outputDelimiter) }
      isFirst = false
      output.write(line.part((range.lowerBound - 1)..<min(range.upperBound, line.count)))
    }
  }

  private func writeFields(
    of line: UnsafeRawBufferPointer, _ ranges: [ClosedRange<Int>], _ output: Output
  ) {
    guard line.offset(of: delimiter) != nil else {
      if onlyDelimited { return }
      output.write(line)
      return output.write(separator)
    }
    var field = 1
    var start = 0
    var isFirst = true
    for range in ranges {
      while start <= line.count, field <= range.upperBound {
        let end = line.offset(of: delimiter, from: start) ?? line.count
        if field >= range.lowerBound {
          // What lies together in the line is written together.
          if !isFirst { output.write(outputDelimiter ?? [delimiter]) }
          isFirst = false
          output.write(line.part(start..<end))
        }
        start = end + 1
        field += 1
      }
    }
    output.write(separator)
  }
}

/// Runs `body` with a reader of each operand's lines; what cannot be read is told, and the others go on.
func forEachReader(
  _ operands: [String], _ separator: UInt8, _ context: inout Context,
  _ body: (LineReader, Output) throws(SystemError) -> Void
) throws(Failure) {
  let paths = Paths(context)
  for operand in operands.isEmpty ? ["-"] : operands {
    do throws(Failure) {
      let source = try TextSource.openSource(operand, paths, status: 1)
      let reader = LineReader(File(owning: source.descriptor), separator: separator)
      do throws(SystemError) {
        try body(reader, context.output)
      } catch {
        throw Failure.system(error.about(source.display))
      }
    } catch {
      context.report(error)
    }
    if context.output.failure != nil { return }
  }
}
