import Applets
import Box
import Foundation
import Testing

/// What the manual of every applet must be, so that help, completions and man pages made of it are right.
@Suite struct ManualTests {
  private var applets: [(name: String, page: Page)] {
    registry().all.map { (name: "\($0.name)", page: $0.page()) }
  }

  @Test func theRegistryIsUnique() {
    let names = registry().sorted.map { "\($0.name)" }
    for (name, next) in zip(names, names.dropFirst()) {
      #expect(name.utf8.lexicographicallyPrecedes(next.utf8), "\(name), \(next)")
    }
    for name in names { #expect(registry().named(name) != nil, "\(name)") }
  }

  @Test func everyManualIsThatOfAnApplet() {
    for (name, page) in applets {
      #expect(registry().named(page.name) != nil, "\(name) has the manual of \(page.name)")
    }
  }

  @Test func optionsAreUnique() {
    for (name, page) in applets where name == page.name {
      let names =
        page.options.flatMap { $0.short.map { "-" + $0 } }
        + page.options.flatMap { $0.long.map { "--" + $0 } }
      for option in Set(names) {
        #expect(names.count { $0 == option } == 1, "\(name) has \(option) twice")
      }
    }
  }

  @Test func optionsSayWhatTheyTake() {
    for (name, page) in applets {
      for option in page.options {
        let title = "\(name) \(optionNames(option))"
        #expect(option.isDigits || !(option.short + option.words).isEmpty, "\(title)")
        #expect((option.arity == .flag) == option.metavariable.isEmpty, "\(title)")
        #expect(isSentence(withoutCommands(option.help)), "\(title): \(option.help)")
      }
    }
  }

  @Test func textsAreSentencesWithoutTheirFullStop() {
    for (name, page) in applets {
      #expect(isSentence(page.summary), "\(name): \(page.summary)")
      #expect(page.summary.utf8.count <= 61, "\(name): \(page.summary)")
      #expect(!page.examples.isEmpty, "\(name)")
      for example in page.examples {
        #expect(isSentence(example.purpose), "\(name): \(example.purpose)")
      }
      for deviation in page.deviations {
        #expect(!deviation.hasSuffix("."), "\(name): \(deviation)")
      }
    }
  }

  @Test func helpIsAtMost79ColumnsWide() {
    for (name, page) in applets {
      for line in help(page, calledAs: name).split(separator: "\n") {
        #expect(line.utf8.count <= 79, "\(name): \(line)")
      }
    }
  }

  /// A capital or a symbol at the start, no full stop at the end.
  /// Without the names of the commands that an option belongs to: `s_client, verify: …`.
  private func withoutCommands(_ text: String) -> String {
    guard let colon = text.range(of: ": "),
      text[..<colon.lowerBound].allSatisfy({ $0.isLowercase || $0.isNumber || "_, ".contains($0) })
    else { return text }
    return text[colon.upperBound...].prefix(1).uppercased() + text[colon.upperBound...].dropFirst()
  }

  private func isSentence(_ text: String) -> Bool {
    guard let first = text.first else { return false }
    return !first.isLowercase && !text.hasSuffix(".")
  }
}
