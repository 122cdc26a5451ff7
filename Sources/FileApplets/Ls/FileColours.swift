internal import Box
internal import Linux

/// The colours of names: those built in, changed by `LS_COLORS` (dir_colors(5)).
struct FileColours {
  private var codes: [String: String] = [
    "lc": "\u{1B}[", "rc": "m", "rs": "0", "di": "01;34", "ln": "01;36", "pi": "33",
    "so": "01;35", "bd": "01;33", "cd": "01;33", "ex": "01;32", "do": "01;35", "su": "37;41",
    "sg": "30;43", "st": "37;44", "ow": "34;42", "tw": "30;42", "cl": "\u{1B}[K",
  ]
  /// Endings of names and their colours; later ones win.
  private var endings: [(ending: [UInt8], code: String)] = []
  private var linkAsTarget = false

  /// nil where nothing says that the terminal knows colours, or `LS_COLORS` is broken.
  init?(_ context: Context) {
    guard let text = context.variable("LS_COLORS"), !text.isEmpty else {
      let colourTerminal = context.variable("COLORTERM") ?? ""
      guard !colourTerminal.isEmpty || Self.knows(context.variable("TERM") ?? "") else {
        return nil
      }
      return
    }
    guard let bad = parse(text.bytes) else {
      linkAsTarget = codes["ln"] == "target"
      return
    }
    context.note("LS_COLORS: " + bad + ": not understood; no colours")
    return nil
  }

  /// Whether links have to be followed to colour them.
  var looksAtTargets: Bool { linkAsTarget || has("or") || has("mi") }
  var looksAtCapabilities: Bool { has("ca") }

  private func has(_ key: String) -> Bool {
    guard let code = codes[key] else { return false }
    return !code.isEmpty && code != "0" && code != "00"
  }

  /// The code for a name in the listing; nil is none.
  func code(_ entry: FileEntry) -> String? {
    if entry.kind == .link {
      if entry.isBroken, has("or") { return codes["or"] }
      if linkAsTarget {
        guard let target = entry.target else { return coded("or") ?? nil }
        return code(target.kind, target, entry.bytes)
      }
      return coded("ln")
    }
    return code(entry.kind, entry.status, entry.bytes, entry.hasCapabilities)
  }

  /// The code for what a link points to.
  func targetCode(_ entry: FileEntry) -> String? {
    if let target = entry.target { return code(target.kind, target, entry.link?.bytes ?? []) }
    guard entry.isBroken else { return nil }
    return coded("mi") ?? coded("or")
  }

  private func code(
    _ kind: FileStatus.Kind, _ status: FileStatus?, _ name: [UInt8], _ hasCapabilities: Bool = false
  ) -> String? {
    switch kind {
    case .regular: return regular(status, name, hasCapabilities)
    case .directory: return coded(folderKey(status))
    case .link: return coded("ln")
    case .fifo: return coded("pi")
    case .socket: return coded("so")
    case .block: return coded("bd")
    case .character: return coded("cd")
    case .unknown: return coded("or")
    }
  }

  private func regular(_ status: FileStatus?, _ name: [UInt8], _ hasCapabilities: Bool) -> String? {
    let permissions = status?.permissions ?? 0
    if permissions & 0o4000 != 0, has("su") { return codes["su"] }
    if permissions & 0o2000 != 0, has("sg") { return codes["sg"] }
    if hasCapabilities, has("ca") { return codes["ca"] }
    if permissions & 0o111 != 0, has("ex") { return codes["ex"] }
    if let status, status.links > 1, has("mh") { return codes["mh"] }
    return coded(endings, name) ?? coded("fi")
  }

  /// By the ending; its case counts only where `LS_COLORS` has it in more than one case.
  private func coded(_ endings: [(ending: [UInt8], code: String)], _ name: [UInt8]) -> String? {
    for (ending, code) in endings.reversed() where name.count >= ending.count {
      let tail = name.suffix(ending.count)
      if tail.elementsEqual(ending) { return code }
      guard tail.elementsEqual(ending, by: Self.sameLetter) else { continue }
      let rivals = endings.contains {
        $0.code != code && $0.ending != ending
          && $0.ending.elementsEqual(ending, by: Self.sameLetter)
      }
      if !rivals { return code }
    }
    return nil
  }

