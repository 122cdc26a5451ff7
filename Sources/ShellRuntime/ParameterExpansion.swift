internal import Report
internal import Shell

/// The value of a parameter before anything is done with it.
enum ParameterValue {
  case unset
  case text(Bytes)
  /// `$@` and its kin; joined: `$*`.
  case list([Bytes], joined: Bool)
}

extension Interpreter {
  func append(_ parameter: Parameter, quoted: Bool, to builder: inout FieldBuilder) throws(Unwind) {
    if case .none = parameter.operation, parameter.index == nil, !parameter.isIndirect {
      switch parameter.subject {
      case .name(let symbol):
        if let value = value(symbol) { return add(value, quoted: quoted, to: &builder) }
      case .positional(let number) where number > 0:
        if number <= positional.count {
          return add(positional[number - 1], quoted: quoted, to: &builder)
        }
      default: break
      }
    }
    switch parameter.operation {
    case .names: return addNames(parameter, quoted, &builder)
    case .keys: return add(try keys(parameter), quoted, &builder)
    case .bad: throw fatal(parameter.source, "bad substitution")
    case .length: return add(Bytes(decimal: try length(parameter)), quoted: quoted, to: &builder)
    case .columns: return add(Bytes(decimal: try columns(parameter)), quoted: quoted, to: &builder)
    default: break
    }
    var subject = parameter
    var value = try parameterValue(parameter)
    if parameter.isIndirect { (subject, value) = try indirect(parameter, value) }
    try append(subject, value, parameter.operation, quoted, &builder)
  }

  /// Does what the operation says with a value.
  private func append(
    _ parameter: Parameter, _ value: ParameterValue, _ operation: Parameter.Operation,
    _ quoted: Bool, _ builder: inout FieldBuilder
  ) throws(Unwind) {
    switch operation {
    case .orDefault(let word, let orEmpty):
      if isMissing(value, orEmpty) {
        return try append(word.parts, to: &builder, quoted: quoted)
      }
    case .alternative(let word, let orEmpty):
      if !isMissing(value, orEmpty) {
        try append(word.parts, to: &builder, quoted: quoted)
      } else if quoted {
        builder.add(quoted: [])
      }
      return
    case .orFail(let word, let orEmpty):
      if isMissing(value, orEmpty) { throw try missing(parameter, word, orEmpty) }
    case .orAssign(let word, let orEmpty):
      if isMissing(value, orEmpty) {
        guard case .name(let symbol) = parameter.subject else {
          throw fatal(parameter.source, "cannot be assigned to")
        }
        let text = try expandSingle(word)
        if case .word(let index)? = parameter.index {
          let key = try subscriptText(symbol, index)
          try assignElement(symbol, text: key, text, append: false)
        } else {
          try assign(symbol, text)
        }
        return add(self.value(symbol) ?? text, quoted: quoted, to: &builder)
      }
    default:
      if case .unset = value {
        if case .transform = operation { return }
        if case .trim(let word, _, _) = operation { _ = try pattern(word) }
        if options.has(Options.noUnset) { throw unsetFailure(Self.name(parameter)) }
        if quoted { builder.add(quoted: []) }
        return
      }
    }
    add(try changed(value, parameter, operation), quoted, &builder)
  }

  private func append(_ parts: [WordPart], to builder: inout FieldBuilder, quoted: Bool)
    throws(Unwind)
  {
    if quoted { builder.add(quoted: []) }
    try append(parts, to: &builder, splits: !quoted)
  }

  private static func name(_ parameter: Parameter) -> Bytes {
    switch parameter.subject {
    case .name(let symbol): symbol.name
    case .positional(let number): Bytes(decimal: number)
    case .special(let byte): [byte]
    }
  }

  private func isMissing(_ value: ParameterValue, _ orEmpty: Bool) -> Bool {
    switch value {
    case .unset: true
    case .text(let text): orEmpty && text.isEmpty
    case .list(let list, let joined):
      list.isEmpty || (orEmpty && join(list, joined ? joiner : [" "]).isEmpty)
    }
  }

  /// `${x?word}` of what is missing.
  private func missing(_ parameter: Parameter, _ word: Word, _ orEmpty: Bool) throws(Unwind)
    -> Unwind
  {
    var text = try expandSingle(word)
    if word.source.isEmpty {
      text = orEmpty ? bytes("parameter null or not set") : bytes("parameter not set")
    }
    return fatal(Self.name(parameter) + bytes(": ") + text)
  }

