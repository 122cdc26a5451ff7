import Applets
import Box

/// One page of the registry with all names it is called by.
struct Entry {
  let page: Page
  /// The manual's name first.
  let names: [String]
}

/// Everything that is written from the manuals: the path from the project's folder, and the text.
struct Documents {
  let entries: [Entry]

  init(_ applets: [Applet]) {
    let pages = applets.map { (name: "\($0.name)", page: $0.page()) }
    entries = pages.filter { $0.name == $0.page.name }.map { item in
      let aliases = pages.filter { $0.page.name == item.name && $0.name != item.name }
      return Entry(page: item.page, names: [item.name] + aliases.map { $0.name })
    }
  }

  /// All files that are written whole.
  var files: [(path: String, text: String)] {
    var files = [
      (path: "docs/completions/debugbox.bash", text: BashCompletion(entries: entries).text),
      (path: "docs/completions/_debugbox", text: ZshCompletion(entries: entries).text),
    ]
    for entry in entries {
      files.append((path: "docs/man/\(entry.page.name).1", text: ManPage(page: entry.page).text))
      for alias in entry.names.dropFirst() {
        files.append((path: "docs/man/\(alias).1", text: ".so man1/\(entry.page.name).1\n"))
      }
    }
    return files
  }

  /// The README's table, by family.
  var table: String {
    var text = "| applet | what it does |\n| --- | --- |\n"
    for family in Family.allCases {
      let members = entries.filter { $0.page.family == family }
      if members.isEmpty { continue }
      text += "| **\(family.title)** | |\n"
      for member in members {
        let names = member.names.map { "`\($0)`" }.joined(separator: " ")
        text += "| \(names) | \(escaped(member.page.summary)) |\n"
      }
    }
    return text
  }

  private func escaped(_ text: String) -> String {
    text.replacing("|", with: "\\|")
  }
}
