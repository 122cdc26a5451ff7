/// The longest text that every match of an expression holds, each byte with its other case.
struct LiteralRun {
  private(set) var bytes: [(UInt8, UInt8)] = []
  /// Whether the expression is that text and nothing else.
  private(set) var isWhole = true
  private var current: [(UInt8, UInt8)] = []

  init(_ node: RegexNode) {
    collect(node)
    finish()
  }

  private mutating func collect(_ node: RegexNode) {
    switch node {
    case .empty: break
    case .set(let set):
      if let pair = set.pair { current.append(pair) } else { interrupt() }
    case .sequence(let items): for item in items { collect(item) }
    case .repetition(let body, let least, _) where least > 0:
      // At least one is there; how many more, and what follows directly, is not known.
      collect(body)
      interrupt()
    case .assertion, .choice, .repetition: interrupt()
    }
  }

  private mutating func interrupt() {
    isWhole = false
    finish()
  }

  private mutating func finish() {
    if current.count > bytes.count { bytes = current }
    current = []
  }
}

/// Many texts as one tree that shares their beginnings.
enum LiteralTree {
  static func node(_ texts: [[UInt8]], ignoresCase: Bool) -> RegexNode {
    let folded = ignoresCase ? texts.map { $0.map { fold($0) } } : texts
    let sorted = folded.sorted { $0.lexicographicallyPrecedes($1) }
    return node(sorted[...], depth: 0, ignoresCase)
  }

  private static func fold(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  /// What follows the first `depth` bytes, which all texts share.
  private static func node(_ texts: ArraySlice<[UInt8]>, depth: Int, _ ignoresCase: Bool)
    -> RegexNode
  {
    if let only = texts.first, texts.count == 1 || depth > 24 {
      if texts.count == 1 { return rest(of: only, from: depth, ignoresCase) }
      return .choice(texts.map { rest(of: $0, from: depth, ignoresCase) })
    }
    var alternatives: [RegexNode] = []
    var start = texts.startIndex
    while start < texts.endIndex {
      guard depth < texts[start].count else {
        alternatives.append(.empty)
        start += 1
        continue
      }
      let byte = texts[start][depth]
      var end = start + 1
      while end < texts.endIndex, texts[end][depth] == byte { end += 1 }
      alternatives.append(
        .sequence([set(byte, ignoresCase), node(texts[start..<end], depth: depth + 1, ignoresCase)])
      )
      start = end
    }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private static func rest(of text: [UInt8], from depth: Int, _ ignoresCase: Bool) -> RegexNode {
    .sequence(text[min(depth, text.count)...].map { set($0, ignoresCase) })
  }

  private static func set(_ byte: UInt8, _ ignoresCase: Bool) -> RegexNode {
    var set = ByteSet(byte)
    if ignoresCase { set.foldCase() }
    return .set(set)
  }
}

extension Automaton {
  /// Which bytes a match can start with; nil where it can be empty.
  var firstBytes: [Bool]? {
    var result = [Bool](repeating: false, count: 256)
    var seen = [Bool](repeating: false, count: kinds.count)
    var stack = [start]
    while let top = stack.popLast() {
      let index = Int(top)
      if seen[index] { continue }
      seen[index] = true
      switch kinds[index] {
      case .match: return nil
      case .split:
        stack.append(next[index])
        stack.append(other[index])
      case .assertion: stack.append(next[index])
      case .bytes:
        let set = sets[Int(details[index])]
        for byte in UInt8.min...UInt8.max where set.contains(byte) { result[Int(byte)] = true }
      }
    }
    return result
  }
}
