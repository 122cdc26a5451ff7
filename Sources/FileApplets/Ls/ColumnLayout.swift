/// Names in as many columns as fit, as POSIX ls -C and -x.
struct ColumnLayout: Equatable {
  static let least = 3
  static let gap = 2

  let columns: Int
  let rows: Int
  /// Width of each column with the gap behind it.
  let widths: [Int]
  let isAcross: Bool

  /// - Parameter line: columns of the terminal; what is laid out stays below that.
  init(_ names: [Int], line: Int, across: Bool) {
    isAcross = across
    let most = max(1, min(names.count, (line + Self.least - 1) / Self.least))
    for columns in stride(from: most, to: 1, by: -1) {
      let rows = (names.count + columns - 1) / columns
      if let widths = Self.widths(names, columns, rows, line, across) {
        self.columns = columns
        self.rows = rows
        self.widths = widths
        return
      }
    }
    columns = 1
    rows = names.count
    widths = [names.max() ?? 0]
  }

  /// nil where they do not fit.
  private static func widths(
    _ names: [Int], _ columns: Int, _ rows: Int, _ line: Int, _ across: Bool
  ) -> [Int]? {
    var widths = [Int](repeating: least, count: columns)
    var total = columns * least
    for (index, name) in names.enumerated() {
      let column = across ? index % columns : index / rows
      let width = column == columns - 1 ? name : name + gap
      if width > widths[column] {
        total += width - widths[column]
        widths[column] = width
        if total >= line { return nil }
      }
    }
    return total < line ? widths : nil
  }

  /// The indices of the names in `row`, from left to right.
  func indices(row: Int, count: Int) -> [Int] {
    var indices: [Int] = []
    for column in 0..<columns {
      let index = isAcross ? row * columns + column : column * rows + row
      if index < count { indices.append(index) }
    }
    return indices
  }
}

/// Moves from column `from` to column `to`, by tabs where they reach.
func indentation(from: Int, to: Int, tab: Int) -> String {
  var text = ""
  var from = from
  while from < to {
    if tab > 0, to / tab > (from + 1) / tab {
      text += "\t"
      from += tab - from % tab
    } else {
      text += " "
      from += 1
    }
  }
  return text
}
