internal import CLinux
internal import CRuntime
internal import Linux
internal import Shell

/// What `read` was asked for.
private struct ReadRequest {
  var isRaw = false
  var delimiter: UInt8 = 10
  var count: Int?
  var isExact = false
  var isSilent = false
  var timeout: Double?
  var descriptor: Int32 = 0
  var array: Bytes?
  var prompt: Bytes?
}

extension Interpreter {
  func runRead(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var request = ReadRequest()
    var index = 1
    while index < arguments.count, arguments[index].count > 1, arguments[index][0] == "-" {
      let word = arguments[index]
      index += 1
      if word.equals("--") { break }
      var position = 1
      while position < word.count {
        let letter = word[position]
        position += 1
        switch letter {
        case "r": request.isRaw = true
        case "s": request.isSilent = true
        case "e": break
        case "a"
        where position == word.count && index < arguments.count && !arguments[index].isEmpty,
          "d", "n", "N", "p", "t", "u", "i":
          var value = word.piece(position, word.count)
          if position >= word.count {
            guard index < arguments.count else {
              return usage(arguments, bytes("-") + [letter] + bytes(": needs a value"))
            }
            value = arguments[index]
            index += 1
          }
          position = word.count
          if let status = set(&request, letter, value, arguments) { return status }
        case "A": request.array = []
        default: return unknownOption(arguments, letter)
        }
      }
    }
    var names = Array(arguments[min(index, arguments.count)...])
    if request.array?.isEmpty == true {
      request.array = names.first ?? bytes("REPLY")
      names = []
    }
    for name in names where !name.isName && !(name.last == "]" && name.contains("[")) {
      say(arguments, name, "not an identifier")
      return 2
    }
    return try read(request, names, arguments)
  }

  private func set(
    _ request: inout ReadRequest, _ letter: UInt8, _ value: Bytes, _ arguments: [Bytes]
  ) -> Int32? {
    switch letter {
    case "a": request.array = value
    case "d": request.delimiter = value.first ?? 0
    case "p": request.prompt = value
    case "n", "N":
      guard let count = value.decimal, count >= -1 else {
        return usage(arguments, value + bytes(": invalid number"))
      }
      // -1: everything there is.
      request.count = count < 0 ? Int.max : count
      request.isExact = letter == "N"
    case "t":
      guard let seconds = parseDouble(String(bytes: value)), seconds >= 0 else {
        return usage(arguments, value + bytes(": invalid timeout"))
      }
      request.timeout = seconds
    case "u":
      guard let number = value.decimal, number >= 0 else {
        return usage(arguments, value + bytes(": invalid descriptor"))
      }
      request.descriptor = Int32(clamping: number)
    default: break
    }
    return nil
  }

  private func read(_ request: ReadRequest, _ names: [Bytes], _ arguments: [Bytes]) throws(Unwind)
    -> Int32
  {
    if let prompt = request.prompt, System.isTerminal(request.descriptor) { writeError(prompt) }
    flushOutput()
    if let timeout = request.timeout, timeout == 0 {
      return System.isReady(request.descriptor, 0) ? 0 : 1
    }
    guard System.isOpen(request.descriptor) else {
      say(arguments, Bytes(decimal: Int(request.descriptor)), "bad file descriptor")
      return 1
    }
    let restoreTerminal =
      request.isSilent || request.count != nil
      ? System.silence(
        request.descriptor, echoes: !request.isSilent, byCharacter: request.count != nil) : nil
    defer { restoreTerminal?() }
    var text: Bytes = []
    var escaped: [Bool] = []
    var status = try readText(request, &text, &escaped)
    if request.count == Int.max, request.isExact, status == 1, !text.isEmpty { status = 0 }
    if let name = names.first(where: { symbols.lookUp($0)?.isReadOnly ?? false }) {
      complain(name, "is read-only")
      return 2
    }
    if let name = request.array {
      let variable = symbols.intern(name)
      try checkWritable(variable)
      let list = ArrayValue(splitAll(text, escaped))
      let old = variable.variable?.attributes ?? []
      variable.variable = Variable(nil, old.union(.indexed))
      variable.variable?.list = list
      return status
    }
    if names.isEmpty {
      try assign(known.reply, text)
      return status
    }
    if request.isExact {
      try assign(name: names[0], text)
      for name in names.dropFirst() { try assign(name: name, []) }
      return status
    }
    for (name, field) in zip(names, split(text, escaped, names.count)) {
      try assign(name: name, field)
    }
    return status
  }

