internal import Box
internal import CLinux
internal import Linux
internal import Shell

extension Interpreter {
  /// Numbers of the variables that are made when they are asked for, or watched when they are set.
  enum Dynamic {
    static let random = 1, seconds = 2, lineno = 3, epochSeconds = 4, epochRealtime = 5
    static let bashPID = 6, functionName = 7, pipeStatus = 8, subshell = 9, srandom = 10
    static let ifs = 20, path = 21, optind = 22, posix = 23, options = 24, locale = 25
  }

  /// What a name of the shell itself stands for from the start; nobody pays for those that no script names.
  static func adorn(_ symbol: Symbol, parent: Int32) {
    symbol.dynamic = dynamic(symbol.name)
    symbol.variable = preset(symbol.name, parent)
  }

  private static func dynamic(_ name: Bytes) -> Int {
    switch name {
    case "RANDOM": Dynamic.random
    case "SECONDS": Dynamic.seconds
    case "LINENO": Dynamic.lineno
    case "EPOCHSECONDS": Dynamic.epochSeconds
    case "EPOCHREALTIME": Dynamic.epochRealtime
    case "BASHPID": Dynamic.bashPID
    case "FUNCNAME": Dynamic.functionName
    case "PIPESTATUS": Dynamic.pipeStatus
    case "BASH_SUBSHELL": Dynamic.subshell
    case "SRANDOM": Dynamic.srandom
    case "IFS": Dynamic.ifs
    case "PATH": Dynamic.path
    case "OPTIND": Dynamic.optind
    case "SHELLOPTS": Dynamic.options
    case "LC_ALL", "LC_CTYPE", "LANG": Dynamic.locale
    default: 0
    }
  }

  private static func preset(_ name: Bytes, _ parent: Int32) -> Variable? {
    switch name {
    case "RANDOM", "SECONDS", "LINENO": Variable([])
    case "OPTIND": Variable(bytes("1"))
    case "PATHSEP": Variable(bytes(":"))
    case "PS4": Variable(bytes("+ "))
    case "PPID": Variable(Bytes(decimal: Int(parent)), .readOnly)
    case "UID": Variable(Bytes(decimal: Int(getuid())), [.readOnly, .integer])
    case "EUID": Variable(Bytes(decimal: Int(geteuid())), [.readOnly, .integer])
    case "OLDPWD": Variable(nil, .exported)
    default: nil
    }
  }

  /// All variables that pass `test`, by name.
  func variables(where test: (Variable) -> Bool) -> [Symbol] {
    for name in [
      "EUID" as StaticString, "LINENO", "OLDPWD", "OPTIND", "PATHSEP", "PPID", "PS4", "RANDOM",
      "SECONDS", "UID",
    ] { _ = symbols.intern(name) }
    return symbols.sorted { $0.variable.map(test) ?? false }
  }

