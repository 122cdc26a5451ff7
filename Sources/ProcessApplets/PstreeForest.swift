internal import Linux
internal import ProcFS
internal import Report

/// The processes and threads that `pstree` shows, by their IDs.
final class PstreeForest {
  struct Node {
    let pid: Int32
    let parent: Int32
    let group: Int32
    let uid: UInt32
    /// As shown: threads in braces.
    let name: String
    /// As the kernel has it.
    let rawName: [UInt8]
    let isThread: Bool
    let arguments: [[UInt8]]
    var children: [Int32] = []
  }

  private(set) var nodes: [Int32: Node] = [:]
  private(set) var roots: [Int32] = []
  let own: Int32?
  private let numeric: Bool

  init(_ processes: ProcFS, _ options: Pstree) throws(SystemError) {
    own = try? processes.ownPID()
    numeric = options.numeric
    var fields: ProcessFields = [.stat, .owner]
    if options.arguments || options.json { fields.insert(.arguments) }
    let table = try ProcessTable(processes, reading: fields)
    for record in table.records {
      let name = table.name(of: record)
      add(record, Array(name), table)
      guard !options.hidesThreads, record.stat.threads > 1 else { continue }
      let threads = try? ProcessTable(
        processes, reading: [.name], of: [record.pid], threads: true)
      for thread in threads?.records ?? [] where thread.thread != record.pid {
        let own = threads.map { Array($0.name(of: thread)) } ?? []
        let shown = options.threadNames ? own : Array(name)
        nodes[thread.thread] = Node(
          pid: thread.thread, parent: record.pid, group: record.stat.group, uid: record.uid,
          name: "{" + Self.escaped(shown) + "}", rawName: own, isThread: true, arguments: [])
      }
    }
    connect()
  }

  private func add(_ record: ProcessRecord, _ name: [UInt8], _ table: ProcessTable) {
    var words = table.arguments(of: record).split(separator: 0, omittingEmptySubsequences: false)
    while words.last?.isEmpty == true { words.removeLast() }
    nodes[record.pid] = Node(
      pid: record.pid, parent: record.stat.parent, group: record.stat.group, uid: record.uid,
      name: Self.escaped(name), rawName: name, isThread: false, arguments: words.map { Array($0) })
  }

  private func connect() {
    for pid in nodes.keys.sorted() {
      guard let node = nodes[pid] else { continue }
      if node.parent != pid, nodes[node.parent] != nil {
        nodes[node.parent]?.children.append(pid)
      } else {
        roots.append(pid)
      }
    }
    // Kernel threads hang below PID 2, which no container sees and psmisc does not show.
    if roots.count > 1, nodes[2]?.name == "kthreadd" { roots.removeAll { $0 == 2 } }
    guard !numeric else { return }
    for pid in nodes.keys { nodes[pid]?.children.sort { precedes($0, $1) } }
  }

  private func precedes(_ a: Int32, _ b: Int32) -> Bool {
    let (x, y) = (nodes[a]?.name ?? "", nodes[b]?.name ?? "")
    if !x.sameBytes(as: y) { return x.precedesBytewise(y) }
    return (nodes[a]?.uid ?? 0, a) < (nodes[b]?.uid ?? 0, b)
  }

  /// Leaves only the ancestors of `pid` and what is below it; answers the topmost.
  func showOnly(_ pid: Int32) -> Int32 {
    var top = pid
    var seen: Set<Int32> = [pid]
    while let parent = nodes[top]?.parent, nodes[parent] != nil, seen.insert(parent).inserted {
      nodes[parent]?.children = [top]
      top = parent
    }
    return top
  }

  /// The topmost processes of a user.
  func roots(of uid: UInt32) -> [Int32] {
    nodes.values.filter { node in
      !node.isThread && node.uid == uid && nodes[node.parent]?.uid != uid
    }.map { $0.pid }.sorted()
  }

  /// Whether both would be drawn alike, with all that is below them.
  func isAlike(_ a: Int32, _ b: Int32, comparingUsers: Bool) -> Bool {
    guard let x = nodes[a], let y = nodes[b], x.children.count == y.children.count,
      x.name.sameBytes(as: y.name), !comparingUsers || x.uid == y.uid
    else { return false }
    return zip(x.children, y.children).allSatisfy {
      isAlike($0, $1, comparingUsers: comparingUsers)
    }
  }

  func json(_ pid: Int32, _ names: ProcessNames) -> JSON {
    guard let node = nodes[pid] else { return .null }
    let children = node.children.filter { nodes[$0]?.isThread == false }
    let threads = node.children.filter { nodes[$0]?.isThread == true }
    return .object([
      (key: "pid", value: .number(Int(pid))),
      (key: "name", value: .string(String(bytes: node.rawName))),
      (
        key: "user",
        value: .string(
          names.user(node.uid, of: node.pid).map { String(bytes: $0) } ?? String(node.uid))
      ),
      (key: "pgid", value: .number(Int(node.group))),
      (key: "arguments", value: .array(node.arguments.map { .string(String(bytes: $0)) })),
      (key: "threads", value: .array(threads.map { .number(Int($0)) })),
      (key: "children", value: .array(children.map { json($0, names) })),
    ])
  }

  /// As psmisc: bytes that are not printable ASCII in octal, a backslash doubled.
  static func escaped(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
      if byte == UInt8(ascii: "\\") {
        text += "\\\\"
      } else if byte > 0x20 && byte < 0x7F || byte == 0x20 {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 8)
        text += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
      }
    }
    return text
  }
}
