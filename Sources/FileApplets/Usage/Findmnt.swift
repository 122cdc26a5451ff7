public import Box
internal import Linux
internal import ProcFS
internal import Report
internal import Target

/// Shows mounts as a tree, util-linux findmnt(8).
public struct Findmnt: Command {
  var isList = false
  var hasHeader = true
  var columns = ["TARGET", "SOURCE", "FSTYPE", "OPTIONS"]
  var types: String?
  var target: String?
  var source: String?
  var point: String?
  var json = false
  var isRaw = false
  var isPairs = false
  var isASCII = false
  var withSubmounts = false
  var onlyFirst = false
  var pid: Int?

  public init() {}

  static let known = [
    "SOURCE", "TARGET", "FSTYPE", "OPTIONS", "VFS-OPTIONS", "FS-OPTIONS", "FSROOT", "ID", "PARENT",
    "MAJ:MIN", "SIZE", "AVAIL", "USED", "USE%",
  ]

  public static var manual: Manual<Findmnt> {
    Manual(
      "findmnt", "Show mounts as a tree", family: .files, operands: "[DEVICE|FOLDER]",
      options: [
        .flag("l", "list", "A list, not a tree") { $0.isList = true },
        .flag("n", "noheadings", "Without the line of titles") { $0.hasHeader = false },
        .parsed("o", "output", "LIST", "These columns, with + in front: these too") {
          (findmnt: inout Findmnt, list: String) throws(Failure) in
          let adds = list.hasPrefix("+")
          let words = (adds ? String(list.dropFirst()) : list).split(separator: ",").map {
            String($0).asciiUppercased
          }
          for word in words where !Findmnt.known.contains(word) {
            throw .usage(
              "\(word): unknown column; known are " + Findmnt.known.joined(separator: ", "))
          }
          findmnt.columns = adds ? findmnt.columns + words : words
        },
        .value("t", "types", "LIST", "Only these types; no in front: all but these") {
          $0.types = $1
        },
        .value("T", "target", "PATH", "The mount that PATH lies on") { $0.target = $1 },
        .value("S", "source", "DEVICE", "What is mounted from DEVICE") { $0.source = $1 },
        .value("M", "mountpoint", "FOLDER", "What is mounted on FOLDER") { $0.point = $1 },
        .flag("J", "json", "JSON") { $0.json = true },
        .flag("r", "raw", "Columns one blank apart") { $0.isRaw = true },
        .flag("P", "pairs", "As KEY=\"value\"") { $0.isPairs = true },
        .flag("a", "ascii", "The tree in ASCII") { $0.isASCII = true },
        .flag("R", "submounts", "And what is mounted below") { $0.withSubmounts = true },
        .flag("f", "first-only", "Only the first that is found") { $0.onlyFirst = true },
        .value("N", "task", "PID", "What process PID sees") { $0.pid = $1 },
      ],
      examples: [
        ("findmnt -N 1", "The mounts of the target"),
        ("findmnt -T @1:/data/file", "Which volume does it lie on?"),
      ],
      standard: "util-linux 2.38 findmnt(8)",
      deviations: [
        "it reads the kernel's list only, never fstab; columns are not cut to a terminal"
      ])
  }

  private struct Line {
    let mount: Mount
    let prefix: String
    let level: Int
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count <= 2 else { throw .usage("\(operands[2]): extra operand") }
    let paths = Paths(context)
    var owner = pid.map { Int32(clamping: $0) }
    var holder: String?
    if let target {
      let place = try paths.location(target)
      _ = try place.status(follow: true)
      owner = owner ?? place.pid
      let resolved = try Resolver(missing: .nothing).resolve(target, paths)
      holder = "/" + resolved.components.joined(separator: "/")
    }
    let mounts = try Mounts(owner, context)
    var found = mounts.list.filter { $0.isType(in: types) }
    if let holder { found = mounts.holding(holder).map { [$0] } ?? [] }
    if let source { found = found.filter { $0.source.sameBytes(as: source) } }
    if let point { found = found.filter { $0.point.sameBytes(as: Cp.stripped(point)) } }
    if let first = operands.first {
      let path = Cp.stripped(first)
      found = found.filter { mount in
        let byPoint = mount.point.sameBytes(
          as: operands.count > 1 ? Cp.stripped(operands[1]) : path)
        let bySource = mount.source.sameBytes(as: first)
        return operands.count > 1 ? byPoint && bySource : byPoint || bySource
      }
    }
    if onlyFirst { found = Array(found.prefix(1)) }
    guard !found.isEmpty else { throw .quiet(1) }
    let isFiltered = holder != nil || source != nil || point != nil || !operands.isEmpty
    if withSubmounts { found = Self.below(found, mounts.list) }
    let isTree = !isList && !isRaw && !isPairs && (withSubmounts || !isFiltered) && types == nil
    let lines = isTree ? tree(found) : found.map { Line(mount: $0, prefix: "", level: 0) }
    if json { return write(json: lines, context) }
    write(lines, context)
  }

