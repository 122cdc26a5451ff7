internal import Linux

/// What matches between two bytes.
enum Assertion: UInt8 {
  case lineStart, lineEnd, wordStart, wordEnd, wordEdge, noWordEdge
  /// No word character stands before, or behind.
  case notAfterWord, notBeforeWord
}

/// A regular expression over bytes, as a tree.
indirect enum RegexNode {
  case empty
  case set(ByteSet)
  case assertion(Assertion)
  case sequence([RegexNode])
  case choice([RegexNode])
  /// `most` of nil has no end.
  case repetition(RegexNode, least: Int, most: Int?)
}

/// Reads regular expressions as grep(1) does: POSIX.1-2017 chapter 9 with GNU's `\w \s \b \< \|` …
///
/// In the extended syntax an interval that is none and a `)` too many stand for themselves, and an
/// operator with nothing before it repeats nothing.
struct RegexParser {
  private let bytes: [UInt8]
  private let extended: Bool
  private let ignoresCase: Bool
  private var position = 0
  private var depth = 0
  /// Whether `\1`… occurs: then the tree does not say all.
  private(set) var hasBackReference = false

  /// RE_DUP_MAX of the C library.
  private static let mostRepeats = 32767
  private static let deepest = 250

  init(_ bytes: [UInt8], extended: Bool, ignoresCase: Bool) {
    self.bytes = bytes
    self.extended = extended
    self.ignoresCase = ignoresCase
  }

  mutating func parse() throws(Pattern.Malformed) -> RegexNode {
    let node = try choice()
    guard position == bytes.count else { throw Pattern.Malformed(reason: "Unmatched ) or \\)") }
    return node
  }

