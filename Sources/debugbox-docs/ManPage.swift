import Box

/// A manual as a page for man(1), in the macros of man(7).
struct ManPage {
  let page: Page

  var text: String {
    var text = ".TH \(roff(page.name.uppercased())) 1 \"\" \"swift\\-debugbox\" \"User Commands\"\n"
    text += ".SH NAME\n\(roff(page.name)) \\- \(roff(page.summary))\n"
    text += ".SH SYNOPSIS\n" + line(synopsis)
    text += options
    if !page.examples.isEmpty {
      text += ".SH EXAMPLES\n"
      for example in page.examples {
        text += ".TP\n.B " + roff(example.command) + "\n" + sentence(example.purpose)
      }
    }
    if !page.standard.isEmpty { text += ".SH STANDARDS\n" + sentence(page.standard) }
    if !page.deviations.isEmpty {
      text += ".SH DIFFERENCES\n"
      text += page.deviations.map { sentence($0) }.joined(separator: ".PP\n")
    }
    return text + ".SH SEE ALSO\n.BR debugbox (1)\n"
  }

  private var synopsis: String { String(usageLine(page, page.name).dropFirst("Usage: ".count)) }

  private var options: String {
    var items = page.options.map { (term: optionNames($0), help: $0.help) }
    if page.grammar != .own && page.grammar != .literal {
      items.append((term: "--help", help: "Show this help"))
      items.append((term: "--version", help: "Show version, commit and compiler"))
    }
    if items.isEmpty { return "" }
    return ".SH OPTIONS\n"
      + items.map { item in
        ".TP\n.B " + roff(item.term.drop { $0 == " " }) + "\n" + sentence(item.help)
      }.joined()
  }

  private func sentence(_ text: String) -> String { line(text.hasSuffix("?") ? text : text + ".") }

  /// Text on a line of its own, where a dot or quote at the start would be a macro.
  private func line(_ text: String) -> String {
    let escaped = roff(text)
    return (escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" : "") + escaped + "\n"
  }

  private func roff(_ text: some StringProtocol) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "\"": result += "\\(dq"
      case "'": result += "\\(aq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      default:
        if scalar.isASCII {
          result.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          result += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
        }
      }
    }
    return result
  }
}
