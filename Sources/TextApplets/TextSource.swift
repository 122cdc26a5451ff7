internal import Box
internal import Linux
internal import Target

/// An open operand of a text applet.
struct TextSource: ~Copyable {
  let file: File
  /// The name in headers and messages.
  let display: String
  /// Whether what is in it is a stranger's.
  let isForeign: Bool

  /// `-` is standard input.
  static func open(_ operand: String, _ paths: Paths) throws(Failure) -> TextSource {
    if operand == "-" {
      let input = try attempt { () throws(SystemError) in try File.standardInput() }
      return TextSource(file: input, display: "standard input", isForeign: false)
    }
    let place = try paths.location(operand)
    if place.isForeign, paths.context.isInteractive { guardTerminal(paths.context.output) }
    return TextSource(
      file: try place.openToRead(), display: operand, isForeign: place.isForeign)
  }

  /// From now on all that is written is foreign text, which a terminal gets without control characters.
  private static func guardTerminal(_ output: Output) {
    if output.filter != nil { return }
    output.flush()
    output.filter = { bytes in
      let safe = Output.memory()
      for piece in TextSink.pieces(Array(bytes)[...]) {
        if piece.count == 1, piece.first == 0x0A || piece.first == 0x09 {
          safe.write(piece)
        } else {
          safe.write(Sanitize.escaped(String(bytes: piece)))
        }
      }
      return safe.text.bytes
    }
  }

  /// The descriptor of the operand, which the caller owns.
  static func openSource(_ operand: String, _ paths: Paths, status: Int32) throws(Failure)
    -> LineReaderSource
  {
    do throws(Failure) {
      let source = try open(operand, paths)
      let display = source.display
      return LineReaderSource(descriptor: source.takeFile().release(), display: display)
    } catch {
      throw Failure(error.text, advice: error.advice, status: status, errno: error.errno)
    }
  }

  /// The open file itself.
  consuming func takeFile() -> File { file }

  /// Calls `body` with each piece of the file, at most 256 KiB.
  borrowing func forEachPiece(_ body: (UnsafeMutableRawBufferPointer) -> Bool) throws(Failure) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = try told { () throws(SystemError) in try file.read(into: buffer) }
      if count == 0 { return }
      if !body(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])) { return }
    }
  }

  /// Everything; an error where that is more than `limit` bytes.
  borrowing func contents(limit: Int) throws(Failure) -> [UInt8] {
    try told { () throws(SystemError) in try file.contents(limit: limit) }
  }

  /// Runs `body` and tells its error about this operand.
  borrowing func told<Result>(_ body: () throws(SystemError) -> Result) throws(Failure) -> Result {
    do throws(SystemError) {
      return try body()
    } catch {
      throw .system(error.about(display))
    }
  }
}

/// Writes what was read. What is a target's goes to a terminal without control characters.
struct TextSink {
  let output: Output
  let escapes: Bool
  /// The start of a character whose end has not come yet.
  private var open: [UInt8] = []

  init(_ context: Context, isForeign: Bool) {
    output = context.output
    escapes = isForeign && context.isInteractive
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    if escapes { writeEscaped(open + Array(bytes)) } else { output.write(bytes) }
  }

  mutating func write(_ bytes: ArraySlice<UInt8>) {
    if escapes { writeEscaped(open + bytes) } else { output.write(bytes) }
  }

  /// Writes the rest of what was held back.
  mutating func finish() {
    guard !open.isEmpty else { return }
    output.write(Sanitize.escaped(String(bytes: open)))
    open = []
  }

  private mutating func writeEscaped(_ bytes: [UInt8]) {
    let held = Self.unfinished(bytes)
    open = Array(bytes.suffix(held))
    for line in Self.pieces(bytes.dropLast(held)) {
      if line.count == 1, line.first == 0x0A || line.first == 0x09 {
        output.write(line)
      } else {
        output.write(Sanitize.escaped(String(bytes: line)))
      }
    }
  }

  /// Runs of text, with each newline and tab alone.
  static func pieces(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = bytes.startIndex
    for index in bytes.indices where bytes[index] == 0x0A || bytes[index] == 0x09 {
      if start < index { pieces.append(bytes[start..<index]) }
      pieces.append(bytes[index...index])
      start = index + 1
    }
    if start < bytes.endIndex { pieces.append(bytes[start...]) }
    return pieces
  }

  /// How many bytes at the end are the start of a UTF-8 character that could still be completed.
  static func unfinished(_ bytes: [UInt8]) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back ? back : 0
    }
    return 0
  }
}
