internal import Shell

extension Interpreter {
  /// `select name in words`: a menu on standard error, an answer from standard input.
  func runSelect(_ clause: ForClause) throws(Unwind) {
    let words: [Bytes]
    if let list = clause.words { words = try expand(list) } else { words = positional }
    if words.isEmpty {
      status = 0
      return
    }
    loopDepth += 1
    defer { loopDepth -= 1 }
    var showsMenu = true
    while true {
      if showsMenu { writeError(menu(words)) }
      showsMenu = false
      writeError(expandPrompt(value(known.ps3) ?? bytes("#? ")))
      let result = try runRead([bytes("read"), bytes("-r")])
      if result != 0 {
        writeError(bytes("\n"))
        status = 1
        return
      }
      let answer = value(known.reply) ?? []
      if answer.isEmpty {
        showsMenu = true
        continue
      }
      let number = answer.decimal ?? 0
      try assign(clause.variable, words[safe: number - 1] ?? [])
      if try !runBody(clause.body) { return }
      if value(known.reply)?.isEmpty ?? true { showsMenu = true }
    }
  }

  private func menu(_ words: [Bytes]) -> Bytes {
    var text: Bytes = []
    let width = Bytes(decimal: words.count).count
    for (index, word) in words.enumerated() {
      let number = Bytes(decimal: index + 1)
      text += Bytes(repeating: " ", count: width - number.count) + number + bytes(") ") + word
      text.append("\n")
    }
    return text
  }
}
