public import Box
internal import Linux
internal import Target

/// Prints bytes in hex, or makes bytes of hex again, xxd(1) of vim.
public struct Xxd: Command {
  enum Style { case plain, bits, include, words, dump }

  var style = Style.dump
  var reverts = false
  var upper = false
  var columns: Int?
  var group: Int?
  var limit: Int?
  var seek = 0
  var seeksFromEnd = false
  var offset = 0
  var skipsZeros = false
  var decimal = false
  var name: String?
  var capitals = false

  public init() {}

  public static var manual: Manual<Xxd> {
    Manual(
      "xxd", "Print bytes in hexadecimal, and the way back", family: .text,
      operands: "[OPTION]... [INFILE [OUTFILE]]", grammar: .own,
      options: [
        .flag("a", nil, "A * for lines of zeros") { _ in },
        .flag("b", nil, "Bits, not hex") { _ in },
        .flag("C", nil, "With -i, names in capitals") { _ in },
        .value("c", nil, "COLS", "COLS bytes a line") { (_: inout Xxd, _: Int) in },
        .flag("d", nil, "Addresses in decimal") { _ in },
        .flag("e", nil, "Words with the last byte first") { _ in },
        .value("g", nil, "BYTES", "BYTES in a group") { (_: inout Xxd, _: Int) in },
        .flag("i", nil, "As an array of C") { _ in },
        .value("l", nil, "LEN", "At most LEN bytes") { (_: inout Xxd, _: Int) in },
        .value("n", nil, "NAME", "With -i, the name of the array") { (_: inout Xxd, _: String) in },
        .value("o", nil, "OFF", "Add OFF to addresses") { (_: inout Xxd, _: Int) in },
        .flag("p", nil, "Hex digits alone") { _ in },
        .flag("r", nil, "From hex to bytes, with -p from hex digits alone") { _ in },
        .value("s", nil, "SEEK", "Start at SEEK; -SEEK from the end") { (_: inout Xxd, _: Int) in },
        .flag("u", nil, "Upper case digits") { _ in },
      ],
      examples: [
        ("xxd @/app/cert.der | head", "What kind of file is it?"),
        ("xxd -p key | tr -d '\\n'", "All bytes on one line"),
        ("echo 48656c6c6f | xxd -r -p", "Bytes from hex"),
      ],
      standard: "xxd(1) of vim 9.0",
      deviations: [
        "-E (EBCDIC) is refused", "-r writes what lies between as zeros, it does not seek",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var options = self
    let files = try XxdArguments.read(operands, &options)
    guard files.count <= 2 else { throw .usage("\(files[2]): extra operand") }
    try options.convert(files, context)
  }

  private func convert(_ files: [String], _ context: Context) throws(Failure) {
    let paths = Paths(context)
    var output = context.output
    let opened = try TextSource.openSource(files.first ?? "-", paths, status: 2)
    let source = TextSource(
      file: File(owning: opened.descriptor), display: opened.display, isForeign: false)
    if files.count == 2, files[1] != "-" {
      let mode: OpenMode = reverts ? [.write, .create] : [.write, .create, .truncate]
      output = Output(descriptor: try paths.location(files[1]).open(mode).release())
    }
    if reverts {
      try revert(source, output)
    } else {
      try dump(source, files.first ?? "-", output)
    }
    output.flush()
    if files.count == 2, let failure = output.failure { throw .system(failure.about(files[1])) }
  }

  private func dump(_ source: borrowing TextSource, _ file: String, _ output: Output)
    throws(Failure)
  {
    var skip = seek
    if seeksFromEnd {
      let end = try source.told { () throws(SystemError) in try source.file.seek(to: 0, .end) }
      guard seek <= end else { throw Failure("cannot seek that far before the end", status: 4) }
      skip = end - seek
    }
    let size = style == .include ? 12 : style == .plain ? 30 : style == .bits ? 6 : 16
    let writer = XxdWriter(self, columns: columns.flatMap { $0 == 0 ? nil : $0 } ?? size)
    if style == .include, file != "-" || name != nil { writer.begin(name ?? file, output) }
    let feed = try XxdFeed(source, skip: skip, limit: limit)
    let isEndless = columns == 0 && style == .plain
    var line = [UInt8](repeating: 0, count: writer.columns)
    var address = skip
    var total = 0
    while output.failure == nil {
      let count = try feed.fill(source, &line)
      if count == 0 { break }
      writer.line(Array(line[..<count]), address: address + offset, isFirst: total == 0, output)
      if style == .plain, !isEndless { output.write(0x0A) }
      address += count
      total += count
      if count < line.count { break }
    }
    writer.end(total, output)
    if isEndless, total > 0 { output.write(0x0A) }
    if style == .include { writer.close(file == "-" ? name : name ?? file, total, output) }
  }

  private func revert(_ source: borrowing TextSource, _ output: Output) throws(Failure) {
    var reverter = XxdReverter(plain: style == .plain, offset: seek)
    var failure: String?
    try source.forEachPiece { piece in
      for byte in piece { reverter.take(byte, output) }
      failure = reverter.failure
      return failure == nil && output.failure == nil
    }
    reverter.finish(output)
    if let failure { throw Failure(failure, status: 5) }
  }
}

/// Reads the arguments of xxd, whose options have one dash and names of any length.
enum XxdArguments {
  static func read(_ arguments: [String], _ options: inout Xxd) throws(Failure) -> [String] {
    var rest = arguments[...]
    var files: [String] = []
    while let argument = rest.popFirst() {
      guard files.isEmpty, argument.hasPrefix("-"), argument != "-" else {
        files.append(argument)
        continue
      }
      if argument == "--" {
        files += rest
        break
      }
      let name = String(Substring(argument.utf8.dropFirst(argument.hasPrefix("--") ? 2 : 1)))
      if try flag(name, &options) { continue }
      try value(name, argument, &rest, &options)
    }
    return files
  }

  private static func flag(_ name: String, _ options: inout Xxd) throws(Failure) -> Bool {
    switch name {
    case "a", "autoskip": options.skipsZeros.toggle()
    case "b", "bits": options.style = .bits
    case "C", "capitalize": options.capitals = true
    case "d": options.decimal = true
    case "e": options.style = .words
    case "i", "include": options.style = .include
    case "p", "ps", "plain", "postscript": options.style = .plain
    case "r", "revert": options.reverts = true
    case "u", "uppercase": options.upper = true
    case "ru", "rp", "pr":
      options.reverts = true
      if name != "ru" { options.style = .plain }
    case "E", "EBCDIC": throw .usage("-E: is not supported")
    default: return false
    }
    return true
  }

  private static func value(
    _ name: String, _ argument: String, _ rest: inout ArraySlice<String>, _ options: inout Xxd
  ) throws(Failure) {
    let words: [(String, Character)] = [
      ("cols", "c"), ("groupsize", "g"), ("len", "l"), ("length", "l"), ("name", "n"),
      ("offset", "o"), ("seek", "s"), ("skip", "s"),
    ]
    let word = words.first { $0.0 == name }
    let isLong = argument.hasPrefix("--")
    guard let letter = word?.1 ?? (isLong ? nil : name.first), "cglnos".contains(letter) else {
      throw unknownOption(argument, nearest: nil)
    }
    let attached = word == nil ? String(Substring(name.utf8.dropFirst())) : ""
    guard let text = attached.isEmpty ? rest.popFirst() : attached else {
      throw .usage("\(argument): needs a value")
    }
    if letter == "n" {
      options.name = text
      return
    }
    var digits = text.bytes[...]
    var isNegative = false
    if letter == "s" || letter == "o", let sign = digits.first, sign == 0x2B || sign == 0x2D {
      isNegative = sign == 0x2D
      digits = digits.dropFirst()
    }
    guard let number = ByteFeed.amount(String(bytes: digits)) else {
      throw .usage("\(argument) \(text): not a number")
    }
    switch letter {
    case "c":
      guard number <= 256 || options.style == .plain else {
        throw .message("invalid number of columns (max. 256)")
      }
      options.columns = min(number, 1 << 16)
    case "g": options.group = number
    case "l": options.limit = number
    case "o": options.offset = isNegative ? -number : number
    default:
      options.seek = number
      options.seeksFromEnd = isNegative
    }
  }
}
