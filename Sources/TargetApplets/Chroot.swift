public import Box
internal import Accounts
internal import Linux
internal import Target

/// Runs a command with another root, coreutils chroot(1).
public struct Chroot: Command {
  var owner: String?
  var groups: String?
  var stays = false

  public init() {}

  public static var manual: Manual<Chroot> {
    Manual(
      "chroot", "Run a command with another root", family: .target,
      operands: "ROOT [COMMAND [ARGUMENT]...]", grammar: .posix,
      options: [
        .value(nil, "userspec", "USER:GROUP", "As this user and group, by the names in ROOT") {
          $0.owner = $1
        },
        .value(nil, "groups", "LIST", "With these supplementary groups") { $0.groups = $1 },
        .flag(nil, "skip-chdir", "Stay in the working folder (only for ROOT /)") {
          $0.stays = true
        },
      ],
      examples: [
        ("chroot /proc/1/root /app/server --version", "The target's own program"),
        ("chroot /proc/1/root ls -la /etc", "Our ls in the target's root"),
      ],
      standard: "coreutils 9.1 chroot(1)",
      deviations: [
        "a command without a slash is one of our applets first",
        "without CAP_SYS_CHROOT it fails; enter can do without",
      ])
  }

  static let failed: Int32 = 125

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let path = operands.first else { throw Failure("missing operand", status: Self.failed) }
    var command = Array(operands.dropFirst())
    if command.isEmpty { command = [context.variable("SHELL") ?? "/bin/sh", "-i"] }
    if command[0] == "/bin/sh", context.applets.named("sh") != nil { command[0] = "sh" }
    let launcher = try Launcher()
    do throws(Failure) {
      let place = try Paths(context).location(path)
      let folder = try place.open([.path, .directory])
      if stays {
        let own = try attempt { () throws(SystemError) in try Root().status("/", follow: true) }
        let there = try attempt { () throws(SystemError) in try folder.status() }
        guard own.isSame(as: there) else { throw .usage("--skip-chdir: only for the root we have") }
      }
      // Names are looked up before the way back is closed.
      let ids = try identity(
        Accounts(root: Root(try place.open([.path, .directory]), name: path)))
      let descriptor = folder.descriptor
      if !stays {
        try attempt { () throws(SystemError) in try Process.change(to: descriptor, named: path) }
        try change(path)
      }
      try become(ids)
    } catch {
      throw Failure(
        error.text, advice: error.advice, status: error.status == 2 ? 2 : Self.failed,
        errno: error.errno)
    }
    try launcher.become(command, context)
  }

  private func change(_ path: String) throws(Failure) {
    do throws(SystemError) {
      try Process.makeWorkingFolderRoot(named: path)
    } catch {
      guard error.errno == .notPermitted else { throw .system(error) }
      throw Failure(
        "\(path): changing the root needs CAP_SYS_CHROOT",
        advice: "enter PID -- COMMAND does without; or kubectl debug --profile=general",
        errno: error.errno)
    }
  }

  private struct Identity {
    var uid: UInt32?
    var gid: UInt32?
    var groups: [UInt32]?
  }

  private func identity(_ accounts: Accounts) throws(Failure) -> Identity {
    var identity = Identity()
    if let owner {
      let colon = owner.utf8.firstIndex(of: UInt8(ascii: ":"))
      let user = colon.map { String(owner[..<$0]) } ?? owner
      if !user.isEmpty {
        let uid = try IdentityText.uid(user, accounts)
        identity.uid = uid
        if let account = accounts.account(uid) {
          identity.gid = account.gid
          identity.groups = [account.gid] + accounts.groups(of: account.name)
        }
      }
      if let colon {
        let group = String(owner[owner.utf8.index(after: colon)...])
        if !group.isEmpty { identity.gid = try IdentityText.gid(group, accounts) }
      }
    }
    if let groups {
      var list: [UInt32] = []
      for name in groups.split(separator: ",") {
        list.append(try IdentityText.gid(String(name), accounts))
      }
      identity.groups = list
    }
    return identity
  }

  /// Groups first, the user last: it takes the right to change the others away.
  private func become(_ identity: Identity) throws(Failure) {
    try attempt { () throws(SystemError) in
      if let groups = identity.groups { try Process.setGroups(groups) }
      if let gid = identity.gid { try Process.setGID(real: gid, effective: gid) }
      if let uid = identity.uid { try Process.setUID(real: uid, effective: uid) }
    }
  }
}