  // MARK: values

  func parameterValue(_ parameter: Parameter) throws(Unwind) -> ParameterValue {
    switch parameter.subject {
    case .name(let symbol):
      switch parameter.index {
      case nil: return value(symbol).map { .text($0) } ?? .unset
      case .word(let word)?: return try element(symbol, word).map { .text($0) } ?? .unset
      case .all?: return .list(list(symbol)?.values ?? [], joined: false)
      case .joined?: return .list(list(symbol)?.values ?? [], joined: true)
      }
    case .positional(let number):
      if number == 0 { return .text(zero) }
      return number <= positional.count ? .text(positional[number - 1]) : .unset
    case .special(let byte):
      switch byte {
      case "@": return .list(positional, joined: false)
      case "*": return .list(positional, joined: true)
      case "#": return .text(Bytes(decimal: positional.count))
      case "?": return .text(Bytes(decimal: Int(status)))
      case "-": return .text(options.letters)
      case "$": return .text(Bytes(decimal: Int(pid)))
      default:
        return lastBackground == 0 ? .unset : .text(Bytes(decimal: Int(lastBackground)))
      }
    }
  }

  private func indirect(
    _ parameter: Parameter, _ value: ParameterValue
  ) throws(Unwind) -> (Parameter, ParameterValue) {
    if case .name(let symbol) = parameter.subject, parameter.index == nil,
      symbol.variable?.attributes.contains(.reference) == true
    {
      return (parameter, .text(symbol.variable?.text ?? []))
    }
    guard case .text(let name) = value, !name.isEmpty else {
      if case .unset = value, options.has(Options.noUnset) {
        throw unsetFailure(Self.name(parameter))
      }
      if case .text = value, case .none = parameter.operation {
        throw fatal(parameter.source, "bad substitution")
      }
      return (parameter, .unset)
    }
    let inner = ShellParser(bytes("${") + name + bytes("}"), symbols: symbols)
    var target: Parameter?
    do throws(SyntaxError) { target = try inner.singleParameter() } catch {}
    guard let target, case .none = target.operation else {
      throw fatal(name, "invalid variable name")
    }
    return (target, try parameterValue(target))
  }

  /// Whether a character is a byte: the locale is C.
  var countsBytes: Bool { !options.has(Options.utf8) }

  /// mksh's `${%…}`: columns on a terminal; -1 where there is a control character.
  private func columns(_ parameter: Parameter) throws(Unwind) -> Int {
    guard case .text(let text) = try parameterValue(parameter) else {
      if options.has(Options.noUnset) { throw unsetFailure(Self.name(parameter)) }
      return 0
    }
    return width(of: text) ?? -1
  }

  /// The columns of `text`; nil where it holds a control character.
  func width(of text: Bytes) -> Int? {
    var columns = 0
    var scanner = CharacterScanner(text)
    if countsBytes {
      let hasControls = text.contains { $0 & 0x7F < 0x20 || $0 == 0x7F }
      return hasControls ? nil : text.count
    }
    while let code = scanner.next() {
      if code < 0x20 || code &- 0x7F < 0x21 && code >= 0x7F { return nil }
      columns += Unicode.Scalar(UInt32(code)).map { displayWidth($0) } ?? 1
    }
    return columns
  }

  /// `${#…}`.
  private func length(_ parameter: Parameter) throws(Unwind) -> Int {
    switch try parameterValue(parameter) {
    case .unset:
      if options.has(Options.noUnset) { throw unsetFailure(Self.name(parameter)) }
      return 0
    case .text(let text): return countsBytes ? text.count : CharacterScanner.count(text)
    case .list(let list, _): return list.count
    }
  }

  private func keys(_ parameter: Parameter) throws(Unwind) -> ParameterValue {
    guard case .name(let symbol) = parameter.subject else { return .unset }
    let joined: Bool
    if case .joined? = parameter.index { joined = true } else { joined = false }
    return .list(list(symbol)?.names ?? [], joined: joined)
  }

  private func addNames(_ parameter: Parameter, _ quoted: Bool, _ builder: inout FieldBuilder) {
    let prefix = Self.name(parameter)
    let names = variables { $0.isSet }.filter { $0.name.starts(with: prefix) }
    let joined: Bool
    if case .joined? = parameter.index { joined = true } else { joined = false }
    add(.list(names.map { $0.name }, joined: joined), quoted, &builder)
  }

