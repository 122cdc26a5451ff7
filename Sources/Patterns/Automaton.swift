/// A nondeterministic automaton over bytes, by Thompson's construction.
struct Automaton {
  enum Kind: UInt8 { case bytes, split, assertion, match }

  private(set) var kinds: [Kind] = []
  /// Where a state leads; a split also leads to `other`.
  private(set) var next: [Int32] = []
  private(set) var other: [Int32] = []
  /// The index of a byte state's set; the raw value of an assertion.
  private(set) var details: [Int32] = []
  private(set) var sets: [ByteSet] = []
  private(set) var start: Int32 = 0
  /// Whether what surrounds a place matters: words for the edges of words, lines for `^`.
  private(set) var asksWords = false
  private(set) var asksLines = false

  /// More than this is refused: `(a{9999}){9999}`.
  private static let limit = 1 << 18

  init(_ alternatives: [RegexNode]) throws(Pattern.Malformed) {
    let match = try add(.match)
    var entries: [Int32] = []
    for node in alternatives { entries.append(try build(node, then: match)) }
    start = try join(entries) ?? match
  }

  private mutating func add(_ kind: Kind, _ to: Int32 = -1, _ or: Int32 = -1, _ detail: Int32 = 0)
    throws(Pattern.Malformed) -> Int32
  {
    guard kinds.count < Self.limit else {
      throw Pattern.Malformed(reason: "Regular expression too big")
    }
    kinds.append(kind)
    next.append(to)
    other.append(or)
    details.append(detail)
    return Int32(kinds.count - 1)
  }

  /// One state that leads to all `entries`.
  private mutating func join(_ entries: [Int32]) throws(Pattern.Malformed) -> Int32? {
    guard var joined = entries.last else { return nil }
    for entry in entries.dropLast().reversed() { joined = try add(.split, entry, joined) }
    return joined
  }

  /// Builds `node` in front of the state `then`; answers where it starts.
  private mutating func build(_ node: RegexNode, then: Int32) throws(Pattern.Malformed) -> Int32 {
    switch node {
    case .empty: return then
    case .set(let set): return try add(.bytes, then, -1, index(of: set))
    case .assertion(let assertion):
      if assertion == .lineStart { asksLines = true }
      if assertion != .lineStart, assertion != .lineEnd { asksWords = true }
      return try add(.assertion, then, -1, Int32(assertion.rawValue))
    case .sequence(let items):
      var entry = then
      for item in items.reversed() { entry = try build(item, then: entry) }
      return entry
    case .choice(let items):
      var entries: [Int32] = []
      for item in items { entries.append(try build(item, then: then)) }
      return try join(entries) ?? then
    case .repetition(let body, let least, let most):
      return try build(body, least, most, then: then)
    }
  }

  private mutating func build(_ body: RegexNode, _ least: Int, _ most: Int?, then: Int32)
    throws(Pattern.Malformed) -> Int32
  {
    var entry = then
    if let most {
      for _ in 0..<max(0, most - least) {
        let inner = try build(body, then: entry)
        entry = try add(.split, inner, then)
      }
    } else {
      let loop = try add(.split, -1, then)
      next[Int(loop)] = try build(body, then: loop)
      entry = loop
    }
    for _ in 0..<least { entry = try build(body, then: entry) }
    return entry
  }

  private mutating func index(of set: ByteSet) -> Int32 {
    // Neighbours are often alike: `a{100}`, words.
    for index in sets.indices.suffix(16) where sets[index] == set { return Int32(index) }
    sets.append(set)
    return Int32(sets.count - 1)
  }
}
