/// Matches patterns with `@(…)` by walking all ways through them at once: no pattern takes exponential time.
struct ChoiceMatcher {
  let text: Bytes
  let ignoresCase: Bool
  /// Nothing matches beyond.
  let end: Int
  /// Steps that are left: loops nested in loops end as if nothing matched.
  private var budget = 4_000_000

  init(text: Bytes, end: Int, ignoresCase: Bool) {
    self.text = text
    self.end = end
    self.ignoresCase = ignoresCase
  }

  /// Where matches of `elements` end that start at any of `starts`; both ascend.
  mutating func ends(_ elements: [GlobPattern.Element], _ starts: [Int]) -> [Int] {
    var places = starts
    for element in elements {
      guard let first = places.first else { return [] }
      budget -= places.count + 1
      if budget < 0 { return [] }
      switch element {
      case .star: places = Array(first...end)
      case .choice(let kind, let choices): places = chosen(kind, choices, places)
      default: places = stepped(element, places)
      }
    }
    return places
  }

  private func stepped(_ element: GlobPattern.Element, _ places: [Int]) -> [Int] {
    var result: [Int] = []
    var ascends = true
    for place in places {
      let length = GlobPattern.step(element, text, place, end, ignoresCase)
      guard length > 0, result.last != place + length else { continue }
      if let last = result.last, last > place + length { ascends = false }
      result.append(place + length)
    }
    return ascends ? result : Self.union(result.sorted(), [])
  }

  private mutating func chosen(
    _ kind: UInt8, _ choices: [[GlobPattern.Element]], _ places: [Int]
  ) -> [Int] {
    switch kind {
    case "!": return others(choices, places)
    case "?": return Self.union(places, any(choices, places))
    case "*", "+":
      var all = kind == "*" ? places : []
      var fresh = any(choices, places)
      while !fresh.isEmpty {
        all = Self.union(all, fresh)
        if budget < 0 { return all }
        fresh = Self.difference(any(choices, fresh), all)
      }
      return all
    default: return any(choices, places)
    }
  }

  /// `!(…)`: all ends that none of the choices has.
  private mutating func others(
    _ choices: [[GlobPattern.Element]], _ places: [Int]
  ) -> [Int] {
    var result: [Int] = []
    for place in places {
      budget -= end - place
      if budget < 0 { return result }
      result = Self.union(result, Self.difference(Array(place...end), any(choices, [place])))
    }
    return result
  }

  private mutating func any(_ choices: [[GlobPattern.Element]], _ places: [Int]) -> [Int] {
    var result: [Int] = []
    for choice in choices { result = Self.union(result, ends(choice, places)) }
    return result
  }

  /// The numbers of two ascending lists, each once.
  private static func union(_ left: [Int], _ right: [Int]) -> [Int] {
    if left.isEmpty, right.isEmpty { return [] }
    var result: [Int] = []
    result.reserveCapacity(left.count + right.count)
    var (i, j) = (0, 0)
    while i < left.count || j < right.count {
      let takesLeft = j == right.count || (i < left.count && left[i] <= right[j])
      let next = takesLeft ? left[i] : right[j]
      if takesLeft { i += 1 } else { j += 1 }
      if result.last != next { result.append(next) }
    }
    return result
  }

  /// What of `left` is not in `right`; both ascend.
  private static func difference(_ left: [Int], _ right: [Int]) -> [Int] {
    var result: [Int] = []
    var j = 0
    for number in left {
      while j < right.count, right[j] < number { j += 1 }
      if j == right.count || right[j] != number { result.append(number) }
    }
    return result
  }
}