  /// Puts a value into fields: each of a list its own.
  private func add(_ value: ParameterValue, _ quoted: Bool, _ builder: inout FieldBuilder) {
    switch value {
    case .unset: if quoted { builder.add(quoted: []) }
    case .text(let text): add(text, quoted: quoted, to: &builder)
    case .list(let list, let joined):
      if quoted, joined { return builder.add(quoted: join(list, joiner)) }
      guard builder.mode == .fields else {
        // Where no fields can be made, `$*` joins as in quotes and `$@` by spaces.
        let text = join(list, joined ? joiner : [" "])
        return quoted
          ? builder.add(quoted: text) : builder.add(expanded: text, separators: separators)
      }
      for (index, text) in list.enumerated() {
        if index > 0 { builder.separate() }
        add(text, quoted: quoted, to: &builder)
      }
    }
  }

  func join(_ list: [Bytes], _ separator: Bytes) -> Bytes {
    guard var text = list.first else { return [] }
    for item in list.dropFirst() {
      text += separator
      text += item
    }
    return text
  }

  // MARK: changes

  private func changed(
    _ value: ParameterValue, _ parameter: Parameter, _ operation: Parameter.Operation
  ) throws(Unwind) -> ParameterValue {
    switch operation {
    case .trim(let word, let suffix, let longest):
      let pattern = try pattern(word)
      return map(value) { Self.trim($0, pattern, suffix: suffix, longest: longest) }
    case .replace(let word, let replacement, let kind):
      let pattern = try pattern(word)
      let text = try expandSingle(replacement)
      return map(value) { Self.replace($0, pattern, text, kind, countsBytes: self.countsBytes) }
    case .changeCase(let kind, let all, let word):
      let pattern = try word.map { (word) throws(Unwind) in try self.pattern(word) }
      return map(value) { Self.changeCase($0, kind, all: all, pattern) }
    case .slice(let offset, let count):
      return try slice(value, parameter, try evaluate(offset), count)
    case .transform(let letter): return try transform(value, parameter, letter)
    default: return value
    }
  }

  private func map(_ value: ParameterValue, _ body: (Bytes) -> Bytes) -> ParameterValue {
    switch value {
    case .unset: .unset
    case .text(let text): .text(body(text))
    case .list(let list, let joined): .list(list.map(body), joined: joined)
    }
  }

  static func trim(_ text: Bytes, _ pattern: GlobPattern, suffix: Bool, longest: Bool) -> Bytes {
    if suffix {
      guard let start = pattern.suffix(text, longest: longest) else { return text }
      return text.piece(0, start)
    }
    guard let ends = pattern.ends(text, from: 0) else { return text }
    return text.piece(longest ? ends.longest : ends.shortest, text.count)
  }

  static func replace(
    _ text: Bytes, _ pattern: GlobPattern, _ replacement: Bytes, _ kind: Parameter.Replacement,
    countsBytes: Bool
  ) -> Bytes {
    switch kind {
    case .prefix:
      guard let ends = pattern.ends(text, from: 0) else { return text }
      return replacement + text[ends.longest...]
    case .suffix:
      guard let start = pattern.suffix(text, longest: true) else { return text }
      return text[..<start] + replacement
    case .first, .all:
      var result: Bytes = []
      var position = 0
      while position <= text.count {
        if let ends = pattern.ends(text, from: position), ends.longest > position || text.isEmpty {
          result += replacement
          position = ends.longest
          if kind == .first || text.isEmpty { break }
          continue
        }
        guard position < text.count else { break }
        let length = countsBytes ? 1 : CharacterScanner.length(text, position)
        result += text[position..<(position + length)]
        position += length
      }
      if position < text.count { result += text[position...] }
      return result
    }
  }

  private static func changeCase(
    _ text: Bytes, _ kind: UInt8, all: Bool, _ pattern: GlobPattern?
  ) -> Bytes {
    var result = text
    var index = 0
    while index < result.count {
      let length = CharacterScanner.length(result, index)
      if length == 1, pattern?.matches([result[index]]) ?? true {
        let byte = result[index]
        switch kind {
        case "^": result[index] = byte.upper
        case ",": result[index] = byte.lower
        default: result[index] = byte.isUpper ? byte.lower : byte.upper
        }
      }
      index += length
      if !all { break }
    }
    return result
  }

