extension ShellParser {
  /// What stands between `${` and `}`, and the `}`.
  func braced(quoted: Bool) throws(SyntaxError) -> WordPart {
    let start = position
    let first = peek()
    if first.isBlank || first == "\n" { return try commandsHere(.here, quoted) }
    if first == "|" {
      skip()
      return try commandsHere(.reply, quoted)
    }
    let parameter = try parameter(start, quoted)
    return .parameter(parameter, quoted: quoted)
  }

  /// `${ list;}` and `${|list;}`.
  private func commandsHere(
    _ kind: CommandSubstitution.Kind, _ quoted: Bool
  ) throws(SyntaxError) -> WordPart {
    bracedLists += 1
    let list = try compoundList(allowsNone: true)
    bracedLists -= 1
    guard peek() == "}" else { throw unexpected() }
    position += 1
    return .command(CommandSubstitution(list, kind), quoted: quoted)
  }

  /// The parameter of a text that is one `${…}`; nil where it is something else.
  public func singleParameter() throws(SyntaxError) -> Parameter? {
    skip(2)
    let part = try braced(quoted: true)
    guard case .parameter(let parameter, _) = part, position == text.count else { return nil }
    return parameter
  }

  private func source(_ start: Int) -> Bytes { bytes("${") + text.piece(start, position) }

  private func parameter(_ start: Int, _ quoted: Bool) throws(SyntaxError) -> Parameter {
    var isLength = false
    var isWidth = false
    var isIndirect = false
    if peek() == "#" {
      let second = peek(1)
      let isSubject = second.isName || Self.isSpecial(second)
      // `${#-x}` asks for $# or x; `${#-}` is the length of $-.
      if isSubject, second.isName || peek(2) == "}" || (second == "@" || second == "*") {
        isLength = true
        skip()
      }
    } else if peek() == "%",
      peek(1).isName || (Self.isSpecial(peek(1)) && peek(1) != "@" && peek(1) != "*")
    {
      isWidth = true
      skip()
    } else if peek() == "!" {
      let second = peek(1)
      if second.isName || second == "@" || second == "*" || (second == "#" && peek(2) == "}") {
        isIndirect = true
        skip()
      }
    }
    guard let subject = try subject() else { return try bad(start, quoted) }
    var index: Parameter.Index?
    if case .name(let symbol) = subject, peek() == "[" { index = try self.index(symbol) }
    if isLength || isWidth {
      guard peek() == "}" else { return try bad(start, quoted) }
      position += 1
      return Parameter(
        subject, index: index, operation: isLength ? .length : .columns, source: source(start))
    }
    if isIndirect, peek() == "}", let index {
      position += 1
      if case .word = index {
        return Parameter(subject, index: index, isIndirect: true, source: source(start))
      }
      return Parameter(subject, index: index, operation: .keys, source: source(start))
    }
    if isIndirect, peek() == "*" || peek() == "@", peek(1) == "}" {
      let joins = peek() == "*"
      skip(2)
      return Parameter(
        subject, index: joins ? .joined : .all, operation: .names, source: source(start))
    }
    guard let operation = try operation(quoted) else { return try bad(start, quoted) }
    guard peek() == "}" else { return try bad(start, quoted) }
    position += 1
    return Parameter(
      subject, index: index, isIndirect: isIndirect, operation: operation, source: source(start))
  }

  /// Something that expands to an error when it is reached.
  private func bad(_ start: Int, _ quoted: Bool) throws(SyntaxError) -> Parameter {
    var builder = WordBuilder()
    try scan(&builder, .operand(pattern: false))
    position += 1
    return Parameter(.special("@"), operation: .bad, source: source(start))
  }

  private func subject() throws(SyntaxError) -> Parameter.Subject? {
    let first = peek()
    if first.isNameStart {
      var name: Bytes = []
      while peek().isName {
        name.append(peek())
        position += 1
      }
      return .name(symbols.intern(name))
    }
    if first.isDigit {
      var number = 0
      while peek().isDigit {
        number = min(number * 10 + Int(peek() - 0x30), 1 << 40)
        position += 1
      }
      return .positional(number)
    }
    guard Self.isSpecial(first) else { return nil }
    skip()
    return .special(first)
  }

  /// `[@]`, `[*]` or `[expression]`.
  func index(_ symbol: Symbol) throws(SyntaxError) -> Parameter.Index {
    skip()
    if peek() == "@" || peek() == "*", peek(1) == "]" {
      let joins = peek() == "*"
      skip(2)
      return joins ? .joined : .all
    }
    return .word(try subscriptWord())
  }

