public import Box
internal import Linux

/// Which processes `pgrep` and `pkill` mean, as their options say it. All criteria must hold.
public struct ProcessSelection {
  var full = false
  var exact = false
  var ignoreCase = false
  var inverse = false
  var newest = false
  var oldest = false
  var ignoreAncestors = false
  var threads = false
  var groups: [Int32] = []
  var parents: [Int32] = []
  var sessions: [Int32] = []
  /// `pts/0`, or `?` for none.
  var terminals: [String] = []
  var effectiveUsers: [String] = []
  var realUsers: [String] = []
  var realGroups: [String] = []
  var states: [UInt8] = []
  /// Seconds.
  var older: Int?
  var pidFile: String?
  var wantsLock = false
  var namespacesOf: Int32?
  var namespaces: [String] = []
  var cgroups: [String] = []

  public init() {}

  /// Whether anything narrows the choice, so that no pattern is needed.
  var hasCriteria: Bool {
    newest || oldest || !groups.isEmpty || !parents.isEmpty || !sessions.isEmpty
      || !terminals.isEmpty || !effectiveUsers.isEmpty || !realUsers.isEmpty
      || !realGroups.isEmpty || !states.isEmpty || older != nil || pidFile != nil
      || namespacesOf != nil || !cgroups.isEmpty
  }

  func check() throws(Failure) {
    if (newest ? 1 : 0) + (oldest ? 1 : 0) + (inverse ? 1 : 0) > 1 {
      throw .usage("-n, -o and --inverse exclude each other")
    }
    if wantsLock, pidFile == nil { throw .usage("-L: needs -F") }
  }
}

/// An applet that takes the options of `pgrep`.
public protocol Selecting: Command {
  var selection: ProcessSelection { get set }
}

extension Option where Options: Selecting {
  /// The criteria that `pgrep` and `pkill` share.
  static var selection: [Option] { matching + identities + places }

  private static var matching: [Option] {
    [
      .flag("f", "full", "Match the whole command line") { $0.selection.full = true },
      .flag("x", "exact", "Match all of the name or command line") { $0.selection.exact = true },
      .flag("i", "ignore-case", "Match ASCII letters in both cases") {
        $0.selection.ignoreCase = true
      },
      .flag("n", "newest", "Only the process that started last") { $0.selection.newest = true },
      .flag("o", "oldest", "Only the process that started first") { $0.selection.oldest = true },
      .flag("A", "ignore-ancestors", "Leave out our parent and its ancestors") {
        $0.selection.ignoreAncestors = true
      },
      list("r", "runstates", "STATES", "Only in one of these states: D,I,R,S,T,Z,t") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.states = try states(words)
      },
      .parsed("O", "older", "SECONDS", "Only older than SECONDS") {
        (options: inout Options, text: String) throws(Failure) in
        guard let value = Int(text), value >= 0 else {
          throw .usage("\(text): not a number of seconds")
        }
        options.selection.older = value
      },
    ]
  }

  private static var identities: [Option] {
    [
      list("u", "euid", "USERS", "Only of these effective users") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.effectiveUsers += words
      },
      list("U", "uid", "USERS", "Only of these real users") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.realUsers += words
      },
      list("G", "group", "GROUPS", "Only of these real groups") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.realGroups += words
      },
      list("g", "pgroup", "PGIDS", "Only of these process groups; 0 is ours") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.groups += try pids(words)
      },
      list("s", "session", "SIDS", "Only of these sessions; 0 is ours") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.sessions += try pids(words)
      },
      list("P", "parent", "PPIDS", "Only children of these processes") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.parents += try pids(words)
      },
      list("t", "terminal", "TTYS", "Only of these terminals; ? is none") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.terminals += words
      },
    ]
  }

  private static var places: [Option] {
    [
      .value("F", "pidfile", "FILE", "Only the process whose PID is in FILE") {
        (options: inout Options, path: String) in options.selection.pidFile = path
      },
      .flag("L", "logpidfile", "Fail where nobody has locked that FILE") {
        $0.selection.wantsLock = true
      },
      list(nil, "cgroup", "PATHS", "Only in these cgroups") {
        (options: inout Options, words: [String]) throws(Failure) in
        options.selection.cgroups += words
      },
      .parsed(nil, "ns", "PID", "Only in the namespaces that PID is in") {
        (options: inout Options, text: String) throws(Failure) in
        options.selection.namespacesOf = try pids([text]).first
      },
      list(nil, "nslist", "NAMES", "Which ones: cgroup,ipc,mnt,net,pid,time,user,uts") {
        (options: inout Options, words: [String]) throws(Failure) in
        for word in words where !NamespaceNames.all.contains(word) {
          throw .usage("\(word): unknown namespace; nearest: \(NamespaceNames.nearest(word))")
        }
        options.selection.namespaces += words
      },
    ]
  }

  private static func list(
    _ short: StaticString?, _ long: StaticString, _ metavariable: StaticString,
    _ help: StaticString, _ set: @escaping (inout Options, [String]) throws(Failure) -> Void
  ) -> Option {
    .parsed(short, long, metavariable, help) {
      (options: inout Options, text: String) throws(Failure) in
      let words = text.split(separator: ",").map { String($0) }
      if words.isEmpty { throw .usage("\(text): an empty list (\(metavariable))") }
      try set(&options, words)
    }
  }

  private static func pids(_ words: [String]) throws(Failure) -> [Int32] {
    var pids: [Int32] = []
    for word in words {
      guard let pid = Int32(word), pid >= 0 else { throw .usage("\(word): not a process ID") }
      pids.append(pid)
    }
    return pids
  }

  private static func states(_ words: [String]) throws(Failure) -> [UInt8] {
    var states: [UInt8] = []
    for word in words {
      for letter in word.utf8 {
        guard "DIKPRSTWXZt".utf8.contains(letter) else { throw .usage("\(word): no state") }
        states.append(letter)
      }
    }
    return states
  }
}

/// The links in `/proc/PID/ns`, namespaces(7).
enum NamespaceNames {
  static var all: [String] { ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"] }

  static func nearest(_ word: String) -> String {
    Box.nearest(to: word, among: all) ?? all.joined(separator: ", ")
  }
}
