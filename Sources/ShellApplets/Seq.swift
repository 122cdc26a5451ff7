public import Box
internal import Linux

/// Counts. GNU seq(1), with exact decimal arithmetic.
public struct Seq: Command {
  var format: String?
  var separator = "\n"
  var equalWidth = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Seq> {
    Manual(
      "seq", "Print numbers in steps", family: .shell, operands: "[FIRST [STEP]] LAST",
      grammar: .numbers,
      options: [
        .value("f", "format", "FORMAT", "Print by a printf(1) format for one fraction") {
          (options: inout Seq, text: String) in options.format = text
        },
        .value("s", "separator", "TEXT", "Put TEXT between numbers, not a newline") {
          (options: inout Seq, text: String) in options.separator = text
        },
        .flag("w", "equal-width", "Pad with zeros to the same width") { $0.equalWidth = true },
      ],
      examples: [
        ("seq -w 8 11", "08 09 10 11"), ("seq 0 0.1 0.3", "0.0 0.1 0.2 0.3"),
        ("seq -s, -f 'node-%g' 3", "Prints node-1,node-2,node-3"),
      ],
      standard: "coreutils seq(1)",
      deviations: ["fractions are exact, however long; hexadecimal numbers have no fraction"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let last = operands.last else { throw .usage("missing operand: needs a LAST number") }
    guard operands.count <= 3 else { throw .usage("\(operands[3]): extra operand") }
    if format != nil, equalWidth {
      throw .usage("--format and --equal-width: only one can be")
    }
    let layout = try format.map { text throws(Failure) in try SequenceFormat(text) }
    let series = try Series(
      first: operands.count > 1 ? operands[0] : "1", step: operands.count > 2 ? operands[1] : "1",
      last: last)
    let writer = SequenceWriter(
      output: context.output, separator: separator.bytes, layout: layout,
      width: equalWidth ? series.width : 0)
    try writer.write(series)
  }
}

/// The numbers from `first` by `step` up to `last`, all of one scale.
struct Series {
  let first: Decimal
  let step: Decimal
  /// nil: without end.
  let last: Decimal?
  /// Digits behind the point that are printed.
  let scale: Int
  /// Columns of the widest of the ends.
  let width: Int
  /// The end is infinite and lies the other way.
  private let isEmpty: Bool

  init(first: String, step: String, last: String) throws(Failure) {
    let start = try Self.number(first)
    let pace = try Self.number(step)
    guard !pace.isZero else { throw .usage("\(step): invalid zero increment") }
    let infinity = Self.infinity(last)
    let end = infinity == nil ? try Self.number(last) : nil
    let scale = max(start.scale, pace.scale)
    self.scale = scale
    let common = max(scale, end?.scale ?? 0)
    self.first = start.scaled(to: common)
    self.step = pace.scaled(to: common)
    self.last = end?.scaled(to: common)
    isEmpty = infinity == pace.isNegative
    width = max(
      Self.columns(first, start, scale), end.map { Self.columns(last, $0, scale) } ?? 0)
  }

  /// Whether `number` lies beyond the end.
  func isBeyond(_ number: Decimal) -> Bool {
    guard let last else { return isEmpty }
    return step.isNegative ? number < last : last < number
  }

  private static func number(_ text: String) throws(Failure) -> Decimal {
    guard let number = Decimal(text) else { throw .usage("\(text): invalid number") }
    return number
  }

  /// Whether `text` is plus (true) or minus (false) infinity.
  private static func infinity(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "inf", "+inf", "infinity", "+infinity": true
    case "-inf", "-infinity": false
    default: nil
    }
  }

  /// Columns of a number as it was typed, with `scale` digits behind the point.
  private static func columns(_ text: String, _ value: Decimal, _ scale: Int) -> Int {
    let plain = text.utf8.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: " ") }
    let point = plain.firstIndex(of: UInt8(ascii: "."))
    let isPlain = plain.allSatisfy { (0x2D...0x39).contains($0) }
    var whole = value.text.utf8.count - (value.scale > 0 ? value.scale + 1 : 0)
    if isPlain { whole = plain.distance(from: plain.startIndex, to: point ?? plain.endIndex) }
    if whole == 0 || (whole == 1 && plain.first == UInt8(ascii: "-")) { whole += 1 }
    return whole + (scale > 0 ? scale + 1 : 0)
  }
}

