internal import Shell

extension Interpreter {
  /// The value of an expression in the script.
  func evaluate(_ text: ArithmeticText) throws(Unwind) -> Int {
    if let tree = text.tree, text.expansions.isEmpty {
      return try evaluate(tree, [], text.word.source)
    }
    // Expansions first; where each gives a plain number, the tree holds.
    if let tree = text.tree {
      var values: [Int] = []
      var pieces: [Bytes] = []
      for part in text.expansions {
        var builder = FieldBuilder(.single)
        try append(part, to: &builder, splits: false)
        pieces.append(builder.text)
        if let number = Self.plainNumber(builder.text) { values.append(number) }
      }
      if values.count == pieces.count { return try evaluate(tree, values, text.word.source) }
      var whole: Bytes = []
      var next = 0
      for part in text.word.parts {
        switch part {
        case .literal(let text), .pattern(let text), .quoted(let text): whole += text
        default:
          whole += next < pieces.count ? pieces[next] : []
          next += 1
        }
      }
      return try arithmetic(whole, cache: text)
    }
    return try arithmetic(try expandSingle(text.word), cache: text)
  }

  /// A decimal number without signs or leading zeros, which means the same anywhere.
  private static func plainNumber(_ text: Bytes) -> Int? {
    guard let first = text.first, first.isDigit, first != "0" || text.count == 1 else { return nil }
    return text.decimal
  }

  /// The value of a text.
  func arithmetic(_ text: Bytes, cache: ArithmeticText? = nil) throws(Unwind) -> Int {
    if let number = text.decimal,
      text.count == 1 || (text[0] != "0" && text[0] != "-" && text[0] != "+")
    {
      return number
    }
    let tree: ArithmeticNode
    if let cached = cache?.lastTree, cache?.lastText == text {
      tree = cached
    } else {
      var parser = ArithmeticParser(text, symbols: symbols)
      parser.countsBytes = countsBytes
      do throws(ArithmeticError) {
        tree = try parser.whole()
      } catch {
        throw arithmeticFailure(text, error)
      }
      cache?.lastTree = tree
      cache?.lastText = text
    }
    return try evaluate(tree, [], text)
  }

  private func arithmeticFailure(_ text: Bytes, _ error: ArithmeticError) -> Unwind {
    /// The beginning of what may be very long.
    func start(_ text: Bytes) -> Bytes { text.count > 80 ? text.piece(0, 80) + bytes("...") : text }
    var message = start(text)
    message.put(": ")
    message.put(error.reason)
    if !error.token.isEmpty {
      message.put(error.reason.utf8CodeUnitCount == 0 ? "unexpected '" : ": unexpected '")
      message += start(error.token)
      message.append("'")
    }
    return fatal(message)
  }

  private func evaluate(_ node: ArithmeticNode, _ values: [Int], _ source: Bytes) throws(Unwind)
    -> Int
  {
    switch node.operation {
    case .number: return node.value
    case .expansion: return node.value < values.count ? values[node.value] : 0
    case .variable, .element: return try number(node)
    case .negate: return 0 &- (try operand(node.left, values, source))
    case .plus: return try operand(node.left, values, source)
    case .not: return try operand(node.left, values, source) == 0 ? 1 : 0
    case .complement: return ~(try operand(node.left, values, source))
    case .preIncrement, .preDecrement, .postIncrement, .postDecrement:
      guard let target = node.left else { return 0 }
      let old = try number(target)
      let isUp = node.operation == .preIncrement || node.operation == .postIncrement
      let new = isUp ? old &+ 1 : old &- 1
      try store(target, new)
      return node.operation == .preIncrement || node.operation == .preDecrement ? new : old
    case .and:
      if try operand(node.left, values, source) == 0 { return 0 }
      return try operand(node.right, values, source) == 0 ? 0 : 1
    case .or:
      if try operand(node.left, values, source) != 0 { return 1 }
      return try operand(node.right, values, source) == 0 ? 0 : 1
    case .conditional:
      let isTrue = try operand(node.left, values, source) != 0
      return try operand(isTrue ? node.right : node.third, values, source)
    case .comma:
      _ = try operand(node.left, values, source)
      return try operand(node.right, values, source)
    case .assign:
      guard let target = node.left else { return 0 }
      var value: Int
      if let compound = node.compound {
        let old = try number(target)
        value = try apply(compound, old, try operand(node.right, values, source), source)
      } else {
        value = try operand(node.right, values, source)
      }
      try store(target, value)
      return value
    default:
      let left = try operand(node.left, values, source)
      let right = try operand(node.right, values, source)
      return try apply(node.operation, left, right, source)
    }
  }

  private func operand(_ node: ArithmeticNode?, _ values: [Int], _ source: Bytes) throws(Unwind)
    -> Int
  {
    guard let node else { return 0 }
    return try evaluate(node, values, source)
  }

  private func apply(
    _ operation: ArithmeticNode.Operator, _ left: Int, _ right: Int, _ source: Bytes
  ) throws(Unwind) -> Int {
    guard let result = operation.apply(left, right) else {
      throw fatal(source, operation == .power ? "exponent less than 0" : "zero divisor")
    }
    return result
  }

  /// The number that a variable holds; its text may be an expression.
  private func number(_ node: ArithmeticNode) throws(Unwind) -> Int {
    guard let symbol = node.symbol else { return 0 }
    let text: Bytes?
    if let index = node.index {
      let target = resolved(symbol)
      if target.variable?.attributes.contains(.associative) == true {
        text = element(target, text: try expandSingle(index.word))
      } else {
        let position = try evaluate(index)
        text = element(target, text: Bytes(decimal: position))
      }
    } else {
      text = value(symbol)
    }
    guard let text else {
      if options.has(Options.noUnset) { throw fatal(symbol.name, "parameter not set") }
      return 0
    }
    if let number = Self.plainNumber(text) { return number }
    if text.isEmpty { return 0 }
    try checkStack()
    evalDepth += 1
    defer { evalDepth -= 1 }
    if evalDepth > 1000 { throw fatal(text, "expression nested too deeply") }
    return try arithmetic(text)
  }

  private func store(_ node: ArithmeticNode, _ value: Int) throws(Unwind) {
    guard let symbol = node.symbol else { return }
    let text = Bytes(decimal: value)
    guard let index = node.index else { return try assign(symbol, text) }
    let target = resolved(symbol)
    if target.variable?.attributes.contains(.associative) == true {
      try assignElement(target, text: try expandSingle(index.word), text, append: false)
    } else {
      let position = try evaluate(index)
      try assignElement(target, text: Bytes(decimal: position), text, append: false)
    }
  }
}
