internal import Box
public import Linux

/// A line of passwd(5), as far as we use it.
public struct Account: Equatable, Sendable {
  public let name: String
  public let uid: UInt32
  public let gid: UInt32
}

/// Users and groups by the passwd(5) and group(5) files below a root.
///
/// The files belong to whoever owns the root and are read as foreign text: only regular files, at
/// most `Limits.file` bytes of each, no line longer than `Limits.line`. They are read when first
/// asked for and then remembered. The first entry for a name or a number wins.
public final class Accounts {
  public enum Limits {
    /// Bytes of one file.
    public static let file = 8 << 20
    /// Bytes of one line; longer ones do not count.
    public static let line = 256 << 10
    /// Bytes of one name; useradd(8) allows 32.
    public static let name = 256
  }

  private let passwd: LineSource
  private let groups: LineSource
  private var users: Users?
  private var names: GroupNames?

  public convenience init(root: Root) {
    self.init(
      passwd: .file(root, "/etc/passwd"), groups: .file(root, "/etc/group"))
  }

  /// From the contents of the two files.
  public convenience init(passwd: [UInt8], group: [UInt8] = []) {
    self.init(passwd: .bytes(passwd), groups: .bytes(group))
  }

  private init(passwd: LineSource, groups: LineSource) {
    self.passwd = passwd
    self.groups = groups
  }

  /// The name of a user.
  public func user(_ uid: UInt32) -> String? { allUsers().names[uid] }

  public func uid(named name: String) -> UInt32? { account(named: name)?.uid }

  /// The account called `name`, compared by bytes.
  public func account(named name: String) -> Account? { allUsers().accounts[name.bytes] }

  /// The first account of a user.
  public func account(_ uid: UInt32) -> Account? { user(uid).flatMap { account(named: $0) } }

  /// The name of a group.
  public func group(_ gid: UInt32) -> String? { allGroups().names[gid] }

  public func gid(named name: String) -> UInt32? { allGroups().numbers[name.bytes] }

  /// The groups that list `user` as a member, in the order of the file; the primary group is not one.
  public func groups(of user: String) -> [UInt32] {
    let wanted = user.bytes
    var found: [UInt32] = []
    var seen: Set<UInt32> = []
    groups.forEachLine { line in
      guard let entry = GroupEntry(line), entry.members(include: wanted) else { return }
      if seen.insert(entry.gid).inserted { found.append(entry.gid) }
    }
    return found
  }

  private func allUsers() -> Users {
    if let users { return users }
    var all = Users()
    passwd.forEachLine { line in
      guard let account = Account(line) else { return }
      if all.names[account.uid] == nil { all.names[account.uid] = account.name }
      let key = account.name.bytes
      if all.accounts[key] == nil { all.accounts[key] = account }
    }
    users = all
    return all
  }

  private func allGroups() -> GroupNames {
    if let names { return names }
    var all = GroupNames()
    groups.forEachLine { line in
      guard let entry = GroupEntry(line) else { return }
      let name = Array(entry.name)
      if all.names[entry.gid] == nil { all.names[entry.gid] = String(bytes: name) }
      if all.numbers[name] == nil { all.numbers[name] = entry.gid }
    }
    names = all
    return all
  }
}

private struct Users {
  var names: [UInt32: String] = [:]
  var accounts: [[UInt8]: Account] = [:]
}

private struct GroupNames {
  var names: [UInt32: String] = [:]
  var numbers: [[UInt8]: UInt32] = [:]
}

private let colon = UInt8(ascii: ":")

extension Account {
  /// `name:password:uid:gid:comment:home:shell`; nil for what is no account: comments, NIS lines, garbage.
  init?(_ line: ArraySlice<UInt8>) {
    let fields = line.split(separator: colon, maxSplits: 4, omittingEmptySubsequences: false)
    guard fields.count >= 4, let name = validName(fields[0]), let uid = decimal(fields[2]),
      let gid = decimal(fields[3])
    else { return nil }
    self.init(name: String(bytes: name), uid: uid, gid: gid)
  }
}

/// `name:password:gid:member,member`.
private struct GroupEntry {
  let name: ArraySlice<UInt8>
  let gid: UInt32
  let members: ArraySlice<UInt8>

  init?(_ line: ArraySlice<UInt8>) {
    let fields = line.split(separator: colon, maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count >= 3, let name = validName(fields[0]), let gid = decimal(fields[2]) else {
      return nil
    }
    self.name = name
    self.gid = gid
    members = fields.count > 3 ? fields[3] : []
  }

  func members(include name: [UInt8]) -> Bool {
    guard !name.isEmpty else { return false }
    return members.split(separator: UInt8(ascii: ",")).contains { $0.elementsEqual(name) }
  }
}

private func validName(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  guard let first = name.first, name.count <= Accounts.Limits.name else { return nil }
  let marks: [UInt8] = [UInt8(ascii: "#"), UInt8(ascii: "+"), UInt8(ascii: "-")]
  return marks.contains(first) ? nil : name
}

private func decimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
  guard !digits.isEmpty, digits.count <= 10 else { return nil }
  var value: UInt64 = 0
  for digit in digits {
    guard digit >= 0x30, digit <= 0x39 else { return nil }
    value = value * 10 + UInt64(digit - 0x30)
  }
  return UInt32(exactly: value)
}
