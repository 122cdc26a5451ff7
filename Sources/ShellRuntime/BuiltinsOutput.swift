internal import Box
internal import CLinux
internal import Linux
internal import Shell

extension Interpreter {
  func runEcho(_ arguments: [Bytes]) -> Int32 {
    var (endsLine, escapes) = (true, options.has(Options.xpgEcho))
    var index = 1
    while index < arguments.count {
      let word = arguments[index]
      guard word.count > 1, word[0] == "-",
        word.dropFirst().allSatisfy({ $0 == "n" || $0 == "e" || $0 == "E" })
      else { break }
      for letter in word.dropFirst() {
        if letter == "n" { endsLine = false } else { escapes = letter == "e" }
      }
      index += 1
    }
    var isFirst = true
    while index < arguments.count {
      if !isFirst { out.append(" ") }
      isFirst = false
      if escapes {
        let (text, stops) = unescape(arguments[index], .echo)
        out += text
        if stops { return 0 }
      } else {
        out += arguments[index]
      }
      index += 1
    }
    if endsLine { out.append("\n") }
    return 0
  }

  /// ksh's print.
  func runPrint(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var (endsLine, escapes, separator, end) = (true, true, 0x20 as UInt8, 10 as UInt8)
    var descriptor: Int32 = 1
    var (toHistory, areCodes) = (false, false)
    var index = 1
    options: while index < arguments.count, arguments[index].count > 1, arguments[index][0] == "-" {
      let word = arguments[index]
      index += 1
      if word.equals("--") { break }
      var position = 1
      while position < word.count {
        let letter = word[position]
        position += 1
        switch letter {
        case "n": endsLine = false
        case "r": escapes = false
        case "R":
          escapes = false
          while index < arguments.count, arguments[index].equals("-n") {
            endsLine = false
            index += 1
          }
          break options
        case "e": escapes = true
        case "l": separator = 10
        case "N":
          separator = 0
          end = 0
        case "s": toHistory = true
        case "A": areCodes = true
        case "u":
          let value = position < word.count ? word.piece(position, word.count) : []
          position = word.count
          descriptor = Int32(clamping: value.decimal ?? 1)
        default: return unknownOption(arguments, letter)
        }
      }
    }
    var text: Bytes = []
    for (number, word) in arguments[min(index, arguments.count)...].enumerated() {
      if areCodes {
        text += character(try arithmetic(word))
        continue
      }
      if number > 0 { text.append(separator) }
      if escapes { text += printed(word, &endsLine) } else { text += word }
    }
    if toHistory {
      history?.append(text, limit: historyRules.limit)
      return 0
    }
    if endsLine { text.append(end) }
    if descriptor == 1 {
      out += text
    } else {
      flushOutput()
      let error = System.writeAll(descriptor, text)
      if error != 0 {
        complain(arguments[0] + bytes(": ") + System.text(error))
        return 1
      }
    }
    return 0
  }

  /// The text of a word of `print`, where `\c` takes the newline away and nothing else.
  private func printed(_ word: Bytes, _ endsLine: inout Bool) -> Bytes {
    var text: Bytes = []
    var index = 0
    while index < word.count {
      let byte = word[index]
      index += 1
      guard byte == "\\", index < word.count else {
        text.append(byte)
        continue
      }
      if case .end = escape(word, &index, .echo, &text) { endsLine = false }
    }
    return text
  }

  func runPrintf(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var rest = arguments.dropFirst()
    var target: Bytes?
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      guard word.starts("-v") else { return unknownOption(arguments, word[1]) }
      target = word.count > 2 ? word.piece(2, word.count) : rest.popFirst()
      guard target != nil else { return usage(arguments, "-v: needs a name") }
    }
    guard let format = rest.first else {
      return usage(arguments, "usage: printf [-v NAME] FORMAT [ARGUMENT...]")
    }
    var formatter = PrintfFormatter(format: format, arguments: Array(rest.dropFirst()))
    formatter.now = context.clock.now()
    formatter.start = startTime
    formatter.run()
    for complaint in formatter.complaints { complain(arguments[0] + bytes(": ") + complaint) }
    if let target {
      try assign(name: target, formatter.output)
    } else {
      out += formatter.output
    }
    return formatter.hasFailed ? 1 : 0
  }
}

