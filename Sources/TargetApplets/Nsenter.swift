public import Box
internal import Accounts
internal import Linux
internal import ProcFS
internal import Target

/// Runs a command in the namespaces of another process, util-linux nsenter(1).
public struct Nsenter: Command {
  /// A namespace, the letter of its option and its file in `/proc/PID/ns`.
  private static let kinds: [(letter: UInt8, file: StaticString)] = [
    (UInt8(ascii: "U"), "user"), (UInt8(ascii: "C"), "cgroup"), (UInt8(ascii: "i"), "ipc"),
    (UInt8(ascii: "u"), "uts"), (UInt8(ascii: "n"), "net"), (UInt8(ascii: "p"), "pid"),
    (UInt8(ascii: "m"), "mnt"), (UInt8(ascii: "T"), "time"),
  ]

  var pid: Int?
  var wanted: [(letter: UInt8, path: String?)] = []
  var all = false
  var root: String??
  var folder: String??
  var uid: String?
  var gid: String?
  var keepsCredentials = false
  var forks: Bool?
  var takesEnvironment = false

  public init() {}

  public static var manual: Manual<Nsenter> {
    Manual(
      "nsenter", "Run a command in the namespaces of another process", family: .target,
      operands: "[COMMAND [ARGUMENT]...]", grammar: .posix, options: options,
      examples: [
        ("nsenter -t 1 -n ss -tlnp", "In the network of process 1"),
        ("nsenter -t 1 -a", "A shell with all of its namespaces (sysadmin profile)"),
      ],
      standard: "util-linux 2.38 nsenter(1)",
      deviations: [
        "a command without a slash is one of our applets first",
        "namespaces that are ours already are not entered again, so they need no right",
      ])
  }

  private static func kind(_ letter: StaticString, _ long: StaticString, _ help: StaticString)
    -> Option<Nsenter>
  {
    .optional(letter, long, "FILE", help) {
      (nsenter: inout Nsenter, path: String?) throws(Failure) in
      nsenter.wanted.append((letter.withUTF8Buffer { $0.first ?? 0 }, path))
    }
  }