  private static func below(_ found: [Mount], _ all: [Mount]) -> [Mount] {
    var ids = Set(found.map { $0.id })
    var size = 0
    while size != ids.count {
      size = ids.count
      for mount in all where ids.contains(mount.parent) { ids.insert(mount.id) }
    }
    return all.filter { ids.contains($0.id) }
  }

  /// Parents before children, without recursion.
  private func tree(_ mounts: [Mount]) -> [Line] {
    let ids = Set(mounts.map { $0.id })
    var pending: [Line] = []
    var lines: [Line] = []
    for mount in mounts.reversed() where !ids.contains(mount.parent) || mount.parent == mount.id {
      pending.append(Line(mount: mount, prefix: "", level: 0))
    }
    let (branch, last, bar, gap) =
      isASCII ? ("|-", "`-", "| ", "  ") : ("├─", "└─", "│ ", "  ")
    while let line = pending.popLast() {
      lines.append(line)
      guard lines.count <= mounts.count else { break }
      let children = mounts.filter { $0.parent == line.mount.id && $0.id != line.mount.id }
      // What continues below a branch is a bar, below the last one nothing.
      var stem = line.prefix
      if stem.hasSuffix(branch) { stem = String(stem.dropLast(branch.count)) + bar }
      if stem.hasSuffix(last) { stem = String(stem.dropLast(last.count)) + gap }
      for (index, child) in children.enumerated().reversed() {
        pending.append(
          Line(
            mount: child, prefix: stem + (index == children.count - 1 ? last : branch),
            level: line.level + 1))
      }
    }
    return lines
  }

  private func value(_ column: String, _ mount: Mount, _ context: Context) -> String {
    switch column {
    case "TARGET": return mount.point
    case "SOURCE":
      return mount.root == "/" || !mount.source.hasPrefix("/")
        ? (mount.root == "/" ? mount.source : mount.source + "[" + mount.root + "]")
        : mount.source + "[" + mount.root + "]"
    case "FSTYPE": return mount.type
    case "OPTIONS": return mount.allOptions
    case "VFS-OPTIONS": return mount.options
    case "FS-OPTIONS": return mount.superOptions
    case "FSROOT": return mount.root
    case "ID": return String(mount.id)
    case "PARENT": return String(mount.parent)
    case "MAJ:MIN": return mount.device
    default:
      guard let folder = try? context.root.open(mount.point, .path),
        let status = try? folder.fileSystem()
      else { return "" }
      return Self.size(column, DfRow(mount, status, point: "", file: ""))
    }
  }

  private static func size(_ column: String, _ row: DfRow) -> String {
    switch column {
    case "SIZE": Quantity.size(Int(row.blocks))
    case "AVAIL": Quantity.size(Int(row.available))
    case "USED": Quantity.size(Int(row.used))
    default: DfRow.percent(row.used, row.available)
    }
  }

  private func write(_ lines: [Line], _ context: Context) {
    var rows: [[String]] = []
    for line in lines {
      rows.append(
        columns.map { column in
          let text = Sanitize.escaped(value(column, line.mount, context))
          return column == "TARGET" ? line.prefix + text : text
        })
    }
    if isPairs {
      for row in rows {
        context.output.line(zip(columns, row).map { $0 + "=\"" + $1 + "\"" }.joined(separator: " "))
      }
      return
    }
    if hasHeader { rows.insert(columns, at: 0) }
    if isRaw {
      for row in rows { context.output.line(row.joined(separator: " ")) }
      return
    }
    let widths = columns.indices.map { index in rows.reduce(0) { max($0, displayWidth($1[index])) }
    }
    for row in rows {
      var line = ""
      for (index, cell) in row.enumerated() {
        let gap = String(repeating: " ", count: max(0, widths[index] - displayWidth(cell)))
        let isNumber = ["ID", "PARENT", "SIZE", "AVAIL", "USED", "USE%"].contains(columns[index])
        line += index > 0 ? " " : ""
        line += isNumber ? gap + cell : index == row.count - 1 ? cell : cell + gap
      }
      context.output.line(line)
    }
  }

  /// Nested as the tree is.
  private func write(json lines: [Line], _ context: Context) {
    var open: [(members: [(key: String, value: JSON)], children: [JSON])] = []
    var top: [JSON] = []
    func close(to level: Int) {
      while open.count > level, let item = open.popLast() {
        var members = item.members
        if !item.children.isEmpty { members.append(("children", .array(item.children))) }
        if open.isEmpty {
          top.append(.object(members))
        } else {
          open[open.count - 1].children.append(.object(members))
        }
      }
    }
    for line in lines {
      close(to: line.level)
      open.append(
        (
          columns.map {
            (key: $0.asciiLowercased, value: JSON.string(value($0, line.mount, context)))
          },
          []
        ))
    }
    close(to: 0)
    context.output.line(JSON.object([("filesystems", .array(top))]).text)
  }
}
