extension ShellParser {
  /// What a `$` starts.
  func dollar(_ builder: inout WordBuilder, quoted: Bool) throws(SyntaxError) {
    let next = peek(1)
    switch next {
    case "{":
      skip(2)
      try enter()
      defer { leave() }
      builder.isQuoted = builder.isQuoted || quoted
      builder.add(try braced(quoted: quoted))
    case "(":
      try enter()
      defer { leave() }
      try parenthesized(&builder, quoted: quoted)
    case "[":
      let (start, startLine) = (position, line)
      skip(2)
      if let text = takeBracketed() {
        builder.add(.arithmetic(try arithmetic(text, line: startLine), quoted: quoted))
      } else {
        (position, line) = (start, startLine)
        literalDollar(&builder, quoted)
      }
    case "'" where !quoted:
      skip()
      position += 1
      try ansiQuoted(&builder)
    case "\"" where !quoted:
      skip()
      position += 1
      try doubleQuoted(&builder, until: .quote)
    default:
      if next.isNameStart {
        skip()
        var name: Bytes = []
        while peek().isName {
          name.append(peek())
          position += 1
        }
        builder.add(plain(.name(symbols.intern(name)), [UInt8]("$".utf8) + name, quoted))
      } else if next.isDigit {
        skip(2)
        builder.add(plain(.positional(Int(next - 0x30)), ["$", next], quoted))
      } else if Self.isSpecial(next) {
        skip(2)
        builder.add(plain(.special(next), ["$", next], quoted))
      } else {
        literalDollar(&builder, quoted)
      }
    }
  }

  private func literalDollar(_ builder: inout WordBuilder, _ quoted: Bool) {
    skip()
    if quoted { builder.add(quoted: "$") } else { builder.add("$") }
  }

  private func plain(_ subject: Parameter.Subject, _ source: Bytes, _ quoted: Bool) -> WordPart {
    .parameter(Parameter(subject, source: source), quoted: quoted)
  }

  static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case "@", "*", "#", "?", "-", "$", "!": true
    default: false
    }
  }

  /// `$(…)` or `$((…))`.
  private func parenthesized(_ builder: inout WordBuilder, quoted: Bool) throws(SyntaxError) {
    let (start, startLine) = (position, line)
    if peek(2) == "(" {
      skip(3)
      if let text = try takeArithmetic() {
        builder.add(.arithmetic(try arithmetic(text, line: startLine), quoted: quoted))
        return
      }
      (position, line) = (start, startLine)
    }
    skip(2)
    let savedPending = pending
    pending = []
    substitutions += 1
    let list = try compoundList(allowsNone: true)
    substitutions -= 1
    guard peek() == ")" else { throw unexpected() }
    position += 1
    pending = savedPending + pending
    builder.add(.command(CommandSubstitution(list, .subshell), quoted: quoted))
  }

  /// The text up to the `))` that ends an arithmetic expression; nil where there is none.
  func takeArithmetic() throws(SyntaxError) -> Bytes? {
    let start = position
    let startLine = line
    var level = 0
    var quote: UInt8 = 0
    // Levels at which a `case` is open: a lone `)` behind its patterns closes nothing.
    var cases: [Int] = []
    while hasMore(position) {
      let byte = text[position]
      position += 1
      if byte == "c" || byte == "e", level > 0, quote == 0 {
        if isWord("case", at: position - 1) { cases.append(level) }
        if isWord("esac", at: position - 1), cases.last == level { cases.removeLast() }
      }
      if byte == "\n" { line += 1 }
      if byte == "\\" {
        if hasMore(position) {
          if text[position] == "\n" { line += 1 }
          position += 1
        }
      } else if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == "\"" || byte == "`" {
        quote = byte
      } else if byte == "(" {
        level += 1
      } else if byte == ")" {
        if level == 0 {
          let end = position - 1
          guard peek() == ")" else { break }
          position += 1
          return text.piece(start, end)
        }
        if cases.last != level { level -= 1 }
      }
    }
    line = startLine
    return nil
  }

  /// Whether `word` stands at `index`, between blanks, newlines or operators.
  private func isWord(_ word: StaticString, at index: Int) -> Bool {
    let end = index + word.utf8CodeUnitCount
    guard hasMore(end - 1), text.piece(index, end).equals(word) else { return false }
    return text[index - 1].endsWord && (!hasMore(end) || text[end].endsWord)
  }

  private func takeBracketed() -> Bytes? {
    let start = position
    var level = 0
    while hasMore(position), text[position] != "\n" {
      let byte = text[position]
      position += 1
      if byte == "[" { level += 1 }
      if byte == "]" {
        if level == 0 { return text.piece(start, position - 1) }
        level -= 1
      }
    }
    return nil
  }

  /// An arithmetic expression: its text is expanded as in double quotes.
  func arithmetic(_ source: Bytes, line: Int) throws(SyntaxError) -> ArithmeticText {
    try enter()
    defer { leave() }
    let inner = inner(source, line: line)
    var builder = WordBuilder()
    while inner.peek() != 0 {
      if inner.peek() == "\"" {
        inner.position += 1
      } else {
        try inner.arithmeticPiece(&builder)
      }
    }
    return ArithmeticText(builder.word(source), symbols: symbols)
  }

  private func arithmeticPiece(_ builder: inout WordBuilder) throws(SyntaxError) {
    let byte = peek()
    switch byte {
    case "$": try dollar(&builder, quoted: true)
    case "`": try backquoted(&builder, quoted: true, inQuotes: false)
    case "\\":
      position += 1
      if position < text.count {
        if text[position] != "$", text[position] != "\"", text[position] != "`" {
          builder.add(quoted: "\\")
        }
        builder.add(quoted: text[position])
        position += 1
      }
    default:
      builder.add(quoted: byte)
      position += 1
    }
  }

  /// The commands between backquotes, one level of backslashes removed.
  func backquoted(
    _ builder: inout WordBuilder, quoted: Bool, inQuotes: Bool
  ) throws(SyntaxError) {
    let startLine = line
    position += 1
    var script: Bytes = []
    while true {
      guard hasMore(position) else { throw unfinished("unexpected end of file: ``' is missing") }
      var byte = text[position]
      position += 1
      if byte == "`" { break }
      if byte == "\n" { line += 1 }
      if byte == "\\", hasMore(position) {
        let next = text[position]
        if next == "`" || next == "$" || next == "\\" || (next == "\"" && inQuotes) {
          byte = next
          position += 1
          if next == "\\" || next == "$" || next == "`" || next == "\"" {
            script.append(byte)
            continue
          }
        }
      }
      script.append(byte)
    }
    try enter()
    defer { leave() }
    let inner = inner(script, line: startLine)
    let list = try inner.all()
    builder.add(.command(CommandSubstitution(list, .subshell), quoted: quoted))
  }

  // MARK: $'…'

  /// Text with the escapes of C.
  private func ansiQuoted(_ builder: inout WordBuilder) throws(SyntaxError) {
    builder.add(quoted: [])
    var raw: Bytes = []
    while true {
      guard hasMore(position) else {
        throw unfinished("unexpected end of file: `'' is missing")
      }
      let byte = text[position]
      position += 1
      if byte == "'" { break }
      if byte == "\n" { line += 1 }
      raw.append(byte)
      if byte == "\\", hasMore(position) {
        if text[position] == "\n" { line += 1 }
        raw.append(text[position])
        position += 1
      }
    }
    builder.add(quoted: unescape(raw, .dollarQuote).text)
  }
}