/// printf(1) as bash has it.
struct PrintfFormatter {
  let format: Bytes
  let arguments: [Bytes]
  private(set) var output: Bytes = []
  private(set) var complaints: [Bytes] = []
  private(set) var hasFailed = false
  var now = Instant(seconds: 0)
  var start = Instant(seconds: 0)
  private var next = 0
  private var isStopped = false

  init(format: Bytes, arguments: [Bytes]) {
    self.format = format
    self.arguments = arguments
  }

  mutating func run() {
    repeat {
      let before = next
      pass()
      if isStopped || next == before { return }
    } while next < arguments.count
  }

  private mutating func argument() -> Bytes? {
    guard next < arguments.count else { return nil }
    next += 1
    return arguments[next - 1]
  }

  private mutating func pass() {
    var index = 0
    while index < format.count, !isStopped {
      let byte = format[index]
      index += 1
      if byte == "\\", index < format.count {
        if escape(format, &index, .format, &output) == .end { isStopped = true }
      } else if byte == "%" {
        convert(&index)
      } else {
        output.append(byte)
      }
    }
  }

  private mutating func fail(_ text: Bytes) {
    complaints.append(text)
    hasFailed = true
  }

  private mutating func convert(_ index: inout Int) {
    if index < format.count, format[index] == "%" {
      output.append("%")
      index += 1
      return
    }
    var flags: Bytes = []
    while index < format.count, "-+ #0'".utf8.contains(format[index]) {
      if format[index] != "'" { flags.append(format[index]) }
      index += 1
    }
    var width = number(&index) ?? 0
    if width < 0 {
      flags.append("-")
      width = 0 - width
    }
    var precision: Int?
    if index < format.count, format[index] == "." {
      index += 1
      precision = number(&index) ?? 0
      if let given = precision, given < 0 { precision = nil }
    }
    var timeFormat: Bytes?
    if index < format.count, format[index] == "(" {
      let begin = index + 1
      while index < format.count, format[index] != ")" { index += 1 }
      timeFormat = format.piece(begin, index)
      index += 1
    }
    while index < format.count, "hlLjtz".utf8.contains(format[index]) { index += 1 }
    guard index < format.count else {
      fail(bytes("%: missing format character"))
      isStopped = true
      return
    }
    let letter = format[index]
    index += 1
    width = min(width, 1 << 24)
    precision = precision.map { min($0, 1 << 24) }
    if let timeFormat, letter == "T" { return pad(time(timeFormat), width, nil, flags) }
    switch letter {
    case "s": pad(argument() ?? [], width, precision, flags)
    case "c": pad(argument()?.first.map { [$0] } ?? [], width, nil, flags)
    case "q": pad(Quoting.backslashed(argument() ?? []), width, precision, flags)
    case "Q": pad(Quoting.quoted(argument() ?? []), width, precision, flags)
    case "b":
      let (text, stops) = unescape(argument() ?? [], .argument)
      pad(text, width, precision, flags)
      if stops { isStopped = true }
    case "d", "i":
      let value = integer(argument())
      if flags.isEmpty, precision == nil {
        let digits = Bytes(decimal: Int(value))
        output += Bytes(repeating: " ", count: max(0, width - digits.count)) + digits
      } else {
        formatted(flags, "d", width, precision) { format, width, precision in
          clinux_format_signed(format, width, precision, value)
        }
      }
    case "o", "u", "x", "X":
      let value = UInt64(bitPattern: integer(argument(), unsigned: true))
      formatted(flags, letter, width, precision) { format, width, precision in
        clinux_format_unsigned(format, width, precision, value)
      }
    case "e", "E", "f", "F", "g", "G", "a", "A": real(argument(), flags, letter, width, precision)
    default:
      fail(bytes("%") + [letter] + bytes(": invalid format character"))
      isStopped = true
    }
  }

  /// A width or precision; `*` takes the next argument.
  private mutating func number(_ index: inout Int) -> Int? {
    if index < format.count, format[index] == "*" {
      index += 1
      return Int(clamping: integer(argument()))
    }
    var value: Int?
    while index < format.count, format[index].isDigit {
      value = min((value ?? 0) * 10 + Int(format[index] - 0x30), 1 << 30)
      index += 1
    }
    return value
  }

