extension Manual {
  /// Reads `arguments` by these options where the order of options and operands matters, as in
  /// `tar -C a x -C b y`.
  ///
  /// - Parameter operand: told of each operand after the options in front of it were applied.
  public func readInOrder(
    _ arguments: [String], operand: @escaping (inout Options, String) -> Void
  ) throws(Failure) -> Options {
    let settings = SettingsOf(self, grammar: .gnu)
    let parser = Parser(settings: settings) { (text: String) throws(Failure) in
      operand(&settings.command, text)
    }
    switch try parser.parse(arguments) {
    case .run: return settings.command
    case .help: throw .usage("--help: stands alone")
    case .version: throw .usage("--version: stands alone")
    }
  }

  /// The letters of options that take a value.
  public var lettersWithValue: [Unicode.Scalar] {
    var letters: [Unicode.Scalar] = []
    for option in options where option.names.arity == .value {
      for letter in option.names.short { letters += letter.unicodeScalars }
    }
    return letters
  }
}
