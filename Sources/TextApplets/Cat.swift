public import Box
internal import Linux
internal import Target

/// Writes files one after the other, POSIX cat and coreutils cat(1).
public struct Cat: Command {
  enum Numbers { case none, filled, all }

  var numbers = Numbers.none
  var showsEnds = false
  var showsTabs = false
  var showsControls = false
  var squeezes = false

  public init() {}

  public static var manual: Manual<Cat> {
    Manual(
      "cat", "Write files to standard output", family: .text, operands: "[FILE]...",
      options: [
        .flag("A", "show-all", "As -vET") {
          $0.showsControls = true
          $0.showsEnds = true
          $0.showsTabs = true
        },
        .flag("b", "number-nonblank", "Number the lines that are not empty") {
          $0.numbers = .filled
        },
        .flag("e", nil, "As -vE") {
          $0.showsControls = true
          $0.showsEnds = true
        },
        .flag("E", "show-ends", "Print $ at the end of each line") { $0.showsEnds = true },
        .flag("n", "number", "Number all lines") {
          if $0.numbers == .none { $0.numbers = .all }
        },
        .flag("s", "squeeze-blank", "Print only one of several empty lines") {
          $0.squeezes = true
        },
        .flag("t", nil, "As -vT") {
          $0.showsControls = true
          $0.showsTabs = true
        },
        .flag("T", "show-tabs", "Print tabs as ^I") { $0.showsTabs = true },
        .flag("u", nil, "Do not buffer, as it never does") { _ in },
        .flag("v", "show-nonprinting", "Print control characters as ^X and M-X") {
          $0.showsControls = true
        },
      ],
      examples: [
        ("cat /proc/1/root/etc/resolv.conf", "A file of the target"),
        ("cat -A @/app/run.sh", "Where the carriage returns are"),
        ("cat @/app/dump.bin > dump.bin", "Copy a file out of the target"),
      ],
      standard: "POSIX.1-2017 cat, coreutils 9.1 cat(1)",
      deviations: [
        "on a terminal, control characters in files of a target are escaped; in a pipe they are not",
        "FIFOs, sockets and devices of a target are not opened",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    var marker = LineMarker(self)
    for operand in operands.isEmpty ? ["-"] : operands {
      do throws(Failure) {
        let source = try TextSource.open(operand, paths)
        try copy(source, &marker, context)
      } catch {
        context.report(error)
      }
      if context.output.failure != nil { return }
    }
  }

  private var isPlain: Bool {
    numbers == .none && !showsEnds && !showsTabs && !showsControls && !squeezes
  }

  private func copy(
    _ source: borrowing TextSource, _ marker: inout LineMarker, _ context: Context
  ) throws(Failure) {
    guard !context.output.feeds(source.file) else {
      throw .message("\(source.display): input file is output file")
    }
    var sink = TextSink(context, isForeign: source.isForeign)
    do throws(SystemError) {
      if isPlain, !sink.escapes { return try context.output.copy(source.file) }
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
      defer { buffer.deallocate() }
      while context.output.failure == nil {
        let count = try source.file.read(into: buffer)
        if count == 0 { break }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        if isPlain { sink.write(bytes) } else { sink.write(marker.marked(bytes)[...]) }
        // What comes from a terminal or a pipe is shown at once.
        if count < buffer.count { context.output.flush() }
      }
      sink.write(marker.pending()[...])
      sink.finish()
    } catch {
      throw .system(error.about(source.display))
    }
  }
}

/// Numbers lines and makes visible what is not; its state goes on from file to file.
struct LineMarker {
  private let options: Cat
  private var number = 0
  private var isLineStart = true
  /// Empty lines directly before this place.
  private var emptyLines = 0
  /// A carriage return whose meaning the next byte decides: `^M` in front of a shown end of line.
  private var hasReturn = false

  /// Whether a byte stands for itself, wherever in a line.
  private let isPlain: [Bool]

  init(_ options: Cat) {
    self.options = options
    isPlain = (0..<256).map { byte in
      switch byte {
      case 0x0A: false
      case 0x0D: !options.showsEnds && !options.showsControls
      case 0x09: !options.showsTabs
      default: !options.showsControls || (byte >= 0x20 && byte < 0x7F)
      }
    }
  }

  mutating func marked(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 4)
    var start = 0
    while start < bytes.count {
      // What stands for itself inside a line is copied as a whole.
      var end = start
      if !isLineStart, !hasReturn { while end < bytes.count, isPlain[Int(bytes[end])] { end += 1 } }
      if end > start {
        result += bytes[start..<end]
      } else {
        mark(bytes[start], &result)
        end += 1
      }
      start = end
    }
    return result
  }

  /// What was held back at the end of a file.
  mutating func pending() -> [UInt8] {
    guard hasReturn else { return [] }
    hasReturn = false
    return [0x0D]
  }

  private mutating func mark(_ byte: UInt8, _ result: inout [UInt8]) {
    if hasReturn {
      hasReturn = false
      if byte == 0x0A { result += "^M".utf8 } else { result.append(0x0D) }
    }
    if byte == 0x0A { return endLine(&result) }
    if isLineStart {
      isLineStart = false
      emptyLines = 0
      if options.numbers != .none { writeNumber(&result) }
    }
    if byte == 0x0D, options.showsEnds, !options.showsControls {
      hasReturn = true
    } else if byte == 0x09 {
      if options.showsTabs { result += "^I".utf8 } else { result.append(byte) }
    } else if options.showsControls {
      show(byte, &result)
    } else {
      result.append(byte)
    }
  }

  private mutating func endLine(_ result: inout [UInt8]) {
    if isLineStart {
      emptyLines += 1
      if options.squeezes, emptyLines > 1 { return }
      if options.numbers == .all { writeNumber(&result) }
    }
    isLineStart = true
    if options.showsEnds { result.append(UInt8(ascii: "$")) }
    result.append(0x0A)
  }

  private mutating func writeNumber(_ result: inout [UInt8]) {
    number += 1
    let digits = String(number)
    result += repeatElement(UInt8(ascii: " "), count: max(0, 6 - digits.utf8.count))
    result += digits.utf8
    result.append(0x09)
  }

  private func show(_ byte: UInt8, _ result: inout [UInt8]) {
    var byte = byte
    if byte >= 128 {
      result += "M-".utf8
      byte -= 128
    }
    if byte >= 32, byte < 127 {
      result.append(byte)
    } else {
      result.append(UInt8(ascii: "^"))
      result.append(byte ^ 64)
    }
  }
}