  /// The text up to the `]` that ends a subscript; the `]` is taken.
  func subscriptWord() throws(SyntaxError) -> Word {
    let start = position
    var builder = WordBuilder()
    var level = 0
    while true {
      let byte = peek()
      switch byte {
      case 0: throw unfinished("unexpected end of file: `]' is missing")
      case "]":
        if level == 0 {
          let source = text.piece(start, position)
          position += 1
          return builder.word(source)
        }
        level -= 1
        builder.add(quoted: byte)
        position += 1
      case "[":
        level += 1
        builder.add(quoted: byte)
        position += 1
      case "'":
        position += 1
        while hasMore(position), text[position] != "'" {
          builder.add(quoted: text[position])
          position += 1
        }
        position += 1
      case "\"":
        position += 1
        try doubleQuoted(&builder, until: .quote)
      case "\\":
        position += 1
        if hasMore(position) {
          builder.add(quoted: text[position])
          position += 1
        }
      case "$": try dollar(&builder, quoted: true)
      case "`": try backquoted(&builder, quoted: true, inQuotes: false)
      default:
        if byte == "\n" { line += 1 }
        builder.add(quoted: byte)
        position += 1
      }
    }
  }

  /// What is done with the value; nil where nothing known is.
  private func operation(_ quoted: Bool) throws(SyntaxError) -> Parameter.Operation? {
    let first = peek()
    switch first {
    case "}": return Parameter.Operation.none
    case ":":
      let second = peek(1)
      switch second {
      case "-", "=", "?", "+":
        skip(2)
        return try substitute(second, orEmpty: true, quoted)
      case "#", "%":
        skip()
        return try operation(quoted)
      case "}": return nil
      default:
        skip()
        return try slice()
      }
    case "-", "=", "?", "+":
      skip()
      return try substitute(first, orEmpty: false, quoted)
    case "#", "%":
      skip()
      let longest = peek() == first
      if longest { skip() }
      return .trim(try operand(.operand(pattern: true)), suffix: first == "%", longest: longest)
    case "/": return try replacement(quoted)
    case "^", ",", "~":
      skip()
      let all = peek() == first
      if all { skip() }
      let pattern = peek() == "}" ? nil : try operand(.operand(pattern: true))
      return .changeCase(first, all: all, pattern)
    case "@":
      let letter = peek(1)
      guard letter.isLetter || letter == "#", peek(2) == "}" else { return nil }
      skip(2)
      return .transform(letter)
    default: return nil
    }
  }

  private func substitute(
    _ letter: UInt8, orEmpty: Bool, _ quoted: Bool
  ) throws(SyntaxError) -> Parameter.Operation {
    let word = try value(quoted)
    switch letter {
    case "-": return .orDefault(word, orEmpty: orEmpty)
    case "=": return .orAssign(word, orEmpty: orEmpty)
    case "?": return .orFail(word, orEmpty: orEmpty)
    default: return .alternative(word, orEmpty: orEmpty)
    }
  }

  /// A word up to `}`: within double quotes, single quotes mean nothing in it.
  private func value(_ quoted: Bool) throws(SyntaxError) -> Word {
    guard quoted else { return try operand(.operand(pattern: false)) }
    let start = position
    var builder = WordBuilder()
    try doubleQuoted(&builder, until: .brace)
    return builder.word(text.piece(start, position))
  }

  private func slice() throws(SyntaxError) -> Parameter.Operation {
    let offset = try slicePart()
    guard peek() == ":" else { return .slice(offset, nil) }
    skip()
    return .slice(offset, try slicePart())
  }

  private func slicePart() throws(SyntaxError) -> ArithmeticText {
    let start = position
    var builder = WordBuilder()
    try doubleQuoted(&builder, until: .slice)
    return ArithmeticText(builder.word(text.piece(start, position)), symbols: symbols)
  }

  private func replacement(_ quoted: Bool) throws(SyntaxError) -> Parameter.Operation {
    skip()
    var kind = Parameter.Replacement.first
    switch peek() {
    case "/":
      kind = .all
      skip()
    case "#":
      kind = .prefix
      skip()
    case "%":
      kind = .suffix
      skip()
    default: break
    }
    // As in bash, `${v////-}` replaces slashes.
    let pattern = try operand(.replaced(takesSlash: kind == .all))
    guard peek() == "/" else { return .replace(pattern, Word.empty, kind) }
    skip()
    return .replace(pattern, try operand(.operand(pattern: false)), kind)
  }
}
