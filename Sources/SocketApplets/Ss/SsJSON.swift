internal import Box
internal import Linux
internal import Netlink
internal import Report

// Sockets for programs: one array of objects, numbers raw.
extension SsReport {
  func printJSON() {
    let output = context.output
    output.write("[")
    for (position, index) in rows.enumerated() {
      if position > 0 { output.write(",\n") }
      output.write(JSON.object(members(list.records[index])).text)
    }
    output.write("]\n")
  }

  private func members(_ record: SocketRecord) -> [(key: String, value: JSON)] {
    let (local, remote) = parts(record)
    var members: [(key: String, value: JSON)] = [
      (key: "netid", value: .string("\(SocketWords.kind(record.kind))")),
      (key: "state", value: .string("\(SocketWords.state(record.state))")),
      (key: "recv_q", value: .number(Int(record.receiveQueue))),
      (key: "send_q", value: .number(Int(record.sendQueue))),
      (key: "local_address", value: .string(local)),
      (key: "local_port", value: .number(Int(record.localPort))),
      (key: "peer_address", value: .string(remote)),
      (key: "peer_port", value: .number(Int(record.remotePort))),
      (key: "uid", value: .number(Int(record.uid))),
      (key: "inode", value: .number(Int(record.inode))),
    ]
    if record.interface != 0, record.kind.isInternet {
      members.append((key: "interface", value: .string(interfaceName(record.interface))))
    }
    if record.state == SocketState.listen {
      members.append((key: "queue_nearly_full", value: .flag(isNearlyFull(record))))
    }
    if record.timer != 0 { members.append((key: "timer", value: timer(record))) }
    if view.processes {
      members.append((key: "processes", value: .array(owners[record.inode].map { owner($0) })))
    }
    guard list.keepsDetails, record.kind.isInternet else { return members }
    list.with(record.details) { bytes in
      if let id = Attributes.first(InetAttribute.cgroup, in: bytes)?.long(0) {
        members.append((key: "cgroup", value: cgroups.path(id).map { .string($0) } ?? .null))
      }
      if let memory = Attributes.first(InetAttribute.memory, in: bytes) {
        members.append((key: "memory", value: Self.memory(memory)))
      }
      if let name = Attributes.first(InetAttribute.congestion, in: bytes)?.textBytes {
        members.append((key: "congestion", value: .string(String(bytes: name))))
      }
      if record.kind == .tcp, let fields = Attributes.first(InetAttribute.info, in: bytes) {
        members.append((key: "tcp_info", value: Self.info(TCPInfo(fields))))
      }
    }
    return members
  }

  private func owner(_ owner: SocketOwner) -> JSON {
    .object([
      (key: "name", value: .string(owners.name(of: owner))),
      (key: "pid", value: .number(Int(owner.pid))),
      (key: "fd", value: .number(Int(owner.descriptor))),
    ])
  }

  private func timer(_ record: SocketRecord) -> JSON {
    .object([
      (key: "name", value: .string("\(Self.timerName(record.timer))")),
      (key: "expires_ms", value: .number(Int(record.expires))),
      (key: "retransmits", value: .number(Int(record.retransmits))),
    ])
  }

  private static func memory(_ fields: Fields) -> JSON {
    let names: [StaticString] = [
      "rmem_alloc", "rcv_buf", "wmem_alloc", "snd_buf", "fwd_alloc", "wmem_queued", "opt_mem",
      "back_log", "sock_drop",
    ]
    return .object(
      names.enumerated().map { index, name in
        (key: "\(name)", value: .number(Int(fields.word(index * 4))))
      })
  }

  private static func info(_ info: TCPInfo) -> JSON {
    let numbers: [(name: StaticString, value: Int)] = [
      (name: "rto_us", value: Int(info.retransmissionTimeout)),
      (name: "backoff", value: Int(info.backoff)), (name: "rtt_us", value: Int(info.roundTrip)),
      (name: "rttvar_us", value: Int(info.roundTripVariation)),
      (name: "min_rtt_us", value: Int(info.leastRoundTrip)),
      (name: "mss", value: Int(info.sendSegment)), (name: "pmtu", value: Int(info.pathMTU)),
      (name: "advmss", value: Int(info.advertisedSegment)),
      (name: "cwnd", value: Int(info.congestionWindow)),
      (name: "ssthresh", value: Int(info.sendThreshold)),
      (name: "bytes_sent", value: Int(clamping: info.bytesSent)),
      (name: "bytes_retrans", value: Int(clamping: info.bytesRetransmitted)),
      (name: "bytes_acked", value: Int(clamping: info.bytesAcknowledged)),
      (name: "bytes_received", value: Int(clamping: info.bytesReceived)),
      (name: "segs_out", value: Int(info.segmentsOut)),
      (name: "segs_in", value: Int(info.segmentsIn)),
      (name: "lastsnd_ms", value: Int(info.lastSent)),
      (name: "lastrcv_ms", value: Int(info.lastReceived)),
      (name: "lastack_ms", value: Int(info.lastAcknowledged)),
      (name: "unacked", value: Int(info.unacknowledged)),
      (name: "retrans", value: Int(info.retransmitted)),
      (name: "total_retrans", value: Int(info.totalRetransmitted)),
      (name: "lost", value: Int(info.lost)), (name: "notsent", value: Int(info.bytesNotSent)),
      (name: "rcv_space", value: Int(info.receiveSpace)),
      (name: "snd_wnd", value: Int(info.sendWindow)),
      (name: "delivery_rate", value: Int(clamping: info.deliveryRate)),
    ]
    return .object(numbers.map { (key: "\($0.name)", value: .number($0.value)) })
  }
}