  /// Assigns to `name` or `name[index]`.
  func assign(name: Bytes, _ text: Bytes) throws(Unwind) {
    if name.last == "]", let open = name.index(of: "[") {
      return try assignElement(
        symbols.intern(name.piece(0, open)), text: name.piece(open + 1, name.count - 1), text,
        append: false)
    }
    try assign(symbols.intern(name), text)
  }

  /// Reads up to the delimiter; 0 where it came.
  private func readText(
    _ request: ReadRequest, _ text: inout Bytes, _ escaped: inout [Bool]
  ) throws(Unwind) -> Int32 {
    var source = ByteSource(request.descriptor)
    let deadline = request.timeout.map { (Clock().monotonic(), $0) }
    var isEscaping = false
    var characters = 0
    if request.count == 0 { return 0 }
    while true {
      if let (start, seconds) = deadline, source.isEmpty {
        let left = seconds - Clock().monotonic().since(start)
        if left <= 0 || !System.isReady(request.descriptor, left) { return 142 }
      }
      guard let byte = source.next() else {
        if source.isInterrupted, crt_has_signal() != 0 {
          try runPendingTraps()
          continue
        }
        source.giveBack()
        return 1
      }
      if byte == 0, request.delimiter != 0 { continue }
      if isEscaping {
        isEscaping = false
        if byte == "\n" { continue }
        text.append(byte)
        escaped.append(true)
      } else if byte == "\\", !request.isRaw {
        isEscaping = true
        continue
      } else if byte == request.delimiter, !request.isExact {
        break
      } else {
        text.append(byte)
        escaped.append(false)
      }
      if countsBytes {
        if let count = request.count, text.count >= count { break }
      } else if let count = request.count, byte & 0xC0 != 0x80 || text.count == 1 {
        characters += 1
        if characters >= count, byte < 0x80 { break }
      } else if let count = request.count, characters >= count,
        CharacterScanner.count(text) <= count,
        CharacterScanner.length(text, text.count - 1 - trailing(text)) == trailing(text) + 1
      {
        break
      }
    }
    source.giveBack()
    return 0
  }

  /// How many continuation bytes end `text`.
  private func trailing(_ text: Bytes) -> Int {
    var count = 0
    while count < text.count - 1, text[text.count - 1 - count] & 0xC0 == 0x80 { count += 1 }
    return count
  }

  private func kind(_ text: Bytes, _ escaped: [Bool], _ index: Int) -> UInt8 {
    escaped[index] ? 0 : separators[Int(text[index])]
  }

  /// The fields for `count` names; the last one gets the rest.
  private func split(_ text: Bytes, _ escaped: [Bool], _ count: Int) -> [Bytes] {
    var fields: [Bytes] = []
    var index = 0
    func skipWhite() {
      while index < text.count, kind(text, escaped, index) == 1 { index += 1 }
    }
    func takeField() -> Bytes {
      let start = index
      while index < text.count, kind(text, escaped, index) == 0 { index += 1 }
      return text.piece(start, index)
    }
    func skipDelimiter() {
      skipWhite()
      if index < text.count, kind(text, escaped, index) == 2 {
        index += 1
        skipWhite()
      }
    }
    skipWhite()
    while fields.count < count - 1 {
      fields.append(takeField())
      skipDelimiter()
    }
    let start = index
    let only = takeField()
    skipDelimiter()
    if index >= text.count {
      fields.append(only)
      return fields
    }
    var end = text.count
    while end > start, kind(text, escaped, end - 1) == 1 { end -= 1 }
    fields.append(text.piece(start, end))
    return fields
  }

  private func splitAll(_ text: Bytes, _ escaped: [Bool]) -> [Bytes] {
    var fields: [Bytes] = []
    var rest = text
    var marks = escaped
    while !rest.isEmpty {
      let two = split(rest, marks, 2)
      if two[0].isEmpty, two[1].isEmpty { break }
      fields.append(two[0])
      if two[1].isEmpty { break }
      // What is left starts where the second field does.
      let start = max(1, rest.count - remaining(rest, marks))
      rest = rest.piece(start, rest.count)
      marks = Array(marks[start...])
    }
    return fields
  }

  /// How many bytes are left behind the first field and its delimiter.
  private func remaining(_ text: Bytes, _ escaped: [Bool]) -> Int {
    var index = 0
    while index < text.count, kind(text, escaped, index) == 1 { index += 1 }
    while index < text.count, kind(text, escaped, index) == 0 { index += 1 }
    while index < text.count, kind(text, escaped, index) == 1 { index += 1 }
    if index < text.count, kind(text, escaped, index) == 2 {
      index += 1
      while index < text.count, kind(text, escaped, index) == 1 { index += 1 }
    }
    return text.count - index
  }

