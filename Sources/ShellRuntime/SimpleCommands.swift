internal import Box
internal import CLinux
internal import Linux
internal import Shell

extension Interpreter {
  func run(_ simple: SimpleCommand, _ command: CommandNode, isLast: Bool) throws(Unwind) {
    substitutionStatus = nil
    let arguments: [Bytes]
    var declared: [(Int, Assignment)] = []
    if let plain = simple.arguments {
      arguments = plain
    } else {
      var fields: [Bytes] = []
      fields.reserveCapacity(simple.words.count)
      for word in simple.words {
        if let assignment = word.assignment {
          declared.append((fields.count, assignment))
          fields.append(assignment.symbol.name)
        } else {
          try expand(word, into: &fields)
        }
      }
      arguments = fields
    }
    guard let first = arguments.first else { return try runAssignments(simple, command) }
    let symbol = simple.symbol.flatMap { $0.name == first ? $0 : nil } ?? symbols.intern(first)
    if options.has(Options.xtrace) { try traceCommand(simple, arguments, declared) }
    if let function = symbol.function, !isSpecialInPOSIX(symbol) {
      try runFunction(function, simple, command, arguments)
    } else if let builtin = builtin(symbol) {
      try runBuiltin(builtin, simple, command, arguments, declared)
    } else {
      try runProgram(symbol, simple, command, arguments, isLast: isLast)
    }
    if let last = arguments.last { lastArgument = last }
  }

  private func isSpecialInPOSIX(_ symbol: Symbol) -> Bool {
    guard options.has(Options.posix), let builtin = builtin(symbol) else { return false }
    return Builtins.isSpecial(builtin)
  }

  func builtin(_ symbol: Symbol) -> Builtin? {
    if symbol.builtin == -2 { symbol.builtin = Builtins.number(symbol.name) ?? -1 }
    return symbol.builtin < 0 ? nil : Builtin(rawValue: UInt8(symbol.builtin))
  }

  /// A command without a name: assignments and redirections.
  private func runAssignments(_ simple: SimpleCommand, _ command: CommandNode) throws(Unwind) {
    if !command.redirections.isEmpty {
      flushOutput()
      var saved = SavedDescriptors()
      let isRedirected = try redirect(command.redirections, saving: &saved)
      restore(&saved)
      guard isRedirected else {
        status = 1
        return
      }
    }
    for assignment in simple.assignments {
      try run(assignment)
      if options.has(Options.xtrace) { traceAssignment(assignment) }
    }
    status = substitutionStatus ?? 0
  }

  // MARK: functions and built-ins

  private func runFunction(
    _ function: FunctionDefinition, _ simple: SimpleCommand, _ command: CommandNode,
    _ arguments: [Bytes]
  ) throws(Unwind) {
    if simple.assignments.isEmpty, command.redirections.isEmpty {
      redirectionFailed = false
      return try call(function, arguments)
    }
    try withRedirections(command) { () throws(Unwind) in
      try self.withAssignments(simple, isTemporary: true) { () throws(Unwind) in
        try self.call(function, arguments)
      }
    }
  }

  private func runBuiltin(
    _ builtin: Builtin, _ simple: SimpleCommand, _ command: CommandNode, _ arguments: [Bytes],
    _ declared: [(Int, Assignment)]
  ) throws(Unwind) {
    if builtin == .exec { return try runExec(simple, command, arguments) }
    let isSpecial = Builtins.isSpecial(builtin)
    if simple.assignments.isEmpty, command.redirections.isEmpty {
      status = try execute(builtin, arguments, declared)
      if !out.isEmpty, !flushOutput(), status == 0 { status = 1 }
      return
    }
    try withRedirections(command) { () throws(Unwind) in
      try self.withAssignments(simple, isTemporary: !isSpecial) { () throws(Unwind) in
        self.status = try self.execute(builtin, arguments, declared)
        if !self.flushOutput(), self.status == 0 { self.status = 1 }
      }
    }
    // A redirection error of a special built-in ends the script.
    if redirectionFailed, isSpecial, interactive == nil { throw .fails }
  }

