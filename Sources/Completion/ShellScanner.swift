internal import LineEditor
internal import Linux

/// Reads a command line as a shell would, as far as it has been typed: enough to know what the last word
/// is and to colour the rest. It never fails; what it cannot understand is a word.
struct ShellScanner {
  enum Quote { case none, single, double, dollar }

  /// A word of the command that is being typed.
  struct Word {
    var range: Range<Int>
    /// Without its quotes; what is not known before the shell runs, such as `$x`, stands as it is typed.
    var text: [UInt8] = []
    /// Where the part behind the last `/` or `=` begins in the line, and in which quotes.
    var component: Int
    var componentQuote = Quote.none
    /// How many bytes of `text` come before the component.
    var folderCount = 0
    /// Whether any quote or escape was used.
    var isPlain = true

    init(at index: Int) {
      range = index..<index
      component = index
    }
  }

  /// A command, or one inside `$(…)` or backquotes.
  struct Frame {
    var words: [Word] = []
    var closer: UInt8?
    /// The next word names a command.
    var wantsCommand = true
    /// The next word is the file of a redirection.
    var isRedirected = false
    /// What the frame stands in.
    var outerQuote = Quote.none
    var outerWord: Word?
  }

  let line: [UInt8]
  let isCommand: (String) -> Bool
  private(set) var styles: [StyledRange] = []
  private(set) var frame = Frame()
  private var outer: [Frame] = []
  /// The word at the end of the line; nil behind a blank or an operator.
  private(set) var word: Word?
  private(set) var quote = Quote.none
  /// Where the name of a variable begins that the line ends with.
  private(set) var variable: Int?
  /// The line ends in a comment.
  private(set) var isComment = false
  /// The line ends with a backslash.
  private(set) var endsEscaped = false
  private var index = 0
  private var stringStart = 0

  private static let deepest = 100

  init(_ line: [UInt8], isCommand: @escaping (String) -> Bool = { _ in true }) {
    self.line = line
    self.isCommand = isCommand
    while index < line.count { step() }
    if quote != .none { styles.append(StyledRange(stringStart..<line.count, .string)) }
    if quote == .none, word != nil, variable == nil { styleWord(isFinished: false) }
  }

  /// How many `$(` and backquotes are open.
  var depth: Int { outer.count }

  private mutating func step() {
    variable = nil
    let byte = line[index]
    switch quote {
    case .single: inSingle(byte)
    case .dollar: inDollar(byte)
    case .double: inDouble(byte)
    case .none: plain(byte)
    }
  }

  // MARK: Quotes

  private mutating func inSingle(_ byte: UInt8) {
    if byte == UInt8(ascii: "'") { closeQuote() } else { take(byte) }
  }

  private mutating func inDollar(_ byte: UInt8) {
    if byte == UInt8(ascii: "'") { return closeQuote() }
    if byte == UInt8(ascii: "\\"), index + 1 < line.count { index += 1 }
    take(line[index])
  }

  private mutating func inDouble(_ byte: UInt8) {
    switch Unicode.Scalar(byte) {
    case "\"": closeQuote()
    case "\\":
      if index + 1 < line.count { index += 1 }
      take(line[index])
    case "$": dollar()
    case "`": backquote()
    default: take(byte)
    }
  }

  private mutating func openQuote(_ kind: Quote, length: Int = 1) {
    begin()
    word?.isPlain = false
    quote = kind
    stringStart = index
    index += length
    stretch()
  }

  private mutating func closeQuote() {
    quote = .none
    index += 1
    styles.append(StyledRange(stringStart..<index, .string))
    stretch()
  }

  // MARK: Outside of quotes

  private mutating func plain(_ byte: UInt8) {
    switch Unicode.Scalar(byte) {
    case " ", "\t":
      finishWord()
      index += 1
    case "\n": separator(1)
    case "'": openQuote(.single)
    case "\"": openQuote(.double)
    case "\\": escape()
    case "$": dollar()
    case "`": backquote()
    case "#":
      if word == nil { comment() } else { take(byte) }
    case ";", "|", "&", "(", ")": separate(byte)
    case "<", ">": redirect()
    default: take(byte)
    }
  }

  private mutating func escape() {
    begin()
    word?.isPlain = false
    guard index + 1 < line.count else {
      endsEscaped = true
      index += 1
      return
    }
    index += 1
    if line[index] == 0x0A { index += 1 } else { take(line[index]) }
  }

  private mutating func comment() {
    let end = line[index...].firstIndex(of: 0x0A) ?? line.count
    styles.append(StyledRange(index..<end, .comment))
    isComment = end == line.count
    index = end
  }

  private mutating func separate(_ byte: UInt8) {
    // `&>` is a redirection.
    if byte == UInt8(ascii: "&"), index + 1 < line.count, line[index + 1] == UInt8(ascii: ">") {
      return redirect()
    }
    if byte == UInt8(ascii: ")"), frame.closer == byte { return close() }
    let doubles = index + 1 < line.count && line[index + 1] == byte && byte != UInt8(ascii: "(")
    separator(doubles ? 2 : 1)
  }

  /// What ends a command and begins another.
  private mutating func separator(_ length: Int) {
    finishWord()
    if line[index] != 0x0A { styles.append(StyledRange(index..<(index + length), .op)) }
    index += length
    frame.words = []
    frame.wantsCommand = true
    frame.isRedirected = false
  }

