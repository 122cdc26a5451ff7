internal import Box

/// `host:app /srv# `: where one is, and what one looks at.
struct Prompt {
  let host: String
  let target: String?
  let isRoot: Bool
  let home: String?
  let hasColour: Bool

  /// Longer names are cut: the line is for commands.
  private static let longest = 40

  func text(_ folder: String) -> String {
    let place = Self.cut(host) + (target.map { ":" + Self.cut($0) } ?? "")
    let sign = isRoot ? "# " : "$ "
    guard hasColour else { return place + " " + shortened(folder) + sign }
    let colour = isRoot ? "31" : "32"
    return "\u{1B}[1;\(colour)m\(place)\u{1B}[0m \u{1B}[34m\(shortened(folder))\u{1B}[0m" + sign
  }

  private func shortened(_ folder: String) -> String {
    var folder = folder
    if let home, home.utf8.count > 1, folder == home || folder.hasPrefix(home + "/") {
      folder = "~" + folder.dropFirst(home.count)
    }
    return Sanitize.escaped(folder)
  }

  private static func cut(_ name: String) -> String {
    let safe = Sanitize.escaped(name)
    return safe.utf8.count <= longest ? safe : String(safe.prefix(longest - 1)) + "…"
  }
}
