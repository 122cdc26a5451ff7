internal import Box
internal import Linux

/// A JSON value, RFC 8259. Members keep their order.
public indirect enum JSON {
  case null
  case flag(Bool)
  case number(Int)
  case decimal(Double, digits: Int)
  case string(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  /// The text, on one line. Bytes that are not UTF-8 appear as `\xHH` inside strings, escaped for JSON.
  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .flag(let value): text += value ? "true" : "false"
    case .number(let value): text += String(value)
    case .decimal(let value, let digits): text += value.isFinite ? fixed(value, digits) : "null"
    case .string(let value): Self.quote(value, to: &text)
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        item.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        Self.quote(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func quote(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      default:
        if Sanitize.isSafe(scalar) {
          text.unicodeScalars.append(scalar)
        } else if scalar.value >= 0x10FF80 {
          text += "\\" + Sanitize.escaped(String(scalar))
        } else {
          for unit in UTF16.encode(scalar) ?? .init() { text += "\\u" + hexadecimal(unit) }
        }
      }
    }
    text += "\""
  }

  private static func hexadecimal(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}
