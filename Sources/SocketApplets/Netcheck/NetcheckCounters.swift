internal import Box
internal import Linux
internal import Netlink

// What the kernel has counted since the network namespace was made, and what it limits.
extension NetworkCheck {
  /// A counter that should stay zero, and what it means.
  private struct Loss {
    let name: StaticString
    let topic: StaticString
    let meaning: StaticString
  }

  private static let losses: [Loss] = [
    Loss(
      name: "TcpExtListenOverflows", topic: "listen",
      meaning: "connections found the accept queue full"),
    Loss(
      name: "TcpExtTCPReqQFullDrop", topic: "listen",
      meaning: "SYNs were dropped because too many connections were being made"),
    Loss(
      name: "TcpExtTCPBacklogDrop", topic: "memory",
      meaning: "packets were dropped because a socket was busy and its backlog full"),
    Loss(
      name: "TcpExtTCPRcvQDrop", topic: "memory",
      meaning: "packets were dropped because a receive queue was full"),
    Loss(
      name: "TcpExtPruneCalled", topic: "memory",
      meaning: "times a receive buffer overran: the program reads too slowly"),
    Loss(
      name: "TcpExtTCPAbortOnMemory", topic: "memory",
      meaning: "connections were aborted for lack of memory (tcp_mem, tcp_max_orphans)"),
    Loss(
      name: "TcpExtTCPTimeWaitOverflow", topic: "memory",
      meaning: "connections skipped TIME-WAIT: tcp_max_tw_buckets is too small"),
    Loss(
      name: "UdpRcvbufErrors", topic: "udp",
      meaning: "UDP datagrams were lost because a receive buffer was full"),
    Loss(
      name: "UdpSndbufErrors", topic: "udp",
      meaning: "UDP datagrams were lost because a send buffer was full"),
    Loss(
      name: "Udp6RcvbufErrors", topic: "udp",
      meaning: "UDP datagrams over IPv6 were lost because a receive buffer was full"),
    Loss(
      name: "IpOutNoRoutes", topic: "route", meaning: "packets had no route"),
    Loss(
      name: "IpReasmFails", topic: "mtu", meaning: "fragmented packets could not be put together"),
    Loss(
      name: "IpFragFails", topic: "mtu",
      meaning: "packets were too big for the path and not to be fragmented"),
  ]

  func checkCounters() {
    let counters = files.counters()
    if counters.isEmpty { return add(.note, "counters", "/proc/net/snmp cannot be read") }
    for loss in Self.losses {
      guard let value = counters.value(loss.name), value > 0 else { continue }
      add(
        .wrong, loss.topic, "\(value) \(loss.meaning)",
        evidence: "\(loss.name) \(value)")
    }
    checkDropsOfListeners(counters)
    checkRetransmissions(counters)
  }

  private func checkDropsOfListeners(_ counters: [NetCounter]) {
    let drops = counters.value("TcpExtListenDrops") ?? 0
    let overflows = counters.value("TcpExtListenOverflows") ?? 0
    if drops > overflows {
      add(
        .wrong, "listen", "\(drops - overflows) SYNs to listening sockets were dropped",
        evidence: "TcpExtListenDrops \(drops), of which overflows \(overflows)")
    }
  }

  /// One segment in a hundred is too much, once there are enough to judge.
  private func checkRetransmissions(_ counters: [NetCounter]) {
    let sent = counters.value("TcpOutSegs") ?? 0
    let again = counters.value("TcpRetransSegs") ?? 0
    let evidence = "TcpRetransSegs \(again), TcpOutSegs \(sent)"
    guard sent + again > 0 else { return }
    let share = fixed(100 * Double(again) / Double(sent + again), 2)
    if sent >= 1000, again * 100 >= sent {
      add(
        .wrong, "retransmit", "\(share) % of the TCP segments had to be sent again",
        evidence: evidence)
    } else {
      addFine("retransmit", "\(share) % of \(sent + again) TCP segments were sent again")
    }
    let timeouts = counters.value("TcpExtTCPAbortOnTimeout") ?? 0
    if timeouts > 0 {
      add(
        .note, "retransmit", "\(timeouts) connections were given up without an answer",
        evidence: "TcpExtTCPAbortOnTimeout \(timeouts)")
    }
  }

  /// What belongs to the node, or to all of its network namespaces.
  func checkNode() {
    if let bytes = try? files.contents("softnet_stat") {
      let entries = bytes.withUnsafeBytes { SoftnetEntry.parse($0) }
      let dropped = entries.reduce(0) { $0 + $1.dropped }
      let squeezed = entries.reduce(0) { $0 + $1.squeezed }
      if dropped > 0 {
        add(
          .wrong, "node", "the node has dropped \(dropped) packets before any pod saw them",
          evidence: "/proc/net/softnet_stat, netdev_max_backlog; squeezed \(squeezed) times")
      } else {
        addFine("node", "no packets dropped by the node's processors")
      }
    }
    checkConnectionTracking()
  }

  private func checkConnectionTracking() {
    guard let count = files.number("netfilter/nf_conntrack_count"),
      let limit = files.number("netfilter/nf_conntrack_max"), limit > 0
    else { return }
    let evidence =
      "nf_conntrack_count \(count), nf_conntrack_max \(limit): of this network namespace; "
      + "the node's table cannot be seen from a pod"
    if count * 5 >= limit * 4 {
      add(
        .wrong, "conntrack", "the table of connections is \(count * 100 / limit) % full",
        evidence: evidence)
    } else {
      add(.fine, "conntrack", "\(count) of \(limit) connections tracked", evidence: evidence)
    }
  }
}
