/// The text of `--help`, at most 79 columns wide.
public func help(_ page: Page, calledAs name: String) -> String {
  var text = usageLine(page, name) + "\n" + wrap(page.summary + ".", indent: 0)
  if !page.options.isEmpty {
    text += "\nOptions:\n"
    for item in page.options { text += entry(optionNames(item), item.help) }
    if page.grammar != .own && page.grammar != .literal {
      text += entry("    --help", "Show this help")
      text += entry("    --version", "Show version, commit and compiler")
    }
  }
  if !page.examples.isEmpty {
    text += "\nExamples:\n"
    for example in page.examples { text += entry(example.command, example.purpose, column: 34) }
  }
  if !page.standard.isEmpty { text += "\n" + wrap("Standard: " + page.standard + ".", indent: 0) }
  for deviation in page.deviations { text += wrap("Differs: " + deviation + ".", indent: 0) }
  return text
}

/// `Usage: name [OPTION]... OPERANDS`.
public func usageLine(_ page: Page, _ name: String) -> String {
  var text = "Usage: " + name
  if !page.options.isEmpty { text += " [OPTION]..." }
  if !page.operands.isEmpty { text += " " + page.operands }
  return text
}

/// `-p, --parent=PID`, or `-m, --max-time SECONDS`, as help and man pages show it.
public func optionNames(_ item: OptionNames) -> String {
  if item.isDigits { return "-\(item.metavariable)" }
  if let joint = item.joint { return wordNames(item, "\(joint)") }
  var names = item.short.map { "-" + $0 } + item.long.map { "--" + $0 }
  let value = item.metavariable
  if let last = names.popLast() {
    let isLong = !item.long.isEmpty
    switch item.arity {
    case .flag: names.append(last)
    case .value: names.append(last + (isLong && item.joinsByEquals ? "=" : " ") + value)
    case .optional: names.append(last + (isLong ? "[=\(value)]" : "[\(value)]"))
    }
  }
  return (item.short.isEmpty ? "    " : "") + names.joined(separator: ", ")
}

/// `-dump:OPTIONS`, `-histo[:OPTIONS]`.
private func wordNames(_ item: OptionNames, _ joint: String) -> String {
  let words = item.words.map { "-" + $0 }.joined(separator: ", ")
  switch item.arity {
  case .flag: return words
  case .value: return words + joint + item.metavariable
  case .optional: return words + "[" + joint + item.metavariable + "]"
  }
}

private func entry(_ term: String, _ help: String, column: Int = 28) -> String {
  let head = "  " + term
  let body = wrap(help, indent: column)
  guard head.utf8.count < column - 1 else { return head + "\n" + body }
  return head + body.dropFirst(head.utf8.count)
}

/// Breaks `text` at spaces so that no line passes column 79, and indents all lines.
public func wrap(_ text: String, indent: Int) -> String {
  let margin = String(repeating: " ", count: indent)
  var result = ""
  var line = margin
  for word in text.split(separator: " ") {
    if line.utf8.count > indent, line.utf8.count + 1 + word.utf8.count > 79 {
      result += line + "\n"
      line = margin
    }
    if line.utf8.count > indent { line += " " }
    line += word
  }
  return result + line + "\n"
}
