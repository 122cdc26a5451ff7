internal import Box
public import LineEditor
internal import Linux

/// Proposes what the word at the cursor could become.
public struct Completer {
  private let world: CompletionWorld

  public init(_ world: CompletionWorld) { self.world = world }

  public func proposal(_ line: [UInt8], _ cursor: Int) -> Proposal {
    let typed = Array(line.prefix(max(0, min(cursor, line.count))))
    let scanner = ShellScanner(typed)
    if scanner.isComment || scanner.endsEscaped || scanner.quote == .dollar { return .none }
    if let variable = scanner.variable, scanner.quote != .single {
      return variables(typed, from: variable)
    }
    let word = scanner.word ?? ShellScanner.Word(at: typed.count)
    let target = Slot(word, scanner.quote, end: typed.count)
    if scanner.frame.isRedirected { return files(target) }
    let command = Invocation(scanner.frame.words.map { String(bytes: $0.text) }, world)
    // An option of `watch` itself is none of the command that it takes.
    if scanner.frame.wantsCommand || (command.wantsCommand && !target.text.hasPrefix("-")) {
      return commands(target)
    }
    return arguments(target, command)
  }

  // MARK: Commands and variables

  private func commands(_ target: Slot) -> Proposal {
    if target.text.contains("/") || target.text.hasPrefix("~") || target.text.hasPrefix("@") {
      return files(target)
    }
    if ShellScanner.isAssignment(target.bytes) { return files(target) }
    return names(world.shellCommands() + world.commands(), target)
  }

  private func variables(_ line: [UInt8], from start: Int) -> Proposal {
    let isBraced = start > 0 && line[start - 1] == UInt8(ascii: "{")
    let prefix = String(bytes: line[start...])
    let found = Self.unique(
      world.variables().map { .init($0) }.filter { $0.text.hasPrefix(prefix) })
    return Proposal(
      start..<line.count,
      found.map {
        Candidate($0.text.bytes, shown: $0.text, suffix: isBraced ? [UInt8(ascii: "}")] : [])
      })
  }

  /// Names that start as the word does, quoted for its place.
  private func names(_ names: [CompletionWorld.Name], _ target: Slot) -> Proposal {
    let prefix = target.text
    let found = Self.unique(names.filter { $0.text.utf8.starts(with: prefix.utf8) })
    return target.proposal(found.map { ($0.text, $0.help, true) })
  }

  // MARK: Arguments

