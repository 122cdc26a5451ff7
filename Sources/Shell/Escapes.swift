/// Where escapes stand: `$'…'`, the arguments of echo and of `%b`, or a format of printf.
public enum EscapeStyle: Sendable { case dollarQuote, echo, format, argument }

/// Replaces backslash escapes; `stops`: there was a `\c`, which ends all output.
public func unescape(_ raw: Bytes, _ style: EscapeStyle) -> (text: Bytes, stops: Bool) {
  var text: Bytes = []
  text.reserveCapacity(raw.count)
  var index = 0
  while index < raw.count {
    let byte = raw[index]
    index += 1
    guard byte == "\\", index < raw.count else {
      text.append(byte)
      continue
    }
    switch escape(raw, &index, style, &text) {
    case .done: continue
    case .end: return (text, style != .dollarQuote)
    }
  }
  return (text, false)
}

/// What an escape leads to.
public enum EscapeOutcome { case done, end }

/// Reads the escape behind a backslash at `index`, and appends what it stands for.
public func escape(
  _ raw: Bytes, _ index: inout Int, _ style: EscapeStyle, _ text: inout Bytes
) -> EscapeOutcome {
  let letter = raw[index]
  index += 1
  switch letter {
  case "a": text.append(7)
  case "b": text.append(8)
  case "e", "E": text.append(27)
  case "f": text.append(12)
  case "n": text.append(10)
  case "r": text.append(13)
  case "t": text.append(9)
  case "v": text.append(11)
  case "\\": text.append(letter)
  case "'", "\"", "?":
    if style == .echo || (style == .argument && letter == "?") { text.append("\\") }
    text.append(letter)
  case "c":
    if style != .dollarQuote { return .end }
    guard index < raw.count else {
      text.append("\\")
      text.append(letter)
      return .done
    }
    var target = raw[index]
    index += 1
    if target == "\\", index < raw.count, raw[index] == "\\" {
      target = "\\"
      index += 1
    }
    text.append(target == "?" ? 127 : target.upper & 31)
  case "0"..."7":
    if style == .echo, letter != "0" {
      text.append("\\")
      text.append(letter)
      return .done
    }
    if letter != "0" || (style != .echo && style != .argument) { index -= 1 }
    let value = digits(raw, &index, most: 3, radix: 8).value
    return append(code: value & 0xFF, style, &text)
  case "x":
    let start = index
    if style == .dollarQuote, index < raw.count, raw[index] == "{" {
      index += 1
      let value = digits(raw, &index, most: 8, radix: 16).value
      if index < raw.count, raw[index] == "}" { index += 1 }
      return append(code: value & 0xFF, style, &text)
    }
    let (value, count) = digits(raw, &index, most: 2, radix: 16)
    if count == 0 {
      index = start
      text.append("\\")
      text.append(letter)
      return .done
    }
    return append(code: value, style, &text)
  case "u", "U":
    let (value, count) = digits(raw, &index, most: letter == "u" ? 4 : 8, radix: 16)
    if count == 0 {
      text.append("\\")
      text.append(letter)
    } else {
      if value == 0, style == .dollarQuote { return .end }
      appendUTF8(value, &text)
    }
  default:
    text.append("\\")
    text.append(letter)
  }
  return .done
}

private func append(code: Int, _ style: EscapeStyle, _ text: inout Bytes) -> EscapeOutcome {
  // A NUL ends the text: no variable can hold one.
  if code == 0, style == .dollarQuote { return .end }
  text.append(UInt8(truncatingIfNeeded: code))
  return .done
}

private func digits(
  _ raw: Bytes, _ index: inout Int, most: Int, radix: Int
) -> (value: Int, count: Int) {
  var (value, count) = (0, 0)
  while count < most, index < raw.count, let digit = raw[index].hexadecimalValue, digit < radix {
    value = value * radix + digit
    index += 1
    count += 1
  }
  return (value, count)
}

/// Appends the character of that code, by the old rules that reach beyond Unicode.
public func appendUTF8(_ code: Int, _ text: inout Bytes) {
  func tail(_ shift: Int) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (code >> shift & 0x3F)) }
  switch code {
  case ..<0x80: text.append(UInt8(truncatingIfNeeded: code))
  case ..<0x800: text += [UInt8(truncatingIfNeeded: 0xC0 | code >> 6), tail(0)]
  case ..<0x10000: text += [UInt8(truncatingIfNeeded: 0xE0 | code >> 12), tail(6), tail(0)]
  default:
    text += [UInt8(truncatingIfNeeded: 0xF0 | (code >> 18 & 7)), tail(12), tail(6), tail(0)]
  }
}
