public import Box
internal import Linux

/// Shows and changes the modes of a terminal. POSIX stty(1), coreutils 9 stty(1).
public struct Stty: Command {
  public init() {}

  public static var manual: Manual<Stty> {
    Manual(
      "stty", "Show and change the modes of the terminal", family: .shell,
      operands: "[-F DEVICE] [SETTING]...", grammar: .own,
      options: [
        .flag("a", "all", "Show all modes") { _ in },
        .flag("g", "save", "Show all modes for a later stty") { _ in },
        .value("F", "file", "DEVICE", "That terminal, not standard input") {
          (_: inout Stty, _: String) in
        },
      ],
      examples: [
        ("stty size", "Does the shell know how large the window is?"),
        ("stty sane", "Echo again after a program that died"),
      ],
      standard: "POSIX stty(1), GNU coreutils stty(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let request = try SttyRequest(operands)
    let terminal = try open(request.device)
    let name = request.device ?? "standard input"
    let modes = try attempt { () throws(SystemError) in
      try TerminalModes(of: terminal.descriptor, named: name)
    }
    let width = context.width ?? 80
    let size = Terminal.windowSize(terminal.descriptor)
    if request.saves { return context.output.line(SttyDisplay(modes, width).saved) }
    if request.settings.isEmpty {
      let display = SttyDisplay(modes, width)
      return context.output.write(request.showsAll ? display.all(size) : display.changed)
    }
    var change = SttyChange(modes, size, width)
    try change.make(request.settings)
    context.output.write(change.answer)
    if let size = change.newSize {
      Terminal.setSize(terminal.descriptor, columns: size.columns, rows: size.rows)
    }
    guard change.modes != modes else { return }
    let changed = change.modes
    let drains = change.drains
    let now = try attempt { () throws(SystemError) in
      try changed.apply(to: terminal.descriptor, named: name, drains: drains)
      return try TerminalModes(of: terminal.descriptor, named: name)
    }
    if now != changed { throw .message("\(name): unable to perform all requested operations") }
  }

  private func open(_ device: String?) throws(Failure) -> File {
    guard let device else {
      return try attempt { () throws(SystemError) in try File.standardInput() }
    }
    return try attempt { () throws(SystemError) in
      try File.open(device, [.read, .nonBlocking, .noTerminal])
    }
  }
}

/// The command line: options may stand among the settings, of which many begin with a hyphen too.
struct SttyRequest {
  var showsAll = false
  var saves = false
  var device: String?
  var settings: [String] = []

  init(_ arguments: [String]) throws(Failure) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "-a", "--all": showsAll = true
      case "-g", "--save": saves = true
      case "-F", "--file":
        guard let name = rest.popFirst() else { throw .usage("\(word): needs a value (DEVICE)") }
        device = name
      case "--": break
      case "-ag", "-ga": (showsAll, saves) = (true, true)
      default:
        if word.hasPrefix("--file=") {
          device = String(word.dropFirst(7))
        } else if word.hasPrefix("-F") {
          device = String(word.dropFirst(2))
        } else if word.hasPrefix("--") {
          throw unknownOption(word, nearest: nil)
        } else {
          settings.append(word)
        }
      }
    }
    if showsAll, saves { throw .usage("-a and -g: one of them") }
    if showsAll || saves, let setting = settings.first {
      throw .usage("\(setting): -a and -g only show, they set nothing")
    }
  }
}

/// Modes as text.
struct SttyDisplay {
  private let modes: TerminalModes
  private let width: Int

  init(_ modes: TerminalModes, _ width: Int) {
    self.modes = modes
    self.width = width
  }

  /// `-g`: four fields and all characters, in hexadecimal.
  var saved: String {
    var parts = [TerminalModes.Field.input, .output, .control, .local].map { modes[$0] }
    for index in 0..<TerminalModes.characterCount { parts.append(UInt32(modes[character: index])) }
    return parts.map { String($0, radix: 16) }.joined(separator: ":")
  }

