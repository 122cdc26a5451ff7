internal import Box
internal import Netlink

/// Which sockets are asked for: kinds, and the families of internet sockets.
struct SsKinds {
  static let unix: [SocketKind] = [.unixDatagram, .unixStream, .unixSequenced]
  static let packet: [SocketKind] = [.packetRaw, .packetDatagram]
  static let internet: [SocketKind] = [.raw, .udp, .tcp]

  private var chosen: [SocketKind] = []
  private var isChosen = false
  private var v4 = false
  private var v6 = false

  /// Adds kinds by an option such as `-t`.
  mutating func add(_ kinds: [SocketKind]) {
    isChosen = true
    for kind in kinds where !chosen.contains(kind) { chosen.append(kind) }
  }

  private mutating func remove(_ kinds: [SocketKind]) {
    chosen = chosen.filter { !kinds.contains($0) }
  }

  /// Adds a family by its name.
  @discardableResult
  mutating func family(_ name: String) -> Bool {
    switch name {
    case "inet": v4 = true
    case "inet6": v6 = true
    case "unix": add(Self.unix)
    case "link": add(Self.packet)
    case "netlink": add([.netlink])
    default: return false
    }
    return true
  }

  /// Adds and removes kinds by a list of names, `all,!tcp`.
  mutating func query(_ list: String) throws(Failure) {
    for item in list.split(separator: ",") {
      let isExcluded = item.hasPrefix("!")
      let name = String(isExcluded ? item.dropFirst() : item)
      guard let kinds = Self.kinds(named: name) else {
        throw .usage("\(name): no such kind of socket, or one that is not supported")
      }
      isChosen = true
      if isExcluded { remove(kinds) } else { add(kinds) }
    }
  }

  private static func kinds(named name: String) -> [SocketKind]? {
    switch name {
    case "all": [.netlink] + packet + unix + internet
    case "inet": internet
    case "tcp": [.tcp]
    case "udp": [.udp]
    case "raw": [.raw]
    case "unix": unix
    case "unix_stream", "u_str": [.unixStream]
    case "unix_dgram", "u_dgr": [.unixDatagram]
    case "unix_seqpacket", "u_seq": [.unixSequenced]
    case "netlink": [.netlink]
    case "packet": packet
    case "packet_raw", "p_raw": [.packetRaw]
    case "packet_dgram", "p_dgr": [.packetDatagram]
    default: nil
    }
  }

  /// The kinds and families to list, in the order they are shown.
  func settled(_ filter: SsFilter) throws(Failure) -> SsWanted {
    var kinds = chosen
    if !isChosen {
      kinds =
        v4 || v6 || filter.isAboutInternet
        ? Self.internet : [.netlink] + Self.packet + Self.unix + Self.internet
    }
    var wanted = SsWanted(kinds: kinds)
    if v4 || v6 { (wanted.v4, wanted.v6) = (v4, v6) }
    if kinds.isEmpty { throw .usage("no kind of socket is left to show") }
    return wanted
  }
}

/// What to list.
struct SsWanted {
  let kinds: [SocketKind]
  var v4 = true
  var v6 = true

  var count: Int { kinds.count }
  func has(_ kind: SocketKind) -> Bool { kinds.contains(kind) }
  var hasUnix: Bool { kinds.contains { $0.isUnix } }
  /// Whether there are only kinds that never connect.
  var onlyUnconnected: Bool { kinds.allSatisfy { !$0.isUnix && !$0.isInternet } }
}
