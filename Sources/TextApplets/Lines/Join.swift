public import Box
internal import Linux
internal import Target

/// Joins lines of two files that have the same field, POSIX join and coreutils join(1).
public struct Join: Command {
  /// What a column of the output is: a field of a file, or the joined field for file 0.
  struct Column {
    let file: Int
    let field: Int
  }

  var fields = [0, 0]
  var showsUnpaired = [false, false]
  var showsPaired = true
  var empty: [UInt8] = []
  var ignoresCase = false
  var columns: [Column] = []
  var isAuto = false
  var separator: UInt8?
  var lineEnd: UInt8 = 0x0A
  var checks: Bool?
  var hasHeader = false

  public init() {}

  public static var manual: Manual<Join> {
    Manual(
      "join", "Join lines of two sorted files by a field", family: .text,
      operands: "FILE1 FILE2",
      options: [
        .parsed("1", nil, "FIELD", "The field of FILE1 to join by") {
          (options: inout Join, text) throws(Failure) in options.fields[0] = try field(text)
        },
        .parsed("2", nil, "FIELD", "The field of FILE2 to join by") {
          (options: inout Join, text) throws(Failure) in options.fields[1] = try field(text)
        },
        .parsed("a", nil, "FILE", "Lines of file 1 or 2 without a pair too") {
          (options: inout Join, text) throws(Failure) in
          options.showsUnpaired[try file(text)] = true
        },
        .flag(nil, "check-order", "End where the input is not sorted") { $0.checks = true },
        .value("e", nil, "TEXT", "TEXT for fields that are missing") {
          (options: inout Join, text: String) in options.empty = text.bytes
        },
        .flag(nil, "header", "The first lines are titles") { $0.hasHeader = true },
        .flag("i", "ignore-case", "ASCII letters are equal in both cases") {
          $0.ignoresCase = true
        },
        .parsed("j", nil, "FIELD", "As -1 FIELD -2 FIELD") {
          (options: inout Join, text) throws(Failure) in
          let field = try field(text)
          options.fields = [field, field]
        },
        .flag(nil, "nocheck-order", "Do not look whether the input is sorted") {
          $0.checks = false
        },
        .parsed("o", nil, "FORMAT", "Fields of the output: 0, 1.2 …, or auto") {
          (options: inout Join, text) throws(Failure) in
          if text == "auto" { return options.isAuto = true }
          for word in text.bytes.split(whereSeparator: { $0 == 0x2C || $0 == 0x20 || $0 == 0x09 }) {
            options.columns.append(try column(String(bytes: word)))
          }
        },
        .parsed("t", nil, "CHAR", "Fields are parted by CHAR, not by blanks") {
          (options: inout Join, text) throws(Failure) in
          let bytes = text == "\\0" ? [0] : text.bytes
          guard bytes.count <= 1 else { throw .message("-t \(text): multi-character tab") }
          options.separator = bytes.first ?? 0x0A
        },
        .parsed("v", nil, "FILE", "Only lines of file 1 or 2 without a pair") {
          (options: inout Join, text) throws(Failure) in
          options.showsUnpaired[try file(text)] = true
          options.showsPaired = false
        },
        .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.lineEnd = 0 },
      ],
      examples: [("join -t : -j 1 users shadows", "Lines of both for each user")],
      standard: "POSIX.1-2017 join, coreutils 9.1 join(1)",
      deviations: ["fields are compared as bytes, as with LC_ALL=C"])
  }

  private static func field(_ text: String) throws(Failure) -> Int {
    guard let value = Int(text), value > 0 else {
      throw .message("\(text): not the number of a field")
    }
    return value - 1
  }

  private static func file(_ text: String) throws(Failure) -> Int {
    guard text == "1" || text == "2" else { throw .message("\(text): not file 1 or 2") }
    return text == "1" ? 0 : 1
  }

  private static func column(_ text: String) throws(Failure) -> Column {
    if text == "0" { return Column(file: 0, field: 0) }
    guard text.hasPrefix("1.") || text.hasPrefix("2.") else {
      throw .message("\(text): not 0, 1.FIELD or 2.FIELD")
    }
    return Column(
      file: text.hasPrefix("1") ? 1 : 2, field: try field(String(text.dropFirst(2))))
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count == 2 else {
      throw .usage(operands.count < 2 ? "two files are needed" : "\(operands[2]): extra operand")
    }
    let paths = Paths(context)
    var sides: [JoinSide] = []
    for (index, operand) in operands.enumerated() {
      let source = try TextSource.openSource(operand, paths, status: 1)
      sides.append(JoinSide(source, self, fields[index]))
    }
    let hasUnpaired = try JoinWriter(self, sides[0], sides[1], context.output).run()
    // Where all lines found their pairs, their order did no harm.
    guard hasUnpaired, checks != false else { return }
    for (index, side) in sides.enumerated() where side.isUnsorted {
      context.report(.message("\(operands[index]): is not sorted"))
    }
  }
}

