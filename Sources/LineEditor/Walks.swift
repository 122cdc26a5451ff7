/// Going up and down through the history entries that start alike.
struct HistoryWalk {
  /// The entry shown; the count of entries is the line that was being typed.
  var index: Int
  let prefix: [UInt8]
  let typed: [UInt8]
}

/// Alt-. again and again: the last word of ever older entries.
struct WordWalk {
  var index: Int
  var range: Range<Int>
}

/// Ctrl-R.
struct HistorySearch {
  var query: [UInt8] = []
  /// The entry found and where in it; nil: none.
  var found: (index: Int, offset: Int)?
  var hasFailed = false
  /// What was on the line before.
  let before: [UInt8]

  init(before: [UInt8]) { self.before = before }

  /// Searches from the entry at `index` on, towards the past.
  mutating func find(_ history: History, from index: Int) {
    if query.isEmpty {
      found = nil
      hasFailed = false
    } else if let next = history.search(query, from: index) {
      found = next
      hasFailed = false
    } else {
      hasFailed = true
    }
  }

  mutating func older(_ history: History) {
    find(history, from: (found?.index ?? history.entries.count) - 1)
  }

  mutating func newer(_ history: History) {
    guard let found else { return }
    var index = found.index + 1
    while index < history.entries.count {
      if let next = history.search(query, from: index), next.index == index {
        self.found = next
        return
      }
      index += 1
    }
    hasFailed = true
  }

  /// The text found, or what was there before.
  func text(_ history: History) -> [UInt8] {
    guard let found, history.entries.indices.contains(found.index) else { return before }
    return history.entries[found.index]
  }

  func lay(out layout: inout Layout, _ history: History) {
    layout.add(Array((hasFailed ? "(not found) " : "(history) ").utf8), .plain)
    layout.add(line: query, cursor: query.count)
    layout.add([0x3A, 0x20], .plain)
    let text = text(history)
    let match = found.map { [StyledRange($0.offset..<($0.offset + query.count), .match)] } ?? []
    layout.add(line: text, styles: match, cursor: nil)
  }
}
