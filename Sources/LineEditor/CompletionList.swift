internal import Box
internal import Linux
internal import Report

/// Tab.
extension LineEditor {
  func tab() {
    let proposal = complete(buffer.bytes, buffer.cursor)
    guard let first = proposal.candidates.first, proposal.range.upperBound <= buffer.bytes.count
    else { return ring() }
    if proposal.candidates.count == 1 {
      // The blank that follows may be there already.
      let next = proposal.range.upperBound
      let isThere = next < buffer.bytes.count && first.suffix.first == buffer.bytes[next]
      return buffer.replace(proposal.range, with: first.text + (isThere ? [] : first.suffix))
    }
    let prefix = proposal.commonPrefix
    if prefix.count > proposal.range.count || !prefix.starts(with: buffer.bytes[proposal.range]) {
      // Nothing typed is ever lost.
      if prefix.count >= proposal.range.count {
        return buffer.replace(proposal.range, with: prefix)
      }
    }
    list(proposal.candidates)
  }

  /// Shows all below the line, a screen at a time, then the line again.
  private func list(_ candidates: [Candidate]) {
    guard let terminal else { return }
    let rows = CompletionList.rows(candidates, columns: size.columns)
    terminal.write(screen.leave())
    let page = max(1, size.rows - 1)
    var index = 0
    while index < rows.count {
      let end = min(index + page, rows.count)
      terminal.write(rows[index..<end].joined(separator: "\r\n") + "\r\n")
      index = end
      if index < rows.count, !more(terminal, shown: index, of: rows.count) { break }
    }
    drawAnew()
  }

  /// Asks whether to go on, as more(1) does.
  private func more(_ terminal: RawTerminal, shown: Int, of count: Int) -> Bool {
    terminal.write("--More--(\(shown * 100 / count)%)")
    defer { terminal.write("\r\u{1B}[K") }
    while true {
      while !waiting.isEmpty {
        switch waiting.removeFirst() {
        case .text([UInt8(ascii: " ")]), .tab, .enter, .pageDown, .down, .text([UInt8(ascii: "y")]):
          return true
        default: return false
        }
      }
      switch terminal.wait(seconds: decoder.isPending ? 0.5 : 3600) {
      case .bytes(let bytes): waiting += decoder.feed(bytes)
      case .timeout:
        if !decoder.isPending { return false }
        waiting += decoder.flush()
      case .ended: return false
      case .woken, .other: break
      }
    }
  }
}

/// Candidates in columns, or one per line with what they are.
enum CompletionList {
  /// More are not worth a look.
  static let limit = 2000

  static func rows(_ candidates: [Candidate], columns: Int) -> [String] {
    let shown = candidates.prefix(limit)
    let names = shown.map { Sanitize.escaped($0.shown) }
    let widths = names.map { displayWidth($0) }
    let widest = widths.reduce(0) { max($0, $1) }
    var rows =
      shown.contains { !$0.help.isEmpty }
      ? described(shown.map { Sanitize.escaped($0.help) }, names, widths, min(widest, 30), columns)
      : filled(names, widths, widest + 2, columns)
    if candidates.count > limit { rows.append("… \(candidates.count - limit) more") }
    return rows
  }

  private static func described(
    _ help: [String], _ names: [String], _ widths: [Int], _ widest: Int, _ columns: Int
  ) -> [String] {
    names.indices.map { index in
      if help[index].isEmpty { return names[index] }
      let gap = String(repeating: " ", count: max(1, widest - widths[index]) + 2)
      return cut(names[index] + gap + help[index], columns - 1)
    }
  }

  /// Down first, as ls does.
  private static func filled(_ names: [String], _ widths: [Int], _ step: Int, _ columns: Int)
    -> [String]
  {
    let across = max(1, (columns + 1) / step)
    let down = (names.count + across - 1) / across
    return (0..<down).map { row in
      var text = ""
      for column in 0..<across {
        let index = column * down + row
        guard index < names.count else { break }
        text += names[index]
        if index + down < names.count {
          text += String(repeating: " ", count: step - widths[index])
        }
      }
      return text
    }
  }

  private static func cut(_ text: String, _ columns: Int) -> String {
    if displayWidth(text) <= columns { return text }
    var result = String.UnicodeScalarView()
    var used = 0
    for scalar in text.unicodeScalars {
      used += displayWidth(scalar)
      if used >= columns { break }
      result.append(scalar)
    }
    return String(result) + "…"
  }
}
