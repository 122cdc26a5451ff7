/// What is wrong with a script.
public struct SyntaxError: Error {
  public let line: Int
  public let text: Bytes
  /// The script ends too early: more lines could mend it.
  public let isIncomplete: Bool
}

/// Reads the language of the shell, POSIX.1-2024 and much of bash, into its syntax tree.
///
/// One character at a time, without tokens between: what a character means depends on where it stands.
public final class ShellParser {
  /// What of the language is on.
  public struct Features: Sendable {
    public var aliases = true
    public var posix = false
    public var braces = true
    public init() {}
  }

  var text: Bytes
  var position = 0
  public internal(set) var line: Int
  public let symbols: SymbolTable
  public var features: Features
  /// Gives another line, where the script comes line by line.
  public var refill: (() -> Bytes?)?
  /// Here-documents whose bodies come after this line.
  var pending: [HereDocument] = []
  /// Alias texts that are being read: an alias is not replaced within itself.
  var active: [(symbol: Symbol, end: Int)] = []
  /// Where aliases that end with a blank end: the next word is looked up too.
  var aliasEnds: [Int] = []
  /// Whether the last item ended with `;` or `&`.
  var endedItem = false
  /// How many command substitutions we are in.
  var substitutions = 0
  /// How many `${ list;}` we are in.
  var bracedLists = 0
  var depth: Int
  let deepest: Int
  /// The last word looked at for keywords.
  private var peeked: (position: Int, end: Int, text: Bytes?) = (-1, 0, nil)

  /// - Parameter deepest: how deep constructs may nest; each level costs stack.
  public init(
    _ text: Bytes, symbols: SymbolTable, line: Int = 1, depth: Int = 0, deepest: Int = 100,
    features: Features = Features()
  ) {
    self.text = text.contains(0) ? text.filter { $0 != 0 } : text
    self.symbols = symbols
    self.line = line
    self.depth = depth
    self.deepest = deepest
    self.features = features
  }

  /// A parser for a piece of this text.
  func inner(_ text: Bytes, line: Int) -> ShellParser {
    ShellParser(
      text, symbols: symbols, line: line, depth: depth + 1, deepest: deepest, features: features)
  }

  // MARK: characters

  /// Whether there is another character, perhaps on a line to come.
  func hasMore(_ index: Int) -> Bool {
    while index >= text.count {
      guard let more = refill?(), !more.isEmpty else { return false }
      text += more.contains(0) ? more.filter { $0 != 0 } : more
    }
    return true
  }

  /// The next character, without backslash-newlines in front of it; 0 at the end.
  func peek() -> UInt8 {
    while position < text.count || hasMore(position) {
      let byte = text[position]
      if byte == "\\", hasMore(position + 1), text[position + 1] == "\n" {
        position += 2
        line += 1
        continue
      }
      return byte
    }
    return 0
  }

  /// The character `offset` behind the next one.
  func peek(_ offset: Int) -> UInt8 {
    _ = peek()
    var index = position
    var left = offset
    while hasMore(index) {
      if text[index] == "\\", hasMore(index + 1), text[index + 1] == "\n" {
        index += 2
        continue
      }
      if left == 0 { return text[index] }
      left -= 1
      index += 1
    }
    return 0
  }

  /// Goes on by `count` characters that `peek` has shown, none of them a newline.
  func skip(_ count: Int = 1) {
    for _ in 0..<count {
      _ = peek()
      position += 1
    }
  }

  /// Blanks, backslash-newlines and a comment.
  func skipBlanks() {
    while true {
      let byte = peek()
      if byte.isBlank {
        position += 1
      } else if byte == "#" {
        while position < text.count || hasMore(position), text[position] != "\n" { position += 1 }
        return
      } else {
        return
      }
    }
  }

  /// Takes a newline, and the here-documents that it starts.
  func takeNewline() throws(SyntaxError) {
    position += 1
    line += 1
    if !pending.isEmpty { try readHereDocuments() }
  }

  func skipNewlines() throws(SyntaxError) {
    while true {
      skipBlanks()
      guard peek() == "\n" else { return }
      try takeNewline()
    }
  }

  // MARK: errors

  func fail(_ message: Bytes, incomplete: Bool = false) -> SyntaxError {
    SyntaxError(line: line, text: message, isIncomplete: incomplete)
  }

  func fail(_ message: StaticString) -> SyntaxError { fail(bytes(message)) }

