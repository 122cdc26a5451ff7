public import Box
internal import Linux
internal import ProcFS
internal import Target

/// Shows how full file systems are, coreutils df(1); for a path in a target, the target's.
public struct Df: Command {
  var format = SizeFormat.blocks(1024, suffix: "")
  var unit = "1K"
  var inodes = false
  var showsType = false
  var only: [String] = []
  var except: [String] = []
  var all = false
  var isLocal = false
  var isPortable = false
  var total = false
  var columns: [String]?

  public init() {}

  public static var manual: Manual<Df> {
    Manual(
      "df", "Show how full file systems are", family: .files, operands: "[FILE]...",
      options: [
        .flag("h", "human-readable", "Sizes as 1.5K, 12M") { $0.format = .human(base: 1024) },
        .flag("H", "si", "The same, in powers of 1000") { $0.format = .human(base: 1000) },
        .flag("k", nil, "In units of 1024 bytes (default)") { $0.set(1024, "1K") },
        .flag("m", nil, "In units of 1048576 bytes") { $0.set(1 << 20, "1M") },
        .parsed("B", "block-size", "SIZE", "In units of SIZE") {
          (df: inout Df, text: String) throws(Failure) in
          guard let format = SizeFormat(text) else { throw .usage("\(text): invalid block size") }
          df.format = format
          let hasDigit = text.utf8.first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
          df.unit = hasDigit ? (UInt64(text) == nil ? text : text + "B") : "1" + text
        },
        .flag("i", "inodes", "Inodes instead of blocks") { $0.inodes = true },
        .flag("T", "print-type", "The type of the file system too") { $0.showsType = true },
        .value("t", "type", "TYPE", "Only file systems of TYPE") { $0.only.append($1) },
        .value("x", "exclude-type", "TYPE", "All but file systems of TYPE") {
          $0.except.append($1)
        },
        .flag("a", "all", "Those without blocks, and what is mounted twice, too") { $0.all = true },
        .flag("l", "local", "Only local file systems") { $0.isLocal = true },
        .flag("P", "portability", "The columns of POSIX") { $0.isPortable = true },
        .flag(nil, "total", "A sum at the end") { $0.total = true },
        .optional(nil, "output", "FIELDS", "These columns: source, fstype, size, used and so on") {
          (df: inout Df, list: String?) throws(Failure) in
          let known = DfTable.names
          let words = list.map { $0.split(separator: ",").map { String($0) } } ?? known
          for word in words where !known.contains(word) {
            throw .usage("\(word): field unknown; known are " + known.joined(separator: ", "))
          }
          df.columns = words
        },
      ],
      examples: [
        ("df -h @/data", "Is the target's volume full?"), ("df -i", "Or are its inodes?"),
        ("df -h @/", "All about the target's root"),
      ],
      standard: "coreutils 9.1 df(1)",
      deviations: ["without FILE the mounts of this container; with one in a target, the target's"])
  }

  private mutating func set(_ size: UInt64, _ name: String) {
    format = .blocks(size, suffix: "")
    unit = name
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var rows: [DfRow] = []
    let paths = Paths(context)
    if operands.isEmpty {
      let mounts = try Mounts(nil, context)
      for mount in unique(mounts.list, context.root) {
        guard isWanted(mount), let row = row(mount, context.root, mount.point, "-") else {
          continue
        }
        if all || row.blocks > 0 { rows.append(row) }
      }
    }
    for operand in operands {
      do throws(Failure) {
        if let row = try row(operand, paths, context) { rows.append(row) }
      } catch {
        context.report(error)
      }
    }
    guard !rows.isEmpty else {
      if context.status == 0 { throw .message("no file systems processed") }
      return
    }
    if total {
      var sum = DfRow(source: "total", type: "-", point: "-", file: "-")
      for row in rows { sum.add(row) }
      rows.append(sum)
    }
    DfTable(self).write(rows, context.output)
  }

  private func isWanted(_ mount: Mount) -> Bool {
    if !only.isEmpty, !only.contains(mount.type) { return false }
    if except.contains(mount.type) { return false }
    return !(isLocal && Self.isRemote(mount))
  }

  private static func isRemote(_ mount: Mount) -> Bool {
    let types: [StaticString] = [
      "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "fuse.sshfs", "9p",
    ]
    return types.contains { "\($0)" == mount.type } || mount.source.hasPrefix("//")
  }

  /// One mount for each file system: the one nearest to the root.
  private func unique(_ mounts: [Mount], _ root: Root) -> [Mount] {
    if all { return mounts }
    var kept: [Mount] = []
    for mount in mounts {
      guard let index = kept.firstIndex(where: { $0.device == mount.device }) else {
        // What is mounted over something hides it.
        kept.removeAll { $0.point.sameBytes(as: mount.point) }
        kept.append(mount)
        continue
      }
      let other = kept[index]
      let isNearer = mount.point.utf8.count <= other.point.utf8.count
      let isBelow = mount.root.utf8.count > other.root.utf8.count
      if isNearer, !isBelow || other.point.sameBytes(as: mount.point) { kept[index] = mount }
    }
    return kept
  }

  private func row(_ mount: Mount, _ root: Root, _ point: String, _ file: String) -> DfRow? {
    guard let folder = try? root.open(point, .path), let status = try? folder.fileSystem() else {
      return nil
    }
    return DfRow(mount, status, point: mount.point, file: file)
  }

