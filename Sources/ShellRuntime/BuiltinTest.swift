internal import CLinux
internal import Linux
internal import Patterns
internal import Shell
internal import Target

/// Reads the words of `test`; POSIX fixes the meaning of up to four by their number.
private struct TestReader {
  let words: [Bytes]
  var position = 0
  var depth = 0
  var error: Bytes?

  init(_ words: [Bytes]) { self.words = words }

  var current: Bytes? { position < words.count ? words[position] : nil }
}

extension Interpreter {
  func runTest(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var words = Array(arguments.dropFirst())
    if arguments[0].equals("[") {
      guard words.popLast()?.equals("]") == true else { return usage(arguments, "missing `]'") }
    }
    // The cases of nearly all scripts.
    switch words.count {
    case 0: return 1
    case 1: return words[0].isEmpty ? 1 : 0
    case 2 where !words[0].equals("!"):
      if let answer = try unary(words[0], words[1]) { return answer ? 0 : 1 }
      return usage(arguments, words[0] + bytes(": unary operator expected"))
    case 3:
      if let answer = try binary(words[0], words[1], words[2], arguments) {
        return answer < 0 ? 2 : Int32(1 - answer)
      }
    default: break
    }
    var reader = TestReader(words)
    let result = try count(&reader, words.count, arguments)
    if reader.error == nil, reader.position < words.count {
      reader.error = words[reader.position] + bytes(": unexpected")
    }
    if let error = reader.error { return usage(arguments, error) }
    guard let result else { return 2 }
    return result ? 0 : 1
  }

  private func count(_ reader: inout TestReader, _ count: Int, _ arguments: [Bytes]) throws(Unwind)
    -> Bool?
  {
    let words = reader.words
    if count == 3 {
      if words[0].equals("!") {
        reader.position = 1
        return try term(&reader, arguments).map { !$0 }
      }
      if words[0].equals("("), words[2].equals(")") {
        reader.position = 3
        return !words[1].isEmpty
      }
    }
    if count == 2 {
      reader.position = 2
      return words[1].isEmpty
    }
    if count == 4 {
      if words[0].equals("!") {
        reader.position = 4
        if let answer = try binary(words[1], words[2], words[3], arguments) {
          return answer < 0 ? nil : answer == 0
        }
        reader.position = 1
        return try or(&reader, arguments).map { !$0 }
      }
      if words[0].equals("("), words[3].equals(")") {
        if words[1].equals("!") {
          reader.position = 4
          return words[2].isEmpty
        }
        if let answer = try unary(words[1], words[2]) {
          reader.position = 4
          return answer
        }
      }
    }
    return try or(&reader, arguments)
  }

  private func or(_ reader: inout TestReader, _ arguments: [Bytes]) throws(Unwind) -> Bool? {
    guard var result = try and(&reader, arguments) else { return nil }
    while reader.current?.equals("-o") == true {
      reader.position += 1
      guard let right = try and(&reader, arguments) else { return nil }
      result = result || right
    }
    return result
  }

  private func and(_ reader: inout TestReader, _ arguments: [Bytes]) throws(Unwind) -> Bool? {
    guard var result = try term(&reader, arguments) else { return nil }
    while reader.current?.equals("-a") == true {
      reader.position += 1
      guard let right = try term(&reader, arguments) else { return nil }
      result = result && right
    }
    return result
  }

  private func term(_ reader: inout TestReader, _ arguments: [Bytes]) throws(Unwind) -> Bool? {
    reader.depth += 1
    defer { reader.depth -= 1 }
    guard reader.depth < 500 else {
      reader.error = bytes("nested too deeply")
      return nil
    }
    guard let word = reader.current else {
      reader.error = bytes("argument expected")
      return nil
    }
    let (words, position) = (reader.words, reader.position)
    // A binary operator in second place decides.
    if position + 2 < words.count, Self.isBinary(words[position + 1]) {
      reader.position += 3
      guard let answer = try binary(word, words[position + 1], words[position + 2], arguments),
        answer >= 0
      else { return nil }
      return answer == 1
    }
    if word.equals("!") {
      reader.position += 1
      return try term(&reader, arguments).map { !$0 }
    }
    if word.equals("(") {
      reader.position += 1
      guard let result = try or(&reader, arguments) else { return nil }
      guard reader.current?.equals(")") == true else {
        reader.error = bytes("`)' expected")
        return nil
      }
      reader.position += 1
      return result
    }
    if position + 1 < words.count, let answer = try unary(word, words[position + 1]) {
      reader.position += 2
      return answer
    }
    reader.position += 1
    return !word.isEmpty
  }

