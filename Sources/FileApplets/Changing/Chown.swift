public import Box
internal import Accounts
internal import Linux
internal import Target

/// Changes owners, coreutils chown(1) and chgrp(1); names are those of the root that a file lies in.
public struct Chown: Command {
  var change = TreeChange()
  var followsLast = true
  var isVerbose = false
  var tellsChanges = false
  var reference: String?
  var from: String?

  public init() {}

  public static var manual: Manual<Chown> {
    Manual(
      "chown", "Change owners and groups", family: .files,
      operands: "OWNER[:[GROUP]]|GROUP FILE...",
      options: [
        .flag("R", "recursive", "Folders and all that is in them") { $0.change.recurses = true },
        .flag("h", "no-dereference", "Links themselves") { $0.followsLast = false },
        .flag(nil, "dereference", "What links point to (default)") { $0.followsLast = true },
        .flag("H", nil, "With -R: follow links on the command line") {
          $0.change.follow = .operands
        },
        .flag("L", nil, "With -R: follow all links to folders") { $0.change.follow = .always },
        .flag("P", nil, "With -R: follow no links (default)") { $0.change.follow = .never },
        .flag("v", "verbose", "Tell about every file") { $0.isVerbose = true },
        .flag("c", "changes", "Tell what is changed") { $0.tellsChanges = true },
        .flag("f", "silent quiet", "No messages about failures") { $0.change.isQuiet = true },
        .value(nil, "from", "OWNER:GROUP", "Only files that belong to these") { $0.from = $1 },
        .value(nil, "reference", "FILE", "The owner and group of FILE") { $0.reference = $1 },
        .flag(nil, "preserve-root", "Refuse -R on /") { $0.change.keepsRoot = true },
        .flag(nil, "no-preserve-root", "Do not treat / specially (default)") {
          $0.change.keepsRoot = false
        },
      ],
      examples: [
        ("chown app:app @1:/data/file", "By the names of the target"),
        ("chown -R 1000: /work", "A user and the user's group"),
      ],
      standard: "coreutils 9.1 chown(1) and chgrp(1)")
  }

  private struct Owner: Equatable {
    var uid: UInt32?
    var gid: UInt32?
    var user: String?
    var group: String?
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    let groupOnly = context.name == "chgrp"
    var files = operands[...]
    var text: String?
    var fixed: Owner?
    if let reference {
      let status = try paths.location(reference).status(follow: true)
      fixed = Owner(uid: groupOnly ? nil : status.uid, gid: status.gid)
    } else {
      guard let first = files.popFirst() else { throw .usage("missing operand") }
      text = first
    }
    guard !files.isEmpty else { throw .usage("missing operand: which files?") }
    for file in files {
      do throws(Failure) {
        let place = try paths.location(file)
        let accounts = Accounts(root: place.root ?? context.root)
        var owner = fixed ?? Owner()
        if let text { owner = try Self.read(text, accounts, groupOnly: groupOnly) }
        var only: Owner?
        if let from { only = try Self.read(from, accounts, groupOnly: false) }
        apply(file, owner, only, paths, &context)
      } catch {
        if error.status == ExitStatus.usage { throw error }
        context.report(error)
      }
    }
  }

  /// `OWNER`, `OWNER:GROUP`, `OWNER:` with the group of the account, `:GROUP`.
  private static func read(_ text: String, _ accounts: Accounts, groupOnly: Bool) throws(Failure)
    -> Owner
  {
    var owner = Owner()
    if groupOnly {
      if !text.isEmpty { (owner.gid, owner.group) = (try group(text, accounts), text) }
      return owner
    }
    let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
    let user = colon.map { String(text[..<$0]) } ?? text
    if !user.isEmpty {
      let number = UInt32(user.hasPrefix("+") ? String(user.dropFirst()) : user)
      guard let uid = accounts.uid(named: user) ?? number else {
        throw .message("\(text): invalid user")
      }
      (owner.uid, owner.user) = (uid, user)
    }
    guard let colon else { return owner }
    let name = String(text[text.utf8.index(after: colon)...])
    if !name.isEmpty {
      (owner.gid, owner.group) = (try group(name, accounts), name)
    } else if let uid = owner.uid {
      guard let account = accounts.account(uid) else {
        throw .message("\(text): invalid spec: the group of a number is not known")
      }
      owner.gid = account.gid
    }
    return owner
  }

  private static func group(_ name: String, _ accounts: Accounts) throws(Failure) -> UInt32 {
    let number = UInt32(name.hasPrefix("+") ? String(name.dropFirst()) : name)
    guard let gid = accounts.gid(named: name) ?? number else {
      throw .message("\(name): invalid group")
    }
    return gid
  }

  private func apply(
    _ file: String, _ owner: Owner, _ only: Owner?, _ paths: Paths, _ context: inout Context
  ) {
    change.apply([file], paths, &context, isPostorder: true) {
      (walker, place, context) throws(SystemError) in
      // In a tree links are changed themselves, unless they are followed.
      let follows = followsLast && (walker.level == 0 || change.follow == .always)
      var status = try walker.status()
      if status.kind == .link, follows {
        guard let behind = walker.statusBehind() else {
          throw SystemError(.noEntry, "chown", "")
        }
        status = behind
      }
      if let only {
        if let uid = only.uid, status.uid != uid { return }
        if let gid = only.gid, status.gid != gid { return }
      }
      try walker.changing(place, follow: follows) { (spot, follow) throws(SystemError) in
        try spot.setOwner(uid: owner.uid, gid: owner.gid, follow: follow)
      }
      tell(status, owner, walker.pathText, Accounts(root: place.root ?? Root()), context)
    }
  }

  private func tell(
    _ status: FileStatus, _ owner: Owner, _ path: String, _ accounts: Accounts, _ context: Context
  ) {
    guard isVerbose || tellsChanges else { return }
    let (uid, gid) = (owner.uid ?? status.uid, owner.gid ?? status.gid)
    let isSame = uid == status.uid && gid == status.gid
    guard isVerbose || !isSame else { return }
    let name = { (uid: UInt32, gid: UInt32) in
      let user = accounts.user(uid) ?? String(uid)
      let group = accounts.group(gid) ?? String(gid)
      return owner.uid == nil ? group : owner.gid == nil ? user : user + ":" + group
    }
    // The new one is told as it was typed.
    let wanted = [owner.user, owner.group ?? owner.gid.map { accounts.group($0) ?? String($0) }]
      .compactMap { $0 }.joined(separator: ":")
    let what = owner.uid == nil ? "group" : "ownership"
    context.output.line(
      isSame
        ? "\(what) of \(quoted(path)) retained as \(name(uid, gid))"
        : "changed \(what) of \(quoted(path)) from \(name(status.uid, status.gid)) to \(wanted)")
  }
}
