internal import Linux

/// A value that can be read from an argument.
public protocol ArgumentValue {
  init?(argument: String)
  /// What an argument must be, for the message when it is not: "a number".
  static var expectation: StaticString { get }
}

extension String: ArgumentValue {
  public init?(argument: String) { self = argument }
  public static var expectation: StaticString { "text" }
}

extension Int: ArgumentValue {
  public init?(argument: String) { self.init(argument) }
  public static var expectation: StaticString { "a whole number" }
}

extension Double: ArgumentValue {
  public init?(argument: String) {
    guard let value = parseDouble(argument), value.isFinite else { return nil }
    self = value
  }
  public static var expectation: StaticString { "a number" }
}

/// Whether an option takes a value.
public enum Arity: Sendable { case flag, value, optional }

/// The names and the help of an option, without the type of the applet it belongs to.
public struct OptionNames {
  /// All one-letter names: "eA" is `-e` and `-A`. Empty when it has none.
  let shortNames: StaticString
  /// All long names, separated by spaces; the first is the one that help shows.
  let longNames: StaticString
  let metavariableName: StaticString
  let helpText: StaticString
  public let arity: Arity
  /// What is between a name behind a single dash, as in `find -name`, and its value; nil for names of the usual kinds.
  var joint: StaticString?
  /// Whether the value of a long name is always an argument of its own, never behind `=`.
  var isApart = false

  /// Whether `--name=VALUE` is how a value is given.
  public var joinsByEquals: Bool { arity == .value && !isApart }

  public var short: [String] { isDigits ? [] : "\(shortNames)".unicodeScalars.map { String($0) } }
  /// Whether its long names stand behind a single dash.
  public var isWord: Bool { joint != nil }
  public var long: [String] { isWord ? [] : words }
  /// The long names, whatever dashes they stand behind.
  public var words: [String] { "\(longNames)".split(separator: " ").map { String($0) } }
  public var metavariable: String { "\(metavariableName)" }
  public var help: String { "\(helpText)" }
  /// Whether a bare number is this option, `head -5`.
  public var isDigits: Bool {
    shortNames.utf8CodeUnitCount == 10 && longNames.utf8CodeUnitCount == 0
  }

  func has(letter: Unicode.Scalar) -> Bool {
    shortNames.withUTF8Buffer { $0.contains { UInt32($0) == letter.value } }
  }
}

extension [OptionNames] {
  /// By letter, the lower case first, then by long name; `-NUM` before all.
  var sortedForHelp: [OptionNames] {
    let keys = map { $0.sortKey }
    return sortedIndices(count) { keys[$0].precedesBytewise(keys[$1]) }.map { self[$0] }
  }
}

extension OptionNames {
  fileprivate var sortKey: String {
    if isDigits { return "" }
    guard let letter = short.first else { return "~" + (long.first ?? "") }
    return letter.asciiLowercased + (letter.sameBytes(as: letter.asciiLowercased) ? "0" : "1")
  }
}

/// One option: its names, its help, and what it does to the applet's settings.
public struct Option<Options: Command> {
  var names: OptionNames
  let apply: (inout Options, String?) throws(Failure) -> Void

  public static func flag(
    _ short: StaticString?, _ long: StaticString?, _ help: StaticString,
    set: @escaping (inout Options) -> Void
  ) -> Self {
    Self(short, long, "", help, .flag) { (options: inout Options, _) throws(Failure) in
      set(&options)
    }
  }

  public static func value<Value: ArgumentValue>(
    _ short: StaticString?, _ long: StaticString?, _ metavariable: StaticString,
    _ help: StaticString,
    set: @escaping (inout Options, Value) -> Void
  ) -> Self {
    Self(short, long, metavariable, help, .value) {
      (options: inout Options, text) throws(Failure) in
      let text = text ?? ""
      guard let value = Value(argument: text) else {
        throw .usage("\(text): not \(Value.expectation) (\(metavariable))")
      }
      set(&options, value)
    }
  }

  /// A value whose reading can fail in its own words.
  public static func parsed(
    _ short: StaticString?, _ long: StaticString?, _ metavariable: StaticString,
    _ help: StaticString,
    set: @escaping (inout Options, String) throws(Failure) -> Void
  ) -> Self {
    Self(short, long, metavariable, help, .value) {
      (options: inout Options, text) throws(Failure) in
      try set(&options, text ?? "")
    }
  }

  /// A value that may be left out: `--color` and `--color=always`, `-r` and `-r5`.
  public static func optional(
    _ short: StaticString?, _ long: StaticString?, _ metavariable: StaticString,
    _ help: StaticString,
    set: @escaping (inout Options, String?) throws(Failure) -> Void
  ) -> Self {
    Self(short, long, metavariable, help, .optional, set)
  }

  /// An option that others have: it is refused by name, with what to do instead.
  public static func refused(
    _ short: StaticString?, _ long: StaticString?, _ reason: StaticString
  ) -> Self {
    Self(short, long, "", "Refused", .flag) { (_: inout Options, _) throws(Failure) in
      let name = short.map { "-\($0)" } ?? "--\(long ?? "")"
      throw .usage("\(name): \(reason)")
    }
  }

  /// A word behind a single dash, as in `find -name`, in applets that read their arguments themselves. `joint` is what is
  /// between it and its value: `jmap -dump:OPTIONS`.
  public static func word(
    _ names: StaticString, _ metavariable: StaticString, _ help: StaticString,
    joint: StaticString = " ", isOptional: Bool = false
  ) -> Self {
    let hasValue = metavariable.utf8CodeUnitCount > 0
    let arity: Arity = isOptional ? .optional : hasValue ? .value : .flag
    var option = Self(nil, names, metavariable, help, arity) {
      (_: inout Options, _: String?) throws(Failure) in
    }
    option.names.joint = joint
    return option
  }

  /// A bare number as an option, `grep -5`; letters behind it are further options.
  public static func digits(_ help: StaticString, set: @escaping (inout Options, Int) -> Void)
    -> Self
  {
    Self("0123456789", nil, "NUM", help, .optional) {
      (options: inout Options, text) throws(Failure) in
      guard let value = Int(text ?? "") else { throw .usage("\(text ?? ""): not a whole number") }
      set(&options, value)
    }
  }

  /// The same, its value always an argument of its own: `--name VALUE`.
  public var apart: Self {
    var option = self
    option.names.isApart = true
    return option
  }

  init(
    _ short: StaticString?, _ long: StaticString?, _ metavariable: StaticString,
    _ help: StaticString,
    _ arity: Arity, _ apply: @escaping (inout Options, String?) throws(Failure) -> Void
  ) {
    names = OptionNames(
      shortNames: short ?? "", longNames: long ?? "", metavariableName: metavariable,
      helpText: help,
      arity: arity)
    self.apply = apply
  }
}
