public import Box
internal import Linux
internal import Target

/// Shuffles lines, coreutils shuf(1).
public struct Shuf: Command {
  var echoes = false
  var range: ClosedRange<UInt64>?
  var count: Int?
  var target: String?
  var repeats = false
  var separator: UInt8 = 0x0A

  public init() {}

  public static var manual: Manual<Shuf> {
    Manual(
      "shuf", "Shuffle lines", family: .text, operands: "[FILE]",
      options: [
        .flag("e", "echo", "Shuffle the operands") { $0.echoes = true },
        .parsed("i", "input-range", "LO-HI", "Shuffle the numbers from LO to HI") {
          (options: inout Shuf, text) throws(Failure) in
          let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
          guard parts.count == 2, let low = UInt64(parts[0]), let high = UInt64(parts[1]),
            low <= high
          else { throw .message("-i \(text): not a range of numbers") }
          options.range = low...high
        },
        .parsed("n", "head-count", "NUM", "At most NUM lines") {
          (options: inout Shuf, text) throws(Failure) in
          guard let count = Int(text), count >= 0 else {
            throw .message("-n \(text): not a number of lines")
          }
          options.count = min(options.count ?? count, count)
        },
        .value("o", "output", "FILE", "Write to FILE") { $0.target = $1 },
        .optional(nil, "random-source", "FILE", "Refused") {
          (_: inout Shuf, _) throws(Failure) in throw .usage("--random-source: is not supported")
        },
        .flag("r", "repeat", "Lines may come again") { $0.repeats = true },
        .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.separator = 0 },
      ],
      examples: [("shuf -n 1 hosts", "One of them"), ("shuf -i 1-6 -n 1", "A die")],
      standard: "coreutils 9.1 shuf(1)", deviations: ["a file is held in memory, up to 1 GiB"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    var lines: [ArraySlice<UInt8>] = []
    if echoes {
      if range != nil { throw .usage("-e: not with -i") }
      lines = operands.map { $0.bytes[...] }
    } else if range != nil {
      if let extra = operands.first { throw .usage("\(extra): extra operand") }
    } else {
      if operands.count > 1 { throw .usage("\(operands[1]): extra operand") }
      let source = try TextSource.open(operands.first ?? "-", paths)
      var bytes = try source.contents(limit: 1 << 30)
      if bytes.last == separator { bytes.removeLast() } else if bytes.isEmpty { bytes = [] }
      if !bytes.isEmpty || lines.isEmpty {
        lines = bytes.split(separator: separator, omittingEmptySubsequences: false)
      }
      if bytes.isEmpty, lines.count == 1 { lines = [] }
    }
    var output = context.output
    if let target {
      let file = try paths.location(target).open([.write, .create, .truncate])
      output = Output(descriptor: file.release())
    }
    try write(lines, output)
    output.flush()
    if let target, let failure = output.failure { throw .system(failure.about(target)) }
  }

  private func write(_ lines: [ArraySlice<UInt8>], _ output: Output) throws(Failure) {
    let low = range?.lowerBound ?? 0
    let size = range.map { $0.upperBound - $0.lowerBound } ?? UInt64(max(0, lines.count - 1))
    guard size < UInt64(Int.max) else { throw .message("-i: too many numbers") }
    let total = range == nil ? lines.count : Int(size) + 1
    var random = Entropy()
    func show(_ index: Int) {
      if range != nil {
        output.write(String(low + UInt64(index)))
      } else {
        output.write(lines[index])
      }
      output.write(separator)
    }
    if repeats {
      if total == 0 {
        if count == 0 { return }
        throw .message("no lines to repeat")
      }
      var left = count ?? .max
      while left > 0, output.failure == nil {
        show(Int(random.below(UInt64(total))))
        left -= 1
      }
      return
    }
    let wanted = min(count ?? total, total)
    guard total <= 1 << 28 else { throw .message("-i: too many numbers") }
    var order = [Int32](repeating: 0, count: total)
    for index in 0..<total { order[index] = Int32(truncatingIfNeeded: index) }
    for index in 0..<wanted where output.failure == nil {
      order.swapAt(index, index + Int(random.below(UInt64(total - index))))
      show(Int(order[index]))
    }
  }
}
