internal import Box
internal import Cgroup
internal import Linux
internal import Patterns
internal import ProcFS
internal import Target

/// A process that was chosen.
struct ProcessMatch {
  /// The thread's ID where threads are listed.
  let pid: Int32
  let name: [UInt8]
  /// Empty unless asked for.
  let command: [UInt8]
  let startTicks: Int
}

/// Carries out a `ProcessSelection`: opens just the files that its criteria need.
struct ProcessMatcher {
  private let selection: ProcessSelection
  private let processes: ProcFS
  private let pattern: Pattern?
  private let patternLength: Int
  private let wantsCommand: Bool
  private let effectiveUsers: [UInt32]
  private let realUsers: [UInt32]
  private let realGroups: [UInt32]
  private let terminals: [Int32]
  private let groups: [Int32]
  private let sessions: [Int32]
  private let namespaces: [(name: String, link: String)]
  /// Ticks since boot by which a process must have started.
  private let startedBefore: Int
  private let only: [Int32]?
  private let own: Int32?
  private let omitted: Set<Int32>

  /// - Parameter pattern: extended regular expression; nil matches every name.
  init(
    _ selection: ProcessSelection, _ pattern: String?, wantsCommand: Bool, _ context: Context
  ) throws(Failure) {
    self.selection = selection
    self.wantsCommand = wantsCommand
    let processes: ProcFS
    do throws(SystemError) {
      processes = try ProcFS(context.root)
    } catch {
      throw .system(error, status: 3)
    }
    self.processes = processes
    patternLength = pattern?.utf8.count ?? 0
    self.pattern = try pattern.map { (text: String) throws(Failure) in
      try Self.compile(text, selection)
    }
    let own = try? processes.ownPID()
    self.own = own
    let names = ProcessNames(context, processes)
    effectiveUsers = try Self.users(selection.effectiveUsers, names)
    realUsers = try Self.users(selection.realUsers, names)
    realGroups = try Self.groups(selection.realGroups, names)
    terminals = try selection.terminals.map { (name: String) throws(Failure) in
      try Self.terminal(name, context)
    }
    let ours = (own.flatMap { try? processes.stat(of: $0) })
    groups = selection.groups.map { $0 == 0 ? ours?.group ?? 0 : $0 }
    sessions = selection.sessions.map { $0 == 0 ? ours?.session ?? 0 : $0 }
    namespaces = try Self.namespaces(selection, processes)
    startedBefore = selection.older.map { Self.ticksAgo($0, processes) } ?? Int.max
    only = try selection.pidFile.map { (path: String) throws(Failure) in
      [try Self.pid(inFile: path, locked: selection.wantsLock, context)]
    }
    omitted = selection.ignoreAncestors ? Self.ancestors(of: own, processes) : []
  }

  /// The chosen processes in the order of their IDs.
  func matches() throws(Failure) -> [ProcessMatch] {
    let table: ProcessTable
    do throws(SystemError) {
      table = try ProcessTable(processes, reading: fields, of: only, threads: selection.threads)
    } catch {
      throw .system(error, status: 3)
    }
    var found: [ProcessMatch] = []
    for record in table.records {
      if record.pid == own || omitted.contains(record.pid) { continue }
      let isMeant = criteriaHold(record, table) && nameMatches(record, table)
      if isMeant == selection.inverse { continue }
      found.append(
        ProcessMatch(
          pid: record.thread, name: Array(table.name(of: record)),
          command: wantsCommand ? commandLine(record, table) : [],
          startTicks: record.stat.startTicks))
    }
    if selection.newest { return youngest(found).map { [$0] } ?? [] }
    if selection.oldest { return eldest(found).map { [$0] } ?? [] }
    return found
  }

  private var fields: ProcessFields {
    var fields: ProcessFields = [.name]
    if selection.full || wantsCommand { fields.insert(.arguments) }
    if !effectiveUsers.isEmpty { fields.insert(.owner) }
    if !realUsers.isEmpty || !realGroups.isEmpty { fields.insert(.status) }
    if !selection.cgroups.isEmpty { fields.insert(.cgroup) }
    if !groups.isEmpty || !selection.parents.isEmpty || !sessions.isEmpty || !terminals.isEmpty
      || !selection.states.isEmpty || selection.older != nil || selection.newest
      || selection.oldest
    {
      fields.insert(.stat)
    }
    return fields
  }

