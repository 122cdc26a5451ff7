public import Box
internal import Accounts
internal import Capabilities
internal import Linux

/// Runs a command with other ids and fewer rights, util-linux setpriv(1).
public struct Setpriv: Command {
  enum Groups: Equatable { case keep, clear, initialize, list(String) }

  var realUID: String?
  var effectiveUID: String?
  var realGID: String?
  var effectiveGID: String?
  var groups: Groups?
  var inheritable: String?
  var ambient: String?
  var bounding: String?
  var renounces = false
  var deathSignal: String?
  var resetsEnvironment = false
  var dumps = false

  public init() {}

  public static var manual: Manual<Setpriv> {
    Manual(
      "setpriv", "Run a command with other ids and fewer rights", family: .target,
      operands: "[COMMAND [ARGUMENT]...]", grammar: .posix,
      options: [
        .flag("d", "dump", "Show our ids and rights") { $0.dumps = true },
        .value(nil, "reuid", "UID", "The real and effective user") {
          ($0.realUID, $0.effectiveUID) = ($1, $1)
        },
        .value(nil, "ruid", "UID", "The real user") { $0.realUID = $1 },
        .value(nil, "euid", "UID", "The effective user") { $0.effectiveUID = $1 },
        .value(nil, "regid", "GID", "The real and effective group") {
          ($0.realGID, $0.effectiveGID) = ($1, $1)
        },
        .value(nil, "rgid", "GID", "The real group") { $0.realGID = $1 },
        .value(nil, "egid", "GID", "The effective group") { $0.effectiveGID = $1 },
        .flag(nil, "clear-groups", "No supplementary groups") { $0.groups = .clear },
        .flag(nil, "keep-groups", "The supplementary groups we have") { $0.groups = .keep },
        .flag(nil, "init-groups", "Those of the user") { $0.groups = .initialize },
        .value(nil, "groups", "LIST", "These supplementary groups") { $0.groups = .list($1) },
        .value(nil, "inh-caps", "LIST", "+NAME or -NAME of inheritable capabilities") {
          $0.inheritable = $1
        },
        .value(nil, "ambient-caps", "LIST", "The same for ambient ones") { $0.ambient = $1 },
        .value(nil, "bounding-set", "LIST", "The same for the bounding set") { $0.bounding = $1 },
        .flag(nil, "no-new-privs nnp", "No rights from setuid programs any more") {
          $0.renounces = true
        },
        .value(nil, "pdeathsig", "SIGNAL", "Sent when the parent ends; keep, clear") {
          $0.deathSignal = $1
        },
        .flag(nil, "reset-env", "Only HOME, SHELL, USER, LOGNAME, PATH, TERM") {
          $0.resetsEnvironment = true
        },
      ],
      examples: [
        ("setpriv --reuid=1000 --regid=1000 --clear-groups id", "As the target's user"),
        ("setpriv -d", "Who are we, what may we?"),
      ],
      standard: "util-linux 2.38 setpriv(1)",
      deviations: ["--securebits, --selinux-label and --apparmor-profile are refused"])
  }

