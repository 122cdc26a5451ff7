public import Box
internal import Linux
internal import Target

/// Joins lines of files side by side, POSIX paste and coreutils paste(1).
public struct Paste: Command {
  var delimiters: [[UInt8]] = [[0x09]]
  var isSerial = false
  var separator: UInt8 = 0x0A

  public init() {}

  public static var manual: Manual<Paste> {
    Manual(
      "paste", "Join the lines of files side by side", family: .text, operands: "[FILE]...",
      options: [
        .parsed(
          "d", "delimiters", "LIST", "What stands between, one after the other; \\0 is nothing"
        ) { (options: inout Paste, text) throws(Failure) in
          options.delimiters = try list(text)
        },
        .flag("s", "serial", "All lines of a file as one line") { $0.isSerial = true },
        .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.separator = 0 },
      ],
      examples: [("pgrep java | paste -s -d ,", "A list with commas")],
      standard: "POSIX.1-2017 paste, coreutils 9.1 paste(1)")
  }

  private static func list(_ text: String) throws(Failure) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var rest = text.bytes[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        result.append([byte])
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "0"): result.append([])
      case UInt8(ascii: "b"): result.append([0x08])
      case UInt8(ascii: "f"): result.append([0x0C])
      case UInt8(ascii: "n"): result.append([0x0A])
      case UInt8(ascii: "r"): result.append([0x0D])
      case UInt8(ascii: "t"): result.append([0x09])
      case UInt8(ascii: "v"): result.append([0x0B])
      case let other?: result.append([other])
      case nil: throw .message("-d \(text): ends with a backslash that escapes nothing")
      }
    }
    return result.isEmpty ? [[]] : result
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let operands = operands.isEmpty ? ["-"] : operands
    if isSerial {
      return try forEachReader(operands, separator, &context) {
        (reader, output) throws(SystemError) in
        var index = 0
        while output.failure == nil, let line = try reader.next() {
          if index > 0 { output.write(delimiters[(index - 1) % delimiters.count]) }
          output.write(line)
          index += 1
        }
        output.write(separator)
      }
    }
    let paths = Paths(context)
    var readers: [LineReader] = []
    // All `-` take turns with the lines of the one standard input.
    var input: LineReader?
    for operand in operands {
      if operand == "-", let input {
        readers.append(input)
        continue
      }
      let source = try TextSource.openSource(operand, paths, status: 1)
      let reader = LineReader(File(owning: source.descriptor), separator: separator)
      if operand == "-" { input = reader }
      readers.append(reader)
    }
    do throws(SystemError) {
      try join(readers, context.output)
    } catch {
      throw .system(error)
    }
  }

  private func join(_ readers: [LineReader], _ output: Output) throws(SystemError) {
    while output.failure == nil {
      var row: [UInt8] = []
      var hasLine = false
      for (index, reader) in readers.enumerated() {
        if index > 0 { row += delimiters[(index - 1) % delimiters.count] }
        if let line = try reader.next() {
          hasLine = true
          row.append(contentsOf: line)
        }
      }
      if !hasLine { return }
      output.write(row)
      output.write(separator)
    }
  }
}