/// A printf(3) format with exactly one directive for a fraction.
struct SequenceFormat {
  let before: [UInt8]
  let number: NumberFormat
  let after: [UInt8]

  init(_ text: String) throws(Failure) {
    var rest = text.bytes[...]
    before = Self.literal(&rest)
    guard rest.popFirst() != nil else { throw .message("\(text): format has no % directive") }
    var reader = DirectiveReader(rest)
    reader.readFlags()
    let width = try reader.number("field width")
    var precision: Int32?
    if reader.take(UInt8(ascii: ".")) { precision = try reader.number("precision") ?? 0 }
    reader.forbid("cdiosuxX")
    let conversion: Unicode.Scalar
    do throws(Failure) {
      conversion = try reader.conversion()
    } catch {
      throw .message("\(text): format needs one of %a %e %f %g")
    }
    var format = NumberFormat(conversion)
    format.flags = reader.flags
    format.width = width ?? 0
    format.precision = precision ?? -1
    number = format
    rest = reader.rest
    after = Self.literal(&rest)
    guard rest.isEmpty else { throw .message("\(text): format has too many % directives") }
  }

  /// Text up to a directive, with `%%` as `%`.
  private static func literal(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
    let percent = UInt8(ascii: "%")
    var text: [UInt8] = []
    while let byte = rest.first {
      if byte == percent {
        guard rest.dropFirst().first == percent else { return text }
        rest = rest.dropFirst()
      }
      text.append(byte)
      rest = rest.dropFirst()
    }
    return text
  }
}

/// Prints a series; small numbers without the detour over digits.
struct SequenceWriter {
  let output: Output
  let separator: [UInt8]
  let layout: SequenceFormat?
  let width: Int

  func write(_ series: Series) throws(Failure) {
    if series.isBeyond(series.first) { return }
    if layout == nil, width == 0, series.first.scale == 0, let first = series.first.units,
      let step = series.step.units
    {
      if series.last == nil || series.last?.units != nil {
        writeSmall(from: first, by: step, to: series.last?.units)
        return output.write(UInt8(ascii: "\n"))
      }
    }
    var number = series.first
    while true {
      try write(number, scale: series.scale)
      number = number + series.step
      if series.isBeyond(number) || output.failure != nil { break }
      output.write(separator)
    }
    output.write(UInt8(ascii: "\n"))
  }

  private func writeSmall(from first: Int, by step: Int, to last: Int?) {
    var number = first
    while true {
      output.write(String(number))
      let (next, overflow) = number.addingReportingOverflow(step)
      if overflow || output.failure != nil { return }
      if let last, step < 0 ? next < last : next > last { return }
      number = next
      output.write(separator)
    }
  }

  private func write(_ number: Decimal, scale: Int) throws(Failure) {
    var text = number.text
    if number.scale > scale {
      // The end has more digits than the steps: those of the steps are zero there.
      text = String(text.dropLast(number.scale - scale + (scale == 0 ? 1 : 0)))
    }
    if let layout {
      output.write(layout.before)
      guard let result = layout.number.text(real: text) else {
        throw .message("no memory for a field of this width")
      }
      output.write(result.text)
      return output.write(layout.after)
    }
    let missing = max(0, width - text.utf8.count)
    let isNegative = number.isNegative
    if missing > 0, isNegative { text = String(text.dropFirst()) }
    if missing > 0 {
      text = (isNegative ? "-" : "") + String(repeating: "0", count: missing) + text
    }
    output.write(text)
  }
}