  private static func isBinary(_ word: Bytes) -> Bool {
    switch word.count {
    case 1: word[0] == "=" || word[0] == "<" || word[0] == ">"
    case 2: word.equals("==") || word.equals("!=") || word.equals("=~")
    case 3:
      word.equals("-eq") || word.equals("-ne") || word.equals("-lt") || word.equals("-le")
        || word.equals("-gt") || word.equals("-ge") || word.equals("-nt") || word.equals("-ot")
        || word.equals("-ef")
    default: false
    }
  }

  /// 1, 0, or -1 for an error that has been said; nil where the word is no operator.
  private func binary(_ left: Bytes, _ operation: Bytes, _ right: Bytes, _ arguments: [Bytes])
    throws(Unwind) -> Int?
  {
    if operation.count < 3 {
      if operation.equals("=") || operation.equals("==") { return left == right ? 1 : 0 }
      if operation.equals("!=") { return left != right ? 1 : 0 }
      if operation.equals("<") { return left.precedes(right) ? 1 : 0 }
      if operation.equals(">") { return right.precedes(left) ? 1 : 0 }
      if operation.equals("-a") { return !left.isEmpty && !right.isEmpty ? 1 : 0 }
      if operation.equals("-o") { return !left.isEmpty || !right.isEmpty ? 1 : 0 }
      return nil
    }
    guard operation.count == 3, operation[0] == "-" else { return nil }
    if let answer = compareFiles(left, operation, right) { return answer ? 1 : 0 }
    guard Self.isBinary(operation) else { return nil }
    guard let a = testNumber(left, arguments), let b = testNumber(right, arguments) else {
      return -1
    }
    return Self.compare(a, operation, b) ? 1 : 0
  }

  private static func compare(_ a: Int, _ operation: Bytes, _ b: Int) -> Bool {
    switch (operation[1], operation[2]) {
    case ("e", "q"): a == b
    case ("n", "e"): a != b
    case ("l", "t"): a < b
    case ("l", "e"): a <= b
    case ("g", "t"): a > b
    default: a >= b
    }
  }

  private func testNumber(_ text: Bytes, _ arguments: [Bytes]) -> Int? {
    if let number = text.decimal { return number }
    var trimmed = text[...]
    while trimmed.first?.isSpace == true { trimmed = trimmed.dropFirst() }
    while trimmed.last?.isSpace == true { trimmed = trimmed.dropLast() }
    if let number = Bytes(trimmed).decimal { return number }
    _ = usage(arguments, text + bytes(": bad number"))
    return nil
  }

  /// The answer to a primary with one operand; nil where the word is none.
  func unary(_ operation: Bytes, _ operand: Bytes) throws(Unwind) -> Bool? {
    guard operation.count == 2, operation[0] == "-" else { return nil }
    switch operation[1] {
    case "n": return !operand.isEmpty
    case "z": return operand.isEmpty
    case "t": return System.isTerminal(Int32(clamping: operand.decimal ?? -1))
    case "o":
      return isOn(option: operand)
    case "v": return try isSet(operand)
    case "R": return symbols.lookUp(operand)?.variable?.attributes.contains(.reference) ?? false
    case "e", "a", "b", "c", "d", "f", "g", "h", "k", "p", "r", "s", "u", "w", "x", "G", "L", "N",
      "O", "S":
      return fileTest(operation[1], operand)
    default: return nil
    }
  }

  /// `-o name`; `!name`: it is off; `?name`: there is such an option. A letter stands behind `-` or `+`.
  private func isOn(option name: Bytes) -> Bool {
    let mark = name.first
    let hasMark = mark == "!" || mark == "?"
    let body = hasMark ? Bytes(name.dropFirst()) : name
    var found = Options.named(body, extra: false) ?? Options.named(body, extra: true)
    if body.count == 2, body[0] == "-" || body[0] == "+" { found = Options.letter(body[1]) }
    if body.count == 1 { found = Options.letter(body[0]) }
    guard let found else { return false }
    return mark == "?" || options.has(found.bit) != (mark == "!")
  }

  /// `-v name` and `-v name[index]`.
  private func isSet(_ name: Bytes) throws(Unwind) -> Bool {
    if name.last == "]", let open = name.index(of: "[") {
      let symbol = resolved(symbols.intern(name.piece(0, open)))
      let index = name.piece(open + 1, name.count - 1)
      if index.equals("@") || index.equals("*") { return (list(symbol)?.count ?? 0) > 0 }
      return element(symbol, text: index) != nil
    }
    guard let symbol = symbols.lookUp(name) else {
      if let number = name.decimal { return number <= positional.count }
      return false
    }
    return value(symbol) != nil
  }

  // MARK: files

  private func statusOf(_ path: Bytes, follow: Bool = true) -> stat? {
    if path.isEmpty { return nil }
    if isSpecial(path) { return (try? location(path)?.status(follow: follow))?.raw }
    return System.status(path, follow: follow)
  }

