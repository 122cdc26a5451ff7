internal import Box
internal import Linux
internal import Report

/// How `ls` and `stat` write file names: coreutils manual, "Formatting the file names".
///
/// What counts as printable is what is safe on a UTF-8 terminal, not what a locale says.
enum QuotingStyle: Equatable {
  case literal, shell, shellAlways, shellEscape, shellEscapeAlways, c, cMaybe, escape, locale
  case clocale

  static let names: [(StaticString, QuotingStyle)] = [
    ("literal", .literal), ("shell", .shell), ("shell-always", .shellAlways),
    ("shell-escape", .shellEscape), ("shell-escape-always", .shellEscapeAlways), ("c", .c),
    ("c-maybe", .cMaybe), ("escape", .escape), ("locale", .locale), ("clocale", .clocale),
  ]

  /// Whether names that need no quotes stand one column to the right where others need some.
  var alignsQuotes: Bool { self == .shell || self == .shellEscape || self == .cMaybe }
}

/// A style and the characters it escapes although they are printable.
struct Quoting {
  var style: QuotingStyle
  /// Escaped as well, for names that an indicator or a colon follows.
  var special: [Unicode.Scalar] = []
  /// Unprintable characters become `?` where the style leaves them alone.
  var masks = false

  func quoted(_ name: String) -> String {
    if isPlain(name) { return name }
    switch style {
    case .literal: return masks ? Sanitize.masked(name) : name
    case .shell: return shell(name, always: false)
    case .shellAlways: return shell(name, always: true)
    case .shellEscape: return shellEscape(name, always: false)
    case .shellEscapeAlways: return shellEscape(name, always: true)
    case .c: return "\"" + escaped(name, quote: "\"") + "\""
    case .cMaybe: return cMaybe(name)
    case .escape: return escaped(name, quote: nil)
    case .locale, .clocale: return "‘" + escaped(name, quote: "’") + "’"
    }
  }

  /// Nearly all names: nothing in them to quote, in a style that then adds nothing.
  private func isPlain(_ name: String) -> Bool {
    switch style {
    case .literal, .shell, .shellEscape, .cMaybe, .escape: break
    default: return false
    }
    return !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"),
          UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  private func cMaybe(_ name: String) -> String {
    let inner = escaped(name, quote: "\"")
    let needs = !inner.sameBytes(as: name) || name.unicodeScalars.contains { special.contains($0) }
    return needs ? "\"" + inner + "\"" : name
  }

  private func shell(_ name: String, always: Bool) -> String {
    let shown = masks ? Sanitize.masked(name) : name
    guard always || needsQuotes(name) || name.unicodeScalars.contains(where: Self.isControl) else {
      return shown
    }
    return quotes(shown)
  }

  private func shellEscape(_ name: String, always: Bool) -> String {
    let scalars = name.unicodeScalars
    guard scalars.contains(where: { !Sanitize.isSafe($0) }) else {
      return always || needsQuotes(name) ? quotes(name) : name
    }
    // GNU starts over when it finds that it needs more than double quotes, and leaves a pair behind.
    var result = scalars.contains("'") ? "'''" : "'"
    var isEscaping = false
    for scalar in scalars {
      if Sanitize.isSafe(scalar) {
        if isEscaping { result += "''" }
        isEscaping = false
        if scalar == "'" { result += "'\\''" } else { result.unicodeScalars.append(scalar) }
      } else {
        if !isEscaping { result += "'$'" }
        isEscaping = true
        result += ShellQuote.escape(scalar)
      }
    }
    return result + "'"
  }

  /// In single quotes, or in double ones where there is a single quote and nothing else of meaning.
  private func quotes(_ name: String) -> String {
    guard name.unicodeScalars.contains("'") else { return "'" + name + "'" }
    if name.unicodeScalars.allSatisfy({ !"\"$`\\!".unicodeScalars.contains($0) }) {
      return "\"" + name + "\""
    }
    var result = "'"
    for scalar in name.unicodeScalars {
      if scalar == "'" { result += "'\\''" } else { result.unicodeScalars.append(scalar) }
    }
    return result + "'"
  }

  /// Whether a shell would read `name` as anything but itself.
  private func needsQuotes(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return true }
    if first == UInt8(ascii: "#") || first == UInt8(ascii: "~") { return true }
    if name == "{" || name == "}" { return true }
    return name.unicodeScalars.contains { scalar in
      " !\"$&'()*;<=>?[\\^`|".unicodeScalars.contains(scalar) || special.contains(scalar)
    }
  }

  private func escaped(_ name: String, quote: Unicode.Scalar?) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      if scalar == "\\" {
        result += "\\\\"
      } else if scalar == quote || special.contains(scalar) {
        result += "\\"
        result.unicodeScalars.append(scalar)
      } else if quote == nil, scalar == " " {
        result += "\\ "
      } else if Sanitize.isSafe(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += ShellQuote.escape(scalar)
      }
    }
    return result
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\t"
  }
}

/// Columns that `name` takes; unlike `displayWidth` no column for a control character, as GNU counts.
func columns(_ name: String) -> Int {
  if name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return name.utf8.count }
  return name.unicodeScalars.reduce(0) { width, scalar in
    let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    return isControl ? width : width + displayWidth(scalar)
  }
}
