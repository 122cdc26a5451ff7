internal import Linux

/// What a command line asks for.
enum Request {
  case run(operands: [String])
  case help
  case version
}

/// The settings of an applet while its command line is read, with the applet's type erased: one
/// parser serves all applets, where a generic one would be compiled anew for each.
class Settings {
  let grammar: Grammar
  /// How many options there are.
  let count: Int

  init(_ grammar: Grammar, _ count: Int) {
    self.grammar = grammar
    self.count = count
  }

  /// The names of the option at `index`.
  func names(_ index: Int) -> OptionNames { preconditionFailure() }

  /// Applies the option at `index`.
  func apply(_ index: Int, _ value: String?) throws(Failure) {}

  final func firstIndex(where test: (OptionNames) -> Bool) -> Int? {
    (0..<count).first { test(names($0)) }
  }
}

/// The settings of one kind of applet.
final class SettingsOf<C: Command>: Settings {
  var command = C()
  private let actions: [Option<C>]

  init(_ manual: Manual<C>, grammar: Grammar? = nil) {
    let grammar = grammar ?? manual.grammar
    actions = grammar == .own || grammar == .literal ? [] : manual.options
    super.init(grammar, actions.count)
  }

  override func names(_ index: Int) -> OptionNames { actions[index].names }

  override func apply(_ index: Int, _ value: String?) throws(Failure) {
    try actions[index].apply(&command, value)
  }
}

/// Reads a command line by the options of a manual, getopt_long(3): clusters, attached values, long
/// names with `=` or cut short where that is clear, and `--`.
struct Parser {
  let settings: Settings
  /// Told of each operand in its place among the options; nil collects them.
  var operand: ((String) throws(Failure) -> Void)?

  func parse(_ arguments: [String]) throws(Failure) -> Request {
    if settings.grammar == .own || settings.grammar == .literal { return parseOwn(arguments) }
    var operands: [String] = []
    var rest = arguments[...]
    var wantsSignal = settings.grammar == .signals
    while let argument = rest.popFirst() {
      if argument == "--" {
        if let operand {
          for argument in rest { try operand(argument) }
          return .run(operands: [])
        }
        operands += rest
        break
      }
      if argument.hasPrefix("--") {
        if asks(argument, for: "--help") { return .help }
        if asks(argument, for: "--version") { return .version }
        if argument.hasPrefix("--signal") { wantsSignal = false }
        try long(argument, &rest)
      } else if wantsSignal, let signal = signal(argument) {
        wantsSignal = false
        try long("--signal=" + signal, &rest)
      } else if settings.grammar == .signals, !wantsSignal, Int32(argument) != nil {
        operands.append(argument)
      } else if argument.utf8.count > 1, argument.hasPrefix("-"), !isNumber(argument) {
        if argument.hasPrefix("-s"), hasShortSignal { wantsSignal = false }
        try cluster(argument, &rest)
      } else if let operand {
        try operand(argument)
      } else {
        operands.append(argument)
        if settings.grammar != .gnu, settings.grammar != .signals {
          operands += rest
          break
        }
      }
    }
    return .run(operands: operands)
  }

  /// Whether `argument` is `word`, or the start of it that no option has.
  private func asks(_ argument: String, for word: String) -> Bool {
    if argument == word { return true }
    guard argument.utf8.count > 2, word.hasPrefix(argument) else { return false }
    let name = String(Substring(argument.utf8.dropFirst(2)))
    return settings.firstIndex { $0.long.contains { $0.hasPrefix(name) } } == nil
  }

  /// Whether `argument` is an operand although it starts with `-`.
  private func isNumber(_ argument: String) -> Bool {
    guard settings.grammar == .numbers, let second = argument.utf8.dropFirst().first else {
      return false
    }
    return (0x30...0x39).contains(second) || second == UInt8(ascii: ".")
  }

  /// Whether `-s` is `--signal`, as in kill, and not `--session`, as in pkill.
  private var hasShortSignal: Bool {
    settings.firstIndex { $0.has(letter: "s") && $0.long.contains("signal") } != nil
  }

  /// The signal that `-9`, `-TERM` or `-SIGTERM` names.
  private func signal(_ argument: String) -> String? {
    guard argument.hasPrefix("-") else { return nil }
    let name = String(argument.dropFirst())
    return Signal(name: name) == nil ? nil : name
  }