  private mutating func redirect() {
    // The number in front belongs to it: `2>`.
    if let word, word.isPlain, word.text.allSatisfy({ (0x30...0x39).contains($0) }) {
      self.word = nil
    } else {
      finishWord()
    }
    let start = index
    while index < line.count, "<>&|-".utf8.contains(line[index]), index - start < 3 { index += 1 }
    styles.append(StyledRange(start..<index, .op))
    frame.isRedirected = true
  }

  // MARK: Expansions

  private mutating func dollar() {
    let next = index + 1 < line.count ? line[index + 1] : 0
    if next == UInt8(ascii: "("), outer.count < Self.deepest { return open(2, UInt8(ascii: ")")) }
    if next == UInt8(ascii: "'"), quote == .none { return openQuote(.dollar, length: 2) }
    begin()
    let start = index
    var end = index + 1
    let isBraced = next == UInt8(ascii: "{")
    if isBraced { end += 1 }
    let name = end
    while end < line.count, Self.isName(line[end]) { end += 1 }
    if end == line.count { variable = name }
    if isBraced {
      while end < line.count, line[end] != UInt8(ascii: "}"), line[end] > 0x20 { end += 1 }
      if end < line.count, line[end] == UInt8(ascii: "}") { end += 1 }
    } else if end == name, end < line.count, "?!#@*$-".utf8.contains(line[end]) {
      end += 1
    }
    if quote == .none { styles.append(StyledRange(start..<end, .variable)) }
    for byte in line[start..<end] { append(byte) }
    index = end
    stretch()
  }

  static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
    default: false
    }
  }

  private mutating func backquote() {
    if frame.closer == UInt8(ascii: "`") { close() } else { open(1, UInt8(ascii: "`")) }
  }

  private mutating func open(_ length: Int, _ closer: UInt8) {
    guard outer.count < Self.deepest else { return take(line[index]) }
    begin()
    if quote != .none { styles.append(StyledRange(stringStart..<index, .string)) }
    styles.append(StyledRange(index..<(index + length), .op))
    for byte in line[index..<(index + length)] { append(byte) }
    index += length
    frame.outerWord = word
    frame.outerQuote = quote
    outer.append(frame)
    frame = Frame()
    frame.closer = closer
    word = nil
    quote = .none
  }

  private mutating func close() {
    finishWord()
    styles.append(StyledRange(index..<(index + 1), .op))
    index += 1
    guard let inner = outer.popLast() else { return }
    frame = inner
    word = inner.outerWord
    quote = inner.outerQuote
    stringStart = index
    append(line[index - 1])
    word?.isPlain = false
    stretch()
  }

  // MARK: Words

  private mutating func begin() {
    if word == nil { word = Word(at: index) }
  }

  /// The byte at `index` stands for itself.
  private mutating func take(_ byte: UInt8) {
    begin()
    append(byte)
    index += 1
    stretch()
    if byte == UInt8(ascii: "/") || (byte == UInt8(ascii: "=") && quote == .none) {
      let count = word?.text.count ?? 0
      word?.component = index
      word?.componentQuote = quote
      word?.folderCount = count
    }
  }

  private mutating func append(_ byte: UInt8) { word?.text.append(byte) }

  /// The word reaches to here.
  private mutating func stretch() {
    guard let start = word?.range.lowerBound else { return }
    word?.range = start..<index
  }

  private mutating func finishWord() {
    guard let done = word else { return }
    styleWord(isFinished: true)
    word = nil
    if frame.isRedirected {
      frame.isRedirected = false
    } else if frame.wantsCommand, done.isPlain, Self.isPrefix(done.text) {
      return
    } else {
      frame.wantsCommand = false
      frame.words.append(done)
    }
  }

  /// A command's name in its colour; arguments have none.
  private mutating func styleWord(isFinished: Bool) {
    guard let word, frame.wantsCommand, !frame.isRedirected, word.isPlain else { return }
    if Self.isAssignment(word.text) || word.text.contains(UInt8(ascii: "$")) { return }
    let name = String(bytes: word.text)
    if Self.isKeyword(name) {
      insert(StyledRange(word.range, .keyword))
    } else if isCommand(name) {
      insert(StyledRange(word.range, .command))
    } else if isFinished || !name.contains("/") {
      insert(StyledRange(word.range, .unknown))
    }
  }

  private mutating func insert(_ style: StyledRange) {
    var at = styles.count
    while at > 0, styles[at - 1].range.lowerBound > style.range.lowerBound { at -= 1 }
    styles.insert(style, at: at)
  }

  /// What may stand in front of a command.
  private static func isPrefix(_ text: [UInt8]) -> Bool {
    isAssignment(text) || isOpener(String(bytes: text))
  }

  static func isAssignment(_ text: [UInt8]) -> Bool {
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > 0,
      !(0x30...0x39).contains(text[0])
    else { return false }
    return text[..<equals].allSatisfy { isName($0) || $0 == UInt8(ascii: "+") }
  }

  private static let openers: [StaticString] = [
    "!", "{", "if", "then", "else", "elif", "do", "while", "until", "time", "exec", "command",
    "builtin",
  ]
  private static let keywords: [StaticString] = [
    "}", "fi", "done", "esac", "for", "case", "in", "function", "select", "[[", "]]",
  ]

  private static func isOpener(_ name: String) -> Bool { openers.contains { "\($0)" == name } }

  static func isKeyword(_ name: String) -> Bool {
    isOpener(name) || keywords.contains { "\($0)" == name }
  }
}