  private static func sameLetter(_ a: UInt8, _ b: UInt8) -> Bool {
    if a == b { return true }
    return a | 0x20 == b | 0x20 && (0x61...0x7A).contains(a | 0x20)
  }

  private func folderKey(_ status: FileStatus?) -> String {
    let permissions = status?.permissions ?? 0
    let isOpen = permissions & 0o002 != 0
    let isSticky = permissions & 0o1000 != 0
    if isOpen, isSticky, has("tw") { return "tw" }
    if isOpen, has("ow") { return "ow" }
    if isSticky, has("st") { return "st" }
    return "di"
  }

  private func coded(_ key: String) -> String? {
    guard let code = codes[key], !code.isEmpty else { return nil }
    return code
  }

  /// What switches to `code`, and back.
  func start(_ code: String) -> String { part("lc") + code + part("rc") }
  var end: String { codes["ec"] ?? start(part("rs")) }
  var clearLine: String { part("cl") }
  /// What the terminal gets last where its own codes are not the usual ones.
  var farewell: String {
    let reset = part("lc") + part("rc")
    return reset == "\u{1B}[m" ? "" : reset
  }

  private func part(_ key: String) -> String { codes[key] ?? "" }

  /// - Returns: the part that is not understood.
  private mutating func parse(_ text: [UInt8]) -> String? {
    for field in text.split(separator: UInt8(ascii: ":")) {
      guard let equals = field.firstIndex(of: UInt8(ascii: "=")) else {
        return String(bytes: field)
      }
      let key = field[..<equals]
      let value = String(bytes: Self.unescaped(field[(equals + 1)...]))
      if key.first == UInt8(ascii: "*") {
        endings.append((Self.unescaped(key.dropFirst()), value))
      } else if key.count == 2, Self.keys.contains(where: { "\($0)".utf8.elementsEqual(key) }) {
        codes[String(bytes: key)] = value
      } else {
        return String(bytes: field)
      }
    }
    return nil
  }

  private static let keys: [StaticString] = [
    "lc", "rc", "ec", "rs", "no", "fi", "di", "ln", "pi", "so", "bd", "cd", "mi", "or", "ex", "do",
    "su", "sg", "st", "ow", "tw", "ca", "mh", "cl",
  ]

  /// `\e`, `\033`, `\x1b`, `\_` for a space, and `^[`.
  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "^"), let next = rest.popFirst() {
        result.append(next == UInt8(ascii: "?") ? 127 : next & 31)
      } else if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
        result.append(escape(next, &rest))
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private static func escape(_ letter: UInt8, _ rest: inout ArraySlice<UInt8>) -> UInt8 {
    switch letter {
    case UInt8(ascii: "a"): return 7
    case UInt8(ascii: "b"): return 8
    case UInt8(ascii: "e"): return 27
    case UInt8(ascii: "f"): return 12
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "v"): return 11
    case UInt8(ascii: "?"): return 127
    case UInt8(ascii: "_"): return 32
    case 0x30...0x37:
      var value = letter & 7
      while let digit = rest.first, digit >= 0x30, digit <= 0x37 {
        value = value &* 8 &+ (digit & 7)
        rest = rest.dropFirst()
      }
      return value
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      var value: UInt8 = 0
      while let byte = rest.first, let digit = Character(Unicode.Scalar(byte)).hexDigitValue {
        value = value &* 16 &+ UInt8(digit)
        rest = rest.dropFirst()
      }
      return value
    default: return letter
    }
  }

  /// The terminals that dircolors(1) knows.
  private static func knows(_ terminal: String) -> Bool {
    let patterns: [StaticString] = [
      "Eterm", "ansi", "*color*", "con[0-9]*x[0-9]*", "cons25", "console", "cygwin", "*direct*",
      "dtterm", "gnome", "hurd", "jfbterm", "konsole", "kterm", "linux", "linux-c", "mlterm",
      "putty", "rxvt*", "screen*", "st", "terminator", "tmux*", "vt100", "xterm*",
    ]
    return patterns.contains { matchesGlob(terminal.bytes, "\($0)") }
  }
}
