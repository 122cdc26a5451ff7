internal import Shell

enum DeclareKind { case declare, local, export, readonly, integer, nameref, global }

/// The options of `declare` and its kin.
private struct DeclareOptions {
  var on: Variable.Attributes = []
  var off: Variable.Attributes = []
  var prints = false
  var isGlobal = false
  var functions = false
  var functionNames = false
  var width: Int?
  var base: Int?
  var keepsValue = false
}

extension Interpreter {
  func runDeclare(
    _ arguments: [Bytes], _ declared: [(Int, Assignment)], _ kind: DeclareKind
  ) throws(Unwind) -> Int32 {
    var settings = DeclareOptions()
    var index = 1
    if let result = try readDeclareOptions(arguments, kind, &settings, &index) { return result }
    switch kind {
    case .export: settings.on.insert(.exported)
    case .readonly: settings.on.insert(.readOnly)
    case .integer:
      settings.on.insert(.integer)
      // ksh's integers keep the base of the first number they get.
      if settings.base == nil { settings.base = Variable.anyBase }
    case .nameref: settings.on.insert(.reference)
    case .global: settings.isGlobal = true
    default: break
    }
    if kind == .local, functionDepth == 0 {
      complain(arguments[0] + bytes(": can only be used in a function"))
      return 1
    }
    let words = arguments[min(index, arguments.count)...]
    if settings.functions || settings.functionNames {
      return declareFunctions(Array(words), settings, kind)
    }
    if words.isEmpty {
      listDeclared(settings, kind)
      return 0
    }
    var result: Int32 = 0
    for position in words.indices {
      let assignment = declared.first { $0.0 == position }?.1
      if settings.prints, assignment == nil {
        if !show(words[position], arguments) { result = 1 }
        continue
      }
      if try !declare(words[position], assignment, settings, kind, arguments) { result = 1 }
    }
    return result
  }

  /// - Returns: a status where that is all there is to do.
  private func readDeclareOptions(
    _ arguments: [Bytes], _ kind: DeclareKind, _ settings: inout DeclareOptions, _ index: inout Int
  ) throws(Unwind) -> Int32? {
    while index < arguments.count {
      let word = arguments[index]
      guard word.count > 1 || (word.count == 1 && kind == .local), word[0] == "-" || word[0] == "+"
      else { break }
      if word.count == 1 {
        // `local -`: the options come back when the function returns.
        scopes.last { $0.isFunction }?.options = options
        index += 1
        continue
      }
      index += 1
      if word.equals("--") { break }
      let isOn = word[0] == "-"
      var position = 1
      func number() -> Int? {
        var digits: Bytes = []
        while position < word.count, word[position].isDigit {
          digits.append(word[position])
          position += 1
        }
        return digits.decimal
      }
      while position < word.count {
        let letter = word[position]
        position += 1
        var attribute: Variable.Attributes = []
        switch letter {
        case "p":
          settings.prints = true
          continue
        case "g":
          settings.isGlobal = true
          continue
        case "f":
          settings.functions = true
          continue
        case "F":
          settings.functionNames = true
          continue
        case "n":
          if kind == .export {
            settings.off.insert(.exported)
            continue
          }
          attribute = .reference
        case "a": attribute = .indexed
        case "A": attribute = .associative
        case "i":
          attribute = .integer
          settings.base = number()
          // `typeset -i 16 x`, as ksh has it.
          if settings.base == nil, position == word.count, index < arguments.count,
            let base = arguments[index].decimal, arguments[index].allSatisfy({ $0.isDigit })
          {
            settings.base = base
            index += 1
          }
        case "r": attribute = .readOnly
        case "x": attribute = .exported
        case "l": attribute = .lowercase
        case "u": attribute = .uppercase
        case "t": attribute = .trace
        case "I":
          settings.keepsValue = true
          continue
        case "L", "R", "Z":
          attribute =
            letter == "L"
            ? .leftAligned : letter == "R" ? .rightAligned : [.rightAligned, .zeroFilled]
          if letter == "Z", settings.on.contains(.leftAligned) { attribute = .zeroFilled }
          settings.width = number() ?? 0
        case "U": attribute = [.integer, .unsigned]
        default:
          let status = unknownOption(arguments, letter)
          if kind == .export || kind == .readonly { throw special(status) }
          return status
        }
        if isOn { settings.on.formUnion(attribute) } else { settings.off.formUnion(attribute) }
      }
    }
    return nil
  }

