internal import Box
internal import Linux

/// Lays rows out in columns, one line for each.
struct PsLayout {
  let sheet: PsSheet
  /// Columns of the terminal; nil is without limit.
  let screen: Int?
  private var cell = PsCell()

  init(_ sheet: PsSheet, screen: Int?) {
    self.sheet = sheet
    self.screen = screen
  }

  /// Whether any column has a title: `-o pid= -o comm=` wants no header.
  var hasTitles: Bool { sheet.columns.contains { !$0.title.isEmpty } }

  mutating func header(to output: Output) {
    var line = PsLine(screen)
    for (index, column) in sheet.columns.enumerated() {
      cell.clear(limit: .max)
      cell.append(foreign: column.title[...])
      line.place(cell, column, isFirst: index == 0, output)
    }
    output.write(UInt8(ascii: "\n"))
  }

  mutating func write(_ row: PsRow, to output: Output) {
    var line = PsLine(screen)
    let source = row.kind == .thread ? sheet.below ?? sheet : sheet
    let columns = source.columns
    let last = columns.count - 1
    for index in 0...max(0, last) where index <= last {
      let column = columns[index]
      cell.clear(limit: limit(column, isLast: index == last, line))
      source.write(column.field, row, to: &cell)
      if column.fit == .user, index < last { cell.shorten(to: column.width) }
      line.place(cell, column, isFirst: index == 0, output)
    }
    output.write(UInt8(ascii: "\n"))
  }

  private func limit(_ column: PsColumn, isLast: Bool, _ line: PsLine) -> Int {
    switch column.fit {
    case .push, .user, .pid: .max
    case .cut: isLast ? line.room : column.width
    case .cutAlways: column.width
    }
  }
}

/// How far a line has got, and how far it should have.
///
/// What is too wide for its column pushes the next ones to the right, until their padding has made
/// up for it.
private struct PsLine {
  fileprivate static var blanks: StaticString { "                                " }

  private let screen: Int?
  private var wanted = 0
  private var written = 0

  init(_ screen: Int?) { self.screen = screen }

  /// Columns left on the line of the terminal that its end will be on.
  var room: Int {
    guard let screen, screen > 0 else { return .max }
    let start = max(wanted, written + (written > 0 ? 1 : 0))
    return (start / screen + 1) * screen - start
  }

  mutating func place(_ cell: PsCell, _ column: PsColumn, isFirst: Bool, _ output: Output) {
    var gap = wanted - written
    // What is too wide starts where its column does, however much room is left in front of that.
    if column.side == .right { gap += max(0, column.width - cell.columns) }
    gap = max(gap, isFirst ? 0 : 1)
    output.pad(gap)
    cell.write(to: output)
    written += gap + cell.columns
    wanted += column.width + 1
  }
}

extension Output {
  fileprivate func pad(_ count: Int) {
    var rest = min(count, 1 << 20)
    while rest > 0 {
      let part = min(rest, PsLine.blanks.utf8CodeUnitCount)
      write(UnsafeRawBufferPointer(start: PsLine.blanks.utf8Start, count: part))
      rest -= part
    }
  }
}