  private func criteriaHold(_ record: ProcessRecord, _ table: ProcessTable) -> Bool {
    let stat = record.stat
    if !groups.isEmpty, !groups.contains(stat.group) { return false }
    if !selection.parents.isEmpty, !selection.parents.contains(stat.parent) { return false }
    if !sessions.isEmpty, !sessions.contains(stat.session) { return false }
    if !terminals.isEmpty, !terminals.contains(stat.terminal) { return false }
    if !selection.states.isEmpty, !selection.states.contains(stat.state) { return false }
    if selection.older != nil, stat.startTicks > startedBefore { return false }
    if !effectiveUsers.isEmpty, !effectiveUsers.contains(record.uid) { return false }
    if !realUsers.isEmpty || !realGroups.isEmpty {
      let status = table.status(of: record)
      if !realUsers.isEmpty, !realUsers.contains(where: { $0 == status.uids.first }) {
        return false
      }
      if !realGroups.isEmpty, !realGroups.contains(where: { $0 == status.gids.first }) {
        return false
      }
    }
    if !selection.cgroups.isEmpty, !isInCgroup(table.cgroup(of: record)) { return false }
    for namespace in namespaces {
      guard let link = try? processes.link(record.pid, "ns/" + namespace.name),
        link == namespace.link
      else { return false }
    }
    return true
  }

  /// The kernel keeps 15 bytes of a name; where it may have cut it, the whole one is that of the program.
  private func nameMatches(_ record: ProcessRecord, _ table: ProcessTable) -> Bool {
    guard let pattern else { return true }
    if selection.full { return pattern.matches(commandLine(record, table)) }
    let name = table.name(of: record)
    if pattern.matches(name) { return true }
    guard name.count >= 15, patternLength > 15 || selection.exact else { return false }
    guard let first = try? processes.arguments(of: record.pid, limit: 65536).first else {
      return false
    }
    let program = baseName(first).bytes
    return program.starts(with: name) && pattern.matches(program)
  }

  /// The arguments with blanks between; without any, the name in brackets.
  private func commandLine(_ record: ProcessRecord, _ table: ProcessTable) -> [UInt8] {
    var line = Array(table.arguments(of: record))
    while line.last == 0 { line.removeLast() }
    if line.isEmpty {
      let isDead = (try? processes.stat(of: record.pid))?.state == UInt8(ascii: "Z")
      return Array("[".utf8) + table.name(of: record) + Array("]".utf8)
        + (isDead ? Array(" <defunct>".utf8) : [])
    }
    for index in line.indices where line[index] == 0 || line[index] == 0x0A { line[index] = 0x20 }
    return line
  }

  private func isInCgroup(_ text: ArraySlice<UInt8>) -> Bool {
    text.split(separator: 0x0A).contains { line in
      let parts = line.split(separator: 0x3A, maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return false }
      return selection.cgroups.contains { parts[2].elementsEqual($0.bytes) }
    }
  }

  private func youngest(_ found: [ProcessMatch]) -> ProcessMatch? {
    found.max { ($0.startTicks, $0.pid) < ($1.startTicks, $1.pid) }
  }

  private func eldest(_ found: [ProcessMatch]) -> ProcessMatch? {
    found.min { ($0.startTicks, $0.pid) < ($1.startTicks, $1.pid) }
  }
}

extension ProcessMatcher {
  fileprivate static func compile(_ text: String, _ selection: ProcessSelection) throws(Failure)
    -> Pattern
  {
    var options: Pattern.Options = []
    if selection.ignoreCase { options.insert(.ignoreCase) }
    if selection.exact { options.insert(.whole) }
    do throws(Pattern.Malformed) {
      return try Pattern(text, .extended, options)
    } catch {
      throw .usage("\(text): \(error.reason)")
    }
  }

  fileprivate static func users(_ words: [String], _ names: ProcessNames) throws(Failure)
    -> [UInt32]
  {
    try words.map { (word: String) throws(Failure) in
      guard let uid = UInt32(word) ?? names.uid(named: word) else {
        throw .usage("\(word): no such user; a number works without /etc/passwd")
      }
      return uid
    }
  }

