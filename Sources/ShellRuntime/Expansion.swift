internal import CLinux
internal import Shell

extension Interpreter {
  // MARK: words

  /// The fields of a list of words.
  func expand(_ words: [Word]) throws(Unwind) -> [Bytes] {
    var fields: [Bytes] = []
    fields.reserveCapacity(words.count)
    for word in words { try expand(word, into: &fields) }
    return fields
  }

  func expand(_ word: Word, into fields: inout [Bytes]) throws(Unwind) {
    if let literal = word.literal {
      fields.append(literal)
      return
    }
    if word.hasBraces, options.has(Options.braces) {
      for piece in expandBraces(word) { try expand(piece, into: &fields) }
      return
    }
    if word.parts.count == 1, case .parameter(let parameter, quoted: true) = word.parts[0],
      case .name(let symbol) = parameter.subject, case .none = parameter.operation,
      parameter.index == nil, !parameter.isIndirect
    {
      fields.append(try plainValue(symbol))
      return
    }
    var builder = FieldBuilder(.fields)
    if !options.has(Options.noGlob) { builder.glob = { [self] in self.fileNames($0) } }
    try append(word.parts, to: &builder, splits: false)
    builder.finish()
    fields += builder.fields
    if let globError {
      self.globError = nil
      throw globError
    }
  }

  /// The value of a plain `$name`.
  private func plainValue(_ symbol: Symbol) throws(Unwind) -> Bytes {
    if let value = value(symbol) { return value }
    if options.has(Options.noUnset) { throw unsetFailure(symbol.name) }
    return []
  }

  func unsetFailure(_ name: Bytes) -> Unwind {
    let failure = fatal(name, "parameter not set")
    if interactive == nil { status = 1 }
    return failure
  }

  /// One text, without splitting and file names.
  func expandSingle(_ word: Word) throws(Unwind) -> Bytes {
    if let literal = word.literal { return literal }
    var builder = FieldBuilder(.single)
    try append(word.parts, to: &builder, splits: false)
    return builder.text
  }

  /// The text of a pattern.
  func expandPattern(_ word: Word) throws(Unwind) -> Bytes {
    var builder = FieldBuilder(.pattern)
    try append(word.parts, to: &builder, splits: false)
    return builder.text
  }

  func expandRegex(_ word: Word) throws(Unwind) -> Bytes {
    var builder = FieldBuilder(.regex)
    try append(word.parts, to: &builder, splits: false)
    return builder.text
  }

  func pattern(_ word: Word) throws(Unwind) -> GlobPattern {
    GlobPattern(
      try expandPattern(word), extended: options.has(Options.extGlob),
      ignoresCase: options.has(Options.noCaseMatch), countsBytes: countsBytes)
  }

  // MARK: parts

  /// - Parameter splits: unquoted text of the script is split too, as the word of `${x-a b}` is.
  func append(_ parts: [WordPart], to builder: inout FieldBuilder, splits: Bool) throws(Unwind) {
    for part in parts { try append(part, to: &builder, splits: splits) }
  }

  func append(_ part: WordPart, to builder: inout FieldBuilder, splits: Bool) throws(Unwind) {
    switch part {
    case .literal(let text):
      if splits {
        builder.add(expanded: text, separators: separators)
      } else {
        builder.add(literal: text)
      }
    case .pattern(let text):
      if splits, !text.contains(0) {
        builder.add(expanded: text, separators: separators)
      } else {
        builder.add(pattern: text)
      }
    case .quoted(let text): builder.add(quoted: text)
    case .tilde(let name, let inAssignment):
      if inAssignment {
        builder.add(literal: bytes("~") + name)
      } else {
        builder.add(quoted: tilde(name))
      }
    case .parameter(let parameter, let quoted):
      try append(parameter, quoted: quoted, to: &builder)
    case .command(let command, let quoted):
      add(try substitute(command), quoted: quoted, to: &builder)
    case .arithmetic(let text, let quoted):
      add(Bytes(decimal: try evaluate(text)), quoted: quoted, to: &builder)
    case .process(let list, let isOutput):
      builder.add(quoted: try substituteProcess(list, isOutput: isOutput))
    }
  }

  func add(_ text: Bytes, quoted: Bool, to builder: inout FieldBuilder) {
    if quoted {
      builder.add(quoted: text)
    } else {
      builder.add(expanded: text, separators: separators)
    }
  }

  /// What `~name` stands for: itself where there is no such user.
  func tilde(_ name: Bytes) -> Bytes {
    if name.isEmpty { return value(known.home) ?? homeOf(nil) ?? bytes("~") }
    if name.equals("+") { return value(known.pwd) ?? bytes("~+") }
    if name.equals("-") { return value(known.oldpwd) ?? bytes("~-") }
    return homeOf(name) ?? bytes("~") + name
  }

