internal import Box
internal import Linux

/// The command in front of the cursor, and what it takes next.
struct Invocation {
  let name: String
  let page: Page?
  /// The option whose value the next word is.
  private(set) var pendingOption: OptionNames?
  /// `--` was given.
  private(set) var endsOptions = false
  /// The next word is itself a command, as behind `watch`.
  private(set) var wantsCommand = false
  /// Operands so far.
  private var operands = 0

  /// Commands whose operand is a command, and how many operands come before it.
  private static let wrappers: [(StaticString, Int)] = [
    ("busybox", 0), ("debugbox", 0), ("enter", 1), ("env", 0), ("nice", 0), ("nohup", 0),
    ("stdbuf", 0), ("strace", 0), ("sudo", 0), ("time", 0), ("timeout", 1), ("type", 0),
    ("watch", 0), ("which", 0), ("xargs", 0),
  ]

  /// - Parameter words: of the command so far, the one at the cursor left out.
  init(_ words: [String], _ world: CompletionWorld) {
    let first = words.first ?? ""
    var name = baseName(first)
    var page = world.page(name)
    var index = min(1, words.count)
    while index < words.count {
      let word = words[index]
      index += 1
      if pendingOption != nil {
        pendingOption = nil
      } else if word == "--", !endsOptions {
        endsOptions = true
      } else if word.hasPrefix("-"), word.utf8.count > 1, !endsOptions {
        pendingOption = page.flatMap { Self.pending(word, $0) }
      } else if let skip = Self.skip(name), !ShellScanner.isAssignment(word.bytes) {
        if operands < skip {
          operands += 1
        } else if name != "which", name != "type" {
          // From here on it is the inner command's line.
          (name, page) = (baseName(word), world.page(baseName(word)))
          (operands, endsOptions) = (0, false)
        }
      } else {
        operands += 1
      }
    }
    self.name = name
    self.page = page
    if pendingOption == nil, let skip = Self.skip(name) { wantsCommand = operands >= skip }
  }

  private static func skip(_ name: String) -> Int? {
    wrappers.first { "\($0.0)" == name }?.1
  }

  /// The option that `word` leaves without its value.
  private static func pending(_ word: String, _ page: Page) -> OptionNames? {
    if word.hasPrefix("--") {
      if word.contains("=") { return nil }
      let name = String(word.dropFirst(2))
      return page.options.first { $0.arity == .value && $0.long.contains(name) }
    }
    // The first letter with a value takes the rest; it lacks one when it is the last.
    let letters = word.dropFirst().unicodeScalars.map { String($0) }
    for (index, letter) in letters.enumerated() {
      guard let option = page.options.first(where: { $0.short.contains(letter) }) else {
        return nil
      }
      if option.arity == .value { return index == letters.count - 1 ? option : nil }
      if option.arity == .optional { return nil }
    }
    return nil
  }

  private func takes(_ word: StaticString) -> Bool {
    guard let page else { return false }
    return page.operands.uppercased().split { !("A"..."Z").contains($0) && $0 != "_" }
      .contains { $0 == "\(word)" || $0 == "\(word)S" }
  }

  private func isOne(of names: [StaticString]) -> Bool { names.contains { "\($0)" == name } }

  var takesPIDs: Bool {
    takes("PID") && !(name == "enter" && operands > 0) || isOne(of: ["wait", "disown"])
  }
  var takesJobs: Bool { isOne(of: ["fg", "bg", "jobs", "kill", "wait", "disown"]) }
  var takesSignals: Bool { name == "trap" && operands > 0 }
  var takesVariables: Bool {
    isOne(of: ["export", "unset", "printenv", "readonly", "local", "read"])
  }
  var takesProcessNames: Bool { isOne(of: ["killall", "pgrep", "pidof", "pkill"]) }
  var takesHosts: Bool {
    guard let page else { return false }
    return page.family == .network
      || page.operands.uppercased().split { !("A"..."Z").contains($0) }.contains {
        Self.isHost(String($0))
      }
  }

  static func isHost(_ word: String) -> Bool {
    let names: [StaticString] = ["HOST", "HOSTS", "HOSTNAME", "SERVER", "DOMAIN", "URL", "ADDRESS"]
    return names.contains { "\($0)" == word }
  }
}
