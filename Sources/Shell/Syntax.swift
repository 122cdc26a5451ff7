/// A sequence of commands.
public final class List {
  public struct Item {
    public let command: AndOr
    /// Ends with `&`.
    public let isAsynchronous: Bool
  }
  public let items: [Item]
  init(_ items: [Item]) { self.items = items }
}

/// Pipelines joined by `&&` and `||`.
public final class AndOr {
  public struct Tail {
    public let isAnd: Bool
    public let pipeline: Pipeline
  }
  public let first: Pipeline
  public let rest: [Tail]

  init(_ first: Pipeline, _ rest: [Tail]) {
    self.first = first
    self.rest = rest
  }
}

/// Commands joined by `|`.
public final class Pipeline {
  public let commands: [CommandNode]
  public let isNegated: Bool
  public let timing: Timing?

  public enum Timing { case own, posix }

  /// The same commands without the word `time`.
  public static func untimed(_ pipeline: Pipeline) -> Pipeline {
    Pipeline(pipeline.commands, isNegated: pipeline.isNegated, timing: nil)
  }

  init(_ commands: [CommandNode], isNegated: Bool, timing: Timing?) {
    self.commands = commands
    self.isNegated = isNegated
    self.timing = timing
  }
}

/// A command with its redirections.
public final class CommandNode {
  public enum Body {
    case simple(SimpleCommand)
    case group(List)
    case subshell(List)
    case conditional(IfClause)
    case loop(Loop)
    case forEach(ForClause)
    case forArithmetic(ForArithmetic)
    case select(ForClause)
    case choice(CaseClause)
    case function(FunctionDefinition)
    case test(TestExpression)
    case arithmetic(ArithmeticText)
  }
  public let body: Body
  public let redirections: [Redirection]
  public let line: Int

  init(_ body: Body, _ redirections: [Redirection], line: Int) {
    self.body = body
    self.redirections = redirections
    self.line = line
  }
}

public final class SimpleCommand {
  public let assignments: [Assignment]
  public let words: [Word]
  /// The name of the command where it needs no expansion.
  public let symbol: Symbol?
  /// All words are plain text.
  public let arguments: [Bytes]?

  init(_ assignments: [Assignment], _ words: [Word], symbol: Symbol?) {
    self.assignments = assignments
    self.words = words
    self.symbol = symbol
    var arguments: [Bytes]? = []
    for word in words {
      guard let literal = word.literal, word.assignment == nil else {
        arguments = nil
        break
      }
      arguments?.append(literal)
    }
    self.arguments = arguments
  }
}

public final class Assignment {
  public enum Value {
    case text(Word)
    case list([Element])
  }
  public struct Element {
    /// The text between the brackets of `[key]=value`.
    public let key: Word?
    public let isAppend: Bool
    public let value: Word
  }
  public let symbol: Symbol
  public let index: Word?
  public let isAppend: Bool
  public let value: Value
  /// What `x=$x…` adds to the variable, where finding it out changes nothing.
  public let addition: Word?

  init(_ symbol: Symbol, index: Word?, isAppend: Bool, value: Value) {
    addition = index == nil && !isAppend ? Self.addition(to: symbol, value) : nil
    self.symbol = symbol
    self.index = index
    self.isAppend = isAppend
    self.value = value
  }
}

extension Assignment {
  private static func addition(to symbol: Symbol, _ value: Value) -> Word? {
    guard case .text(let word) = value, word.parts.count > 1, word.parts[0].isPlain(symbol),
      word.parts.dropFirst().allSatisfy({ $0.isPlain(nil) })
    else { return nil }
    return Word(Array(word.parts.dropFirst()), source: word.source, isQuoted: true)
  }
}

public final class IfClause {
  public struct Branch {
    public let condition: List
    public let body: List
  }
  public let branches: [Branch]
  public let otherwise: List?

  init(_ branches: [Branch], otherwise: List?) {
    self.branches = branches
    self.otherwise = otherwise
  }
}

