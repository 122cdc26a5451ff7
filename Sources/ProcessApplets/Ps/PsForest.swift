internal import ProcFS

/// Orders rows as a tree and draws its branches in front of the commands.
struct PsForest {
  /// `f`: with lines, the children of PID 1 at the edge. `-H`: by indenting alone.
  enum Style { case lines, indents }

  private let rows: [PsRow]
  private let style: Style
  private var children: [Int32: [Int]] = [:]
  private var result: [PsRow] = []
  private var isPlaced: [Bool]

  /// - Parameter rows: in the order that siblings shall have.
  init(_ rows: [PsRow], _ style: Style) {
    self.rows = rows
    self.style = style
    isPlaced = rows.map { _ in false }
    for (index, row) in rows.enumerated() {
      let parent = row.record.stat.parent
      if parent != row.record.pid { children[parent, default: []].append(index) }
    }
  }

  /// The tree. Those whose parent is not among the rows come in reverse: the later first.
  mutating func arranged() -> [PsRow] {
    var pids = Set<Int32>()
    for row in rows { pids.insert(row.record.pid) }
    for index in rows.indices.reversed() where !isPlaced[index] {
      if !pids.contains(rows[index].record.stat.parent) { plant(index) }
    }
    // A hostile or torn reading may hold a circle of parents: nobody gets lost.
    for index in rows.indices where !isPlaced[index] { plant(index) }
    return result
  }

  /// Without recursion: a chain of parents can be as long as there are processes.
  private mutating func plant(_ root: Int) {
    var stack: [(index: Int, lines: [UInt8], level: Int, isLast: Bool)] = [(root, [], 0, true)]
    while let node = stack.popLast() {
      if isPlaced[node.index] { continue }
      isPlaced[node.index] = true
      var row = rows[node.index]
      row.prefix = node.lines + mark(node.level)
      result.append(row)
      let isEdge = style == .lines && row.record.pid == 1
      let next = children[row.record.pid] ?? []
      let level = isEdge ? node.level : node.level + 1
      let lines = node.lines + (isEdge ? [] : continuation(node.level, node.isLast))
      for (offset, child) in next.enumerated().reversed() {
        stack.append((child, lines, level, offset == next.count - 1))
      }
    }
  }

  private func mark(_ level: Int) -> [UInt8] {
    if level == 0 { return [] }
    return style == .lines ? Array(" \\_ ".utf8) : Array("  ".utf8)
  }

  /// What the rows below a row carry in its place.
  private func continuation(_ level: Int, _ isLast: Bool) -> [UInt8] {
    if level == 0 { return [] }
    if style == .indents { return Array("  ".utf8) }
    return Array((isLast ? "    " : " |  ").utf8)
  }
}
