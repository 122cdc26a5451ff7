/// Where a word stands: what ends it, and what is special in it.
enum WordMode {
  case command
  /// A value behind `=`: `~` is special behind `:` too.
  case assignment
  case test
  /// The right side of `=~`.
  case regex
  /// Within `${…}`, up to `}`; the flag: `@(…)` is a pattern.
  case operand(pattern: Bool)
  /// The pattern of `${x/…/`, up to `/` or `}`.
  case replaced(takesSlash: Bool)
  /// Within `@(…)`, up to `|` or `)`.
  case alternatives
}

/// A word while it is read.
struct WordBuilder {
  private(set) var parts: [WordPart] = []
  private var plain: Bytes = []
  private var quoted: Bytes = []
  private var isPattern = false
  private var hasQuoted = false
  var isQuoted = false
  var hasBraces = false
  /// Counts what has been added, to tell an empty pair of quotes.
  private(set) var pieces = 0

  var isEmpty: Bool { parts.isEmpty && plain.isEmpty && !hasQuoted }

  mutating func add(_ byte: UInt8) {
    if hasQuoted { flush() }
    if byte == "*" || byte == "?" || byte == "[" { isPattern = true }
    plain.append(byte)
  }

  /// An operator of `@(…)`.
  mutating func add(operator text: Bytes) {
    if hasQuoted { flush() }
    isPattern = true
    plain.append(0)
    plain += text
  }

  mutating func add(quoted byte: UInt8) {
    pieces += 1
    if !plain.isEmpty { flush() }
    quoted.append(byte)
    hasQuoted = true
    isQuoted = true
  }

  mutating func add(quoted bytes: Bytes) {
    pieces += 1
    if !plain.isEmpty { flush() }
    quoted += bytes
    hasQuoted = true
    isQuoted = true
  }

  mutating func add(_ part: WordPart) {
    pieces += 1
    flush()
    parts.append(part)
  }

  mutating func flush() {
    if !plain.isEmpty {
      parts.append(isPattern ? .pattern(plain) : .literal(plain))
      plain = []
      isPattern = false
    } else if hasQuoted {
      parts.append(.quoted(quoted))
      quoted = []
      hasQuoted = false
    }
  }

  mutating func word(_ source: Bytes, assignment: Assignment? = nil) -> Word {
    flush()
    return Word(
      parts, source: source, isQuoted: isQuoted, hasBraces: hasBraces, assignment: assignment)
  }
}

extension ShellParser {
  /// The word that starts here; nil where none does.
  func word(_ mode: WordMode) throws(SyntaxError) -> Word? {
    if case .command = mode { try expandFollowingAlias() }
    _ = peek()
    let start = position
    var builder = WordBuilder()
    try scan(&builder, mode)
    if position == start { return nil }
    return builder.word(text.piece(start, position))
  }

  /// A word that may be empty.
  func operand(_ mode: WordMode) throws(SyntaxError) -> Word {
    try word(mode) ?? Word([], source: [])
  }

  /// Reads up to what ends a word of `mode`.
  func scan(_ builder: inout WordBuilder, _ mode: WordMode) throws(SyntaxError) {
    var isStart = true
    var depth = 0
    while true {
      let byte = peek()
      switch byte {
      case 0:
        if position < text.count { position += 1 }
        switch mode {
        case .operand, .replaced: throw unfinished("unexpected end of file: `}' is missing")
        case .alternatives: throw unfinished("unexpected end of file: `)' is missing")
        default: return
        }
      case "'": try singleQuoted(&builder)
      case "\"":
        position += 1
        try doubleQuoted(&builder, until: .quote)
      case "\\":
        position += 1
        guard hasMore(position) else {
          builder.add(quoted: "\\")
          continue
        }
        builder.add(quoted: text[position])
        position += 1
      case "$": try dollar(&builder, quoted: false)
      case "`": try backquoted(&builder, quoted: false, inQuotes: false)
      case "~" where isStart: try tilde(&builder, inAssignment: false)
      case "}":
        switch mode {
        case .operand, .replaced: return
        default:
          builder.add(byte)
          position += 1
        }
      case "/":
        if case .replaced(let takesSlash) = mode, !(takesSlash && isStart) { return }
        builder.add(byte)
        position += 1
      case "{":
        if isBraced(mode) { builder.hasBraces = true }
        builder.add(byte)
        position += 1
      case "?", "*", "+", "@", "!":
        if peek(1) == "(", allowsAlternatives(mode) {
          try alternatives(&builder, byte)
        } else {
          builder.add(byte)
          position += 1
        }
      case " ", "\t", "\n", ";", "&", "|", "<", ">", "(", ")":
        if try endsOrTakes(byte, &builder, mode, &depth) { return }
      default:
        builder.add(byte)
        position += 1
        if byte == ":", case .assignment = mode, peek() == "~" {
          try tilde(&builder, inAssignment: false)
        } else if byte == "=" || byte == ":", case .command = mode, peek() == "~" {
          try tilde(&builder, inAssignment: true)
        }
      }
      isStart = false
    }
  }

  private func isBraced(_ mode: WordMode) -> Bool {
    if case .command = mode { return features.braces }
    return false
  }

  private func allowsAlternatives(_ mode: WordMode) -> Bool {
    switch mode {
    case .operand(let pattern): pattern
    case .regex: false
    default: true
    }
  }

