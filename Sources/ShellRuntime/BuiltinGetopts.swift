internal import Shell

extension Interpreter {
  func runGetopts(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    if rest.first?.equals("--") == true { rest = rest.dropFirst() }
    guard rest.count >= 2, let specification = rest.first, let name = rest.dropFirst().first else {
      _ = usage(arguments, "usage: getopts OPTIONS NAME [ARGUMENT...]")
      return 2
    }
    guard name.isName else {
      say(arguments, name, "not an identifier")
      return 2
    }
    let words = rest.count > 2 ? Array(rest.dropFirst(2)) : positional
    // OPTIND=0 starts anew, too.
    if getoptsIndex == 0 { getoptsIndex = 1 }
    let isSilent = specification.first == ":"
    let symbol = symbols.intern(name)
    func finish(_ letter: Bytes, _ argument: Bytes?, _ status: Int32) throws(Unwind) -> Int32 {
      let (index, offset) = (getoptsIndex, getoptsOffset)
      try assign(known.optind, Bytes(decimal: index))
      (getoptsIndex, getoptsOffset) = (index, offset)
      if let argument { try assign(known.optarg, argument) } else { try unset(known.optarg) }
      if resolved(symbol).isReadOnly {
        complain(name, "is read-only")
        return 2
      }
      try assign(symbol, letter)
      return status
    }
    guard getoptsIndex >= 1, getoptsIndex <= words.count else {
      getoptsIndex = max(1, min(getoptsIndex, words.count + 1))
      return try finish(bytes("?"), nil, 1)
    }
    let word = words[getoptsIndex - 1]
    if getoptsOffset <= 1 || getoptsOffset >= word.count {
      guard word.count > 1, word[0] == "-" else { return try finish(bytes("?"), nil, 1) }
      if word.equals("--") {
        getoptsIndex += 1
        getoptsOffset = 1
        return try finish(bytes("?"), nil, 1)
      }
      getoptsOffset = 1
    }
    let letter = word[getoptsOffset]
    getoptsOffset += 1
    let isEnd = getoptsOffset >= word.count
    func next() {
      getoptsIndex += 1
      getoptsOffset = 1
    }
    guard letter != ":", let place = specification.index(of: letter) else {
      if isEnd { next() }
      if isSilent { return try finish(bytes("?"), [letter], 0) }
      if value(known.opterr)?.equals("0") != true {
        complain(bytes("-") + [letter] + bytes(": unknown option"))
      }
      return try finish(bytes("?"), nil, 0)
    }
    guard place + 1 < specification.count, specification[place + 1] == ":" else {
      if isEnd { next() }
      return try finish([letter], nil, 0)
    }
    if !isEnd {
      let argument = word.piece(getoptsOffset, word.count)
      next()
      return try finish([letter], argument, 0)
    }
    next()
    if getoptsIndex <= words.count {
      let argument = words[getoptsIndex - 1]
      next()
      return try finish([letter], argument, 0)
    }
    if isSilent { return try finish(bytes(":"), [letter], 0) }
    if value(known.opterr)?.equals("0") != true {
      complain(bytes("-") + [letter] + bytes(": needs a value"))
    }
    return try finish(bytes("?"), nil, 0)
  }
}
