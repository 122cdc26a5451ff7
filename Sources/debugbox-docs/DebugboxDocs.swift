import Applets
import Box
import Foundation

/// Writes what is made of the manuals: the README's table, man pages and completions.
///
/// With `--check` it writes nothing and fails where a file differs.
@main
struct DebugboxDocs {
  private static let start = "<!-- applets: written by scripts/docs -->\n"
  private static let end = "<!-- applets end -->\n"

  static func main() throws {
    let checking = CommandLine.arguments.dropFirst().contains("--check")
    var stale: [String] = []
    let documents = Documents(registry().sorted)
    var files = documents.files
    guard let readme = readme(documents.table) else {
      print("docs: README.md: has no place for the table, between \(start)and \(end)")
      Foundation.exit(1)
    }
    files.append((path: "README.md", text: readme))
    for file in files where contents(file.path) != file.text {
      stale.append(file.path)
      if !checking { try write(file.text, to: file.path) }
    }
    for path in try superfluous(among: files.map { $0.path }) {
      stale.append(path)
      if !checking { try FileManager.default.removeItem(atPath: path) }
    }
    for path in stale { print(checking ? "\(path): differs from the manuals" : "wrote \(path)") }
    if checking, !stale.isEmpty {
      print("docs: run scripts/docs and commit what it writes")
      Foundation.exit(1)
    }
  }

  /// The README with `table` between its two markers.
  private static func readme(_ table: String) -> String? {
    guard let text = contents("README.md"), let first = text.range(of: start),
      let last = text.range(of: end, range: first.upperBound..<text.endIndex)
    else { return nil }
    return text[..<first.upperBound] + table + text[last.lowerBound...]
  }

  private static func contents(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }

  private static func write(_ text: String, to path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Man pages of applets that are gone.
  private static func superfluous(among written: [String]) throws -> [String] {
    guard let pages = try? FileManager.default.contentsOfDirectory(atPath: "docs/man") else {
      return []
    }
    return pages.map { "docs/man/" + $0 }.filter { !written.contains($0) }.sorted()
  }
}
