/// A deterministic automaton whose states are made when they are first reached.
///
/// A state is a set of states of the automaton before the empty moves out of them are followed, and
/// what stood before this place. Empty moves are followed when the next byte is known, because
/// assertions look at it: so a match is noticed at the byte behind it, or at the end of the line.
final class LazyMachine {
  private let automaton: Automaton
  /// Whether a match may start anywhere; else it starts where the machine does.
  private let isSearch: Bool
  private let lineEnd: UInt8

  /// 256 moves for each state: the next state times 256, plus one where a match ends before the byte.
  private var moves: UnsafeMutablePointer<Int32>
  private var capacity = 16
  private var members: [[Int32]] = []
  private var contexts: [Context] = []
  /// A hash table of states, open addressing.
  private var buckets: [Int32] = []

  private var marks: [UInt32]
  private var round: UInt32 = 0
  private var stack: [Int32] = []
  private let wordBytes = ByteSet.word

  /// What stood before a place, as far as the automaton asks.
  private enum Context: UInt8 { case plain, word, lineStart }

  private static let unknown: Int32 = -1
  private static let mostStates = 4096

  init(_ automaton: Automaton, search: Bool, lineEnd: UInt8) {
    self.automaton = automaton
    isSearch = search
    self.lineEnd = lineEnd
    moves = .allocate(capacity: 16 * 256)
    marks = [UInt32](repeating: 0, count: automaton.kinds.count)
    reset()
  }

  deinit { moves.deallocate() }

  private func reset() {
    members = []
    contexts = []
    buckets = [Int32](repeating: -1, count: 256)
    // The state 0 starts a line; an empty set of states never matches: state 256.
    _ = state([automaton.start], .lineStart)
    _ = state([], .plain)
  }

