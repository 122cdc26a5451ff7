internal import Accounts
internal import Box
internal import Linux
internal import Target

/// The names of users and groups, root by root.
struct OwnerBook {
  private let context: Context
  private let paths: Paths
  private var known: [Int32: Owners] = [:]

  init(_ context: Context, _ paths: Paths) {
    self.context = context
    self.paths = paths
  }

  mutating func owners(_ place: Location?) -> Owners {
    let pid = place?.pid ?? 0
    if let owners = known[pid] { return owners }
    var root = place?.root ?? context.root
    if place?.root == nil, pid != 0, let target = try? paths.root(of: pid) { root = target }
    let owners = Owners(Accounts(root: root), isForeign: pid != 0)
    known[pid] = owners
    return owners
  }
}

/// The names of users and groups of one root; those of a target are hostile text.
final class Owners {
  private let accounts: Accounts
  private let isForeign: Bool
  private var users: [UInt32: String] = [:]
  private var groups: [UInt32: String] = [:]

  init(_ accounts: Accounts, isForeign: Bool) {
    self.accounts = accounts
    self.isForeign = isForeign
  }

  func user(_ uid: UInt32) -> String? { known(uid, &users) { accounts.user($0) } }
  func group(_ gid: UInt32) -> String? { known(gid, &groups) { accounts.group($0) } }

  private func known(
    _ id: UInt32, _ names: inout [UInt32: String], _ look: (UInt32) -> String?
  ) -> String? {
    if let name = names[id] { return name.isEmpty ? nil : name }
    let name = look(id).map { isForeign ? Sanitize.escaped($0) : $0 }
    names[id] = name ?? ""
    return name
  }
}
