internal import LineEditor
internal import Linux
internal import Report

/// Makes rows for the screen of a line's bytes, which are a stranger's: nothing in a row but text and SGR.
struct LineRenderer {
  /// Columns for the text.
  var columns = 80
  /// Long lines are cut, not folded.
  var chops = false
  /// The first column shown of a chopped line.
  var shift = 0
  /// SGR sequences of the text are passed on; all other escapes are shown.
  var passesColour = false
  var tab = 8

  /// What is shown as one: a character, or what stands for one.
  private struct Glyph {
    var text: [UInt8]
    var width: Int
    var look: Look
    /// The SGR sequences in force, an index.
    var colour: Int
    /// How many plain bytes end with it.
    var plainEnd: Int
  }

  struct Look: OptionSet {
    let rawValue: UInt8
    static let bold = Look(rawValue: 1)
    static let underline = Look(rawValue: 2)
    static let standout = Look(rawValue: 4)
  }

  private struct Text {
    var glyphs: [Glyph] = []
    /// The first is none.
    var colours: [[UInt8]] = [[]]
    var colour = 0
    var plain: [UInt8] = []
  }

  /// - Parameters:
  ///   - line: without its newline.
  ///   - highlight: the ranges to stand out in the plain text.
  /// - Returns: at least one row; each begins and ends in the terminal's normal look.
  func rows(_ line: [UInt8], highlight: ([UInt8]) -> [Range<Int>] = { _ in [] }) -> [[UInt8]] {
    let text = glyphs(line)
    let ranges = highlight(text.plain)
    var rows: [[UInt8]] = [[]]
    var column = 0
    var look = Look()
    var colour = 0
    var next = 0
    var start = 0
    for glyph in text.glyphs {
      while next < ranges.count, ranges[next].upperBound <= start { next += 1 }
      let isMatch = next < ranges.count && ranges[next].lowerBound < glyph.plainEnd
      let wanted = isMatch ? glyph.look.symmetricDifference(.standout) : glyph.look
      start = glyph.plainEnd
      if chops {
        column += glyph.width
        if column <= shift || (column - glyph.width < shift) { continue }
        if column > shift + columns { break }
      } else {
        if column + glyph.width > columns {
          if !look.isEmpty || colour != 0 { rows[rows.count - 1] += Self.reset }
          (look, colour, column) = ([], 0, 0)
          rows.append([])
        }
        column += glyph.width
      }
      if look != wanted || colour != glyph.colour {
        rows[rows.count - 1] += Self.change(
          from: look.isEmpty && colour == 0, to: wanted, text.colours[glyph.colour])
        (look, colour) = (wanted, glyph.colour)
      }
      rows[rows.count - 1] += glyph.text
    }
    if !look.isEmpty || colour != 0 { rows[rows.count - 1] += Self.reset }
    return rows
  }

  /// The text as it is searched: without overstrikes, and without colours where they are passed on.
  func plain(_ line: [UInt8]) -> [UInt8] {
    guard line.contains(where: { $0 == 0x08 || $0 == 0x1B }) else { return line }
    return glyphs(line).plain
  }

  // MARK: Glyphs

  private func glyphs(_ line: [UInt8]) -> Text {
    var text = Text()
    text.glyphs.reserveCapacity(line.count)
    text.plain.reserveCapacity(line.count)
    var column = 0
    var colour: [UInt8] = []
    var index = 0
    while index < line.count {
      let byte = line[index]
      if byte == 0x1B, passesColour, let end = Self.endOfSGR(line, index) {
        if Self.isReset(line[index..<end]) { colour = [] } else { colour += line[index..<end] }
        // What a hostile line piles up is not repeated on every row.
        if colour.count > 256 { colour = Array(colour.suffix(0)) }
        if colour.isEmpty {
          text.colour = 0
        } else if text.colours[text.colour] != colour {
          text.colour = text.colours.count
          text.colours.append(colour)
        }
        index = end
        continue
      }
      if byte == 0x08, overstrike(line, &index, &text) { continue }
      let before = text.glyphs.count
      index = append(line, index, column, &text)
      for glyph in text.glyphs[before...] { column += glyph.width }
    }
    return text
  }