  private func fileTest(_ letter: UInt8, _ path: Bytes) -> Bool {
    switch letter {
    case "r": return permits(path, R_OK)
    case "w": return permits(path, W_OK)
    case "x": return permits(path, X_OK)
    case "h", "L": return statusOf(path, follow: false).map { System.kind($0) == S_IFLNK } ?? false
    default: break
    }
    guard let status = statusOf(path) else { return false }
    let kind = System.kind(status)
    switch letter {
    case "b": return kind == S_IFBLK
    case "c": return kind == S_IFCHR
    case "d": return kind == S_IFDIR
    case "f": return kind == S_IFREG
    case "p": return kind == S_IFIFO
    case "S": return kind == S_IFSOCK
    case "s": return status.st_size > 0
    case "g": return status.st_mode & 0o2000 != 0
    case "k": return status.st_mode & 0o1000 != 0
    case "u": return status.st_mode & 0o4000 != 0
    case "G": return status.st_gid == getegid()
    case "O": return status.st_uid == geteuid()
    case "N": return Self.isEarlier(status.st_atim, status.st_mtim)
    default: return true
    }
  }

  private func permits(_ path: Bytes, _ access: Int32) -> Bool {
    if path.isEmpty { return false }
    if isSpecial(path), let location = location(path), let root = location.root {
      return root.permits(
        access == R_OK ? .read : access == W_OK ? .write : .execute, to: location.path)
    }
    return System.withPath(path) { faccessat(AT_FDCWD, $0, access, AT_EACCESS) } == 0
  }

  private static func isEarlier(_ a: timespec, _ b: timespec) -> Bool {
    (a.tv_sec, a.tv_nsec) < (b.tv_sec, b.tv_nsec)
  }

  private func compareFiles(_ left: Bytes, _ operation: Bytes, _ right: Bytes) -> Bool? {
    if operation.equals("-nt") {
      guard let a = statusOf(left) else { return false }
      return statusOf(right).map { Self.isEarlier($0.st_mtim, a.st_mtim) } ?? true
    }
    if operation.equals("-ot") {
      guard let b = statusOf(right) else { return false }
      return statusOf(left).map { Self.isEarlier($0.st_mtim, b.st_mtim) } ?? true
    }
    guard operation.equals("-ef") else { return nil }
    guard let a = statusOf(left), let b = statusOf(right) else { return false }
    return a.st_ino == b.st_ino && a.st_dev == b.st_dev
  }

  // MARK: [[ ]]

  func evaluate(_ expression: TestExpression) throws(Unwind) -> Bool {
    switch expression {
    case .word(let word): return try !expandSingle(word).isEmpty
    case .not(let inner): return try !evaluate(inner)
    case .group(let inner): return try evaluate(inner)
    case .and(let left, let right):
      if try !evaluate(left) { return false }
      return try evaluate(right)
    case .or(let left, let right):
      if try evaluate(left) { return true }
      return try evaluate(right)
    case .unary(let operation, let word):
      let operand = try expandSingle(word)
      guard let answer = try unary(operation, operand) else {
        throw fatal(operation, "unknown test", status: 2)
      }
      return answer
    case .binary(let operation, let left, let right): return try compare(left, operation, right)
    }
  }

  private func compare(_ left: Word, _ operation: Bytes, _ right: Word) throws(Unwind) -> Bool {
    let text = try expandSingle(left)
    if operation.equals("=~") { return try matchRegex(text, try expandRegex(right)) }
    if operation.equals("=") || operation.equals("==") || operation.equals("!=") {
      let pattern = GlobPattern(
        try expandPattern(right), extended: true, ignoresCase: options.has(Options.noCaseMatch))
      return pattern.matches(text) == !operation.equals("!=")
    }
    let other = try expandSingle(right)
    if operation.equals("<") { return text.precedes(other) }
    if operation.equals(">") { return other.precedes(text) }
    if let answer = compareFiles(text, operation, other) { return answer }
    return Self.compare(try arithmetic(text), operation, try arithmetic(other))
  }

  private func matchRegex(_ text: Bytes, _ source: Bytes) throws(Unwind) -> Bool {
    let compiled: Pattern
    do throws(Pattern.Malformed) {
      compiled = try Pattern(source, .extended, options.has(Options.noCaseMatch) ? .ignoreCase : [])
    } catch {
      complain(source + bytes(": ") + error.reason.bytes)
      isMalformed = true
      return false
    }
    let groups = compiled.groups(in: text)
    let variable = Variable(nil, .indexed)
    variable.list = ArrayValue(
      (groups ?? []).map { $0.map { text.piece($0.lowerBound, $0.upperBound) } ?? [] })
    known.bashRematch.variable = variable
    return groups != nil
  }
}
