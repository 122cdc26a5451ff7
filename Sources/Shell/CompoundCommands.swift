extension ShellParser {
  /// The compound command that starts here, if one does.
  func compound() throws(SyntaxError) -> CommandNode.Body? {
    let first = peek()
    if first == "(" {
      if peek(1) == "(", let text = try doubleParenthesis(skipping: 2) { return .arithmetic(text) }
      skip()
      let list = try compoundList()
      guard peek() == ")" else { throw unexpected() }
      skip()
      return .subshell(list)
    }
    guard let word = peekText(), word.count <= 8 else { return nil }
    switch first {
    case "{":
      guard word.equals("{") else { return nil }
      takeText()
      let list = try compoundList()
      guard accept("}") else { throw unexpected() }
      return .group(list)
    case "i": return word.equals("if") ? try ifClause() : nil
    case "w": return word.equals("while") ? try loop(isUntil: false) : nil
    case "u": return word.equals("until") ? try loop(isUntil: true) : nil
    case "c": return word.equals("case") ? try caseClause() : nil
    case "s":
      guard word.equals("select") else { return nil }
      takeText()
      return .select(try forClause())
    case "f":
      if word.equals("for") {
        takeText()
        skipBlanks()
        if peek() == "(", peek(1) == "(" { return try arithmeticFor() }
        return .forEach(try forClause())
      }
      if word.equals("fi") { throw unexpected() }
      return word.equals("function") ? try functionWithKeyword() : nil
    case "[":
      guard word.equals("[[") else { return nil }
      takeText()
      let expression = try testOr()
      try skipNewlines()
      guard accept("]]") else { throw unexpected() }
      return .test(expression)
    default:
      if isReserved(word) { throw unexpected() }
      return nil
    }
  }

  /// Words that cannot start a command.
  private func isReserved(_ word: Bytes) -> Bool {
    switch word.first {
    case "t": word.equals("then")
    case "d": word.equals("do") || word.equals("done")
    case "e": word.equals("else") || word.equals("elif") || word.equals("esac")
    case "}": word.equals("}")
    default: false
    }
  }

  private func ifClause() throws(SyntaxError) -> CommandNode.Body {
    takeText()
    var branches: [IfClause.Branch] = []
    var otherwise: List?
    while true {
      let condition = try compoundList()
      guard accept("then") else { throw unexpected() }
      branches.append(IfClause.Branch(condition: condition, body: try compoundList()))
      if accept("elif") { continue }
      if accept("else") { otherwise = try compoundList() }
      guard accept("fi") else { throw unexpected() }
      return .conditional(IfClause(branches, otherwise: otherwise))
    }
  }

  private func loop(isUntil: Bool) throws(SyntaxError) -> CommandNode.Body {
    takeText()
    let condition = try compoundList()
    return .loop(Loop(condition, try doGroup(), isUntil: isUntil))
  }

  /// `do … done`, or `{ … }` in its place.
  private func doGroup() throws(SyntaxError) -> List {
    try skipNewlines()
    try expandAlias()
    if accept("{") {
      let list = try compoundList()
      guard accept("}") else { throw unexpected() }
      return list
    }
    guard accept("do") else { throw unexpected() }
    let list = try compoundList()
    guard accept("done") else { throw unexpected() }
    return list
  }

  /// The part of `for` and `select` behind the keyword.
  private func forClause() throws(SyntaxError) -> ForClause {
    try expandFollowingAlias()
    skipBlanks()
    guard let name = peekText(), name.isName else { throw unexpected() }
    takeText()
    let symbol = symbols.intern(name)
    var words: [Word]?
    try expandFollowingAlias()
    try skipNewlines()
    try expandAlias()
    if accept("in") {
      var list: [Word] = []
      skipBlanks()
      while let word = try word(.command) {
        list.append(word)
        skipBlanks()
      }
      words = list
      if peek() == ";" { skip() } else if peek() != "\n" { throw unexpected() }
    } else if peek() == ";" {
      skip()
    }
    return ForClause(symbol, words, try doGroup())
  }

  private func arithmeticFor() throws(SyntaxError) -> CommandNode.Body {
    skip(2)
    let line = line
    guard let text = try takeArithmetic() else { throw fail("syntax error in arithmetic for") }
    // The parts are split before they are parsed: a `;` is no operator of arithmetic.
    var parts: [Bytes] = [[]]
    for byte in text {
      if byte == ";" { parts.append([]) } else { parts[parts.count - 1].append(byte) }
    }
    guard parts.count == 3 else {
      throw fail("syntax error: arithmetic for needs three expressions")
    }
    let start = try arithmetic(parts[0], line: line)
    let condition = try arithmetic(parts[1], line: line)
    let step = try arithmetic(parts[2], line: line)
    skipBlanks()
    if peek() == ";" { skip() }
    return .forArithmetic(ForArithmetic(start, condition, step, try doGroup()))
  }

  /// The expression between `((` and `))`; nil where this is a subshell in a subshell.
  private func doubleParenthesis(skipping count: Int) throws(SyntaxError) -> ArithmeticText? {
    let (start, startLine) = (position, line)
    skip(count)
    guard let text = try takeArithmetic() else {
      (position, line) = (start, startLine)
      return nil
    }
    return try arithmetic(text, line: startLine)
  }

  private func caseClause() throws(SyntaxError) -> CommandNode.Body {
    takeText()
    skipBlanks()
    guard let subject = try word(.command) else { throw unexpected() }
    try skipNewlines()
    try expandAlias()
    let hasBraces = accept("{")
    if !hasBraces { guard accept("in") else { throw unexpected() } }
    var branches: [CaseClause.Branch] = []
    while true {
      try skipNewlines()
      if hasBraces ? accept("}") : accept("esac") { break }
      branches.append(try branch())
    }
    return .choice(CaseClause(subject, branches))
  }

  private func branch() throws(SyntaxError) -> CaseClause.Branch {
    if peek() == "(" { skip() }
    var patterns: [Word] = []
    while true {
      skipBlanks()
      guard let pattern = try word(.command) else { throw unexpected() }
      patterns.append(pattern)
      skipBlanks()
      guard peek() == "|" else { break }
      skip()
    }
    guard peek() == ")" else { throw unexpected() }
    skip()
    let body = try compoundList(allowsNone: true)
    skipBlanks()
    guard peek() == ";" else {
      return CaseClause.Branch(patterns: patterns, body: body, ending: .stop)
    }
    skip()
    switch peek() {
    case "&":
      skip()
      return CaseClause.Branch(patterns: patterns, body: body, ending: .fallThrough)
    case "|":
      skip()
      return CaseClause.Branch(patterns: patterns, body: body, ending: .testNext)
    default:
      skip()
      guard peek() == "&" else {
        return CaseClause.Branch(patterns: patterns, body: body, ending: .stop)
      }
      skip()
      return CaseClause.Branch(patterns: patterns, body: body, ending: .testNext)
    }
  }

  private func functionWithKeyword() throws(SyntaxError) -> CommandNode.Body {
    takeText()
    skipBlanks()
    guard let name = try word(.command)?.literal, !name.isEmpty else { throw unexpected() }
    skipBlanks()
    var isPlain = true
    if peek() == "(" {
      skip()
      skipBlanks()
      guard peek() == ")" else { throw unexpected() }
      skip()
      isPlain = false
    }
    return .function(try function(symbols.intern(name), hasKeyword: isPlain))
  }

  // MARK: [[ ]]

  private func testOr() throws(SyntaxError) -> TestExpression {
    try enter()
    defer { leave() }
    var left = try testAnd()
    while true {
      try skipNewlines()
      guard peek() == "|", peek(1) == "|" else { return left }
      skip(2)
      left = .or(left, try testAnd())
    }
  }

  private func testAnd() throws(SyntaxError) -> TestExpression {
    var left = try testTerm()
    while true {
      try skipNewlines()
      guard peek() == "&", peek(1) == "&" else { return left }
      skip(2)
      left = .and(left, try testTerm())
    }
  }

  private func testTerm() throws(SyntaxError) -> TestExpression {
    try skipNewlines()
    if isNext("!") {
      takeText()
      try enter()
      defer { leave() }
      return .not(try testTerm())
    }
    if peek() == "(" {
      skip()
      let inner = try testOr()
      try skipNewlines()
      guard peek() == ")" else { throw unexpected() }
      skip()
      return .group(inner)
    }
    guard !isNext("]]"), let word = try word(.test) else { throw unexpected() }
    skipBlanks()
    if let name = word.literal, !word.isQuoted, name.count == 2, name[0] == "-", name[1].isLetter,
      !isNext("]]"), !endsTestWord()
    {
      // `-f == x` compares the text `-f`.
      if let operation = peekTestOperator(), operation.count > 1 || peek(1).isBlank {
        return try binaryTest(word)
      }
      guard let operand = try self.word(.test) else { throw unexpected() }
      return .unary(name, operand)
    }
    return try binaryTest(word)
  }

  private func endsTestWord() -> Bool {
    let byte = peek()
    return byte == ")" || byte == "\n" || byte == 0 || byte == "&" || byte == "|"
  }

  private func binaryTest(_ left: Word) throws(SyntaxError) -> TestExpression {
    guard let operation = peekTestOperator() else { return .word(left) }
    if operation.count == 1, operation[0] == "<" || operation[0] == ">" {
      skip()
    } else {
      takeText()
    }
    skipBlanks()
    let mode: WordMode = operation.equals("=~") ? .regex : .test
    guard let right = try word(mode) else { throw unexpected() }
    return .binary(operation, left, right)
  }

  private func peekTestOperator() -> Bytes? {
    let byte = peek()
    if byte == "<" || byte == ">" { return [byte] }
    guard let word = peekText() else { return nil }
    if word.equals("=") || word.equals("==") || word.equals("!=") || word.equals("=~") {
      return word
    }
    guard word.count == 3, word[0] == "-" else { return nil }
    switch (word[1], word[2]) {
    case ("e", "q"), ("n", "e"), ("l", "t"), ("l", "e"), ("g", "t"), ("g", "e"), ("n", "t"),
      ("o", "t"), ("e", "f"):
      return word
    default: return nil
    }
  }
}
