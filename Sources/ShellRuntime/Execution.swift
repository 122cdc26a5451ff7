internal import CRuntime
internal import Linux
internal import Shell

extension Interpreter {
  // MARK: lists

  /// - Parameter isLast: nothing comes after: the last command may replace this process.
  func run(_ list: List, isLast: Bool = false) throws(Unwind) {
    let items = list.items
    var index = 0
    while index < items.count {
      if options.has(Options.noExec), interactive == nil { return }
      let item = items[index]
      index += 1
      if item.isAsynchronous {
        try runInBackground(item.command)
      } else {
        try run(item.command, isLast: isLast && index == items.count)
      }
    }
  }

  func run(_ list: AndOr, isLast: Bool) throws(Unwind) {
    if list.rest.isEmpty { return try run(list.first, isLast: isLast) }
    ignoresErrors += 1
    var isIgnoring = true
    defer { if isIgnoring { ignoresErrors -= 1 } }
    try run(list.first, isLast: false)
    for (index, tail) in list.rest.enumerated() {
      let isFinal = index == list.rest.count - 1
      if isFinal {
        ignoresErrors -= 1
        isIgnoring = false
      }
      if (status == 0) == tail.isAnd {
        try run(tail.pipeline, isLast: isFinal && isLast)
      }
    }
  }

  func run(_ pipeline: Pipeline, isLast: Bool) throws(Unwind) {
    if pipeline.timing != nil { return try runTimed(pipeline) }
    if pipeline.isNegated {
      ignoresErrors += 1
      defer { ignoresErrors -= 1 }
      if pipeline.commands.isEmpty { status = 0 } else { try runCommands(pipeline, isLast: false) }
      status = status == 0 ? 1 : 0
      return
    }
    try runCommands(pipeline, isLast: isLast)
  }

  private func runCommands(_ pipeline: Pipeline, isLast: Bool) throws(Unwind) {
    if pipeline.commands.count == 1 {
      try run(pipeline.commands[0], isLast: isLast)
      if pipeStatus != nil { pipeStatus = nil }
      return
    }
    try runPipeline(pipeline)
    try checkFailure()
  }

  /// Ends the shell where a command has failed and `set -e` says so.
  func checkFailure() throws(Unwind) {
    guard status != 0, ignoresErrors == 0 else { return }
    if let action = traps.action(Traps.error), !action.isEmpty,
      functionDepth == 0 || options.has(Options.errTrace)
    {
      try runTrap(action)
    }
    if options.has(Options.errExit) { throw .exits }
  }

  private func runTimed(_ pipeline: Pipeline) throws(Unwind) {
    let before = System.times()
    let start = Clock().monotonic()
    func report() {
      let after = System.times()
      writeError(
        timeReport(
          Clock().monotonic().since(start), after.user - before.user, after.system - before.system,
          isPOSIX: pipeline.timing == .posix))
    }
    let plain = Pipeline.untimed(pipeline)
    do throws(Unwind) {
      if plain.commands.isEmpty { status = 0 } else { try run(plain, isLast: false) }
    } catch {
      report()
      throw error
    }
    report()
  }

  private func timeReport(
    _ real: Double, _ user: Double, _ system: Double, isPOSIX: Bool
  ) -> Bytes {
    var text: Bytes = []
    func line(_ name: StaticString, _ seconds: Double) {
      text.put(name)
      if isPOSIX {
        text.append(" ")
        text += fixed(seconds, 2).bytes
      } else {
        let minutes = Int(seconds / 60)
        text.append("\t")
        text.append(decimal: minutes)
        text.append("m")
        text += fixed(seconds - Double(minutes * 60), 3).bytes
        text.append("s")
      }
      text.append("\n")
    }
    if !isPOSIX { text.append("\n") }
    line("real", real)
    line("user", user)
    line("sys", system)
    return text
  }

  // MARK: commands

  func run(_ command: CommandNode, isLast: Bool) throws(Unwind) {
    if crt_has_signal() != 0 { try runPendingTraps() }
    line = command.line
    switch command.body {
    case .simple(let simple):
      try run(simple, command, isLast: isLast)
      try checkFailure()
    case .function(let definition):
      define(definition)
    case .subshell(let list):
      try redirected(command) { () throws(Unwind) in try self.runSubshell(list, isLast: isLast) }
      try checkFailure()
    case .test(let expression):
      try redirected(command) { () throws(Unwind) in
        if self.options.has(Options.xtrace) {
          self.trace([bytes("[["), Unparser.text(expression), bytes("]]")])
        }
        self.isMalformed = false
        let holds = try self.evaluate(expression)
        self.status = self.isMalformed ? 2 : holds ? 0 : 1
      }
      try checkFailure()
    case .arithmetic(let text):
      try redirected(command) { () throws(Unwind) in
        do throws(Unwind) {
          self.status = try self.evaluate(text) != 0 ? 0 : 1
        } catch {
          // An error of arithmetic in a command of its own is just a failure.
          self.status = 1
        }
      }
      try checkFailure()
    default:
      if command.redirections.isEmpty { return try runCompound(command.body) }
      try redirected(command) { () throws(Unwind) in try self.runCompound(command.body) }
      if redirectionFailed { try checkFailure() }
    }
  }

