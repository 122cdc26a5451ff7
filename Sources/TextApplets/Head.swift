public import Box
internal import Linux
internal import Target

/// Writes the beginning of files, POSIX head and coreutils head(1).
public struct Head: Command {
  var amount = Amount(10)
  var countsBytes = false
  var headers: Bool?
  var separator: UInt8 = 0x0A

  public init() {}

  public static var manual: Manual<Head> {
    Manual(
      "head", "Write the first lines or bytes of files", family: .text, operands: "[FILE]...",
      options: [
        .parsed("0123456789", nil, "NUM", "The first NUM lines, as -n NUM; letters may follow") {
          (options: inout Head, text) throws(Failure) in try options.takeOld(text)
        },
        .parsed("c", "bytes", "NUM", "The first NUM bytes; with - all but the last NUM") {
          (options: inout Head, text) throws(Failure) in
          options.amount = try Amount(text, "bytes")
          options.countsBytes = true
        },
        .parsed("n", "lines", "NUM", "The first NUM lines; with - all but the last NUM") {
          (options: inout Head, text) throws(Failure) in
          options.amount = try Amount(text, "lines")
          options.countsBytes = false
        },
        .flag("q", "quiet silent", "Never print headers with file names") { $0.headers = false },
        .flag("v", "verbose", "Always print headers with file names") { $0.headers = true },
        .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.separator = 0 },
      ],
      examples: [
        ("head -n 20 @/var/log/app.log", "How a log of the target begins"),
        ("head -c 4 /proc/1/exe | od -c", "Whether it is an ELF file"),
      ],
      standard: "POSIX.1-2017 head, coreutils 9.1 head(1)",
      deviations: [
        "on a terminal, control characters in files of a target are escaped; in a pipe they are not",
        "FIFOs, sockets and devices of a target are not opened",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    var banner = Banner(isShown: headers ?? (operands.count > 1))
    for operand in operands.isEmpty ? ["-"] : operands {
      do throws(Failure) {
        let source = try TextSource.open(operand, paths)
        banner.show(source.display, context.output)
        try copy(source, context)
      } catch {
        context.report(error)
      }
      if context.output.failure != nil { return }
    }
  }

  /// `-5`, `-5k`, `-20c`, `-3qz`: the form from before options had letters.
  private mutating func takeOld(_ text: String) throws(Failure) {
    let digits = text.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 }
    var unit = ""
    countsBytes = false
    for letter in text.unicodeScalars.dropFirst(digits.count) {
      switch letter {
      case "c": countsBytes = true
      case "b", "k", "m":
        countsBytes = true
        unit = String(letter)
      case "l": countsBytes = false
      case "q": headers = false
      case "v": headers = true
      case "z": separator = 0
      default: throw .usage("-\(text): \(String(letter)): unknown letter behind a number")
      }
    }
    amount = try Amount(String(Substring(digits)) + unit, "lines")
  }

  private func copy(_ source: borrowing TextSource, _ context: Context) throws(Failure) {
    var sink = TextSink(context, isForeign: source.isForeign)
    do throws(SystemError) {
      if amount.sign != .minus {
        try copyFirst(source.file, &sink)
      } else if countsBytes {
        try copyButLastBytes(source.file, &sink)
      } else {
        try copyButLastLines(source.file, &sink)
      }
      sink.finish()
    } catch {
      throw .system(error.about(source.display))
    }
  }

  private func copyFirst(_ file: borrowing File, _ sink: inout TextSink) throws(SystemError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    defer { buffer.deallocate() }
    var left = amount.count
    while left > 0, sink.output.failure == nil {
      let room = countsBytes ? min(left, buffer.count) : buffer.count
      let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
      if count == 0 { return }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      if countsBytes {
        left -= count
        sink.write(bytes)
        continue
      }
      let used = bytes.end(ofLines: &left, separator)
      sink.write(UnsafeRawBufferPointer(rebasing: bytes[..<used]))
      // The next reader of a shared input goes on behind our last line.
      if left == 0, used < count { _ = try? file.seek(to: used - count, .current) }
    }
  }

  private func copyButLastBytes(_ file: borrowing File, _ sink: inout TextSink)
    throws(SystemError)
  {
    let keep = amount.count
    var held: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    defer { buffer.deallocate() }
    while sink.output.failure == nil {
      let count = try file.read(into: buffer)
      if count == 0 { break }
      held += buffer[..<count]
      // Moved only when as much goes as stays, so that no byte moves more than a few times.
      if held.count / 2 >= keep { release(held.count - keep, &held, &sink) }
    }
    if held.count > keep { release(held.count - keep, &held, &sink) }
  }

  private func release(_ count: Int, _ held: inout [UInt8], _ sink: inout TextSink) {
    sink.write(held[..<count])
    held.removeFirst(count)
  }

  private func copyButLastLines(_ file: borrowing File, _ sink: inout TextSink)
    throws(SystemError)
  {
    var held = LineRing(keeping: amount.count, separator)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    defer { buffer.deallocate() }
    while sink.output.failure == nil {
      let count = try file.read(into: buffer)
      if count == 0 { break }
      for piece in held.add(Array(buffer[..<count])) { sink.write(piece) }
    }
    // A last line without its end counts as a line.
    for piece in held.finish() { sink.write(piece) }
  }
}

/// `==> name <==` in front of each of several files.
struct Banner {
  let isShown: Bool
  private var isFirst = true

  init(isShown: Bool) { self.isShown = isShown }

  mutating func show(_ name: String, _ output: Output) {
    guard isShown else { return }
    output.write((isFirst ? "" : "\n") + "==> " + Sanitize.escaped(name) + " <==\n")
    isFirst = false
  }
}

extension UnsafeRawBufferPointer {
  /// The index behind the line that makes `left` zero, or the end; `left` is what remains then.
  func end(ofLines left: inout Int, _ separator: UInt8) -> Int {
    var index = 0
    while left > 0, index < count {
      guard let end = self[index...].firstIndex(of: separator) else { return count }
      left -= 1
      index = end + 1
    }
    return index
  }
}
