public import Box
internal import Linux
internal import Report
internal import Target

/// Compares two files byte by byte, GNU cmp(1).
public struct Cmp: Command {
  var printsBytes = false
  var isVerbose = false
  var isSilent = false
  var limit: Int?
  var skips = (0, 0)

  public init() {}

  public static var manual: Manual<Cmp> {
    Manual(
      "cmp", "Compare two files byte by byte", family: .files,
      operands: "FILE1 [FILE2 [SKIP1 [SKIP2]]]",
      options: [
        .flag("b", "print-bytes", "Print the bytes that differ") { $0.printsBytes = true },
        .flag("l", "verbose", "All that differ: offsets and bytes in octal") {
          $0.isVerbose = true
        },
        .flag("s", "quiet silent", "Print nothing, only the status") { $0.isSilent = true },
        .parsed("n", "bytes", "LIMIT", "At most LIMIT bytes") {
          (cmp: inout Cmp, text: String) throws(Failure) in cmp.limit = try Cmp.size(text)
        },
        .parsed("i", "ignore-initial", "SKIP[:SKIP2]", "Skip so many bytes first") {
          (cmp: inout Cmp, text: String) throws(Failure) in
          let parts = text.split(separator: ":", maxSplits: 1)
          guard let first = parts.first else { throw .usage("-i: needs a number") }
          cmp.skips.0 = try Cmp.size(String(first))
          cmp.skips.1 = parts.count > 1 ? try Cmp.size(String(parts[1])) : cmp.skips.0
        },
      ],
      examples: [("cmp app.jar @1:/app/app.jar", "Is that what runs?")],
      standard: "GNU diffutils 3.8 cmp(1)")
  }

  static func size(_ text: String) throws(Failure) -> Int {
    guard let size = Quantity.parse(text), size >= 0 else {
      throw .usage("\(text): invalid number")
    }
    return size
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let first = operands.first else { throw .usage("missing operand") }
    guard operands.count <= 4 else { throw .usage("\(operands[4]): extra operand") }
    let second = operands.count > 1 ? operands[1] : "-"
    var skips = self.skips
    if operands.count > 2 { skips.0 = try Self.size(operands[2]) }
    if operands.count > 3 { skips.1 = try Self.size(operands[3]) }
    do throws(Failure) {
      let paths = Paths(context)
      let left = try Self.stream(first, skips.0, paths)
      let right = try Self.stream(second, skips.1, paths)
      try compare(left, right, (first, second), &context)
    } catch {
      throw Failure(
        isSilent && error.errno == .noEntry ? nil : error.text, advice: error.advice, status: 2,
        errno: error.errno)
    }
  }

  private static func stream(_ path: String, _ skip: Int, _ paths: Paths) throws(Failure)
    -> CompareStream
  {
    var file: File
    if path == "-" {
      file = try attempt { () throws(SystemError) in try File.standardInput() }
    } else {
      file = try paths.location(path).openToRead()
    }
    let stream = CompareStream(file, path)
    try stream.skip(skip)
    return stream
  }

  private func compare(
    _ left: CompareStream, _ right: CompareStream, _ names: (String, String),
    _ context: inout Context
  ) throws(Failure) {
    var (offset, line) = (0, 1)
    var endsWithNewline = false
    var differs = false
    let size = min(left.size, right.size, limit ?? .max)
    let width = size == .max ? 0 : String(size).utf8.count
    while offset < limit ?? .max {
      try left.fill()
      try right.fill()
      let count = min(left.count, right.count, (limit ?? .max) - offset)
      if count == 0 { break }
      let (a, b) = (left.bytes, right.bytes)
      var index = 0
      while index < count {
        // Nearly all pieces are equal: the whole is compared first.
        let rest = (
          UnsafeRawBufferPointer(rebasing: a[index..<count]),
          UnsafeRawBufferPointer(rebasing: b[index..<count])
        )
        let step = firstDifference(rest.0, rest.1) ?? rest.0.count
        if !isVerbose, !isSilent { line += countNewlines(rest.0, step) }
        index += step
        guard index < count else { break }
        differs = true
        if isSilent { return context.fail() }
        if !isVerbose {
          tell(names, offset + index + 1, line, a[index], b[index], context)
          return context.fail()
        }
        list(offset + index + 1, a[index], b[index], width, context)
        index += 1
      }
      endsWithNewline = a[count - 1] == 0x0A
      offset += count
      left.take(count)
      right.take(count)
    }
    if offset < limit ?? .max {
      try left.fill()
      try right.fill()
      if left.count != right.count {
        let shorter = left.count == 0 ? names.0 : names.1
        if !isSilent { eof(shorter, offset, line, endsWithNewline, context) }
        return context.fail()
      }
    }
    if differs { context.fail() }
  }

