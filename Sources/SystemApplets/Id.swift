internal import Accounts
public import Box
internal import Linux

/// Prints users and groups. POSIX id(1), with the options of coreutils.
public struct Id: Command {
  enum Choice { case everything, user, group, groups }

  var choice = Choice.everything
  var choices = 0
  var usesNames = false
  var isReal = false
  var endsWithNul = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Id> {
    Manual(
      "id", "Print user and group ids, ours or a user's", family: .system, operands: "[USER]...",
      options: [
        .flag("a", nil, "Nothing: for compatibility with other systems") { _ in },
        .flag("G", "groups", "Only the ids of all groups") { $0.choose(.groups) },
        .flag("g", "group", "Only the effective group") { $0.choose(.group) },
        .flag("n", "name", "Names for numbers, with -G, -g or -u") { $0.usesNames = true },
        .flag("r", "real", "Real ids for effective ones, with -G, -g or -u") { $0.isReal = true },
        .flag("u", "user", "Only the effective user") { $0.choose(.user) },
        .flag("z", "zero", "NUL between and behind entries, with -G, -g or -u") {
          $0.endsWithNul = true
        },
      ],
      examples: [("id -u", "Our user, as a number"), ("id -Gn www-data", "The groups of a user")],
      standard: "POSIX id(1), coreutils id(1)",
      deviations: ["users and groups come from /etc/passwd and /etc/group alone"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if choices > 1 { throw .message("-u, -g and -G: only one can be") }
    if choice == .everything {
      if usesNames || isReal { throw .message("-n and -r: only with -u, -g or -G") }
      if endsWithNul { throw .message("-z: only with -u, -g or -G") }
    }
    let accounts = Accounts(root: context.root)
    guard !operands.isEmpty else {
      show(Identity.own(), accounts, isLastOfMany: false, &context)
      return
    }
    for operand in operands {
      guard let identity = Identity(operand, accounts) else {
        context.report(.message("\(operand): no such user"))
        continue
      }
      show(identity, accounts, isLastOfMany: operands.count > 1, &context)
    }
  }

  private mutating func choose(_ choice: Choice) {
    if self.choice != choice { choices += 1 }
    self.choice = choice
  }

  private func show(
    _ identity: Identity, _ accounts: Accounts, isLastOfMany: Bool, _ context: inout Context
  ) {
    let terminator: UInt8 = endsWithNul ? 0 : 10
    switch choice {
    case .everything: context.output.write(identity.line(accounts))
    case .user: write(isReal ? identity.realUser : identity.user, accounts.user, &context)
    case .group: write(isReal ? identity.realGroup : identity.group, accounts.group, &context)
    case .groups:
      let groups = identity.allGroups(isReal: isReal)
      for (index, group) in groups.enumerated() {
        if index > 0 { context.output.write(endsWithNul ? 0 : UInt8(ascii: " ")) }
        write(group, accounts.group, &context)
      }
      // Between the lists of users stands one NUL more.
      if endsWithNul, isLastOfMany { context.output.write(0) }
    }
    context.output.write(terminator)
  }

  private func write(_ id: UInt32, _ find: (UInt32) -> String?, _ context: inout Context) {
    guard usesNames else { return context.output.write(String(id)) }
    if let name = find(id) { return context.output.write(Sanitize.escaped(name)) }
    let kind = choice == .user ? "user" : "group"
    context.report(.message("cannot find name for \(kind) ID \(id)"))
    context.output.write(String(id))
  }
}

/// The ids of a process or of an account.
struct Identity {
  let realUser: UInt32
  let user: UInt32
  let realGroup: UInt32
  let group: UInt32
  /// As the kernel or the files list them.
  let supplementary: [UInt32]

  static func own() -> Identity {
    Identity(
      realUser: Credentials.uid, user: Credentials.effectiveUID, realGroup: Credentials.gid,
      group: Credentials.effectiveGID, supplementary: Credentials.groups)
  }

  private init(
    realUser: UInt32, user: UInt32, realGroup: UInt32, group: UInt32, supplementary: [UInt32]
  ) {
    self.realUser = realUser
    self.user = user
    self.realGroup = realGroup
    self.group = group
    self.supplementary = supplementary
  }

  /// The account called `word`, or with that number, where `+` forbids a name.
  init?(_ word: String, _ accounts: Accounts) {
    let number = UInt32(word.hasPrefix("+") ? String(word.dropFirst()) : word)
    let byName = word.hasPrefix("+") ? nil : accounts.account(named: word)
    guard let account = byName ?? number.flatMap({ accounts.account($0) }) else { return nil }
    self.init(
      realUser: account.uid, user: account.uid, realGroup: account.gid, group: account.gid,
      supplementary: [account.gid] + accounts.groups(of: account.name).filter { $0 != account.gid })
  }

  func allGroups(isReal: Bool) -> [UInt32] {
    var groups = [realGroup]
    if group != realGroup { groups.append(group) }
    for other in supplementary where other != realGroup && other != group { groups.append(other) }
    return groups
  }

  /// `uid=0(root) gid=0(root) groups=0(root)`, without its newline.
  func line(_ accounts: Accounts) -> String {
    let named = { (id: UInt32, name: String?) in
      String(id) + (name.map { "(" + Sanitize.escaped($0) + ")" } ?? "")
    }
    var text = "uid=" + named(realUser, accounts.user(realUser))
    text += " gid=" + named(realGroup, accounts.group(realGroup))
    if user != realUser { text += " euid=" + named(user, accounts.user(user)) }
    if group != realGroup { text += " egid=" + named(group, accounts.group(group)) }
    let groups = supplementary.isEmpty ? [group] : supplementary
    return text + " groups=" + groups.map { named($0, accounts.group($0)) }.joined(separator: ",")
  }
}
