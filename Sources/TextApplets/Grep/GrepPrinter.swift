internal import Box
internal import Linux
internal import Patterns

/// Writes the lines that grep selects, with what is asked for in front of them.
final class GrepPrinter {
  private let options: Grep
  private let matcher: LineMatcher
  private let context: Context
  private let output: Output
  private let colours: GrepColours?
  private let isTerminal: Bool
  private var name: [UInt8] = []
  private var isForeign = false
  /// The offset in the file of the buffer's first byte.
  private(set) var base = 0
  /// Lines before `counted`, an offset in the buffer.
  private var lineNumber = 0
  private var counted = 0
  private var numberWidth = 0
  var showsNames = false

  init(_ options: Grep, _ matcher: LineMatcher, _ context: Context) {
    self.options = options
    self.matcher = matcher
    self.context = context
    output = context.output
    isTerminal = context.isInteractive
    let wanted: Bool =
      switch options.colour {
      case .never: false
      case .always: true
      case .auto: context.wantsColour
      }
    colours = wanted ? GrepColours(context.variable("GREP_COLORS") ?? "") : nil
  }

  /// Whether lines are written as they are, if names are not asked for.
  var isPlain: Bool {
    !options.numbers && !options.offsets && !options.onlyMatches && colours == nil
      && !options.aligns && !options.flushes
  }

  func start(_ name: String, isForeign: Bool) {
    self.name = (isTerminal ? Sanitize.escaped(name) : name).bytes
    self.isForeign = isForeign && isTerminal
    base = 0
    lineNumber = 0
    counted = 0
  }

  /// Numbers get as wide as the largest there can be in this file.
  func align(to status: FileStatus?) {
    var largest = Int.max
    if let status, status.kind == .regular {
      largest = status.size + (options.numbers && status.size < Int.max ? 1 : 0)
    }
    numberWidth = String(largest).utf8.count
  }

  /// The buffer loses its first `size` bytes.
  func forget(_ size: Int, in view: UnsafeRawBufferPointer) {
    if options.numbers, size > counted { count(to: size, in: view) }
    counted = max(0, counted - size)
    base += size
  }

  private func count(to offset: Int, in view: UnsafeRawBufferPointer) {
    if offset > counted {
      lineNumber += ByteScan.count(options.separator, in: view.part(counted..<offset))
    } else {
      lineNumber -= ByteScan.count(options.separator, in: view.part(offset..<counted))
    }
    counted = offset
  }

  /// Whole lines, as they are where no names are shown.
  func block(_ lines: UnsafeRawBufferPointer) {
    if !showsNames, !isForeign { return output.write(lines) }
    var start = 0
    while start < lines.count {
      let end = lines.offset(of: options.separator, from: start) ?? lines.count - 1
      line(start..<end, in: lines, isSelected: true)
      start = end + 1
    }
  }

  func line(_ line: Range<Int>, in view: UnsafeRawBufferPointer, isSelected: Bool) {
    let mark = UInt8(ascii: isSelected ? ":" : "-")
    if options.onlyMatches {
      if isSelected, !options.inverts { matches(in: line, view, mark) }
      return flushLine()
    }
    prefix(line.lowerBound, view, mark)
    let showsMatches = isSelected != options.inverts
    if let colours, showsMatches || colours.hasLines {
      coloured(line, view, colours, isSelected: isSelected, showsMatches: showsMatches)
    } else {
      text(line, view)
    }
    output.write(options.separator)
    flushLine()
  }

  private func flushLine() { if options.flushes { output.flush() } }

  /// The matches of a line, each as a line.
  private func matches(in line: Range<Int>, _ view: UnsafeRawBufferPointer, _ mark: UInt8) {
    forEachMatch(in: line, view) { match in
      prefix(match.lowerBound, view, mark, lineStart: line.lowerBound)
      if let colours { output.write(colours.start(colours.match)) }
      text(match, view)
      if let colours { output.write(colours.end(colours.match)) }
      output.write(options.separator)
    }
  }

  private func forEachMatch(
    in line: Range<Int>, _ view: UnsafeRawBufferPointer, _ body: (Range<Int>) -> Void
  ) {
    var start = line.lowerBound
    while start <= line.upperBound, let match = matcher.nextMatch(in: view, line, from: start) {
      if match.isEmpty {
        start = match.upperBound + 1
      } else {
        body(match)
        start = match.upperBound
      }
    }
  }

