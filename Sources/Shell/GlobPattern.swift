/// A pattern of the shell, compiled: `* ? […]`, and `@(…)` with its kin.
///
/// In its text a backslash takes the special meaning from what follows, and NUL gives it to `@(`, `|` and `)`,
/// which else have it only where the option extglob is on.
public final class GlobPattern {
  indirect enum Element {
    case byte(UInt8)
    /// A character beyond ASCII, as bytes would not do under `?` and brackets.
    case any
    /// A byte, whatever it belongs to.
    case byteAny
    case star
    case set(CharacterSet)
    case choice(UInt8, [[Element]])
  }

  let elements: [Element]
  /// The text it stands for, where it has no operators.
  public let literal: Bytes?
  let hasChoices: Bool
  let ignoresCase: Bool
  private let countsBytes: Bool

  public init(
    _ text: Bytes, extended: Bool = false, ignoresCase: Bool = false, countsBytes: Bool = false
  ) {
    var compiler = GlobCompiler(text: text, extended: extended, ignoresCase: ignoresCase)
    compiler.countsBytes = countsBytes
    elements = compiler.sequence(isInner: false)
    hasChoices = compiler.hasChoices
    self.ignoresCase = ignoresCase
    self.countsBytes = countsBytes
    var literal: Bytes? = []
    for element in elements {
      if case .byte(let byte) = element { literal?.append(byte) } else { literal = nil }
    }
    self.literal = ignoresCase ? nil : literal
  }

  /// Whether the whole of `text` matches.
  public func matches(_ text: Bytes) -> Bool {
    if let literal { return literal == text }
    return matches(text, 0, text.count)
  }

  /// Whether the piece of `text` between two indices matches.
  public func matches(_ text: Bytes, _ start: Int, _ end: Int) -> Bool {
    if hasChoices {
      var matcher = ChoiceMatcher(text: text, end: end, ignoresCase: ignoresCase)
      return matcher.ends(elements, [start]).last == end
    }
    var (inText, inPattern) = (start, 0)
    var star: (pattern: Int, text: Int)?
    while inText < end {
      if inPattern < elements.count {
        if case .star = elements[inPattern] {
          inPattern += 1
          star = (inPattern, inText)
          continue
        }
        let length = step(elements[inPattern], text, inText, end)
        if length > 0 {
          inText += length
          inPattern += 1
          continue
        }
      }
      guard let last = star else { return false }
      let next = last.text + 1
      star = (last.pattern, next)
      (inPattern, inText) = (last.pattern, next)
    }
    while inPattern < elements.count, case .star = elements[inPattern] { inPattern += 1 }
    return inPattern == elements.count
  }

  /// How many bytes at `index` the element takes; 0: it does not match.
  private func step(_ element: Element, _ text: Bytes, _ index: Int, _ end: Int) -> Int {
    GlobPattern.step(element, text, index, end, ignoresCase)
  }

  static func step(
    _ element: Element, _ text: Bytes, _ index: Int, _ end: Int, _ ignoresCase: Bool
  ) -> Int {
    guard index < end else { return 0 }
    let byte = text[index]
    switch element {
    case .byte(let wanted):
      return byte == wanted || (ignoresCase && byte.lower == wanted.lower) ? 1 : 0
    case .any:
      let length = byte < 0x80 ? 1 : CharacterScanner.length(text, index)
      return index + length <= end ? length : 0
    case .set(let set):
      if byte < 0x80 { return set.contains(Int(byte)) ? 1 : 0 }
      var scanner = CharacterScanner(text, index)
      guard let code = scanner.next(), scanner.position <= end, set.contains(code) else { return 0 }
      return scanner.position - index
    case .byteAny: return 1
    case .star, .choice: return 0
    }
  }

