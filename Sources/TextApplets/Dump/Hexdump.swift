public import Box
internal import Linux
internal import Target

/// Prints bytes in hex or as a format says, util-linux hexdump(1); as `hd` it starts with -C.
public struct Hexdump: Command {
  var formats: [String] = []
  var formatFiles: [String] = []
  var limit: Int?
  var skip = 0
  var showsAll = false

  public init() {}

  public static var manual: Manual<Hexdump> {
    Manual(
      "hexdump", "Print bytes in hexadecimal", family: .text, operands: "[FILE]...",
      options: [
        .flag("b", "one-byte-octal", "Bytes in octal") {
          $0.formats += address + [#""%07.7_ax " 16/1 "%03o " "\n""#]
        },
        .flag("C", "canonical", "Bytes in hex, and as characters") { $0.formats += canonical },
        .flag("c", "one-byte-char", "Bytes as characters") {
          $0.formats += address + [#""%07.7_ax " 16/1 "%3_c " "\n""#]
        },
        .flag("d", "two-bytes-decimal", "Words of two bytes in decimal") {
          $0.formats += address + [#""%07.7_ax " 8/2 "  %05u " "\n""#]
        },
        .value("e", "format", "FORMAT", "As FORMAT says") { $0.formats.append($1) },
        .value("f", "format-file", "FILE", "As the formats in FILE say, one a line") {
          $0.formatFiles.append($1)
        },
        .parsed("n", "length", "NUM", "At most NUM bytes") {
          (options: inout Hexdump, text) throws(Failure) in options.limit = try amount(text)
        },
        .flag("o", "two-bytes-octal", "Words of two bytes in octal") {
          $0.formats += address + [#""%07.7_ax " 8/2 " %06o " "\n""#]
        },
        .parsed("s", "skip", "NUM", "Pass over NUM bytes") {
          (options: inout Hexdump, text) throws(Failure) in options.skip = try amount(text)
        },
        .flag("v", "no-squeezing", "Print lines that repeat too, not *") { $0.showsAll = true },
        .flag("x", "two-bytes-hex", "Words of two bytes in hex, far apart") {
          $0.formats += address + [#""%07.7_ax " 8/2 "   %04x " "\n""#]
        },
      ],
      examples: [
        ("hexdump -C /proc/1/exe | head", "What kind of file is it?"),
        ("hexdump -ve '1/1 \"%02x\"' key", "All bytes on one line"),
      ],
      standard: "util-linux 2.38 hexdump(1)",
      deviations: ["no colours (-L, %_L[…])"])
  }

  private static var address: [String] { [#""%07.7_Ax\n""#] }

  private static var canonical: [String] {
    [
      #""%08.8_Ax\n""#, #""%08.8_ax  " 8/1 "%02x " "  " 8/1 "%02x " "#, #""  |" 16/1 "%_p" "|\n""#,
    ]
  }

  private static func amount(_ text: String) throws(Failure) -> Int {
    guard let value = ByteFeed.amount(text) else {
      throw .message("\(text): not a number of bytes")
    }
    return value
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    var texts = formats
    for name in formatFiles {
      let source = try TextSource.open(name, paths)
      for line in try source.contents(limit: 1 << 20).split(separator: 0x0A) {
        let start = line.drop { $0 == 0x20 || $0 == 0x09 }
        if !start.isEmpty, start.first != UInt8(ascii: "#") { texts.append(String(bytes: line)) }
      }
    }
    if texts.isEmpty {
      texts =
        context.name == "hd"
        ? Self.canonical : Self.address + [#""%07.7_ax " 8/2 "%04x " "\n""#]
    }
    var parsed: [HexFormat] = []
    for text in texts {
      do throws(HexFormat.Malformed) {
        parsed.append(try HexFormat(text.bytes))
      } catch {
        throw .message(error.reason)
      }
    }
    let writer = HexWriter(parsed)
    guard writer.block > 0, writer.block <= HexFormat.longest else {
      throw .message("the format takes no bytes, or too many")
    }
    let feed = ByteFeed(operands, paths, skip: skip, limit: limit)
    dump(feed, writer, context.output)
    for failure in feed.failures { context.report(failure) }
  }

  private func dump(_ feed: ByteFeed, _ writer: HexWriter, _ output: Output) {
    var address = feed.skipped
    var block = [UInt8](repeating: 0, count: writer.block)
    var last: [UInt8] = []
    var isRepeating = false
    while output.failure == nil {
      let count = feed.fill(&block, upTo: writer.block)
      if count == 0 { break }
      if count < writer.block {
        for index in count..<writer.block { block[index] = 0 }
      }
      if !showsAll, count == writer.block, block == last {
        if !isRepeating { output.write("*\n") }
        isRepeating = true
      } else {
        isRepeating = false
        writer.write(block, count: count, address: address, output)
        last = block
      }
      address += count
      if count < writer.block { break }
    }
    if address > 0 { writer.writeEnd(address, output) }
  }
}