  private func parseOwn(_ arguments: [String]) -> Request {
    if settings.grammar == .own, arguments.count == 1 {
      if arguments[0] == "--help" { return .help }
      if arguments[0] == "--version" { return .version }
    }
    return .run(operands: arguments)
  }

  private func long(_ argument: String, _ rest: inout ArraySlice<String>) throws(Failure) {
    // By bytes: a combining character at the start of a value would hide the "=".
    let body = Substring(argument.utf8.dropFirst(2))
    let equals = body.utf8.firstIndex(of: UInt8(ascii: "="))
    let name = String(equals.map { body[..<$0] } ?? body)
    let attached = equals.map { String(body[body.utf8.index(after: $0)...]) }
    let index = try find(long: name)
    let option = settings.names(index)
    switch option.arity {
    case .flag:
      guard attached == nil else { throw .usage("--\(name): takes no value") }
      try settings.apply(index, nil)
    case .optional:
      try settings.apply(index, attached)
    case .value:
      guard let value = attached ?? rest.popFirst() else {
        throw .usage("--\(name): needs a value (\(option.metavariable))")
      }
      try settings.apply(index, value)
    }
  }

  private func cluster(_ argument: String, _ rest: inout ArraySlice<String>) throws(Failure) {
    var letters = argument.unicodeScalars.dropFirst()
    while let letter = letters.first {
      guard let index = settings.firstIndex(where: { $0.has(letter: letter) }) else {
        throw unknown("-" + String(letter), in: argument)
      }
      let option = settings.names(index)
      if option.isDigits, option.arity == .value {
        return try settings.apply(index, String(letters))
      }
      if option.isDigits {
        let digits = letters.prefix { $0 >= "0" && $0 <= "9" }
        letters = letters.dropFirst(digits.count)
        try settings.apply(index, String(digits))
        continue
      }
      letters = letters.dropFirst()
      switch option.arity {
      case .flag:
        try settings.apply(index, nil)
      case .optional:
        return try settings.apply(index, letters.isEmpty ? nil : String(letters))
      case .value:
        guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
          throw .usage("-\(letter): needs a value (\(option.metavariable))")
        }
        return try settings.apply(index, value)
      }
    }
  }

  /// The index of the option called `name`, or of the only one that starts so.
  private func find(long name: String) throws(Failure) -> Int {
    if name.isEmpty { throw .usage("--=: has no name") }
    var candidates: [(index: Int, name: String)] = []
    for index in 0..<settings.count {
      let names = settings.names(index).long
      if names.contains(name) { return index }
      if let candidate = names.first(where: { $0.hasPrefix(name) }) {
        candidates.append((index: index, name: candidate))
      }
    }
    if candidates.count == 1 { return candidates[0].index }
    if candidates.count > 1 {
      throw .usage(
        "--\(name): could be " + candidates.map { "--" + $0.name }.joined(separator: ", "))
    }
    throw unknown("--" + name, in: "--" + name)
  }

  private func unknown(_ name: String, in argument: String) -> Failure {
    var known: [String] = ["--help", "--version"]
    for index in 0..<settings.count {
      let option = settings.names(index)
      known += option.long.map { "--" + $0 } + option.short.map { "-" + $0 }
    }
    let subject = name.sameBytes(as: argument) ? name : "\(name) (in \(argument))"
    return unknownOption(subject, nearest: nearestOption(to: name, among: known))
  }
}

/// The error for an option that does not exist.
public func unknownOption(_ subject: String, nearest: String?) -> Failure {
  guard let nearest else { return .usage("\(subject): unknown option; --help lists them") }
  return .usage("\(subject): unknown option; did you mean \(nearest)?")
}

/// The option meant by `name`: letters are all one edit apart, so only the other case is near.
private func nearestOption(to name: String, among known: [String]) -> String? {
  if name.utf8.count > 2 { return nearest(to: name, among: known) }
  return known.first { $0 != name && $0.asciiLowercased == name.asciiLowercased }
}

/// The word that is closest to `word` by edit distance, if any is close enough to be meant.
public func nearest(to word: String, among candidates: [String]) -> String? {
  var best: String?
  var least = max(1, word.utf8.count / 2)
  for candidate in candidates {
    let distance = editDistance(Array(word.utf8), Array(candidate.utf8))
    if distance < least || (distance == least && best == nil) {
      least = distance
      best = candidate
    }
  }
  return best
}

/// Levenshtein's distance, in bytes; words longer than 64 bytes count as far from everything.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  guard a.count <= 64, b.count <= 64 else { return .max }
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