  /// A blank or operator: ends the word (true), or is taken as text.
  private func endsOrTakes(
    _ byte: UInt8, _ builder: inout WordBuilder, _ mode: WordMode, _ depth: inout Int
  ) throws(SyntaxError) -> Bool {
    switch mode {
    case .operand, .replaced:
      if (byte == "<" || byte == ">"), peek(1) == "(" {
        try processSubstitution(&builder)
        return false
      }
    case .alternatives:
      if byte == "|" || byte == ")" { return true }
      if byte == "(" {
        try alternatives(&builder, nil)
        return false
      }
    case .regex:
      if byte == "(" {
        depth += 1
      } else if byte == ")" {
        if depth == 0 { return true }
        depth -= 1
      } else if depth == 0, byte != "|" && byte != "<" && byte != ">" {
        return true
      }
    case .command, .assignment, .test:
      guard byte == "<" || byte == ">", peek(1) == "(" else { return true }
      if case .test = mode { return true }
      try processSubstitution(&builder)
      return false
    }
    builder.add(byte)
    if byte == "\n" { line += 1 }
    position += 1
    return false
  }

  /// `@(a|b)` and its kin.
  ///
  /// - Parameter kind: nil for a plain parenthesis within another, which means `@(`.
  private func alternatives(_ builder: inout WordBuilder, _ kind: UInt8?) throws(SyntaxError) {
    try enter()
    defer { leave() }
    skip(kind == nil ? 1 : 2)
    builder.add(operator: kind.map { [$0, "("] } ?? ["("])
    while true {
      try scan(&builder, .alternatives)
      let byte = peek()
      if byte == 0 { throw unfinished("unexpected end of file: `)' is missing") }
      skip()
      builder.add(operator: [byte])
      if byte == ")" { return }
    }
  }

  private func processSubstitution(_ builder: inout WordBuilder) throws(SyntaxError) {
    let isOutput = peek() == ">"
    skip(2)
    let list = try compoundList(allowsNone: true)
    guard peek() == ")" else { throw unexpected() }
    skip()
    builder.add(.process(list, isOutput: isOutput))
  }

  private func singleQuoted(_ builder: inout WordBuilder) throws(SyntaxError) {
    position += 1
    builder.add(quoted: [])
    while true {
      guard hasMore(position) else {
        throw unfinished("unexpected end of file: `'' is missing")
      }
      let byte = text[position]
      position += 1
      if byte == "'" { return }
      if byte == "\n" { line += 1 }
      builder.add(quoted: byte)
    }
  }

  /// `~name` up to a slash, a colon or the end of the word; other text is no tilde.
  private func tilde(_ builder: inout WordBuilder, inAssignment: Bool) throws(SyntaxError) {
    _ = peek()
    var index = position + 1
    while hasMore(index) {
      let byte = text[index]
      if byte == "/" || byte == ":" || byte == "}" || byte.endsWord { break }
      // A quoted or expanded name is no name.
      if byte == "\\" || byte == "'" || byte == "\"" || byte == "$" || byte == "`" {
        builder.add("~")
        position += 1
        return
      }
      index += 1
    }
    builder.add(.tilde(text.piece(position + 1, index), inAssignment: inAssignment))
    position = index
  }

  // MARK: double quotes

  enum QuoteEnd { case quote, brace, slice, everything }

  /// Text in which only `$`, `` ` `` and `\` are special.
  func doubleQuoted(_ builder: inout WordBuilder, until end: QuoteEnd) throws(SyntaxError) {
    let before = builder.pieces
    if end == .quote { builder.isQuoted = true }
    var parentheses = 0
    var questions = 0
    while true {
      let byte = peek()
      switch byte {
      case 0 where position >= text.count:
        switch end {
        case .quote: throw unfinished("unexpected end of file: `\"' is missing")
        case .brace, .slice: throw unfinished("unexpected end of file: `}' is missing")
        case .everything: return
        }
      case "\"":
        switch end {
        case .quote:
          position += 1
          if builder.pieces == before { builder.add(quoted: []) }
          return
        case .brace, .slice:
          position += 1
          try doubleQuoted(&builder, until: .quote)
        case .everything:
          builder.add(quoted: byte)
          position += 1
        }
      case "}" where end == .brace || end == .slice: return
      case "(" where end == .slice, ")" where end == .slice:
        parentheses += byte == "(" ? 1 : -1
        builder.add(quoted: byte)
        position += 1
      case "?" where end == .slice:
        questions += 1
        builder.add(quoted: byte)
        position += 1
      case ":" where end == .slice:
        if parentheses == 0, questions == 0 { return }
        questions = max(0, questions - 1)
        builder.add(quoted: byte)
        position += 1
      case "\\": escaped(&builder, end)
      case "$": try dollar(&builder, quoted: true)
      case "`": try backquoted(&builder, quoted: true, inQuotes: end == .quote)
      default:
        if byte == "\n" { line += 1 }
        builder.add(quoted: byte)
        position += 1
      }
    }
  }

  private func escaped(_ builder: inout WordBuilder, _ end: QuoteEnd) {
    position += 1
    guard hasMore(position) else { return builder.add(quoted: "\\") }
    let byte = text[position]
    let isSpecial =
      byte == "$" || byte == "`" || byte == "\\" || (byte == "\"" && end != .everything)
      || (byte == "}" && end == .brace)
    if !isSpecial { builder.add(quoted: "\\") }
    builder.add(quoted: byte)
    position += 1
  }
}

extension ShellParser {
  /// Whether everything has been read.
  public var isAtEnd: Bool {
    refill == nil && text[min(position, text.count)...].allSatisfy { $0.isSpace }
  }

  /// The whole text as in double quotes, as prompts are read.
  public func wholeAsQuoted() throws(SyntaxError) -> Word {
    var builder = WordBuilder()
    try doubleQuoted(&builder, until: .everything)
    return builder.word(text)
  }

  /// The assignment that is the whole text; nil where it is something else.
  public func soleAssignment() throws(SyntaxError) -> Assignment? {
    let found = try assignment(isArgument: true)
    return position == text.count ? found : nil
  }
}