  /// The ends of the shortest and the longest match that start at `start`.
  public func ends(_ text: Bytes, from start: Int) -> (shortest: Int, longest: Int)? {
    if let literal {
      guard start + literal.count <= text.count else { return nil }
      for index in 0..<literal.count where text[start + index] != literal[index] { return nil }
      return (start + literal.count, start + literal.count)
    }
    if hasChoices {
      var matcher = ChoiceMatcher(text: text, end: text.count, ignoresCase: ignoresCase)
      let all = matcher.ends(elements, [start])
      return all.first.flatMap { first in all.last.map { (first, $0) } }
    }
    // All states of the pattern at once; each star keeps its own.
    var states = [Int](repeating: -1, count: elements.count + 1)
    var first: Int?
    var last = 0
    states[0] = start
    spread(&states, start)
    var position = start
    while true {
      if states[elements.count] == position {
        if first == nil { first = position }
        last = position
      }
      guard position < text.count else { break }
      var isAlive = false
      var index = elements.count - 1
      while index >= 0 {
        if states[index] == position {
          if case .star = elements[index] {
            states[index] = position + 1
            isAlive = true
          } else {
            let length = step(elements[index], text, position, text.count)
            if length == 1 {
              states[index + 1] = position + 1
              isAlive = true
            } else if length > 1 {
              return slowEnds(text, start)
            }
          }
        }
        index -= 1
      }
      position += 1
      if !isAlive { break }
      spread(&states, position)
    }
    return first.map { ($0, last) }
  }

  private func spread(_ states: inout [Int], _ position: Int) {
    for index in elements.indices where states[index] == position {
      if case .star = elements[index] { states[index + 1] = position }
    }
  }

  private func slowEnds(_ text: Bytes, _ start: Int) -> (shortest: Int, longest: Int)? {
    var shortest: Int?
    var end = start
    while end <= text.count {
      if matches(text, start, end) {
        shortest = end
        break
      }
      end += 1
    }
    guard let shortest else { return nil }
    end = text.count
    while end > shortest, !matches(text, start, end) { end -= 1 }
    return (shortest, end)
  }

  /// Where the suffix that matches starts.
  public func suffix(_ text: Bytes, longest: Bool) -> Int? {
    if let literal {
      let start = text.count - literal.count
      guard start >= 0 else { return nil }
      for index in 0..<literal.count where text[start + index] != literal[index] { return nil }
      return start
    }
    var wanted: UInt8?
    if case .byte(let byte) = elements.first, !ignoresCase { wanted = byte }
    var start = longest ? 0 : text.count
    while start >= 0, start <= text.count {
      let isCandidate = wanted == nil || (start < text.count && text[start] == wanted)
      let isBoundary = countsBytes || CharacterScanner.isBoundary(text, start)
      if isCandidate, isBoundary, matches(text, start, text.count) { return start }
      start += longest ? 1 : -1
    }
    return nil
  }
}

/// The characters between brackets.
final class CharacterSet {
  var isNegated = false
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  private var ranges: [(Int, Int)] = []
  var ignoresCase = false

  func insert(_ first: Int, _ last: Int) {
    if first > last { return }
    for code in first...max(first, min(last, 127)) where code < 128 { insert(code) }
    if last >= 128 { ranges.append((max(first, 128), last)) }
  }

  private func insert(_ code: Int) {
    if code < 64 { low |= 1 << UInt64(code) } else { high |= 1 << UInt64(code - 64) }
  }

  func insert(where test: (UInt8) -> Bool) {
    for code in 0..<128 where test(UInt8(code)) { insert(code) }
  }

  private func has(_ code: Int) -> Bool {
    if code < 64 { return low >> UInt64(code) & 1 == 1 }
    if code < 128 { return high >> UInt64(code - 64) & 1 == 1 }
    return ranges.contains { $0.0 <= code && code <= $0.1 }
  }

  func contains(_ code: Int) -> Bool {
    var found = has(code)
    if !found, ignoresCase, code < 128 {
      let byte = UInt8(code)
      found = has(Int(byte.lower)) || has(Int(byte.upper))
    }
    return found != isNegated
  }
}
