internal import Box
internal import Linux

/// The expressions of test(1): words in, true or false out.
///
/// POSIX fixes the meaning of up to four words by their number; longer ones follow the grammar
/// `or := and { -o and }`, `and := term { -a term }`, `term := { ! } ( "(" or ")" | primary )`.
struct Condition {
  private let words: [String]
  private let files: FileQuestions
  private var position = 0
  /// How many parentheses are open: each costs stack.
  private var depth = 0

  init(_ words: [String], files: FileQuestions) {
    self.words = words
    self.files = files
  }

  /// - Throws: status 2 where the words are no expression.
  mutating func value() throws(Failure) -> Bool {
    position = 0
    let result = try byCount(words.count)
    guard position == words.count else {
      throw Self.wrong("extra argument '\(words[position])'")
    }
    return result
  }

  /// The value of the next `count` words, by the rules of POSIX.
  private mutating func byCount(_ count: Int) throws(Failure) -> Bool {
    switch count {
    case 0: return false
    case 1: return try !next().isEmpty
    case 2: return try two()
    case 3: return try three()
    case 4:
      if words[position] == "!" {
        position += 1
        return try !three()
      }
      if words[position] == "(", words[position + 3] == ")" {
        position += 1
        let result = try two()
        position += 1
        return result
      }
      return try or()
    default: return try or()
    }
  }

  private mutating func two() throws(Failure) -> Bool {
    if words[position] == "!" {
      position += 1
      return try next().isEmpty
    }
    let word = words[position]
    if Self.isUnary(word) {
      position += 2
      return try unary(word, words[position - 1])
    }
    if word.utf8.count == 2, word.hasPrefix("-") {
      throw Self.wrong("'\(word)': unary operator expected")
    }
    throw Self.wrong("missing argument after '\(words[position + 1])'")
  }

  private mutating func three() throws(Failure) -> Bool {
    let (first, second, third) = (words[position], words[position + 1], words[position + 2])
    if Self.isBinary(second) {
      position += 3
      return try binary(first, second, third)
    }
    if first == "!" {
      position += 1
      return try !two()
    }
    if first == "(", third == ")" {
      position += 3
      return !second.isEmpty
    }
    if second == "-a" || second == "-o" { return try or() }
    throw Self.wrong("'\(second)': binary operator expected")
  }

  private mutating func or() throws(Failure) -> Bool {
    var result = false
    while true {
      let value = try and()
      result = result || value
      guard position < words.count, words[position] == "-o" else { return result }
      position += 1
    }
  }

  private mutating func and() throws(Failure) -> Bool {
    var result = true
    while true {
      let value = try term()
      result = result && value
      guard position < words.count, words[position] == "-a" else { return result }
      position += 1
    }
  }

  private mutating func term() throws(Failure) -> Bool {
    var isNegated = false
    while position < words.count, words[position] == "!" {
      isNegated.toggle()
      position += 1
    }
    guard position < words.count else {
      throw Self.wrong("missing argument after '\(words.last ?? "")'")
    }
    return try primary() != isNegated
  }

  private mutating func primary() throws(Failure) -> Bool {
    let left = words.count - position
    let word = words[position]
    if word == "(" { return try group() }
    if left >= 4, word == "-l", Self.isBinary(words[position + 2]) {
      let length = String(words[position + 1].bytes.count)
      position += 4
      return try binary(length, words[position - 2], words[position - 1])
    }
    if left >= 3, Self.isBinary(words[position + 1]) {
      position += 3
      return try binary(word, words[position - 2], words[position - 1])
    }
    if word.utf8.count == 2, word.hasPrefix("-") {
      guard Self.isUnary(word) else { throw Self.wrong("'\(word)': unary operator expected") }
      guard left >= 2 else { throw Self.wrong("missing argument after '\(word)'") }
      position += 2
      return try unary(word, words[position - 1])
    }
    position += 1
    return !word.isEmpty
  }

  private mutating func group() throws(Failure) -> Bool {
    position += 1
    guard position < words.count else { throw Self.wrong("missing argument after '('") }
    guard depth < 1000 else { throw Self.wrong("'(' nested too deeply") }
    depth += 1
    let result = try or()
    depth -= 1
    guard position < words.count else { throw Self.wrong("')' expected") }
    guard words[position] == ")" else {
      throw Self.wrong("')' expected, found '\(words[position])'")
    }
    position += 1
    return result
  }

  private mutating func next() throws(Failure) -> String {
    guard position < words.count else {
      throw Self.wrong("missing argument after '\(words.last ?? "")'")
    }
    position += 1
    return words[position - 1]
  }

  private static func isUnary(_ word: String) -> Bool {
    word.utf8.count == 2 && word.hasPrefix("-")
      && "bcdefghknoprstuwxzGLNOS".utf8.contains(word.utf8.last ?? 0) && word != "-o"
  }

  private static func isBinary(_ word: String) -> Bool {
    switch word {
    case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
      true
    default: false
    }
  }

  private func unary(_ name: String, _ word: String) throws(Failure) -> Bool {
    switch name {
    case "-n": return !word.isEmpty
    case "-z": return word.isEmpty
    case "-t":
      guard let number = WholeNumber(word) else { throw Self.wrong("invalid integer '\(word)'") }
      return number.int32.map { files.isTerminal($0) } ?? false
    default: return files.answer(name, word)
    }
  }

  private func binary(_ left: String, _ name: String, _ right: String) throws(Failure) -> Bool {
    switch name {
    case "=", "==": return left.sameBytes(as: right)
    case "!=": return !left.sameBytes(as: right)
    case "<": return left.bytes.lexicographicallyPrecedes(right.bytes)
    case ">": return right.bytes.lexicographicallyPrecedes(left.bytes)
    case "-nt", "-ot", "-ef": return files.compare(left, name, right)
    default: break
    }
    guard let a = WholeNumber(left) else { throw Self.wrong("invalid integer '\(left)'") }
    guard let b = WholeNumber(right) else { throw Self.wrong("invalid integer '\(right)'") }
    switch name {
    case "-eq": return a == b
    case "-ne": return a != b
    case "-lt": return a < b
    case "-le": return !(b < a)
    case "-gt": return b < a
    default: return !(a < b)
    }
  }

  private static func wrong(_ text: String) -> Failure { .usage(text) }
}

/// A whole number of any size, as test(1) compares them.
struct WholeNumber: Comparable {
  private let isNegative: Bool
  private let digits: [UInt8]

  /// - Returns: nil for what is not blanks, a sign, digits, and blanks.
  init?(_ text: String) {
    let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    var rest = Array(text.utf8)[...].drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest = rest.dropLast() }
    let sign = rest.first
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard !rest.isEmpty, rest.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    digits = Array(rest.drop { $0 == 0x30 })
    isNegative = sign == UInt8(ascii: "-") && !digits.isEmpty
  }

  var int32: Int32? {
    guard digits.count <= 10 else { return nil }
    let value = digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    return Int32(exactly: isNegative ? -value : value)
  }

  static func < (a: Self, b: Self) -> Bool {
    if a.isNegative != b.isNegative { return a.isNegative }
    let (low, high) = a.isNegative ? (b.digits, a.digits) : (a.digits, b.digits)
    if low.count != high.count { return low.count < high.count }
    return low.lexicographicallyPrecedes(high)
  }
}