  // MARK: mapfile

  func runMapfile(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var (delimiter, limit, origin, skip, strips) = (10 as UInt8, 0, nil as Int?, 0, false)
    var descriptor: Int32 = 0
    var index = 1
    while index < arguments.count, arguments[index].count > 1, arguments[index][0] == "-" {
      let word = arguments[index]
      index += 1
      if word.equals("--") { break }
      var position = 1
      while position < word.count {
        let letter = word[position]
        position += 1
        if letter == "t" {
          strips = true
          continue
        }
        guard letter == "d" || letter == "n" || letter == "O" || letter == "s" || letter == "u"
        else {
          return unknownOption(arguments, letter)
        }
        var value = word.piece(position, word.count)
        if position >= word.count {
          guard index < arguments.count else {
            return usage(arguments, bytes("-") + [letter] + bytes(": needs a value"))
          }
          value = arguments[index]
          index += 1
        }
        position = word.count
        if letter == "d" {
          delimiter = value.first ?? 0
          continue
        }
        guard let number = value.decimal, number >= 0 else {
          return usage(arguments, value + bytes(": invalid number"))
        }
        switch letter {
        case "n": limit = number
        case "O": origin = number
        case "s": skip = number
        default: descriptor = Int32(clamping: number)
        }
      }
    }
    let symbol = index < arguments.count ? symbols.intern(arguments[index]) : known.mapfile
    try checkWritable(symbol)
    flushOutput()
    if origin == nil {
      symbol.variable = Variable(nil, .indexed)
      symbol.variable?.list = ArrayValue(associative: false)
    }
    let list = makeList(symbol)
    var source = ByteSource(descriptor)
    var line: Bytes = []
    var count = 0
    var next = origin ?? 0
    func finish() {
      if skip > 0 {
        skip -= 1
      } else {
        list.set(next, line)
        next += 1
        count += 1
      }
      line = []
    }
    while limit == 0 || count < limit {
      guard let byte = source.next() else { break }
      if byte == delimiter {
        if !strips { line.append(byte) }
        finish()
      } else if byte != 0 {
        line.append(byte)
      }
    }
    if !line.isEmpty { finish() }
    source.giveBack()
    return 0
  }
}

/// Reads a descriptor that others go on reading: by blocks where what is too much can be given back.
struct ByteSource {
  private let descriptor: Int32
  private var buffer: Bytes = []
  private var position = 0
  private let isSeekable: Bool
  private(set) var isInterrupted = false

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    isSeekable = System.seek(descriptor, by: 0)
  }

  var isEmpty: Bool { position >= buffer.count }

  mutating func next() -> UInt8? {
    if position >= buffer.count {
      position = 0
      isInterrupted = false
      let count = System.readOnce(descriptor, &buffer, isSeekable ? 4096 : 1)
      if count < 0 {
        buffer = []
        if count == -Int(EINTR) {
          if crt_has_signal() == 0 { return next() }
          isInterrupted = true
        }
        return nil
      }
      if count == 0 { return nil }
    }
    position += 1
    return buffer[position - 1]
  }

  /// Puts the file position behind what was taken.
  mutating func giveBack() {
    if position < buffer.count { _ = System.seek(descriptor, by: position - buffer.count) }
    buffer = []
    position = 0
  }
}

extension System {
  /// Whether something can be read within `seconds`.
  static func isReady(_ descriptor: Int32, _ seconds: Double) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return CLinux.poll(&poll, 1, Int32(clamping: Int((seconds * 1000).rounded(.up)))) > 0
  }

  /// Switches the echo of a terminal off, or its lines; answers how to undo that.
  static func silence(_ descriptor: Int32, echoes: Bool, byCharacter: Bool) -> (() -> Void)? {
    var old = termios()
    guard tcgetattr(descriptor, &old) == 0 else { return nil }
    var new = old
    if !echoes { new.c_lflag &= ~tcflag_t(ECHO) }
    if byCharacter { new.c_lflag &= ~tcflag_t(ICANON) }
    _ = tcsetattr(descriptor, TCSADRAIN, &new)
    return {
      var saved = old
      _ = tcsetattr(descriptor, TCSADRAIN, &saved)
    }
  }
}
