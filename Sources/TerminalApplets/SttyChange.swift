internal import Box
internal import Linux

/// Changes modes as the settings of stty say.
struct SttyChange {
  private(set) var modes: TerminalModes
  /// What `size` and `speed` print.
  private(set) var answer = ""
  private(set) var newSize: (columns: Int, rows: Int)?
  private(set) var drains = true
  private var size: (columns: Int, rows: Int)
  private let width: Int

  init(_ modes: TerminalModes, _ size: (columns: Int, rows: Int), _ width: Int) {
    self.modes = modes
    self.size = size
    self.width = width
  }

  mutating func make(_ settings: [String]) throws(Failure) {
    var rest = settings[...]
    while let setting = rest.popFirst() { try make(setting, &rest) }
  }

  private mutating func make(_ setting: String, _ rest: inout ArraySlice<String>) throws(Failure) {
    let isOff = setting.hasPrefix("-")
    let name = Self.standard(isOff ? String(setting.dropFirst()) : setting)
    if let flag = TerminalFlag.all.first(where: { "\($0.name)" == name }), flag.isSwitch || !isOff {
      return set(flag, !isOff)
    }
    if try combination(name, isOff) { return }
    guard !isOff else { throw .usage("\(setting): unknown setting") }
    if let character = TerminalCharacter.all.first(where: { "\($0.name)" == name }) {
      let value = try value(setting, &rest)
      modes[character: character.index] = try Self.byte(
        value, isNumber: SttyDisplay.isNumber(character))
      return
    }
    switch name {
    case "size": answer += "\(size.rows) \(size.columns)\n"
    case "speed": answer += speedAnswer
    case "rows": newSize = (size.columns, try number(setting, &rest))
    case "cols", "columns": newSize = (try number(setting, &rest), size.rows)
    case "line": modes.line = UInt8(clamping: try number(setting, &rest))
    case "ispeed": try setSpeed(try value(setting, &rest), input: true, output: false)
    case "ospeed": try setSpeed(try value(setting, &rest), input: false, output: true)
    case "drain": drains = true
    default:
      if restore(setting) { return }
      guard Int(name) != nil else { throw .usage("\(setting): unknown setting") }
      try setSpeed(name, input: true, output: true)
    }
    if let newSize { size = newSize }
  }

  private var speedAnswer: String {
    let (input, output) = (modes.inputSpeed, modes.outputSpeed)
    return input == 0 || input == output ? "\(output)\n" : "\(input) \(output)\n"
  }

  // MARK: Values

  private func value(_ setting: String, _ rest: inout ArraySlice<String>) throws(Failure) -> String
  {
    guard let value = rest.popFirst() else { throw .usage("\(setting): needs a value") }
    return value
  }

  private func number(_ setting: String, _ rest: inout ArraySlice<String>) throws(Failure) -> Int {
    let text = try value(setting, &rest)
    guard let number = Self.integer(text), number >= 0, number <= 65535 else {
      throw .usage("\(text): not a number for \(setting)")
    }
    return number
  }

