internal import CLinux
internal import Shell

/// What the command line of `fc` asks for.
private struct FixOptions {
  var lists = false
  var hidesNumbers = false
  var isReversed = false
  /// Runs without an editor.
  var isDirect = false
  var replacesAll = false
  var editor: Bytes?
  var operands: [Bytes] = []
}

extension Interpreter {
  var historyRules: CommandHistory.Rules {
    var rules = CommandHistory.Rules()
    if let control = symbols.lookUp(bytes("HISTCONTROL")).flatMap({ value($0) }) {
      let words = control.split(separator: ":").map { Bytes($0) }
      func has(_ word: StaticString) -> Bool { words.contains { $0.equals(word) } }
      rules.ignoresSpace = has("ignorespace") || has("ignoreboth")
      rules.ignoresRepetition = has("ignoredups") || has("ignoreboth")
      rules.erasesRepetition = has("erasedups")
    }
    if let size = symbols.lookUp(bytes("HISTSIZE")).flatMap({ value($0)?.decimal }), size >= 0 {
      rules.limit = size
    }
    return rules
  }

  // MARK: fc

  /// Lists, edits and repeats commands; POSIX.1-2024 fc(1), with ksh's -g.
  func runFix(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var options = FixOptions()
    if let status = readFixOptions(arguments, &options) { return status }
    guard let history, history.current > history.first else {
      complain(arguments[0] + bytes(": no history"))
      return 1
    }
    if options.lists { return listHistory(history, options, arguments) }
    if options.isDirect { return try repeatCommand(history, options, arguments) }
    return try editCommands(history, options, arguments)
  }

  /// - Returns: a status where the options are wrong.
  private func readFixOptions(_ arguments: [Bytes], _ options: inout FixOptions) -> Int32? {
    var rest = arguments.dropFirst()
    while let word = rest.first, word.count > 1, word[0] == "-", !word[1].isDigit {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for (index, letter) in word.enumerated().dropFirst() {
        switch letter {
        case "l": options.lists = true
        case "n": options.hidesNumbers = true
        case "r": options.isReversed = true
        case "s": options.isDirect = true
        case "g": options.replacesAll = true
        case "e":
          let attached = word.piece(index + 1, word.count)
          guard let editor = attached.isEmpty ? rest.popFirst() : attached else {
            return usage(arguments, "-e: needs a value (EDITOR)")
          }
          if editor.equals("-") { options.isDirect = true } else { options.editor = editor }
        default: return unknownOption(arguments, letter)
        }
        if letter == "e" { break }
      }
    }
    options.operands = Array(rest)
    return nil
  }

  /// The number that an operand stands for: itself, counted back, or the newest that starts so.
  private func number(_ text: Bytes, _ history: CommandHistory) -> Int? {
    if let number = text.decimal {
      if number > 0 { return number }
      return history.current + (number == 0 ? -1 : number)
    }
    let isAnywhere = text.first == "?"
    let wanted = isAnywhere ? Bytes(text.dropFirst()) : text
    var number = history.current - 1
    while let entry = history[number] {
      if isAnywhere ? entry.contains(wanted) : entry.starts(with: wanted) { return number }
      number -= 1
    }
    return nil
  }

  /// The numbers from the first operand to the second.
  private func range(
    _ history: CommandHistory, _ options: FixOptions, _ arguments: [Bytes]
  ) -> (first: Int, last: Int)? {
    var numbers: [Int] = []
    for operand in options.operands.prefix(2) {
      guard let number = number(operand, history) else {
        say(arguments, operand, "not in the history")
        return nil
      }
      numbers.append(min(max(number, history.first), max(history.last, history.first)))
    }
    let newest = history.current - 1
    if numbers.isEmpty {
      return (options.lists ? max(history.first, newest - 15) : newest, newest)
    }
    if numbers.count == 1 { return (numbers[0], options.lists ? newest : numbers[0]) }
    return (numbers[0], numbers[1])
  }

  /// The numbers in the order asked for: the older one second means backwards.
  private func ordered(_ range: (first: Int, last: Int), _ isReversed: Bool) -> [Int] {
    let numbers = Array(min(range.first, range.last)...max(range.first, range.last))
    return (range.first > range.last) != isReversed ? numbers.reversed() : numbers
  }

