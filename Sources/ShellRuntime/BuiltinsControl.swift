internal import CLinux
internal import Linux
internal import Shell

extension Interpreter {
  func runLoopControl(_ arguments: [Bytes], isBreak: Bool) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    if rest.first?.equals("--") == true { rest = rest.dropFirst() }
    var count = 1
    if let text = rest.first {
      guard let number = text.decimal, number > 0 else {
        say(arguments, text, "loop count out of range")
        throw special(text.decimal == nil ? 2 : 1)
      }
      count = number
    }
    guard loopDepth > 0 else {
      complain(arguments[0] + bytes(": only means something in a loop"))
      return 0
    }
    status = 0
    throw isBreak ? .breaks(min(count, loopDepth)) : .continues(min(count, loopDepth))
  }

  /// The status that `return` and `exit` are given.
  private func givenStatus(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    if rest.first?.equals("--") == true { rest = rest.dropFirst() }
    guard let text = rest.first else {
      // Directly in the action of a trap it is the status from before.
      return functionDepth == trapDepth ? trapStatus ?? status : status
    }
    guard let number = text.decimal else {
      say(arguments, text, "numeric argument required")
      throw special(2)
    }
    return Int32(truncatingIfNeeded: number & 0xFF)
  }

  func runReturn(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    status = try givenStatus(arguments)
    if functionDepth == 0, dotDepth == 0 {
      // Outside of both, as in dash and ksh, it ends the script.
      if interactive != nil { return status }
      throw .exits
    }
    throw .returns
  }

  func runExit(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    if let interactive, !interactive.warnedOfJobs, jobs.list.contains(where: { $0.isStopped }) {
      interactive.warnedOfJobs = true
      complain("there are stopped jobs")
      return 1
    }
    status = try givenStatus(arguments)
    throw .exits
  }

  func runEval(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    if rest.first?.equals("--") == true { rest = rest.dropFirst() }
    let script = join(Array(rest), [" "])
    let outer = line
    defer { line = outer }
    if script.isEmpty { return 0 }
    try evaluate(script: script)
    return status
  }

  func runDot(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    if rest.first?.equals("--") == true { rest = rest.dropFirst() }
    guard let name = rest.first else {
      _ = usage(arguments, "missing argument: needs a file")
      throw special(2)
    }
    guard let text = sourceText(name) else {
      complain(arguments[0] + bytes(": ") + name + bytes(": ") + System.text(sourceError))
      status = 1
      throw .fails
    }
    try checkStack()
    if dotDepth > 1000 { throw fatal(name, "files read each other too deeply") }
    let parameters = Array(rest.dropFirst())
    let outer = (positional, loopDepth, line, zero)
    if !parameters.isEmpty { positional = parameters }
    dotDepth += 1
    loopDepth = 0
    defer {
      dotDepth -= 1
      if !parameters.isEmpty { positional = outer.0 }
      loopDepth = outer.1
      line = outer.2
    }
    let parser = ShellParser(text, symbols: symbols, deepest: Self.deepest, features: features)
    do throws(Unwind) {
      try run(parser)
    } catch {
      guard case .returns = error else { throw error }
    }
    return status
  }

  /// The text of a file for `.`; a name without a slash is looked for along PATH.
  private func sourceText(_ name: Bytes) -> Bytes? {
    var path = name
    if !name.contains("/") {
      for folder in (value(known.path) ?? []).split(
        separator: ":", omittingEmptySubsequences: false)
      {
        let candidate = folder.isEmpty ? name : Bytes(folder) + bytes("/") + name
        if let status = System.status(candidate), System.isRegular(status) {
          path = candidate
          break
        }
      }
    }
    let descriptor = openFile(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      sourceError = descriptor == Int32.min ? ENOENT : -descriptor
      return nil
    }
    defer { System.close(descriptor) }
    return System.readAll(descriptor)
  }

  func runShift(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var count = 1
    var rest = arguments.dropFirst()
    if rest.first?.equals("--") == true { rest = rest.dropFirst() }
    if let text = rest.first {
      let number = try arithmetic(text)
      guard number >= 0 else {
        say(arguments, text, "shift count out of range")
        throw special(1)
      }
      count = number
    }
    guard count <= positional.count else {
      say(arguments, Bytes(decimal: count), "nothing to shift")
      if interactive == nil, options.has(Options.posix) { throw special(1) }
      return 1
    }
    positional.removeFirst(count)
    return 0
  }

  // MARK: set

  func runSet(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    if arguments.count == 1 {
      for symbol in variables(where: { $0.isSet }) where symbol.isName {
        out += symbol.name + bytes("=")
        if let list = symbol.variable?.list {
          out += literal(list)
        } else {
          out += Quoting.minimal(value(symbol) ?? [])
        }
        out.append("\n")
      }
      return 0
    }
    var index = 1
    var sorts = false
    while index < arguments.count {
      let word = arguments[index]
      guard let sign = word.first, sign == "-" || sign == "+" else { break }
      index += 1
      if word.count == 1 {
        if sign == "-" {
          options.set(Options.xtrace, false)
          options.set(Options.verbose, false)
        }
        if index < arguments.count { positional = Array(arguments[index...]) }
        return 0
      }
      if word.equals("--") {
        positional = sorts ? sorted(Array(arguments[index...])) : Array(arguments[index...])
        return 0
      }
      for letter in word.dropFirst() {
        if letter == "o" {
          guard index < arguments.count else {
            listOptions(isReusable: sign == "+")
            return 0
          }
          let name = arguments[index]
          index += 1
          guard setOption(name, sign == "-") else {
            say(arguments, name, "unknown option")
            throw special(2)
          }
        } else if letter == "A" {
          guard index < arguments.count else { return usage(arguments, "-A: needs a name") }
          let symbol = symbols.intern(arguments[index])
          var elements = Array(arguments[(index + 1)...])
          if elements.first?.equals("--") == true { elements.removeFirst() }
          if sorts { elements = sorted(elements) }
          try checkWritable(symbol)
          if sign == "-" {
            let variable = Variable(nil, (symbol.variable?.attributes ?? []).union(.indexed))
            variable.list = ArrayValue(elements)
            symbol.variable = variable
          } else {
            let list = makeList(symbol)
            for (position, element) in elements.enumerated() { list.set(position, element) }
          }
          return 0
        } else if letter == "s" {
          sorts = true
        } else if let option = Options.letter(letter), letter != "i" {
          apply(option.bit, sign == "-")
        } else {
          _ = unknownOption(arguments, letter)
          throw special(2)
        }
      }
    }
    if index < arguments.count { positional = Array(arguments[index...]) }
    if sorts { positional = sorted(positional) }
    return 0
  }

  /// Sets an option by its long name.
  func setOption(_ name: Bytes, _ isOn: Bool) -> Bool {
    guard let option = Options.named(name, extra: false) else { return false }
    apply(option.bit, isOn)
    return true
  }

  func apply(_ bit: UInt64, _ isOn: Bool) {
    options.set(bit, isOn)
    if bit == Options.monitor { setJobControl(isOn) }
    if bit == Options.vi, isOn { options.set(Options.emacs, false) }
    if bit == Options.emacs, isOn { options.set(Options.vi, false) }
  }

  private func listOptions(isReusable: Bool) {
    for option in Options.all where !option.isExtra {
      let isOn = options.has(option.bit)
      if isReusable {
        out.put(isOn ? "set -o " : "set +o ")
        out.put(option.name)
      } else {
        out.put(option.name)
        let width = option.name.utf8CodeUnitCount
        out += Bytes(repeating: " ", count: max(1, 15 - width))
        out.append("\t")
        out.put(isOn ? "on" : "off")
      }
      out.append("\n")
    }
  }

  func runShopt(_ arguments: [Bytes]) -> Int32 {
    var (sets, unsets, quiet, reusable, plain) = (false, false, false, false, false)
    var rest = arguments.dropFirst()
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      for letter in word.dropFirst() {
        switch letter {
        case "s": sets = true
        case "u": unsets = true
        case "q": quiet = true
        case "p": reusable = true
        case "o": plain = true
        default: return unknownOption(arguments, letter)
        }
      }
    }
    var result: Int32 = 0
    let names = Array(rest)
    func show(_ option: Options.Option) {
      let isOn = options.has(option.bit)
      if quiet { return }
      if reusable {
        out.put(plain ? (isOn ? "set -o " : "set +o ") : (isOn ? "shopt -s " : "shopt -u "))
        out.put(option.name)
      } else {
        out.put(option.name)
        out += Bytes(repeating: " ", count: max(1, 15 - option.name.utf8CodeUnitCount))
        out.put(isOn ? "\ton" : "\toff")
      }
      out.append("\n")
    }
    if names.isEmpty {
      for option in Options.all where option.isExtra != plain {
        let isOn = options.has(option.bit)
        if (sets && !isOn) || (unsets && isOn) { continue }
        show(option)
      }
      return 0
    }
    for name in names {
      guard let option = Options.named(name, extra: !plain) else {
        say(arguments, name, "invalid shell option name")
        result = 1
        continue
      }
      if sets || unsets {
        apply(option.bit, sets)
      } else {
        if !options.has(option.bit) { result = 1 }
        show(option)
      }
    }
    return result
  }

  // MARK: trap

  func runTrapBuiltin(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    var prints = false
    while let word = rest.first, word.count > 1, word[0] == "-", !word[1].isDigit {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      if word.equals("-l") {
        listSignals()
        return 0
      }
      guard word.equals("-p") || word.equals("-P") else {
        _ = unknownOption(arguments, word[1])
        throw special(2)
      }
      prints = true
    }
    var numbers: [Int] = []
    var isValid = true
    func readNumbers(_ names: ArraySlice<Bytes>) {
      for name in names {
        guard let number = Self.trapNumber(name) else {
          say(arguments, name, "invalid signal specification")
          isValid = false
          continue
        }
        if number == Traps.debug || number == Traps.functionReturn {
          say(arguments, name, "is not supported")
          isValid = false
          continue
        }
        numbers.append(number)
      }
    }
    if rest.isEmpty || prints {
      readNumbers(rest)
      guard isValid else { return 1 }
      for number in numbers.isEmpty ? Array(0..<68) : numbers {
        showTrap(number, isAsked: !numbers.isEmpty && prints)
      }
      return 0
    }
    var action: Bytes?
    if let first = rest.first, !(first.allSatisfy { $0.isDigit } && !first.isEmpty), rest.count > 1
    {
      rest = rest.dropFirst()
      action = first.equals("-") ? nil : first
    } else if rest.count == 1, let first = rest.first,
      Self.trapNumber(first) == nil || first.equals("-")
    {
      if first.equals("-") { return 0 }
      say(arguments, first, "invalid signal specification")
      return 1
    }
    readNumbers(rest)
    for number in numbers {
      if number == Int(SIGKILL) || number == Int(SIGSTOP) { continue }
      setTrap(number, action)
    }
    return isValid ? 0 : 1
  }

  private func showTrap(_ number: Int, isAsked: Bool) {
    guard let action = traps.shown(number) else {
      if isAsked, number < 65 {
        out.put("trap -- - ")
        out += Self.trapName(number)
        out.append("\n")
      }
      return
    }
    out.put("trap -- ")
    out += Quoting.single(action)
    out.append(" ")
    out += Self.trapName(number)
    out.append("\n")
  }

  func listSignals() {
    for number in 1...31 {
      out += Bytes(decimal: number) + bytes(") SIG") + Signal(Int32(number)).name.bytes
      out.put(number % 5 == 0 || number == 31 ? "\n" : "\t")
    }
  }

  func runTimes() -> Int32 {
    func clock(_ seconds: Double) -> Bytes {
      let minutes = Int(seconds / 60)
      return Bytes(decimal: minutes) + bytes("m") + fixed(seconds - Double(minutes * 60), 3).bytes
        + bytes("s")
    }
    for who in [RUSAGE_SELF, RUSAGE_CHILDREN] {
      let usage = System.usage(who)
      out += clock(usage.user) + bytes(" ") + clock(usage.system) + bytes("\n")
    }
    return 0
  }

  func runHelp(_ arguments: [Bytes]) -> Int32 {
    out.put("Built-in commands:\n")
    var line: Bytes = []
    for name in Builtins.names {
      if line.count + name.utf8CodeUnitCount > 72 {
        out += line + bytes("\n")
        line = []
      }
      line.append(" ")
      line.put(name)
    }
    out += line + bytes("\nAny NAME --help explains an applet.\n")
    return 0
  }
}
