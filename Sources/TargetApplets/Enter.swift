public import Box
internal import Capabilities
internal import Linux
internal import ProcFS
internal import Target

/// Runs a command whose `/` is the target's, with our tools at hand and nothing written into it.
public struct Enter: Command {
  var asTarget = false

  public init() {}

  public static var manual: Manual<Enter> {
    Manual(
      "enter", "Run a command with the target's root as /, our tools at hand", family: .target,
      operands: "PID [[--] COMMAND [ARGUMENT]...]", grammar: .posix,
      options: [
        .flag("u", "as-target", "Run it with the target's uid and gid") { $0.asTarget = true }
      ],
      examples: [
        ("enter 1 -- ls -la /app", "Our ls, in the target's file system"),
        ("enter 1 -- /app/server --version", "The target's own program"),
      ],
      standard: "none",
      deviations: [
        "without CAP_SYS_CHROOT our tools see the target's root, but its own programs start only if they are static",
        "a command without a slash is one of our applets first",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let first = operands.first else { throw .usage("which process? give its PID") }
    var command = Array(operands.dropFirst())
    if command.first == "--" { command.removeFirst() }
    let pid = try parsePID(first)
    let root = try Paths(context).root(of: pid, subject: "/proc/\(pid)/root")
    guard let folder = root.folder else { throw .message("\(pid): is this container itself") }
    if command.isEmpty { command = [try shell(root, context)] }
    // Before the root changes: our own binary cannot be named from inside.
    let own = try attempt { () throws(SystemError) in try File.open("/proc/self/exe", .path) }
    let ids = try self.ids(pid, context)
    try attempt { () throws(SystemError) in try Process.change(to: folder, named: root.name) }
    let chrooted = try changeRoot(root)
    if asTarget {
      try attempt { () throws(SystemError) in try Process.become(uid: ids.uid, gid: ids.gid) }
    }
    if chrooted {
      try execute(command, own, context)
    } else {
      try emulate(command, root, context)
    }
  }

  /// A shell of ours, else one of the target's.
  private func shell(_ root: Root, _ context: Context) throws(Failure) -> String {
    if context.applets.named("sh") != nil { return "sh" }
    let known: [StaticString] = ["/bin/bash", "/bin/sh", "/busybox/sh", "/usr/bin/sh"]
    for path in known where (try? root.status("\(path)", follow: true)) != nil { return "\(path)" }
    throw .usage("the target has no shell; give a command, as in: enter PID -- ls -la /")
  }

  private func ids(_ pid: Int32, _ context: Context) throws(Failure) -> (uid: UInt32, gid: UInt32) {
    let root = context.root
    let status = try attempt { () throws(SystemError) in try ProcFS(root).status(of: pid) }
    return (status.effectiveUID ?? 0, status.effectiveGID ?? 0)
  }

  /// - Returns: false where we lack the right, so that the root is emulated.
  private func changeRoot(_ root: Root) throws(Failure) -> Bool {
    do throws(SystemError) {
      try Process.makeWorkingFolderRoot(named: root.name)
      return true
    } catch {
      guard error.errno == .notPermitted else { throw .system(error) }
      return false
    }
  }

  private func execute(_ command: [String], _ own: borrowing File, _ context: Context)
    throws(Failure)
  {
    let name = command[0]
    if !name.contains("/"), context.applets.named(name) != nil {
      let descriptor = own.descriptor
      try attempt { () throws(SystemError) in
        try Child.execute(descriptor: descriptor, command, environment: context.environment)
      }
    }
    try context.become(command)
  }

  /// Without chroot(2): our applets resolve absolute paths in the target's root; a static program is executed by descriptor.
  private func emulate(_ command: [String], _ root: Root, _ context: Context) throws(Failure) {
    let name = command[0]
    if !name.contains("/"), let applet = context.applets.named(name) {
      var inner = context.rooted(at: root, as: name)
      throw .quiet(applet.run(Array(command.dropFirst()), &inner))
    }
    context.note(
      "no CAP_SYS_CHROOT here: \(name) runs with this container's root as / (static programs only)")
    let path = name.hasPrefix("/") ? name : "/" + name
    let program = try attempt { () throws(SystemError) in try root.open(path, .path) }
    let descriptor = program.descriptor
    do throws(SystemError) {
      try Child.execute(descriptor: descriptor, command, environment: context.environment)
    } catch {
      throw .system(error.about(name), status: ExitStatus.notExecutable)
    }
  }
}