  private func listHistory(
    _ history: CommandHistory, _ options: FixOptions, _ arguments: [Bytes]
  ) -> Int32 {
    guard let range = range(history, options, arguments) else { return 1 }
    for number in ordered(range, options.isReversed) {
      guard let entry = history[number] else { continue }
      if !options.hidesNumbers { out.append(decimal: number) }
      out.append("\t")
      for byte in entry {
        out.append(byte)
        if byte == "\n" { out.append("\t") }
      }
      out.append("\n")
    }
    return 0
  }

  /// `fc -s [OLD=NEW] [COMMAND]`.
  private func repeatCommand(
    _ history: CommandHistory, _ options: FixOptions, _ arguments: [Bytes]
  ) throws(Unwind) -> Int32 {
    var operands = options.operands[...]
    var replacesAll = options.replacesAll
    if operands.first?.equals("-g") == true {
      replacesAll = true
      operands = operands.dropFirst()
    }
    var change: (old: Bytes, new: Bytes)?
    if let word = operands.first, let equals = word.index(of: "="), equals > 0 {
      change = (word.piece(0, equals), word.piece(equals + 1, word.count))
      operands = operands.dropFirst()
    }
    let wanted = operands.first ?? bytes("-1")
    guard let number = number(wanted, history), var text = history[number] else {
      say(arguments, wanted, "not in the history")
      return 1
    }
    if let change {
      guard let changed = text.replacing(change.old, change.new, all: replacesAll) else {
        say(arguments, change.old, "not in the command")
        return 1
      }
      text = changed
    }
    return try runAgain(text, history)
  }

