public import Box
internal import Linux

/// A column: its title, JSON key and help, and how it gets its value from a row.
public struct Column<Row> {
  public enum Side: Sendable { case left, right }

  public let title: StaticString
  /// The key in JSON and the name that `-o` and `--sort` take.
  public let key: StaticString
  public let side: Side
  public let help: StaticString
  let cell: (Row) -> Cell

  public init(
    _ title: StaticString, _ key: StaticString, _ side: Side = .left, help: StaticString,
    _ cell: @escaping (Row) -> Cell
  ) {
    self.title = title
    self.key = key
    self.side = side
    self.help = help
    self.cell = cell
  }

  var heading: Heading { Heading(title: title, key: key, isRight: side == .right, help: help) }
}

/// How a report is to look: the settings behind `--json`, `-o`, `--sort` and `--no-headers`.
public struct ReportStyle {
  public var json = false
  /// Keys of the columns to show; all where empty.
  public var columns: [String] = []
  /// Key of the column to sort by; a `-` in front reverses.
  public var sort: String?
  public var headers = true

  public init() {}
}

/// An applet that prints a report, and so takes the options that all reports take.
public protocol Reporting: Command {
  var style: ReportStyle { get set }
}

extension Option where Options: Reporting {
  /// `--json -o --sort --no-headers`, the same everywhere.
  public static var reporting: [Option] {
    [
      .flag(nil, "json", "Print an array of objects, with raw numbers") { $0.style.json = true },
      .value("o", "output", "COLUMNS", "Show only these columns; help lists them") {
        (options: inout Options, text: String) in
        options.style.columns = text.split(separator: ",").map { String($0) }
      },
      .value(nil, "sort", "COLUMN", "Sort by a column; -COLUMN reverses") {
        (options: inout Options, key: String) in options.style.sort = key
      },
      .flag(nil, "no-headers", "Print no header line") { $0.style.headers = false },
    ]
  }
}

/// What a column is called, without the type of its rows.
struct Heading {
  let title: StaticString
  let key: StaticString
  let isRight: Bool
  let help: StaticString
}

extension Context {
  /// Prints `rows` in the asked style. The only function that turns columns into output.
  ///
  /// - Throws: a usage failure where the style names a column that does not exist.
  public mutating func report<Row>(
    _ rows: [Row], _ columns: [Column<Row>], _ style: ReportStyle = ReportStyle()
  ) throws(Failure) {
    // Only this is compiled for each type of row: all else works on headings and cells.
    let sheet = Sheet(columns.map { $0.heading })
    guard let plan = try sheet.plan(style) else { return sheet.describe(to: output) }
    let cells = rows.map { row in plan.used.map { columns[$0].cell(row) } }
    sheet.write(cells, plan, style, to: output)
  }
}

/// The columns of a report, without the type of its rows.
struct Sheet {
  let headings: [Heading]

  init(_ headings: [Heading]) { self.headings = headings }

  /// Which columns to ask for, and what to do with them.
  struct Plan {
    /// Columns to show, then the one to sort by if there is one.
    var used: [Int]
    var shown: Int
    var reverse: Bool

    var sortsByLast: Bool { used.count > shown }
  }

  /// - Returns: nil where the columns are to be described.
  func plan(_ style: ReportStyle) throws(Failure) -> Plan? {
    if style.columns == ["help"] { return nil }
    var used: [Int] = style.columns.isEmpty ? Array(headings.indices) : []
    for key in style.columns { used.append(try find(key)) }
    var plan = Plan(used: used, shown: used.count, reverse: false)
    if let sort = style.sort {
      plan.reverse = sort.hasPrefix("-")
      let isSigned = plan.reverse || sort.hasPrefix("+")
      plan.used.append(try find(isSigned ? String(Substring(sort.utf8.dropFirst())) : sort))
    }
    return plan
  }

  func describe(to output: Output) {
    for heading in headings {
      let key = "\(heading.key)"
      let gap = String(repeating: " ", count: max(1, 16 - key.utf8.count))
      output.line(key + gap + "\(heading.help)")
    }
  }

  func write(_ cells: [[Cell]], _ plan: Plan, _ style: ReportStyle, to output: Output) {
    let order = order(cells, plan)
    if style.json {
      output.line(JSON.array(order.map { object(cells[$0], plan) }).text)
    } else {
      table(order.map { cells[$0] }, plan, headers: style.headers, to: output)
    }
  }

  private func order(_ cells: [[Cell]], _ plan: Plan) -> [Int] {
    guard plan.sortsByLast else { return Array(cells.indices) }
    let last = plan.shown
    return sortedIndices(cells.count) { a, b in
      plan.reverse
        ? cells[b][last].precedes(cells[a][last]) : cells[a][last].precedes(cells[b][last])
    }
  }

  private func object(_ cells: [Cell], _ plan: Plan) -> JSON {
    .object(
      (0..<plan.shown).map { (key: "\(headings[plan.used[$0]].key)", value: cells[$0].json) })
  }

  private func find(_ key: String) throws(Failure) -> Int {
    let wanted = key.asciiLowercased
    let keys = headings.map { "\($0.key)" }
    if let index = keys.firstIndex(where: { $0.asciiLowercased == wanted }) { return index }
    let hint = nearest(to: key, among: keys).map { "did you mean \($0)?" } ?? "-o help lists them"
    throw .usage("\(key): unknown column; \(hint)")
  }

  private func table(_ rows: [[Cell]], _ plan: Plan, headers: Bool, to output: Output) {
    let shown = plan.used.prefix(plan.shown).map { headings[$0] }
    var lines = rows.map { row in row.prefix(plan.shown).map { $0.plain } }
    if headers { lines.insert(shown.map { "\($0.title)" }, at: 0) }
    var widths = shown.map { _ in 0 }
    for line in lines {
      for (index, cell) in line.enumerated() {
        widths[index] = max(widths[index], displayWidth(cell))
      }
    }
    for line in lines {
      for (index, cell) in line.enumerated() {
        let pad = String(repeating: " ", count: widths[index] - displayWidth(cell))
        let isLast = index == line.count - 1
        output.write(shown[index].isRight ? pad + cell : isLast ? cell : cell + pad)
        output.write(isLast ? "\n" : "  ")
      }
    }
  }
}
