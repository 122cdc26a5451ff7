/// Reads the text of a pattern.
struct GlobCompiler {
  let text: Bytes
  let extended: Bool
  let ignoresCase: Bool
  var hasChoices = false
  var countsBytes = false
  private var position = 0
  private var depth = 0

  init(text: Bytes, extended: Bool, ignoresCase: Bool) {
    self.text = text
    self.extended = extended
    self.ignoresCase = ignoresCase
  }

  /// Elements up to the end, or to the `|` or `)` of a choice.
  mutating func sequence(isInner: Bool) -> [GlobPattern.Element] {
    var elements: [GlobPattern.Element] = []
    while position < text.count {
      let byte = text[position]
      switch byte {
      case "\\":
        if position + 1 < text.count { position += 1 }
        elements.append(.byte(text[position]))
        position += 1
      case 0:
        guard position + 1 < text.count else {
          position += 1
          continue
        }
        if isInner, text[position + 1] == "|" || text[position + 1] == ")" { return elements }
        position += 1
        let isPlain = text[position] == "("
        if isPlain || (position + 1 < text.count && text[position + 1] == "("),
          let choice = choice(isPlain: isPlain)
        {
          elements.append(choice)
        }
      case "|" where isInner, ")" where isInner: return elements
      case "?", "*", "+", "@", "!":
        if extended, position + 1 < text.count, text[position + 1] == "(",
          let choice = choice(isPlain: false)
        {
          elements.append(choice)
        } else {
          if byte == "*" {
            if case .star = elements.last {} else { elements.append(.star) }
          } else {
            elements.append(byte == "?" ? (countsBytes ? .byteAny : .any) : .byte(byte))
          }
          position += 1
        }
      case "[":
        if let set = bracket() {
          elements.append(.set(set))
        } else {
          elements.append(.byte(byte))
          position += 1
        }
      default:
        elements.append(.byte(byte))
        position += 1
      }
    }
    return elements
  }

  /// `@(…)` at the position; nil, and nothing taken, where the `)` is missing.
  ///
  /// - Parameter isPlain: only a parenthesis stands there, for `@(`.
  private mutating func choice(isPlain: Bool) -> GlobPattern.Element? {
    let start = position
    let kind: UInt8 = isPlain ? "@" : text[position]
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { return nil }
    position += isPlain ? 1 : 2
    var choices: [[GlobPattern.Element]] = []
    while true {
      choices.append(sequence(isInner: true))
      guard position < text.count else {
        position = start
        return nil
      }
      if text[position] == 0 { position += 1 }
      let byte = text[position]
      position += 1
      if byte == ")" { break }
    }
    hasChoices = true
    return .choice(kind, choices)
  }

  /// The set at the position; nil, and nothing taken, where it has no end.
  private mutating func bracket() -> CharacterSet? {
    let start = position
    let set = CharacterSet()
    set.ignoresCase = ignoresCase
    position += 1
    if position < text.count, text[position] == "!" || text[position] == "^" {
      set.isNegated = true
      position += 1
    }
    var isFirst = true
    while position < text.count {
      let byte = text[position]
      if byte == "]", !isFirst {
        position += 1
        return set
      }
      isFirst = false
      // A slash cannot be in a set of a file name; elsewhere it can.
      if byte == "[", position + 1 < text.count, text[position + 1] == ":", named(set) { continue }
      guard let first = member() else { break }
      if position + 1 < text.count, text[position] == "-", text[position + 1] != "]" {
        position += 1
        guard let last = member() else { break }
        set.insert(first, last)
      } else {
        set.insert(first, first)
      }
    }
    position = start
    return nil
  }

  /// One character, escaped or as `[.x.]` or `[=x=]`.
  private mutating func member() -> Int? {
    guard position < text.count else { return nil }
    if text[position] == 0, position + 1 < text.count { position += 1 }
    if text[position] == "[", position + 4 < text.count,
      text[position + 1] == "." || text[position + 1] == "=",
      text[position + 3] == text[position + 1], text[position + 4] == "]"
    {
      let code = Int(text[position + 2])
      position += 5
      return code
    }
    if text[position] == "\\", position + 1 < text.count { position += 1 }
    var scanner = CharacterScanner(text, position)
    let code = scanner.next()
    position = scanner.position
    return code
  }

  /// `[:class:]`.
  private mutating func named(_ set: CharacterSet) -> Bool {
    var end = position + 2
    while end < text.count, text[end].isLetter { end += 1 }
    guard end + 1 < text.count, text[end] == ":", text[end + 1] == "]" else { return false }
    let name = text.piece(position + 2, end)
    func isPunctuation(_ byte: UInt8) -> Bool {
      byte > 32 && byte < 127 && !byte.isLetter && !byte.isDigit
    }
    if name.equals("alpha") {
      set.insert { $0.isLetter }
    } else if name.equals("digit") {
      set.insert { $0.isDigit }
    } else if name.equals("alnum") {
      set.insert { $0.isLetter || $0.isDigit }
    } else if name.equals("upper") {
      set.insert { $0.isUpper }
    } else if name.equals("lower") {
      set.insert { $0.isLower }
    } else if name.equals("space") {
      set.insert { $0.isSpace }
    } else if name.equals("blank") {
      set.insert { $0.isBlank }
    } else if name.equals("punct") {
      set.insert { isPunctuation($0) }
    } else if name.equals("print") {
      set.insert { $0 >= 32 && $0 < 127 }
    } else if name.equals("graph") {
      set.insert { $0 > 32 && $0 < 127 }
    } else if name.equals("cntrl") {
      set.insert { $0 < 32 || $0 == 127 }
    } else if name.equals("xdigit") {
      set.insert { $0.hexadecimalValue != nil }
    } else if name.equals("word") {
      set.insert { $0.isName }
    } else {
      return false
    }
    position = end + 2
    return true
  }
}