  private mutating func choice() throws(Pattern.Malformed) -> RegexNode {
    var alternatives = [try sequence()]
    while atOperator("|") {
      position += extended ? 1 : 2
      alternatives.append(try sequence())
    }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func sequence() throws(Pattern.Malformed) -> RegexNode {
    var items: [RegexNode] = []
    // In the basic syntax a star is a character at the start, and behind `^` there.
    var isStart = true
    while position < bytes.count, !atOperator("|"), !atClosing {
      let wasAnchor = isStart && !extended && bytes[position] == UInt8(ascii: "^")
      let atom = try atom(isStart: isStart)
      items.append(wasAnchor ? atom : try repeated(atom))
      isStart = wasAnchor
    }
    switch items.count {
    case 0: return .empty
    case 1: return items[0]
    default: return .sequence(items)
    }
  }

  /// Whether the operator `character` is here: plain in the extended syntax, behind a backslash else.
  private func atOperator(_ character: Unicode.Scalar, at offset: Int = 0) -> Bool {
    let start = position + offset
    if extended { return start < bytes.count && bytes[start] == UInt8(ascii: character) }
    return start + 1 < bytes.count && bytes[start] == UInt8(ascii: "\\")
      && bytes[start + 1] == UInt8(ascii: character)
  }

  private var atClosing: Bool { atOperator(")") && (depth > 0 || !extended) }

  private mutating func atom(isStart: Bool) throws(Pattern.Malformed) -> RegexNode {
    if atOperator("(") { return try group() }
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "["): return try bracket()
    case UInt8(ascii: "."):
      position += 1
      var any = ByteSet()
      any.invert()
      return .set(any)
    case UInt8(ascii: "^") where extended || isStart:
      position += 1
      return .assertion(.lineStart)
    case UInt8(ascii: "$") where extended || isLast:
      position += 1
      return .assertion(.lineEnd)
    case UInt8(ascii: "\\"): return try escape()
    case UInt8(ascii: "*") where extended, UInt8(ascii: "+") where extended,
      UInt8(ascii: "?") where extended:
      return .empty
    case UInt8(ascii: "{") where extended && interval(from: position + 1) != nil: return .empty
    default:
      position += 1
      return literal(byte)
    }
  }

  /// Whether a `$` here ends the expression or a part of it.
  private var isLast: Bool {
    position + 1 == bytes.count || atOperator(")", at: 1) || atOperator("|", at: 1)
  }

  private func literal(_ byte: UInt8) -> RegexNode {
    var set = ByteSet(byte)
    if ignoresCase { set.foldCase() }
    return .set(set)
  }

  private mutating func group() throws(Pattern.Malformed) -> RegexNode {
    position += extended ? 1 : 2
    depth += 1
    guard depth <= Self.deepest else { throw Pattern.Malformed(reason: "Nested too deeply") }
    let inner = try choice()
    guard atOperator(")") else { throw Pattern.Malformed(reason: "Unmatched ( or \\(") }
    position += extended ? 1 : 2
    depth -= 1
    return .sequence([inner])
  }

  private mutating func escape() throws(Pattern.Malformed) -> RegexNode {
    guard position + 1 < bytes.count else {
      throw Pattern.Malformed(reason: "Trailing backslash")
    }
    let byte = bytes[position + 1]
    position += 2
    switch byte {
    case UInt8(ascii: "w"): return .set(.word)
    case UInt8(ascii: "W"): return .set(inverted(.word))
    case UInt8(ascii: "s"): return .set(ByteSet(className: "space") ?? ByteSet())
    case UInt8(ascii: "S"): return .set(inverted(ByteSet(className: "space") ?? ByteSet()))
    case UInt8(ascii: "b"): return .assertion(.wordEdge)
    case UInt8(ascii: "B"): return .assertion(.noWordEdge)
    case UInt8(ascii: "<"): return .assertion(.wordStart)
    case UInt8(ascii: ">"): return .assertion(.wordEnd)
    case UInt8(ascii: "`"): return .assertion(.lineStart)
    case UInt8(ascii: "'"): return .assertion(.lineEnd)
    case UInt8(ascii: "1")...UInt8(ascii: "9"):
      hasBackReference = true
      return .empty
    case UInt8(ascii: "{") where !extended:
      throw Pattern.Malformed(reason: "Invalid preceding regular expression")
    default: return literal(byte)
    }
  }

  private func inverted(_ set: ByteSet) -> ByteSet {
    var set = set
    set.invert()
    return set
  }
}

// Repetition.
extension RegexParser {
  private mutating func repeated(_ atom: RegexNode) throws(Pattern.Malformed) -> RegexNode {
    var node = atom
    var levels = 0
    while position < bytes.count {
      let range: (least: Int, most: Int?)
      if bytes[position] == UInt8(ascii: "*") {
        range = (0, nil)
        position += 1
      } else if atOperator("+") {
        range = (1, nil)
        position += extended ? 1 : 2
      } else if atOperator("?") {
        range = (0, 1)
        position += extended ? 1 : 2
      } else if let braces = try takeInterval() {
        range = braces
      } else {
        return node
      }
      levels += 1
      guard levels <= Self.deepest else { throw Pattern.Malformed(reason: "Nested too deeply") }
      if case .empty = node { continue }
      node = .repetition(node, least: range.least, most: range.most)
    }
    return node
  }

  private mutating func takeInterval() throws(Pattern.Malformed) -> (least: Int, most: Int?)? {
    guard atOperator("{") else { return nil }
    guard let found = interval(from: position + (extended ? 1 : 2)) else {
      if extended { return nil }
      let isClosed = bytes[position...].contains(UInt8(ascii: "}"))
      throw Pattern.Malformed(reason: isClosed ? "Invalid content of \\{\\}" : "Unmatched \\{")
    }
    guard found.least <= Self.mostRepeats, found.most ?? 0 <= Self.mostRepeats else {
      throw Pattern.Malformed(reason: "Regular expression too big")
    }
    guard found.least <= found.most ?? .max else {
      throw Pattern.Malformed(reason: "Invalid content of \\{\\}")
    }
    position = found.end
    return (found.least, found.most)
  }