  static let failed: Int32 = 127

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if dumps {
      guard operands.isEmpty else { throw .usage("--dump takes no command") }
      return dump(context)
    }
    guard !operands.isEmpty else { throw .usage("no command given") }
    let accounts = Accounts(root: context.root)
    let (real, effective) = (try uid(realUID, accounts), try uid(effectiveUID, accounts))
    let (realGroup, group) = (try gid(realGID, accounts), try gid(effectiveGID, accounts))
    if realGroup != nil || group != nil, groups == nil {
      throw .usage("--regid needs one of --keep-groups, --clear-groups, --init-groups, --groups")
    }
    if renounces {
      try attempt { () throws(SystemError) in try Process.renouncePrivileges() }
    }
    if resetsEnvironment { reset(&context, effective ?? Credentials.effectiveUID, accounts) }
    try setGroups(accounts, effective ?? real)
    try privileged("changing the group", "CAP_SETGID") { () throws(SystemError) in
      if realGroup != nil || group != nil { try Process.setGID(real: realGroup, effective: group) }
    }
    try change(bounding, .bounding, "bounding-set") { $0.becomeBounding() }
    try privileged("changing the user", "CAP_SETUID") { () throws(SystemError) in
      if real != nil || effective != nil { try Process.setUID(real: real, effective: effective) }
    }
    try change(inheritable, .inheritable, "inh-caps") { $0.becomeInheritable() }
    try change(ambient, .ambient, "ambient-caps") { $0.becomeAmbient() }
    try setDeathSignal()
    try context.become(operands)
  }

  private func uid(_ text: String?, _ accounts: Accounts) throws(Failure) -> UInt32? {
    guard let text else { return nil }
    guard let uid = accounts.uid(named: text) ?? UInt32(text) else {
      throw .usage("\(text): no such user")
    }
    return uid
  }

  private func gid(_ text: String?, _ accounts: Accounts) throws(Failure) -> UInt32? {
    guard let text else { return nil }
    guard let gid = accounts.gid(named: text) ?? UInt32(text) else {
      throw .usage("\(text): no such group")
    }
    return gid
  }

  private func setGroups(_ accounts: Accounts, _ uid: UInt32?) throws(Failure) {
    var list: [UInt32] = []
    switch groups {
    case nil, .keep: return
    case .clear: break
    case .initialize:
      guard let uid, let account = accounts.account(uid) else {
        throw .usage("--init-groups needs --reuid with a user that has an account")
      }
      list = [account.gid] + accounts.groups(of: account.name)
    case .list(let text):
      for name in text.split(separator: ",") {
        if let id = try gid(String(name), accounts) { list.append(id) }
      }
    }
    try privileged("changing the groups", "CAP_SETGID") { () throws(SystemError) in
      try Process.setGroups(list)
    }
  }

  /// Does `body`; where the kernel refuses, the capability that it asks for is named.
  private func privileged(
    _ what: StaticString, _ capability: StaticString, _ body: () throws(SystemError) -> Void
  ) throws(Failure) {
    do throws(SystemError) {
      try body()
    } catch {
      guard error.errno == .notPermitted else { throw .system(error) }
      throw Failure(
        "\(what) needs \(capability)",
        advice: "kubectl debug --profile=general, as root", errno: error.errno)
    }
  }

  private enum Which { case inheritable, ambient, bounding }

  private func current(_ which: Which) -> CapabilitySet {
    switch which {
    case .inheritable: CapabilityState(pid: 0)?.inheritable ?? CapabilitySet(mask: 0)
    case .ambient: CapabilityState.own()?.ambient ?? CapabilitySet(mask: 0)
    case .bounding: CapabilityState.own()?.bounding ?? CapabilitySet(mask: 0)
    }
  }

  /// `+net_raw,-all`: from left to right.
  static func apply(_ list: String, to set: CapabilitySet) throws(Failure) -> CapabilitySet {
    var mask = set.mask
    for word in list.split(separator: ",") {
      guard word.hasPrefix("+") || word.hasPrefix("-") else {
        throw .usage("\(word): must start with + or -")
      }
      let name = String(word.dropFirst())
      var bits: UInt64 = 0
      if name == "all" {
        bits = CapabilitySet.all.mask
      } else if name.hasPrefix("cap_"), let number = Int32(name.dropFirst(4)) {
        bits = Capability(number).bit
      } else if let capability = Capability(name: name) {
        bits = capability.bit
      } else {
        throw .usage("\(name): unknown capability")
      }
      mask = word.hasPrefix("+") ? mask | bits : mask & ~bits
    }
    return CapabilitySet(mask: mask)
  }

  private func change(
    _ list: String?, _ which: Which, _ option: String, _ body: (CapabilitySet) -> Bool
  ) throws(Failure) {
    guard let list else { return }
    guard body(try Self.apply(list, to: current(which))) else {
      throw .message("--\(option): Operation not permitted", status: Self.failed)
    }
  }

  private func setDeathSignal() throws(Failure) {
    guard let deathSignal, deathSignal != "keep" else { return }
    var number: Int32 = 0
    if deathSignal != "clear" {
      guard let signal = Signal(name: deathSignal) else {
        throw .usage("\(deathSignal): unknown signal")
      }
      number = signal.number
    }
    try attempt { () throws(SystemError) in try Process.setParentDeathSignal(number) }
  }

  private func reset(_ context: inout Context, _ uid: UInt32, _ accounts: Accounts) {
    let name = accounts.user(uid) ?? String(uid)
    var variables = [
      "HOME=" + (uid == 0 ? "/root" : "/"), "SHELL=/bin/sh", "USER=" + name, "LOGNAME=" + name,
    ]
    variables.append(
      "PATH="
        + (uid == 0
          ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
          : "/usr/local/bin:/bin:/usr/bin"))
    if let terminal = context.variable("TERM") { variables.append("TERM=" + terminal) }
    context.environment = variables
  }

  private func dump(_ context: Context) {
    let names = { (set: CapabilitySet) in
      set.isEmpty
        ? "[none]"
        : set.names.map { $0.hasPrefix("cap_") ? String($0.dropFirst(4)) : $0 }
          .joined(separator: ",")
    }
    let output = context.output
    output.line("uid: \(Credentials.uid)")
    output.line("euid: \(Credentials.effectiveUID)")
    output.line("gid: \(Credentials.gid)")
    output.line("egid: \(Credentials.effectiveGID)")
    let groups = Credentials.groups.map { String($0) }.joined(separator: ",")
    output.line("Supplementary groups: " + (groups.isEmpty ? "[none]" : groups))
    output.line("no_new_privs: \(Process.renouncesPrivileges ? 1 : 0)")
    output.line("Inheritable capabilities: " + names(current(.inheritable)))
    output.line("Ambient capabilities: " + names(current(.ambient)))
    output.line("Capability bounding set: " + names(current(.bounding)))
    output.line("Securebits: [none]")
    let signal = Process.parentDeathSignal
    output.line("Parent death signal: " + (signal == 0 ? "[none]" : Signal(signal).name))
  }
}
