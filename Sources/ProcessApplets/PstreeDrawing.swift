internal import Box
internal import Linux
internal import Report

/// The lines between processes.
struct PstreeSymbols {
  let single: String
  let first: String
  let branch: String
  let last: String
  let vertical: String

  init(_ lines: Pstree.Lines) {
    switch lines {
    case .unicode:
      (single, first, branch, last, vertical) = ("───", "─┬─", "├─", "└─", "│ ")
    case .vt100:
      let shift = { (text: StaticString) in "\u{1B}(0\(text)\u{1B}(B" }
      (single, first, branch) = (shift("qqq"), shift("qwq"), shift("tq"))
      (last, vertical) = (shift("mq"), shift("x") + " ")
    case .ascii, .automatic:
      (single, first, branch, last, vertical) = ("---", "-+-", "|-", "`-", "| ")
    }
  }
}

/// Draws a tree.
struct PstreeDrawing {
  let forest: PstreeForest
  let options: Pstree
  let names: ProcessNames
  let width: Int
  let symbols: PstreeSymbols
  let bold: Set<Int32>

  /// What stands left of a child: how wide, and whether the line of its siblings goes on.
  private struct Level {
    let width: Int
    let continues: Bool
  }

  func draw(_ root: Int32, _ output: Output) {
    var line = PstreeLine(width: width)
    draw(root, 1, [], closing: 0, &line, output, depth: 0)
  }

  private func draw(
    _ pid: Int32, _ count: Int, _ levels: [Level], closing: Int, _ line: inout PstreeLine,
    _ output: Output, depth: Int
  ) {
    guard let node = forest.nodes[pid] else { return }
    var closing = closing
    if count > 1 {
      line.add("\(count)*[")
      closing += 1
    }
    label(node, &line)
    let isDeepest = depth >= 2000
    let branches = isDeepest ? [] : merged(node.children)
    if options.arguments {
      let room = width == Int.max ? Int.max : width - closing
      if !node.isThread { add(node.arguments, room, &line) }
      line.add(String(repeating: "]", count: closing))
      line.end(output)
      for (index, branch) in branches.enumerated() {
        let isLast = index == branches.count - 1
        indent(levels, &line)
        line.add("  ")
        line.add(isLast ? symbols.last : symbols.branch, width: 2)
        draw(
          branch.pid, branch.count, levels + [Level(width: 2, continues: !isLast)],
          closing: 0, &line, output, depth: depth + 1)
      }
      return
    }
    if branches.isEmpty {
      line.add(String(repeating: "]", count: closing))
      return line.end(output)
    }
    let offset = line.column - base(levels) + 1
    for (index, branch) in branches.enumerated() {
      let isLast = index == branches.count - 1
      if index == 0 {
        line.add(isLast ? symbols.single : symbols.first, width: 3)
      } else {
        indent(levels, &line)
        line.add(String(repeating: " ", count: offset))
        line.add(isLast ? symbols.last : symbols.branch, width: 2)
      }
      draw(
        branch.pid, branch.count, levels + [Level(width: offset, continues: !isLast)],
        closing: closing, &line, output, depth: depth + 1)
    }
  }

  /// The column at which the name of the innermost level starts.
  private func base(_ levels: [Level]) -> Int { levels.reduce(0) { $0 + $1.width + 2 } }

  private func indent(_ levels: [Level], _ line: inout PstreeLine) {
    for level in levels {
      line.add(String(repeating: " ", count: level.width))
      line.add(level.continues ? symbols.vertical : "  ", width: 2)
    }
  }

  private func label(_ node: PstreeForest.Node, _ line: inout PstreeLine) {
    // Arguments in parentheses are those the kernel no longer has.
    let isGone = options.arguments && !node.isThread && node.arguments.isEmpty
    var parts: [String] = []
    if options.pids { parts.append(String(node.pid)) }
    if options.groups { parts.append(String(node.group)) }
    if options.users, let parent = forest.nodes[node.parent], parent.uid != node.uid {
      parts.append(
        names.user(node.uid, of: node.pid).map { Sanitize.masked(String(bytes: $0)) }
          ?? String(node.uid))
    }
    if isGone { line.add("(") }
    line.add(node.name, isBold: bold.contains(node.pid))
    if !parts.isEmpty {
      let text = parts.joined(separator: ",")
      line.add(options.arguments ? "," + text : "(" + text + ")")
    }
    if isGone { line.add(")") }
  }

  /// All arguments, or as many as fit whole and three dots.
  private func add(_ arguments: [[UInt8]], _ room: Int, _ line: inout PstreeLine) {
    for argument in arguments.dropFirst().map({ PstreeForest.escaped($0) }) {
      if room != Int.max, line.column + 1 + argument.utf8.count > room - 4 {
        return line.add("...")
      }
      line.add(" " + argument)
    }
  }

  /// Children, those alike together at the place of the first.
  private func merged(_ children: [Int32]) -> [(pid: Int32, count: Int)] {
    if options.pids || options.groups || options.uncompacted { return children.map { ($0, 1) } }
    var branches: [(pid: Int32, count: Int)] = []
    for child in children {
      let isThread = forest.nodes[child]?.isThread == true
      let twin =
        options.arguments && !isThread
        ? nil
        : branches.firstIndex {
          forest.isAlike($0.pid, child, comparingUsers: options.users)
        }
      if let twin { branches[twin].count += 1 } else { branches.append((child, 1)) }
    }
    return branches
  }
}

/// A line that is cut at the width, with a `+` where something is missing.
struct PstreeLine {
  private let width: Int
  private var text = ""
  private(set) var column = 0

  init(width: Int) { self.width = width }

  /// - Parameter width: columns of `text`, where that is not its length.
  mutating func add(_ text: String, width: Int? = nil, isBold: Bool = false) {
    let size = width ?? text.utf8.count
    let start = column
    column += size
    guard start < self.width else { return }
    if column < self.width {
      self.text += isBold ? "\u{1B}[1m" + text + "\u{1B}[0m" : text
    } else {
      let kept = String(text.unicodeScalars.prefix(max(0, self.width - start - 1)))
      self.text += (isBold ? "\u{1B}[1m" + kept + "\u{1B}[0m" : kept) + "+"
      column = Swift.max(column, self.width)
    }
  }

  mutating func end(_ output: Output) {
    output.line(text)
    text = ""
    column = 0
  }
}