  /// `2}`, `2,}`, `,3}` or `2,3}` from `start` on; in the basic syntax a backslash is before the `}`.
  private func interval(from start: Int) -> (least: Int, most: Int?, end: Int)? {
    var index = start
    let least = number(&index)
    var most = least
    if index < bytes.count, bytes[index] == UInt8(ascii: ",") {
      index += 1
      most = number(&index)
    } else if least == nil {
      return nil
    }
    if !extended {
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\\") else { return nil }
      index += 1
    }
    guard index < bytes.count, bytes[index] == UInt8(ascii: "}") else { return nil }
    return (least ?? 0, most, index + 1)
  }

  private func number(_ index: inout Int) -> Int? {
    var value: Int?
    while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
      value = min((value ?? 0) * 10 + Int(bytes[index] - 0x30), 1_000_000)
      index += 1
    }
    return value
  }
}

// Bracket expressions.
extension RegexParser {
  private mutating func bracket() throws(Pattern.Malformed) -> RegexNode {
    let start = position
    position += 1
    let negates = position < bytes.count && bytes[position] == UInt8(ascii: "^")
    if negates { position += 1 }
    var set = ByteSet()
    var isFirst = true
    while true {
      guard position < bytes.count else { throw unmatched }
      if bytes[position] == UInt8(ascii: "]"), !isFirst { break }
      isFirst = false
      if let name = try special(":") {
        guard var members = ByteSet(className: name) else {
          throw Pattern.Malformed(reason: "Invalid character class name")
        }
        if ignoresCase { members.foldCase() }
        set.formUnion(members)
        continue
      }
      let low = try bracketItem()
      if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "-"),
        bytes[position + 1] != UInt8(ascii: "]")
      {
        position += 1
        let high = try bracketItem()
        guard low <= high else { throw Pattern.Malformed(reason: "Invalid range end") }
        set.insert(low...high)
      } else {
        set.insert(low)
      }
    }
    position += 1
    try refuseBareClass(bytes[start..<position])
    if ignoresCase { set.foldCase() }
    if negates { set.invert() }
    return .set(set)
  }

  private var unmatched: Pattern.Malformed {
    Pattern.Malformed(reason: "Unmatched [, [^, [:, [., or [=")
  }

  /// `[:space:]` without the outer brackets is a mistake that grep(1) names.
  private func refuseBareClass(_ text: ArraySlice<UInt8>) throws(Pattern.Malformed) {
    guard text.count > 4, text.dropFirst().first == UInt8(ascii: ":"),
      text.dropLast().last == UInt8(ascii: ":")
    else { return }
    throw Pattern.Malformed(reason: "character class syntax is [[:space:]], not [:space:]")
  }

  /// The text between `[:` and `:]`, where that is here.
  private mutating func special(_ mark: Unicode.Scalar) throws(Pattern.Malformed) -> String? {
    let mark = UInt8(ascii: mark)
    guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "["),
      bytes[position + 1] == mark
    else { return nil }
    var end = position + 2
    while end + 1 < bytes.count, bytes[end] != mark || bytes[end + 1] != UInt8(ascii: "]") {
      end += 1
    }
    guard end + 1 < bytes.count else { throw unmatched }
    let text = String(bytes: bytes[(position + 2)..<end])
    position = end + 2
    return text
  }

  /// A byte, `[.x.]` or `[=x=]`.
  private mutating func bracketItem() throws(Pattern.Malformed) -> UInt8 {
    for mark in [".", "="] as [Unicode.Scalar] {
      guard let text = try special(mark) else { continue }
      guard text.bytes.count == 1 else {
        throw Pattern.Malformed(reason: "Invalid collation character")
      }
      return text.bytes[0]
    }
    guard position < bytes.count else { throw unmatched }
    defer { position += 1 }
    return bytes[position]
  }
}