  fileprivate static func groups(_ words: [String], _ names: ProcessNames) throws(Failure)
    -> [UInt32]
  {
    try words.map { (word: String) throws(Failure) in
      guard let gid = UInt32(word) ?? names.gid(named: word) else {
        throw .usage("\(word): no such group; a number works without /etc/group")
      }
      return gid
    }
  }

  /// The device number of a terminal as `/proc/PID/stat` gives it.
  ///
  /// By the kernel's fixed numbers (devices.txt) where it can: the target's `/dev` is not ours.
  fileprivate static func terminal(_ name: String, _ context: Context) throws(Failure) -> Int32 {
    if name == "?" || name == "-" { return 0 }
    let path = name.hasPrefix("/dev/") ? String(name.dropFirst(5)) : name
    let kinds: [(prefix: StaticString, major: UInt32, first: UInt32)] = [
      ("pts/", 136, 0), ("ttyS", 4, 64), ("tty", 4, 0),
    ]
    for kind in kinds where path.hasPrefix("\(kind.prefix)") {
      let digits = path.dropFirst(kind.prefix.utf8CodeUnitCount)
      if let number = UInt32(String(digits)), number < 1 << 20 {
        return device(kind.major, kind.first &+ number)
      }
    }
    if path == "console" { return device(5, 1) }
    let place = "/dev/" + path
    let status = try attempt { () throws(SystemError) in
      try context.root.status(place, follow: true)
    }
    guard status.kind == .character else { throw .usage("\(name): not a terminal") }
    return device(status.specialMajor, status.specialMinor)
  }

  private static func device(_ major: UInt32, _ minor: UInt32) -> Int32 {
    Int32(bitPattern: (minor & 0xFF) | (major & 0xFFF) << 8 | (minor & 0xFFF00) << 12)
  }

  fileprivate static func namespaces(_ selection: ProcessSelection, _ processes: ProcFS)
    throws(Failure) -> [(name: String, link: String)]
  {
    guard let pid = selection.namespacesOf else {
      if selection.namespaces.isEmpty { return [] }
      throw .usage("--nslist: needs --ns")
    }
    let names = selection.namespaces.isEmpty ? NamespaceNames.all : selection.namespaces
    var links: [(name: String, link: String)] = []
    for name in names {
      do throws(SystemError) {
        links.append((name: name, link: try processes.link(pid, "ns/" + name)))
      } catch {
        // Old kernels lack cgroup and time; then nobody can differ in them.
        if error.errno == .noEntry, (try? processes.stat(of: pid)) != nil { continue }
        throw .system(error.about("/proc/\(pid)/ns/" + name))
      }
    }
    return links
  }

  fileprivate static func ticksAgo(_ seconds: Int, _ processes: ProcFS) -> Int {
    let bytes = (try? processes.contents("uptime", limit: 4096)) ?? []
    let word = String(bytes: bytes.prefix { $0 != 0x20 })
    guard let uptime = parseDouble(word) else { return 0 }
    return Int((uptime - Double(seconds)) * Double(Host.ticksPerSecond))
  }

  fileprivate static func pid(inFile path: String, locked: Bool, _ context: Context)
    throws(Failure) -> Int32
  {
    let place = try Paths(context).location(path)
    let file = try place.openToRead()
    if locked, !file.isLocked() { throw .message("\(path): nobody has locked it") }
    let bytes = try attempt { () throws(SystemError) in
      do throws(SystemError) {
        return try file.contents(limit: 65536)
      } catch {
        throw error.about(path)
      }
    }
    let words = bytes.split { $0 <= 0x20 }
    guard let pid = words.first.flatMap({ decimal($0) }), pid > 0 else {
      throw .message("\(path): holds no PID")
    }
    return pid
  }

  fileprivate static func ancestors(of pid: Int32?, _ processes: ProcFS) -> Set<Int32> {
    var ancestors: Set<Int32> = []
    var next = pid
    while let pid = next, pid > 0, let stat = try? processes.stat(of: pid),
      ancestors.insert(stat.parent).inserted
    {
      next = stat.parent
    }
    return ancestors
  }
}