  private func row(_ operand: String, _ paths: Paths, _ context: Context) throws(Failure) -> DfRow?
  {
    let place = try paths.location(operand)
    let file = try place.open(.path)
    let status = try place.told { () throws(SystemError) in try file.fileSystem() }
    let stat = try place.told { () throws(SystemError) in try file.status() }
    let mounts = try Mounts(place.pid, context)
    let device = "\(stat.deviceMajor):\(stat.deviceMinor)"
    let resolved = try? Resolver(missing: .nothing).resolve(operand, paths)
    let path = "/" + (resolved?.components.joined(separator: "/") ?? "")
    var mount = mounts.holding(path)
    // A block device stands for what is mounted from it.
    if stat.kind == .block, let mounted = mounts.list.first(where: { $0.source == operand }) {
      mount = mounted
      if let folder = try? (place.root ?? context.root).open(mounted.point, .path),
        let status = try? folder.fileSystem()
      {
        return DfRow(mounted, status, point: mounted.point, file: operand)
      }
    }
    if mount == nil || (mount?.device != device && mounts.list.contains { $0.device == device }) {
      mount = mounts.list.last { $0.device == device } ?? mount
    }
    guard let mount else { throw .message("\(operand): its mount is not known") }
    guard isWanted(mount) else { return nil }
    return DfRow(mount, status, point: mount.point, file: operand)
  }
}

/// What is known about one file system; blocks are in bytes.
struct DfRow {
  var source: String
  var type: String
  var point: String
  var file: String
  var blocks = 0.0
  var free = 0.0
  var available = 0.0
  var inodes: UInt64 = 0
  var freeInodes: UInt64 = 0

  init(source: String, type: String, point: String, file: String) {
    (self.source, self.type, self.point, self.file) = (source, type, point, file)
  }

  init(_ mount: Mount, _ status: FileSystemStatus, point: String, file: String) {
    self.init(source: mount.source, type: mount.type, point: point, file: file)
    let size = Double(status.blockSize)
    blocks = Double(status.blocks) * size
    free = Double(status.freeBlocks) * size
    available = Double(status.availableBlocks) * size
    inodes = status.inodes
    freeInodes = status.freeInodes
  }

  mutating func add(_ other: DfRow) {
    blocks += other.blocks
    free += other.free
    available += other.available
    inodes &+= other.inodes
    freeInodes &+= other.freeInodes
  }

  var used: Double { max(0, blocks - free) }
  var usedInodes: UInt64 { inodes > freeInodes ? inodes - freeInodes : 0 }

  /// Rounded up; `-` where there is nothing to divide by.
  static func percent(_ used: Double, _ available: Double) -> String {
    guard used + available > 0 else { return "-" }
    return fixed((used * 100 / (used + available)).rounded(.up), 0) + "%"
  }
}

/// Lays out the rows.
struct DfTable {
  private let options: Df
  private let fields: [String]

  static let names = [
    "source", "fstype", "itotal", "iused", "iavail", "ipcent", "size", "used", "avail", "pcent",
    "file", "target",
  ]

  init(_ options: Df) {
    self.options = options
    var fields = ["source"]
    if options.showsType { fields.append("fstype") }
    fields +=
      options.inodes
      ? ["itotal", "iused", "iavail", "ipcent"] : ["size", "used", "avail", "pcent"]
    self.fields = options.columns ?? fields + ["target"]
  }

  func write(_ rows: [DfRow], _ output: Output) {
    var lines: [[String]] = [fields.map { title($0) }]
    for row in rows { lines.append(fields.map { Sanitize.masked(value($0, row)) }) }
    for (index, field) in fields.enumerated() {
      let width = lines.reduce(Self.least(field)) { max($0, $1[index].unicodeScalars.count) }
      let isText = ["source", "fstype", "file", "target"].contains(field)
      let isLast = index == fields.count - 1
      for line in lines.indices {
        let text = lines[line][index]
        let gap = String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
        lines[line][index] = isText ? (isLast ? text : text + gap) : gap + text
      }
    }
    for line in lines { output.line(line.joined(separator: " ")) }
  }

  private static func least(_ field: String) -> Int {
    switch field {
    case "source": 14
    case "fstype", "pcent", "ipcent": 4
    case "file", "target": 0
    default: 5
    }
  }

  private var isHuman: Bool { if case .human = options.format { true } else { false } }

  private func title(_ field: String) -> String {
    switch field {
    case "source": return "Filesystem"
    case "fstype": return "Type"
    case "itotal": return "Inodes"
    case "iused": return "IUsed"
    case "iavail": return "IFree"
    case "ipcent": return "IUse%"
    case "used": return "Used"
    case "avail": return isHuman || options.columns != nil ? "Avail" : "Available"
    case "pcent": return options.isPortable ? "Capacity" : "Use%"
    case "file": return "File"
    case "target": return "Mounted on"
    default:
      if isHuman { return "Size" }
      if options.isPortable, case .blocks(let unit, _) = options.format { return "\(unit)-blocks" }
      return options.unit + "-blocks"
    }
  }

  private func value(_ field: String, _ row: DfRow) -> String {
    switch field {
    case "source": return row.source
    case "fstype": return row.type
    case "file": return row.file
    case "target": return row.point
    case "itotal": return count(row.inodes)
    case "iused": return count(row.usedInodes)
    case "iavail": return count(row.freeInodes)
    case "ipcent": return DfRow.percent(Double(row.usedInodes), Double(row.freeInodes))
    case "size": return options.format.text(UInt64(row.blocks))
    case "used": return options.format.text(UInt64(row.used))
    case "avail": return options.format.text(UInt64(row.available))
    default: return DfRow.percent(row.used, row.available)
    }
  }

  private func count(_ number: UInt64) -> String {
    isHuman ? options.format.text(number) : String(number)
  }
}
