internal import Box
internal import LineEditor
internal import Linux

/// The place of the word at the cursor: what is looked for, and how what is found is put into the line.
struct Slot {
  /// The word without quotes.
  let bytes: [UInt8]
  /// The bytes of the line that are replaced.
  private let range: Range<Int>
  /// How many of `bytes` stay in front of them.
  private let kept: Int
  private let word: ShellScanner.Word
  private let quote: ShellScanner.Quote
  private let quoteAtStart: ShellScanner.Quote

  init(_ word: ShellScanner.Word, _ quote: ShellScanner.Quote, end: Int) {
    self.init(
      word, quote, word.component..<max(word.component, end), word.folderCount,
      word.componentQuote)
  }

  private init(
    _ word: ShellScanner.Word, _ quote: ShellScanner.Quote, _ range: Range<Int>, _ kept: Int,
    _ quoteAtStart: ShellScanner.Quote
  ) {
    self.word = word
    self.quote = quote
    self.range = range
    self.kept = min(kept, word.text.count)
    self.quoteAtStart = quoteAtStart
    bytes = word.text
  }

  var text: String { String(bytes: bytes) }

  /// The folder of a path with its slash; what is in front of a `=` is no part of it.
  var folder: String {
    let folder = bytes.prefix(kept)
    let start = folder.lastIndex(of: UInt8(ascii: "=")).map { $0 + 1 } ?? 0
    return String(bytes: folder[start...])
  }

  /// What is behind the folder.
  var name: String { String(bytes: bytes[kept...]) }

  /// The same place, where the whole word is replaced.
  var whole: Slot {
    Slot(word, quote, word.range.lowerBound..<range.upperBound, 0, .none)
  }

  /// The value of `--option=value`.
  var behindEquals: Slot {
    var value = word
    let equals = bytes.firstIndex(of: UInt8(ascii: "=")).map { $0 + 1 } ?? 0
    value.text = Array(bytes[equals...])
    return Slot(value, quote, range, max(0, kept - equals), quoteAtStart)
  }

  /// The candidates, quoted as the word has begun to be.
  func proposal(
    _ found: [(text: String, help: String, isFinal: Bool)], labels: [String]? = nil
  ) -> Proposal {
    Proposal(
      range,
      found.enumerated().map { index, item in
        var suffix: [UInt8] = []
        if item.isFinal {
          if quote == .single { suffix.append(UInt8(ascii: "'")) }
          if quote == .double { suffix.append(UInt8(ascii: "\"")) }
          suffix.append(0x20)
        }
        return Candidate(
          quoted(item.text), shown: labels.map { $0[index] } ?? item.text, help: item.help,
          suffix: suffix)
      })
  }

  private func quoted(_ text: String) -> [UInt8] {
    // The quote that was opened in what is replaced is opened again.
    let opens = quoteAtStart == .none
    switch quote {
    case .single:
      return (opens ? [UInt8(ascii: "'")] : [])
        + text.bytes.flatMap { $0 == UInt8(ascii: "'") ? Array("'\\''".utf8) : [$0] }
    case .double:
      return (opens ? [UInt8(ascii: "\"")] : []) + escaped(text, "\\\"$`")
    case .none, .dollar:
      if !text.unicodeScalars.allSatisfy({ Sanitize.isSafe($0) }) {
        return ShellQuote.quoted(text).bytes
      }
      return escaped(text, " \"'\\$&|;()<>*?[]#`!{}^")
    }
  }

  private func escaped(_ text: String, _ special: StaticString) -> [UInt8] {
    let special = Array("\(special)".utf8)
    var result: [UInt8] = []
    for byte in text.bytes {
      if special.contains(byte) { result.append(UInt8(ascii: "\\")) }
      result.append(byte)
    }
    return result
  }
}
