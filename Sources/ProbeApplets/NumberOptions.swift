internal import Box

// Options whose value is a number that is checked, and refused by the name of the option.
extension Option {
  /// A whole number of `range`; with `0x` in front it is hexadecimal.
  static func integer(
    _ letter: StaticString, _ long: StaticString?, _ metavariable: StaticString,
    _ help: StaticString, _ range: ClosedRange<Int>,
    set: @escaping (inout Options, Int) -> Void
  ) -> Self {
    .parsed(letter, long, metavariable, help) {
      (options: inout Options, text: String) throws(Failure) in
      set(&options, try number(text, "-\(letter)", range))
    }
  }

  /// Seconds, with a fraction or without.
  static func time(
    _ letter: StaticString, _ long: StaticString?, _ metavariable: StaticString,
    _ help: StaticString, set: @escaping (inout Options, Double) -> Void
  ) -> Self {
    .parsed(letter, long, metavariable, help) {
      (options: inout Options, text: String) throws(Failure) in
      set(&options, try seconds(text, "-\(letter)"))
    }
  }
}
