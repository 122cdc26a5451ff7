internal import Box
internal import Linux
internal import Netlink

// Queues, ports, connections that hang.
extension NetworkCheck {
  func checkSockets() throws(Failure) {
    let wanted = SsWanted(kinds: [.udp, .tcp])
    let list = try SocketSource(context).list(wanted, states: .all, details: .info)
    checkQueues(list)
    checkPorts(list)
    checkForgotten(list)
    checkUnanswered(list)
    checkPaths(list)
  }

  private func place(_ address: NetAddress, _ port: UInt32) -> String {
    let plain =
      address.isMapped ? NetAddress(v4: UInt32(truncatingIfNeeded: address.low)) : address
    return (plain.isV6 ? "[" + plain.text + "]" : plain.text) + ":" + String(port)
  }

  private func checkQueues(_ list: SocketList) {
    let listening = list.records.filter { $0.kind == .tcp && $0.state == SocketState.listen }
    for record in listening where isNearlyFull(record) {
      add(
        .wrong, "listen",
        "\(place(record.local, record.localPort)): the accept queue is nearly full: "
          + "the program accepts too slowly, or listens with too small a backlog",
        evidence: "\(record.receiveQueue) of \(record.sendQueue) connections wait")
    }
    addFine("listen", "\(listening.count) listening sockets, queues are short")
    for record in list.records where record.kind == .udp && record.receiveQueue > 65536 {
      add(
        .note, "listen",
        "UDP \(place(record.local, record.localPort)): \(record.receiveQueue) bytes wait to be read"
      )
    }
  }

  /// Ports of our own choice, for each destination: half of them is a warning.
  private func checkPorts(_ list: SocketList) {
    let range = portRange(files)
    let room = Int(range.upperBound - range.lowerBound) + 1
    var used: [String: Int] = [:]
    for record in list.records
    where record.kind == .tcp && record.remotePort != 0 && range.contains(record.localPort) {
      used[place(record.remote, record.remotePort), default: 0] += 1
    }
    var most = 0
    for target in used.keys.sorted(by: { $0.precedesBytewise($1) }) {
      let count = used[target] ?? 0
      most = max(most, count)
      if count * 2 < room { continue }
      add(
        .wrong, "ports",
        "\(count * 100 / room) % of the ports for connections to \(target) are in use: "
          + "soon connect fails with EADDRNOTAVAIL",
        evidence:
          "\(count) of \(room) (ip_local_port_range \(range.lowerBound) \(range.upperBound))")
    }
    addFine("ports", "at most \(most) of \(room) ports in use for one destination")
  }

  /// Connections that the other end has closed and the program has not.
  private func checkForgotten(_ list: SocketList) {
    let forgotten = list.records.filter { $0.state == SocketState.closeWait }
    if forgotten.count >= 100 {
      add(
        .wrong, "leak",
        "\(forgotten.count) connections are closed by the other end and not by the program",
        evidence: "state CLOSE-WAIT; ss -tp state close-wait --group shows whose")
    }
    let waiting = list.records.filter { $0.state == SocketState.timeWait }.count
    if waiting >= 10_000 {
      add(
        .note, "leak", "\(waiting) connections in TIME-WAIT: many short ones; keep-alive helps")
    }
  }

  private func checkUnanswered(_ list: SocketList) {
    var targets: [String: Int] = [:]
    for record in list.records
    where record.state == SocketState.synSent && record.retransmits > 0 {
      targets[place(record.remote, record.remotePort), default: 0] += 1
    }
    for target in targets.keys.sorted(by: { $0.precedesBytewise($1) }).prefix(20) {
      let count = targets[target] ?? 0
      add(
        .wrong, "connect",
        "\(target) does not answer: packets are dropped (NetworkPolicy, firewall) or nobody is there",
        evidence: "\(count) socket\(count == 1 ? "" : "s") in SYN-SENT with retransmissions")
    }
  }

  /// Full segments get lost on the way, small ones arrive: nobody told us of a smaller MTU.
  private func checkPaths(_ list: SocketList) {
    var lowered: [String: UInt32] = [:]
    for record in list.records where record.kind == .tcp && record.state == SocketState.established
    {
      guard
        let facts = list.with(
          record.details,
          { bytes in
            Attributes.first(InetAttribute.info, in: bytes).map { PathFacts(TCPInfo($0)) }
          })
      else { continue }
      let target = place(record.remote, record.remotePort)
      if facts.looksLikeBlackHole {
        add(
          .wrong, "mtu",
          "\(target): full segments are sent again and again: a path MTU black hole, or a dead peer",
          evidence: "mss \(facts.segment), pmtu \(facts.mtu), backoff \(facts.backoff), "
            + "\(record.sendQueue) bytes unacknowledged; tracepath finds the MTU")
      }
      if facts.mtu > 0, facts.mtu < smallestMTU, !record.remote.isLoopback {
        lowered[target] = facts.mtu
      }
    }
    for target in lowered.keys.sorted(by: { $0.precedesBytewise($1) }).prefix(10) {
      add(
        .note, "mtu", "the path to \(target) takes packets of \(lowered[target] ?? 0) bytes only",
        evidence: "tcpi_pmtu; interfaces have \(smallestMTU)")
    }
  }

  /// The least MTU of all interfaces but loopback.
  private var smallestMTU: UInt32 {
    let links = (try? source.links()) ?? []
    return links.filter { $0.flags & NetworkLink.isLoopback == 0 }.compactMap { $0.mtu }.min() ?? 0
  }
}

/// What of TCP_INFO tells of the path.
private struct PathFacts {
  let mtu: UInt32
  let segment: UInt32
  let backoff: UInt8
  let looksLikeBlackHole: Bool

  init(_ info: TCPInfo) {
    mtu = info.pathMTU
    segment = info.sendSegment
    backoff = info.backoff
    looksLikeBlackHole =
      info.backoff >= 2 && info.unacknowledged > 0 && info.bytesSent > UInt64(info.sendSegment)
      && info.bytesRetransmitted >= UInt64(info.sendSegment)
  }
}