  var speed: String {
    let (input, output) = (modes.inputSpeed, modes.outputSpeed)
    if input == 0 || input == output { return "speed \(output) baud;" }
    return "ispeed \(input) baud; ospeed \(output) baud;"
  }

  func all(_ size: (columns: Int, rows: Int)) -> String {
    var text = folded([
      speed, "rows \(size.rows); columns \(size.columns);", "line = \(modes.line);",
    ])
    var items: [String] = []
    for character in TerminalCharacter.all where !Self.isNumber(character) {
      items.append(item(character))
    }
    items.append(numbers)
    text += folded(items)
    for field in Self.fields {
      text += folded(flags(field) { flag, isOn in flag.isSwitch || isOn })
    }
    return text
  }

  /// What differs from `sane`.
  var changed: String {
    var text = folded([speed, "line = \(modes.line);"])
    let isRaw = modes[.local] & Self.mask("icanon") == 0
    var items: [String] = []
    for character in TerminalCharacter.all {
      if !Self.isNumber(character), modes[character: character.index] != character.sane {
        items.append(item(character))
      }
    }
    if isRaw { items.append(numbers) }
    text += folded(items)
    for field in Self.fields {
      text += folded(
        flags(field) { flag, isOn in
          guard let sane = flag.sane else { return false }
          return flag.isSwitch ? isOn != sane : !isOn && sane
        })
    }
    return text
  }

  private static let fields: [TerminalModes.Field] = [.control, .input, .output, .local]

  static func isNumber(_ character: TerminalCharacter) -> Bool {
    "\(character.name)" == "min" || "\(character.name)" == "time"
  }

  static func mask(_ name: StaticString) -> UInt32 {
    TerminalFlag.all.first { "\($0.name)" == "\(name)" }?.mask ?? 0
  }

  private func flags(_ field: TerminalModes.Field, _ isWanted: (TerminalFlag, Bool) -> Bool)
    -> [String]
  {
    var items: [String] = []
    for flag in TerminalFlag.all where flag.field == field {
      let isOn = modes[field] & flag.mask == flag.bits
      if flag.isSwitch {
        if isWanted(flag, isOn) { items.append((isOn ? "" : "-") + "\(flag.name)") }
      } else if isOn, isWanted(flag, true) {
        items.append("\(flag.name)")
      } else if !isOn, flag.sane == true, isWanted(flag, false) {
        // Another value than the sane one: show which.
        let now = TerminalFlag.all.first {
          $0.field == field && $0.mask == flag.mask && modes[field] & $0.mask == $0.bits
        }
        if let now { items.append("\(now.name)") }
      }
    }
    return items
  }

  private func item(_ character: TerminalCharacter) -> String {
    "\(character.name) = " + Self.visible(modes[character: character.index]) + ";"
  }

  /// `min` and `time`, which stay together.
  private var numbers: String {
    TerminalCharacter.all.filter { Self.isNumber($0) }
      .map { "\($0.name) = \(modes[character: $0.index]);" }.joined(separator: " ")
  }

  static func visible(_ byte: UInt8) -> String {
    if byte == 0 { return "<undef>" }
    var text = byte >= 0x80 ? "M-" : ""
    let low = byte & 0x7F
    if low < 0x20 || low == 0x7F { text += "^" }
    text.unicodeScalars.append(Unicode.Scalar(low < 0x20 || low == 0x7F ? low ^ 0x40 : low))
    return text
  }

  /// Items with blanks between them, in lines of the terminal's width; nothing for none.
  private func folded(_ items: [String]) -> String {
    var text = ""
    var column = 0
    for item in items {
      let count = item.utf8.count
      // The blank between is not counted, so a line can be a column wider than the terminal.
      if column > 0, width - column < count {
        text += "\n"
        column = 0
      }
      if column > 0 {
        text += " "
        column += 1
      }
      text += item
      column += count
    }
    return text.isEmpty ? "" : text + "\n"
  }
}
