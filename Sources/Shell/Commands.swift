extension ShellParser {
  /// The commands up to the end of the line; nil at the end of the script.
  public func next() throws(SyntaxError) -> List? {
    if position > 65536 {
      text.removeFirst(position)
      position = 0
      aliasEnds = []
      active.removeAll()
      forgetPeeked()
    }
    repeat {
      try skipNewlines()
      try expandAlias()
      skipBlanks()
    } while peek() == "\n"
    if peek() == 0 {
      if !pending.isEmpty { try readHereDocuments() }
      return nil
    }
    var items: [List.Item] = []
    while true {
      items.append(try item())
      skipBlanks()
      let byte = peek()
      if byte == 0 { break }
      if byte == "\n" {
        try takeNewline()
        break
      }
      guard endedItem else { throw unexpected() }
    }
    if !pending.isEmpty { try readHereDocuments() }
    return List(items)
  }

  /// Drops the rest of the line after an error, for an interactive shell.
  public func dropLine() {
    pending = []
    text = []
    position = 0
    depth = 0
    bracedLists = 0
    aliasEnds = []
    active.removeAll()
    forgetPeeked()
  }

  /// Everything, as `eval` and command substitutions read it.
  public func all() throws(SyntaxError) -> List {
    var items: [List.Item] = []
    while let list = try next() { items += list.items }
    return List(items)
  }

  /// An and-or list with its `;` or `&`.
  private func item() throws(SyntaxError) -> List.Item {
    let command = try andOr()
    skipBlanks()
    let byte = peek()
    endedItem = byte == "&" || byte == ";" && !isCaseEnd
    if byte == "&", peek(1) != "&" {
      skip()
      return List.Item(command: command, isAsynchronous: true)
    }
    if endedItem { skip() }
    return List.Item(command: command, isAsynchronous: false)
  }

  /// Whether `;;`, `;&` or `;|` is next.
  private var isCaseEnd: Bool {
    guard peek() == ";" else { return false }
    let second = peek(1)
    return second == ";" || second == "&" || second == "|"
  }

  /// Commands up to a reserved word, `)` or `;;` that ends them; at least one.
  func compoundList(allowsNone: Bool = false) throws(SyntaxError) -> List {
    try enter()
    defer { leave() }
    var items: [List.Item] = []
    while true {
      try skipNewlines()
      if !endsList() {
        try expandAlias()
        skipBlanks()
        if peek() == "\n" { continue }
      }
      if endsList() { break }
      items.append(try item())
      skipBlanks()
      let byte = peek()
      if byte == 0 || byte == ")" || isCaseEnd || byte == "\n" { continue }
      guard endedItem || endsList() else { throw unexpected() }
    }
    if items.isEmpty, !allowsNone { throw unexpected() }
    return List(items)
  }

  /// Whether what is next ends a list of commands.
  private func endsList() -> Bool {
    let byte = peek()
    if byte == 0 || byte == ")" { return true }
    if byte == ";" { return isCaseEnd }
    if byte == "}", bracedLists > 0 { return true }
    guard let word = peekText(), word.count <= 4 else { return false }
    switch word[0] {
    case "t": return word.equals("then")
    case "d": return word.equals("do") || word.equals("done")
    case "f": return word.equals("fi")
    case "e": return word.equals("else") || word.equals("elif") || word.equals("esac")
    case "}": return word.equals("}")
    default: return false
    }
  }

  private func andOr() throws(SyntaxError) -> AndOr {
    let first = try pipeline()
    var rest: [AndOr.Tail] = []
    while true {
      skipBlanks()
      let byte = peek()
      guard byte == "&" || byte == "|", peek(1) == byte else { break }
      skip(2)
      try skipNewlines()
      rest.append(AndOr.Tail(isAnd: byte == "&", pipeline: try pipeline()))
    }
    return AndOr(first, rest)
  }

  private func pipeline() throws(SyntaxError) -> Pipeline {
    var isNegated = false
    var timing: Pipeline.Timing?
    skipBlanks()
    try expandAlias()
    skipBlanks()
    while true {
      if accept("!") {
        isNegated.toggle()
        skipBlanks()
        try expandAlias()
      } else if isNext("time") {
        takeText()
        timing = .own
        skipBlanks()
        if accept("-p") { timing = .posix }
        skipBlanks()
        if accept("--") { skipBlanks() }
      } else {
        break
      }
    }
    skipBlanks()
    if timing != nil || isNegated, endsPipeline() {
      return Pipeline([], isNegated: isNegated, timing: timing)
    }
    var commands = [try command()]
    while true {
      skipBlanks()
      guard peek() == "|", peek(1) != "|" else { break }
      skip()
      if peek() == "&" {
        skip()
        let last = commands[commands.count - 1]
        let both = Redirection(
          .duplicateOutput, 2, variable: nil, target: .text(bytes("1")), hereDocument: nil)
        commands[commands.count - 1] = CommandNode(
          last.body, last.redirections + [both], line: last.line)
      }
      try skipNewlines()
      commands.append(try command())
    }
    return Pipeline(commands, isNegated: isNegated, timing: timing)
  }

  private func endsPipeline() -> Bool {
    switch peek() {
    case 0, "\n", ";", ")", "&", "|": true
    default: false
    }
  }

  /// One command with its redirections.
  func command() throws(SyntaxError) -> CommandNode {
    try enter()
    defer { leave() }
    skipBlanks()
    try expandAlias()
    skipBlanks()
    let line = line
    guard let body = try compound() else { return try simple() }
    if case .function = body { return CommandNode(body, [], line: line) }
    var redirections: [Redirection] = []
    while true {
      skipBlanks()
      guard let redirection = try redirection() else { break }
      redirections.append(redirection)
    }
    return CommandNode(body, redirections, line: line)
  }

  /// A simple command, or a function defined without a keyword.
  private func simple() throws(SyntaxError) -> CommandNode {
    let line = line
    var assignments: [Assignment] = []
    var words: [Word] = []
    var redirections: [Redirection] = []
    var symbol: Symbol?
    var declares = false
    while true {
      skipBlanks()
      if let redirection = try redirection() {
        redirections.append(redirection)
        continue
      }
      if words.isEmpty, !redirections.isEmpty || !assignments.isEmpty { try expandAlias() }
      if !words.isEmpty { try expandFollowingAlias() }
      skipBlanks()
      if peek() == 0 { break }
      if words.isEmpty, let assignment = try assignment(isArgument: false) {
        assignments.append(assignment)
        continue
      }
      if declares, let word = try declaration() {
        words.append(word)
        continue
      }
      // A subshell behind redirections, as old shells have it.
      if words.isEmpty, assignments.isEmpty, !redirections.isEmpty, peek() == "(",
        let body = try compound()
      {
        while true {
          skipBlanks()
          guard let redirection = try redirection() else { break }
          redirections.append(redirection)
        }
        return CommandNode(body, redirections, line: line)
      }
      guard let word = try word(.command) else { break }
      words.append(word)
      if words.count == 1 {
        if let literal = word.literal {
          symbol = symbols.intern(literal)
          declares = Self.declares(literal)
        }
        if assignments.isEmpty, redirections.isEmpty, peekParenthesis(), let name = word.literal {
          return try functionWithoutKeyword(name, line)
        }
        if word.source.equals("coproc") { throw fail("coproc: is not supported") }
      } else if words.count == 2, !declares || words[0].literal?.equals("command") == true,
        let first = words[0].literal, first.equals("command") || first.equals("builtin"),
        let second = word.literal
      {
        declares = Self.declares(second)
      }
    }
    if assignments.isEmpty, words.isEmpty, redirections.isEmpty { throw unexpected() }
    return CommandNode(
      .simple(SimpleCommand(assignments, words, symbol: symbol)), redirections, line: line)
  }

  private func peekParenthesis() -> Bool {
    skipBlanks()
    return peek() == "("
  }

  private func functionWithoutKeyword(_ name: Bytes, _ line: Int) throws(SyntaxError) -> CommandNode
  {
    skip()
    skipBlanks()
    guard peek() == ")" else { throw unexpected() }
    skip()
    let definition = try function(symbols.intern(name), hasKeyword: false)
    return CommandNode(.function(definition), [], line: line)
  }

  /// The body of a function, behind its name.
  func function(_ symbol: Symbol, hasKeyword: Bool) throws(SyntaxError) -> FunctionDefinition {
    try skipNewlines()
    return FunctionDefinition(symbol, try command(), hasKeyword: hasKeyword)
  }

  /// Whether the arguments of `name` that look like assignments are some.
  private static func declares(_ name: Bytes) -> Bool {
    switch name.first {
    case "e": name.equals("export")
    case "r": name.equals("readonly")
    case "l": name.equals("local")
    case "d": name.equals("declare")
    case "t": name.equals("typeset")
    case "i": name.equals("integer")
    case "n": name.equals("nameref")
    case "g": name.equals("global")
    default: false
    }
  }
}