public final class Loop {
  public let condition: List
  public let body: List
  public let isUntil: Bool

  init(_ condition: List, _ body: List, isUntil: Bool) {
    self.condition = condition
    self.body = body
    self.isUntil = isUntil
  }
}

public final class ForClause {
  public let variable: Symbol
  /// nil: the positional parameters.
  public let words: [Word]?
  public let body: List

  init(_ variable: Symbol, _ words: [Word]?, _ body: List) {
    self.variable = variable
    self.words = words
    self.body = body
  }
}

public final class ForArithmetic {
  public let start: ArithmeticText
  public let condition: ArithmeticText
  public let step: ArithmeticText
  public let body: List

  init(_ start: ArithmeticText, _ condition: ArithmeticText, _ step: ArithmeticText, _ body: List) {
    self.start = start
    self.condition = condition
    self.step = step
    self.body = body
  }
}

public final class CaseClause {
  public enum Ending { case stop, fallThrough, testNext }
  public struct Branch {
    public let patterns: [Word]
    public let body: List
    public let ending: Ending
  }
  public let subject: Word
  public let branches: [Branch]

  init(_ subject: Word, _ branches: [Branch]) {
    self.subject = subject
    self.branches = branches
  }
}

public final class FunctionDefinition {
  public let symbol: Symbol
  public let body: CommandNode
  /// Defined with the word `function`.
  public let hasKeyword: Bool
  /// Where it was defined, for messages.
  public var file: Bytes = []
  public var isTraced = false
  public var isReadOnly = false
  public var isExported = false

  /// A function without a name, for what runs in a scope of its own.
  public static func anonymous(_ symbols: SymbolTable) -> FunctionDefinition {
    FunctionDefinition(
      symbols.intern(""), CommandNode(.group(List([])), [], line: 0), hasKeyword: false)
  }

  init(_ symbol: Symbol, _ body: CommandNode, hasKeyword: Bool) {
    self.symbol = symbol
    self.body = body
    self.hasKeyword = hasKeyword
  }
}

/// An expression of `[[ ]]`.
public indirect enum TestExpression {
  case word(Word)
  case unary(Bytes, Word)
  case binary(Bytes, Word, Word)
  case not(TestExpression)
  case and(TestExpression, TestExpression)
  case or(TestExpression, TestExpression)
  case group(TestExpression)
}

public final class Redirection {
  public enum Kind {
    case read, write, append, clobber, readWrite, duplicateInput, duplicateOutput
    case hereDocument, hereString, both, bothAppend, bothClobber
  }
  public let kind: Kind
  /// The descriptor redirected.
  public let descriptor: Int32
  /// Whether the descriptor was written down.
  public let isExplicit: Bool
  /// `{name}>`: a new descriptor, its number goes here.
  public let variable: Symbol?
  public let target: Word
  public let hereDocument: HereDocument?

  init(
    _ kind: Kind, _ descriptor: Int32?, variable: Symbol?, target: Word,
    hereDocument: HereDocument?
  ) {
    self.kind = kind
    self.descriptor = descriptor ?? Self.usual(kind)
    isExplicit = descriptor != nil
    self.variable = variable
    self.target = target
    self.hereDocument = hereDocument
  }

  private static func usual(_ kind: Kind) -> Int32 {
    switch kind {
    case .read, .readWrite, .duplicateInput, .hereDocument, .hereString: 0
    case .write, .append, .clobber, .duplicateOutput, .both, .bothAppend, .bothClobber: 1
    }
  }
}

/// A here-document; its body comes after the line it was announced on.
public final class HereDocument {
  public let delimiter: Bytes
  public let stripsTabs: Bool
  public let isQuoted: Bool
  /// The lines as written, without the delimiter.
  public internal(set) var source: Bytes = []
  public internal(set) var body = Word.empty

  init(_ delimiter: Bytes, stripsTabs: Bool, isQuoted: Bool) {
    self.delimiter = delimiter
    self.stripsTabs = stripsTabs
    self.isQuoted = isQuoted
  }
}
