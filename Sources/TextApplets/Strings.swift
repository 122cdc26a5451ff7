public import Box
internal import Linux
internal import Target

/// Prints the runs of characters in files that can be printed, binutils strings(1).
public struct Strings: Command {
  enum Encoding { case seven, eight, big16, little16, big32, little32 }

  var least = 4
  var radix: Int?
  var encoding = Encoding.seven
  var showsNames = false
  var takesBlanks = false
  var separator: String?

  public init() {}

  public static var manual: Manual<Strings> {
    Manual(
      "strings", "Print what is text in binary files", family: .text, operands: "[FILE]...",
      options: [
        .digits("Runs of at least NUM characters") { $0.least = max(1, $1) },
        .flag("a", "all", "Look at the whole file, as always here") { _ in },
        .parsed("e", "encoding", "E", "Bits of characters: s 7, S 8, b l 16, B L 32") {
          (options: inout Strings, text) throws(Failure) in
          switch text {
          case "s": options.encoding = .seven
          case "S": options.encoding = .eight
          case "b": options.encoding = .big16
          case "l": options.encoding = .little16
          case "B": options.encoding = .big32
          case "L": options.encoding = .little32
          default: throw .usage("-e \(text): not s, S, b, l, B or L")
          }
        },
        .flag("f", "print-file-name", "The name of the file in front") { $0.showsNames = true },
        .parsed("n", "bytes", "NUM", "Runs of at least NUM characters") {
          (options: inout Strings, text) throws(Failure) in
          guard let count = Int(text), count > 0 else {
            throw .message("\(text): not a length of 1 or more")
          }
          options.least = count
        },
        .flag("o", nil, "As -t o") { $0.radix = 8 },
        .value("s", "output-separator", "TEXT", "TEXT between runs, not a newline") {
          $0.separator = $1
        },
        .parsed("t", "radix", "R", "Where each run is: d decimal, o octal, x hex") {
          (options: inout Strings, text) throws(Failure) in
          switch text {
          case "d": options.radix = 10
          case "o": options.radix = 8
          case "x": options.radix = 16
          default: throw .usage("-t \(text): not d, o or x")
          }
        },
        .flag("w", "include-all-whitespace", "All blanks and ends of lines are text") {
          $0.takesBlanks = true
        },
      ],
      examples: [("strings -n 8 /proc/1/exe | grep -i version", "Which version is the app?")],
      standard: "GNU binutils 2.40 strings(1)",
      deviations: ["-d is refused: sections of object files are not looked for"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    for operand in operands.isEmpty ? ["-"] : operands {
      do throws(Failure) {
        let source = try TextSource.open(operand, paths)
        let name = operand == "-" ? "{standard input}" : operand
        var scanner = StringScanner(self, name, context.output)
        try source.forEachPiece { piece in
          scanner.add(UnsafeRawBufferPointer(piece))
          return context.output.failure == nil
        }
        scanner.finish()
      } catch {
        context.report(error)
      }
    }
  }
}

/// Finds runs of characters; a file comes in pieces.
struct StringScanner {
  private let options: Strings
  private let name: String
  private let output: Output
  private let isText: [Bool]
  private let unit: Int
  private var run: [UInt8] = []
  /// Whether the run is long enough and its start has been written.
  private var isWriting = false
  private var start = 0
  private var offset = 0
  private var pending: [UInt8] = []

  init(_ options: Strings, _ name: String, _ output: Output) {
    self.options = options
    self.name = name
    self.output = output
    isText = (0..<256).map { byte in
      if byte == 0x09 || (byte >= 0x20 && byte < 0x7F) { return true }
      if options.takesBlanks, byte >= 0x0A, byte <= 0x0D { return true }
      return options.encoding == .eight && byte >= 0x80
    }
    switch options.encoding {
    case .seven, .eight: unit = 1
    case .big16, .little16: unit = 2
    case .big32, .little32: unit = 4
    }
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes {
      if unit == 1 {
        take(isText[Int(byte)] ? byte : nil)
        offset += 1
      } else {
        pending.append(byte)
        if pending.count == unit { takeUnit() }
      }
    }
  }

  mutating func finish() { end() }

  private mutating func takeUnit() {
    var value: UInt32 = 0
    let isBig = options.encoding == .big16 || options.encoding == .big32
    for index in 0..<unit {
      value = value << 8 | UInt32(pending[isBig ? index : unit - 1 - index])
    }
    if value < 0x80, isText[Int(value)] {
      take(UInt8(value))
      offset += unit
      pending = []
    } else {
      // A character may start at any byte behind a run.
      take(nil)
      offset += 1
      pending.removeFirst()
    }
  }

  private mutating func take(_ byte: UInt8?) {
    guard let byte else { return end() }
    if run.isEmpty, !isWriting { start = offset }
    if isWriting { return output.write(byte) }
    run.append(byte)
    guard run.count == options.least else { return }
    isWriting = true
    if options.showsNames { output.write(name + ": ") }
    if let radix = options.radix {
      let digits = String(start, radix: radix)
      output.write(String(repeating: " ", count: max(0, 7 - digits.utf8.count)) + digits + " ")
    }
    output.write(run)
    run.removeAll(keepingCapacity: true)
  }

  private mutating func end() {
    if isWriting { output.write(options.separator ?? "\n") }
    isWriting = false
    run.removeAll(keepingCapacity: true)
  }
}
