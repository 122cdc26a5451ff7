internal import Box
internal import Report

/// How text is shown; the numbers from `firstOfPrompt` on are the prompt's own.
public struct Style: Equatable, Sendable {
  public let number: UInt8
  public init(_ number: UInt8) { self.number = number }

  public static let plain = Style(0)
  public static let command = Style(1)
  /// A command that does not exist.
  public static let unknown = Style(2)
  public static let string = Style(3)
  public static let op = Style(4)
  public static let comment = Style(5)
  public static let variable = Style(6)
  public static let keyword = Style(7)
  /// What history suggests.
  public static let suggestion = Style(8)
  /// What a search found.
  public static let match = Style(9)

  static let firstOfPrompt: UInt8 = 16

  /// SGR parameters, ECMA-48.
  var parameters: StaticString {
    switch number {
    case 1: "32"
    case 2: "31"
    case 3: "33"
    case 4: "36"
    case 5, 8: "90"
    case 6: "35"
    case 7: "1;34"
    case 9: "7"
    default: ""
    }
  }
}

/// Bytes of a line that are shown in a style.
public struct StyledRange {
  public let range: Range<Int>
  public let style: Style
  public init(_ range: Range<Int>, _ style: Style) {
    self.range = range
    self.style = style
  }
}

/// One character on the screen.
struct Cell: Equatable {
  let scalar: UInt32
  let style: UInt8
  /// Columns: 0 for what combines with the cell before.
  let width: UInt8
}

/// What is to be seen: rows of cells, and where the cursor stands.
struct Picture {
  var rows: [[Cell]] = [[]]
  var cursorRow = 0
  var cursorColumn = 0

  static func width(_ row: [Cell]) -> Int { row.reduce(0) { $0 + Int($1.width) } }
}

/// Lays out prompt, line and suggestion in rows of `columns`.
struct Layout {
  let columns: Int
  private(set) var picture = Picture()
  /// SGR sequences of the prompt; the style `firstOfPrompt + n` is the nth.
  private(set) var promptStyles: [[UInt8]] = []
  private var used = 0
  private var style: UInt8 = 0

  init(columns: Int) { self.columns = max(columns, 2) }

  /// The prompt: its SGR sequences count no column, all else of escapes is shown as text.
  mutating func add(prompt: [UInt8]) {
    var index = 0
    var sgr: [UInt8] = []
    while index < prompt.count {
      if let end = Self.endOfSGR(prompt, index) {
        sgr += prompt[index..<end]
        if Self.isReset(prompt[index..<end]) { sgr = [] }
        style = number(of: sgr)
        index = end
      } else {
        index = addCharacter(prompt, index)
      }
    }
    style = 0
  }

  /// - Parameters:
  ///   - continuation: what stands in front of every line but the first.
  ///   - cursor: an offset into `line`; nil where it is elsewhere.
  mutating func add(
    line: [UInt8], styles: [StyledRange] = [], cursor: Int?, continuation: [UInt8] = []
  ) {
    var index = 0
    var next = 0
    while index < line.count {
      if index == cursor { markCursor() }
      while next < styles.count, styles[next].range.upperBound <= index { next += 1 }
      style =
        next < styles.count && styles[next].range.contains(index)
        ? styles[next].style.number : 0
      if line[index] == 0x0A {
        newRow()
        style = Style.comment.number
        for byte in continuation { put(Unicode.Scalar(byte), 1) }
        index += 1
      } else {
        index = addCharacter(line, index)
      }
    }
    style = 0
    if cursor == line.count { markCursor() }
  }

  /// Text in one style.
  mutating func add(_ text: [UInt8], _ wanted: Style) {
    var index = 0
    style = wanted.number
    while index < text.count {
      if text[index] == 0x0A { newRow() } else { index = addCharacter(text, index) - 1 }
      index += 1
    }
    style = 0
  }

  /// The cursor never stands behind the last column: where it would, it is at the start of the next row.
  mutating func markCursor() {
    if used >= columns { newRow() }
    picture.cursorRow = picture.rows.count - 1
    picture.cursorColumn = used
  }

  private mutating func newRow() {
    picture.rows.append([])
    used = 0
  }

  /// - Returns: the offset behind it.
  private mutating func addCharacter(_ bytes: [UInt8], _ index: Int) -> Int {
    guard let (scalar, length) = Characters.scalar(bytes, index) else {
      for byte in Characters.stand(in: bytes[index]) { put(Unicode.Scalar(byte), 1) }
      return index + 1
    }
    if scalar == "\n" {
      newRow()
    } else if scalar == "\t" {
      repeat { put(" ", 1) } while used % 8 != 0 && used < columns
    } else if Characters.isShown(scalar) {
      put(scalar, displayWidth(scalar))
    } else {
      for byte in Characters.stand(in: scalar) { put(Unicode.Scalar(byte), 1) }
    }
    return index + length
  }

  private mutating func put(_ scalar: Unicode.Scalar, _ width: Int) {
    if used + width > columns { newRow() }
    let last = picture.rows.count - 1
    picture.rows[last].append(Cell(scalar: scalar.value, style: style, width: UInt8(width)))
    used += width
  }

  private mutating func number(of sgr: [UInt8]) -> UInt8 {
    if sgr.isEmpty { return 0 }
    if let known = promptStyles.firstIndex(of: sgr) { return Style.firstOfPrompt + UInt8(known) }
    guard promptStyles.count < 64 else { return 0 }
    promptStyles.append(sgr)
    return Style.firstOfPrompt + UInt8(promptStyles.count - 1)
  }

  /// The end of the SGR sequence at `index`: `ESC [ digits and semicolons m`.
  static func endOfSGR(_ bytes: [UInt8], _ index: Int) -> Int? {
    guard bytes.count - index > 2, bytes[index] == 0x1B, bytes[index + 1] == UInt8(ascii: "[")
    else {
      return nil
    }
    var end = index + 2
    while end < bytes.count, (0x30...0x3B).contains(bytes[end]) { end += 1 }
    return end < bytes.count && bytes[end] == UInt8(ascii: "m") ? end + 1 : nil
  }

  private static func isReset(_ sequence: ArraySlice<UInt8>) -> Bool {
    let parameters = sequence.dropFirst(2).dropLast()
    return parameters.isEmpty || parameters.elementsEqual([0x30])
  }
}