/// A line of join in its fields.
struct JoinLine {
  let fields: [ArraySlice<UInt8>]
  let key: [UInt8]

  init(_ line: [UInt8], _ options: Join, _ field: Int) {
    if let separator = options.separator {
      fields = line.split(separator: separator, omittingEmptySubsequences: false)
    } else {
      fields = line.split { $0 == 0x20 || $0 == 0x09 }
    }
    let key = field < fields.count ? Array(fields[field]) : []
    self.key = options.ignoresCase ? key.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } : key
  }
}

/// One of the two inputs of join.
final class JoinSide {
  private let reader: LineReader
  private let display: String
  private let options: Join
  let field: Int
  private(set) var line: JoinLine?
  private(set) var isUnsorted = false

  init(_ source: LineReaderSource, _ options: Join, _ field: Int) {
    reader = LineReader(File(owning: source.descriptor), separator: options.lineEnd)
    display = source.display
    self.options = options
    self.field = field
  }

  func advance(checking: Bool = true) throws(Failure) {
    do throws(SystemError) {
      let next = try reader.next().map { JoinLine(Array($0), options, field) }
      if checking, let line, let next, compareBytes(line.key, next.key) > 0 {
        isUnsorted = true
      }
      line = next
    } catch {
      throw .system(error.about(display))
    }
    if isUnsorted, options.checks == true { throw .message("\(display): is not sorted") }
  }
}

/// Finds the pairs and writes them.
struct JoinWriter {
  private let options: Join
  private let one: JoinSide
  private let two: JoinSide
  private let output: Output
  private var columns: [Join.Column]
  private var hasUnpaired = false

  init(_ options: Join, _ one: JoinSide, _ two: JoinSide, _ output: Output) {
    self.options = options
    self.one = one
    self.two = two
    self.output = output
    columns = options.columns
  }

  /// - Returns: whether a line stayed without a pair.
  func run() throws(Failure) -> Bool {
    var writer = self
    try writer.joinAll()
    return writer.hasUnpaired
  }

  private mutating func joinAll() throws(Failure) {
    try one.advance()
    try two.advance()
    if options.isAuto { columns = automatic() }
    if options.hasHeader, one.line != nil || two.line != nil {
      write(one.line, two.line)
      try one.advance(checking: false)
      try two.advance(checking: false)
    }
    while output.failure == nil, one.line != nil || two.line != nil {
      guard let left = one.line, let right = two.line else {
        try unpaired(one.line == nil ? 1 : 0)
        continue
      }
      let order = compareBytes(left.key, right.key)
      if order != 0 {
        try unpaired(order < 0 ? 0 : 1)
        continue
      }
      let (lefts, rights) = (try group(one, left.key), try group(two, left.key))
      if options.showsPaired {
        for a in lefts { for b in rights { write(a, b) } }
      }
    }
  }

  /// All lines with the same field.
  private func group(_ side: JoinSide, _ key: [UInt8]) throws(Failure) -> [JoinLine] {
    var lines: [JoinLine] = []
    while let line = side.line, compareBytes(line.key, key) == 0 {
      lines.append(line)
      try side.advance()
    }
    return lines
  }

  private mutating func unpaired(_ index: Int) throws(Failure) {
    hasUnpaired = true
    let side = index == 0 ? one : two
    if options.showsUnpaired[index] {
      if index == 0 { write(side.line, nil) } else { write(nil, side.line) }
    }
    try side.advance()
  }

  private func automatic() -> [Join.Column] {
    var result = [Join.Column(file: 0, field: 0)]
    for (file, side) in [(1, one), (2, two)] {
      for field in 0..<(side.line?.fields.count ?? 0) where field != side.field {
        result.append(Join.Column(file: file, field: field))
      }
    }
    return result
  }

  private func write(_ a: JoinLine?, _ b: JoinLine?) {
    var values: [ArraySlice<UInt8>] = []
    if columns.isEmpty, !options.isAuto {
      values.append(value(a, one.field, or: b, two.field))
      for (line, side) in [(a, one), (b, two)] {
        guard let line else { continue }
        for index in line.fields.indices where index != side.field {
          values.append(filled(line.fields[index]))
        }
      }
    } else {
      for column in columns {
        switch column.file {
        case 0: values.append(value(a, one.field, or: b, two.field))
        case 1: values.append(value(a, column.field))
        default: values.append(value(b, column.field))
        }
      }
    }
    for (index, value) in values.enumerated() {
      if index > 0 { output.write(options.separator ?? 0x20) }
      output.write(value)
    }
    output.write(options.lineEnd)
  }

  private func value(_ a: JoinLine?, _ x: Int, or b: JoinLine?, _ y: Int) -> ArraySlice<UInt8> {
    a != nil ? value(a, x) : value(b, y)
  }

  private func value(_ line: JoinLine?, _ field: Int) -> ArraySlice<UInt8> {
    guard let line, field < line.fields.count else { return options.empty[...] }
    return filled(line.fields[field])
  }

  private func filled(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    value.isEmpty ? options.empty[...] : value
  }
}
