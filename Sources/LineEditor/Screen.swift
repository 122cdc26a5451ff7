internal import Linux

/// What we have drawn, below and right of where the prompt began, and the bytes that make it something else.
///
/// Only relative movements, so that it works wherever on the screen the prompt is; rows end by themselves, the
/// terminal's wrapping is never relied on.
struct Screen {
  private var shown = Picture()
  private var columns = 80
  private var rows = 24
  /// The first row of the picture that is on the screen, where it is taller than the screen.
  private var top = 0
  private var promptStyles: [[UInt8]] = []
  var hasColour = false

  /// The prompt starts anew, at the left edge.
  mutating func reset(columns: Int, rows: Int) {
    shown = Picture()
    top = 0
    self.columns = columns
    self.rows = max(1, rows)
  }

  /// The window has another size: the terminal may have folded our rows, so all is drawn anew from where the first
  /// row must be now.
  mutating func resize(columns: Int, rows: Int) -> [UInt8] {
    var above = shown.cursorColumn / max(1, columns)
    for row in shown.rows.prefix(shown.cursorRow) {
      above += max(1, (Picture.width(row) + columns - 1) / max(1, columns))
    }
    reset(columns: columns, rows: rows)
    return Self.up(above) + Array("\r\u{1B}[J".utf8)
  }

  /// Bytes that turn what is shown into `layout`.
  mutating func draw(_ layout: Layout) -> [UInt8] {
    promptStyles = layout.promptStyles
    let wanted = visible(layout.picture)
    var bytes: [UInt8] = []
    var row = shown.cursorRow
    var column: Int? = shown.cursorColumn
    for index in wanted.rows.indices {
      let old = index < shown.rows.count ? shown.rows[index] : []
      let new = wanted.rows[index]
      let isNew = index >= shown.rows.count
      if old == new, !isNew { continue }
      bytes += Self.move(from: row, to: index)
      if row != index { column = nil }
      row = index
      let same = Self.common(old, new)
      let start = Picture.width(Array(new[..<same]))
      bytes += Self.toColumn(start, from: column)
      bytes += text(new[same...])
      let end = Picture.width(new)
      if Picture.width(old) > end, end < columns { bytes += "\u{1B}[K".utf8 }
      // At the right edge some terminals stand on the last column, some behind it.
      column = end < columns ? end : nil
    }
    if wanted.rows.count < shown.rows.count {
      bytes += Self.move(from: row, to: wanted.rows.count) + Array("\r\u{1B}[J".utf8)
      row = wanted.rows.count
      column = nil
    }
    bytes += Self.move(from: row, to: wanted.cursorRow)
    if row != wanted.cursorRow { column = nil }
    bytes += Self.toColumn(wanted.cursorColumn, from: column)
    shown = wanted
    return bytes
  }

  /// Bytes that put the cursor below all that is shown.
  mutating func leave() -> [UInt8] {
    let bytes = Self.move(from: shown.cursorRow, to: shown.rows.count - 1)
    shown = Picture()
    top = 0
    return bytes + Array("\r\n".utf8)
  }

  /// The rows that fit, those around the cursor. `top` does not move without need.
  private mutating func visible(_ picture: Picture) -> Picture {
    let count = picture.rows.count
    top = min(top, max(0, count - rows))
    if picture.cursorRow < top { top = picture.cursorRow }
    if picture.cursorRow >= top + rows { top = picture.cursorRow - rows + 1 }
    guard top > 0 || count > rows else { return picture }
    var part = picture
    part.rows = Array(picture.rows[top..<min(count, top + rows)])
    part.cursorRow = picture.cursorRow - top
    return part
  }

  private static func common(_ old: [Cell], _ new: [Cell]) -> Int {
    var same = 0
    while same < old.count, same < new.count, old[same] == new[same] { same += 1 }
    // A mark belongs to the cell before it: both are written, or none.
    while same > 0, same < new.count, new[same].width == 0 { same -= 1 }
    if same > 0, same < old.count, old[same].width == 0 { same -= 1 }
    return same
  }

  private func text(_ cells: ArraySlice<Cell>) -> [UInt8] {
    var bytes: [UInt8] = []
    var style: UInt8 = 0
    for cell in cells {
      if cell.style != style {
        bytes += change(to: cell.style, from: style)
        style = cell.style
      }
      guard let scalar = Unicode.Scalar(cell.scalar) else { continue }
      bytes += UTF8.encode(scalar) ?? .init()
    }
    return bytes + change(to: 0, from: style)
  }

  private func change(to style: UInt8, from old: UInt8) -> [UInt8] {
    if style == old { return [] }
    var bytes: [UInt8] = []
    if isColoured(old) { bytes += "\u{1B}[0m".utf8 }
    guard isColoured(style) else { return bytes }
    if style >= Style.firstOfPrompt {
      return bytes + promptStyles[Int(style - Style.firstOfPrompt)]
    }
    return bytes + Array("\u{1B}[\(Style(style).parameters)m".utf8)
  }

  /// The prompt's colours are the user's own; ours need a terminal that has some.
  private func isColoured(_ style: UInt8) -> Bool {
    if style >= Style.firstOfPrompt { return Int(style - Style.firstOfPrompt) < promptStyles.count }
    return style > 0 && hasColour
  }

  // MARK: Movements

  static func up(_ count: Int) -> [UInt8] { count > 0 ? Array("\u{1B}[\(count)A".utf8) : [] }

  /// Downwards by newlines, which scroll where there is no row below.
  static func move(from: Int, to: Int) -> [UInt8] {
    if to < from { return up(from - to) }
    if to == from { return [] }
    return [0x0D] + [UInt8](repeating: 0x0A, count: to - from)
  }

  /// Within a row by steps: where output without a newline stands left of the prompt, all of it is shifted.
  static func toColumn(_ column: Int, from old: Int?) -> [UInt8] {
    guard let old else { return column == 0 ? [0x0D] : Array("\r\u{1B}[\(column)C".utf8) }
    if column == old { return [] }
    let letter: StaticString = column > old ? "C" : "D"
    return Array("\u{1B}[\(abs(column - old))\(letter)".utf8)
  }
}