  private func arguments(_ target: Slot, _ command: Invocation) -> Proposal {
    let text = target.text
    if let option = command.pendingOption {
      return values(option.metavariable, target, command)
    }
    if text.hasPrefix("--"), let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
      let name = String(text[..<equals].dropFirst(2))
      let option = command.page?.options.first { $0.long.contains(name) }
      return values(option?.metavariable ?? "FILE", target.behindEquals, command)
    }
    if text.hasPrefix("-"), !command.endsOptions, let page = command.page {
      return options(page, target)
    }
    if text.hasPrefix("%"), command.takesJobs { return jobs(target) }
    return operands(target, command)
  }

  private func options(_ page: Page, _ target: Slot) -> Proposal {
    let prefix = target.text
    var found: [(text: String, help: String, isFinal: Bool)] = []
    var labels: [String] = []
    for item in page.options where !item.isDigits {
      let names = item.long.map { "--" + $0 } + item.short.map { "-" + $0 }
      guard let name = names.first(where: { $0.hasPrefix(prefix) }) else { continue }
      let takesMore = item.joinsByEquals && name.hasPrefix("--")
      found.append((takesMore ? name + "=" : name, item.help, !takesMore))
      labels.append(optionNames(item))
    }
    if page.grammar == .signals, prefix.utf8.count > 1 || found.isEmpty {
      for signal in Self.signals where ("-" + signal).hasPrefix(prefix) {
        found.append(("-" + signal, "", true))
        labels.append("-" + signal)
      }
    }
    return target.proposal(found, labels: labels)
  }

  private static var signals: [String] { (1...31).map { Signal($0).name } }

  /// The value of an option, by what its manual calls it.
  private func values(_ metavariable: String, _ target: Slot, _ command: Invocation) -> Proposal {
    let kind = metavariable.uppercased()
    if kind.hasPrefix("PID") { return names(world.processes(), target) }
    if kind.hasPrefix("SIG") { return names(Self.signals.map { .init($0) }, target) }
    if kind == "WHEN" {
      return names(["always", "auto", "never"].map { .init($0) }, target)
    }
    if Invocation.isHost(kind) { return hosts(target) }
    return files(target, onlyFolders: kind == "DIR" || kind == "FOLDER")
  }

  private func operands(_ target: Slot, _ command: Invocation) -> Proposal {
    var proposal = Proposal.none
    if command.takesVariables { proposal = names(world.variables().map { .init($0) }, target) }
    if command.takesPIDs { proposal = names(world.processes(), target) }
    if command.takesSignals { proposal = names(Self.signals.map { .init($0) }, target) }
    if command.takesProcessNames { proposal = processNames(target) }
    if command.takesHosts { proposal = hosts(target) }
    return proposal.candidates.isEmpty ? files(target) : proposal
  }

  private func jobs(_ target: Slot) -> Proposal {
    names(world.jobs().map { .init("%" + $0.text, $0.help) }, target)
  }

  private func processNames(_ target: Slot) -> Proposal {
    names(
      world.processes().map { process in
        let program = process.help.prefix { $0 != " " }
        return .init(baseName(String(program)))
      }, target)
  }

  /// Names of hosts(5); behind a dot the search domains go on.
  private func hosts(_ target: Slot) -> Proposal {
    let text = target.text
    if text.hasPrefix("/") || text.hasPrefix(".") || text.hasPrefix("@/") { return .none }
    // The host of a URL, or of a server behind `@`.
    var head = ""
    if let scheme = text.utf8.lastIndex(of: UInt8(ascii: "/")) {
      head = String(text[...scheme])
      guard head.hasSuffix("://") else { return .none }
    } else if text.hasPrefix("@") {
      head = "@"
    }
    let prefix = String(Substring(text.utf8.dropFirst(head.utf8.count)))
    var found = world.hosts().filter { $0.hasPrefix(prefix) }
    let dots = prefix.utf8.indices.filter { prefix.utf8[$0] == UInt8(ascii: ".") }
    for dot in dots {
      let tail = prefix[prefix.utf8.index(after: dot)...]
      for domain in world.domains() where domain.hasPrefix(tail) && domain != tail {
        found.append(String(prefix[...dot]) + domain)
      }
    }
    let isURL = head.hasSuffix("://")
    return (isURL ? target : target.whole).proposal(
      Self.unique(found.map { .init($0) }).map { ((isURL ? "" : head) + $0.text, "", !isURL) })
  }

  // MARK: Files

  private func files(_ target: Slot, onlyFolders: Bool = false) -> Proposal {
    if target.folder.isEmpty, target.name.hasPrefix("@") { return containers(target) }
    let folder = expanded(target.folder)
    let isProc = folder == "/proc/"
    let processes = isProc ? world.processes() : []
    let isHidden = target.name.hasPrefix(".")
    var found: [(text: String, help: String, isFinal: Bool)] = []
    for entry in world.entries(folder.isEmpty ? "." : folder)
    where entry.name.utf8.starts(with: target.name.utf8) {
      if entry.name.hasPrefix("."), !isHidden { continue }
      if onlyFolders, !entry.isFolder { continue }
      let help = processes.first { $0.text == entry.name }?.help ?? ""
      found.append((entry.isFolder ? entry.name + "/" : entry.name, help, !entry.isFolder))
    }
    let keys = found.map { $0.text }
    let order = sortedIndices(keys.count) { a, b in
      if isProc, let first = Int(keys[a].dropLast()), let second = Int(keys[b].dropLast()) {
        return first < second
      }
      return keys[a].precedesBytewise(keys[b])
    }
    return target.proposal(order.map { found[$0] })
  }

  /// `@1:/` and its like.
  private func containers(_ target: Slot) -> Proposal {
    let found = world.targets().map { (text: "@" + $0.text + ":/", help: $0.help, isFinal: false) }
      .filter { $0.text.hasPrefix(target.name) }
    return target.proposal(found)
  }

  /// `~` and variables in a folder, for looking; the line keeps what was typed.
  private func expanded(_ folder: String) -> String {
    var bytes = folder.bytes
    if bytes.first == UInt8(ascii: "~"), bytes.count > 1, bytes[1] == UInt8(ascii: "/") {
      bytes.replaceSubrange(0..<1, with: (world.variable("HOME") ?? "/").bytes)
    }
    guard bytes.contains(UInt8(ascii: "$")) else { return String(bytes: bytes) }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "$") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      var end = index + 1
      let isBraced = end < bytes.count && bytes[end] == UInt8(ascii: "{")
      if isBraced { end += 1 }
      let start = end
      while end < bytes.count, ShellScanner.isName(bytes[end]) { end += 1 }
      result += (world.variable(String(bytes: bytes[start..<end])) ?? "").bytes
      index = isBraced && end < bytes.count ? end + 1 : end
    }
    return String(bytes: result)
  }

  /// Sorted by bytes, each once.
  private static func unique(_ names: [CompletionWorld.Name]) -> [CompletionWorld.Name] {
    let order = sortedIndices(names.count) { names[$0].text.precedesBytewise(names[$1].text) }
    var result: [CompletionWorld.Name] = []
    for index in order where result.last.map({ !$0.text.sameBytes(as: names[index].text) }) ?? true
    {
      result.append(names[index])
    }
    return result
  }
}
