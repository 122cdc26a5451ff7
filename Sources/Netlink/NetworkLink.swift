public import Linux

/// A network interface, rtnetlink(7) RTM_NEWLINK.
public struct NetworkLink: Sendable {
  public var index: UInt32 = 0
  public var name = ""
  /// ARPHRD_*, what kind of hardware.
  public var hardware: UInt16 = 0
  /// IFF_*, netdevice(7).
  public var flags: UInt32 = 0
  /// The other end of a pair or the interface below; nil where there is none.
  public var linkedTo: UInt32?
  /// Whether the interface below is in another network namespace, and which by the kernel's number.
  public var linkedNamespace: Int32?
  public var mtu: UInt32?
  public var queueDiscipline: String?
  public var queueLength: UInt32?
  public var master: UInt32?
  /// RFC 2863.
  public var state: UInt8 = 0
  public var mode: UInt8 = 0
  public var group: UInt32?
  public var address: [UInt8] = []
  public var broadcast: [UInt8] = []
  public var alias: String?
  /// `veth`, `bridge`, `vlan`…; nil for hardware and loopback.
  public var kind: String?
  public var promiscuity: UInt32?
  public var allMulticast: UInt32?
  public var leastMTU: UInt32?
  public var greatestMTU: UInt32?
  public var addressMode: UInt8?
  public var sendQueues: UInt32?
  public var receiveQueues: UInt32?
  public var segmentationSize: UInt32?
  public var segmentationCount: UInt32?
  public var tcpSegmentationSize: UInt32?
  public var tcpSegmentationCount: UInt32?
  public var receiveOffloadSize: UInt32?
  public var carrierChanges: UInt32?
  public var parentDevice: String?
  public var parentBus: String?
  public var alternativeNames: [String] = []
  public var statistics: LinkStatistics?

  public static let isUp: UInt32 = 1
  public static let isBroadcast: UInt32 = 1 << 1
  public static let isLoopback: UInt32 = 1 << 3
  public static let isPointToPoint: UInt32 = 1 << 4
  public static let isRunning: UInt32 = 1 << 6
  public static let isMulticast: UInt32 = 1 << 12

  public init() {}

  static let message: UInt16 = 16
  private static let headLength = 16

  /// All interfaces, in the order of the kernel.
  public static func all(over transport: NetlinkTransport) throws(SystemError) -> [NetworkLink] {
    var request = NetlinkRequest(18, isDump: true)
    request.put(zeroes: headLength)
    var links: [NetworkLink] = []
    try transport.exchange(request) { message in
      if message.type == Self.message, let link = NetworkLink(message.payload) {
        links.append(link)
      }
    }
    return links
  }

  /// The interface of one message; nil where it is too short to be one.
  public init?(_ payload: UnsafeRawBufferPointer) {
    let head = Fields(payload)
    guard head.has(0, Self.headLength) else { return nil }
    hardware = head.half(2)
    index = head.word(4)
    flags = head.word(8)
    Attributes.forEach(in: payload, from: Self.headLength) { type, value in
      switch type {
      case 1: address = Array(value.bytes.prefix(32))
      case 2: broadcast = Array(value.bytes.prefix(32))
      case 3: name = String(bytes: value.textBytes)
      case 4: mtu = value.word(0)
      case 5: linkedTo = value.word(0)
      case 6: queueDiscipline = String(bytes: value.textBytes)
      case 7: if statistics == nil { statistics = LinkStatistics(narrow: value) }
      case 10: master = value.word(0)
      case 13: queueLength = value.word(0)
      case 16: state = value.byte(0)
      case 17: mode = value.byte(0)
      default: readLate(type, value)
      }
    }
  }

  private mutating func readLate(_ type: Int, _ value: Fields) {
    switch type {
    case 18: kind = Attributes.first(1, in: value.bytes).map { String(bytes: $0.textBytes) }
    case 20: alias = String(bytes: value.textBytes)
    case 23: statistics = LinkStatistics(wide: value)
    case 26: readFamilies(value)
    case 27: group = value.word(0)
    case 30: promiscuity = value.word(0)
    case 31: sendQueues = value.word(0)
    case 32: receiveQueues = value.word(0)
    case 35: carrierChanges = value.word(0)
    case 37: linkedNamespace = Int32(bitPattern: value.word(0))
    case 40: segmentationCount = value.word(0)
    case 41: segmentationSize = value.word(0)
    case 50: leastMTU = value.word(0)
    case 51: greatestMTU = value.word(0)
    case 52:
      var names: [String] = []
      Attributes.forEach(in: value.bytes) { type, value in
        if type == 53, names.count < 64 { names.append(String(bytes: value.textBytes)) }
      }
      alternativeNames = names
    case 56: parentDevice = String(bytes: value.textBytes)
    case 57: parentBus = String(bytes: value.textBytes)
    case 58: receiveOffloadSize = value.word(0)
    case 59: tcpSegmentationSize = value.word(0)
    case 60: tcpSegmentationCount = value.word(0)
    case 61: allMulticast = value.word(0)
    default: break
    }
  }

  /// IFLA_AF_SPEC: how IPv6 makes its link-local address.
  private mutating func readFamilies(_ value: Fields) {
    guard let v6 = Attributes.first(NetAddress.v6Family, in: value.bytes) else { return }
    addressMode = Attributes.first(8, in: v6.bytes)?.byte(0)
  }
}

/// What has passed an interface since it was made: `struct rtnl_link_stats64`.
public struct LinkStatistics: Sendable {
  public var receivedPackets: UInt64 = 0
  public var sentPackets: UInt64 = 0
  public var receivedBytes: UInt64 = 0
  public var sentBytes: UInt64 = 0
  public var receiveErrors: UInt64 = 0
  public var sendErrors: UInt64 = 0
  public var receiveDropped: UInt64 = 0
  public var sendDropped: UInt64 = 0
  public var multicast: UInt64 = 0
  public var collisions: UInt64 = 0
  public var lengthErrors: UInt64 = 0
  public var overrunErrors: UInt64 = 0
  public var checksumErrors: UInt64 = 0
  public var frameErrors: UInt64 = 0
  public var receiveFIFOErrors: UInt64 = 0
  public var missedErrors: UInt64 = 0
  public var abortedErrors: UInt64 = 0
  public var carrierErrors: UInt64 = 0
  public var sendFIFOErrors: UInt64 = 0
  public var heartbeatErrors: UInt64 = 0
  public var windowErrors: UInt64 = 0

  public init() {}

  /// IFLA_STATS64.
  init(wide fields: Fields) { self.init { fields.long($0 * 8) } }
  /// IFLA_STATS.
  init(narrow fields: Fields) { self.init { UInt64(fields.word($0 * 4)) } }

  private init(_ counter: (Int) -> UInt64) {
    receivedPackets = counter(0)
    sentPackets = counter(1)
    receivedBytes = counter(2)
    sentBytes = counter(3)
    receiveErrors = counter(4)
    sendErrors = counter(5)
    receiveDropped = counter(6)
    sendDropped = counter(7)
    multicast = counter(8)
    collisions = counter(9)
    lengthErrors = counter(10)
    overrunErrors = counter(11)
    checksumErrors = counter(12)
    frameErrors = counter(13)
    receiveFIFOErrors = counter(14)
    missedErrors = counter(15)
    abortedErrors = counter(16)
    carrierErrors = counter(17)
    sendFIFOErrors = counter(18)
    heartbeatErrors = counter(19)
    windowErrors = counter(20)
  }
}