  /// One argument: a name, or `name=value`.
  private func declare(
    _ word: Bytes, _ assignment: Assignment?, _ settings: DeclareOptions, _ kind: DeclareKind,
    _ arguments: [Bytes]
  ) throws(Unwind) -> Bool {
    var name = word
    var value: Bytes?
    var isAppend = false
    var index: Bytes?
    // `typeset -i x[*]`: all elements change with the attributes.
    var changesAll = !settings.on.isDisjoint(with: .aligning) || settings.base != nil
    if assignment == nil, let equals = word.index(of: "=") {
      name = word.piece(0, equals)
      value = word.piece(equals + 1, word.count)
      if name.last == "+" {
        isAppend = true
        name.removeLast()
      }
      if name.last == "]", let open = name.index(of: "[") {
        index = name.piece(open + 1, name.count - 1)
        name = name.piece(0, open)
      }
    } else if assignment == nil, name.last == "]", let open = name.index(of: "[") {
      let inner = name.piece(open + 1, name.count - 1)
      changesAll = changesAll || inner.equals("*") || inner.equals("@")
      name = name.piece(0, open)
    }
    guard name.isName else {
      say(arguments, word, "not an identifier")
      if kind == .export || kind == .readonly { throw special(1) }
      return false
    }
    var symbol = symbols.intern(name)
    // The value is that of before: local x=$x.
    if let assignment, case .text(let text) = assignment.value {
      value = try expandSingle(text)
      isAppend = assignment.isAppend
      if let word = assignment.index { index = try subscriptText(symbol, word) }
    }
    let isLocal = functionDepth > 0 && !settings.isGlobal && kind != .export && kind != .readonly
    if settings.on.contains(.reference), let value, value == name {
      say(arguments, name, "a name reference cannot refer to itself")
      return false
    }
    if isLocal {
      makeLocal(symbol, keeping: settings.keepsValue || options.has(Options.localVarInherit))
    } else if !settings.on.contains(.reference), !settings.off.contains(.reference) {
      symbol = resolved(symbol)
    }
    let variable = symbol.variable ?? Variable(nil)
    symbol.variable = variable
    if variable.attributes.contains(.readOnly) {
      let changes = value != nil || assignment != nil || settings.off.contains(.readOnly)
      if changes { throw fatal(name, "is read-only", status: 2) }
    }
    let wasExported = variable.attributes.contains(.exported)
    variable.attributes.subtract(settings.off)
    var on = settings.on.subtracting(kind == .export ? settings.off : [])
    on.remove(.readOnly)
    if on.contains(.lowercase) { variable.attributes.remove(.uppercase) }
    if on.contains(.uppercase) { variable.attributes.remove(.lowercase) }
    if !on.isDisjoint(with: [.leftAligned, .rightAligned, .zeroFilled]) {
      variable.attributes.subtract([.leftAligned, .rightAligned, .zeroFilled])
      variable.width = settings.width ?? 0
    }
    if let base = settings.base { variable.base = base }
    variable.attributes.formUnion(on)
    if wasExported || on.contains(.exported) { environment = nil }
    if !on.isDisjoint(with: .array), variable.list == nil {
      if variable.text != nil || value != nil || assignment != nil {
        _ = makeList(symbol, associative: on.contains(.associative))
      }
      if variable.text == nil, variable.list == nil, on.contains(.associative) {
        variable.list = ArrayValue(associative: true)
      }
      if variable.list == nil { variable.list = ArrayValue(associative: false) }
    }
    if settings.on.contains(.reference) {
      if let value { variable.text = value }
    } else if let assignment, case .list(let elements) = assignment.value {
      try assignList(
        symbol, elements, append: assignment.isAppend, associative: on.contains(.associative))
    } else if let value, value.first == "(", value.last == ")", !on.isDisjoint(with: .array),
      index == nil
    {
      try assignParsed(symbol, value, isAppend)
    } else if let value {
      if let index {
        try assignElement(symbol, text: index, value, append: isAppend)
      } else {
        try assign(symbol, value, append: isAppend)
      }
    } else if changesAll, let list = variable.list {
      try list.changeAll { (text) throws(Unwind) in
        try self.transformed(text, variable, old: nil)
      }
    } else if let text = variable.text, !variable.attributes.isDisjoint(with: .transforming),
      !on.isEmpty
    {
      variable.text = try transformed(text, variable, old: nil)
      if settings.width == 0, variable.width == 0 { variable.width = text.count }
    }
    if settings.width == 0, variable.width == 0, let text = variable.text {
      variable.width = text.count
    }
    if settings.on.contains(.readOnly) { symbol.variable?.attributes.insert(.readOnly) }
    return true
  }

  /// `declare -a 'x=(1 2)'`: the text is read as an assignment.
  private func assignParsed(_ symbol: Symbol, _ text: Bytes, _ isAppend: Bool) throws(Unwind) {
    let parser = ShellParser(symbol.name + bytes("=") + text, symbols: symbols, features: features)
    var found: Assignment?
    do throws(SyntaxError) { found = try parser.soleAssignment() } catch {}
    guard let found, case .list(let elements) = found.value else {
      return try assign(symbol, text, append: isAppend)
    }
    try assignList(symbol, elements, append: isAppend)
  }

  private func declareFunctions(
    _ names: [Bytes], _ settings: DeclareOptions, _ kind: DeclareKind
  ) -> Int32 {
    if names.isEmpty {
      for symbol in symbols.sorted(where: { $0.function != nil }) {
        guard let function = symbol.function else { continue }
        if settings.functionNames {
          out += bytes("declare -f ") + symbol.name + bytes("\n")
        } else {
          out += Unparser.definition(function)
        }
      }
      return 0
    }
    var result: Int32 = 0
    for name in names {
      guard let function = symbols.lookUp(name)?.function else {
        result = 1
        continue
      }
      if kind == .readonly || settings.on.contains(.readOnly) {
        function.isReadOnly = true
      } else if kind == .export {
        function.isExported = !settings.off.contains(.exported)
      } else if settings.functionNames {
        out += name + bytes("\n")
      } else {
        out += Unparser.definition(function)
      }
    }
    return result
  }