  static var options: [Option<Nsenter>] {
    [
      .value("t", "target", "PID", "The process whose namespaces they are") { $0.pid = $1 },
      .flag("a", "all", "All of them") { $0.all = true },
      kind("m", "mount", "Its mounts"), kind("u", "uts", "Its host name"),
      kind("i", "ipc", "Its System V IPC and message queues"), kind("n", "net", "Its network"),
      kind("p", "pid", "Its process IDs"), kind("C", "cgroup", "Its cgroups"),
      kind("U", "user", "Its users"), kind("T", "time", "Its clocks"),
      .optional("r", "root", "DIR", "Its root, or DIR, as /") {
        (nsenter: inout Nsenter, path: String?) throws(Failure) in nsenter.root = .some(path)
      },
      .optional("w", "wd", "DIR", "Its working folder, or DIR") {
        (nsenter: inout Nsenter, path: String?) throws(Failure) in nsenter.folder = .some(path)
      },
      .optional("S", "setuid", "UID", "As UID; 0 with -U") {
        (nsenter: inout Nsenter, id: String?) throws(Failure) in nsenter.uid = id ?? "0"
      },
      .optional("G", "setgid", "GID", "As GID; 0 with -U") {
        (nsenter: inout Nsenter, id: String?) throws(Failure) in nsenter.gid = id ?? "0"
      },
      .flag(nil, "preserve-credentials", "Keep our ids with -U") { $0.keepsCredentials = true },
      .flag("e", "env", "With the environment of the target") { $0.takesEnvironment = true },
      .flag("F", "no-fork", "Not in a child with -p") { $0.forks = false },
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var operands = operands
    // `-S 1000`: the number is a word of its own.
    var settings = self
    settings.takeNumber(&operands)
    try settings.start(operands, &context)
  }

  private mutating func takeNumber(_ operands: inout [String]) {
    while let first = operands.first, UInt32(first) != nil {
      if uid == "0" { uid = first } else if gid == "0" { gid = first } else { return }
      operands.removeFirst()
    }
  }

  private func start(_ operands: [String], _ context: inout Context) throws(Failure) {
    var command = operands
    if command.isEmpty { command = [context.variable("SHELL") ?? "/bin/sh"] }
    if command[0] == "/bin/sh", context.applets.named("sh") != nil { command[0] = "sh" }
    let launcher = try Launcher()
    let paths = Paths(context)
    let opened = try open(paths)
    let rootFolder = try place(root, "root", paths)
    let workFolder = try place(folder, "cwd", paths)
    if takesEnvironment { context.environment = try environment(paths) }
    for item in opened { try enter(item) }
    if let rootFolder {
      try attempt { () throws(SystemError) in
        try Process.change(to: rootFolder.descriptor, named: "/")
        try Process.makeWorkingFolderRoot(named: "/")
      }
    }
    if let workFolder {
      try attempt { () throws(SystemError) in
        try Process.change(to: workFolder.descriptor, named: ".")
      }
    }
    let entersPID = opened.contains { $0.name == "pid" }
    guard entersPID, forks ?? true else {
      try become(opened)
      return try launcher.become(command, context)
    }
    var child = context
    let pid = try attempt { () throws(SystemError) in
      try Child.fork {
        do throws(Failure) {
          try become(opened)
          try launcher.become(command, child)
        } catch {
          child.report(error)
          child.errors.flush()
          return error.status
        }
        return 0
      }
    }
    throw .quiet(try attempt { () throws(SystemError) in try Child.wait(for: pid) }.status)
  }

  private final class Opened {
    let file: File
    let name: String
    init(_ file: consuming File, _ name: String) {
      self.file = file
      self.name = name
    }

    var descriptor: Int32 { file.descriptor }
  }

  /// The files of all namespaces that are asked for and are not ours, in the order to enter them.
  private func open(_ paths: Paths) throws(Failure) -> [Opened] {
    var opened: [Opened] = []
    for (letter, kind) in Self.kinds {
      let name = "\(kind)"
      let asked = wanted.first { $0.letter == letter }
      guard asked != nil || (all && letter != UInt8(ascii: "T")) else { continue }
      var path = asked?.path ?? ""
      if path.isEmpty { path = try target("ns/" + name) }
      do throws(Failure) {
        let file = try paths.location(path).open(.read)
        if asked?.path == nil, isOwn(file, name) { continue }
        opened.append(Opened(file, name))
      } catch {
        // Old kernels lack some of them; -a takes what there is.
        if asked == nil, error.errno == .noEntry { continue }
        throw error
      }
    }
    return opened
  }

  private func isOwn(_ file: borrowing File, _ name: String) -> Bool {
    guard let theirs = try? file.status(),
      let ours = try? Root().status("/proc/self/ns/" + name, follow: true)
    else { return false }
    return theirs.isSame(as: ours)
  }

  private func target(_ name: String) throws(Failure) -> String {
    guard let pid else { throw .usage("which process? give its PID with -t") }
    return "/proc/\(pid)/" + name
  }

  private func place(_ wanted: String??, _ link: String, _ paths: Paths) throws(Failure) -> Opened?
  {
    guard let wanted else { return nil }
    var path = wanted ?? ""
    if wanted == nil { path = try target(link) }
    return Opened(try paths.location(path).open([.path, .directory]), path)
  }

  private func enter(_ item: Opened) throws(Failure) {
    do throws(SystemError) {
      try Process.enter(namespace: item.descriptor)
    } catch {
      guard error.errno == .notPermitted else { throw .system(error.about("setns \(item.name)")) }
      let hint = item.name == "net" ? "; inside a pod the network is shared already" : ""
      throw Failure(
        "entering the \(item.name) namespace needs CAP_SYS_ADMIN\(hint)",
        advice: "kubectl debug --profile=sysadmin; or chroot /proc/PID/root, enter PID",
        errno: error.errno)
    }
  }

  private func become(_ opened: [Opened]) throws(Failure) {
    let entersUsers = opened.contains { $0.name == "user" } && !keepsCredentials
    let accounts = Accounts(root: Root())
    let groupText = gid ?? (entersUsers ? "0" : nil)
    let userText = uid ?? (entersUsers ? "0" : nil)
    if let groupText {
      let id = try IdentityText.gid(groupText, accounts)
      try attempt { () throws(SystemError) in
        do throws(SystemError) {
          try Process.setGroups([])
        } catch {
          // A user namespace may forbid it (setgroups: deny); then they stay.
          if !entersUsers { throw error }
        }
        try Process.setGID(real: id, effective: id)
      }
    }
    if let userText {
      let id = try IdentityText.uid(userText, accounts)
      try attempt { () throws(SystemError) in try Process.setUID(real: id, effective: id) }
    }
  }

  private func environment(_ paths: Paths) throws(Failure) -> [String] {
    try paths.location(try target("environ")).contents(limit: 1 << 22).split(separator: 0)
      .map { String(bytes: $0) }
  }
}
