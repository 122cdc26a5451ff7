internal import Shell

extension Interpreter {
  /// The list behind a name, made of its text where it is no array.
  func list(_ symbol: Symbol) -> ArrayValue? {
    if symbol.dynamic != 0, let list = dynamicList(symbol) { return list }
    let symbol = resolved(symbol)
    guard let variable = symbol.variable else { return nil }
    if let list = variable.list { return list }
    guard let text = value(symbol) ?? variable.text else { return nil }
    return ArrayValue([text])
  }

  /// An index of an array, counted from the end where it is negative.
  private func index(_ text: Bytes, _ list: ArrayValue?, _ symbol: Symbol) throws(Unwind) -> Int {
    let number = try arithmetic(text)
    if number >= 0 { return number }
    let wrapped = (list?.lastIndex ?? -1) + 1 + number
    guard wrapped >= 0 else { throw fatal(symbol.name, "bad array subscript") }
    return wrapped
  }

  /// The element at a subscript that is text already; nil where there is none.
  func element(_ symbol: Symbol, text: Bytes) -> Bytes? {
    guard let list = list(symbol) else { return nil }
    if list.isAssociative { return list[text] }
    do throws(Unwind) {
      return list[try index(text, list, symbol)]
    } catch {
      return nil
    }
  }

  func element(_ symbol: Symbol, _ word: Word) throws(Unwind) -> Bytes? {
    let symbol = resolved(symbol)
    let text = try expandSingle(word)
    guard let list = list(symbol) else {
      if symbol.variable?.attributes.contains(.associative) != true { _ = try arithmetic(text) }
      return nil
    }
    return list.isAssociative ? list[text] : list[try index(text, list, symbol)]
  }

  /// The variable as an array, made one where it is none.
  func makeList(_ symbol: Symbol, associative: Bool = false) -> ArrayValue {
    let variable = symbol.variable ?? Variable(nil)
    symbol.variable = variable
    if let list = variable.list { return list }
    let isAssociative = associative || variable.attributes.contains(.associative)
    let list = ArrayValue(associative: isAssociative)
    if let text = variable.text {
      if isAssociative { list.set(bytes("0"), text) } else { list.set(0, text) }
    }
    variable.list = list
    variable.text = nil
    variable.attributes.insert(isAssociative ? .associative : .indexed)
    return list
  }

  func assignElement(
    _ symbol: Symbol, text subscriptText: Bytes, _ value: Bytes, append: Bool
  ) throws(Unwind) {
    let symbol = resolved(symbol)
    try checkWritable(symbol)
    let list = makeList(symbol)
    guard let variable = symbol.variable else { return }
    if list.isAssociative {
      let old = append ? list[subscriptText] : nil
      list.set(subscriptText, try transformed(value, variable, old: old))
    } else {
      let position = try index(subscriptText, list, symbol)
      guard position < 1 << 40 else { throw fatal(symbol.name, "bad array subscript") }
      let old = append ? list[position] : nil
      list.set(position, try transformed(value, variable, old: old))
    }
  }

  /// `name=(…)` and `name+=(…)`.
  func assignList(
    _ symbol: Symbol, _ elements: [Assignment.Element], append: Bool, associative: Bool = false
  ) throws(Unwind) {
    let symbol = resolved(symbol)
    try checkWritable(symbol)
    let isAssociative = associative || symbol.variable?.attributes.contains(.associative) == true
    // All is expanded before anything changes: a=("${a[@]}" more).
    var pieces: [(key: Bytes?, value: Bytes, append: Bool)] = []
    for element in elements {
      if let key = element.key {
        let value = try expandSingle(element.value)
        pieces.append((try expandSingle(key), value, element.isAppend))
      } else {
        for field in try expand([element.value]) { pieces.append((nil, field, false)) }
      }
    }
    if !append {
      let attributes = symbol.variable?.attributes ?? []
      let fresh = Variable(nil, attributes)
      fresh.list = ArrayValue(associative: isAssociative)
      fresh.attributes.insert(isAssociative ? .associative : .indexed)
      fresh.width = symbol.variable?.width ?? 0
      symbol.variable = fresh
    }
    let list = makeList(symbol, associative: isAssociative)
    guard let variable = symbol.variable else { return }
    var next = append && !isAssociative ? list.lastIndex + 1 : 0
    var pendingKey: Bytes?
    for piece in pieces {
      if isAssociative {
        if let key = piece.key {
          let old = piece.append ? list[key] : nil
          list.set(key, try transformed(piece.value, variable, old: old))
        } else if let key = pendingKey {
          list.set(key, try transformed(piece.value, variable, old: nil))
          pendingKey = nil
        } else {
          pendingKey = piece.value
        }
        continue
      }
      if let key = piece.key { next = try index(key, list, symbol) }
      guard next < 1 << 40 else { throw fatal(symbol.name, "bad array subscript") }
      let old = piece.append ? list[next] : nil
      list.set(next, try transformed(piece.value, variable, old: old))
      next += 1
    }
    if let pendingKey { list.set(pendingKey, []) }
    if variable.attributes.contains(.exported) { environment = nil }
  }

  func unsetElement(_ symbol: Symbol, _ text: Bytes) throws(Unwind) {
    let symbol = resolved(symbol)
    try checkWritable(symbol)
    guard let variable = symbol.variable else { return }
    guard let list = variable.list else {
      if try arithmetic(text) == 0 { variable.text = nil }
      return
    }
    if text.equals("@") || text.equals("*"), !list.isAssociative {
      variable.list = ArrayValue(associative: false)
    } else if list.isAssociative {
      list.remove(text)
    } else {
      list.remove(try index(text, list, symbol))
    }
  }

  /// Runs an assignment as a command has it.
  func run(_ assignment: Assignment) throws(Unwind) {
    switch assignment.value {
    case .list(let elements):
      try assignList(assignment.symbol, elements, append: assignment.isAppend)
    case .text(let word):
      if let addition = assignment.addition, let variable = assignment.symbol.variable,
        variable.attributes.isEmpty, variable.text != nil, variable.list == nil,
        assignment.symbol.dynamic == 0, !options.has(Options.allExport)
      {
        // In place: a text that is built piece by piece is not copied for each of them.
        let text = try expandSingle(addition)
        variable.text?.append(contentsOf: text)
        return
      }
      let value = try expandSingle(word)
      if let index = assignment.index {
        let text = try subscriptText(assignment.symbol, index)
        try assignElement(assignment.symbol, text: text, value, append: assignment.isAppend)
      } else {
        try assign(assignment.symbol, value, append: assignment.isAppend)
      }
    }
  }

  func subscriptText(_ symbol: Symbol, _ word: Word) throws(Unwind) -> Bytes {
    try expandSingle(word)
  }
}
