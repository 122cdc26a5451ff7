internal import Box
internal import Linux

/// The formatter of printf(1), free of any stream: bytes and words in, bytes and complaints out.
struct FormatEvaluator {
  private let format: [UInt8]
  private var arguments: ArraySlice<String>
  /// What has been formatted since the caller last emptied it.
  var output: [UInt8] = []
  /// Arguments that were no numbers; formatting went on.
  var complaints: [Failure] = []
  var remarks: [String] = []

  init(format: [UInt8], arguments: ArraySlice<String>) {
    self.format = format
    self.arguments = arguments
  }

  /// Formats once.
  ///
  /// - Returns: whether there are arguments left for another pass.
  /// - Throws: where the format is wrong; `output` holds what came before.
  mutating func pass() throws(Failure) -> Bool {
    let before = arguments.count
    var rest = format[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        if try !convert(&rest) { return false }
      case UInt8(ascii: "\\"):
        if try !escape(&rest, .format) { return false }
      default:
        output.append(byte)
      }
    }
    guard let next = arguments.first else { return false }
    if arguments.count < before { return true }
    remarks.append("ignoring excess arguments, starting with '\(next)'")
    return false
  }

  /// - Returns: false where `\c` ends all output.
  private mutating func escape(
    _ rest: inout ArraySlice<UInt8>, _ style: Escape.Style
  ) throws(Failure) -> Bool {
    switch Escape.read(&rest, style) {
    case .bytes(let bytes): output += bytes
    case .stop: return false
    case .none: output.append(UInt8(ascii: "\\"))
    case .missingDigits: throw .message("missing hexadecimal number in escape")
    case .notCharacter(let typed): throw .message("\(typed): invalid universal character name")
    }
    return true
  }

  /// Formats one argument by the directive that follows the `%`.
  private mutating func convert(_ rest: inout ArraySlice<UInt8>) throws(Failure) -> Bool {
    switch rest.first {
    case UInt8(ascii: "%"):
      rest = rest.dropFirst()
      output.append(UInt8(ascii: "%"))
      return true
    case UInt8(ascii: "b"):
      rest = rest.dropFirst()
      return try escaped(argument() ?? "")
    case UInt8(ascii: "q"):
      rest = rest.dropFirst()
      if let word = argument() { output += ShellQuote.quoted(word).bytes }
      return true
    default:
      try directive(&rest)
      return true
    }
  }

  private mutating func escaped(_ word: String) throws(Failure) -> Bool {
    var text = word.bytes[...]
    while let byte = text.popFirst() {
      if byte != UInt8(ascii: "\\") {
        output.append(byte)
      } else if try !escape(&text, .argument) {
        return false
      }
    }
    return true
  }

  private mutating func directive(_ rest: inout ArraySlice<UInt8>) throws(Failure) {
    var reader = DirectiveReader(rest)
    reader.readFlags()
    let width = try reader.isStar() ? starValue("field width") : reader.number("field width")
    var precision: Int32?
    if reader.take(UInt8(ascii: ".")) {
      reader.forbid("c")
      precision = try reader.isStar() ? starValue("precision") : (reader.number("precision") ?? 0)
    }
    let conversion = try reader.conversion()
    rest = reader.rest
    var number = NumberFormat(conversion)
    number.flags = reader.flags
    number.width = width ?? 0
    number.precision = precision ?? -1
    switch conversion {
    case "s": pad((argument() ?? "").bytes, number)
    case "c": pad([(argument() ?? "").bytes.first ?? 0], number)
    case "d", "i": try append(number.text(signed(argument())))
    case "o", "u", "x", "X": try append(number.text(unsigned(argument())))
    default: try append(real(argument(), number))
    }
  }

  private mutating func argument() -> String? { arguments.popFirst() }

  /// The value of a `*`: the next argument; nil where there is none.
  private mutating func starValue(_ what: String) throws(Failure) -> Int32? {
    guard let word = argument() else { return nil }
    let value = signed(word)
    if value < 0, what == "precision" { return -1 }
    guard value > Int64(Int32.min), let small = Int32(exactly: value) else {
      throw .message("\(word): invalid \(what)")
    }
    return small
  }

  private mutating func append(_ text: [UInt8]?) throws(Failure) {
    guard let text else { throw .message("no memory for a field of this width") }
    output += text
  }

  private mutating func pad(_ text: [UInt8], _ format: NumberFormat) {
    let shown = format.precision >= 0 ? text.prefix(Int(format.precision)) : text[...]
    let isLeft = format.width < 0 || format.flags.utf8.contains(UInt8(ascii: "-"))
    let gap = max(0, Int(format.width.magnitude) - shown.count)
    if !isLeft { output += repeatElement(UInt8(ascii: " "), count: gap) }
    output += shown
    if isLeft { output += repeatElement(UInt8(ascii: " "), count: gap) }
  }

  private mutating func real(_ word: String?, _ format: NumberFormat) -> [UInt8]? {
    var text = word ?? "0"
    if let code = characterConstant(text) { text = String(code) }
    guard let result = format.text(real: text.isEmpty ? "0" : text) else { return nil }
    if let failure = result.failure {
      complaints.append(.message("\(text): \(failure.description)"))
    } else if !text.isEmpty, result.length < text.bytes.count {
      complain(text, consumed: result.length)
    }
    return result.text
  }

  private mutating func signed(_ word: String?) -> Int64 {
    guard let number = integer(word) else { return 0 }
    if number.isNegative {
      if number.magnitude > UInt64(Int64.max) + 1 || number.overflows {
        return range(word, Int64.min)
      }
      return Int64(truncatingIfNeeded: 0 &- number.magnitude)
    }
    if number.overflows || number.magnitude > UInt64(Int64.max) { return range(word, Int64.max) }
    return Int64(number.magnitude)
  }

  private mutating func unsigned(_ word: String?) -> UInt64 {
    guard let number = integer(word) else { return 0 }
    if number.overflows { return range(word, UInt64.max) }
    return number.isNegative ? 0 &- number.magnitude : number.magnitude
  }

  private mutating func range<Value>(_ word: String?, _ value: Value) -> Value {
    complaints.append(.message("\(word ?? ""): Numerical result out of range"))
    return value
  }

  /// An integer in C notation; nil is zero, with a complaint where one is due.
  private mutating func integer(_ word: String?) -> CInteger? {
    guard let word, !word.isEmpty else { return nil }
    if let code = characterConstant(word) {
      return CInteger(magnitude: UInt64(code), isNegative: false, overflows: false, length: 0)
    }
    let number = CInteger(word.bytes)
    let consumed = number?.length ?? 0
    if consumed < word.bytes.count { complain(word, consumed: consumed) }
    return number
  }

  private mutating func complain(_ word: String, consumed: Int) {
    let reason = consumed == 0 ? "expected a numeric value" : "value not completely converted"
    complaints.append(.message("\(word): \(reason)"))
  }

  /// The code of the character behind a leading quote.
  private mutating func characterConstant(_ word: String) -> UInt32? {
    guard let quote = word.utf8.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { return nil }
    var scanner = UTF8Scanner(Array(word.bytes.dropFirst()))
    guard let unit = scanner.next() else { return nil }
    if scanner.next() != nil, scanner.position < word.bytes.count {
      remarks.append("characters behind a character constant are ignored: \(word)")
    }
    switch unit {
    case .scalar(let scalar): return scalar.value
    case .invalid(let byte): return UInt32(byte)
    }
  }
}
