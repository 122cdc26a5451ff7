public import Box
internal import Linux
internal import Target

/// Where tabs lead: `4`, `4,8,12`, `4,/8` or `4,+8`.
struct TabStops {
  private var stops: [Int] = []
  /// Behind the last stop: multiples of this, or steps from the last one; nil: no more.
  private var step: Int?
  private var isRelative = false

  init() { step = 8 }

  init(_ text: String) throws(Failure) {
    for word in text.bytes.split(whereSeparator: { $0 == 0x2C || $0 == 0x20 || $0 == 0x09 }) {
      guard step == nil else { throw .message("\(text): / and + are only for the last tab stop") }
      let mark = word.first
      let isStep = mark == UInt8(ascii: "/") || mark == UInt8(ascii: "+")
      guard let value = Int(String(bytes: isStep ? word.dropFirst() : word)), value >= 0 else {
        throw .message("\(text): not a list of tab stops")
      }
      guard value > 0 else { throw .message("tab size cannot be 0") }
      if isStep {
        step = value
        isRelative = mark == UInt8(ascii: "+")
      } else {
        guard value > stops.last ?? 0 else { throw .message("tab sizes must be ascending") }
        stops.append(value)
      }
    }
    if stops.count == 1, step == nil {
      step = stops[0]
      stops = []
    } else if stops.isEmpty, step == nil {
      step = 8
    }
  }

  /// The next stop behind `column`; nil where there is none.
  func next(_ column: Int) -> Int? {
    if let stop = stops.first(where: { $0 > column }) { return stop }
    guard let step else { return nil }
    let base = isRelative ? stops.last ?? 0 : 0
    return column + step - (column - base) % step
  }
}

/// Makes blanks of tabs, POSIX expand and coreutils expand(1).
public struct Expand: Command {
  var isInitial = false
  var stops = TabStops()

  public init() {}

  public static var manual: Manual<Expand> {
    Manual(
      "expand", "Make blanks of tabs", family: .text, operands: "[FILE]...",
      options: [
        .parsed("0123456789", nil, "NUM", "As -t NUM") {
          (options: inout Expand, text) throws(Failure) in options.stops = try TabStops(text)
        },
        .flag("i", "initial", "Only tabs in front of the text") { $0.isInitial = true },
        .parsed("t", "tabs", "LIST", "Tab stops: every NUM columns, or at these columns") {
          (options: inout Expand, text) throws(Failure) in options.stops = try TabStops(text)
        },
      ],
      examples: [("expand -t 4 Makefile", "As an editor shows it")],
      standard: "POSIX.1-2017 expand, coreutils 9.1 expand(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    try forEachReader(operands, 0x0A, &context) { (reader, output) throws(SystemError) in
      while output.failure == nil, let line = try reader.next() {
        var column = 0
        var isOpen = true
        for byte in line {
          if byte == 0x09, isOpen {
            let target = stops.next(column) ?? column + 1
            while column < target {
              output.write(0x20)
              column += 1
            }
            continue
          }
          column = byte == 0x08 ? max(0, column - 1) : column + 1
          if isInitial, byte != 0x20 { isOpen = false }
          output.write(byte)
        }
        if reader.hasEnd { output.write(0x0A) }
      }
    }
  }
}

/// Makes tabs of blanks, POSIX unexpand and coreutils unexpand(1).
public struct Unexpand: Command {
  var isAll = false
  var isFirstOnly = false
  var stops = TabStops()

  public init() {}

  public static var manual: Manual<Unexpand> {
    Manual(
      "unexpand", "Make tabs of blanks", family: .text, operands: "[FILE]...",
      options: [
        .flag("a", "all", "All runs of blanks, not only in front") { $0.isAll = true },
        .flag(nil, "first-only", "Only in front, whatever -t says") { $0.isFirstOnly = true },
        .parsed("t", "tabs", "LIST", "Tab stops, with -a") {
          (options: inout Unexpand, text) throws(Failure) in
          options.stops = try TabStops(text)
          options.isAll = true
        },
      ],
      examples: [("unexpand -t 4 file", "Tabs of four columns")],
      standard: "POSIX.1-2017 unexpand, coreutils 9.1 unexpand(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let converts = isAll && !isFirstOnly
    try forEachReader(operands, 0x0A, &context) { (reader, output) throws(SystemError) in
      while output.failure == nil, let line = try reader.next() {
        write(line, converts, output)
        if reader.hasEnd { output.write(0x0A) }
      }
    }
  }

  private func write(_ line: UnsafeRawBufferPointer, _ converts: Bool, _ output: Output) {
    var column = 0
    var isOpen = true
    // What is not written yet: tabs, then blanks behind the last stop.
    var tabs = 0
    var blanks = 0
    // A single blank that ends at a stop: a tab only where more follows.
    var isAtStop = false
    func flush() {
      for _ in 0..<tabs { output.write(0x09) }
      for _ in 0..<blanks { output.write(0x20) }
      tabs = 0
      blanks = 0
      isAtStop = false
    }
    for byte in line {
      guard isOpen, byte == 0x20 || byte == 0x09, let stop = stops.next(column) else {
        flush()
        column = byte == 0x08 ? max(0, column - 1) : column + 1
        if !converts { isOpen = false }
        output.write(byte)
        continue
      }
      if isAtStop {
        tabs += 1
        blanks = 0
        isAtStop = false
      }
      if byte == 0x09 {
        tabs += 1
        blanks = 0
        column = stop
        continue
      }
      column += 1
      blanks += 1
      guard column == stop else { continue }
      if blanks > 1 || tabs > 0 {
        tabs += 1
        blanks = 0
      } else {
        isAtStop = true
      }
    }
    flush()
  }
}
