internal import Box
internal import Linux
internal import Shell

extension Interpreter {
  // MARK: alias

  func runAlias(_ arguments: [Bytes]) -> Int32 {
    var rest = arguments.dropFirst()
    var result: Int32 = 0
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      guard
        word.equals("-p") || word.equals("-t") || word.equals("-r") || word.equals("-x")
          || word.equals("-d")
      else {
        return unknownOption(arguments, word[1])
      }
      if word.equals("-t") || word.equals("-r") || word.equals("-d") { return 0 }
    }
    if rest.isEmpty {
      for symbol in symbols.sorted(where: { $0.alias != nil }) { show(alias: symbol) }
      return 0
    }
    for word in rest {
      if let equals = word.index(of: "="), equals > 0 {
        let name = word.piece(0, equals)
        if name.contains(where: {
          $0.endsWord || $0 == "/" || $0 == "$" || $0 == "`" || $0 == "'" || $0 == "\""
            || $0 == "\\"
        }) {
          say(arguments, name, "invalid alias name")
          result = 1
          continue
        }
        symbols.intern(name).alias = Alias(word.piece(equals + 1, word.count))
      } else if let symbol = symbols.lookUp(word), symbol.alias != nil {
        show(alias: symbol)
      } else {
        say(arguments, word, "alias not found")
        result = 1
      }
    }
    return result
  }

  private func show(alias symbol: Symbol) {
    guard let alias = symbol.alias else { return }
    out += symbol.name + bytes("=") + Quoting.single(alias.value) + bytes("\n")
  }

  func runUnalias(_ arguments: [Bytes]) -> Int32 {
    var result: Int32 = 0
    for word in arguments.dropFirst() {
      if word.equals("-a") {
        symbols.forEach { $0.alias = nil }
      } else if word.equals("--") {
        continue
      } else if let symbol = symbols.lookUp(word), symbol.alias != nil {
        symbol.alias = nil
      } else {
        say(arguments, word, "alias not found")
        result = 1
      }
    }
    return result
  }

  // MARK: command, type

  func runCommand(_ arguments: [Bytes], _ declared: [(Int, Assignment)]) throws(Unwind) -> Int32 {
    var index = 1
    var (isShort, isLong, usesDefault) = (false, false, false)
    while index < arguments.count, arguments[index].count > 1, arguments[index][0] == "-" {
      let word = arguments[index]
      index += 1
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        switch letter {
        case "v": isShort = true
        case "V": isLong = true
        case "p": usesDefault = true
        default: return unknownOption(arguments, letter)
        }
      }
    }
    let rest = Array(arguments[index...])
    if isShort || isLong {
      var result: Int32 = rest.isEmpty ? 2 : 0
      for name in rest {
        let path = usesDefault ? Self.defaultPath : nil
        if !describe(name, isLong ? .sentence : .short, path: path) {
          result = isLong && !Self.isQuiet ? notFound(arguments, name) : 1
        }
      }
      return result
    }
    guard let name = rest.first else { return 0 }
    let symbol = symbols.intern(name)
    if let builtin = builtin(symbol) {
      // Special built-ins lose what makes them special.
      do throws(Unwind) {
        return try execute(builtin, rest, declared.map { ($0.0 - index, $0.1) })
      } catch {
        if case .fails = error { return status == 0 ? 1 : status }
        throw error
      }
    }
    return try runExternal(symbol, rest, path: usesDefault ? Self.defaultPath : nil)
  }

  static var isQuiet: Bool { false }
  static var defaultPath: Bytes {
    bytes("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
  }

  private func notFound(_ arguments: [Bytes], _ name: Bytes) -> Int32 {
    say(arguments, name, "not found")
    return 1
  }

  /// An applet or a program, past functions and built-ins.
  private func runExternal(_ symbol: Symbol, _ arguments: [Bytes], path: Bytes?) throws(Unwind)
    -> Int32
  {
    let applet = applet(arguments[0])
    let job = try startJob(text: { self.join(arguments, [" "]) }, isForeground: true)
    let outerCaptures = captures
    captures = 0
    defer { captures = outerCaptures }
    if try fork(job) == 0 {
      prepareChild(job, isForeground: true)
      if let path, let found = search(arguments[0], path) { symbol.path = found }
      become(symbol, arguments, applet)
    }
    try finishForeground(job)
    return status
  }

  func runBuiltinBuiltin(
    _ arguments: [Bytes], _ declared: [(Int, Assignment)]
  ) throws(Unwind) -> Int32 {
    var rest = Array(arguments.dropFirst())
    if rest.first?.equals("--") == true { rest.removeFirst() }
    guard let name = rest.first else { return 0 }
    guard let builtin = builtin(symbols.intern(name)) else {
      say(arguments, name, "not a shell builtin")
      return 1
    }
    return try execute(builtin, rest, declared.map { ($0.0 - 1, $0.1) })
  }

  enum Description { case short, sentence, kind, path }

  func runType(_ arguments: [Bytes], isWhence: Bool) -> Int32 {
    var form: Description = isWhence ? .short : .sentence
    var all = false
    var skipsFunctions = false
    var pathOnly = false
    var rest = arguments.dropFirst()
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        switch letter {
        case "t": form = .kind
        case "p": pathOnly = true
        case "P":
          pathOnly = true
          form = .path
        case "a": all = true
        case "f": skipsFunctions = true
        case "v": form = .sentence
        default: return unknownOption(arguments, letter)
        }
      }
    }
    var result: Int32 = 0
    for name in rest {
      var isFound: Bool
      if pathOnly {
        let symbol = symbols.intern(name)
        let isOther = symbol.alias != nil || symbol.function != nil || builtin(symbol) != nil
        if isOther, form != .path, !isWhence {
          isFound = true
        } else if let path = search(name, value(known.path) ?? []), System.isExecutable(path) {
          out += path + bytes("\n")
          isFound = true
        } else {
          isFound = false
        }
      } else {
        isFound = describe(name, form, skipsFunctions: skipsFunctions, all: all)
      }
      if !isFound {
        if form == .sentence, !pathOnly { say(arguments, name, "not found") }
        result = 1
        if isWhence, form == .short { break }
      }
    }
    return result
  }

  /// Says what a name is as a command; false where it is none.
  func describe(
    _ name: Bytes, _ form: Description, skipsFunctions: Bool = false, all: Bool = false,
    path: Bytes? = nil
  ) -> Bool {
    let symbol = symbols.intern(name)
    var isFound = false
    func show(_ kind: StaticString, _ short: Bytes, _ sentence: Bytes) -> Bool {
      switch form {
      case .short: out += short
      case .sentence: out += sentence
      case .kind: out.put(kind)
      case .path: return false
      }
      out.append("\n")
      isFound = true
      return !all
    }
    if let alias = symbol.alias,
      show(
        "alias", bytes("alias ") + name + bytes("=") + Quoting.single(alias.value),
        name + bytes(" is aliased to `") + alias.value + bytes("'"))
    {
      return true
    }
    if ShellParser.isReserved(name), show("keyword", name, name + bytes(" is a shell keyword")) {
      return true
    }
    if let function = symbol.function, !skipsFunctions,
      show(
        "function", name,
        name + bytes(" is a function\n") + Unparser.definition(function).dropLast())
    {
      return true
    }
    if let builtin = builtin(symbol),
      show(
        "builtin", name,
        name
          + bytes(
            Builtins.isSpecial(builtin) ? " is a special shell builtin" : " is a shell builtin"))
    {
      return true
    }
    if applet(name) != nil, show("file", name, name + bytes(" is an applet of debugbox")) {
      return true
    }
    if let found = search(name, path ?? value(known.path) ?? []), System.isExecutable(found) {
      _ = show("file", found, name + bytes(" is ") + found)
    }
    return isFound
  }

  func runHash(_ arguments: [Bytes]) -> Int32 {
    var rest = arguments.dropFirst()
    var result: Int32 = 0
    if rest.first?.equals("-r") == true {
      symbols.forEach { $0.path = nil }
      rest = rest.dropFirst()
      if rest.isEmpty { return 0 }
    }
    if let word = rest.first, word.count > 1, word[0] == "-", !word.equals("--") {
      return unknownOption(arguments, word[1])
    }
    if rest.isEmpty {
      let known = symbols.sorted { $0.path != nil }
      if !known.isEmpty { out.put("hits\tcommand\n") }
      for symbol in known {
        let hits = Bytes(decimal: symbol.pathHits)
        out += Bytes(repeating: " ", count: max(0, 4 - hits.count)) + hits + bytes("\t")
        out += symbol.path ?? []
        out.append("\n")
      }
      return 0
    }
    for name in rest where !name.equals("--") {
      let symbol = symbols.intern(name)
      if name.contains("/") || builtin(symbol) != nil || applet(name) != nil
        || symbol.function != nil
      {
        continue
      }
      symbol.path = nil
      if let path = search(name, value(self.known.path) ?? []), System.isExecutable(path) {
        symbol.path = path
        symbol.pathHits = 0
      } else {
        say(arguments, name, "not found")
        result = 1
      }
    }
    return result
  }
}
