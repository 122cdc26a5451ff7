internal import Shell

/// What becomes of the text of a word.
enum FieldMode {
  /// Fields, split and matched with file names.
  case fields
  /// One text.
  case single
  /// One pattern: what was quoted is escaped.
  case pattern
  /// One regular expression: what was quoted is escaped.
  case regex
}

/// Collects what a word expands to.
struct FieldBuilder {
  let mode: FieldMode
  private(set) var fields: [Bytes] = []
  /// The field being made.
  private(set) var text: Bytes = []
  /// There is a field, even where it is empty so far.
  private(set) var hasField = false
  /// An unquoted operator of patterns is in it.
  private var isPattern = false
  private var hasMarks = false
  /// The quoted pieces that hold characters special in patterns.
  private var quoted: [(start: Int, end: Int)] = []
  private enum Delimiter { case none, white, hard }
  private var delimiter = Delimiter.hard
  /// Turns the pattern of a field into file names; none where nothing matches.
  var glob: ((Bytes) -> [Bytes]?)?

  init(_ mode: FieldMode) { self.mode = mode }

  /// Text of the script that stands for itself, unquoted.
  mutating func add(literal bytes: Bytes) {
    if text.isEmpty { text = bytes } else { text += bytes }
    hasField = true
    delimiter = .none
  }

  /// Unquoted text of the script with operators of patterns, some marked by NUL.
  mutating func add(pattern bytes: Bytes) {
    hasField = true
    delimiter = .none
    switch mode {
    case .fields:
      isPattern = true
      if bytes.contains(0) { hasMarks = true }
      text += bytes
    case .pattern: text += bytes
    case .single, .regex: text += bytes.contains(0) ? bytes.filter { $0 != 0 } : bytes
    }
  }

  mutating func add(quoted bytes: Bytes) {
    hasField = true
    delimiter = .none
    switch mode {
    case .single: if text.isEmpty { text = bytes } else { text += bytes }
    case .fields:
      let start = text.count
      if start == 0 { text = bytes } else { text += bytes }
      if Self.hasSpecial(bytes) { quoted.append((start, text.count)) }
    case .pattern: Self.escape(bytes, into: &text)
    case .regex:
      for byte in bytes {
        if Self.isRegexSpecial(byte) { text.append("\\") }
        text.append(byte)
      }
    }
  }

  /// The result of an unquoted expansion.
  mutating func add(expanded bytes: Bytes, separators: [UInt8]) {
    guard mode == .fields else {
      if text.isEmpty { text = bytes } else { text += bytes }
      hasField = hasField || !bytes.isEmpty
      return
    }
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let kind = separators[Int(byte)]
      if kind == 0 {
        if byte == "*" || byte == "?" || byte == "[" || byte == "\\" { isPattern = true }
        index += 1
        continue
      }
      if index > start {
        take(bytes, start, index)
      }
      if kind == 1 {
        if hasField {
          finish()
          delimiter = .white
        }
      } else if hasField {
        finish()
        delimiter = .hard
      } else if delimiter == .white {
        delimiter = .hard
      } else {
        hasField = true
        finish()
        delimiter = .hard
      }
      index += 1
      start = index
    }
    if index > start { take(bytes, start, index) }
  }

  private mutating func take(_ bytes: Bytes, _ start: Int, _ end: Int) {
    if text.isEmpty, start == 0, end == bytes.count {
      text = bytes
    } else {
      text += bytes[start..<end]
    }
    hasField = true
    delimiter = .none
  }

  /// Ends a field between two parameters of `$@`.
  mutating func separate() {
    if hasField { finish() }
    delimiter = .white
  }

  /// Ends the field.
  mutating func finish() {
    guard hasField else { return }
    if isPattern, mode == .fields, Self.hasOperators(text) {
      finishPattern()
    } else {
      fields.append(text)
    }
    text = []
    hasField = false
    isPattern = false
    hasMarks = false
    if !quoted.isEmpty { quoted = [] }
    delimiter = .none
  }

  /// Whether a text can match anything but itself.
  static func hasOperators(_ text: Bytes) -> Bool {
    var isOpen = false
    for byte in text {
      switch byte {
      case "*", "?", 0, "\\": return true
      case "[": isOpen = true
      case "]": if isOpen { return true }
      default: break
      }
    }
    return false
  }

  private mutating func finishPattern() {
    var pattern: Bytes = []
    var position = 0
    for range in quoted {
      pattern += text[position..<range.start]
      Self.escape(Bytes(text[range.start..<range.end]), into: &pattern)
      position = range.end
    }
    pattern += text[position...]
    if let names = glob?(pattern) {
      fields += names
    } else {
      fields.append(hasMarks ? text.filter { $0 != 0 } : text)
    }
  }

  private static func hasSpecial(_ bytes: Bytes) -> Bool {
    for byte in bytes where isSpecial(byte) { return true }
    return false
  }

  static func escape(_ bytes: Bytes, into text: inout Bytes) {
    for byte in bytes {
      if isSpecial(byte) { text.append("\\") }
      text.append(byte)
    }
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case "*", "?", "[", "]", "\\", "-", "!", "^", "(", ")", "|", "@", "+", ":", ".", "=": true
    default: false
    }
  }

  private static func isRegexSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case "*", "?", "[", "]", "\\", "^", "(", ")", "|", "+", ".", "$", "{", "}": true
    default: false
    }
  }
}
