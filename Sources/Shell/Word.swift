/// A word before its expansions.
public final class Word {
  public let parts: [WordPart]
  /// The text, where it needs no expansion at all.
  public let literal: Bytes?
  /// As written.
  public let source: Bytes
  /// Some of it is quoted.
  public let isQuoted: Bool
  /// It has an unquoted `{`.
  public let hasBraces: Bool
  /// What it assigns, as an argument of `export`, `local` and the like.
  public let assignment: Assignment?

  init(
    _ parts: [WordPart], source: Bytes, isQuoted: Bool = false, hasBraces: Bool = false,
    assignment: Assignment? = nil
  ) {
    self.parts = parts
    self.source = source
    self.isQuoted = isQuoted
    self.hasBraces = hasBraces
    self.assignment = assignment
    literal = hasBraces ? nil : Self.plain(parts)
  }

  static var empty: Word { Word([], source: [], isQuoted: true) }

  /// A word of plain text.
  public static func text(_ bytes: Bytes) -> Word { Word([.quoted(bytes)], source: bytes) }

  /// The text of a word that holds quotes and plain text only.
  private static func plain(_ parts: [WordPart]) -> Bytes? {
    if parts.count == 1 {
      switch parts[0] {
      case .literal(let bytes), .quoted(let bytes): return bytes
      // A bracket that nothing closes: the command `[`.
      case .pattern(let bytes) where bytes.equals("["): return bytes
      default: return nil
      }
    }
    var text: Bytes = []
    for part in parts {
      switch part {
      case .literal(let bytes), .quoted(let bytes): text += bytes
      default: return nil
      }
    }
    return text
  }

  /// The parts with other braces.
  func replacing(_ parts: [WordPart]) -> Word {
    Word(parts, source: source, isQuoted: isQuoted)
  }
}

public enum WordPart {
  /// Unquoted text without an operator of patterns.
  case literal(Bytes)
  /// Unquoted text that may be a pattern; NUL stands before the operators of `@(…)`.
  case pattern(Bytes)
  case quoted(Bytes)
  /// `~name`; the flag: only where the word is an assignment.
  case tilde(Bytes, inAssignment: Bool)
  case parameter(Parameter, quoted: Bool)
  case command(CommandSubstitution, quoted: Bool)
  case arithmetic(ArithmeticText, quoted: Bool)
  case process(List, isOutput: Bool)

  /// Whether this is plain text or `$name`; of `symbol`, where one is given.
  func isPlain(_ symbol: Symbol?) -> Bool {
    switch self {
    case .literal, .quoted: return symbol == nil
    case .parameter(let parameter, _):
      guard parameter.index == nil, !parameter.isIndirect, case .none = parameter.operation,
        case .name(let name) = parameter.subject
      else { return false }
      return symbol == nil || name === symbol
    default: return false
    }
  }
}

public final class CommandSubstitution {
  public enum Kind {
    case subshell
    /// `${ list;}`: in this shell.
    case here
    /// `${|list;}`: in this shell, the value is REPLY.
    case reply
  }
  public let list: List
  public let kind: Kind
  /// `$(<file)`, and `$(<<<text)` as mksh has it.
  public let file: Redirection?

  init(_ list: List, _ kind: Kind) {
    self.list = list
    self.kind = kind
    file = kind == .subshell ? Self.onlyFile(list) : nil
  }

  private static func onlyFile(_ list: List) -> Redirection? {
    guard list.items.count == 1, !list.items[0].isAsynchronous else { return nil }
    let command = list.items[0].command
    guard command.rest.isEmpty, command.first.commands.count == 1, !command.first.isNegated,
      command.first.timing == nil, command.first.commands[0].redirections.count == 1,
      case .simple(let simple) = command.first.commands[0].body,
      simple.words.isEmpty, simple.assignments.isEmpty
    else { return nil }
    let redirection = command.first.commands[0].redirections[0]
    guard redirection.descriptor == 0, redirection.variable == nil else { return nil }
    switch redirection.kind {
    case .read, .hereDocument, .hereString: return redirection
    default: return nil
    }
  }
}

/// `${…}` and its short forms.
public final class Parameter {
  public enum Subject {
    case name(Symbol)
    case positional(Int)
    /// One of `@ * # ? - $ !`.
    case special(UInt8)
  }
  public enum Index {
    /// `[@]`
    case all
    /// `[*]`
    case joined
    case word(Word)
  }
  public enum Operation {
    case none
    case length
    /// mksh's `${%x}`: columns on a terminal.
    case columns
    case orDefault(Word, orEmpty: Bool)
    case orAssign(Word, orEmpty: Bool)
    case orFail(Word, orEmpty: Bool)
    case alternative(Word, orEmpty: Bool)
    case trim(Word, suffix: Bool, longest: Bool)
    case slice(ArithmeticText, ArithmeticText?)
    case replace(Word, Word, Replacement)
    /// `^`, `,` or `~`, for the first or for all characters that match.
    case changeCase(UInt8, all: Bool, Word?)
    case transform(UInt8)
    /// `${!prefix@}`
    case names
    /// `${!array[@]}`
    case keys
    /// Not to be expanded: an error when it is reached.
    case bad
  }
  public enum Replacement { case first, all, prefix, suffix }

  public let subject: Subject
  public let index: Index?
  public let isIndirect: Bool
  public let operation: Operation
  /// As written, for messages.
  public let source: Bytes

  init(
    _ subject: Subject, index: Index? = nil, isIndirect: Bool = false,
    operation: Operation = .none, source: Bytes
  ) {
    self.subject = subject
    self.index = index
    self.isIndirect = isIndirect
    self.operation = operation
    self.source = source
  }
}