  func prepareVariables() {
    startTime = Clock().now()
    secondsStart = Clock().monotonic().seconds
    random = UInt32(truncatingIfNeeded: startTime.nanoseconds ^ Int(pid) << 8)
    for entry in context.environment { importVariable(entry.bytes) }
    readLocale()
    set(known.ifs, bytes(" \t\n"))
    known.ifs.variable?.attributes = []
    set(known.optind, bytes("1"))
    if known.path.variable == nil {
      set(known.path, bytes("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
    }
    prepareFolder()
  }

  private func importVariable(_ entry: Bytes) {
    guard let equals = entry.index(of: "=") else { return }
    let name = entry.piece(0, equals)
    guard name.isName else { return }
    let symbol = symbols.intern(name)
    guard symbol !== known.ifs, !symbol.isReadOnly else { return }
    symbol.variable = Variable(entry.piece(equals + 1, entry.count), .exported)
    if symbol.dynamic == Dynamic.random || symbol.dynamic == Dynamic.lineno {
      symbol.variable?.text = []
    }
  }

  /// PWD, where it is right, else the folder as the kernel names it.
  private func prepareFolder() {
    if let given = known.pwd.variable?.text, given.first == "/", !given.contains(bytes("/./")),
      let here = System.status(bytes(".")), let there = System.status(given),
      here.st_ino == there.st_ino, here.st_dev == there.st_dev
    {
      folder = given
    } else {
      folder = System.workingFolder ?? []
    }
    if !folder.isEmpty { set(known.pwd, folder) }
  }

  // MARK: reading

  /// The value of a variable, of element 0 where it is an array; nil where it is not set.
  func value(_ symbol: Symbol) -> Bytes? {
    if symbol.dynamic != 0, symbol.dynamic < Dynamic.ifs, let value = dynamicValue(symbol) {
      return value
    }
    guard let variable = symbol.variable else { return nil }
    if variable.attributes.contains(.reference) {
      guard let target = referenced(symbol) else { return nil }
      if let index = target.index { return element(target.symbol, text: index) }
      return target.symbol === symbol ? nil : value(target.symbol)
    }
    if let list = variable.list { return list.isAssociative ? list[bytes("0")] : list[0] }
    return variable.text
  }

  private func dynamicValue(_ symbol: Symbol) -> Bytes? {
    // Once unset, it is as any other.
    switch symbol.dynamic {
    case Dynamic.random:
      guard symbol.variable != nil else { return nil }
      random = random &* 1_103_515_245 &+ 12345
      return Bytes(decimal: Int((random >> 16) & 0x7FFF))
    case Dynamic.seconds:
      guard symbol.variable != nil else { return nil }
      return Bytes(decimal: Clock().monotonic().seconds - secondsStart)
    case Dynamic.lineno:
      guard symbol.variable != nil else { return nil }
      return Bytes(decimal: line)
    case Dynamic.epochSeconds: return Bytes(decimal: context.clock.now().seconds)
    case Dynamic.epochRealtime:
      let now = context.clock.now()
      var text = Bytes(decimal: now.seconds)
      text.append(".")
      let micros = Bytes(decimal: now.nanoseconds / 1000)
      text += Bytes(repeating: "0", count: max(0, 6 - micros.count)) + micros
      return text
    case Dynamic.bashPID: return Bytes(decimal: Int(Process.ownPID))
    case Dynamic.subshell: return Bytes(decimal: subshellDepth)
    case Dynamic.srandom:
      random = random &* 1_664_525 &+ 1_013_904_223
      return Bytes(decimal: Int(random))
    default: return dynamicList(symbol)?.values.first
    }
  }

  /// The arrays that are made when they are asked for.
  func dynamicList(_ symbol: Symbol) -> ArrayValue? {
    switch symbol.dynamic {
    case Dynamic.functionName:
      let names = scopes.reversed().compactMap { $0.function?.symbol.name }
      return names.isEmpty ? nil : ArrayValue(names)
    case Dynamic.pipeStatus:
      return ArrayValue((pipeStatus ?? [status]).map { Bytes(decimal: Int($0)) })
    default: return nil
    }
  }

  /// What a name reference leads to, over several steps.
  func referenced(_ symbol: Symbol) -> (symbol: Symbol, index: Bytes?)? {
    var current = symbol
    for _ in 0..<32 {
      guard let variable = current.variable, variable.attributes.contains(.reference) else {
        return (current, nil)
      }
      guard let target = variable.text, !target.isEmpty else { return nil }
      if let open = target.index(of: "["), target.last == "]" {
        return (
          symbols.intern(target.piece(0, open)), target.piece(open + 1, target.count - 1)
        )
      }
      current = symbols.intern(target)
    }
    return nil
  }

  /// The variable that a name stands for, through references.
  func resolved(_ symbol: Symbol) -> Symbol {
    guard let variable = symbol.variable, variable.attributes.contains(.reference) else {
      return symbol
    }
    return referenced(symbol)?.symbol ?? symbol
  }

  // MARK: writing

  /// Sets a variable of ours, past all checks.
  func set(_ symbol: Symbol, _ text: Bytes) {
    if let variable = symbol.variable {
      variable.text = text
      variable.list = nil
      if variable.attributes.contains(.exported) { environment = nil }
    } else {
      symbol.variable = Variable(text)
    }
    if symbol.dynamic != 0 { changed(symbol) }
  }

  /// Assigns as a script does.
  func assign(_ symbol: Symbol, _ text: Bytes, append: Bool = false) throws(Unwind) {
    guard let variable = symbol.variable else {
      symbol.variable = Variable(text, options.has(Options.allExport) ? .exported : [])
      if options.has(Options.allExport) { environment = nil }
      if symbol.dynamic != 0 { changed(symbol) }
      return
    }
    if variable.attributes.isEmpty, variable.list == nil, symbol.dynamic == 0,
      !options.has(Options.allExport)
    {
      if append, variable.text != nil {
        variable.text?.append(contentsOf: text)
      } else {
        variable.text = text
      }
      return
    }
    try assignSlowly(symbol, variable, text, append)
  }

  private func assignSlowly(
    _ symbol: Symbol, _ variable: Variable, _ text: Bytes, _ append: Bool
  ) throws(Unwind) {
    if variable.attributes.contains(.reference) {
      guard let target = referenced(symbol) else {
        variable.text = text
        return
      }
      if let index = target.index {
        return try assignElement(target.symbol, text: index, text, append: append)
      }
      return try assign(target.symbol, text, append: append)
    }
    try checkWritable(symbol)
    if variable.list != nil {
      return try assignElement(symbol, text: bytes("0"), text, append: append)
    }
    variable.text = try transformed(text, variable, old: append ? variable.text : nil)
    if options.has(Options.allExport) { variable.attributes.insert(.exported) }
    if variable.attributes.contains(.exported) { environment = nil }
    if symbol.dynamic != 0 { changed(symbol) }
  }

  func checkWritable(_ symbol: Symbol) throws(Unwind) {
    if let variable = symbol.variable, variable.attributes.contains(.readOnly) {
      throw fatal(symbol.name, "is read-only", status: 2)
    }
  }

  /// What is stored for `text`, by the attributes; `old` is what it is appended to.
  func transformed(_ text: Bytes, _ variable: Variable, old: Bytes?) throws(Unwind) -> Bytes {
    let attributes = variable.attributes
    if attributes.isDisjoint(with: .transforming) { return old.map { $0 + text } ?? text }
    var result: Bytes
    if attributes.contains(.integer) {
      var number = try arithmetic(text)
      if let old { number = number &+ (try arithmetic(old)) }
      if variable.base == Variable.anyBase { variable.base = Self.base(of: text) }
      result = formatted(
        number, base: variable.base, isUnsigned: attributes.contains(.unsigned))
    } else {
      result = old.map { $0 + text } ?? text
    }
    if attributes.contains(.lowercase) { result = result.map { $0.lower } }
    if attributes.contains(.uppercase) { result = result.map { $0.upper } }
    if variable.width > 0 { result = aligned(result, variable) }
    return result
  }

  /// The base that a number is written in; 10 where it is no plain number.
  private static func base(of text: Bytes) -> Int {
    if text.count > 2, text[0] == "0", text[1] | 0x20 == "x" { return 16 }
    guard let mark = text.index(of: "#"), let base = text.piece(0, mark).decimal else { return 10 }
    return base
  }

  /// mksh's `typeset -L`, `-R` and `-Z`.
  private func aligned(_ text: Bytes, _ variable: Variable) -> Bytes {
    let fill: UInt8 = variable.attributes.contains(.zeroFilled) ? "0" : " "
    var body = text
    if variable.attributes.contains(.leftAligned) {
      body = Bytes(body.drop { $0 == fill || $0 == " " })
      while let columns = width(of: body), columns > variable.width { body.removeLastCharacter() }
      return body + padding(" ", for: body, variable)
    }
    while body.last == " " { body.removeLast() }
    while let columns = width(of: body), columns > variable.width { body.removeFirstCharacter() }
    let zeros = padding(fill, for: body, variable)
    // The zeros of a number go behind its base.
    if fill == "0", variable.attributes.contains(.integer), let mark = body.index(of: "#") {
      return body.piece(0, mark + 1) + zeros + body.piece(mark + 1, body.count)
    }
    return zeros + body
  }

  private func padding(_ fill: UInt8, for text: Bytes, _ variable: Variable) -> Bytes {
    Bytes(repeating: fill, count: max(0, variable.width - (width(of: text) ?? text.count)))
  }

  /// A number in the base of a variable: `16#ff`.
  func formatted(_ number: Int, base: Int, isUnsigned: Bool = false) -> Bytes {
    if base == 1 { return bytes("1#") + character(number) }
    if base < 2 || base == 10 || base > 36 {
      return isUnsigned && number < 0
        ? Bytes(String(UInt(bitPattern: number)).utf8) : Bytes(decimal: number)
    }
    var digits: Bytes = []
    var rest = isUnsigned ? UInt(bitPattern: number) : number.magnitude
    repeat {
      let digit = UInt8(rest % UInt(base))
      digits.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      rest /= UInt(base)
    } while rest > 0
    return (number < 0 && !isUnsigned ? bytes("-") : []) + Bytes(decimal: base) + bytes("#")
      + digits.reversed()
  }

  /// The character of a code: a byte where characters are bytes, or where mksh keeps one at U+EF80.
  func character(_ code: Int) -> Bytes {
    if countsBytes || code & ~0x7F == 0xEF80 {
      return [UInt8(truncatingIfNeeded: countsBytes ? code : 0x80 | code)]
    }
    var text: Bytes = []
    appendUTF8(code, &text)
    return text
  }

  /// What follows from a change of a watched variable.
  func changed(_ symbol: Symbol) {
    switch symbol.dynamic {
    case Dynamic.ifs: readSeparators()
    case Dynamic.path: symbols.forEach { $0.path = nil }
    case Dynamic.locale: readLocale()
    case Dynamic.optind:
      getoptsIndex = symbol.variable?.text?.decimal ?? 1
      getoptsOffset = 1
    case Dynamic.random: random = UInt32(truncatingIfNeeded: symbol.variable?.text?.decimal ?? 0)
    case Dynamic.seconds:
      secondsStart = Clock().monotonic().seconds - (symbol.variable?.text?.decimal ?? 0)
    default: break
    }
  }

  /// Text is UTF-8 unless the locale is said to be another one.
  private func readLocale() {
    for symbol in [known.localeAll, known.localeType, known.language] {
      guard let name = symbol.variable?.text, !name.isEmpty else { continue }
      return options.set(Options.utf8, name.map { $0.lower }.contains(bytes("utf")))
    }
    options.set(Options.utf8, true)
  }

  private func readSeparators() {
    for index in 0..<256 { separators[index] = 0 }
    let ifs = known.ifs.variable?.text ?? bytes(" \t\n")
    for byte in ifs {
      separators[Int(byte)] = byte == " " || byte == "\t" || byte == "\n" ? 1 : 2
    }
    joiner = ifs.first.map { [$0] } ?? []
  }

  func unset(_ symbol: Symbol) throws(Unwind) {
    try checkWritable(symbol)
    if symbol.variable?.attributes.contains(.exported) == true { environment = nil }
    symbol.variable = nil
    if symbol.dynamic != 0 {
      changed(symbol)
      if symbol.dynamic < Dynamic.ifs { symbol.dynamic = 0 }
    }
  }

  func export(_ symbol: Symbol, _ isOn: Bool = true) {
    let variable = symbol.variable ?? Variable(nil)
    symbol.variable = variable
    if isOn { variable.attributes.insert(.exported) } else { variable.attributes.remove(.exported) }
    environment = nil
  }

  // MARK: scopes

  /// Hides a variable until the function returns. Answers the new one.
  @discardableResult
  func makeLocal(_ symbol: Symbol, keeping: Bool = false) -> Variable? {
    guard let scope = scopes.last(where: { $0.isFunction }) else { return nil }
    if scope.hidden.contains(where: { $0.symbol === symbol }) { return symbol.variable }
    let old = symbol.variable
    scope.hidden.append((symbol, old))
    let isExported = old?.attributes.contains(.exported) ?? false
    let new = Variable(keeping ? old?.text : nil, isExported ? .exported : [])
    if keeping, let old {
      new.attributes = old.attributes
      new.list = old.list?.copy()
    }
    symbol.variable = new
    if isExported { environment = nil }
    return new
  }

  func restore(_ scope: Scope) {
    for (symbol, variable) in scope.hidden.reversed() {
      let wasExported = symbol.variable?.attributes.contains(.exported) ?? false
      symbol.variable = variable
      if wasExported || variable?.attributes.contains(.exported) ?? false { environment = nil }
      if symbol.dynamic != 0 { changed(symbol) }
    }
    scope.hidden = []
    if let options = scope.options { self.options = options }
  }

  // MARK: the environment of children

  /// `NAME=value` of all exported variables.
  func exported() -> [String] {
    if let environment { return environment }
    let list = exportedBytes().map { String(bytes: $0) }
    environment = list
    context.environment = list
    return list
  }

  func exportedBytes() -> [Bytes] {
    if environment != nil, let environmentBytes { return environmentBytes }
    var list: [Bytes] = []
    symbols.forEach { symbol in
      guard let variable = symbol.variable, variable.attributes.contains(.exported),
        let text = variable.text
      else { return }
      list.append(symbol.name + bytes("=") + (symbol.dynamic != 0 ? value(symbol) ?? text : text))
    }
    environmentBytes = list
    environment = list.map { String(bytes: $0) }
    context.environment = environment ?? []
    return list
  }
}

extension [UInt8] {
  /// Whether `other` occurs in this.
  func contains(_ other: Bytes) -> Bool {
    guard count >= other.count else { return false }
    return (0...(count - other.count)).contains { start in
      (0..<other.count).allSatisfy { self[start + $0] == other[$0] }
    }
  }
}

extension [UInt8] {
  mutating func removeFirstCharacter() {
    guard !isEmpty else { return }
    removeFirst(CharacterScanner.length(self, 0))
  }

  mutating func removeLastCharacter() {
    guard !isEmpty else { return }
    var start = count - 1
    while start > 0, count - start < 4, self[start] & 0xC0 == 0x80 { start -= 1 }
    if start + CharacterScanner.length(self, start) != count { start = count - 1 }
    removeLast(count - start)
  }
}
