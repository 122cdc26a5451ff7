internal import Linux
internal import Netlink

/// What ss(8) and netstat(8) call the states and kinds of sockets.
enum SocketWords {
  static func kind(_ kind: SocketKind) -> StaticString {
    switch kind {
    case .netlink: "nl"
    case .packetRaw: "p_raw"
    case .packetDatagram: "p_dgr"
    case .unixStream: "u_str"
    case .unixDatagram: "u_dgr"
    case .unixSequenced: "u_seq"
    case .raw: "raw"
    case .udp: "udp"
    case .tcp: "tcp"
    }
  }

  static func state(_ state: UInt8) -> StaticString {
    switch state {
    case SocketState.established: "ESTAB"
    case SocketState.synSent: "SYN-SENT"
    case SocketState.synReceived: "SYN-RECV"
    case SocketState.finWait1: "FIN-WAIT-1"
    case SocketState.finWait2: "FIN-WAIT-2"
    case SocketState.timeWait: "TIME-WAIT"
    case SocketState.closed: "UNCONN"
    case SocketState.closeWait: "CLOSE-WAIT"
    case SocketState.lastAck: "LAST-ACK"
    case SocketState.listen: "LISTEN"
    case SocketState.closing: "CLOSING"
    default: "UNKNOWN"
    }
  }

  /// The kernel's name for a family of netlink(7) sockets, as ss(8) writes it.
  static func netlinkFamily(_ number: UInt32) -> String {
    let names: [StaticString] = [
      "rtnl", "unused", "usersock", "fw", "tcpdiag", "nflog", "xfrm", "selinux", "iscsi", "audit",
      "fiblookup", "connector", "nft", "ip6fw", "dec-rt", "uevent", "genl", "", "scsi-trans",
      "ecryptfs", "rdma", "crypto",
    ]
    let index = Int(number)
    guard index < names.count, names[index].utf8CodeUnitCount > 0 else { return String(number) }
    return "\(names[index])"
  }

  /// What an Ethernet protocol is called behind a packet socket.
  static func ethernetProtocol(_ number: UInt32, isNumeric: Bool) -> String {
    if isNumeric, number != 3 { return "[\(number)]" }
    return switch number {
    case 0x0003: "*"
    case 0x0800: "ip"
    case 0x0806: "arp"
    case 0x86DD: "ipv6"
    case 0x8100: "802.1Q"
    case 0x88CC: "LLDP"
    default: "[\(number)]"
    }
  }
}

/// Whether an accept queue is as full as makes connections wait or fail: four fifths of what it holds.
func isNearlyFull(_ record: SocketRecord) -> Bool {
  record.state == SocketState.listen && record.sendQueue > 0 && record.receiveQueue > 0
    && UInt64(record.receiveQueue) * 5 >= UInt64(record.sendQueue) * 4
}