  /// Runs `body` with redirections; a failing one fails the command.
  func withRedirections(_ command: CommandNode, _ body: () throws(Unwind) -> Void) throws(Unwind) {
    redirectionFailed = false
    if command.redirections.isEmpty { return try body() }
    flushOutput()
    var saved = SavedDescriptors()
    let outerCaptures = captures
    guard try redirect(command.redirections, saving: &saved) else {
      restore(&saved)
      captures = outerCaptures
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

  /// Runs `body` with the assignments in front of a command.
  private func withAssignments(
    _ simple: SimpleCommand, isTemporary: Bool, _ body: () throws(Unwind) -> Void
  ) throws(Unwind) {
    if simple.assignments.isEmpty { return try body() }
    guard isTemporary else {
      for assignment in simple.assignments {
        try run(assignment)
        if options.has(Options.xtrace) { traceAssignment(assignment) }
      }
      return try body()
    }
    let scope = Scope(nil, line: line)
    // Values are those of before, one after the other.
    var values: [(Symbol, Bytes)] = []
    for assignment in simple.assignments {
      let symbol = assignment.symbol
      try checkWritable(symbol)
      if !scope.hidden.contains(where: { $0.symbol === symbol }) {
        scope.hidden.append((symbol, symbol.variable))
      }
      if case .text(let word) = assignment.value, assignment.index == nil {
        var value = try expandSingle(word)
        if assignment.isAppend { value = (self.value(symbol) ?? []) + value }
        values.append((symbol, value))
        let variable = Variable(nil, .exported)
        variable.attributes.formUnion(symbol.variable?.attributes.intersection(.transforming) ?? [])
        variable.text = try transformed(value, variable, old: nil)
        symbol.variable = variable
        environment = nil
        if symbol.dynamic != 0 { changed(symbol) }
      }
      if options.has(Options.xtrace) { traceAssignment(assignment) }
    }
    defer { restore(scope) }
    try body()
  }

  // MARK: programs and applets

  private func runProgram(
    _ symbol: Symbol, _ simple: SimpleCommand, _ command: CommandNode, _ arguments: [Bytes],
    isLast: Bool
  ) throws(Unwind) {
    let applet = applet(arguments[0])
    if let applet, runsHere(applet) {
      try withRedirections(command) { () throws(Unwind) in
        try self.withAssignments(simple, isTemporary: true) { () throws(Unwind) in
          self.status = self.runHere(applet, arguments)
        }
      }
      return
    }
    if isLast, canReplaceItself {
      flushOutput()
      for assignment in simple.assignments {
        try run(assignment)
        export(assignment.symbol)
      }
      var saved = SavedDescriptors()
      guard try redirect(command.redirections, saving: &saved, keeps: true) else {
        status = 1
        return
      }
      become(symbol, arguments, applet)
    }
    flushOutput()
    if applet == nil, !arguments[0].contains("/") { _ = find(symbol) }
    let job = try startJob(text: { Unparser.text(command) }, isForeground: true)
    let child = try fork(job)
    if child == 0 {
      prepareChild(job, isForeground: true)
      do throws(Unwind) {
        for assignment in simple.assignments {
          try run(assignment)
          if options.has(Options.xtrace) { traceAssignment(assignment) }
          export(assignment.symbol)
        }
        var saved = SavedDescriptors()
        guard try redirect(command.redirections, saving: &saved, keeps: true) else {
          System.quit(1)
        }
      } catch {
        System.quit(status == 0 ? 1 : status)
      }
      become(symbol, arguments, applet)
    }
    try finishForeground(job)
  }

  /// Whether nothing has to happen in this process any more after the last command.
  private var canReplaceItself: Bool {
    traps.isEmpty && !options.has(Options.monitor) && interactive == nil && captures == 0
      && processes.isEmpty && (scopes.isEmpty || isSubshell)
  }

  func applet(_ name: Bytes) -> Applet? {
    if name.contains("/") { return nil }
    return context.applets.named(String(bytes: name))
  }

  /// Whether an applet runs in this process: it is quick, and nothing can interrupt it meanwhile.
  private func runsHere(_ applet: Applet) -> Bool {
    applet.runsInProcess && interactive == nil && !options.has(Options.monitor)
  }

  /// Whether a command is a built-in or an applet that leaves no trace in this process.
  func isQuick(_ symbol: Symbol) -> Bool {
    if let builtin = builtin(symbol) { return Builtins.isPure(builtin) }
    return applet(symbol.name)?.runsInProcess ?? false
  }

  func runHere(_ applet: Applet, _ arguments: [Bytes]) -> Int32 {
    if captures == 0 { flushOutput() }
    let output = captures > 0 ? Output.memory() : Output(descriptor: 1)
    var inner = Context(
      name: String(bytes: arguments[0]), output: output, errors: Output(descriptor: 2),
      environment: exported(), root: context.root, clock: context.clock, applets: context.applets)
    let result = applet.run(arguments.dropFirst().map { String(bytes: $0) }, &inner)
    if captures > 0 { out += output.text.bytes }
    return result
  }

  /// Goes on as a program or an applet; this process ends with it.
  func become(_ symbol: Symbol, _ arguments: [Bytes], _ applet: Applet?) -> Never {
    flushOutput()
    if let applet {
      captures = 0
      System.retitle(arguments)
      System.quit(runHere(applet, arguments))
    }
    System.quit(execute(symbol, arguments))
  }

  /// Replaces this process by a program; answers the status where that failed, which has been said.
  func execute(_ symbol: Symbol, _ arguments: [Bytes], program: Bytes? = nil) -> Int32 {
    let name = program ?? arguments[0]
    var path = name
    if !name.contains("/") {
      guard let found = find(program.map { symbols.intern($0) } ?? symbol) else {
        complain(name, "command not found")
        return 127
      }
      path = found
    }
    let error = System.execute(path, arguments, environmentForChild())
    if error == ENOEXEC || error == ENOENT, let result = runScript(path, arguments, error) {
      return result
    }
    if let status = System.status(path), System.isDirectory(status) {
      complain(name, "is a directory")
      return 126
    }
    complain(name + bytes(": ") + System.text(error))
    return error == ENOENT || error == ENOTDIR ? 127 : 126
  }

  func environmentForChild() -> [Bytes] {
    var list = exportedBytes()
    if known.underscore.variable?.attributes.contains(.exported) != true, !lastArgument.isEmpty {
      list.append(bytes("_=") + lastArgument)
    }
    return list
  }

  /// Runs a script without `#!`, or one whose interpreter is not here but one of our applets.
  private func runScript(_ path: Bytes, _ arguments: [Bytes], _ error: Int32) -> Int32? {
    let descriptor = System.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var head: Bytes = []
    _ = System.readOnce(descriptor, &head, 256)
    System.close(descriptor)
    let line = head.prefix { $0 != "\n" }
    var words: [Bytes] = []
    if line.starts(with: bytes("#!")) {
      words = line.dropFirst(2).split(maxSplits: 1, whereSeparator: { $0.isBlank }).map {
        Bytes($0)
      }
      if words.count == 2, words[0].lastComponent.equals("env") {
        words = words[1].split(whereSeparator: { $0.isBlank }).map { Bytes($0) }
      }
    } else {
      if error == ENOENT || line.contains(0) { return nil }
      words = [bytes("sh")]
    }
    guard let interpreter = words.first?.lastComponent, let applet = applet(interpreter) else {
      return nil
    }
    return runHere(applet, [interpreter] + words.dropFirst() + [path] + arguments.dropFirst())
  }

  // MARK: PATH

  /// Where PATH leads; remembered.
  func find(_ symbol: Symbol) -> Bytes? {
    if let path = symbol.path {
      symbol.pathHits += 1
      return path
    }
    guard let path = search(symbol.name, value(known.path) ?? []) else { return nil }
    if options.has(Options.hashAll) {
      symbol.path = path
      symbol.pathHits = 1
    }
    return path
  }

  func search(_ name: Bytes, _ path: Bytes) -> Bytes? {
    if name.contains("/") { return System.isExecutable(name) ? name : nil }
    if name.isEmpty { return nil }
    var refused: Bytes?
    for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = folder.isEmpty ? bytes("./") + name : Bytes(folder) + bytes("/") + name
      if System.isExecutable(candidate) { return candidate }
      if refused == nil, let status = System.status(candidate), !System.isDirectory(status) {
        refused = candidate
      }
    }
    return refused
  }

  // MARK: exec

  private func runExec(
    _ simple: SimpleCommand, _ command: CommandNode, _ arguments: [Bytes]
  ) throws(Unwind) {
    flushOutput()
    var saved = SavedDescriptors()
    for assignment in simple.assignments { try run(assignment) }
    guard try redirect(command.redirections, saving: &saved, keeps: true) else {
      status = 1
      if interactive == nil { throw .fails }
      return
    }
    try exec(Array(arguments.dropFirst()), simple.assignments.map { $0.symbol })
  }

  func exec(_ words: [Bytes], _ assigned: [Symbol]) throws(Unwind) {
    var name: Bytes?
    var isLogin = false
    var isClean = false
    var rest = words[...]
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        switch letter {
        case "l": isLogin = true
        case "c": isClean = true
        case "a": name = rest.popFirst()
        default:
          complain(bytes("exec: -") + [letter], "unknown option")
          status = 2
          throw .fails
        }
      }
    }
    guard let program = rest.first else {
      status = 0
      return
    }
    for symbol in assigned { export(symbol) }
    var arguments = Array(rest)
    if let name { arguments[0] = name }
    if isLogin { arguments[0] = bytes("-") + arguments[0] }
    if isClean { symbols.forEach { $0.variable?.attributes.remove(.exported) } }
    environment = nil
    traps.restoreForExec()
    if let applet = applet(program) {
      captures = 0
      status = runHere(applet, arguments)
      System.quit(status)
    }
    status = execute(symbols.intern(program), arguments, program: program)
    if interactive == nil || isSubshell { throw .exits }
  }
}

extension [UInt8] {
  /// What follows the last slash.
  var lastComponent: Bytes {
    guard let slash = lastIndex(of: "/") else { return self }
    return Bytes(self[(slash + 1)...])
  }
}
