public import Shell

/// What the line editor does with the history that the shell keeps.
public struct HistoryKeeper {
  /// What earlier sessions left.
  let past: [Bytes]
  let add: (Bytes) -> Void
  let replaceLast: (Bytes) -> Void
  let replaceAll: ([Bytes]) -> Void

  public init(
    past: [Bytes], add: @escaping (Bytes) -> Void, replaceLast: @escaping (Bytes) -> Void,
    replaceAll: @escaping ([Bytes]) -> Void
  ) {
    self.past = past
    self.add = add
    self.replaceLast = replaceLast
    self.replaceAll = replaceAll
  }
}

/// The commands of an interactive shell, numbered from 1 on; the oldest fall out.
final class CommandHistory {
  private(set) var entries: [Bytes] = []
  /// The number of the first entry that is left.
  private(set) var first = 1
  /// Whether the command that runs now is the last entry.
  private(set) var holdsCurrent = false
  private var keeper: HistoryKeeper?

  init(_ keeper: HistoryKeeper?) {
    self.keeper = keeper
    entries = keeper?.past ?? []
  }

  /// For a child, whose changes nobody else sees.
  func detach() { keeper = nil }

  /// The number of the command that runs now, or would have got.
  var current: Int { first + entries.count - (holdsCurrent ? 1 : 0) }
  /// The number of the last entry.
  var last: Int { first + entries.count - 1 }

  subscript(number: Int) -> Bytes? {
    let index = number - first
    return entries.indices.contains(index) ? entries[index] : nil
  }

  /// What decides whether a line is kept, as HISTCONTROL has it.
  struct Rules {
    var ignoresSpace = true
    var ignoresRepetition = true
    var erasesRepetition = false
    var limit = 5000
  }

  /// The first line of a command.
  func begin(_ line: Bytes, _ rules: Rules) {
    holdsCurrent = false
    guard let start = line.first, !line.allSatisfy({ $0.isSpace }) else { return }
    if rules.ignoresSpace, start.isBlank { return }
    if rules.ignoresRepetition, entries.last == line {
      holdsCurrent = false
      return
    }
    if rules.erasesRepetition, entries.contains(line) {
      entries.removeAll { $0 == line }
      keeper?.replaceAll(entries)
    }
    append(line, limit: rules.limit)
    holdsCurrent = entries.last == line
  }

  /// Another line of the same command.
  func extend(_ line: Bytes) {
    guard holdsCurrent, let start = entries.last else { return }
    replaceLast(start + bytes("\n") + line)
  }

  func append(_ text: Bytes, limit: Int) {
    entries.append(text)
    keeper?.add(text)
    let surplus = entries.count - max(0, limit)
    if surplus > 0 {
      entries.removeFirst(surplus)
      first += surplus
    }
  }

  func replaceLast(_ text: Bytes) {
    guard !entries.isEmpty else { return }
    entries[entries.count - 1] = text
    keeper?.replaceLast(text)
  }

  /// Puts what runs in place of the command that asked for it.
  func replaceCurrent(_ text: Bytes, limit: Int) {
    if holdsCurrent { replaceLast(text) } else { append(text, limit: limit) }
    holdsCurrent = true
  }

  func remove(_ number: Int) {
    guard self[number] != nil else { return }
    if number == last { holdsCurrent = false }
    entries.remove(at: number - first)
    keeper?.replaceAll(entries)
  }

  func clear() {
    entries = []
    first = 1
    holdsCurrent = false
    keeper?.replaceAll([])
  }

  /// Drops the command that runs now, which is not to be remembered.
  func dropCurrent() {
    guard holdsCurrent else { return }
    entries.removeLast()
    holdsCurrent = false
    keeper?.replaceAll(entries)
  }
}
