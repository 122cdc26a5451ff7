internal import Box
internal import Linux
internal import Netlink
internal import Report

/// Counts sockets by state, then by owner and the endpoint they share:
/// `CLOSE-WAIT: 812, all python3 (pid 7) → 10.0.3.4:5432, oldest 3h02m`.
struct SsGroups {
  /// What the sockets of a group have in common.
  private struct Key: Hashable {
    let kind: UInt8
    let state: UInt8
    let owner: String
    let place: String
  }

  private struct Group {
    var count = 0
    var peers: Set<String> = []
    /// Milliseconds since data came last.
    var oldest: UInt32 = 0
  }

  private let list: SocketList
  private var groups: [Key: Group] = [:]
  private var listening: Set<UInt32> = []

  init(_ list: SocketList, _ rows: [Int], _ owners: SocketOwners) {
    self.list = list
    for record in list.records where record.kind == .tcp && record.state == SocketState.listen {
      listening.insert(record.localPort)
    }
    for index in rows { add(list.records[index], owners) }
  }

  private mutating func add(_ record: SocketRecord, _ owners: SocketOwners) {
    let isServer = record.kind != .tcp || serves(record)
    let key = Key(
      kind: record.kind.rawValue, state: record.state, owner: Self.owner(record, owners),
      place: isServer ? localPlace(record) : "→ " + Self.endpoint(record.remote, record.remotePort))
    var group = groups[key] ?? Group()
    group.count += 1
    if record.kind.isInternet, record.remotePort != 0 {
      group.peers.insert(Self.plain(record.remote).text)
    }
    let age = list.with(record.details) { bytes in
      Attributes.first(InetAttribute.info, in: bytes).map { TCPInfo($0).lastReceived }
    }
    if let age, record.state != SocketState.listen, record.state != SocketState.synSent {
      group.oldest = max(group.oldest, age)
    }
    groups[key] = group
  }

  /// Whether the other end came to us: we listen on the port, or it is the smaller of the two.
  private func serves(_ record: SocketRecord) -> Bool {
    if listening.contains(record.localPort) { return true }
    return record.remotePort == 0
      || (!listening.contains(record.remotePort) && record.localPort < 1024
        && record.remotePort >= 1024)
  }

  private func localPlace(_ record: SocketRecord) -> String {
    if record.kind.isUnix {
      let name = list.name(of: record)
      return name.isEmpty ? "unnamed" : Sanitize.escaped(name)
    }
    guard record.kind.isInternet else { return "\(SocketWords.kind(record.kind))" }
    if record.state == SocketState.listen || record.remotePort == 0 {
      return Self.endpoint(record.local, record.localPort)
    }
    return "← :\(record.localPort)"
  }

  private static func endpoint(_ address: NetAddress, _ port: UInt32) -> String {
    let plain = plain(address)
    return (plain.isV6 ? "[" + plain.text + "]" : plain.text) + ":" + String(port)
  }

  /// An IPv4 address that an IPv6 socket sees, as itself.
  private static func plain(_ address: NetAddress) -> NetAddress {
    address.isMapped ? NetAddress(v4: UInt32(truncatingIfNeeded: address.low)) : address
  }

  private static func owner(_ record: SocketRecord, _ owners: SocketOwners) -> String {
    guard let owner = owners[record.inode].first else {
      if record.state == SocketState.timeWait { return "" }
      // Made by the kernel for a listening socket, and not yet taken by its program.
      return record.inode == 0 ? "not accepted" : "uid \(record.uid)"
    }
    return Sanitize.escaped(owners.name(of: owner)) + " (pid \(owner.pid))"
  }

  func show(on output: Output) {
    let keys = Array(groups.keys)
    let counts = keys.map { groups[$0]?.count ?? 0 }
    var totals: [UInt16: Int] = [:]
    for (key, count) in zip(keys, counts) { totals[Self.family(key), default: 0] += count }
    let families = Array(totals.keys)
    let order = sortedIndices(families.count) { a, b in
      let (first, second) = (totals[families[a]] ?? 0, totals[families[b]] ?? 0)
      return first != second ? first > second : families[a] < families[b]
    }
    for family in order.map({ families[$0] }) {
      let members = keys.indices.filter { Self.family(keys[$0]) == family }
      let ranks = sortedIndices(members.count) { a, b in
        let (first, second) = (members[a], members[b])
        if counts[first] != counts[second] { return counts[first] > counts[second] }
        return Self.text(keys[first]).precedesBytewise(Self.text(keys[second]))
      }
      show(ranks.map { keys[members[$0]] }, total: totals[family] ?? 0, output)
    }
  }

  private static func family(_ key: Key) -> UInt16 { UInt16(key.kind) << 8 | UInt16(key.state) }

  private static func text(_ key: Key) -> String {
    key.owner.isEmpty ? key.place : key.owner + " " + key.place
  }

  private func show(_ keys: [Key], total: Int, _ output: Output) {
    guard let first = keys.first else { return }
    let kind = SocketKind(rawValue: first.kind) ?? .tcp
    let state = "\(SocketWords.state(first.state))"
    let head = kind == .tcp ? state : "\(SocketWords.kind(kind)) " + state
    if keys.count == 1 {
      output.line(head + ": \(total)" + (total > 1 ? ", all " : ", ") + describe(first))
      return
    }
    output.line(head + ": \(total)")
    let width = String(groups[first]?.count ?? 0).utf8.count
    for key in keys {
      let count = String(groups[key]?.count ?? 0)
      output.line(
        "  " + String(repeating: " ", count: max(0, width - count.utf8.count)) + count + " "
          + describe(key))
    }
  }

  private func describe(_ key: Key) -> String {
    let group = groups[key] ?? Group()
    var text = Self.text(key)
    if key.place.hasPrefix("←") {
      text +=
        group.peers.count == 1
        ? " from " + (group.peers.first ?? "") : " from \(group.peers.count) peers"
    }
    if group.oldest >= 1000 {
      text += ", oldest " + Quantity.duration(Double(group.oldest) / 1000)
    }
    return text
  }
}
