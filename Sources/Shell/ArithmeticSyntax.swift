/// What is wrong with an arithmetic expression.
public struct ArithmeticError: Error {
  public let reason: StaticString
  /// The text from the place of the error on.
  public let token: Bytes

  public init(_ reason: StaticString, _ token: Bytes) {
    self.reason = reason
    self.token = token
  }
}

/// An arithmetic expression as written, and its tree where that does not depend on expansions.
public final class ArithmeticText {
  /// The text with its expansions.
  public let word: Word
  public let tree: ArithmeticNode?
  /// How many expansions the tree refers to.
  public let expansions: [WordPart]
  public let isEmpty: Bool
  /// The tree of the text that the expansions gave last time.
  public var lastText: Bytes = []
  public var lastTree: ArithmeticNode?

  /// - Parameter depth: how deep it lies in other expressions.
  public init(_ word: Word, symbols: SymbolTable, depth: Int = 0) {
    self.word = word
    var flat: Bytes = []
    var expansions: [WordPart] = []
    for part in word.parts {
      switch part {
      case .literal(let text), .pattern(let text), .quoted(let text): flat += text
      case .tilde(let name, _):
        flat.append("~")
        flat += name
      default:
        flat.append(0)
        flat.append(decimal: expansions.count)
        flat.append(0)
        expansions.append(part)
      }
    }
    self.expansions = expansions
    isEmpty = flat.allSatisfy { $0.isSpace }
    var parser = ArithmeticParser(flat, symbols: symbols, expansions: expansions)
    parser.depth = depth
    do throws(ArithmeticError) {
      tree = try parser.whole()
    } catch {
      tree = nil
    }
  }
}

/// A node of an arithmetic expression.
public final class ArithmeticNode {
  public enum Operator: UInt8 {
    case number, variable, element, expansion
    case negate, plus, not, complement
    case preIncrement, preDecrement, postIncrement, postDecrement
    case power, multiply, divide, remainder, add, subtract, shiftLeft, shiftRight
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
    case bitAnd, bitXor, bitOr, and, or
    case conditional, comma, assign
    case rotateLeft, rotateRight
  }
  public let operation: Operator
  public let value: Int
  public let symbol: Symbol?
  public let index: ArithmeticText?
  public let left: ArithmeticNode?
  public let right: ArithmeticNode?
  public let third: ArithmeticNode?
  /// The operator of a compound assignment: `add` for `+=`.
  public let compound: Operator?

  init(
    _ operation: Operator, value: Int = 0, symbol: Symbol? = nil, index: ArithmeticText? = nil,
    left: ArithmeticNode? = nil, right: ArithmeticNode? = nil, third: ArithmeticNode? = nil,
    compound: Operator? = nil
  ) {
    self.operation = operation
    self.value = value
    self.symbol = symbol
    self.index = index
    self.left = left
    self.right = right
    self.third = third
    self.compound = compound
  }
}

/// Reads an arithmetic expression: the operators of C without those on memory, and `**`.
public struct ArithmeticParser {
  private let text: Bytes
  private var position = 0
  private let symbols: SymbolTable
  private let expansions: [WordPart]
  fileprivate(set) var depth = 0
  /// Whether a character is a byte; nil: not known yet.
  public var countsBytes: Bool?
  /// How deep parentheses and operators may nest.
  static let deepest = 512

  public init(_ text: Bytes, symbols: SymbolTable, expansions: [WordPart] = []) {
    self.text = text
    self.symbols = symbols
    self.expansions = expansions
  }

  /// The whole text; an empty one is zero.
  public mutating func whole() throws(ArithmeticError) -> ArithmeticNode {
    skipSpace()
    if position == text.count { return ArithmeticNode(.number) }
    let node = try comma()
    skipSpace()
    if position < text.count { throw fail("") }
    return node
  }

  private func fail(_ reason: StaticString) -> ArithmeticError {
    ArithmeticError(reason, text.piece(position, text.count))
  }