  /// The home folder of a user by `/etc/passwd`, of ourselves without a name.
  private func homeOf(_ name: Bytes?) -> Bytes? {
    let descriptor = System.open(bytes("/etc/passwd"), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { System.close(descriptor) }
    let uid = Bytes(decimal: Int(getuid()))
    for line in System.readAll(descriptor).split(separator: 10) {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count >= 6 else { continue }
      if let name {
        guard Bytes(fields[0]) == name else { continue }
      } else {
        guard Bytes(fields[2]) == uid else { continue }
      }
      return Bytes(fields[5])
    }
    return nil
  }

  // MARK: command substitution

  func substitute(_ command: CommandSubstitution) throws(Unwind) -> Bytes {
    switch command.kind {
    case .here, .reply: return try substituteHere(command)
    case .subshell: break
    }
    if let file = command.file { return try contents(file) }
    if command.list.items.isEmpty {
      substitutionStatus = 0
      return []
    }
    let outer = status
    defer { status = outer }
    if let text = try captureInProcess(command.list) { return trimmed(text) }
    flushOutput()
    guard let ends = System.plainPipe() else {
      throw fatal(bytes("pipe: ") + System.text(System.errno))
    }
    let child = System.fork()
    if child < 0 { throw fatal(bytes("fork: ") + System.text(-child)) }
    if child == 0 {
      // Both ends are closed by exec; no command runs before they are closed here.
      System.close(ends.read)
      _ = System.duplicate(ends.write, to: 1)
      System.close(ends.write)
      becomeSubshell()
      if !options.has(Options.inheritErrExit), !options.has(Options.posix), isBash {
        options.set(Options.errExit, false)
      }
      finishSubshell { () throws(Unwind) in try self.run(command.list, isLast: true) }
    }
    System.close(ends.write)
    let text = System.readAll(ends.read)
    System.close(ends.read)
    substitutionStatus = wait(for: child)
    return trimmed(text)
  }

  private func trimmed(_ text: Bytes) -> Bytes {
    var text = text
    if text.contains(0) { text = text.filter { $0 != 0 } }
    while text.last == "\n" { text.removeLast() }
    return text
  }

  /// `$(<file)`, `$(<<<text)`.
  private func contents(_ redirection: Redirection) throws(Unwind) -> Bytes {
    if redirection.kind == .hereDocument || redirection.kind == .hereString {
      substitutionStatus = 0
      return trimmed(try hereText(redirection))
    }
    let path = try expandSingle(redirection.target)
    let descriptor = openFile(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if descriptor != Int32.min { complain(path + bytes(": ") + System.text(-descriptor)) }
      substitutionStatus = 1
      return []
    }
    let text = System.readAll(descriptor)
    System.close(descriptor)
    substitutionStatus = 0
    return trimmed(text)
  }

  /// `${ list;}` and `${|list;}`: in this shell, with a scope of their own.
  private func substituteHere(_ command: CommandSubstitution) throws(Unwind) -> Bytes {
    try checkStack()
    let scope = Scope(FunctionDefinition.anonymous(symbols), line: line)
    scopes.append(scope)
    functionDepth += 1
    if command.kind == .reply {
      makeLocal(known.reply)
      known.reply.variable?.text = []
    }
    defer {
      functionDepth -= 1
      scopes.removeLast()
      restore(scope)
    }
    if command.kind == .reply {
      try catchReturn { () throws(Unwind) in try self.run(command.list) }
      substitutionStatus = status
      return value(known.reply) ?? []
    }
    // Its output goes to a file without a name, since it may be more than a pipe holds.
    flushOutput()
    let file = System.memoryFile()
    guard file >= 0 else { throw fatal(bytes("memfd: ") + System.text(System.errno)) }
    let saved = System.copyHigh(1)
    _ = System.duplicate(file, to: 1)
    let outerCaptures = captures
    captures = 0
    var unwind: Unwind?
    do throws(Unwind) {
      try catchReturn { () throws(Unwind) in try self.run(command.list) }
    } catch {
      // Here exit leaves the substitution alone, as a child would.
      if case .exits = error {} else { unwind = error }
    }
    flushOutput()
    captures = outerCaptures
    if saved >= 0 {
      _ = System.duplicate(saved, to: 1)
      System.close(saved)
    }
    _ = lseek(file, 0, SEEK_SET)
    let text = System.readAll(file)
    System.close(file)
    if let unwind { throw unwind }
    substitutionStatus = status
    return trimmed(text)
  }

  private func catchReturn(_ body: () throws(Unwind) -> Void) throws(Unwind) {
    do throws(Unwind) {
      try body()
    } catch {
      if case .returns = error { return }
      throw error
    }
  }

  /// The output of a single built-in or quick applet, run without a child; nil where it takes one.
  private func captureInProcess(_ list: List) throws(Unwind) -> Bytes? {
    guard list.items.count == 1, !list.items[0].isAsynchronous, list.items[0].command.rest.isEmpty
    else { return nil }
    let pipeline = list.items[0].command.first
    guard pipeline.commands.count == 1, !pipeline.isNegated, pipeline.timing == nil,
      case .simple(let simple) = pipeline.commands[0].body, simple.assignments.isEmpty,
      pipeline.commands[0].redirections.isEmpty, let symbol = simple.symbol,
      symbol.function == nil, !options.has(Options.xtrace), !options.has(Options.monitor),
      simple.words.allSatisfy({ $0.isFreeOfEffects }), isQuick(symbol)
    else { return nil }
    let outer = out
    let outerLine = line
    out = []
    captures += 1
    defer {
      captures -= 1
      out = outer
      line = outerLine
    }
    do throws(Unwind) {
      try run(simple, pipeline.commands[0], isLast: false)
    } catch {
      if case .exits = error {} else if status == 0 { status = 1 }
    }
    substitutionStatus = status
    return out
  }
}

extension Word {
  /// Whether its expansion changes nothing in the shell.
  var isFreeOfEffects: Bool {
    literal != nil || (assignment == nil && parts.allSatisfy { $0.isFreeOfEffects })
  }
}

extension WordPart {
  var isFreeOfEffects: Bool {
    switch self {
    case .literal, .pattern, .quoted, .tilde: return true
    case .command(let command, _): return command.kind == .subshell
    case .arithmetic, .process: return false
    case .parameter(let parameter, _):
      if let index = parameter.index, case .word = index { return false }
      switch parameter.operation {
      case .none, .length, .columns, .names, .keys: return true
      case .orDefault(let word, _), .alternative(let word, _): return word.isFreeOfEffects
      case .trim(let word, _, _): return word.isFreeOfEffects
      default: return false
      }
    }
  }
}