  /// Searches whole lines from `start`, the begin of a line, up to `end`, behind the end of one.
  ///
  /// - Returns: an offset in the first line that matches, or at its end; nil where none does.
  func search(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int? {
    var state: Int32 = 0
    var index = start
    while index < end {
      var move = moves[Int(state) + Int(bytes[index])]
      // Two steps a turn: the common byte neither matches nor leads to a new state.
      if move & Int32(bitPattern: 0x8000_0001) == 0 {
        index += 1
        state = move
        guard index < end else { return nil }
        move = moves[Int(state) + Int(bytes[index])]
      }
      if move == Self.unknown { move = make(&state, bytes[index]) }
      if move & 1 != 0 { return index }
      state = move
      index += 1
    }
    return nil
  }

  /// Where the longest match that starts at `start` ends; the line ends at `end`, where a byte is readable.
  ///
  /// - Parameter lineStart: where the line begins.
  func longest(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, lineStart: Int) -> Int?
  {
    var state = self.state([automaton.start], context(before: start, bytes, lineStart))
    var found: Int?
    var index = start
    while index < end {
      var move = moves[Int(state) + Int(bytes[index])]
      if move == Self.unknown { move = make(&state, bytes[index]) }
      if move & 1 != 0 { found = index }
      state = move & ~1
      if state == 256 { return found }
      index += 1
    }
    var move = moves[Int(state) + Int(lineEnd)]
    if move == Self.unknown { move = make(&state, lineEnd) }
    return move & 1 != 0 ? end : found
  }

  private func context(before index: Int, _ bytes: UnsafePointer<UInt8>, _ lineStart: Int)
    -> Context
  {
    if index == lineStart { return .lineStart }
    return automaton.asksWords && wordBytes.contains(bytes[index - 1]) ? .word : .plain
  }

  /// Works out the move from `state` by `byte`; `state` changes where all states were made anew.
  private func make(_ state: inout Int32, _ byte: UInt8) -> Int32 {
    if members.count >= Self.mostStates {
      let (kept, context) = (members[Int(state) >> 8], contexts[Int(state) >> 8])
      reset()
      state = self.state(kept, context)
    }
    let from = Int(state) >> 8
    let isEnd = byte == lineEnd
    let isWord = wordBytes.contains(byte)
    round &+= 1
    var matches = false
    var reached: [Int32] = []
    for member in members[from] { stack.append(member) }
    while let top = stack.popLast() {
      let index = Int(top)
      if marks[index] == round { continue }
      marks[index] = round
      switch automaton.kinds[index] {
      case .match: matches = true
      case .split:
        stack.append(automaton.other[index])
        stack.append(automaton.next[index])
      case .assertion:
        if holds(automaton.details[index], contexts[from], isEnd: isEnd, isWord: isWord) {
          stack.append(automaton.next[index])
        }
      case .bytes:
        if !isEnd, automaton.sets[Int(automaton.details[index])].contains(byte) {
          reached.append(automaton.next[index])
        }
      }
    }
    let target: Int32
    if isEnd {
      target = 0
    } else {
      if isSearch { reached.append(automaton.start) }
      let isKnownWord = automaton.asksWords && isWord && !reached.isEmpty
      target = self.state(unique(reached), isKnownWord ? .word : .plain)
    }
    let move = target | (matches ? 1 : 0)
    moves[Int(state) + Int(byte)] = move
    return move
  }

  private func holds(_ detail: Int32, _ before: Context, isEnd: Bool, isWord: Bool) -> Bool {
    let afterWord = before == .word
    let beforeWord = !isEnd && isWord
    switch Assertion(rawValue: UInt8(truncatingIfNeeded: detail)) ?? .lineStart {
    case .lineStart: return before == .lineStart
    case .lineEnd: return isEnd
    case .wordStart: return !afterWord && beforeWord
    case .wordEnd: return afterWord && !beforeWord
    case .wordEdge: return afterWord != beforeWord
    case .noWordEdge: return afterWord == beforeWord
    case .notAfterWord: return !afterWord
    case .notBeforeWord: return !beforeWord
    }
  }

  private func unique(_ states: [Int32]) -> [Int32] {
    var sorted = states
    sorted.sort()
    var result: [Int32] = []
    for state in sorted where result.last != state { result.append(state) }
    return result
  }

  /// The number of the state times 256, made where it is new.
  private func state(_ set: [Int32], _ context: Context) -> Int32 {
    var hash: UInt32 = 2_166_136_261
    for member in set { hash = (hash ^ UInt32(bitPattern: member)) &* 16_777_619 }
    hash = (hash ^ UInt32(context.rawValue)) &* 16_777_619
    if members.count * 2 >= buckets.count { grow() }
    var slot = Int(hash) & (buckets.count - 1)
    while buckets[slot] >= 0 {
      let known = Int(buckets[slot])
      if contexts[known] == context, members[known] == set { return Int32(known << 8) }
      slot = (slot + 1) & (buckets.count - 1)
    }
    let number = members.count
    buckets[slot] = Int32(number)
    members.append(set)
    contexts.append(context)
    if members.count > capacity { widen() }
    (moves + (number << 8)).update(repeating: Self.unknown, count: 256)
    return Int32(number << 8)
  }

  private func widen() {
    let wider = UnsafeMutablePointer<Int32>.allocate(capacity: capacity * 4 * 256)
    wider.update(from: moves, count: capacity * 256)
    moves.deallocate()
    moves = wider
    capacity *= 4
  }

  private func grow() {
    let old = (members, contexts)
    buckets = [Int32](repeating: -1, count: buckets.count * 4)
    for number in old.0.indices {
      var hash: UInt32 = 2_166_136_261
      for member in old.0[number] { hash = (hash ^ UInt32(bitPattern: member)) &* 16_777_619 }
      hash = (hash ^ UInt32(old.1[number].rawValue)) &* 16_777_619
      var slot = Int(hash) & (buckets.count - 1)
      while buckets[slot] >= 0 { slot = (slot + 1) & (buckets.count - 1) }
      buckets[slot] = Int32(number)
    }
  }
}