  /// The error for the next token, which does not belong here.
  func unexpected() -> SyntaxError {
    skipBlanks()
    let first = peek()
    if first == 0 { return unfinished("syntax error: unexpected end of file") }
    var message = bytes("syntax error: unexpected '")
    if first == "\n" {
      message.put("newline")
    } else if first.endsWord {
      message.append(first)
      let second = peek(1)
      if second == first || (first == ";" && second == "&") || (first == ">" && second == "&")
        || (first == "<" && second == "&") || (first == "|" && second == "&")
      {
        message.append(second)
      }
    } else {
      var index = position
      while index < text.count, !text[index].endsWord, index < position + 60 {
        message.append(text[index])
        index += 1
      }
    }
    message.append("'")
    return fail(message)
  }

  func unfinished(_ message: StaticString) -> SyntaxError {
    fail(bytes(message), incomplete: true)
  }

  func enter() throws(SyntaxError) {
    depth += 1
    if depth > deepest { throw fail("nested too deeply") }
  }

  func leave() { depth -= 1 }

  // MARK: words at the start of commands

  /// The plain text of the next word, nil where it is quoted or expanded; and where it ends.
  func peekText() -> Bytes? {
    _ = peek()
    if peeked.position == position { return peeked.text }
    var index = position
    var word: Bytes? = []
    scan: while hasMore(index) {
      let byte = text[index]
      switch byte {
      case "\\":
        if hasMore(index + 1), text[index + 1] == "\n" {
          index += 2
          continue
        }
        word = nil
        break scan
      case "'", "\"", "$", "`":
        word = nil
        break scan
      default:
        if byte.endsWord { break scan }
        word?.append(byte)
        index += 1
      }
    }
    if word?.isEmpty == true { word = nil }
    peeked = (position, index, word)
    return word
  }

  /// Whether the next word is the reserved word `keyword`.
  func isNext(_ keyword: StaticString) -> Bool { peekText()?.equals(keyword) ?? false }

  /// Takes the word that `peekText` has shown.
  func takeText() {
    _ = peekText()
    while position < peeked.end {
      if text[position] == "\n" { line += 1 }
      position += 1
    }
  }

  func accept(_ keyword: StaticString) -> Bool {
    skipBlanks()
    guard isNext(keyword) else { return false }
    takeText()
    return true
  }

  func expect(_ keyword: StaticString) throws(SyntaxError) {
    try skipNewlines()
    try expandAlias()
    guard accept(keyword) else { throw unexpected() }
  }

  /// Puts the text of an alias in the place of the next word, as often as there is one.
  ///
  /// - Parameter isArgument: reserved words are aliases too, behind an alias that ends with a blank.
  func expandAlias(isArgument: Bool = false) throws(SyntaxError) {
    guard features.aliases else { return }
    var rounds = 0
    while let name = peekText(), let symbol = symbols.lookUp(name), let alias = symbol.alias {
      let start = position
      active.removeAll { $0.end <= start }
      if !isArgument, Self.isReserved(name) { return }
      if active.contains(where: { $0.symbol === symbol }) { return }
      rounds += 1
      if rounds > 100 { throw fail("alias: nested too deeply") }
      let end = peeked.end
      var value = alias.value
      // What stands between start and end may hold newlines that continue the line.
      for index in start..<end where text[index] == "\n" { line += 1 }
      let endsBlank = value.last?.isBlank ?? false
      // The end of an alias ends a word, but not within its own text.
      if value.isEmpty { value = bytes(" ") }
      text.replaceSubrange(start..<end, with: value)
      let delta = value.count - (end - start)
      for index in active.indices { active[index].end += delta }
      for index in aliasEnds.indices where aliasEnds[index] > start { aliasEnds[index] += delta }
      active.append((symbol, start + value.count))
      if endsBlank { aliasEnds.append(start + value.count) }
      peeked.position = -1
      skipBlanks()
    }
  }

  /// Words that are no aliases where they start a command.
  public static func isReserved(_ name: Bytes) -> Bool {
    let words: [StaticString] = [
      "!", "[[", "]]", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
      "in", "select", "then", "time", "until", "while", "{", "}",
    ]
    return name.count <= 8 && words.contains { name.equals($0) }
  }

  /// After an alias that ends with a blank, the word behind it is looked up too.
  func expandFollowingAlias() throws(SyntaxError) {
    guard !aliasEnds.isEmpty else { return }
    skipBlanks()
    let passed = aliasEnds.filter { $0 <= position }
    guard !passed.isEmpty else { return }
    aliasEnds.removeAll { $0 <= position }
    guard passed.contains(where: { end in text[end..<position].allSatisfy { $0.isBlank } }) else {
      return
    }
    try expandAlias(isArgument: true)
    try expandFollowingAlias()
  }

  func forgetPeeked() { peeked.position = -1 }
}