  // MARK: listing

  private func listDeclared(_ settings: DeclareOptions, _ kind: DeclareKind) {
    let wanted = settings.on
    for symbol in variables(where: { _ in true }) {
      guard let variable = symbol.variable,
        wanted.isEmpty || !variable.attributes.isDisjoint(with: wanted)
      else { continue }
      switch kind {
      case .export, .readonly:
        guard variable.attributes.isSuperset(of: wanted) else { continue }
        out.put(kind == .export ? "export " : "readonly ")
        out += symbol.name
        if variable.isSet {
          out.append("=")
          out += variable.list.map { literal($0) } ?? Quoting.single(value(symbol) ?? [])
        }
        out.append("\n")
      default:
        guard variable.isSet || settings.prints else { continue }
        if settings.prints || !wanted.isEmpty {
          out += declaration(of: symbol) + bytes("\n")
        } else {
          out += symbol.name + bytes("=")
          out += variable.list.map { literal($0) } ?? Quoting.minimal(value(symbol) ?? [])
          out.append("\n")
        }
      }
    }
  }

  private func show(_ name: Bytes, _ arguments: [Bytes]) -> Bool {
    guard let symbol = symbols.lookUp(name), symbol.variable != nil else {
      say(arguments, name, "not found")
      return false
    }
    out += declaration(of: symbol) + bytes("\n")
    return true
  }

  /// The letters of the attributes, as `${x@a}` gives them.
  func attributeLetters(_ symbol: Symbol) -> Bytes {
    guard let attributes = symbol.variable?.attributes else { return [] }
    var letters: Bytes = []
    for (attribute, letter) in [
      (Variable.Attributes.indexed, "a" as UInt8), (.associative, "A"), (.integer, "i"),
      (.lowercase, "l"),
      (.reference, "n"), (.readOnly, "r"), (.trace, "t"), (.uppercase, "u"), (.exported, "x"),
    ] where attributes.contains(attribute) { letters.append(letter) }
    return letters
  }

  /// `declare -x name="value"`.
  func declaration(of symbol: Symbol) -> Bytes {
    let letters = attributeLetters(symbol)
    var text =
      bytes("declare -") + (letters.isEmpty ? bytes("-") : letters) + bytes(" ") + symbol.name
    if let list = symbol.variable?.list {
      text += bytes("=") + literal(list)
    } else if let value = symbol.variable?.attributes.contains(.reference) == true
      ? symbol.variable?.text : value(symbol)
    {
      text += bytes("=") + Quoting.double(value)
    }
    return text
  }

  /// `([0]="a" [1]="b")`.
  func literal(_ list: ArrayValue) -> Bytes {
    var text = bytes("(")
    for (index, (name, value)) in zip(list.names, list.values).enumerated() {
      if index > 0 { text.append(" ") }
      text +=
        bytes("[") + (list.isAssociative ? Quoting.minimal(name) : name) + bytes("]=")
        + Quoting.double(value)
    }
    if list.isAssociative, list.count > 0 { text.append(" ") }
    return text + bytes(")")
  }

  // MARK: unset, let

  func runUnset(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    var (functions, variables, references) = (false, false, false)
    var result: Int32 = 0
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        switch letter {
        case "f": functions = true
        case "v": variables = true
        case "n": references = true
        default:
          _ = unknownOption(arguments, letter)
          throw special(2)
        }
      }
    }
    for name in rest {
      if functions {
        if symbols.lookUp(name)?.function?.isReadOnly == true {
          throw fatal(name, "is a read only function")
        }
        symbols.lookUp(name)?.function = nil
        continue
      }
      if name.last == "]", let open = name.index(of: "["), open > 0 {
        let inner = name.piece(open + 1, name.count - 1)
        try unsetElement(symbols.intern(name.piece(0, open)), inner)
        continue
      }
      guard name.isName else {
        if !variables, let symbol = symbols.lookUp(name), symbol.function != nil {
          symbol.function = nil
          continue
        }
        say(arguments, name, "not an identifier")
        throw special(1)
      }
      let symbol = symbols.intern(name)
      let target = references ? symbol : resolved(symbol)
      if target.variable == nil, !variables, target.function != nil, !options.has(Options.posix) {
        target.function = nil
      } else if target.isReadOnly {
        complain(name, "is read-only")
        if options.has(Options.posix) { throw special(1) }
        result = 1
      } else {
        try unset(target)
      }
    }
    return result
  }

  func runLet(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    guard arguments.count > 1 else { return usage(arguments, "needs an expression") }
    var value = 0
    for text in arguments.dropFirst() {
      do throws(Unwind) {
        value = try arithmetic(text)
      } catch {
        return 1
      }
    }
    return value == 0 ? 1 : 0
  }
}