  /// As C writes integers: `0x1f`, `037`, `31`.
  private static func integer(_ text: String) -> Int? {
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return Int(text.dropFirst(2), radix: 16) }
    if text.hasPrefix("0"), text.utf8.count > 1 { return Int(text.dropFirst(), radix: 8) }
    return Int(text)
  }

  /// `^C`, `^?`, `undef`, `^-`, a character, or its number.
  static func byte(_ text: String, isNumber: Bool) throws(Failure) -> UInt8 {
    let bytes = text.bytes
    if !isNumber {
      if text == "undef" || text == "^-" { return 0 }
      if bytes.count == 1 { return bytes[0] }
      if bytes.count == 2, bytes[0] == UInt8(ascii: "^") {
        return bytes[1] == UInt8(ascii: "?") ? 0x7F : bytes[1] & 0x1F
      }
    }
    guard let number = integer(text), let byte = UInt8(exactly: number) else {
      throw .usage("\(text): not a character, nor a number up to 255")
    }
    return byte
  }

  private mutating func setSpeed(_ text: String, input: Bool, output: Bool) throws(Failure) {
    guard let speed = Int(text), modes.setSpeed(speed, input: input, output: output) else {
      throw .usage("\(text): no such speed")
    }
  }

  /// What `stty -g` printed.
  private mutating func restore(_ text: String) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 4 + TerminalModes.characterCount else { return false }
    let numbers = parts.compactMap { UInt32($0, radix: 16) }
    guard numbers.count == parts.count, numbers[4...].allSatisfy({ $0 < 256 }) else { return false }
    for (index, field) in [TerminalModes.Field.input, .output, .control, .local].enumerated() {
      modes[field] = numbers[index]
    }
    for index in 4..<numbers.count { modes[character: index - 4] = UInt8(numbers[index]) }
    return true
  }

  // MARK: Flags

  private mutating func set(_ flag: TerminalFlag, _ isOn: Bool) {
    modes[flag.field] = modes[flag.field] & ~flag.mask | (isOn ? flag.bits : 0)
  }

  /// Sets flags by their names; a hyphen switches off.
  private mutating func set(_ names: String) {
    for word in names.split(separator: " ") {
      let isOff = word.hasPrefix("-")
      let name = isOff ? word.dropFirst() : word
      if let flag = TerminalFlag.all.first(where: { "\($0.name)" == name }) { set(flag, !isOff) }
    }
  }

  private mutating func reset(_ names: String) {
    for word in names.split(separator: " ") {
      if let character = TerminalCharacter.all.first(where: { "\($0.name)" == word }) {
        modes[character: character.index] = character.sane
      }
    }
  }

  private static func standard(_ name: String) -> String {
    switch name {
    case "crterase": "echoe"
    case "crtkill": "echoke"
    case "ctlecho": "echoctl"
    case "hup": "hupcl"
    case "prterase": "echoprt"
    case "tandem": "ixoff"
    case "lcase": "LCASE"
    case "parity": "evenp"
    default: name
    }
  }

  /// - Returns: false where `name` is no combination of settings.
  private mutating func combination(_ name: String, _ isOff: Bool) throws(Failure) -> Bool {
    switch (name, isOff) {
    case ("evenp", false): set("parenb -parodd cs7")
    case ("oddp", false): set("parenb parodd cs7")
    case ("evenp", true), ("oddp", true): set("-parenb cs8")
    case ("nl", false): set("-icrnl -onlcr")
    case ("nl", true): set("icrnl -inlcr -igncr onlcr -ocrnl -onlret")
    case ("cbreak", false): set("-icanon")
    case ("cbreak", true): set("icanon")
    case ("pass8", false): set("-parenb -istrip cs8")
    case ("pass8", true): set("parenb istrip cs7")
    case ("litout", false): set("-parenb -istrip -opost cs8")
    case ("litout", true): set("parenb istrip opost cs7")
    case ("raw", false), ("cooked", true):
      modes[.input] = 0
      set("-opost -isig -icanon -xcase")
      reset("min time")
    case ("cooked", false), ("raw", true):
      set("brkint ignpar istrip icrnl ixon opost isig icanon")
      reset("eof eol")
    case ("decctlq", _): set(isOff ? "ixany" : "-ixany")
    case ("tabs", _): set(isOff ? "tab3" : "tab0")
    case ("LCASE", _): set(isOff ? "-xcase -iuclc -olcuc" : "xcase iuclc olcuc")
    case ("crt", false): set("echoe echoctl echoke")
    case ("dec", false):
      set("echoe echoctl echoke -ixany")
      reset("intr erase kill")
    case ("ek", false): reset("erase kill")
    case ("sane", false):
      for flag in TerminalFlag.all {
        if let sane = flag.sane, flag.isSwitch || sane { set(flag, sane) }
      }
      for character in TerminalCharacter.all { modes[character: character.index] = character.sane }
    default: return false
    }
    return true
  }
}
