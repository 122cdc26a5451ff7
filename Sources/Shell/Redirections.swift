extension ShellParser {
  /// The redirection that starts here; nil where none does.
  func redirection() throws(SyntaxError) -> Redirection? {
    let first = peek()
    if first == "&" {
      guard peek(1) == ">" else { return nil }
      skip(2)
      let appends = peek() == ">"
      // `&>|` overwrites even where noclobber is on.
      let clobbers = peek() == "|"
      if appends || clobbers { skip() }
      return Redirection(
        appends ? .bothAppend : clobbers ? .bothClobber : .both, nil, variable: nil,
        target: try target(), hereDocument: nil)
    }
    var descriptor: Int32?
    var variable: Symbol?
    if first.isDigit {
      var count = 1
      var number = Int(first - 0x30)
      while peek(count).isDigit {
        number = min(number * 10 + Int(peek(count) - 0x30), 1 << 30)
        count += 1
      }
      guard peek(count) == "<" || peek(count) == ">" else { return nil }
      skip(count)
      descriptor = Int32(clamping: number)
    } else if first == "{" {
      var count = 1
      var name: Bytes = []
      while peek(count).isName {
        name.append(peek(count))
        count += 1
      }
      guard name.isName, peek(count) == "}", peek(count + 1) == "<" || peek(count + 1) == ">" else {
        return nil
      }
      skip(count + 1)
      variable = symbols.intern(name)
    } else if first != "<", first != ">" {
      return nil
    } else if peek(1) == "(" {
      return nil
    }
    return try redirection(descriptor, variable)
  }

  private func redirection(_ descriptor: Int32?, _ variable: Symbol?) throws(SyntaxError)
    -> Redirection
  {
    func make(_ kind: Redirection.Kind) throws(SyntaxError) -> Redirection {
      Redirection(kind, descriptor, variable: variable, target: try target(), hereDocument: nil)
    }
    let isInput = peek() == "<"
    skip()
    let next = peek()
    switch (isInput, next) {
    case (true, "<"):
      skip()
      if peek() == "<" {
        skip()
        return try make(.hereString)
      }
      return try hereDocument(descriptor, variable)
    case (true, "&"), (false, "&"):
      skip()
      return try make(isInput ? .duplicateInput : .duplicateOutput)
    case (true, ">"):
      skip()
      return try make(.readWrite)
    case (true, _): return try make(.read)
    case (false, ">"):
      skip()
      return try make(.append)
    case (false, "|"):
      skip()
      return try make(.clobber)
    case (false, _): return try make(.write)
    }
  }

  private func target() throws(SyntaxError) -> Word {
    skipBlanks()
    guard let word = try word(.command) else { throw unexpected() }
    return word
  }

  // MARK: here-documents

  private func hereDocument(_ descriptor: Int32?, _ variable: Symbol?) throws(SyntaxError)
    -> Redirection
  {
    let stripsTabs = peek() == "-"
    if stripsTabs { skip() }
    skipBlanks()
    guard !peek().endsWord, peek() != 0 else { throw unexpected() }
    let (delimiter, source, isQuoted) = try hereDelimiter()
    let document = HereDocument(delimiter, stripsTabs: stripsTabs, isQuoted: isQuoted)
    pending.append(document)
    return Redirection(
      .hereDocument, descriptor, variable: variable,
      target: Word([.quoted(delimiter)], source: source),
      hereDocument: document)
  }

  /// The delimiter, where nothing but quotes is special.
  private func hereDelimiter() throws(SyntaxError) -> (Bytes, source: Bytes, isQuoted: Bool) {
    let start = position
    var delimiter: Bytes = []
    var isQuoted = false
    while true {
      let byte = peek()
      if byte == 0 || byte.endsWord { break }
      if byte == "$", peek(1) == "'" || peek(1) == "\"" {
        let isANSI = peek(1) == "'"
        skip()
        if isANSI {
          delimiter += unescape(takeDelimiterQuote(), .dollarQuote).text
          isQuoted = true
        }
        continue
      }
      if byte == "'" || byte == "\"" {
        isQuoted = true
        position += 1
        while true {
          guard hasMore(position) else { throw unfinished("unexpected end of file in a quote") }
          let inner = text[position]
          position += 1
          if inner == byte { break }
          if inner == "\\", byte == "\"", hasMore(position) {
            let next = text[position]
            if next == "\n" {
              position += 1
              line += 1
              continue
            }
            if next == "$" || next == "`" || next == "\"" || next == "\\" {
              delimiter.append(next)
              position += 1
              continue
            }
          }
          if inner == "\n" { line += 1 }
          delimiter.append(inner)
        }
        continue
      }
      position += 1
      if byte == "\\", hasMore(position) {
        isQuoted = true
        delimiter.append(text[position])
        position += 1
      } else {
        delimiter.append(byte)
      }
    }
    return (delimiter, text.piece(start, position), isQuoted)
  }

  /// The text of `'…'`, which starts here.
  private func takeDelimiterQuote() -> Bytes {
    position += 1
    let start = position
    while hasMore(position), text[position] != "'" { position += 1 }
    position += 1
    return text.piece(start, position - 1)
  }

  /// Reads the bodies announced on the line that has just ended.
  func readHereDocuments() throws(SyntaxError) {
    let documents = pending
    pending = []
    for document in documents {
      let start = line
      document.source = hereBody(document)
      document.body =
        document.isQuoted
        ? Word.text(document.source) : try hereWord(document.source, line: start)
    }
  }

  private func hereBody(_ document: HereDocument) -> Bytes {
    var body: Bytes = []
    // Lines that a backslash joins end the document together.
    var joined: Bytes = []
    var isContinued = false
    var pieceStart = 0
    while hasMore(position) {
      var start = position
      while position < text.count || hasMore(position), text[position] != "\n" { position += 1 }
      if document.stripsTabs, !isContinued {
        while start < position, text[start] == "\t" { start += 1 }
      }
      if !isContinued {
        joined = []
        pieceStart = body.count
      }
      let content = Bytes(text[start..<position])
      let hasEnd = position < text.count
      joined += content
      if joined == document.delimiter {
        if hasEnd {
          position += 1
          line += 1
        }
        body.removeLast(body.count - pieceStart)
        return body
      }
      // `EOF)` within a command substitution.
      if substitutions > 0, joined.count > document.delimiter.count,
        joined.starts(with: document.delimiter), joined[document.delimiter.count] == ")"
      {
        position -= joined.count - document.delimiter.count
        body.removeLast(body.count - pieceStart)
        return body
      }
      body += content
      if hasEnd {
        body.append("\n")
        position += 1
        line += 1
      }
      isContinued = !document.isQuoted && Self.endsWithBackslash(content)
      if isContinued { joined.removeLast() }
    }
    return body
  }

  private static func endsWithBackslash(_ line: Bytes) -> Bool {
    var slashes = 0
    while slashes < line.count, line[line.count - 1 - slashes] == "\\" { slashes += 1 }
    return slashes % 2 == 1
  }

  private func hereWord(_ source: Bytes, line: Int) throws(SyntaxError) -> Word {
    try enter()
    defer { leave() }
    let inner = inner(source, line: line)
    var builder = WordBuilder()
    try inner.doubleQuoted(&builder, until: .everything)
    return builder.word(source)
  }

  // MARK: assignments

  /// The assignment that starts here; nil where none does.
  func assignment(isArgument: Bool) throws(SyntaxError) -> Assignment? {
    guard peek().isNameStart else { return nil }
    var count = 1
    while peek(count).isName { count += 1 }
    let next = peek(count)
    guard next == "=" || next == "[" || (next == "+" && peek(count + 1) == "=") else { return nil }
    if next == "[", !isElementAssignment(count) { return nil }
    var name: Bytes = []
    for _ in 0..<count {
      name.append(peek())
      position += 1
    }
    let symbol = symbols.intern(name)
    var index: Word?
    if peek() == "[" {
      skip()
      index = try subscriptWord()
    }
    let isAppend = peek() == "+"
    skip(isAppend ? 2 : 1)
    if peek() == "(", index == nil {
      return Assignment(symbol, index: nil, isAppend: isAppend, value: .list(try elements()))
    }
    let value = try word(.assignment) ?? Word([], source: [])
    return Assignment(symbol, index: index, isAppend: isAppend, value: .text(value))
  }

  /// Whether `name[…]=` stands here: the brackets match within the line.
  private func isElementAssignment(_ count: Int) -> Bool {
    var index = position + count
    var level = 0
    while hasMore(index), text[index] != "\n" {
      let byte = text[index]
      if byte == "\\" { index += 1 }
      if byte == "[" { level += 1 }
      if byte == "]" {
        level -= 1
        if level == 0 { break }
      }
      if byte == "'" || byte == "\"" {
        index += 1
        while index < text.count, text[index] != byte { index += 1 }
      }
      index += 1
    }
    guard hasMore(index), text[index] == "]", hasMore(index + 1) else { return false }
    if text[index + 1] == "=" { return true }
    return text[index + 1] == "+" && hasMore(index + 2) && text[index + 2] == "="
  }

  /// The elements of `(…)` behind `name=`.
  private func elements() throws(SyntaxError) -> [Assignment.Element] {
    skip()
    var elements: [Assignment.Element] = []
    while true {
      try skipNewlines()
      if peek() == ")" {
        skip()
        return elements
      }
      if peek() == "[", isElementAssignment(0) {
        skip()
        let key = try subscriptWord()
        let isAppend = peek() == "+"
        skip(isAppend ? 2 : 1)
        let value = try word(.assignment) ?? Word([], source: [])
        elements.append(Assignment.Element(key: key, isAppend: isAppend, value: value))
      } else {
        guard let word = try word(.command) else { throw unexpected() }
        elements.append(Assignment.Element(key: nil, isAppend: false, value: word))
      }
    }
  }

  /// An argument of `export` and its kin that is an assignment.
  func declaration() throws(SyntaxError) -> Word? {
    let start = position
    guard let assignment = try assignment(isArgument: true) else { return nil }
    return Word([], source: text.piece(start, position), isQuoted: true, assignment: assignment)
  }
}
