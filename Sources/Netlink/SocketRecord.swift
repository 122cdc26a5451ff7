internal import Linux

/// What kind of socket a record is about.
public enum SocketKind: UInt8, Sendable {
  case netlink, packetRaw, packetDatagram, unixStream, unixDatagram, unixSequenced, raw, udp, tcp

  public var isUnix: Bool {
    switch self {
    case .unixStream, .unixDatagram, .unixSequenced: true
    default: false
    }
  }

  public var isInternet: Bool {
    switch self {
    case .raw, .udp, .tcp: true
    default: false
    }
  }
}

/// The states of a socket, by the numbers of the kernel (`include/net/tcp_states.h`, proc(5)).
public enum SocketState {
  public static let established: UInt8 = 1
  public static let synSent: UInt8 = 2
  public static let synReceived: UInt8 = 3
  public static let finWait1: UInt8 = 4
  public static let finWait2: UInt8 = 5
  public static let timeWait: UInt8 = 6
  public static let closed: UInt8 = 7
  public static let closeWait: UInt8 = 8
  public static let lastAck: UInt8 = 9
  public static let listen: UInt8 = 10
  public static let closing: UInt8 = 11
  /// A connection that is being made, before it is a socket of its own.
  public static let newSynReceived: UInt8 = 12
}

/// Some states, one bit each.
public struct StateSet: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public init(_ state: UInt8) { rawValue = 1 << UInt32(state & 31) }

  public static let all = StateSet(rawValue: 0xFFE)
  public static let listen = StateSet(SocketState.listen)
  public static let closed = StateSet(SocketState.closed)
  public static let timeWait = StateSet(SocketState.timeWait)
  public static let synReceived = StateSet(SocketState.synReceived)
  public static let established = StateSet(SocketState.established)

  /// The kernel tells a connection in the making apart from SYN-RECV.
  var forKernel: UInt32 {
    contains(.synReceived) ? rawValue | 1 << UInt32(SocketState.newSynReceived) : rawValue
  }
}

/// One socket. A plain value without references: there can be a hundred thousand of them.
public struct SocketRecord: Sendable {
  public var kind: SocketKind
  public var state: UInt8
  /// 0 off, 1 retransmission, 2 keepalive, 3 time-wait, 4 zero window probe.
  public var timer: UInt8 = 0
  public var retransmits: UInt8 = 0
  /// Bit 0: receives no more; bit 1: sends no more. 255 is not known.
  public var shutdown: UInt8 = 255
  /// 0 and 1: whether an IPv6 socket takes IPv4 too; 255 is not known.
  public var v6Only: UInt8 = 255
  public var local = NetAddress.anyV4
  public var remote = NetAddress.anyV4
  /// Of a unix socket the inode; of a raw one the protocol.
  public var localPort: UInt32 = 0
  /// Of a unix socket the inode of the other end.
  public var remotePort: UInt32 = 0
  /// The interface a socket is bound to; 0 is none.
  public var interface: UInt32 = 0
  public var uid: UInt32 = 0
  public var inode: UInt32 = 0
  /// Probes of a silent peer, or of one whose window is closed.
  public var probes: UInt8 = 0
  /// Until the timer ends, in milliseconds.
  public var expires: UInt32 = 0
  /// Of a listening socket the connections that wait, and how many may.
  public var receiveQueue: UInt32 = 0
  public var sendQueue: UInt32 = 0
  public var cookie: UInt64 = 0
  /// The name of a unix socket.
  public var name = Extent()
  /// The attributes, where they were kept.
  public var details = Extent()

  public init(_ kind: SocketKind, state: UInt8) {
    self.kind = kind
    self.state = state
  }

  public var isV6: Bool { local.isV6 }

  /// Bytes in the arena of a `SocketList`.
  public struct Extent: Sendable {
    public var start: UInt32 = 0
    public var count: UInt32 = 0
    public init() {}
  }
}

/// Sockets, and the bytes that belong to them.
public final class SocketList {
  public var records: [SocketRecord] = []
  private var arena: [UInt8] = []
  /// Whether attributes are kept.
  public let keepsDetails: Bool
  /// Whether the kernel's tables in `/proc/net` were read, because it refuses netlink.
  public var isFallback = false

  public init(keepsDetails: Bool) { self.keepsDetails = keepsDetails }

  /// Appends it. A list that becomes long gets room for more than it is likely to hold: memory that is never written
  /// costs nothing, while an array that grows by and by writes as much again as it holds.
  func add(_ record: SocketRecord) {
    if records.count == 512 { records.reserveCapacity(1 << 17) }
    records.append(record)
  }

  func keep(_ bytes: UnsafeRawBufferPointer) -> SocketRecord.Extent {
    var extent = SocketRecord.Extent()
    guard arena.count + bytes.count < Int(UInt32.max) else { return extent }
    extent.start = UInt32(arena.count)
    extent.count = UInt32(bytes.count)
    arena.append(raw: bytes)
    return extent
  }

  /// Calls `body` with the bytes of an extent.
  public func with<Result>(
    _ extent: SocketRecord.Extent, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    arena.withUnsafeBytes { all in
      let start = min(Int(extent.start), all.count)
      let end = min(start + Int(extent.count), all.count)
      return body(UnsafeRawBufferPointer(rebasing: all[start..<end]))
    }
  }

  /// The name of a unix socket; an abstract one starts with `@`.
  public func name(of record: SocketRecord) -> String {
    with(record.name) { bytes in
      var name = Array(bytes)
      if name.first == 0 {
        // Within an abstract name NUL is a byte like any other; proc(5) writes `@` for it too.
        for index in name.indices where name[index] == 0 { name[index] = UInt8(ascii: "@") }
      } else if let end = name.firstIndex(of: 0) {
        name.removeLast(name.count - end)
      }
      return String(bytes: name)
    }
  }
}
