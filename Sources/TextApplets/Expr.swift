public import Box
internal import Linux
internal import Patterns

/// Evaluates an expression, POSIX expr and coreutils expr(1).
public struct Expr: Command {
  public init() {}

  public static var manual: Manual<Expr> {
    Manual(
      "expr", "Evaluate an expression", family: .shell, operands: "EXPRESSION", grammar: .own,
      examples: [
        ("expr 2 '*' 21", "Numbers"), ("expr \"$file\" : '.*\\.\\(.*\\)'", "A part of a text"),
      ],
      standard: "POSIX.1-2017 expr, coreutils 9.1 expr(1)",
      deviations: ["numbers are whole and of 64 bits", "characters are bytes"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var words = operands[...]
    if words.first == "--" { words = words.dropFirst() }
    guard !words.isEmpty else { throw .usage("no expression given") }
    var evaluator = ExprEvaluator(Array(words))
    let value = try evaluator.value()
    context.output.write(value.text)
    context.output.write(0x0A)
    if value.isNull { context.fail(1) }
  }
}

/// A value of expr: text, which may be a number.
struct ExprValue {
  let text: [UInt8]

  init(_ text: [UInt8]) { self.text = text }
  init(_ number: Int) { text = Array(String(number).utf8) }

  /// The number that the whole text is.
  var number: Int? {
    guard let first = text.first, first != UInt8(ascii: "+") else { return nil }
    return Int(String(bytes: text))
  }

  /// Whether the text is a number, however large.
  var isNumber: Bool {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
    return !digits.isEmpty && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  var isNull: Bool {
    text.isEmpty || (isNumber && text.allSatisfy { $0 == 0x30 || $0 == UInt8(ascii: "-") })
  }
}

/// Reads an expression word by word, from the weakest operator to the strongest.
struct ExprEvaluator {
  private let words: [String]
  private var position = 0
  private var depth = 0

  init(_ words: [String]) { self.words = words }

  mutating func value() throws(Failure) -> ExprValue {
    let value = try disjunction(true)
    guard position == words.count else { throw syntax("unexpected argument \(words[position])") }
    return value
  }

  private func syntax(_ reason: String) -> Failure { .usage("syntax error: " + reason) }

  private mutating func take(_ operators: [String]) -> String? {
    guard position < words.count, operators.contains(words[position]) else { return nil }
    position += 1
    return words[position - 1]
  }

  /// - Parameter counts: false where the value does not matter, so that its errors do not either.
  private mutating func disjunction(_ counts: Bool) throws(Failure) -> ExprValue {
    var left = try conjunction(counts)
    while take(["|"]) != nil {
      let right = try conjunction(counts && left.isNull)
      if left.isNull { left = right.isNull ? ExprValue(0) : right }
    }
    return left
  }

  private mutating func conjunction(_ counts: Bool) throws(Failure) -> ExprValue {
    var left = try comparison(counts)
    while take(["&"]) != nil {
      let right = try comparison(counts && !left.isNull)
      if left.isNull || right.isNull { left = ExprValue(0) }
    }
    return left
  }

  private mutating func comparison(_ counts: Bool) throws(Failure) -> ExprValue {
    var left = try sum(counts)
    while let sign = take(["<", "<=", "=", "==", "!=", ">=", ">"]) {
      let right = try sum(counts)
      let order: Int
      if let x = left.number, let y = right.number {
        order = x < y ? -1 : x > y ? 1 : 0
      } else {
        order = compareBytes(left.text, right.text)
      }
      let holds: Bool
      switch sign {
      case "<": holds = order < 0
      case "<=": holds = order <= 0
      case "=", "==": holds = order == 0
      case "!=": holds = order != 0
      case ">=": holds = order >= 0
      default: holds = order > 0
      }
      left = ExprValue(holds ? 1 : 0)
    }
    return left
  }

  private mutating func sum(_ counts: Bool) throws(Failure) -> ExprValue {
    var left = try product(counts)
    while let sign = take(["+", "-"]) {
      let right = try product(counts)
      guard counts else { continue }
      let (x, y) = try numbers(left, right)
      let result = sign == "+" ? x.addingReportingOverflow(y) : x.subtractingReportingOverflow(y)
      left = try checked(result)
    }
    return left
  }

  private mutating func product(_ counts: Bool) throws(Failure) -> ExprValue {
    var left = try match(counts)
    while let sign = take(["*", "/", "%"]) {
      let right = try match(counts)
      guard counts else { continue }
      let (x, y) = try numbers(left, right)
      if sign != "*", y == 0 { throw Failure("division by zero", status: 2) }
      switch sign {
      case "*": left = try checked(x.multipliedReportingOverflow(by: y))
      case "/": left = try checked(x.dividedReportingOverflow(by: y))
      default: left = y == -1 ? ExprValue(0) : ExprValue(x % y)
      }
    }
    return left
  }

  private func numbers(_ a: ExprValue, _ b: ExprValue) throws(Failure) -> (Int, Int) {
    for value in [a, b] where !value.isNumber { throw Failure("non-integer argument", status: 2) }
    guard let x = a.number, let y = b.number else {
      throw Failure("number out of range", status: 3)
    }
    return (x, y)
  }

  private func checked(_ result: (partialValue: Int, overflow: Bool)) throws(Failure) -> ExprValue {
    guard !result.overflow else { throw Failure("number out of range", status: 3) }
    return ExprValue(result.partialValue)
  }

  private mutating func match(_ counts: Bool) throws(Failure) -> ExprValue {
    var left = try function(counts)
    while take([":"]) != nil {
      let right = try function(counts)
      left = counts ? try match(left.text, right.text) : left
    }
    return left
  }

  /// The length of the match at the start, or the first group.
  private func match(_ text: [UInt8], _ pattern: [UInt8]) throws(Failure) -> ExprValue {
    let regex: Pattern
    do throws(Pattern.Malformed) {
      // Always a regular expression: it is anchored.
      let body = pattern.first == UInt8(ascii: "^") ? Array(pattern.dropFirst()) : pattern
      regex = try Pattern([UInt8(ascii: "^")] + body, .basic)
    } catch {
      throw Failure(error.reason, status: 2)
    }
    let groups = regex.groups(in: text)
    if regex.groupCount > 0 {
      guard let group = groups?[1] else { return ExprValue([]) }
      return ExprValue(Array(text[group]))
    }
    return ExprValue(groups?[0]?.count ?? 0)
  }

  private mutating func function(_ counts: Bool) throws(Failure) -> ExprValue {
    guard depth < 200 else { throw syntax("nested too deeply") }
    depth += 1
    defer { depth -= 1 }
    if take(["+"]) != nil {
      guard position < words.count else { throw syntax("missing argument after +") }
      position += 1
      return ExprValue(words[position - 1].bytes)
    }
    if take(["length"]) != nil { return ExprValue(try function(counts).text.count) }
    if take(["match"]) != nil {
      let (text, pattern) = (try function(counts), try function(counts))
      return counts ? try match(text.text, pattern.text) : text
    }
    if take(["index"]) != nil {
      let (text, set) = (try function(counts).text, try function(counts).text)
      return ExprValue(text.firstIndex(where: { set.contains($0) }).map { $0 + 1 } ?? 0)
    }
    if take(["substr"]) != nil {
      let text = try function(counts).text
      let (start, length) = (try function(counts).number ?? 0, try function(counts).number ?? 0)
      guard start > 0, length > 0, start <= text.count else { return ExprValue([]) }
      return ExprValue(Array(text[(start - 1)...].prefix(length)))
    }
    return try primary(counts)
  }

  private mutating func primary(_ counts: Bool) throws(Failure) -> ExprValue {
    guard position < words.count else {
      let before = position > 0 ? " after \(words[position - 1])" : ""
      throw syntax("missing argument" + before)
    }
    position += 1
    let word = words[position - 1]
    if word == "(" {
      let value = try disjunction(counts)
      guard take([")"]) != nil else { throw syntax("expecting )") }
      return value
    }
    if word == ")" { throw syntax("unexpected )") }
    return ExprValue(word.bytes)
  }
}
