public import Linux

/// Which details of TCP, UDP and raw sockets to ask for, sock_diag(7).
public struct SocketDetails: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// TCP_INFO, the congestion control and what it tells.
  public static let info = SocketDetails(rawValue: 1 << 1 | 1 << 2 | 1 << 3)
  public static let service = SocketDetails(rawValue: 1 << 4 | 1 << 5)
  public static let memory = SocketDetails(rawValue: 1 << 6)
  public static let shutdown = SocketDetails(rawValue: 1 << 7)
}

/// Attributes of inet_diag, by their numbers.
public enum InetAttribute {
  public static let info = 2
  public static let vegas = 3
  public static let congestion = 4
  public static let service = 5
  public static let trafficClass = 6
  public static let memory = 7
  public static let shutdown = 8
  public static let dctcp = 9
  public static let v6Only = 11
  public static let mark = 15
  public static let bbr = 16
  public static let classID = 17
  public static let upperLayer = 19
  public static let cgroup = 21
  public static let options = 22
}

extension SocketList {
  static let byFamily: UInt16 = 20
  private static let headLength = 72

  /// Appends the TCP, UDP or raw sockets of one family.
  public func addInternet(
    _ kind: SocketKind, family: Int, states: StateSet, details: SocketDetails,
    over transport: NetlinkTransport
  ) throws(SystemError) {
    var request = NetlinkRequest(Self.byFamily, isDump: true, sequence: UInt32(records.count &+ 7))
    request.put(UInt8(truncatingIfNeeded: family))
    request.put(Self.protocolNumber(kind))
    request.put(details.rawValue)
    request.put(UInt8(0))
    request.put(states.forKernel)
    request.put(zeroes: 48)
    try transport.exchange(request) { message in
      if message.type == Self.byFamily { addInternet(kind, message.payload) }
    }
  }

  private static func protocolNumber(_ kind: SocketKind) -> UInt8 {
    switch kind {
    case .tcp: 6
    case .udp: 17
    default: 255
    }
  }

  /// Appends the socket of one inet_diag message; what is too short to be one is left out.
  public func addInternet(_ kind: SocketKind, _ payload: UnsafeRawBufferPointer) {
    let fields = Fields(payload)
    guard fields.has(0, Self.headLength) else { return }
    let isV6 = Int(fields.byte(0)) == NetAddress.v6Family
    let state = fields.byte(1)
    var record = SocketRecord(
      kind, state: state == SocketState.newSynReceived ? SocketState.synReceived : state)
    record.timer = fields.byte(2)
    record.retransmits = fields.byte(3)
    record.localPort = UInt32(fields.bigHalf(4))
    record.remotePort = UInt32(fields.bigHalf(6))
    record.local = NetAddress(fields, at: 8, isV6: isV6)
    record.remote = NetAddress(fields, at: 24, isV6: isV6)
    record.interface = fields.word(40)
    record.cookie = UInt64(fields.word(44)) | UInt64(fields.word(48)) << 32
    record.expires = fields.word(52)
    record.receiveQueue = fields.word(56)
    record.sendQueue = fields.word(60)
    record.uid = fields.word(64)
    record.inode = fields.word(68)
    if payload.count > Self.headLength, isV6 || keepsDetails {
      Attributes.forEach(in: payload, from: Self.headLength) { type, value in
        switch type {
        case InetAttribute.shutdown: record.shutdown = value.byte(0)
        case InetAttribute.v6Only: record.v6Only = value.byte(0)
        default: break
        }
      }
      if keepsDetails { record.details = keep(fields.slice(Self.headLength)) }
    }
    add(record)
  }
}
