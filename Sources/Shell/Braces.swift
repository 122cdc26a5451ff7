/// Brace expansion: `a{b,c}d` and `{1..9..2}`, before all other expansions.
public func expandBraces(_ word: Word) -> [Word] {
  var units: [BraceUnit] = []
  for part in word.parts {
    switch part {
    case .literal(let text), .pattern(let text):
      for byte in text { units.append(.byte(byte)) }
    default: units.append(.part(part))
    }
  }
  var expander = BraceExpander()
  let results = expander.expand(units[...])
  if results.count == 1, results[0].count == units.count { return [word.replacing(word.parts)] }
  return results.map { word.replacing(assemble($0)) }
}

/// What a word is made of for braces: unquoted characters and everything else.
private enum BraceUnit {
  case byte(UInt8)
  case part(WordPart)

  func isByte(_ wanted: UInt8) -> Bool {
    if case .byte(let byte) = self { return byte == wanted }
    return false
  }
}

private func assemble(_ units: [BraceUnit]) -> [WordPart] {
  var builder = WordBuilder()
  for unit in units {
    switch unit {
    case .byte(let byte): builder.add(byte)
    case .part(.quoted(let text)): builder.add(quoted: text)
    case .part(let part): builder.add(part)
    }
  }
  builder.flush()
  return builder.parts
}

private struct BraceExpander {
  /// How many words a word may become.
  private var budget = 1_000_000
  private var depth = 0

  mutating func expand(_ units: ArraySlice<BraceUnit>) -> [[BraceUnit]] {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { return [Array(units)] }
    var from = units.startIndex
    while let open = units[from...].firstIndex(where: { $0.isByte("{") }) {
      from = open + 1
      guard let (pieces, close) = group(units, open) else { continue }
      let head = Array(units[..<open])
      let tails = expand(units[(close + 1)...])
      var results: [[BraceUnit]] = []
      for piece in pieces {
        for tail in tails {
          budget -= 1
          if budget < 0 { return results }
          results.append(head + piece + tail)
        }
      }
      return results
    }
    return [Array(units)]
  }

  /// The alternatives of the group that starts at `open`, and where it ends; nil where it is none.
  private mutating func group(
    _ units: ArraySlice<BraceUnit>, _ open: Int
  ) -> (pieces: [[BraceUnit]], close: Int)? {
    // `${` never comes here: it is a part of its own.
    var level = 0
    var commas: [Int] = []
    var index = open
    while index < units.endIndex {
      if units[index].isByte("{") {
        level += 1
      } else if units[index].isByte("}") {
        level -= 1
        if level == 0 { break }
      } else if units[index].isByte(","), level == 1 {
        commas.append(index)
      }
      index += 1
    }
    guard index < units.endIndex else { return nil }
    if commas.isEmpty {
      guard let words = sequence(units[(open + 1)..<index]) else { return nil }
      return (words.map { word in word.map { .byte($0) } }, index)
    }
    var pieces: [[BraceUnit]] = []
    var start = open + 1
    for end in commas + [index] {
      pieces += expand(units[start..<end])
      start = end + 1
    }
    return (pieces, index)
  }

  /// `1..9`, `a..e`, with a step.
  private func sequence(_ units: ArraySlice<BraceUnit>) -> [Bytes]? {
    var text: Bytes = []
    for unit in units {
      guard case .byte(let byte) = unit else { return nil }
      text.append(byte)
    }
    var fields: [Bytes] = [[]]
    var index = 0
    while index < text.count {
      if text[index] == ".", index + 1 < text.count, text[index + 1] == "." {
        fields.append([])
        index += 2
      } else {
        fields[fields.count - 1].append(text[index])
        index += 1
      }
    }
    guard fields.count == 2 || fields.count == 3 else { return nil }
    var step = 1
    if fields.count == 3 {
      guard let value = fields[2].decimal, value != Int.min else { return nil }
      step = max(1, abs(value))
    }
    if let first = fields[0].decimal, let last = fields[1].decimal {
      let isPadded = Self.isPadded(fields[0]) || Self.isPadded(fields[1])
      let width = isPadded ? max(fields[0].count, fields[1].count) : 0
      return numbers(first, last, step).map { Self.padded($0, width) }
    }
    guard fields[0].count == 1, fields[1].count == 1, fields[0][0].isLetter, fields[1][0].isLetter
    else { return nil }
    return numbers(Int(fields[0][0]), Int(fields[1][0]), step).map { [UInt8($0 & 127)] }
  }

  private func numbers(_ first: Int, _ last: Int, _ step: Int) -> [Int] {
    var numbers: [Int] = []
    var value = first
    while first <= last ? value <= last : value >= last {
      numbers.append(value)
      if numbers.count >= budget { break }
      let (next, overflow) =
        first <= last
        ? value.addingReportingOverflow(step) : value.subtractingReportingOverflow(step)
      if overflow { break }
      value = next
    }
    return numbers
  }

  private static func isPadded(_ text: Bytes) -> Bool {
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    return digits.count > 1 && digits.first == "0"
  }

  private static func padded(_ value: Int, _ width: Int) -> Bytes {
    let digits = Bytes(decimal: value)
    guard digits.count < width else { return digits }
    let zeros = Bytes(repeating: "0", count: width - digits.count)
    return value < 0 ? ["-"] + zeros + digits.dropFirst() : zeros + digits
  }
}