  private func eof(
    _ name: String, _ offset: Int, _ line: Int, _ endsWithNewline: Bool, _ context: Context
  ) {
    if offset == 0 { return context.note("EOF on \(name) which is empty") }
    if isVerbose { return context.note("EOF on \(name) after byte \(offset)") }
    let place = endsWithNewline ? "line \(line - 1)" : "in line \(line)"
    context.note("EOF on \(name) after byte \(offset), \(place)")
  }

  private func tell(
    _ names: (String, String), _ offset: Int, _ line: Int, _ a: UInt8, _ b: UInt8,
    _ context: Context
  ) {
    var text = "\(Sanitize.escaped(names.0)) \(Sanitize.escaped(names.1)) differ: "
    text += "\(printsBytes ? "byte" : "byte") \(offset), line \(line)"
    if printsBytes {
      text += " is \(leftPadded(octal(UInt32(a)), to: 3)) \(Self.shown(a))"
      text += " \(leftPadded(octal(UInt32(b)), to: 3)) \(Self.shown(b))"
    }
    context.output.line(text)
  }

  private func list(
    _ offset: Int, _ a: UInt8, _ b: UInt8, _ offsetWidth: Int, _ context: Context
  ) {
    let width = max(1, offsetWidth)
    var text = leftPadded(String(offset), to: width)
    text += " " + leftPadded(octal(UInt32(a)), to: 3)
    if printsBytes {
      let shown = Self.shown(a)
      text += " " + shown + String(repeating: " ", count: max(0, 4 - shown.utf8.count))
    }
    text += " " + leftPadded(octal(UInt32(b)), to: 3)
    if printsBytes { text += " " + Self.shown(b) }
    context.output.line(text)
  }

  /// As `cat -t` shows a byte.
  private static func shown(_ byte: UInt8) -> String {
    var text = ""
    var byte = byte
    if byte >= 0x80 {
      text = "M-"
      byte -= 0x80
    }
    if byte < 0x20 { return text + "^" + String(Unicode.Scalar(byte + 0x40)) }
    return text + (byte == 0x7F ? "^?" : String(Unicode.Scalar(byte)))
  }
}

/// A file that is compared, piece by piece.
final class CompareStream {
  private let file: File
  private let name: String
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
  private var start = 0
  private var end = 0

  init(_ file: consuming File, _ name: String) {
    self.file = file
    self.name = name
  }

  deinit { buffer.deallocate() }

  var count: Int { end - start }
  /// Of a regular file.
  var size: Int {
    guard let status = try? file.status(), status.kind == .regular else { return .max }
    return status.size
  }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[start..<end]) }

  func fill() throws(Failure) {
    guard start == end else { return }
    do throws(SystemError) {
      (start, end) = (0, try file.read(into: buffer))
    } catch {
      throw .system(error.about(name))
    }
  }

  func take(_ count: Int) { start += count }

  func skip(_ count: Int) throws(Failure) {
    if count > 0, (try? file.status())?.kind == .regular,
      (try? file.seek(to: count, .current)) != nil
    {
      return
    }
    var rest = count
    while rest > 0 {
      try fill()
      if self.count == 0 { return }
      let part = min(rest, self.count)
      take(part)
      rest -= part
    }
  }
}