  private func coloured(
    _ line: Range<Int>, _ view: UnsafeRawBufferPointer, _ colours: GrepColours, isSelected: Bool,
    showsMatches: Bool
  ) {
    let lineColour =
      isSelected != (options.inverts && colours.reverses) ? colours.selected : colours.context
    let matchColour = isSelected ? colours.match : colours.contextMatch
    var start = line.lowerBound
    if showsMatches, !matchColour.isEmpty {
      forEachMatch(in: line, view) { match in
        if start < match.lowerBound {
          // The colour of the match takes over from that of the line.
          output.write(colours.start(lineColour))
          text(start..<match.lowerBound, view)
        }
        painted(matchColour, match, view, colours)
        start = match.upperBound
      }
    }
    if start < line.upperBound { painted(lineColour, start..<line.upperBound, view, colours) }
  }

  private func painted(
    _ colour: [UInt8], _ range: Range<Int>, _ view: UnsafeRawBufferPointer, _ colours: GrepColours
  ) {
    output.write(colours.start(colour))
    text(range, view)
    output.write(colours.end(colour))
  }

  private func text(_ range: Range<Int>, _ view: UnsafeRawBufferPointer) {
    if isForeign {
      for piece in TextSink.pieces(Array(view.part(range))[...]) {
        let isTab = piece.count == 1 && piece.first == 0x09
        if isTab {
          output.write(piece)
        } else {
          output.write(Sanitize.escaped(String(bytes: piece)))
        }
      }
    } else {
      output.write(view.part(range))
    }
  }

  private func prefix(
    _ offset: Int, _ view: UnsafeRawBufferPointer, _ mark: UInt8, lineStart: Int? = nil
  ) {
    var needsTab = false
    if showsNames {
      paint(colours?.fileName, name)
      if options.endsNames { output.write(0) } else { separate(mark) }
      needsTab = true
    }
    if options.numbers {
      count(to: lineStart ?? offset, in: view)
      number(lineNumber + 1, colours?.lineNumber)
      separate(mark)
      needsTab = true
    }
    if options.offsets {
      number(base + offset, colours?.offset)
      separate(mark)
      needsTab = true
    }
    if options.aligns, needsTab { output.write(0x09) }
  }

  private func number(_ value: Int, _ colour: [UInt8]?) {
    var digits = Array(String(value).utf8)
    if options.aligns, digits.count < numberWidth {
      digits = [UInt8](repeating: 0x20, count: numberWidth - digits.count) + digits
    }
    paint(colour, digits)
  }

  private func paint(_ colour: [UInt8]?, _ text: [UInt8]) {
    if let colours, let colour { output.write(colours.start(colour)) }
    output.write(text)
    if let colours, let colour { output.write(colours.end(colour)) }
  }

  private func separate(_ mark: UInt8) { paint(colours?.separator, [mark]) }

  func separateGroups() {
    guard let text = options.groupSeparator else { return }
    paint(colours?.separator, text.bytes)
    output.write(0x0A)
  }

  func count(_ selected: Int) {
    if showsNames {
      paint(colours?.fileName, name)
      if options.endsNames { output.write(0) } else { separate(UInt8(ascii: ":")) }
    }
    output.line(String(selected))
    flushLine()
  }

  func fileName() {
    paint(colours?.fileName, name)
    output.write(options.endsNames ? 0 : 0x0A)
    flushLine()
  }
}

/// The colours of grep, as `GREP_COLORS` changes them.
struct GrepColours {
  private(set) var match = Array("01;31".utf8)
  private(set) var contextMatch = Array("01;31".utf8)
  private(set) var selected: [UInt8] = []
  private(set) var context: [UInt8] = []
  private(set) var fileName = Array("35".utf8)
  private(set) var lineNumber = Array("32".utf8)
  private(set) var offset = Array("32".utf8)
  private(set) var separator = Array("36".utf8)
  private(set) var reverses = false
  private var erases = true

  init(_ text: String) {
    for entry in text.bytes.split(separator: UInt8(ascii: ":")) {
      let parts = entry.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? Array(parts[1]) : []
      guard value.allSatisfy({ $0 == UInt8(ascii: ";") || ($0 >= 0x30 && $0 <= 0x39) }) else {
        return
      }
      switch String(bytes: parts[0]) {
      case "mt":
        match = value
        contextMatch = value
      case "ms": match = value
      case "mc": contextMatch = value
      case "sl": selected = value
      case "cx": context = value
      case "fn": fileName = value
      case "ln": lineNumber = value
      case "bn": offset = value
      case "se": separator = value
      case "rv": reverses = true
      case "ne": erases = false
      default: break
      }
    }
  }

  /// Whether lines have a colour beside their matches.
  var hasLines: Bool { !selected.isEmpty || !context.isEmpty }

  func start(_ colour: [UInt8]) -> [UInt8] {
    colour.isEmpty ? [] : Array("\u{1B}[".utf8) + colour + Array((erases ? "m\u{1B}[K" : "m").utf8)
  }

  func end(_ colour: [UInt8]) -> [UInt8] {
    colour.isEmpty ? [] : Array((erases ? "\u{1B}[m\u{1B}[K" : "\u{1B}[m").utf8)
  }
}