  private mutating func pad(_ text: Bytes, _ width: Int, _ precision: Int?, _ flags: Bytes) {
    let shown = precision.map { Bytes(text.prefix($0)) } ?? text
    let space = Bytes(repeating: " ", count: max(0, width - CharacterScanner.count(shown)))
    output += flags.contains("-") ? shown + space : space + shown
  }

  private mutating func formatted(
    _ flags: Bytes, _ letter: UInt8, _ width: Int, _ precision: Int?,
    _ body: (UnsafePointer<CChar>, Int32, Int32) -> UnsafeMutablePointer<CChar>?
  ) {
    let format = bytes("%") + flags + bytes("*.*l") + [letter]
    let text = System.withPath(format) { body($0, Int32(width), Int32(precision ?? -1)) }
    guard let text else { return }
    output += UnsafeRawBufferPointer(start: text, count: strlen(text))
    free(text)
  }

  private mutating func real(
    _ word: Bytes?, _ flags: Bytes, _ letter: UInt8, _ width: Int, _ precision: Int?
  ) {
    let format = bytes("%") + flags + bytes("*.*L") + [letter]
    var source = word ?? bytes("0")
    if source.isEmpty { source = bytes("0") }
    if let first = source.first, first == "'" || first == "\"" {
      source = Bytes(decimal: Int(integer(source)))
    }
    var (length, code) = (0, 0 as Int32)
    let text = System.withPath(format) { format in
      System.withPath(source) {
        clinux_format_real(format, Int32(width), Int32(precision ?? -1), $0, &length, &code)
      }
    }
    guard let text else { return }
    if length < source.count { fail(source + bytes(": invalid number")) }
    output += UnsafeRawBufferPointer(start: text, count: strlen(text))
    free(text)
  }

  /// An argument as a number in C notation, or the code of a character behind a quote.
  private mutating func integer(_ word: Bytes?, unsigned: Bool = false) -> Int64 {
    guard let word, !word.isEmpty else { return 0 }
    if word[0] == "'" || word[0] == "\"" {
      var scanner = CharacterScanner(word, 1)
      return Int64(scanner.next() ?? 0)
    }
    var index = 0
    while index < word.count, word[index].isSpace { index += 1 }
    let isNegative = index < word.count && word[index] == "-"
    if isNegative || (index < word.count && word[index] == "+") { index += 1 }
    var radix: UInt64 = 10
    if index + 1 < word.count, word[index] == "0" {
      let isHexadecimal =
        word[index + 1] | 0x20 == "x" && index + 2 < word.count
        && word[index + 2].hexadecimalValue != nil
      radix = isHexadecimal ? 16 : 8
      index += isHexadecimal ? 2 : 0
    }
    var magnitude: UInt64 = 0
    var overflows = false
    let first = index
    while index < word.count, let digit = word[index].hexadecimalValue, UInt64(digit) < radix {
      let (product, high) = magnitude.multipliedReportingOverflow(by: radix)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      overflows = overflows || high || carry
      magnitude = sum
      index += 1
    }
    if index == first || index < word.count { fail(word + bytes(": invalid number")) }
    let limit: UInt64 = unsigned ? .max : isNegative ? 1 << 63 : 1 << 63 - 1
    if overflows || magnitude > limit {
      fail(word + bytes(": number out of range"))
      return unsigned ? -1 : isNegative ? Int64.min : Int64.max
    }
    let value = Int64(bitPattern: magnitude)
    return isNegative ? 0 &- value : value
  }

  private mutating func time(_ format: Bytes) -> Bytes {
    var seconds = now.seconds
    if let word = argument() {
      switch word.decimal {
      case -1: break
      case -2: seconds = start.seconds
      case let given?: seconds = given
      case nil: fail(word + bytes(": invalid number"))
      }
    }
    return Linux.format(
      Instant(seconds: seconds).local, String(bytes: format.isEmpty ? bytes("%H:%M:%S") : format)
    ).bytes
  }
}