  /// Runs `body` with the redirections of a compound command.
  private func redirected(_ command: CommandNode, _ body: () throws(Unwind) -> Void) throws(Unwind)
  {
    redirectionFailed = false
    if command.redirections.isEmpty { return try body() }
    flushOutput()
    var saved = SavedDescriptors()
    let outerCaptures = captures
    guard try redirect(command.redirections, saving: &saved) else {
      restore(&saved)
      redirectionFailed = true
      status = 1
      return
    }
    defer {
      flushOutput()
      captures = outerCaptures
      restore(&saved)
    }
    try body()
    redirectionFailed = false
  }

  private func runCompound(_ body: CommandNode.Body) throws(Unwind) {
    switch body {
    case .group(let list):
      try checkStack()
      try run(list)
    case .conditional(let clause): try run(clause)
    case .loop(let loop): try run(loop)
    case .forEach(let clause): try run(clause)
    case .forArithmetic(let clause): try run(clause)
    case .select(let clause): try runSelect(clause)
    case .choice(let clause): try run(clause)
    default: break
    }
  }

  private func run(_ clause: IfClause) throws(Unwind) {
    for branch in clause.branches {
      ignoresErrors += 1
      do throws(Unwind) {
        try run(branch.condition)
      } catch {
        ignoresErrors -= 1
        throw error
      }
      ignoresErrors -= 1
      if status == 0 { return try run(branch.body) }
    }
    if let otherwise = clause.otherwise { return try run(otherwise) }
    status = 0
  }

  /// Runs the body of a loop; answers whether the loop goes on.
  func runBody(_ list: List) throws(Unwind) -> Bool {
    do throws(Unwind) {
      try run(list)
      return true
    } catch {
      switch error {
      case .breaks(let count):
        if count > 1 { throw .breaks(count - 1) }
        return false
      case .continues(let count):
        if count > 1 { throw .continues(count - 1) }
        return true
      default: throw error
      }
    }
  }

  private func run(_ loop: Loop) throws(Unwind) {
    loopDepth += 1
    defer { loopDepth -= 1 }
    var result: Int32 = 0
    while true {
      ignoresErrors += 1
      let goesOn: Bool
      do throws(Unwind) {
        goesOn = try runBody(loop.condition)
      } catch {
        ignoresErrors -= 1
        throw error
      }
      ignoresErrors -= 1
      if !goesOn {
        result = 0
        break
      }
      if (status == 0) == loop.isUntil { break }
      let continues = try runBody(loop.body)
      result = status
      if !continues { break }
      if crt_has_signal() != 0 { try runPendingTraps() }
    }
    status = result
  }

  private func run(_ clause: ForClause) throws(Unwind) {
    let words: [Bytes]
    if let list = clause.words { words = try expand(list) } else { words = positional }
    loopDepth += 1
    defer { loopDepth -= 1 }
    status = 0
    for word in words {
      if clause.variable.variable?.attributes.contains(.reference) == true {
        clause.variable.variable?.text = word
      } else {
        try assign(clause.variable, word)
      }
      if try !runBody(clause.body) { break }
      if crt_has_signal() != 0 { try runPendingTraps() }
    }
  }

  private func run(_ clause: ForArithmetic) throws(Unwind) {
    loopDepth += 1
    defer { loopDepth -= 1 }
    status = 0
    _ = try evaluate(clause.start)
    while true {
      if !clause.condition.isEmpty, try evaluate(clause.condition) == 0 { break }
      if try !runBody(clause.body) { break }
      if crt_has_signal() != 0 { try runPendingTraps() }
      _ = try evaluate(clause.step)
    }
  }

  private func run(_ clause: CaseClause) throws(Unwind) {
    let subject = try expandSingle(clause.subject)
    substitutionStatus = nil
    var fallsThrough = false
    var isFound = false
    for branch in clause.branches {
      if !fallsThrough {
        guard try matches(subject, branch.patterns) else { continue }
      }
      isFound = true
      if branch.body.items.isEmpty { status = 0 } else { try run(branch.body) }
      switch branch.ending {
      case .stop: return
      case .fallThrough: fallsThrough = true
      case .testNext: fallsThrough = false
      }
    }
    if !isFound { status = 0 }
  }

  private func matches(_ subject: Bytes, _ patterns: [Word]) throws(Unwind) -> Bool {
    for word in patterns {
      if let literal = word.literal, !options.has(Options.noCaseMatch) {
        if literal == subject { return true }
      } else if try pattern(word).matches(subject) {
        return true
      }
    }
    return false
  }

  private func define(_ definition: FunctionDefinition) {
    let symbol = definition.symbol
    if symbol.function?.isReadOnly == true {
      complain(symbol.name, "is a read only function")
      status = 1
      return
    }
    definition.file = zero
    symbol.function = definition
    status = 0
  }

  // MARK: functions

  func call(_ function: FunctionDefinition, _ arguments: [Bytes]) throws(Unwind) {
    try checkStack()
    let scope = Scope(function, line: line)
    let outer = positional
    let (outerLoops, outerOffset, outerIndex) = (loopDepth, getoptsOffset, getoptsIndex)
    positional = Array(arguments.dropFirst())
    scopes.append(scope)
    loopDepth = 0
    functionDepth += 1
    defer {
      functionDepth -= 1
      loopDepth = outerLoops
      _ = (outerOffset, outerIndex)
      positional = outer
      scopes.removeLast()
      restore(scope)
    }
    if known.functionLimit.variable != nil, let limit = value(known.functionLimit)?.decimal,
      limit > 0, functionDepth > limit
    {
      throw fatal(function.symbol.name, "maximum function nesting level exceeded")
    }
    do throws(Unwind) {
      try run(function.body, isLast: false)
    } catch {
      guard case .returns = error else { throw error }
    }
  }
}