  /// Adds the character at `index`; answers the offset behind it.
  private func append(_ line: [UInt8], _ index: Int, _ column: Int, _ text: inout Text) -> Int {
    let colour = text.colour
    guard let (scalar, length) = Characters.scalar(line, index) else {
      text.plain.append(line[index])
      stand(Characters.stand(in: line[index]), colour, &text)
      return index + 1
    }
    text.plain += line[index..<(index + length)]
    if scalar == "\t" {
      let stop = max(1, tab)
      let width = stop - column % stop
      text.glyphs.append(
        Glyph(
          text: [UInt8](repeating: 0x20, count: width), width: width, look: [], colour: colour,
          plainEnd: text.plain.count))
    } else if scalar == "\u{1B}" {
      stand(Array("ESC".utf8), colour, &text)
    } else if Characters.isShown(scalar) {
      text.glyphs.append(
        Glyph(
          text: Array(line[index..<(index + length)]), width: displayWidth(scalar), look: [],
          colour: colour, plainEnd: text.plain.count))
    } else {
      stand(Characters.stand(in: scalar), colour, &text)
    }
    return index + length
  }

  /// What stands for a byte that is not shown, in standout; it may be folded between its characters.
  private func stand(_ shown: [UInt8], _ colour: Int, _ text: inout Text) {
    for byte in shown {
      text.glyphs.append(
        Glyph(text: [byte], width: 1, look: .standout, colour: colour, plainEnd: text.plain.count))
    }
  }

  /// A backspace that typesets as on paper: `X⌫X` is bold, `_⌫X` and `X⌫_` are underlined.
  private func overstrike(_ line: [UInt8], _ index: inout Int, _ text: inout Text) -> Bool {
    guard let before = text.glyphs.last, before.width > 0, !before.look.contains(.standout),
      index + 1 < line.count, let (scalar, length) = Characters.scalar(line, index + 1),
      Characters.isShown(scalar)
    else { return false }
    let over = Array(line[(index + 1)..<(index + 1 + length)])
    let bar = [UInt8(ascii: "_")]
    guard over == before.text || over == bar || before.text == bar else { return false }
    var glyph = before
    if over == before.text {
      glyph.look.insert(before.look.contains(.underline) && over == bar ? .underline : .bold)
    } else {
      glyph.look.insert(.underline)
    }
    if before.text == bar, over != bar {
      text.plain.removeLast(before.text.count)
      text.plain += over
      glyph.text = over
      glyph.width = displayWidth(scalar)
      glyph.plainEnd = text.plain.count
    }
    text.glyphs[text.glyphs.count - 1] = glyph
    index += 1 + length
    return true
  }

  // MARK: Sequences

  private static let reset = Array("\u{1B}[0m".utf8)

  private static func change(from isNormal: Bool, to look: Look, _ colour: [UInt8]) -> [UInt8] {
    var bytes = isNormal ? [] : reset
    bytes += colour
    if look.contains(.bold) { bytes += "\u{1B}[1m".utf8 }
    if look.contains(.underline) { bytes += "\u{1B}[4m".utf8 }
    if look.contains(.standout) { bytes += "\u{1B}[7m".utf8 }
    return bytes
  }

  /// The end of an SGR sequence at `index`, ECMA-48: digits, `;` and `:` up to an `m`.
  static func endOfSGR(_ line: [UInt8], _ index: Int) -> Int? {
    guard index + 2 < line.count, line[index + 1] == UInt8(ascii: "[") else { return nil }
    var end = index + 2
    while end < line.count, end - index < 64, (0x30...0x3B).contains(line[end]) { end += 1 }
    return end < line.count && line[end] == UInt8(ascii: "m") ? end + 1 : nil
  }

  private static func isReset(_ sequence: ArraySlice<UInt8>) -> Bool {
    sequence.dropFirst(2).dropLast().allSatisfy { $0 == 0x30 }
  }
}
