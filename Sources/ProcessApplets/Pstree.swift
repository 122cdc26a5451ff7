public import Box
internal import Linux
internal import ProcFS
internal import Report

/// Shows processes as a tree; psmisc 23 pstree(1).
///
/// In a shared PID namespace every container has a root of its own, whose parent is 0: all of them
/// are shown, where psmisc shows PID 1 alone.
public struct Pstree: Command {
  enum Lines { case automatic, ascii, vt100, unicode }

  var arguments = false
  var long = false
  var numeric = false
  var uncompacted = false
  var pids = false
  var groups = false
  var parents = false
  var threadNames = false
  var hidesThreads = false
  var users = false
  var lines = Lines.automatic
  var highlightsSelf = false
  var highlighted: Int32?
  var json = false

  public init() {}

  public static var manual: Manual<Pstree> {
    Manual(
      "pstree", "Show processes as a tree", family: .processes, operands: "[PID|USER]",
      options: [
        .flag("a", "arguments", "Show the arguments") { $0.arguments = true },
        .flag("A", "ascii", "Draw with ASCII") { $0.lines = .ascii },
        .flag("U", "unicode", "Draw with UTF-8") { $0.lines = .unicode },
        .flag("G", "vt100", "Draw with the graphics of a VT100") { $0.lines = .vt100 },
        .flag("c", "compact-not", "Show identical branches one by one") {
          $0.uncompacted = true
        },
        .flag("g", "show-pgids", "Show process groups; implies -c") { $0.groups = true },
        .flag("h", "highlight-all", "Highlight ourselves and our ancestors") {
          $0.highlightsSelf = true
        },
        .parsed("H", "highlight-pid", "PID", "Highlight PID and its ancestors") {
          (options: inout Pstree, text: String) throws(Failure) in
          guard let pid = Int32(text), pid > 0 else { throw .usage("\(text): not a process ID") }
          options.highlighted = pid
        },
        .flag("l", "long", "Do not cut long lines") { $0.long = true },
        .flag("n", "numeric-sort", "Sort by PID, not by name") { $0.numeric = true },
        .flag("p", "show-pids", "Show PIDs; implies -c") { $0.pids = true },
        .flag("s", "show-parents", "Show the ancestors of PID, too") { $0.parents = true },
        .flag("t", "thread-names", "Show the own names of threads") { $0.threadNames = true },
        .flag("T", "hide-threads", "Show processes only") { $0.hidesThreads = true },
        .flag("u", "uid-changes", "Show where the user changes") { $0.users = true },
        .flag(nil, "json", "Print nested objects") { $0.json = true },
      ],
      examples: [
        ("pstree -pau", "Who started what, as which user?"),
        ("pstree -sp 42", "Where does PID 42 come from?"),
      ],
      standard: "psmisc pstree(1)",
      deviations: [
        "shows every process without a visible parent as a root, not PID 1 alone",
        "-g shows the groups, which psmisc 23.6 leaves empty",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.count > 1 { throw .usage("\(operands[1]): only one PID or user") }
    if highlighted != nil, (context.variable("TERM") ?? "").isEmpty {
      throw .message("-H: cannot highlight: TERM is not set")
    }
    let processes = try attempt { () throws(SystemError) in try ProcFS(context.root) }
    let names = ProcessNames(context, processes)
    let forest = try attempt { () throws(SystemError) in try PstreeForest(processes, self) }
    let roots = try roots(operands.first, forest, names)
    if json {
      context.output.line(JSON.array(roots.map { forest.json($0, names) }).text)
      return
    }
    let width = long ? Int.max : context.variable("COLUMNS").flatMap { Int($0) } ?? terminalWidth
    let drawing = PstreeDrawing(
      forest: forest, options: self, names: names, width: max(width, 2),
      symbols: PstreeSymbols(resolvedLines(context)), bold: bold(forest, context))
    for (index, root) in roots.enumerated() {
      if index > 0, operands.first != nil { context.output.line("") }
      drawing.draw(root, context.output)
    }
  }

  private var terminalWidth: Int { Terminal.size(1)?.columns ?? 132 }

  /// As psmisc: UTF-8 on a terminal whose locale says so, else ASCII.
  private func resolvedLines(_ context: Context) -> Lines {
    guard lines == .automatic else { return lines }
    let locales = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { context.variable($0) }
    let locale = locales.first { !$0.isEmpty } ?? ""
    let isUnicode = [".UTF-8", ".utf8", ".UTF8", ".utf-8"].contains { locale.hasSuffix($0) }
    return isUnicode && context.isInteractive ? .unicode : .ascii
  }

  private func bold(_ forest: PstreeForest, _ context: Context) -> Set<Int32> {
    var next = highlighted ?? (highlightsSelf ? forest.own : nil)
    if (context.variable("TERM") ?? "").isEmpty { return [] }
    var pids: Set<Int32> = []
    while let pid = next, let node = forest.nodes[pid], pids.insert(pid).inserted {
      next = node.parent
    }
    return pids
  }

  private func roots(_ operand: String?, _ forest: PstreeForest, _ names: ProcessNames)
    throws(Failure) -> [Int32]
  {
    guard let operand else { return forest.roots }
    if let pid = Int32(operand) {
      if pid == 0 { return forest.roots }
      guard forest.nodes[pid] != nil else { throw .message("\(operand): no such process") }
      return [parents ? forest.showOnly(pid) : pid]
    }
    guard let uid = names.uid(named: operand) else {
      throw .message("\(operand): no such user")
    }
    return forest.roots(of: uid)
  }
}
