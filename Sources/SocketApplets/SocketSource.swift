internal import Box
internal import Linux
internal import Netlink

/// Gets sockets from sock_diag(7), or from `/proc/net` where the kernel or a sandbox refuses that.
final class SocketSource {
  private let root: Root
  private let files: ProcNet
  private var refusal: SystemError?

  init(_ context: Context) {
    root = context.root
    files = ProcNet(context.root)
  }

  /// The sockets of the kinds wanted, each kind behind the other.
  ///
  /// - Parameter details: what to keep of each beside the sockets themselves; nil is nothing.
  func list(_ wanted: SsWanted, states: StateSet, details: SocketDetails?) throws(Failure)
    -> SocketList
  {
    let list = SocketList(keepsDetails: details != nil)
    if wanted.has(.netlink), states.contains(.closed) { addNetlink(list) }
    if wanted.has(.packetRaw) || wanted.has(.packetDatagram), states.contains(.closed) {
      addPacket(list, wanted)
    }
    guard root.isOwn else {
      try addTables(list, wanted, states)
      return list
    }
    let start = list.records.count
    do throws(SystemError) {
      try add(list, wanted, states, details ?? [])
    } catch {
      refusal = error
      list.records.removeLast(list.records.count - start)
      list.isFallback = true
      try addTables(list, wanted, states)
    }
    return list
  }

  private func add(
    _ list: SocketList, _ wanted: SsWanted, _ states: StateSet, _ details: SocketDetails
  ) throws(SystemError) {
    let transport = try NetlinkTransport(.sockets)
    if wanted.hasUnix {
      let start = list.records.count
      try list.addUnix(states: states, over: transport)
      drop(list, from: start) { wanted.has($0) }
    }
    for kind in SsKinds.internet where wanted.has(kind) {
      do throws(SystemError) {
        if wanted.v4 {
          try list.addInternet(
            kind, family: NetAddress.v4Family, states: states, details: details, over: transport)
        }
        if wanted.v6 {
          try list.addInternet(
            kind, family: NetAddress.v6Family, states: states, details: details, over: transport)
        }
      } catch {
        // A kernel without raw_diag or udp_diag has the table all the same.
        guard error.errno == .noEntry || error.errno == .invalid else { throw error }
        try addTable(list, kind, wanted, states)
      }
    }
  }

  private func drop(_ list: SocketList, from start: Int, unless isWanted: (SocketKind) -> Bool) {
    guard list.records[start...].contains(where: { !isWanted($0.kind) }) else { return }
    let kept = list.records[start...].filter { isWanted($0.kind) }
    list.records.removeLast(list.records.count - start)
    list.records += kept
  }

  private func addTables(_ list: SocketList, _ wanted: SsWanted, _ states: StateSet) throws(Failure)
  {
    list.isFallback = true
    if wanted.hasUnix, let bytes = try? files.contents("unix") {
      let start = list.records.count
      bytes.withUnsafeBytes { list.addUnixTable(states: states, $0) }
      drop(list, from: start) { wanted.has($0) }
    }
    for kind in SsKinds.internet where wanted.has(kind) {
      try attempt { () throws(SystemError) in try addTable(list, kind, wanted, states) }
    }
  }

  private func addTable(
    _ list: SocketList, _ kind: SocketKind, _ wanted: SsWanted, _ states: StateSet
  ) throws(SystemError) {
    let name = kind == .tcp ? "tcp" : kind == .udp ? "udp" : "raw"
    if wanted.v4 {
      let bytes = try files.contents(name)
      bytes.withUnsafeBytes { list.addTable(kind, isV6: false, states: states, $0) }
    }
    // A kernel without IPv6 has no such table.
    if wanted.v6, let bytes = try? files.contents(name + "6") {
      bytes.withUnsafeBytes { list.addTable(kind, isV6: true, states: states, $0) }
    }
  }

  private func addNetlink(_ list: SocketList) {
    guard let bytes = try? files.contents("netlink") else { return }
    bytes.withUnsafeBytes { list.addNetlinkTable($0) }
  }

  private func addPacket(_ list: SocketList, _ wanted: SsWanted) {
    guard let bytes = try? files.contents("packet") else { return }
    let start = list.records.count
    bytes.withUnsafeBytes { list.addPacketTable($0) }
    drop(list, from: start) { wanted.has($0) }
  }

  /// Says where the sockets come from, where that is not where they should.
  func explainFallback(_ context: Context) {
    guard let refusal else { return }
    context.note(
      "the kernel refuses sock_diag (\(refusal.reason)); /proc/net has no TCP details")
  }
}