  private mutating func skipSpace() {
    while position < text.count {
      if text[position].isSpace {
        position += 1
      } else if text[position] == "\\", position + 1 < text.count, text[position + 1] == "\n" {
        position += 2
      } else {
        return
      }
    }
  }

  private func at(_ offset: Int) -> UInt8 {
    position + offset < text.count ? text[position + offset] : 10
  }

  private mutating func comma() throws(ArithmeticError) -> ArithmeticNode {
    var node = try assignment()
    while true {
      skipSpace()
      guard at(0) == "," else { return node }
      position += 1
      node = ArithmeticNode(.comma, left: node, right: try assignment())
    }
  }

  private mutating func assignment() throws(ArithmeticError) -> ArithmeticNode {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw fail("expression nested too deeply") }
    let start = position
    let target = try conditional()
    skipSpace()
    guard let (compound, length) = assignmentOperator() else { return target }
    guard target.operation == .variable || target.operation == .element else {
      position = start
      throw fail("assignment to what is no lvalue")
    }
    position += length
    return ArithmeticNode(.assign, left: target, right: try assignment(), compound: compound)
  }

  private func assignmentOperator() -> (ArithmeticNode.Operator?, Int)? {
    let first = at(0)
    if first == "=" { return at(1) == "=" ? nil : (nil, 1) }
    if at(1) == "=" {
      switch first {
      case "*": return (.multiply, 2)
      case "/": return (.divide, 2)
      case "%": return (.remainder, 2)
      case "+": return (.add, 2)
      case "-": return (.subtract, 2)
      case "&": return (.bitAnd, 2)
      case "^": return at(2) == "<" || at(2) == ">" ? nil : (.bitXor, 2)
      case "|": return (.bitOr, 2)
      default: return nil
      }
    }
    guard at(2) == "=" else { return nil }
    if first == "<", at(1) == "<" { return (.shiftLeft, 3) }
    if first == ">", at(1) == ">" { return (.shiftRight, 3) }
    if first == "*", at(1) == "*" { return (.power, 3) }
    return nil
  }

  private mutating func conditional() throws(ArithmeticError) -> ArithmeticNode {
    let condition = try binary(0)
    skipSpace()
    guard at(0) == "?" else { return condition }
    position += 1
    let yes = try comma()
    skipSpace()
    guard at(0) == ":" else { throw fail("`:' expected for conditional expression") }
    position += 1
    let no = try conditional()
    return ArithmeticNode(.conditional, left: condition, right: yes, third: no)
  }

  /// The binary operator here, with its strength and length.
  private func binaryOperator() -> (ArithmeticNode.Operator, strength: Int, length: Int)? {
    let (first, second) = (at(0), at(1))
    switch first {
    case "|":
      if second == "|" { return (.or, 1, 2) }
      return second == "=" ? nil : (.bitOr, 3, 1)
    case "&":
      if second == "&" { return (.and, 2, 2) }
      return second == "=" ? nil : (.bitAnd, 5, 1)
    case "^":
      if second == "<" { return at(2) == "=" ? nil : (.rotateLeft, 8, 2) }
      if second == ">" { return at(2) == "=" ? nil : (.rotateRight, 8, 2) }
      return second == "=" ? nil : (.bitXor, 4, 1)
    case "=": return second == "=" ? (.equal, 6, 2) : nil
    case "!": return second == "=" ? (.notEqual, 6, 2) : nil
    case "<":
      if second == "=" { return (.lessOrEqual, 7, 2) }
      if second == "<" { return at(2) == "=" ? nil : (.shiftLeft, 8, 2) }
      return (.less, 7, 1)
    case ">":
      if second == "=" { return (.greaterOrEqual, 7, 2) }
      if second == ">" { return at(2) == "=" ? nil : (.shiftRight, 8, 2) }
      return (.greater, 7, 1)
    case "+": return second == "=" ? nil : (.add, 9, 1)
    case "-": return second == "=" ? nil : (.subtract, 9, 1)
    case "*":
      if second == "*" { return at(2) == "=" ? nil : (.power, 11, 2) }
      return second == "=" ? nil : (.multiply, 10, 1)
    case "/": return second == "=" ? nil : (.divide, 10, 1)
    case "%": return second == "=" ? nil : (.remainder, 10, 1)
    default: return nil
    }
  }

  private mutating func binary(_ least: Int) throws(ArithmeticError) -> ArithmeticNode {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw fail("expression nested too deeply") }
    var node = try unary()
    while true {
      skipSpace()
      guard let (operation, strength, length) = binaryOperator(), strength > least else {
        return node
      }
      position += length
      // The power is the only one that groups to the right.
      let right = try binary(operation == .power ? strength - 1 : strength)
      node = ArithmeticNode(operation, left: node, right: right)
    }
  }

  private mutating func unary() throws(ArithmeticError) -> ArithmeticNode {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw fail("expression nested too deeply") }
    skipSpace()
    let first = at(0)
    switch first {
    case "+", "-":
      if at(1) == first {
        let start = position
        position += 2
        skipSpace()
        if at(0).isNameStart {
          let target = try variable()
          return ArithmeticNode(first == "+" ? .preIncrement : .preDecrement, left: target)
        }
        position = start
      }
      position += 1
      return ArithmeticNode(first == "+" ? .plus : .negate, left: try unary())
    case "!":
      position += 1
      return ArithmeticNode(.not, left: try unary())
    case "~":
      position += 1
      return ArithmeticNode(.complement, left: try unary())
    default: return try postfix()
    }
  }

  private mutating func postfix() throws(ArithmeticError) -> ArithmeticNode {
    skipSpace()
    // Not what stands in parentheses: (a)+++3 is (a) + + + 3.
    guard at(0).isNameStart else { return try primary() }
    let node = try primary()
    skipSpace()
    if at(0) == "+", at(1) == "+" {
      position += 2
      return ArithmeticNode(.postIncrement, left: node)
    }
    if at(0) == "-", at(1) == "-" {
      position += 2
      return ArithmeticNode(.postDecrement, left: node)
    }
    return node
  }

  private mutating func primary() throws(ArithmeticError) -> ArithmeticNode {
    skipSpace()
    let first = at(0)
    if position >= text.count { throw fail("operand expected") }
    if first.isDigit { return try number() }
    if first.isNameStart { return try variable() }
    if first == "(" {
      position += 1
      let inner = try comma()
      skipSpace()
      guard at(0) == ")" else { throw fail("missing `)'") }
      position += 1
      return inner
    }
    if first == 0 { return try expansion() }
    if first == "'" { return try quotedCharacter() }
    throw fail("operand expected")
  }

  /// The number of an expansion, between NULs.
  private mutating func expansion() throws(ArithmeticError) -> ArithmeticNode {
    let start = position + 1
    guard let end = text.index(of: 0, from: start), let number = text.piece(start, end).decimal
    else { throw fail("operand expected") }
    position = end + 1
    // An expansion that is glued to a name or a digit is no number of its own.
    if at(0).isName || at(0) == 0 || at(0) == "#" || at(0) == "[" { throw fail("") }
    return ArithmeticNode(.expansion, value: number)
  }

  private mutating func variable() throws(ArithmeticError) -> ArithmeticNode {
    let start = position
    while at(0).isName { position += 1 }
    let symbol = symbols.intern(text.piece(start, position))
    if at(0) == 0 { throw fail("") }
    guard at(0) == "[" else { return ArithmeticNode(.variable, symbol: symbol) }
    let open = position
    var level = 0
    while position < text.count {
      if text[position] == "[" { level += 1 }
      // Each level of subscripts reads its text again.
      if depth + level > Self.deepest / 4 { throw fail("expression nested too deeply") }
      if text[position] == "]" {
        level -= 1
        if level == 0 { break }
      }
      position += 1
    }
    guard position < text.count else { throw fail("bad array subscript") }
    position += 1
    let index = subscriptText(text.piece(open + 1, position - 1))
    return ArithmeticNode(.element, symbol: symbol, index: index)
  }

  /// A subscript with the expansions of ours put back.
  private func subscriptText(_ flat: Bytes) -> ArithmeticText {
    var parts: [WordPart] = []
    var literal: Bytes = []
    var index = 0
    while index < flat.count {
      if flat[index] == 0, let end = flat.index(of: 0, from: index + 1),
        let number = flat.piece(index + 1, end).decimal, number < expansions.count
      {
        if !literal.isEmpty { parts.append(.quoted(literal)) }
        literal = []
        parts.append(expansions[number])
        index = end + 1
      } else {
        literal.append(flat[index])
        index += 1
      }
    }
    if !literal.isEmpty { parts.append(.quoted(literal)) }
    return ArithmeticText(Word(parts, source: flat), symbols: symbols, depth: depth + 1)
  }

  private mutating func number() throws(ArithmeticError) -> ArithmeticNode {
    let start = position
    while at(0).isDigit { position += 1 }
    if at(0) == "#", position > start {
      return try based(text.piece(start, position), start)
    }
    var radix = 10
    if text[start] == "0", position - start == 1, at(0) | 0x20 == "x" {
      radix = 16
      position += 1
    } else if text[start] == "0" {
      radix = 8
    }
    while at(0).isName { position += 1 }
    let digits = text.piece(start + (radix == 16 ? 2 : 0), position)
    if at(0) == 0 { throw fail("") }
    var value = 0
    for byte in digits {
      guard let digit = byte.hexadecimalValue, digit < radix else {
        position = start
        throw fail("value too great for base")
      }
      value = value &* radix &+ digit
    }
    return ArithmeticNode(.number, value: value)
  }

  /// `base#digits`, with bash's digits: 0-9, a-z, A-Z, @ and _.
  private mutating func based(_ prefix: Bytes, _ start: Int) throws(ArithmeticError)
    -> ArithmeticNode
  {
    position += 1
    guard let base = prefix.decimal, base >= 1, base <= 64 else {
      position = start
      throw fail("invalid arithmetic base")
    }
    if base == 1 {
      // The code of a character, as mksh has it.
      guard position < text.count else { throw fail("operand expected") }
      let code = try character()
      // The text ends here, or is no number.
      if at(0).isName || at(0) >= 0x80 { throw fail("") }
      return ArithmeticNode(.number, value: code)
    }
    var value = 0
    let first = position
    while at(0).isName || at(0) == "@" {
      guard let digit = Self.digit(at(0), base), digit < base else {
        position = start
        throw fail("value too great for base")
      }
      value = value &* base &+ digit
      position += 1
    }
    if position == first { throw fail("invalid number") }
    return ArithmeticNode(.number, value: value)
  }

  /// The code of the character at the position, which is taken.
  ///
  /// A byte that is no UTF-8 is U+EF80 and what follows, as mksh has it.
  private mutating func character() throws(ArithmeticError) -> Int {
    if countsBytes == nil, text[position] >= 0x80 { throw fail("") }
    if countsBytes == true {
      position += 1
      return Int(text[position - 1])
    }
    var scanner = CharacterScanner(text, position)
    let code = scanner.next() ?? 0
    let isByte = scanner.position == position + 1 && code >= 0x80
    position = scanner.position
    return isByte ? 0xEF80 | code & 0x7F : code
  }

  /// `'a'`: the code of a character.
  private mutating func quotedCharacter() throws(ArithmeticError) -> ArithmeticNode {
    position += 1
    guard position < text.count else { throw fail("operand expected") }
    let code = try character()
    guard at(0) == "'" else {
      position = text.count
      throw fail("multi-character character constant")
    }
    position += 1
    return ArithmeticNode(.number, value: code)
  }

  private static func digit(_ byte: UInt8, _ base: Int) -> Int? {
    if byte.isDigit { return Int(byte - 0x30) }
    if byte.isLower { return Int(byte - 0x61) + 10 }
    if byte.isUpper { return Int(byte - 0x41) + (base <= 36 ? 10 : 36) }
    return byte == "@" ? 62 : byte == "_" ? 63 : nil
  }
}
