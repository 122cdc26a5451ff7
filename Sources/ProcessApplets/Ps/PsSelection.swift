internal import Box
internal import Linux
internal import ProcFS

/// Which processes to show: those that any list or any of the simple selections names.
struct PsSelection {
  enum Terminal: Equatable {
    case none
    case named(String)
  }

  var all = false
  /// `-a`: has a terminal and leads no session.
  var withTerminal = false
  /// `-d`: leads no session.
  var noLeaders = false
  /// `a` and `x`: lift the limits to our own processes, and to those with a terminal.
  var anyUser = false
  var anyTerminal = false
  var ownTerminal = false
  var running = false
  var negated = false

  var pids: [Int32] = []
  var parents: [Int32] = []
  var sessions: [Int32] = []
  var users: [UInt32] = []
  var realUsers: [UInt32] = []
  var groups: [UInt32] = []
  var realGroups: [UInt32] = []
  var names: [[UInt8]] = []
  var terminals: [Terminal] = []

  mutating func addPIDs(_ text: String) throws(Failure) {
    pids += try PsList.numbers(text, "-p")
  }

  /// `-g`: numbers are sessions, names are effective groups.
  mutating func addSessionsOrGroups(_ text: String, _ names: ProcessNames) throws(Failure) {
    for word in try PsList.words(text, "-g") {
      if let number = decimal(Array(word.utf8)) {
        sessions.append(number)
      } else {
        groups += try names.groups(word, "-g")
      }
    }
  }

  /// `pts/0`, `/dev/pts/0`, `0` for `pts/0` or `tty0`, `1` for `tty1`, `-` or `?` for none.
  mutating func addTerminals(_ text: String) throws(Failure) {
    for word in try PsList.words(text, "-t") {
      if word == "-" || word == "?" {
        terminals.append(.none)
      } else if word.hasPrefix("/dev/") {
        terminals.append(.named(String(word.dropFirst(5))))
      } else {
        terminals.append(.named(word))
      }
    }
  }

  private var hasLists: Bool {
    !pids.isEmpty || !parents.isEmpty || !sessions.isEmpty || !users.isEmpty || !realUsers.isEmpty
      || !groups.isEmpty || !realGroups.isEmpty || !names.isEmpty || !terminals.isEmpty
  }

  private var hasSimple: Bool {
    all || withTerminal || noLeaders || anyUser || anyTerminal || ownTerminal
  }

  /// Whether every process is shown.
  var isAll: Bool {
    if negated || running { return false }
    return all || (anyUser && anyTerminal) || (!hasLists && !hasSimple)
  }

  /// The only processes that have to be read; nil where it may be any.
  var onlyPIDs: [Int32]? {
    if negated || hasSimple || pids.isEmpty { return nil }
    if !parents.isEmpty || !sessions.isEmpty || !users.isEmpty || !realUsers.isEmpty
      || !groups.isEmpty || !realGroups.isEmpty || !names.isEmpty || !terminals.isEmpty
    {
      return nil
    }
    return Array(Set(pids)).sorted()
  }

  var needs: ProcessFields {
    var needs: ProcessFields = []
    if isAll { return needs }
    if running || withTerminal || noLeaders || ownTerminal || !parents.isEmpty || !sessions.isEmpty
      || !terminals.isEmpty || anyUser || anyTerminal
    {
      needs.insert(.stat)
    }
    if !users.isEmpty || !groups.isEmpty || anyTerminal { needs.insert(.owner) }
    if !realUsers.isEmpty || !realGroups.isEmpty { needs.insert(.statusNumbers) }
    if !names.isEmpty { needs.insert(.name) }
    return needs
  }

  /// Whether `record` is to be shown.
  func contains(_ record: ProcessRecord, _ sheet: PsSheet) -> Bool {
    if isAll { return true }
    let state = record.stat.state
    if running, state != UInt8(ascii: "R"), state != UInt8(ascii: "D") { return false }
    return matches(record, sheet) != negated
  }

  private func matches(_ record: ProcessRecord, _ sheet: PsSheet) -> Bool {
    if all || (anyUser && anyTerminal) { return true }
    if !hasLists && !hasSimple { return true }
    return matchesSimply(record, sheet) || isListed(record, sheet)
  }

  private func matchesSimply(_ record: ProcessRecord, _ sheet: PsSheet) -> Bool {
    let stat = record.stat
    let isLeader = stat.session == record.pid
    if noLeaders, !isLeader { return true }
    if withTerminal, stat.terminal != 0, !isLeader { return true }
    if ownTerminal, stat.terminal == sheet.world.ownTerminal { return true }
    if anyUser, stat.terminal != 0 { return true }
    return anyTerminal && record.uid == Credentials.effectiveUID
  }

  private func isListed(_ record: ProcessRecord, _ sheet: PsSheet) -> Bool {
    if pids.contains(record.pid) || parents.contains(record.stat.parent)
      || sessions.contains(record.stat.session) || users.contains(record.uid)
      || groups.contains(record.gid)
    {
      return true
    }
    if !names.isEmpty, names.contains(where: { $0.elementsEqual(sheet.table.name(of: record)) }) {
      return true
    }
    if !terminals.isEmpty, isOnTerminal(record, sheet) { return true }
    return realUsers.contains(record.numbers.users.real)
      || realGroups.contains(record.numbers.groups.real)
  }

  private func isOnTerminal(_ record: ProcessRecord, _ sheet: PsSheet) -> Bool {
    for terminal in terminals {
      switch terminal {
      case .none: if record.stat.terminal == 0 { return true }
      case .named(let name):
        if record.stat.terminal == 0 { continue }
        let device = sheet.world.terminals.name(record.stat.terminal)
        if device == name || device == "tty" + name || device == "pts/" + name { return true }
      }
    }
    return false
  }
}
