internal import Box
internal import Linux
internal import Report

/// What iproute2 colours.
enum IpColour: UInt8 {
  case plain = 0
  case bad = 31
  case good = 32
  case hardware = 33
  case v6 = 34
  case v4 = 35
  case interface = 36
}

/// One thing that is shown, as text and as a JSON object at the same time.
final class IpRecord {
  private let style: IpStyle
  private(set) var text: [UInt8] = []
  var members: [(key: String, value: JSON)] = []

  init(_ style: IpStyle) { self.style = style }

  /// Puts a member, and the text that tells it.
  func put(_ key: StaticString, _ value: JSON, _ text: String, _ colour: IpColour = .plain) {
    members.append((key: "\(key)", value: value))
    write(text, colour)
  }

  /// Puts a member and its name and value as text: `mtu 1500 `.
  func put(_ key: StaticString, number: Int, _ name: StaticString) {
    put(key, .number(number), "\(name) \(number) ")
  }

  func put(_ key: StaticString, word: String, _ name: StaticString) {
    put(key, .string(word), "\(name) " + Sanitize.escaped(word) + " ")
  }

  func member(_ key: StaticString, _ value: JSON) {
    members.append((key: "\(key)", value: value))
  }

  /// Writes text that belongs to no member.
  func write(_ text: String, _ colour: IpColour = .plain) {
    if style.isJSON { return }
    if colour == .plain || !style.colours {
      self.text += text.utf8
    } else {
      self.text += "\u{1B}[\(colour.rawValue)m".utf8
      self.text += text.utf8
      self.text += "\u{1B}[0m".utf8
    }
  }

  /// The next line, or `\` with `-o`.
  func newLine() { write(style.isOneLine ? "\\" : "\n") }

  func pad(_ text: String, _ width: Int, _ colour: IpColour = .plain) {
    write(text + String(repeating: " ", count: max(0, width - text.utf8.count)), colour)
  }
}

/// Prints records as they come, or as one JSON array.
final class IpPrinter {
  let style: IpStyle
  let context: Context
  private var objects: [JSON] = []

  init(_ style: IpStyle, _ context: Context) {
    self.style = style
    self.context = context
  }

  func record() -> IpRecord { IpRecord(style) }

  /// Ends a record with a new line.
  func add(_ record: IpRecord) {
    if style.isJSON {
      objects.append(.object(record.members))
    } else {
      context.output.write(record.text)
      context.output.write(UInt8(ascii: "\n"))
    }
  }

  func finish() {
    guard style.isJSON else { return }
    let whole = JSON.array(objects)
    context.output.line(style.isPretty ? prettyText(whole) : objects.isEmpty ? "[]" : whole.text)
  }

  /// Whether nothing was shown as an object.
  var isEmpty: Bool { objects.isEmpty }
}

/// JSON over several lines: members of objects below each other, in the way of iproute2.
func prettyText(_ value: JSON) -> String {
  var text = ""
  writePretty(value, depth: 0, &text)
  return text
}

private func writePretty(_ value: JSON, depth: Int, _ text: inout String) {
  switch value {
  case .array(let items):
    text += "["
    for (index, item) in items.enumerated() {
      text += index == 0 ? " " : ","
      writePretty(item, depth: depth + 1, &text)
    }
    text += " ]"
  case .object(let members):
    text += "{"
    for (index, member) in members.enumerated() {
      text += (index > 0 ? ",\n" : "\n") + indentation(depth + 1)
      text += JSON.string(member.key).text + ": "
      writePretty(member.value, depth: depth + 1, &text)
    }
    text += (members.isEmpty ? " " : "\n" + indentation(depth)) + "}"
  default: text += value.text
  }
}

private func indentation(_ depth: Int) -> String { String(repeating: " ", count: depth * 4) }
