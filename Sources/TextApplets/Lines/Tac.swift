public import Box
internal import Linux
internal import Target

/// Prints the lines of files from the last to the first, coreutils tac(1).
public struct Tac: Command {
  var before = false
  var separator: [UInt8] = [0x0A]

  public init() {}

  public static var manual: Manual<Tac> {
    Manual(
      "tac", "Print lines from the last to the first", family: .text, operands: "[FILE]...",
      options: [
        .flag("b", "before", "The separator stands before what it parts") { $0.before = true },
        .refused("r", "regex", "is not supported"),
        .value("s", "separator", "TEXT", "What parts the lines") {
          (options: inout Tac, text: String) in
          options.separator = text.isEmpty ? [0] : text.bytes
        },
      ],
      examples: [("tac @/var/log/app.log | grep -m 1 ERROR", "The last error")],
      standard: "coreutils 9.1 tac(1)",
      deviations: ["a file is held in memory, up to 1 GiB"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    for operand in operands.isEmpty ? ["-"] : operands {
      do throws(Failure) {
        let source = try TextSource.open(operand, paths)
        let bytes = try source.contents(limit: 1 << 30)
        bytes.withUnsafeBytes { reverse($0, context.output) }
      } catch {
        context.report(error)
      }
    }
  }

  private func reverse(_ bytes: UnsafeRawBufferPointer, _ output: Output) {
    var end = bytes.count
    var search = end
    while let found = last(in: bytes, before: search) {
      let cut = before ? found : found + separator.count
      // A separator at the very end parts nothing that follows it.
      if cut < end || before { output.write(bytes.part(cut..<end)) }
      end = cut
      search = found
    }
    output.write(bytes.part(0..<end))
  }

  /// Where the last separator starts that ends before `end`.
  private func last(in bytes: UnsafeRawBufferPointer, before end: Int) -> Int? {
    guard let first = separator.first else { return nil }
    var limit = end - separator.count + 1
    while limit > 0, let found = bytes.lastOffset(of: first, before: limit) {
      if bytes[found..<(found + separator.count)].elementsEqual(separator) { return found }
      limit = found
    }
    return nil
  }
}

/// Prints lines with their characters from the last to the first, util-linux rev(1).
public struct Rev: Command {
  var separator: UInt8 = 0x0A

  public init() {}

  public static var manual: Manual<Rev> {
    Manual(
      "rev", "Reverse each line", family: .text, operands: "[FILE]...",
      options: [
        .flag("0", "zero", "Lines end with NUL, not newline") { $0.separator = 0 }
      ],
      examples: [("rev | cut -d . -f 1 | rev", "What stands behind the last dot")],
      standard: "util-linux 2.38 rev(1)",
      deviations: ["characters are those of UTF-8; other bytes are characters of their own"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    try forEachReader(operands, separator, &context) { (reader, output) throws(SystemError) in
      while output.failure == nil, let line = try reader.next() {
        var end = line.count
        while end > 0 {
          var start = end - 1
          while start > 0, end - start < 4, line[start] & 0xC0 == 0x80 { start -= 1 }
          // What is no character of UTF-8 goes byte by byte.
          if Self.length(line[start]) != end - start { start = end - 1 }
          output.write(line.part(start..<end))
          end = start
        }
        if reader.hasEnd { output.write(separator) }
      }
    }
  }

  private static func length(_ byte: UInt8) -> Int {
    byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
  }
}