  private func editCommands(
    _ history: CommandHistory, _ options: FixOptions, _ arguments: [Bytes]
  ) throws(Unwind) -> Int32 {
    guard let range = range(history, options, arguments) else { return 1 }
    var text: Bytes = []
    for number in ordered(range, options.isReversed) {
      text += (history[number] ?? []) + bytes("\n")
    }
    guard let file = scratchFile(text) else {
      complain(arguments[0] + bytes(": no file for the editor: ") + System.text(System.errno))
      return 1
    }
    defer { _ = System.withPath(file) { unlink($0) } }
    let editor =
      options.editor ?? variableText("FCEDIT") ?? variableText("EDITOR") ?? bytes("ed")
    try evaluate(script: editor + bytes(" ") + Quoting.single(file))
    if status != 0 { return status }
    let descriptor = System.open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      complain(arguments[0] + bytes(": ") + file + bytes(": ") + System.text(-descriptor))
      return 1
    }
    var edited = System.readAll(descriptor)
    System.close(descriptor)
    while edited.last == "\n" { edited.removeLast() }
    return edited.isEmpty ? 0 : try runAgain(edited, history)
  }

  private func variableText(_ name: StaticString) -> Bytes? {
    guard let text = symbols.lookUp(bytes(name)).flatMap({ value($0) }), !text.isEmpty else {
      return nil
    }
    return text
  }

  /// A file that only we may read, for an editor; nil where there can be none.
  private func scratchFile(_ text: Bytes) -> Bytes? {
    let folder = variableText("TMPDIR") ?? bytes("/tmp")
    var path = folder + bytes("/fc.XXXXXX\0")
    let descriptor = path.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { mkostemp($0.assumingMemoryBound(to: CChar.self), O_CLOEXEC) } ?? -1
    }
    guard descriptor >= 0 else { return nil }
    path.removeLast()
    defer { System.close(descriptor) }
    return System.writeAll(descriptor, text) == 0 ? path : nil
  }

  private func runAgain(_ text: Bytes, _ history: CommandHistory) throws(Unwind) -> Int32 {
    history.replaceCurrent(text, limit: historyRules.limit)
    writeError(text + bytes("\n"))
    try evaluate(script: text)
    return status
  }

  // MARK: history

  /// Lists and changes the history as bash does.
  func runHistory(_ arguments: [Bytes]) -> Int32 {
    var rest = arguments.dropFirst()
    guard let word = rest.first, word.count > 1, word[0] == "-", !word.equals("--") else {
      if rest.first?.equals("--") == true { rest = rest.dropFirst() }
      return showHistory(arguments, rest.first)
    }
    rest = rest.dropFirst()
    guard word.count == 2 else { return unknownOption(arguments, word[2]) }
    switch word[1] {
    case "c":
      history?.clear()
      return 0
    case "d": return deleteHistory(arguments, rest.first)
    case "s":
      guard let history else { return 0 }
      history.replaceCurrent(join(Array(rest), [" "]), limit: historyRules.limit)
      return 0
    case "w", "a": return writeHistory(arguments, rest.first, appends: word[1] == "a")
    case "r": return readHistory(arguments, rest.first)
    case "n", "p":
      return usage(arguments, word + bytes(": is not supported"))
    default: return unknownOption(arguments, word[1])
    }
  }

  private func showHistory(_ arguments: [Bytes], _ operand: Bytes?) -> Int32 {
    var shown = Int.max
    if let operand {
      guard let count = operand.decimal, count >= 0 else {
        say(arguments, operand, "numeric argument required")
        return 2
      }
      shown = count
    }
    guard let history, !history.entries.isEmpty else { return 0 }
    let start = shown >= history.entries.count ? history.first : history.last - shown + 1
    for number in stride(from: start, through: history.last, by: 1) {
      let digits = Bytes(decimal: number)
      out += Bytes(repeating: " ", count: max(0, 5 - digits.count)) + digits + bytes("  ")
      out += (history[number] ?? []) + bytes("\n")
    }
    return 0
  }

  private func deleteHistory(_ arguments: [Bytes], _ operand: Bytes?) -> Int32 {
    guard let operand else { return usage(arguments, "-d: needs a value (NUMBER)") }
    guard let history, let number = operand.decimal,
      history[number < 0 ? history.last + 1 + number : number] != nil
    else {
      say(arguments, operand, "history position out of range")
      return 1
    }
    history.remove(number < 0 ? history.last + 1 + number : number)
    return 0
  }

  /// The file of `-r`, `-w` and `-a`; said where there is none.
  private func historyFile(_ arguments: [Bytes], _ operand: Bytes?) -> Bytes? {
    if let operand { return operand }
    if let file = value(known.histfile), !file.isEmpty { return file }
    _ = usage(arguments, "needs a file: HISTFILE is not set")
    return nil
  }

  private func writeHistory(_ arguments: [Bytes], _ operand: Bytes?, appends: Bool) -> Int32 {
    guard let path = historyFile(arguments, operand) else { return 2 }
    // Each command has been appended to HISTFILE when it was typed.
    if appends, operand == nil { return 0 }
    let mode = O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : O_TRUNC)
    let descriptor = openFile(path, mode)
    guard descriptor >= 0 else {
      if descriptor != Int32.min {
        complain(arguments[0] + bytes(": ") + path + bytes(": ") + System.text(-descriptor))
      }
      return 1
    }
    defer { System.close(descriptor) }
    var text: Bytes = []
    for entry in history?.entries ?? [] {
      // One line per entry, as the editor writes them.
      text += entry.map { $0 == "\n" ? 0 : $0 } + bytes("\n")
    }
    let error = System.writeAll(descriptor, text)
    if error != 0 { complain(arguments[0] + bytes(": ") + path + bytes(": ") + System.text(error)) }
    return error == 0 ? 0 : 1
  }

  private func readHistory(_ arguments: [Bytes], _ operand: Bytes?) -> Int32 {
    guard let path = historyFile(arguments, operand) else { return 2 }
    let descriptor = openFile(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if descriptor != Int32.min {
        complain(arguments[0] + bytes(": ") + path + bytes(": ") + System.text(-descriptor))
      }
      return 1
    }
    let text = System.readAll(descriptor)
    System.close(descriptor)
    guard let history else { return 0 }
    for line in text.split(separator: "\n") {
      history.append(line.map { $0 == 0 ? "\n" : $0 }, limit: historyRules.limit)
    }
    return 0
  }
}

extension [UInt8] {
  /// With `old` exchanged for `new`, once or everywhere; nil where it does not occur.
  func replacing(_ old: Bytes, _ new: Bytes, all: Bool) -> Bytes? {
    var result: Bytes = []
    var index = 0
    var isFound = false
    while index < count {
      if !isFound || all, !old.isEmpty, self[index...].starts(with: old) {
        result += new
        index += old.count
        isFound = true
      } else {
        result.append(self[index])
        index += 1
      }
    }
    return isFound ? result : nil
  }
}