  /// `${x:offset:count}`.
  private func slice(
    _ value: ParameterValue, _ parameter: Parameter, _ offset: Int, _ count: ArithmeticText?
  ) throws(Unwind) -> ParameterValue {
    let length = try count.map { (count) throws(Unwind) in try self.evaluate(count) }
    switch value {
    case .unset: return .unset
    case .text(let text):
      var starts: [Int] = []
      var index = 0
      while index < text.count {
        starts.append(index)
        index += countsBytes ? 1 : CharacterScanner.length(text, index)
      }
      starts.append(text.count)
      guard let (first, last) = try bounds(offset, length, starts.count - 1, isList: false) else {
        return .text([])
      }
      return .text(text.piece(starts[first], starts[last]))
    case .list(var list, let joined):
      var indices: [Int]?
      if case .special = parameter.subject {
        // $0 comes before $1, but only where it is asked for.
        if offset == 0 {
          list.insert(zero, at: 0)
        } else if offset > 0 {
          list.insert([], at: 0)
        } else {
          list.insert(zero, at: 0)
        }
      } else if case .name(let symbol) = parameter.subject {
        indices = self.list(symbol)?.numbers
      }
      var start = offset
      if let indices, let last = indices.last {
        let wanted = offset < 0 ? last + 1 + offset : offset
        start = wanted < 0 ? list.count : indices.firstIndex { $0 >= wanted } ?? list.count
        if let length, length < 0 { throw fatal(parameter.source, "substring expression < 0") }
        return .list(Array(list.dropFirst(start).prefix(length ?? list.count)), joined: joined)
      }
      guard let (first, last) = try bounds(start, length, list.count, isList: true) else {
        return .list([], joined: joined)
      }
      return .list(Array(list[first..<last]), joined: joined)
    }
  }

  private func bounds(
    _ offset: Int, _ length: Int?, _ total: Int, isList: Bool
  ) throws(Unwind) -> (Int, Int)? {
    let first = offset < 0 ? total &+ offset : offset
    guard first >= 0, first <= total else { return nil }
    guard let length else { return (first, total) }
    if length < 0 {
      let last = total &+ length
      if isList || last < first { throw fatal(bytes("substring expression < 0")) }
      return (first, last)
    }
    return (first, min(total, first &+ min(length, total)))
  }

  /// `${x@Q}` and its kin.
  private func transform(
    _ value: ParameterValue, _ parameter: Parameter, _ letter: UInt8
  ) throws(Unwind) -> ParameterValue {
    switch letter {
    case "Q": return map(value) { Quoting.quoted($0) }
    case "U": return map(value) { $0.map { $0.upper } }
    case "L": return map(value) { $0.map { $0.lower } }
    case "u": return map(value) { Self.changeCase($0, "^", all: false, nil) }
    case "E": return map(value) { unescape($0, .dollarQuote).text }
    case "P": return map(value) { self.expandPrompt($0) }
    case "#": return map(value) { Self.hash($0) }
    case "A", "a", "K", "k":
      guard case .name(let symbol) = parameter.subject else { return value }
      if letter == "a" { return .text(attributeLetters(resolved(symbol))) }
      if letter == "A" { return .text(declaration(of: resolved(symbol))) }
      guard let list = list(symbol) else { return value }
      var pairs: [Bytes] = []
      for (key, item) in zip(list.names, list.values) {
        pairs += letter == "k" ? [key, item] : [key + bytes(" ") + Quoting.double(item)]
      }
      return .list(letter == "k" ? pairs : [join(pairs, [" "])], joined: false)
    default: throw fatal(parameter.source, "bad substitution")
    }
  }

  /// mksh's `${x@#}`: a hash of the text, in hexadecimal.
  private static func hash(_ text: Bytes) -> Bytes {
    var hash: UInt32 = 0
    for byte in text {
      hash = (hash &+ UInt32(byte)) &* 1025
      hash ^= hash >> 6
    }
    hash = hash &* 1025
    hash ^= hash >> 6
    hash = hash &+ hash << 3
    hash ^= hash >> 11
    hash = hash &+ hash << 15
    let digits = String(hash, radix: 16)
    return Bytes(repeating: "0", count: max(0, 8 - digits.utf8.count)) + Bytes(digits.utf8)
  }
}
