public import Box
internal import Linux

/// Prints its arguments. GNU echo(1), with its rules for `POSIXLY_CORRECT`.
public struct Echo: Command {
  var endsLine = true
  var escapes = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Echo> {
    Manual(
      "echo", "Print the arguments, separated by spaces", family: .shell, operands: "[STRING]...",
      grammar: .own,
      options: [
        .flag("n", nil, "Print no newline at the end") { $0.endsLine = false },
        .flag("e", nil, "Read \\n, \\t, \\0NNN, \\xHH, \\c and the like as escapes") {
          $0.escapes = true
        },
        .flag("E", nil, "Take backslashes as they are (the default)") { $0.escapes = false },
      ],
      examples: [("echo -e 'a\\tb'", "Print a tab between two letters")],
      standard: "coreutils echo(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var settings = self
    let rest = settings.takeOptions(operands[...], context)
    for (index, word) in rest.enumerated() {
      if index > 0 { context.output.write(UInt8(ascii: " ")) }
      guard settings.escapes else {
        context.output.write(word)
        continue
      }
      if !Self.expand(word, to: context.output) { return }
    }
    if settings.endsLine { context.output.write(UInt8(ascii: "\n")) }
  }

  /// A word is an option only if all its letters are.
  private mutating func takeOptions(
    _ words: ArraySlice<String>, _ context: Context
  ) -> ArraySlice<String> {
    var rest = words
    let isPOSIX = context.variable("POSIXLY_CORRECT") != nil
    if isPOSIX {
      escapes = true
      if words.first != "-n" { return words }
    }
    while let word = rest.first, word.utf8.count > 1, word.hasPrefix("-"),
      word.utf8.dropFirst().allSatisfy({ "neE".utf8.contains($0) })
    {
      for letter in word.utf8.dropFirst() {
        if letter == UInt8(ascii: "n") { endsLine = false }
        if letter == UInt8(ascii: "e") { escapes = true }
        if letter == UInt8(ascii: "E") { escapes = false }
      }
      rest = rest.dropFirst()
    }
    return rest
  }

  /// - Returns: false where `\c` ends all output.
  private static func expand(_ word: String, to output: Output) -> Bool {
    var text = word.bytes[...]
    while let byte = text.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        output.write(byte)
        continue
      }
      switch Escape.read(&text, .echo) {
      case .bytes(let bytes): output.write(bytes)
      case .stop: return false
      case .none, .missingDigits, .notCharacter: output.write(byte)
      }
    }
    return true
  }
}
